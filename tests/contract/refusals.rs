//! Refusals of every form keep their status and kind, a bounded message, and nothing of their body in a log.

use httpmock::MockServer;
use mx_nexus::{Error, ErrorKind};

use crate::exerciser::{self, Extent};
use crate::server::{self, Reply};

/// Stands in every body; what prints it has printed the body.
const CANARY: &str = "S3CR3T-CANARY";

async fn refused(reply: Reply) -> Error {
    let server = MockServer::start_async().await;
    let client = server::client(&server).await;
    let call = exerciser::of("readMember").call(Extent::Minimal, &client);
    let place = ("GET", "/members/member_guid-value");
    let (_, outcome) = server::exchange(&server, place, reply, call).await;
    outcome.expect_err("it was refused")
}

fn reply(status: u16, media_type: &'static str, body: impl Into<String>) -> Reply {
    Reply {
        status,
        media_type,
        body: body.into(),
    }
}

/// Debug and Display, of the error and of all its causes.
fn everything_printed(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push_str(&format!(" {inner} {inner:?}"));
        cause = inner.source();
    }
    text
}

#[tokio::test]
async fn a_gateway_that_answers_in_html_keeps_its_status() {
    let page = format!("<html><body>{CANARY} Bad Gateway</body></html>");
    let error = refused(reply(502, "text/html", page)).await;
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Status, Some(502))
    );
    assert_eq!((error.code(), error.message()), (None, None));
    assert!(error.is_transient());
    assert!(!everything_printed(&error).contains(CANARY));
}

#[tokio::test]
async fn an_empty_refusal_keeps_its_status() {
    for status in [400, 403, 404, 409, 500, 503] {
        let error = refused(Reply::nothing(status)).await;
        assert_eq!(error.kind(), ErrorKind::Status);
        assert_eq!(error.status(), Some(status));
        assert_eq!(error.message(), None);
        assert_eq!(error.is_transient(), status >= 500, "{status}");
        assert_eq!(error.operation().map(|one| one.id), Some("readMember"));
    }
}

#[tokio::test]
async fn a_refusal_in_json_gives_code_and_message_and_nothing_else() {
    let body =
        format!(r#"{{"error":{{"code":4091,"message":"The member is busy."}},"echo":"{CANARY}"}}"#);
    let error = refused(reply(409, server::VENDOR, body)).await;
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Status, Some(409))
    );
    assert_eq!(error.code(), Some("4091"));
    assert_eq!(error.message(), Some("The member is busy."));
    assert!(error.is_conflict());
    assert!(!everything_printed(&error).contains(CANARY));
}

#[tokio::test]
async fn a_refusal_in_plain_text_keeps_its_status_and_is_not_printed() {
    let error = refused(reply(422, "text/plain", format!("no: {CANARY}"))).await;
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Status, Some(422))
    );
    assert!(!everything_printed(&error).contains(CANARY));
}

#[tokio::test]
async fn a_long_message_is_cut_and_a_large_body_is_not_read_to_its_end() {
    let long = format!(r#"{{"message":"{}"}}"#, "x".repeat(2000));
    let error = refused(reply(400, server::VENDOR, long)).await;
    let length = error.message().map(|message| message.chars().count());
    assert!(
        length.is_some_and(|length| (1..=301).contains(&length)),
        "{length:?}"
    );
    let huge = format!(r#"{{"message":"{}"}}"#, "x".repeat(4 * 1024 * 1024));
    let error = refused(reply(500, server::VENDOR, huge)).await;
    assert_eq!((error.status(), error.message()), (Some(500), None));
    assert!(everything_printed(&error).len() < 2000);
}

#[tokio::test]
async fn a_success_of_another_shape_names_the_place_and_not_the_value() {
    let body = format!(r#"{{"member":{{"name":["{CANARY}"]}}}}"#);
    let error = refused(reply(200, server::VENDOR, body)).await;
    assert_eq!(error.kind(), ErrorKind::Decode);
    let printed = everything_printed(&error);
    assert!(printed.contains("$.member.name"), "{printed}");
    assert!(!printed.contains(CANARY), "{printed}");
}

#[tokio::test]
async fn a_refused_session_is_told_apart_from_other_refusals() {
    let server = MockServer::start_async().await;
    let client = server::client(&server).await;
    let mock = server
        .mock_async(|when, then| {
            when.path("/members/member_guid-value");
            then.status(401).body(CANARY);
        })
        .await;
    let outcome = exerciser::of("readMember")
        .call(Extent::Minimal, &client)
        .await;
    let error = outcome.expect_err("it was refused");
    assert!(error.is_session_expired(), "{error:?}");
    assert_eq!(error.kind(), ErrorKind::SessionExpired);
    assert!(!everything_printed(&error).contains(CANARY));
    assert!(mock.calls_async().await >= 1);
}
