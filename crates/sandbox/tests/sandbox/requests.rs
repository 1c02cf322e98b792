//! The log of requests: nothing that a client wrote by mistake is in it, and it can be cleared.

use std::time::Duration;

use mx_nexus_sandbox::Fault;
use serde_json::json;

use crate::http::ask;
use crate::{ADA, known_user, open, raw};

/// A key in a place where it does not belong.
const KEY: &str = "a-key-that-was-put-into-the-wrong-place";

#[tokio::test]
async fn key_in_the_wrong_place_is_not_logged() {
    let (sandbox, _) = open().await;
    for place in [
        format!("GET /{KEY}"),
        format!("GET /nexus/{KEY}"),
        format!("GET /nexus/members/{KEY}"),
        format!("GET /nexus/members/MBR-{KEY}"),
        format!("POST /nexus/members/{KEY}/identify"),
        format!("GET /nexus/users/{KEY}/members/{KEY}/{KEY}"),
        format!("PATCH /nexus/members/{KEY}"),
        format!("GET /nexus/members?token={KEY}"),
        format!("GET /sso/{KEY}/users/{KEY}/api_token.json"),
        format!("GET /mdx/{KEY}/users/{KEY}.json"),
        format!("{} /nexus/members", KEY.to_uppercase()),
        format!("GET http://{KEY}/nexus/members/{KEY}"),
    ] {
        let request = format!("{place} HTTP/1.1\r\nhost: localhost\r\nmd-api-key: {KEY}\r\n\r\n");
        let received = raw::exchange(&sandbox, request.as_bytes()).await;
        assert_eq!(raw::statuses(&received).len(), 1, "{place}: {received}");
        let requests = sandbox.requests();
        assert_eq!(requests.len(), 1, "{place} is logged");
        let noted = format!("{requests:?} {}", json!(requests)).to_lowercase();
        assert!(!noted.contains(KEY), "{place}: {noted}");
        sandbox.clear_requests();
    }
}

#[tokio::test]
async fn member_and_name_of_the_test_session_are_logged() {
    let (sandbox, _) = open().await;
    let member = sandbox.add_member(ADA, "any").unwrap();
    for guid in [member.as_str(), "test_nexus_member", "CHALLENGED"] {
        let request = format!("GET /nexus/members/{guid} HTTP/1.1\r\nhost: localhost\r\n\r\n");
        raw::exchange(&sandbox, request.as_bytes()).await;
        let last = sandbox.requests().pop().unwrap();
        assert_eq!(last.member.as_deref(), Some(guid));
        assert_eq!(last.path.as_deref(), Some("/nexus/members/{member_guid}"));
    }
}

#[tokio::test]
async fn log_can_be_cleared() {
    let (sandbox, nexus) = open().await;
    let api = known_user(&nexus, ADA).await.api().await.unwrap();
    let before = sandbox.requests().len();
    assert!(before > 0);
    assert_eq!(sandbox.clear_requests(), before);
    assert!(sandbox.requests().is_empty());
    api.list_members().send().await.unwrap();
    let cleared = ask(&sandbox, "DELETE /_sandbox/requests", "").await;
    assert_eq!(cleared.body, json!({"cleared": 1}));
    assert!(sandbox.requests().is_empty());
}

#[tokio::test]
async fn delayed_request_is_logged_with_its_response() {
    let (sandbox, _) = open().await;
    let held = Fault::delay(Duration::from_secs(500));
    sandbox.fault(held.on("GET", "/members")).unwrap();
    let url = format!("{}/nexus/members", sandbox.address());
    let late = tokio::spawn(mx_nexus::reqwest::get(url));
    while !sandbox.faults().is_empty() {
        tokio::task::yield_now().await;
    }
    raw::exchange(
        &sandbox,
        b"GET /nexus/accounts HTTP/1.1\r\nhost: localhost\r\n\r\n",
    )
    .await;
    let requests = sandbox.requests();
    let paths: Vec<_> = requests.iter().map(|one| one.path.as_deref()).collect();
    assert_eq!(paths, [Some("/nexus/accounts")]);
    sandbox.stop().await;
    assert!(late.await.unwrap().is_err());
}
