//! Sessions over the wire: opened, shared, renewed during a call, and refused.

#![allow(clippy::unwrap_used, reason = "set-up fails by panicking")]

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use mx_nexus::api::types;
use mx_nexus::{
    ApiTokenFuture, ApiTokenSource, Environment, ErrorKind, Nexus, Secret, SessionAggregation,
};

#[path = "support/recorder.rs"]
mod recorder;

use recorder::{Answer, Recorder, builder_at, closed_address, member};

const TOKEN: &str = "GET /client/users/U-1/api_token.json";
const EXPIRED: &str = r#"{"error":{"code":4011,"message":"Session token expired"}}"#;

async fn read_member(api: &mx_nexus::api::Client) -> Result<(), mx_nexus::Error> {
    let read = api.read_member().member_guid("MBR-1").send().await;
    read.map(drop)
}

/// Opens sessions like MX, and answers reads in this order; the last answer is repeated.
async fn reads(answers: Vec<Answer>) -> Recorder {
    Recorder::mx(move |_, before| answers[before.min(answers.len() - 1)].clone()).await
}

fn session_tokens(server: &Recorder) -> Vec<String> {
    let received = server.received();
    let tokens = received
        .iter()
        .filter_map(|received| received.header("md-session-token"));
    tokens.map(str::to_owned).collect()
}

#[tokio::test]
async fn session_is_opened_once_and_skips_the_aggregation() {
    let server = reads(vec![member("MBR-1")]).await;
    let user = server.nexus().user("U-1");
    for _ in 0..3 {
        read_member(&user.api().await.unwrap()).await.unwrap();
    }
    insta::assert_snapshot!("opening", server.transcript());
    let opening = &server.received()[1];
    assert_eq!(
        opening.body, r#"{"session":{"skip_aggregation":true}}"#,
        "exact body"
    );
    assert_eq!(opening.header("md-api-token"), Some("api-token-1"));
    assert_eq!(session_tokens(&server), ["session-1"; 3]);
}

/// The API tokens with which a session was asked for.
fn api_tokens(server: &Recorder) -> Vec<String> {
    let received = server.received();
    let tokens = received
        .iter()
        .filter_map(|received| received.header("md-api-token"));
    tokens.map(str::to_owned).collect()
}

#[tokio::test]
async fn failed_opening_is_repeated_with_a_fresh_token() {
    let session = r#"{"session":{"token":"s"}}"#;
    for failure in [
        Answer::json(503, ""),
        Answer::json(429, ""),
        Answer::json(429, "").with("Retry-After", "0"),
        Answer::HangUp,
        Answer::Broken(200, session.into()),
    ] {
        let server = Recorder::start(move |received, before| match received.line.as_str() {
            "POST /sessions" if before < 4 => failure.clone(),
            "POST /sessions" => recorder::session("s"),
            _ => recorder::token(&format!("token-{before}")),
        })
        .await;
        server.nexus().user("U-1").api().await.unwrap();
        assert_eq!(api_tokens(&server), ["token-0", "token-2", "token-4"]);
    }
}

#[tokio::test]
async fn refused_connection_is_repeated_with_a_fresh_token() {
    let sso = Recorder::answering([recorder::token("t")]).await;
    let environment = Environment::custom(closed_address().await).with_sso(&sso.address);
    let nexus = Nexus::builder(environment)
        .credentials("client", "the-api-key")
        .retry(recorder::quick());
    let error = nexus.build().unwrap().user("U-1").api().await.unwrap_err();
    assert!(error.is_connect() && error.is_transient(), "{error}");
    assert_eq!(sso.lines(), [TOKEN; 4]);
}

#[tokio::test]
async fn refused_token_is_not_repeated() {
    let server = Recorder::start(|received, _| match received.line.as_str() {
        "POST /sessions" => Answer::json(401, ""),
        _ => recorder::token("t"),
    })
    .await;
    let error = server.nexus().user("U-1").api().await.unwrap_err();
    assert_eq!(error.status(), Some(401));
    assert_eq!(server.count("POST /sessions"), 1);
}

#[tokio::test]
async fn session_aggregation_start_sends_skip_aggregation_false() {
    let server = reads(vec![member("MBR-1")]).await;
    let builder = server
        .builder()
        .session_aggregation(SessionAggregation::Start);
    builder.build().unwrap().user("U-1").api().await.unwrap();
    assert_eq!(
        server.received()[1].body,
        r#"{"session":{"skip_aggregation":false}}"#
    );
}

