//! Errors: the message, the kind, the predicates and the causes.

#![allow(clippy::unwrap_used, reason = "set-up fails by panicking")]

use std::error::Error as _;
use std::fmt::Write as _;
use std::time::Duration;

use mx_nexus::{Environment, Error, ErrorKind, Nexus, RetryPolicy};

#[path = "support/recorder.rs"]
mod recorder;

use recorder::{Answer, Recorder, closed_address};

/// Longer than any answer in these tests takes.
const LONG: Duration = Duration::from_secs(30);

/// Message, causes, kind and true predicates of an error.
fn described(error: &Error) -> String {
    let mut text = format!("{error}\n");
    let mut source = error.source();
    while let Some(cause) = source {
        writeln!(text, "  because {cause}").unwrap();
        source = cause.source();
    }
    let predicates = [
        ("transient", error.is_transient()),
        ("session expired", error.is_session_expired()),
        ("not found", error.is_not_found()),
        ("conflict", error.is_conflict()),
        ("answer lost", error.is_answer_lost()),
        ("never sent", error.was_never_sent()),
    ];
    let true_ones: Vec<&str> = predicates
        .iter()
        .filter(|(_, holds)| *holds)
        .map(|(name, _)| *name)
        .collect();
    write!(text, "  {:?}", error.kind()).unwrap();
    writeln!(text, " [{}]", true_ones.join(", ")).unwrap();
    text
}

async fn read_at(address: &str, timeout: Duration) -> Error {
    let builder = Nexus::builder(Environment::custom(address))
        .retry(RetryPolicy::off())
        .timeout(timeout);
    let user = builder.build().unwrap().with_session_token("s");
    let api = user.api().await.unwrap();
    let read = api.read_member().member_guid("MBR-1").send().await;
    read.unwrap_err()
}

async fn read(answer: Answer) -> Error {
    let timeout = match answer {
        Answer::Silence | Answer::Stalled(..) => Duration::from_millis(200),
        _ => LONG,
    };
    let server = Recorder::answering([answer]).await;
    read_at(&server.address, timeout).await
}

