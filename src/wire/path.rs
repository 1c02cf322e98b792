//! Encodes path parameters, and checks that the path of a request fits its operation.
//!
//! Path parameters are percent-encoded, but an empty one, `.` or `..` changes the path: the call would go to another operation,
//! such as the deletion of all instead of one.

/// Encodes a path parameter.
///
/// progenitor does not encode the backslash, which a URL treats as a slash: `x\..\U-2` would be `U-2`.
pub(crate) fn encode_path(parameter: &str) -> String {
    progenitor_client::encode_path(parameter).replace('\\', "%5C")
}

/// Compares the path of a request with the template of its operation, segment by segment.
pub(super) fn check(base: &str, template: &str, path: &str) -> Result<(), String> {
    let prefix = base_path(base);
    let below = path.strip_prefix(prefix).unwrap_or(path);
    let mut found = below.split('/');
    for wanted in template.split('/') {
        let Some(segment) = found.next() else {
            return Err(refusal());
        };
        if !fits(wanted, segment) {
            return Err(refusal());
        }
    }
    if found.next().is_some() {
        return Err(refusal());
    }
    Ok(())
}

/// The path by another template, which has its parameters at the same places.
pub(super) fn by_template(base: &str, template: &str, path: &str) -> String {
    let prefix = base_path(base);
    let below = path.strip_prefix(prefix).unwrap_or(path);
    let segments = template.split('/').zip(below.split('/'));
    let segments = segments.map(|(wanted, found)| match wanted.contains('{') {
        true => found,
        false => wanted,
    });
    format!("{prefix}{}", segments.collect::<Vec<_>>().join("/"))
}

fn refusal() -> String {
    "an identifier in its path is empty, or is a dot or two dots; no request was sent".to_owned()
}

/// The path of a base address, without the slash at its end.
fn base_path(base: &str) -> &str {
    let after_scheme = base.split_once("://").map_or(base, |(_, rest)| rest);
    let path = after_scheme
        .find('/')
        .and_then(|start| after_scheme.get(start..));
    path.unwrap_or_default().trim_end_matches('/')
}

/// Whether a segment equals that of the template, or is a non-empty parameter.
fn fits(wanted: &str, segment: &str) -> bool {
    match (wanted.find('{'), wanted.find('}')) {
        (Some(open), Some(close)) => {
            let (before, after) = (&wanted[..open], &wanted[close + 1..]);
            segment
                .strip_prefix(before)
                .and_then(|rest| rest.strip_suffix(after))
                .is_some_and(|value| !value.is_empty())
        }
        _ => wanted == segment,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "/members/{member_guid}/account_owners";

    #[test]
    fn a_path_below_any_base_is_accepted() {
        assert!(
            check(
                "https://a.example",
                TEMPLATE,
                "/members/MBR-1/account_owners"
            )
            .is_ok()
        );
        assert!(
            check(
                "https://a.example/mx/v1",
                TEMPLATE,
                "/mx/v1/members/%2F/account_owners"
            )
            .is_ok()
        );
    }

    #[test]
    fn an_identifier_that_changes_the_path_is_refused() {
        for path in [
            "/members//account_owners",
            "/account_owners",
            "/members/a/b/account_owners",
            "/members",
        ] {
            assert!(
                check("https://a.example", TEMPLATE, path).is_err(),
                "{path}"
            );
        }
    }

    #[test]
    fn another_template_keeps_base_and_parameters() {
        let base = "https://a.example/members/v1";
        let path = "/members/v1/members/a%2Fb/credentials";
        assert_eq!(
            by_template(base, "/member/{member_guid}/credentials", path),
            "/members/v1/member/a%2Fb/credentials"
        );
    }

    #[test]
    fn an_empty_parameter_inside_a_segment_is_refused() {
        let template = "/{client_id}/users/{user_id}.json";
        assert!(check("https://a.example", template, "/c/users/u.json").is_ok());
        assert!(check("https://a.example", template, "/c/users/.json").is_err());
    }
}
