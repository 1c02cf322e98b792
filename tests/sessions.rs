//! Sessions over the wire: how one is opened, shared, renewed in the middle of a call, and refused.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use mx_nexus::{ApiTokenFuture, ApiTokenSource, ErrorKind, Nexus, Secret, SessionAggregation};

#[path = "support/recorder.rs"]
mod recorder;

use recorder::{Answer, Recorder, builder_at, member, nobody};

const TOKEN: &str = "GET /client/users/U-1/api_token.json";
const EXPIRED: &str = r#"{"error":{"code":4011,"message":"Session token expired"}}"#;

async fn read_member(api: &mx_nexus::api::Client) -> Result<(), mx_nexus::Error> {
    let read = api.read_member().member_guid("MBR-1").send().await;
    read.map(drop)
}

/// Answers reads in this order, the last one again and again, under sessions that MX opens.
async fn reads(answers: Vec<Answer>) -> Recorder {
    Recorder::mx(move |_, before| answers[before.min(answers.len() - 1)].clone()).await
}

fn session_tokens(server: &Recorder) -> Vec<String> {
    let heard = server.heard();
    let tokens = heard
        .iter()
        .filter_map(|heard| heard.header("md-session-token"));
    tokens.map(str::to_owned).collect()
}

#[tokio::test]
async fn a_session_is_opened_once_and_skips_the_aggregation() {
    let server = reads(vec![member("MBR-1")]).await;
    let user = server.nexus().user("U-1");
    for _ in 0..3 {
        read_member(&user.api().await.unwrap()).await.unwrap();
    }
    insta::assert_snapshot!("opening", server.transcript());
    let opening = &server.heard()[1];
    assert_eq!(
        opening.body, r#"{"session":{"skip_aggregation":true}}"#,
        "to the letter"
    );
    assert_eq!(opening.header("md-api-token"), Some("api-token-1"));
    assert_eq!(session_tokens(&server), ["session-1"; 3]);
}

#[tokio::test]
async fn an_aggregation_is_started_only_when_asked_for() {
    let server = reads(vec![member("MBR-1")]).await;
    let builder = server
        .builder()
        .session_aggregation(SessionAggregation::Start);
    builder.build().unwrap().user("U-1").api().await.unwrap();
    assert_eq!(
        server.heard()[1].body,
        r#"{"session":{"skip_aggregation":false}}"#
    );
}

#[tokio::test]
async fn a_401_in_the_middle_renews_the_session_and_sends_the_call_once_more() {
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
        .heard()
        .iter()
        .filter(|heard| heard.line == "POST /sessions")
        .map(|heard| heard.header("md-api-token").unwrap().to_owned())
        .collect();
    assert_eq!(openings, ["api-token-1", "api-token-2"], "each spent once");
}

#[tokio::test]
async fn a_post_is_sent_again_under_a_new_session_too() {
    let server = reads(vec![Answer::json(401, EXPIRED), member("MBR-1")]).await;
    let api = server.nexus().user("U-1").api().await.unwrap();
    let identify = api.identify_member().member_guid("MBR-1");
    identify.send().await.unwrap();
    assert_eq!(server.count("POST /members/MBR-1/identify"), 2);
}

