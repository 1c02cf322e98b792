//! Encodes path parameters, and checks that the path of a request fits its operation.
//!
//! Path parameters are percent-encoded, but an empty one, `.` or `..` changes the path: the call would go to another operation,
//! such as the deletion of all instead of one.

use std::fmt;

use memchr::{memchr, memchr_iter};
use percent_encoding::AsciiSet;

/// Encodes a path parameter, when it is printed.
///
/// As the URL standard does, and the backslash too, which a URL treats as a slash: `x\..\U-2` would be `U-2`.
pub(crate) fn encode_path(parameter: &str) -> impl fmt::Display {
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
    percent_encoding::utf8_percent_encode(parameter, &ENCODED)
}

/// Compares the path of a request with the template of its operation.
pub(super) fn check(base: &str, template: &str, path: &str) -> Result<(), String> {
    let below = path.strip_prefix(base_path(base)).unwrap_or(path);
    if fits(template.as_bytes(), below.as_bytes()) {
        return Ok(());
    }
    Err(
        "an identifier in its path is empty, or is a dot or two dots; no request was sent"
            .to_owned(),
    )
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

/// The path of a base address, without the slash at its end.
fn base_path(base: &str) -> &str {
    // The first two slashes come before the host.
    let third = memchr_iter(b'/', base.as_bytes()).nth(2);
    let path = third.and_then(|start| base.get(start..));
    path.unwrap_or_default().trim_end_matches('/')
}

/// Whether a path equals a template, with something other than a slash in the place of each parameter.
///
fn fits(mut template: &[u8], mut path: &[u8]) -> bool {
    while let Some(start) = memchr(b'{', template) {
        let (literal, from_parameter) = template.split_at(start);
        let Some(from_value) = path.strip_prefix(literal) else {
            return false;
        };
        let (parameter, below) = first_segment(from_parameter);
        let (value, rest) = first_segment(from_value);
        let end = memchr(b'}', parameter);
        let after = end.and_then(|end| parameter.get(end + 1..));
        let after = after.unwrap_or_default();
        if value.len() <= after.len() || !value.ends_with(after) {
            return false;
        }
        (template, path) = (below, rest);
    }
    template == path
}

/// What comes before the first slash, and what comes from there.
fn first_segment(path: &[u8]) -> (&[u8], &[u8]) {
    path.split_at(memchr(b'/', path).unwrap_or(path.len()))
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
        let from = "/members/{member_guid}/credentials";
        let path = "/members/v1/members/a%2Fb/credentials";
        assert_eq!(
            by_template(from, "/member/{member_guid}/credentials", path),
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
