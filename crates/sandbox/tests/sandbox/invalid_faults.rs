//! Faults that cannot happen are refused with advice, in Rust and over HTTP; faults without a body or with another media type.

use mx_nexus::reqwest::Client;
use mx_nexus_sandbox::{Fault, FaultBody, FaultKind, Sandbox};
use serde_json::json;

use crate::http::ask;
use crate::{ADA, apis, open, raw, session};

#[tokio::test]
async fn impossible_fault_is_refused_with_advice() {
    let (sandbox, _) = open().await;
    let long = format!("\"path\": \"/members/{}\"", "x".repeat(1000));
    for (fields, advice) in [
        (r#""method": "FETCH""#, "there are DELETE, GET"),
        (r#""path": "members""#, "slash"),
        (r#""path": "/members/**/identify""#, "has to be the end"),
        (r#""path": "/members/MBR-*""#, "whole segment"),
        (r#""path": "/members?page=1""#, "query"),
        (r#""path": "/nowhere""#, "no operation has its path"),
        (r#""path": "/sso/members""#, "no operation has its path"),
        (
            r#""path": "/members//identify""#,
            "no operation has its path",
        ),
        (
            r#""path": "/members/*/identfy""#,
            "did you mean /members/*/identify?",
        ),
        (
            r#""path": "/members/MBR-1/identfy""#,
            "did you mean /members/*/identify?",
        ),
        (
            r#""path": "/members/{member_guid}/identify""#,
            "did you mean /members/*/identify?",
        ),
        (&long, "1000 bytes"),
        (
            r#""method": "GET", "path": "/members/*/identify""#,
            "only the method POST",
        ),
        (
            r#""operation": "identifyMembr""#,
            "did you mean identifyMember?",
        ),
        (
            r#""operation": "readMember", "method": "GET""#,
            "leave one out",
        ),
        (
            r#""operation": "readMember", "path": "/members""#,
            "leave one out",
        ),
        (r#""times": 0"#, "at least once"),
        (r#""tiems": 2"#, "`times`"),
    ] {
        check_refusal(
            &sandbox,
            &format!("{{\"request\": \"not_processed\", \"answer\": {{\"connection\": \"reset\"}}, {fields}}}"),
            advice,
        )
        .await;
    }
    for (fault, advice) in [
        ("", "EOF"),
        ("null", "a fault as JSON"),
        (r#"{"answer": {"status": 503}}"#, "`request`"),
        (r#"{"request": "lost"}"#, "`not_processed`"),
        (
            r#"{"request": "processed", "answer": {"kind": 1}}"#,
            "`connection`",
        ),
        (r#"{"request": "processed"}"#, "changes nothing"),
        (
            r#"{"request": "processed", "delay_ms": 600001}"#,
            "ten minutes",
        ),
        (r#"{"request": "not_processed"}"#, "needs a status"),
        (r#"{"request": "processed", "lag": {}}"#, "one of them"),
        (
            r#"{"request": "processed", "lag": {"readings": 1, "ms": 1}}"#,
            "one of them",
        ),
        (
            r#"{"request": "processed", "lag": {"ms": 600001}}"#,
            "ten minutes",
        ),
        (
            r#"{"request": "processed", "lag": {"ms": 1}, "operation": "readMember"}"#,
            "change a member",
        ),
        (
            r#"{"request": "not_processed", "answer": {"status": 500}, "lag": {"ms": 1}}"#,
            "only when it is processed",
        ),
    ] {
        check_refusal(&sandbox, fault, advice).await;
    }
    let long = format!(r#""set": {{"a": "{}"}}"#, "x".repeat(65 * 1024));
    for (answer, advice) in [
        (r#""status": 99"#, "200 to 599"),
        (r#""status": 204, "body": "html""#, "no body"),
        (r#""status": 204, "set": {"a": 1}"#, "no body"),
        (r#""connection": "reset", "status": 503"#, "has no answer"),
        (
            r#""connection": "closed", "null_fields": true"#,
            "has no answer",
        ),
        (
            r#""status": 429, "retry_after": 1, "retry_after_date": 1"#,
            "leave one out",
        ),
        (r#""set": {"member..guid": 1}"#, "names with dots"),
        (r#""remove": [""]"#, "names with dots"),
        (&long, "64 KiB"),
    ] {
        let fault = format!(r#"{{"request": "processed", "answer": {{{answer}}}}}"#);
        check_refusal(&sandbox, &fault, advice).await;
    }
    let refusal = sandbox.fault(Fault::reset().on("GET", "/membrs"));
    assert!(refusal.unwrap_err().to_string().contains("/members"));
    assert!(sandbox.faults().is_empty());
}

async fn check_refusal(sandbox: &Sandbox, fault: &str, advice: &str) {
    let refusal = ask(sandbox, "POST /_sandbox/faults", fault).await;
    assert_eq!(refusal.status, 400, "{fault}");
    let message = refusal.body["error"]["message"].as_str().unwrap();
    assert!(message.contains(advice), "{fault}: {message}");
}

#[tokio::test]
async fn fault_is_returned_with_its_defaults() {
    let (sandbox, _) = open().await;
    let added = ask(
        &sandbox,
        "POST /_sandbox/faults",
        r#"{"request": "processed", "lag": {"readings": 1}}"#,
    )
    .await;
    let listed = ask(&sandbox, "GET /_sandbox/faults", "").await;
    assert_eq!(added.body["times"], 1);
    assert_eq!(listed.body["faults"], json!([added.body]));
}

#[tokio::test]
async fn response_without_body_is_reset_instead_of_truncated() {
    let (sandbox, _) = open().await;
    let token = session(&sandbox, &Client::new(), ADA).await;
    let member = sandbox.add_member(ADA, "any").unwrap();
    let before = sandbox.requests().len();
    let fault = Fault::truncated().on_operation("deleteMember");
    sandbox.fault(fault).unwrap();
    let accept = mx_nexus::call::find(mx_nexus::operations::Api::Nexus, "deleteMember")
        .unwrap()
        .accept;
    let request = format!(
        "DELETE /nexus/members/{member} HTTP/1.1\r\nhost: localhost\r\naccept: {accept}\r\nmd-session-token: {token}\r\n\r\n"
    );
    let received = raw::exchange(&sandbox, request.as_bytes()).await;
    assert_eq!(received, "", "no head");
    let requests = sandbox.requests();
    let noted: Vec<_> = requests[before..].iter().collect();
    assert_eq!(noted.len(), 1);
    assert_eq!(
        (noted[0].status, noted[0].fault),
        (None, Some(FaultKind::Truncated))
    );
    let again = raw::exchange(&sandbox, request.as_bytes()).await;
    assert_eq!(raw::statuses(&again), [404], "it took effect: {again}");
}

#[tokio::test]
async fn malformed_json_has_the_media_type_of_its_api() {
    let (sandbox, _) = open().await;
    let http = Client::new();
    for (api, operations) in apis() {
        for operation in operations {
            let path = operation.path.replace('{', "one-").replace('}', "");
            let url = format!("{}/{api}{path}", sandbox.address());
            let media_type = async |body| {
                sandbox.fault(Fault::status(502).body(body)).unwrap();
                let method = operation.method.parse().unwrap();
                let answer = http.request(method, &url).send().await.unwrap();
                assert_eq!(answer.status().as_u16(), 502, "{}", operation.id);
                answer.headers()["content-type"].clone()
            };
            let json = media_type(FaultBody::Error).await;
            let not_json = media_type(FaultBody::NotJson).await;
            assert_eq!(not_json, json, "{}", operation.id);
        }
    }
}

#[tokio::test]
async fn bodiless_status_has_no_body() {
    let (sandbox, _) = open().await;
    for status in [204, 304] {
        sandbox.fault(Fault::status(status)).unwrap();
        let received = raw::exchange(
            &sandbox,
            b"GET /nexus/members HTTP/1.1\r\nhost: localhost\r\n\r\nGET / HTTP/1.1\r\nhost: localhost\r\n\r\n",
        );
        let received = received.await;
        assert_eq!(raw::statuses(&received), [status, 200], "{received}");
        let (first, _) = received.split_once("\r\n\r\n").unwrap();
        assert!(!first.to_lowercase().contains("content-type"), "{received}");
        assert!(!received.contains("A fault was asked for"), "{received}");
    }
}
