//! Wrong answers to the two calls that open a session, and the error of each.

#![allow(clippy::unwrap_used, reason = "set-up fails by panicking")]

use std::error::Error as _;
use std::fmt::Write as _;
use std::time::Duration;

use mx_nexus::ErrorKind;
use mx_nexus::jobs::JobErrorKind;
use mx_nexus::sso::TokenFormat;

#[path = "support/recorder.rs"]
mod recorder;

use recorder::{Answer, Recorder, session, token};

const HTML: &str = "<!DOCTYPE html><html><body><p>Bad gateway</body></html>";
const LIMIT: usize = 100 * 1024;

fn xml(body: &str) -> Answer {
    Answer::typed(200, "application/vnd.moneydesktop.sso.v3+xml", body)
}

fn json(body: &str) -> Answer {
    Answer::json(200, body)
}

/// Opens a session with these answers of SSO and of Nexus; returns the outcome for a snapshot.
async fn outcome(format: TokenFormat, token: Answer, opening: Answer) -> String {
    let server = Recorder::start(move |received, _| {
        if received.line.contains("/api_token.") {
            token.clone()
        } else {
            opening.clone()
        }
    })
    .await;
    let builder = server.builder().token_format(format).answer_limit(LIMIT);
    let user = builder.build().unwrap().user("U-1");
    let mut text = match user.api().await {
        Ok(_) => "opened\n".to_owned(),
        Err(error) => {
            let transient = if error.is_transient() {
                "transient"
            } else {
                "not transient"
            };
            let mut text = format!("{:?}, {transient}: {error}\n", error.kind());
            let mut source = error.source();
            while let Some(cause) = source {
                writeln!(text, "  because {cause}").unwrap();
                source = cause.source();
            }
            text
        }
    };
    writeln!(text, "  {}", server.lines().join(", ")).unwrap();
    text
}

#[tokio::test]
async fn each_json_token_answer_opens_a_session_or_fails() {
    let huge = format!(r#"{{"api_token":{{"token":"{}"}}}}"#, "x".repeat(LIMIT));
    let mut text = String::new();
    for (name, answer) in [
        ("as it should be", token("abc")),
        ("malformed", json(r#"{"api_token":{"token":"#)),
        (
            "of another shape",
            json(r#"{"api_token":{"token":["abc"]}}"#),
        ),
        ("without a token", json("{}")),
        ("with a null", json(r#"{"api_token":{"token":null}}"#)),
        ("with an empty token", token("  ")),
        ("with a line break in the token", token("abc\\ndef")),
        ("empty", json("")),
        ("huge", json(&huge)),
        ("HTML", Answer::typed(200, "text/html", HTML)),
    ] {
        let outcome = outcome(TokenFormat::Json, answer, session("s")).await;
        writeln!(text, "{name}:\n{outcome}").unwrap();
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn each_xml_token_answer_opens_a_session_or_fails() {
    let huge = format!(
        "<api_token><token>{}</token></api_token>",
        "x".repeat(LIMIT)
    );
    let mut text = String::new();
    for (name, answer) in [
        (
            "as it should be",
            xml("<?xml version=\"1.0\"?>\n<api_token>\n  <token>abc</token>\n</api_token>\n"),
        ),
        ("malformed", xml("<api_token><token>abc</api_token>")),
        ("of another shape", xml("<error><token>abc</token></error>")),
        ("without a token", xml("<api_token/>")),
        (
            "with an empty token",
            xml("<api_token><token> </token></api_token>"),
        ),
        ("empty", xml("")),
        ("huge", xml(&huge)),
        ("HTML", Answer::typed(200, "text/html", HTML)),
        (
            "broken off",
            Answer::Broken(200, b"<api_token><token>abc</token></api_token>".to_vec()),
        ),
    ] {
        let outcome = outcome(TokenFormat::Xml, answer, session("s")).await;
        writeln!(text, "{name}:\n{outcome}").unwrap();
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn each_sso_refusal_gives_kind_and_message() {
    let mut text = String::new();
    for (status, body) in [
        (401, r#"{"error":{"message":"Unauthorized"}}"#),
        (403, r#"{"error":{"message":"IP not allowed"}}"#),
        (404, r#"{"error":{"message":"Not found"}}"#),
        (429, ""),
        (502, HTML),
    ] {
        for format in [TokenFormat::Json, TokenFormat::Xml] {
            let answer = Answer::json(status, body);
            let outcome = outcome(format, answer, session("s")).await;
            writeln!(text, "{status} as {format:?}:\n{outcome}").unwrap();
        }
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn each_session_answer_opens_a_session_or_fails() {
    let huge = format!(r#"{{"session":{{"token":"{}"}}}}"#, "x".repeat(LIMIT));
    let mut text = String::new();
    for (name, answer) in [
        ("as it should be", session("s")),
        ("malformed", json("{\"session\":")),
        ("without a token", json(r#"{"session":{}}"#)),
        ("with an empty token", session("")),
        ("empty", json("")),
        ("huge", json(&huge)),
        ("HTML", Answer::typed(200, "text/html", HTML)),
        (
            "used token",
            Answer::json(401, r#"{"code":4010,"message":"used"}"#),
        ),
        ("not allowed", Answer::json(403, "")),
        (
            "broken off",
            Answer::Broken(200, b"{\"session\":{}}".to_vec()),
        ),
        ("MX is down", Answer::json(503, "")),
    ] {
        let outcome = outcome(TokenFormat::Json, token("abc"), answer).await;
        writeln!(text, "{name}:\n{outcome}").unwrap();
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn outage_returns_the_status_instead_of_a_timeout() {
    let down = || Answer::json(503, "").with("Retry-After", "1");
    let busy = || Answer::json(429, "").with("Retry-After", "1");
    for (token, opening, status) in [(down(), down(), 503), (token("abc"), busy(), 429)] {
        let server = Recorder::start(move |received, _| match received.line.as_str() {
            "POST /sessions" => opening.clone(),
            _ => token.clone(),
        })
        .await;
        // Four attempts with a second between them do not fit into two.
        let builder = server.builder().session_timeout(Duration::from_secs(2));
        let error = builder.build().unwrap().user("U-1").api().await;
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Session);
        assert_eq!(error.status(), Some(status), "{error}");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(1)));
        assert!(error.is_transient());
    }
}

#[tokio::test]
async fn refused_key_and_unknown_user_end_a_job_at_once_and_for_good() {
    for status in [401, 404] {
        let server = Recorder::start(move |_, _| Answer::json(status, "{}")).await;
        let identify = server.nexus().user("U-1").identify("MBR-1");
        let budget = Duration::from_secs(300);
        let error = identify.run(budget, async |_| None).await.unwrap_err();
        assert_eq!(error.kind(), JobErrorKind::Call, "{error}");
        assert!(!error.is_resumable() && !error.has_cost(), "{error}");
        assert_eq!(server.lines().len(), 1, "{:?}", server.lines());
    }
}
