//! Details of errors: their causes, request ID and redaction, and which connection failures are retried.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::error::Error as _;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use mx_nexus::{Environment, Error, ErrorKind, Nexus, RetryPolicy};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

#[path = "support/recorder.rs"]
mod recorder;

use recorder::{Answer, Recorder, builder_at, quick};

const MARK: &str = "S3CR3T-CANARY";

async fn read(nexus: &Nexus) -> Result<Option<String>, Error> {
    let api = nexus.with_session_token("s").api().await?;
    let answer = api.read_member().member_guid("MBR-1").send().await?;
    let member = answer.into_inner().member;
    Ok(member.and_then(|member| member.guid).map(String::from))
}

async fn read_from(answer: Answer) -> Result<Option<String>, Error> {
    let server = Recorder::answering([answer]).await;
    let builder = server.builder().retry(RetryPolicy::off());
    read(&builder.build().unwrap()).await
}

/// Whether an I/O error is in the chain of causes.
fn has_io_cause(error: &Error) -> bool {
    let mut source = error.source();
    while let Some(cause) = source {
        if cause.is::<io::Error>() {
            return true;
        }
        source = cause.source();
    }
    false
}

#[tokio::test]
async fn connection_lost_in_the_tls_handshake_is_retried() {
    for with_reset in [true, false] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let accepted = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&accepted);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                count.fetch_add(1, SeqCst);
                let _ = stream.read(&mut [0; 4096]).await;
                if with_reset {
                    stream.set_zero_linger().unwrap();
                }
            }
        });
        let environment = Environment::custom(format!("https://127.0.0.1:{port}"));
        let builder = Nexus::builder(environment).retry(quick().attempts(2));
        let error = read(&builder.build().unwrap()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
        assert!(error.is_connect() && error.is_transient());
        assert!(accepted.load(SeqCst) >= 2, "{accepted:?}");
    }
}

#[tokio::test]
async fn byte_order_mark_before_json_is_skipped() {
    let body = "\u{feff}{\"member\":{\"guid\":\"MBR-1\"}}";
    let guid = read_from(Answer::json(200, body)).await.unwrap();
    assert_eq!(guid.as_deref(), Some("MBR-1"));
    let guid = read_from(Answer::json(200, "\u{feff}")).await.unwrap();
    assert_eq!(guid, None);
    let error = read_from(Answer::json(400, "\u{feff}{\"message\":\"no\"}")).await;
    assert_eq!(error.unwrap_err().message(), Some("no"));
}

#[tokio::test]
async fn request_id_is_that_of_the_response_header() {
    let answer = Answer::json(404, "{}").with("X-Request-Id", "req-7");
    let error = read_from(answer).await.unwrap_err();
    assert_eq!(error.request_id(), Some("req-7"));
    assert!(error.to_string().ends_with("(status 404, request req-7)"));
    let error = read_from(Answer::json(404, "{}")).await.unwrap_err();
    assert_eq!(error.request_id(), None);
}

#[tokio::test]
async fn timeouts_and_connection_failures_are_recognised_also_of_a_session() {
    let server = Recorder::answering([Answer::Silence]).await;
    let builder = server.builder().retry(RetryPolicy::off());
    let nexus = builder.timeout(Duration::from_millis(100)).build().unwrap();
    let of_session = nexus.user("U-1").api().await.map(drop);
    for error in [read(&nexus).await.unwrap_err(), of_session.unwrap_err()] {
        assert!(error.is_timeout() && !error.is_connect(), "{error:?}");
    }
    let builder = server.builder().session_timeout(Duration::from_millis(100));
    let error = builder.build().unwrap().user("U-1").api().await;
    assert!(error.unwrap_err().is_timeout());

    let builder = builder_at(&recorder::closed_address().await).retry(RetryPolicy::off());
    let nexus = builder.build().unwrap();
    let of_session = nexus.user("U-1").api().await.map(drop).unwrap_err();
    assert_eq!(of_session.kind(), ErrorKind::Session);
    for error in [read(&nexus).await.unwrap_err(), of_session] {
        assert!(error.is_connect() && !error.is_timeout(), "{error:?}");
        assert!(has_io_cause(&error), "{error:?}");
    }
}

/// Sends `member` in a body; the server's message quotes all of it.
async fn echoed(member: &Value) -> Error {
    let server = Recorder::start(|received, _| {
        let message = json!({ "message": received.body });
        Answer::json(400, &message.to_string())
    })
    .await;
    let user = server.nexus().with_session_token("s");
    let call = user.call("createMember").body(json!({ "member": member }));
    call.send().await.unwrap_err()
}

#[tokio::test]
async fn identifiers_and_kinds_of_the_request_stay_in_the_message() {
    let sent = json!({"institution_guid": "INS-1", "account_type": "CHECKING", "name": MARK});
    let error = echoed(&sent).await;
    let message = error.message().unwrap();
    assert!(message.contains("INS-1") && message.contains("CHECKING"));
    assert!(message.contains("[sent]") && !message.contains(MARK));
}

#[tokio::test]
async fn no_field_that_a_document_marks_is_printable() {
    let marks = ["x-secret", "x-personal", "x-digits"].map(|mark| json!(mark));
    let mut fields = vec!["a_field_of_no_document".to_owned()];
    for text in [
        include_str!(concat!(env!("OUT_DIR"), "/nexus_document.json")),
        include_str!(concat!(env!("OUT_DIR"), "/sso_document.json")),
        include_str!(concat!(env!("OUT_DIR"), "/mdx_document.json")),
    ] {
        let document: Value = serde_json::from_str(text).unwrap();
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let properties = schemas
            .values()
            .flat_map(|schema| schema["properties"].as_object().into_iter().flatten());
        let marked = properties.filter(|(_, property)| {
            marks.contains(&property["format"]) || marks.contains(&property["items"]["format"])
        });
        fields.extend(marked.map(|(name, _)| name.clone()));
    }
    fields.sort();
    fields.dedup();
    assert!(fields.len() > 40, "{fields:?}");
    for field in fields {
        for value in [json!(MARK), json!([{ "in": [MARK] }])] {
            let error = echoed(&json!({ field.as_str(): value })).await;
            assert!(!format!("{error} {error:?}").contains(MARK), "{field}");
        }
    }
}
