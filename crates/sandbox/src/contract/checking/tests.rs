//! What is taken and what is refused, and that no refusal repeats a value.

use std::collections::BTreeMap;

use http::HeaderMap;
use serde_json::json;

use super::*;
use crate::call::{self, Face};
use crate::contract::{Match, of};

const VENDOR: &str = "application/vnd.mx.nexus.v1+json";

fn documented(method: &str, path: &str) -> (&'static Documented, BTreeMap<String, String>) {
    match of(Face::Nexus).find(method, path) {
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
        face: Face::Nexus,
        operation: documented.operation,
        path,
        query: query_pairs(query).map_err(told)?,
        headers: headers(&[("mx-skip-webhook", "true")]),
        body: Value::Null,
        is_stale: false,
    };
    documented
        .check(of(Face::Nexus), &call, body.as_bytes())
        .map_err(told)
}

fn told(reply: Reply) -> (u16, String) {
    let call::Body::Json(body) = reply.body else {
        panic!("a refusal says why");
    };
    (reply.status.as_u16(), body["error"].to_string())
}

#[test]
fn the_media_types_of_the_document_are_taken_and_no_others() {
    let (post, _) = documented("POST", "/members");
    let status = |pairs: &[(&'static str, &'static str)], has_body| {
        let checked = post.check_media_types(&headers(pairs), has_body);
        checked.err().map(|reply| reply.status.as_u16())
    };
    let with_charset = "Application/vnd.mx.nexus.v1+JSON; charset=utf-8";
    assert_eq!(
        status(&[("accept", VENDOR), ("content-type", VENDOR)], true),
        None
    );
    assert_eq!(
        status(
            &[("accept", with_charset), ("content-type", with_charset)],
            true
        ),
        None
    );
    assert_eq!(
        status(
            &[(
                "accept",
                "text/html, application/vnd.mx.nexus.v1+json;q=0.9"
            )],
            false
        ),
        None
    );
    assert_eq!(
        status(
            &[("accept", VENDOR), ("content-type", "application/json")],
            true
        ),
        Some(415)
    );
    assert_eq!(status(&[("accept", VENDOR)], true), Some(415));
    for accept in [
        "*/*",
        "application/json",
        "application/vnd.moneydesktop.v1+json",
        "",
    ] {
        assert_eq!(
            status(&[("accept", accept), ("content-type", VENDOR)], true),
            Some(406),
            "{accept}"
        );
    }
    assert_eq!(status(&[], false), Some(406));
}

#[test]
fn an_older_type_may_be_asked_for_where_the_document_declares_it() {
    let older = headers(&[("accept", "application/vnd.mx.api.v1+json")]);
    assert!(
        documented("GET", "/tags")
            .0
            .check_media_types(&older, false)
            .is_ok()
    );
    assert!(
        documented("GET", "/members")
            .0
            .check_media_types(&older, false)
            .is_err()
    );
    let csv = headers(&[("accept", "text/csv")]);
    assert!(
        documented("GET", "/institutions")
            .0
            .check_media_types(&csv, false)
            .is_ok()
    );
}

#[test]
fn parameters_of_the_wrong_type_are_named() {
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
fn a_body_has_to_be_there_be_json_and_fit() {
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
}

#[test]
fn the_body_that_was_checked_is_given_back() {
    let body = json!({"include_transactions": true});
    assert_eq!(
        check("POST", "/members/MBR-1/identify", &body.to_string()),
        Ok(body)
    );
}