#[tokio::test]
async fn read_refused_with_401_is_sent_again_with_a_new_session() {
    let server = reads(vec![
        member("MBR-1"),
        Answer::json(401, EXPIRED),
        member("MBR-1"),
    ])
    .await;
    let api = server.nexus().user("U-1").api().await.unwrap();
    read_member(&api).await.unwrap();
    read_member(&api).await.unwrap();
    insta::assert_snapshot!("renewal", server.transcript());
    assert_eq!(
        session_tokens(&server),
        ["session-1", "session-1", "session-2"]
    );
    let openings: Vec<String> = server
        .received()
        .iter()
        .filter(|received| received.line == "POST /sessions")
        .map(|received| received.header("md-api-token").unwrap().to_owned())
        .collect();
    assert_eq!(openings, ["api-token-1", "api-token-2"], "each used once");
}

#[tokio::test]
async fn post_refused_with_401_is_sent_again_with_a_new_session() {
    let server = reads(vec![Answer::json(401, EXPIRED), member("MBR-1")]).await;
    let api = server.nexus().user("U-1").api().await.unwrap();
    let identify = api.identify_member().member_guid("MBR-1");
    identify.send().await.unwrap();
    assert_eq!(server.count("POST /members/MBR-1/identify"), 2);
}

#[tokio::test]
async fn second_401_is_session_expired() {
    let server = reads(vec![Answer::json(401, EXPIRED)]).await;
    let api = server.nexus().user("U-1").api().await.unwrap();
    let error = read_member(&api).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SessionExpired);
    assert!(error.is_session_expired() && !error.is_transient());
    assert_eq!((error.status(), error.code()), (Some(401), Some("4011")));
    assert_eq!(server.count("GET /members/MBR-1"), 2);
    assert_eq!(server.count("POST /sessions"), 2);
}

#[tokio::test]
async fn concurrent_calls_make_one_exchange_and_share_the_session() {
    let server = reads(vec![member("MBR-1")]).await;
    let nexus = server.nexus();
    let calls = (0..30).map(|_| {
        let user = nexus.user("U-1");
        tokio::spawn(async move { read_member(&user.api().await?).await })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    assert_eq!(server.count(TOKEN), 1);
    assert_eq!(server.count("POST /sessions"), 1);
    assert_eq!(session_tokens(&server), ["session-1"; 30]);
}

#[tokio::test]
async fn user_handles_of_the_same_id_share_a_session() {
    let server = reads(vec![member("MBR-1")]).await;
    let nexus = server.nexus();
    for id in ["U-1", "U-1", "U-2"] {
        read_member(&nexus.user(id).api().await.unwrap())
            .await
            .unwrap();
    }
    assert_eq!(
        session_tokens(&server),
        ["session-1", "session-1", "session-2"]
    );
}

#[tokio::test]
async fn given_session_token_is_not_renewed() {
    let server = reads(vec![member("MBR-1"), Answer::json(401, EXPIRED)]).await;
    let user = server.nexus().with_session_token("test_session");
    let api = user.api().await.unwrap();
    read_member(&api).await.unwrap();
    let error = read_member(&api).await.unwrap_err();
    assert!(error.is_session_expired());
    assert_eq!((error.status(), error.code()), (Some(401), Some("4011")));
    assert!(
        user.api().await.unwrap_err().is_session_expired(),
        "and again"
    );
    assert_eq!(
        server.lines(),
        ["GET /members/MBR-1"; 2],
        "no other request"
    );
    assert_eq!(session_tokens(&server), ["test_session"; 2]);
}

#[tokio::test]
async fn given_api_token_opens_one_session() {
    let server = reads(vec![member("MBR-1"), Answer::json(401, EXPIRED)]).await;
    let api = server.nexus().with_api_token("of-a-vault").api().await;
    let api = api.unwrap();
    read_member(&api).await.unwrap();
    let error = read_member(&api).await.unwrap_err();
    assert!(error.is_session_expired());
    assert_eq!(error.code(), Some("4011"));
    let received = server.received();
    assert_eq!(received[0].header("md-api-token"), Some("of-a-vault"));
    assert_eq!(server.count("POST /sessions"), 1);
}

#[tokio::test]
async fn api_token_can_be_used_after_a_failed_connection() {
    let nexus = builder_at(&closed_address().await).build().unwrap();
    let user = nexus.with_api_token("of-a-vault");
    for _ in 0..2 {
        let error = user.api().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Session);
        assert!(error.is_transient(), "{error}");
    }
}

#[tokio::test]
async fn api_token_with_a_lost_answer_is_not_sent_again() {
    let server = Recorder::answering([Answer::HangUp]).await;
    let user = server.nexus().with_api_token("of-a-vault");
    assert!(user.api().await.unwrap_err().is_transient());
    let spent = user.api().await.unwrap_err();
    assert!(spent.is_session_expired() && !spent.is_transient());
    assert_eq!(
        spent.to_string(),
        "the one-time API token has been used; get another"
    );
    assert_eq!(server.lines(), ["POST /sessions"]);
}

#[tokio::test]
async fn api_token_can_be_used_after_429() {
    let busy = Answer::json(429, "").with("Retry-After", "3600");
    let server = Recorder::answering([busy, recorder::session("s"), member("MBR-1")]).await;
    let user = server.nexus().with_api_token("of-a-vault");
    let error = user.api().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Session, Some(429))
    );
    assert!(error.is_transient());
    read_member(&user.api().await.unwrap()).await.unwrap();
    let received = server.received();
    for opening in &received[..2] {
        assert_eq!(opening.line, "POST /sessions");
        assert_eq!(opening.header("md-api-token"), Some("of-a-vault"));
    }
}