#[tokio::test]
async fn a_second_401_is_an_error_of_its_own_kind() {
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
async fn a_client_that_is_kept_renews_its_session_after_its_nexus_is_dropped() {
    let server = reads(vec![Answer::json(401, EXPIRED), member("MBR-1")]).await;
    let api = server.nexus().user("U-1").api().await.unwrap();
    read_member(&api).await.unwrap();
    assert_eq!(session_tokens(&server), ["session-1", "session-2"]);
}

#[tokio::test]
async fn concurrent_callers_make_one_exchange_and_share_the_session() {
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
async fn users_of_one_id_share_a_session_and_users_of_two_do_not() {
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
async fn a_session_from_elsewhere_is_used_as_it_is_and_not_renewed() {
    let server = reads(vec![member("MBR-1"), Answer::json(401, EXPIRED)]).await;
    let user = server.nexus().with_session_token("test_session");
    let api = user.api().await.unwrap();
    read_member(&api).await.unwrap();
    let error = read_member(&api).await.unwrap_err();
    assert!(error.is_session_expired());
    assert_eq!((error.status(), error.code()), (Some(401), Some("4011")));
    assert!(
        user.api().await.unwrap_err().is_session_expired(),
        "and stays so"
    );
    assert_eq!(server.lines(), ["GET /members/MBR-1"; 2], "nothing else");
    assert_eq!(session_tokens(&server), ["test_session"; 2]);
}

#[tokio::test]
async fn an_api_token_from_elsewhere_opens_one_session() {
    let server = reads(vec![member("MBR-1"), Answer::json(401, EXPIRED)]).await;
    let api = server.nexus().with_api_token("of-a-vault").api().await;
    let api = api.unwrap();
    read_member(&api).await.unwrap();
    let error = read_member(&api).await.unwrap_err();
    assert!(error.is_session_expired());
    assert_eq!(error.code(), Some("4011"));
    let heard = server.heard();
    assert_eq!(heard[0].header("md-api-token"), Some("of-a-vault"));
    assert_eq!(server.count("POST /sessions"), 1);
}

#[tokio::test]
async fn an_api_token_that_never_left_is_not_lost() {
    let nexus = builder_at(&nobody().await).build().unwrap();
    let user = nexus.with_api_token("of-a-vault");
    for _ in 0..2 {
        let error = user.api().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Session);
        assert!(error.is_transient(), "{error}");
    }
}

#[tokio::test]
async fn an_api_token_that_may_have_arrived_is_not_sent_again() {
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
async fn an_api_token_that_was_refused_unprocessed_is_not_lost() {
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
    let heard = server.heard();
    for opening in &heard[..2] {
        assert_eq!(opening.line, "POST /sessions");
        assert_eq!(opening.header("md-api-token"), Some("of-a-vault"));
    }
}

/// Gives `vault-1`, `vault-2`, …, but fails and panics where it is told to.
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
async fn a_source_of_tokens_takes_the_place_of_sso() {
    let server = reads(vec![Answer::json(401, EXPIRED), member("MBR-1")]).await;
    let user = with_vault(&server, Vault::default()).user("U-1");
    read_member(&user.api().await.unwrap()).await.unwrap();
    let heard = server.heard();
    let spent: Vec<&str> = heard
        .iter()
        .filter_map(|heard| heard.header("md-api-token"))
        .collect();
    assert_eq!(spent, ["vault-1", "vault-2"]);
    assert_eq!(server.count(TOKEN), 0);
}

#[tokio::test]
async fn the_failure_of_a_source_is_told_and_not_kept() {
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
    assert!(!error.is_transient(), "nothing is known of it");
    user.api().await.unwrap();
}

/// Asks another client, as a service between would, and hands its failure on.
struct Service(Nexus);

impl ApiTokenSource for Service {
    fn api_token<'a>(&'a self, user_id: &'a str) -> ApiTokenFuture<'a> {
        Box::pin(async move { Ok(self.0.sso()?.api_token(user_id).await?) })
    }
}

#[tokio::test]
async fn a_source_that_fails_with_an_error_of_ours_is_as_transient_as_that() {
    for (status, transient) in [(503, true), (404, false)] {
        let sso = Recorder::answering([Answer::json(status, "")]).await;
        let builder = sso.builder().api_tokens_from(Service(sso.nexus()));
        let error = builder
            .build()
            .unwrap()
            .user("U-1")
            .api()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Session);
        assert_eq!(error.status(), Some(status));
        assert_eq!(error.is_transient(), transient, "{error}");
    }
    let service = Service(builder_at(&nobody().await).build().unwrap());
    let builder = builder_at(&nobody().await).api_tokens_from(service);
    let error = builder
        .build()
        .unwrap()
        .user("U-1")
        .api()
        .await
        .unwrap_err();
    assert!(error.is_transient(), "{error}");
}

#[tokio::test]
async fn a_panic_in_a_source_is_an_error_and_the_next_call_works() {
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
        "not the panic's words"
    );
    assert!(error.is_transient());
    user.api().await.unwrap();
    assert_eq!(server.heard()[0].header("md-api-token"), Some("vault-2"));
}
