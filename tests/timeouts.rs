//! The timeout of one call: with its retries, its session, and for every client.

#![allow(clippy::unwrap_used, reason = "set-up fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use mx_nexus::api::{Client, types};
use mx_nexus::{ErrorKind, Nexus};
use tokio::sync::Semaphore;

#[path = "support/recorder.rs"]
mod recorder;

use recorder::{Answer, Recorder, member};

/// Less than a test waits for an answer that does not come.
const SHORT: Duration = Duration::from_millis(50);
/// More than any test takes.
const LONG: Duration = Duration::from_secs(60);

async fn client(nexus: &Nexus, timeout: Duration) -> Client {
    let user = nexus.with_session_token("s");
    user.api().await.unwrap().with_timeout(timeout)
}

#[tokio::test]
async fn missing_answer_is_a_timeout_without_another_attempt() {
    let server = Recorder::answering([Answer::Silence]).await;
    let api = client(&server.nexus(), SHORT).await;
    let read = api.read_member().member_guid("MBR-1").send().await;
    let start = api.identify_member().member_guid("MBR-1");
    let start = start.body(types::IdentifyMemberBody::default());
    for error in [read.unwrap_err(), start.send().await.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert!(error.is_timeout() && error.is_answer_lost() && error.is_transient());
    }
    assert_eq!(server.lines().len(), 2, "one attempt each");
}

#[tokio::test]
async fn answer_that_stops_in_its_middle_is_a_timeout() {
    let half = Answer::Stalled(200, br#"{"member":{"guid":"MBR-1"}}"#.to_vec());
    let server = Recorder::answering([half]).await;
    let api = client(&server.nexus(), SHORT).await;
    let error = api.read_member().member_guid("MBR-1").send().await;
    assert!(error.unwrap_err().is_timeout());
}

#[tokio::test]
async fn failed_read_is_retried_within_the_timeout() {
    let server = Recorder::answering([Answer::json(503, ""), member("MBR-1")]).await;
    let api = client(&server.nexus(), LONG).await;
    api.read_member().member_guid("MBR-1").send().await.unwrap();
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test]
async fn retry_that_does_not_fit_into_the_timeout_is_not_made() {
    let busy = Answer::json(503, "").with("Retry-After", "2");
    let server = Recorder::answering([busy]).await;
    let api = client(&server.nexus(), Duration::from_secs(1)).await;
    let error = api.read_member().member_guid("MBR-1").send().await;
    let error = error.unwrap_err();
    assert_eq!(error.status(), Some(503), "{error}");
    assert!(!error.is_timeout());
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn longer_timeout_replaces_that_of_the_client() {
    let gate = Arc::new(Semaphore::new(0));
    let held = Answer::Held(Arc::clone(&gate), Box::new(member("MBR-1")));
    let server = Recorder::answering([held]).await;
    let nexus = server.builder().timeout(SHORT / 5).build().unwrap();
    let api = client(&nexus, LONG).await;
    let read = api.read_member().member_guid("MBR-1").send();
    let (read, ()) = tokio::join!(read, async {
        tokio::time::sleep(SHORT).await;
        gate.add_permits(1);
    });
    read.unwrap();
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn session_that_does_not_open_in_time_is_a_timeout_and_nothing_was_sent() {
    let server = Recorder::answering([Answer::Silence]).await;
    let user = server.nexus().user("U-1");
    for operation in ["listMembers", "createSession"] {
        let call = user.call(operation).with_timeout(SHORT);
        let error = call.send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Session);
        assert!(error.is_timeout() && error.was_never_sent() && !error.is_answer_lost());
    }
}

#[tokio::test]
async fn renewal_of_a_session_counts() {
    let server = Recorder::start(|received, before| match (received.line.as_str(), before) {
        (_, 0) => recorder::token("t"),
        (_, 1) => recorder::session("s"),
        (_, 2) => Answer::json(401, ""),
        _ => Answer::Silence,
    })
    .await;
    let user = server.nexus().user("U-1");
    let api = user.api().await.unwrap().with_timeout(SHORT);
    let error = api.read_member().member_guid("MBR-1").send().await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Session);
    assert!(error.is_timeout() && error.was_never_sent());
}

#[tokio::test]
async fn call_by_name_sso_and_mdx_have_the_same_timeout() {
    let server = Recorder::answering([Answer::Silence]).await;
    let nexus = server.nexus();
    let call = nexus.with_session_token("s").call("listMembers");
    let sso = nexus.sso().unwrap().with_timeout(SHORT);
    let users = nexus.users().unwrap().with_timeout(SHORT);
    for error in [
        call.with_timeout(SHORT).send().await.map(drop).unwrap_err(),
        sso.api_token("U-1").await.map(drop).unwrap_err(),
        users.read("U-1").await.map(drop).unwrap_err(),
    ] {
        assert!(error.is_timeout() && error.is_answer_lost(), "{error}");
    }
    assert_eq!(server.lines().len(), 3, "one attempt each");
}