#[tokio::test]
async fn given_api_token_is_sent_once_by_each_call() {
    let server = Recorder::answering([Answer::json(429, "")]).await;
    let nexus = server.nexus();
    let user = nexus.with_api_token("of-a-vault");
    for sent in [1, 2] {
        assert_eq!(user.api().await.unwrap_err().status(), Some(429));
        assert_eq!(server.lines().len(), sent);
    }
    let api = nexus.session_api("another");
    let opening = api
        .create_session()
        .body(types::SessionCreateRequestBody::default());
    assert_eq!(opening.send().await.unwrap_err().status(), Some(429));
    assert_eq!(server.lines().len(), 3);
}

/// Returns `vault-1`, `vault-2`, …; fails and panics at the given calls.
#[derive(Default)]
struct Vault {
    asked: AtomicUsize,
    fails_at: usize,
    panics_at: usize,
}

impl ApiTokenSource for Vault {
    fn api_token<'a>(&'a self, user_id: &'a str) -> ApiTokenFuture<'a> {
        let number = self.asked.fetch_add(1, SeqCst) + 1;
        Box::pin(async move {
            assert_eq!(user_id, "U-1");
            assert_ne!(number, self.panics_at, "the vault is broken");
            if number == self.fails_at {
                return Err("the vault is sealed".into());
            }
            Ok(Secret::new(format!("vault-{number}")))
        })
    }
}

fn with_vault(server: &Recorder, vault: Vault) -> Nexus {
    server.builder().api_tokens_from(vault).build().unwrap()
}

#[tokio::test]
async fn api_token_source_replaces_sso() {
    let server = reads(vec![Answer::json(401, EXPIRED), member("MBR-1")]).await;
    let user = with_vault(&server, Vault::default()).user("U-1");
    read_member(&user.api().await.unwrap()).await.unwrap();
    let received = server.received();
    let spent: Vec<&str> = received
        .iter()
        .filter_map(|received| received.header("md-api-token"))
        .collect();
    assert_eq!(spent, ["vault-1", "vault-2"]);
    assert_eq!(server.count(TOKEN), 0);
}

#[tokio::test]
async fn failure_of_a_token_source_is_returned_and_not_stored() {
    let server = reads(vec![member("MBR-1")]).await;
    let vault = Vault {
        fails_at: 1,
        ..Vault::default()
    };
    let user = with_vault(&server, vault).user("U-1");
    let error = user.api().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Session);
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), "the vault is sealed");
    assert!(!error.is_transient(), "the cause is unknown");
    user.api().await.unwrap();
}

/// Gets tokens from another client and returns its errors.
struct Service(Nexus);

impl ApiTokenSource for Service {
    fn api_token<'a>(&'a self, user_id: &'a str) -> ApiTokenFuture<'a> {
        Box::pin(async move { Ok(self.0.sso()?.api_token(user_id).await?) })
    }
}

#[tokio::test]
async fn failure_of_a_token_source_keeps_status_and_transience() {
    for (status, transient) in [(503, true), (404, false)] {
        let sso = Recorder::answering([Answer::json(status, "")]).await;
        let builder = sso.builder().api_tokens_from(Service(sso.nexus()));
        let user = builder.build().unwrap().user("U-1");
        let error = user.api().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Session);
        assert_eq!(error.status(), Some(status));
        assert_eq!(error.is_transient(), transient, "{error}");
    }
    let service = Service(builder_at(&closed_address().await).build().unwrap());
    let builder = builder_at(&closed_address().await).api_tokens_from(service);
    let user = builder.build().unwrap().user("U-1");
    let error = user.api().await.unwrap_err();
    assert!(error.is_transient(), "{error}");
}

#[tokio::test]
async fn panic_in_a_token_source_is_a_transient_error() {
    let server = reads(vec![member("MBR-1")]).await;
    let vault = Vault {
        panics_at: 1,
        ..Vault::default()
    };
    let user = with_vault(&server, vault).user("U-1");
    let error = user.api().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Session);
    assert!(
        !error.to_string().contains("vault"),
        "without the panic message"
    );
    assert!(error.is_transient());
    user.api().await.unwrap();
    assert_eq!(server.received()[0].header("md-api-token"), Some("vault-2"));
}