#[tokio::test]
async fn each_status_gives_kind_and_predicates() {
    let body = r#"{"error":{"code":"4221","message":"The message of MX."}}"#;
    let mut text = String::new();
    for status in [
        302, 400, 401, 403, 404, 405, 408, 409, 422, 429, 500, 501, 502, 503, 504, 599,
    ] {
        let error = read(Answer::json(status, body)).await;
        writeln!(text, "{}", described(&error)).unwrap();
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn message_of_each_error_body() {
    let long = format!(r#"{{"message":"{}"}}"#, "long ".repeat(200));
    let huge = format!(r#"{{"message":"{}"}}"#, "huge ".repeat(1024 * 1024));
    let mut text = String::new();
    for body in [
        r#"{"error":{"code":4001,"message":"In an object."}}"#,
        r#"{"code":4001,"message":"At the top."}"#,
        r#"{"errors":[{"message":"The first of them."},{"message":"Not this one."}]}"#,
        r#"{"error":"A string."}"#,
        r#"{"message":"Two\nlines\u0007."}"#,
        r#"{"message":{"of":"another shape"}}"#,
        "<html><body>502 Bad Gateway</body></html>",
        "",
        "{",
        "Plain text.",
        &long,
        &huge,
    ] {
        let error = read(Answer::json(400, body)).await;
        let shown = body.chars().take(60).collect::<String>();
        writeln!(text, "{shown}\n  {error}").unwrap();
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn each_transport_failure_gives_kind_and_causes() {
    let body = br#"{"member":{"guid":"MBR-1"}}"#.to_vec();
    let mut text = String::new();
    for (name, error) in [
        (
            "connection refused",
            read_at(&closed_address().await, LONG).await,
        ),
        ("no answer", read(Answer::Silence).await),
        (
            "half an answer, then silence",
            read(Answer::Stalled(200, body.clone())).await,
        ),
        (
            "half an answer, then the end",
            read(Answer::Broken(200, body)).await,
        ),
        ("the end", read(Answer::HangUp).await),
    ] {
        let shown: String = described(&error)
            .lines()
            .map(|line| match line.contains("(os error") {
                true => "  because [text of the system]\n".to_owned(),
                false => format!("{line}\n"),
            })
            .collect();
        writeln!(text, "{name}:\n{shown}").unwrap();
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn undecodable_answer_names_the_path_without_the_value() {
    let mut text = String::new();
    for body in [
        r#"{"member":{"guid":"MBR-1","is_being_aggregated":"VALUE"}}"#,
        r#"{"member":{"guid":["VALUE"]}}"#,
        r#"{"member":["VALUE"]}"#,
        r#"{"member":"VALUE"}"#,
        r#"["VALUE"]"#,
        r#""VALUE""#,
        r#"{"member":{"name":"VALUE"#,
        r#"{"member":{"name":VALUE}}"#,
        r#"{"member":{"name":"VALUE":1}}"#,
        r#"{"member":{"name":"VALUE",:1}}"#,
        r#"{"members":[{"name":"VALUE"},{:1}]}"#,
        "VALUE",
        "<html>VALUE</html>",
    ] {
        let error = read(Answer::json(200, body)).await;
        for shown in [described(&error), format!("{error:?}")] {
            assert!(!shown.contains("VALUE"), "{shown}");
        }
        writeln!(text, "{body}\n{}", described(&error)).unwrap();
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn undecodable_answer_does_not_print_its_keys() {
    let deep = format!(r#"{{"member":{{"next_year":{}!"#, r#"{"of":["#.repeat(30));
    let long = format!(r#"{{"member":{{"VALUE{}":!}}}}"#, "x".repeat(5000));
    let mut text = String::new();
    for body in [
        r#"{"member":{"Ann VALUE":!}}"#,
        r#"{"member":{"4111-VALUE":[!]}}"#,
        r#"{"member":{"a\u0007\nVALUE":{"in":!}}}"#,
        &long,
        &deep,
    ] {
        let error = read(Answer::json(200, body)).await;
        for shown in [described(&error), format!("{error:?}")] {
            assert!(!shown.contains("VALUE"), "{shown}");
        }
        writeln!(text, "{error}").unwrap();
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn status_of_a_session_exchange_is_not_the_status_of_the_call() {
    for status in [404, 409] {
        let server = Recorder::answering([Answer::json(status, "")]).await;
        let error = server.nexus().user("U-9").api().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Session);
        assert_eq!(error.status(), Some(status));
        assert!(!error.is_not_found(), "no member was asked for");
        assert!(!error.is_conflict(), "no job was in the way");
        assert!(error.was_never_sent() && !error.is_answer_lost());
    }
}

#[test]
fn builder_without_a_required_field_is_a_request_error() {
    use mx_nexus::{api, mdx, sso};
    fn nexus() -> Result<api::types::MemberCreateRequest, Error> {
        Ok(api::types::MemberCreateRequest::builder().try_into()?)
    }
    fn sso() -> Result<sso::types::WidgetUrlRequest, Error> {
        Ok(sso::types::WidgetUrlRequest::builder().try_into()?)
    }
    fn mdx() -> Result<mdx::types::UserCreateRequest, Error> {
        Ok(mdx::types::UserCreateRequest::builder().try_into()?)
    }
    let errors = [nexus().unwrap_err(), sso().unwrap_err(), mdx().unwrap_err()];
    for (error, field) in errors.iter().zip(["institution_guid", "type_", "id"]) {
        assert_eq!(error.kind(), ErrorKind::Request);
        assert!(error.was_never_sent() && !error.is_transient());
        let words = format!("the request cannot be built: no value supplied for {field}");
        assert_eq!(error.to_string(), words);
    }
}

#[tokio::test]
async fn invalid_calls_are_refused_before_sending() {
    let server = Recorder::answering([Answer::json(200, "{}")]).await;
    let nexus = server.nexus();
    let api = nexus.with_session_token("s").api().await.unwrap();
    let token_api = nexus.session_api("api-token");
    let errors = [
        api.read_member().send().await.unwrap_err(),
        api.create_member().send().await.unwrap_err(),
        api.read_member()
            .member_guid("..")
            .send()
            .await
            .unwrap_err(),
        token_api
            .read_member()
            .member_guid("MBR-1")
            .send()
            .await
            .unwrap_err(),
        api.create_session().send().await.unwrap_err(),
        api.list_transactions()
            .from_date("yesterday")
            .send()
            .await
            .unwrap_err(),
        api.list_category_totals_by_date_range()
            .start_date("2026-02-01")
            .end_date("2026-02-29")
            .send()
            .await
            .unwrap_err(),
    ];
    let texts: Vec<String> = errors.iter().map(described).collect();
    insta::assert_snapshot!(texts.join("\n"));
    assert!(errors.iter().all(Error::was_never_sent));
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn error_is_small_clone_send_and_sync() {
    fn passes<T: std::error::Error + Clone + Send + Sync + 'static>(_: &T) {}
    let error = read(Answer::json(404, "")).await;
    passes(&error);
    assert_eq!(error.clone().to_string(), error.to_string());
    assert_eq!(
        error.operation().map(|operation| operation.path),
        Some("/members/{member_guid}")
    );
    assert!(std::mem::size_of::<Error>() <= 2 * std::mem::size_of::<usize>());
}
