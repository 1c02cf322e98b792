//! What is accepted and what is refused, and that no refusal repeats a value. That every operation refuses wrong media types,
//! bodies and tokens is shown in `tests/conformance`.

use http::HeaderMap;
use serde_json::json;

use super::*;
use crate::api::Api;
use crate::call::{Body, PathParameters};
use crate::contract::{Match, of};

const VENDOR: &str = "application/vnd.mx.nexus.v1+json";

fn documented(method: &str, path: &str) -> (&'static Documented, PathParameters) {
    match of(Api::Nexus).find(method, path) {
        Match::Operation(documented, parameters) => (documented, parameters),
        _ => panic!("{method} {path} is not in the document"),
    }
}

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        })
        .collect()
}

fn check(method: &str, target: &str, body: &str) -> Result<Value, (u16, String)> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (documented, path) = documented(method, path);
    let call = Call {
        api: Api::Nexus,
        operation: documented.operation,
        path,
        query: form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect(),
        headers: headers(&[("mx-skip-webhook", "true")]),
        body: Value::Null,
        has_pages: true,
        lag: None,
    };
    documented
        .check(of(Api::Nexus), &call, body.as_bytes())
        .map_err(refusal)
}

fn refusal(reply: Reply) -> (u16, String) {
    let Body::Json(body) = reply.body else {
        panic!("a refusal has a body");
    };
    (reply.status.as_u16(), body["error"].to_string())
}

#[test]
fn media_types_are_those_of_the_document() {
    let (post, _) = documented("POST", "/members");
    let status = |pairs: &[(&'static str, &'static str)], has_body| {
        let checked = post.check_media_types(&headers(pairs), has_body);
        checked.err().map(|reply| reply.status.as_u16())
    };
    let with_charset = "Application/vnd.mx.nexus.v1+JSON; charset=utf-8";
    let several = "text/html, application/vnd.mx.nexus.v1+json;q=0.9";
    for (accept, content_type, expected) in [
        (VENDOR, VENDOR, None),
        (with_charset, with_charset, None),
        (several, VENDOR, None),
        (VENDOR, "application/json", Some(415)),
        ("*/*", VENDOR, Some(406)),
        ("", VENDOR, Some(406)),
    ] {
        let headers = [("accept", accept), ("content-type", content_type)];
        assert_eq!(status(&headers, true), expected, "{accept} {content_type}");
    }
    assert_eq!(status(&[("accept", VENDOR)], true), Some(415));
    assert_eq!(status(&[], false), Some(406));
}

#[test]
fn other_media_type_of_the_document_is_accepted() {
    let is_accepted = |path, accept| {
        let (documented, _) = documented("GET", path);
        let headers = headers(&[("accept", accept)]);
        documented.check_media_types(&headers, false).is_ok()
    };
    assert!(is_accepted("/tags", "application/vnd.mx.api.v1+json"));
    assert!(!is_accepted("/members", "application/vnd.mx.api.v1+json"));
    assert!(is_accepted("/institutions", "text/csv"));
}

#[test]
fn parameter_of_wrong_type_is_named() {
    assert_eq!(
        check("GET", "/members?page=2&unknown=x", ""),
        Ok(Value::Null)
    );
    let (status, text) = check("GET", "/members?page=hunter2", "").unwrap_err();
    assert_eq!(status, 400);
    assert!(text.contains("page") && !text.contains("hunter2"), "{text}");
    let (status, text) = check("GET", "/spending_plans/SPL-1/iterations/one", "").unwrap_err();
    assert!(status == 400 && text.contains("iteration_number"), "{text}");
    assert_eq!(check("GET", "/members?page=%FF", "").unwrap_err().0, 400);
}

#[test]
fn missing_malformed_or_misfit_body_is_refused() {
    let (status, text) = check("POST", "/members", "").unwrap_err();
    assert!(status == 400 && text.contains("4001"), "{text}");
    let (status, text) = check("POST", "/members", "{\"member\": hunter2").unwrap_err();
    assert!(
        status == 400 && text.contains("line 1") && !text.contains("hunter2"),
        "{text}"
    );
    let deep = "[".repeat(100_000);
    assert_eq!(check("POST", "/members", &deep).unwrap_err().0, 400);
    let wrong = r#"{"member": {"institution_guid": "INS-1", "is_oauth": "hunter2"}}"#;
    let (status, text) = check("POST", "/members", wrong).unwrap_err();
    assert_eq!(status, 400);
    assert!(
        text.contains("/member/is_oauth") && !text.contains("hunter2"),
        "{text}"
    );
    assert_eq!(
        check("POST", "/members/MBR-1/identify", ""),
        Ok(Value::Null)
    );
    assert_eq!(check("GET", "/members", "ignored"), Ok(Value::Null));
    let body = json!({"include_transactions": true});
    let checked = check("POST", "/members/MBR-1/identify", &body.to_string());
    assert_eq!(checked, Ok(body));
}
