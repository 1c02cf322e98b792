//! Headers of the caller: of one call, and of a hook for every request. Neither replaces a credential.

#![allow(clippy::unwrap_used, reason = "set-up fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use mx_nexus::ErrorKind;
use mx_nexus::api::Client;
use mx_nexus::reqwest::header::HeaderValue;

#[path = "support/recorder.rs"]
mod recorder;

use recorder::{Answer, Recorder, member};

async fn client(server: &Recorder) -> Client {
    let user = server.nexus().with_session_token("a-session");
    user.api().await.unwrap()
}

#[tokio::test]
async fn header_of_a_call_is_sent_with_each_attempt_and_beside_the_credential() {
    let server = Recorder::answering([Answer::json(503, ""), member("MBR-1")]).await;
    let api = client(&server).await;
    let with = api.with_header("X-Tenant", "7").with_header("x-trace", "a");
    with.read_member()
        .member_guid("MBR-1")
        .send()
        .await
        .unwrap();
    api.read_member().member_guid("MBR-1").send().await.unwrap();
    let received = server.received();
    let tenants: Vec<_> = received.iter().map(|it| it.header("x-tenant")).collect();
    assert_eq!(tenants, [Some("7"), Some("7"), None]);
    assert_eq!(received[1].header("x-trace"), Some("a"));
    for request in received {
        assert_eq!(request.header("md-session-token"), Some("a-session"));
    }
}

#[tokio::test]
async fn calls_by_name_sso_and_mdx_take_headers() {
    let server = Recorder::mx(|_, _| Answer::json(200, r#"{"user":{"id":"U-1"}}"#)).await;
    let nexus = server.nexus();
    let call = nexus.with_session_token("s").call("listMembers");
    call.with_header("x-tenant", "7").send().await.unwrap();
    let sso = nexus.sso().unwrap().with_header("x-tenant", "7");
    sso.api_token("U-1").await.unwrap();
    let users = nexus.users().unwrap().with_header("x-tenant", "7");
    users.read("U-1").await.unwrap();
    for request in server.received() {
        assert_eq!(request.header("x-tenant"), Some("7"), "{}", request.line);
    }
}

#[tokio::test]
async fn header_that_is_ours_or_invalid_is_refused_before_sending() {
    let server = Recorder::answering([member("MBR-1")]).await;
    let api = client(&server).await;
    for (name, value, reason) in [
        ("MD-Session-Token", "hush", "carries a credential"),
        ("md-api-key", "hush", "carries a credential"),
        ("MD-API-TOKEN", "hush", "carries a credential"),
        ("accept", "hush", "is set by this client only"),
        ("Host", "hush", "is set by this client only"),
        ("a b", "hush", "is not the name of a header"),
        ("x-tenant", "hu\nsh", "no header can carry"),
    ] {
        let api = api.with_header("x-first", "1").with_header(name, value);
        let error = api.read_member().member_guid("MBR-1").send().await;
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request, "{name}");
        assert!(error.was_never_sent() && !error.is_transient());
        let text = error.to_string();
        assert!(text.contains(reason) && !text.contains("hu"), "{text}");
    }
    assert!(server.received().is_empty());
}

#[cfg(feature = "atrium")]
#[tokio::test]
async fn credentials_of_atrium_are_refused_too() {
    let server = Recorder::answering([member("MBR-1")]).await;
    for name in ["MX-API-Key", "MX-Client-ID"] {
        let api = client(&server).await.with_header(name, "hush");
        let error = api.list_members().send().await.unwrap_err();
        assert!(error.to_string().contains("carries a credential"), "{name}");
    }
}

#[tokio::test]
async fn hook_is_called_for_each_attempt_of_every_request() {
    let server = Recorder::mx(|_, before| match before {
        0 => Answer::json(503, ""),
        _ => member("MBR-1"),
    })
    .await;
    let count = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&count);
    let builder = server.builder().credentials("client", "key");
    let nexus = builder.request_headers(move |operation, headers| {
        let number = counter.fetch_add(1, Ordering::Relaxed);
        let value = format!("{} {number}", operation.id);
        headers.insert("traceparent", HeaderValue::try_from(value).unwrap());
    });
    let api = nexus.build().unwrap().user("U-1").api().await.unwrap();
    api.read_member().member_guid("MBR-1").send().await.unwrap();
    let received = server.received();
    let values: Vec<_> = received
        .iter()
        .filter_map(|it| it.header("traceparent"))
        .collect();
    assert_eq!(
        values,
        [
            "getApiToken 0",
            "createSession 1",
            "readMember 2",
            "readMember 3"
        ]
    );
}

#[tokio::test]
async fn hook_that_sets_a_credential_is_refused_and_nothing_is_sent() {
    let server = Recorder::answering([member("MBR-1")]).await;
    let nexus = server.builder().request_headers(|_, headers| {
        headers.insert("md-session-token", HeaderValue::from_static("hush"));
    });
    let user = nexus.build().unwrap().with_session_token("s");
    let error = user.api().await.unwrap().list_members().send().await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(error.to_string().contains("md-session-token"), "{error}");
    assert!(server.received().is_empty());
}
