//! Path parameters.

use std::fmt;

use percent_encoding::AsciiSet;

/// Encodes a path parameter, when it is printed; refuses one that would change the path, so that the call would go to another
/// operation, such as the deletion of all instead of one.
///
/// It encodes what the URL standard does, and the backslash too, which a URL treats as a slash: `x\..\U-2` would be `U-2`.
pub(crate) fn encode_path(name: &str, value: &str) -> Result<impl fmt::Display, String> {
    const ENCODED: AsciiSet = percent_encoding::CONTROLS
        .add(b' ')
        .add(b'"')
        .add(b'#')
        .add(b'<')
        .add(b'>')
        .add(b'?')
        .add(b'`')
        .add(b'{')
        .add(b'}')
        .add(b'/')
        .add(b'%')
        .add(b'\\');
    match value {
        "" => Err(format!("its {name} is empty; no request was sent")),
        "." | ".." => Err(format!(
            "its {name} is {value:?}, which can lead to another path; no request was sent"
        )),
        _ => Ok(percent_encoding::utf8_percent_encode(value, &ENCODED)),
    }
}

/// A path of the template `from` by the template `to`, which has its parameters at the same places.
pub(super) fn by_template(from: &str, to: &str, path: &str) -> String {
    let depth = from.matches('/').count().saturating_sub(1);
    let start = path.rmatch_indices('/').nth(depth);
    let (prefix, below) = path.split_at(start.map_or(0, |(at, _)| at));
    let segments = to.split('/').zip(below.split('/'));
    let segments = segments.map(|(wanted, found)| match wanted.contains('{') {
        true => found,
        false => wanted,
    });
    format!("{prefix}{}", segments.collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use reqwest::Url;

    use super::*;

    #[test]
    fn a_parameter_cannot_lead_to_another_path() {
        let encoded = |value: &str| encode_path("member_guid", value).map(|it| it.to_string());
        for value in ["", ".", ".."] {
            let error = encoded(value).unwrap_err();
            assert!(error.starts_with("its member_guid is "), "{error}");
        }
        let base = Url::parse("https://a.example/members/").unwrap();
        for value in [
            "a/b", "a\\b", "a?b", "a#b", "%2e%2e", "a/../b", "...", ".\t.", "ä",
        ] {
            let url = base
                .join(&format!("{}/accounts", encoded(value).unwrap()))
                .unwrap();
            let segments: Vec<_> = url.path_segments().unwrap().collect();
            let decoded = percent_encoding::percent_decode_str(segments[1]);
            assert_eq!(
                (segments.len(), &*decoded.decode_utf8().unwrap()),
                (3, value)
            );
        }
    }

    #[test]
    fn another_template_keeps_base_and_parameters() {
        let from = "/members/{member_guid}/credentials";
        let path = "/members/v1/members/a%2Fb/credentials";
        assert_eq!(
            by_template(from, "/member/{member_guid}/credentials", path),
            "/members/v1/member/a%2Fb/credentials"
        );
    }
}
