//! The requests to MDX Real Time about users, and the decoded answers.

#![allow(clippy::unwrap_used, reason = "set-up fails by panicking")]

use std::fmt::Write as _;

use mx_nexus::mdx::{Users, types, values::UserGender};
use mx_nexus::{Error, ErrorKind};

#[path = "support/recorder.rs"]
mod recorder;

use recorder::{Answer, Recorder};

const JSON: &str = "application/vnd.moneydesktop.mdx.v5+json";
const USER: &str = r#"{"user":{"id":"U-1","guid":"USR-1","birthdate":"1959-07-17","gender":"FEMALE","first_name":"Ada",
    "last_name":"Example","metadata":null,"credit_score":718,"email":"ada@example.com","phone":"(505) 555-1234",
    "zip_code":"87101","is_disabled":false,"logged_in_at":null,"a_field_of_next_year":[1]}}"#;

fn user() -> Answer {
    Answer::typed(200, JSON, USER)
}

fn no_such_user() -> Answer {
    Answer::typed(404, JSON, r#"{"error":{"message":"Not found"}}"#)
}

fn taken() -> Answer {
    Answer::typed(409, JSON, r#"{"error":{"message":"User already exists"}}"#)
}

fn users(server: &Recorder) -> Users {
    server.nexus().users().unwrap()
}

fn only_an_id() -> types::UserCreateRequest {
    let request = types::UserCreateRequest::builder().id("U-1");
    request.try_into().unwrap()
}

/// The requests and the outcome, for a snapshot.
fn exchange<T: std::fmt::Debug>(server: &Recorder, outcome: &Result<T, Error>) -> String {
    format!("{}===\n{outcome:#?}\n", server.transcript())
}

#[tokio::test]
async fn create() {
    let server = Recorder::answering([user()]).await;
    let request = types::UserCreateRequest::builder()
        .id("U-1")
        .first_name(mx_nexus::values::Personal::from("Ada"))
        .last_name(mx_nexus::values::Personal::from("Example"))
        .gender(UserGender::Female)
        .credit_score(mx_nexus::values::Personal::from("718"))
        .is_disabled(false);
    let made = users(&server).create(request.try_into().unwrap()).await;
    insta::assert_snapshot!(exchange(&server, &made));
    let made = made.unwrap();
    assert_eq!(made.first_name.as_deref(), Some("Ada"));
    assert_eq!(made.phone.as_deref(), Some("(505) 555-1234"));
    let received = &server.received()[0];
    assert_eq!(received.header("md-api-key"), Some("the-api-key"));
}

#[tokio::test]
async fn read() {
    let server = Recorder::answering([user()]).await;
    let read = users(&server).read("U-1").await;
    insta::assert_snapshot!(exchange(&server, &read));
}

#[tokio::test]
async fn update() {
    let server = Recorder::answering([user()]).await;
    let changes = types::UserUpdateRequest::builder().is_disabled(true);
    let changes = changes.try_into().unwrap();
    let changed = users(&server).update("U-1", changes).await;
    insta::assert_snapshot!(exchange(&server, &changed));
}

#[tokio::test]
async fn remap_id() {
    let server = Recorder::answering([user()]).await;
    let remapped = users(&server).remap_id("U-1", "U-2").await;
    insta::assert_snapshot!(exchange(&server, &remapped));
}

#[tokio::test]
async fn answer_without_a_user_is_a_decode_error() {
    for body in ["", "{}", r#"{"user":null}"#] {
        let server = Recorder::answering([Answer::typed(200, JSON, body)]).await;
        let users = users(&server);
        let changes = types::UserUpdateRequest::builder().is_disabled(true);
        for (operation, outcome) in [
            ("createUser", users.create(only_an_id()).await),
            ("readUser", users.read("U-1").await),
            (
                "updateUser",
                users.update("U-1", changes.try_into().unwrap()).await,
            ),
            ("remapUserId", users.remap_id("U-1", "U-2").await),
            ("readUser", users.ensure_with(only_an_id()).await),
        ] {
            let error = outcome.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode);
            let summary = match operation {
                "createUser" => UNSETTLED,
                _ => "the answer has no user",
            };
            assert_eq!(error.to_string(), format!("{operation} failed: {summary}"));
        }
    }
}

#[tokio::test]
async fn refusals_name_the_user_operation() {
    let mut text = String::new();
    for status in [401, 403, 404] {
        let server = Recorder::answering([Answer::typed(status, JSON, "")]).await;
        let users = users(&server);
        for error in [
            users.read("U-1").await.unwrap_err(),
            users.delete("U-1").await.unwrap_err(),
            users.create(only_an_id()).await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Status);
            writeln!(text, "{error}").unwrap();
        }
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn delete_accepts_204_and_an_empty_object() {
    for answer in [
        Answer::Reply(204, Vec::new(), Vec::new()),
        Answer::typed(200, JSON, "{}"),
    ] {
        let server = Recorder::answering([answer]).await;
        let deleted = users(&server).delete("U-1").await;
        insta::assert_snapshot!("deleted", exchange(&server, &deleted));
    }
}

#[tokio::test]
async fn ensure_of_an_existing_user_only_reads() {
    let server = Recorder::answering([user()]).await;
    let ensured = users(&server).ensure_with(only_an_id()).await.unwrap();
    assert_eq!(ensured.id.as_deref(), Some("U-1"));
    assert_eq!(server.lines(), ["GET /client/users/U-1.json"]);
}

#[tokio::test]
async fn ensure_of_a_missing_user_creates_it() {
    let server = Recorder::answering([no_such_user(), user()]).await;
    let ensured = users(&server).ensure_with(only_an_id()).await;
    insta::assert_snapshot!(exchange(&server, &ensured));
}

#[tokio::test]
async fn ensure_reads_again_after_a_conflict() {
    let server = Recorder::answering([no_such_user(), taken(), user()]).await;
    let ensured = users(&server).ensure_with(only_an_id()).await;
    assert_eq!(ensured.unwrap().id.as_deref(), Some("U-1"));
    assert_eq!(
        server.lines(),
        [
            "GET /client/users/U-1.json",
            "POST /client/users.json",
            "GET /client/users/U-1.json",
        ]
    );
}

#[tokio::test]
async fn ensure_returns_other_failures() {
    let refusal = || Answer::typed(403, JSON, "");
    for (answers, requests) in [
        (vec![refusal()], 1),
        (vec![no_such_user(), refusal()], 2),
        (vec![no_such_user(), taken(), no_such_user()], 3),
    ] {
        let server = Recorder::answering(answers).await;
        users(&server).ensure_with(only_an_id()).await.unwrap_err();
        assert_eq!(server.lines().len(), requests);
    }
}

const UNSETTLED: &str =
    "the answer was lost and the user may have been created; read it by its id to find out";

/// The ways to lose the answer to a create.
fn losses() -> [Answer; 4] {
    [
        Answer::HangUp,
        Answer::Broken(200, USER.into()),
        Answer::json(503, ""),
        Answer::json(200, "{}"),
    ]
}

#[tokio::test]
async fn user_with_a_lost_answer_is_found_by_its_id() {
    for lost in losses() {
        let server = Recorder::answering([lost, user()]).await;
        let made = users(&server).create(only_an_id()).await.unwrap();
        assert_eq!(made.id.as_deref(), Some("U-1"));
        assert_eq!(
            server.lines(),
            ["POST /client/users.json", "GET /client/users/U-1.json"]
        );
    }
}

#[tokio::test]
async fn create_without_effect_is_sent_once_more() {
    for lost in losses() {
        let server = Recorder::answering([lost, no_such_user(), user()]).await;
        let made = users(&server).create(only_an_id()).await.unwrap();
        assert_eq!(made.id.as_deref(), Some("U-1"));
        assert_eq!(server.count("POST /client/users.json"), 2);
    }
}

#[tokio::test]
async fn create_that_cannot_be_settled_is_an_error_that_names_the_way_to_find_out() {
    for lost in losses() {
        let unreadable = [lost.clone(), Answer::json(403, "")];
        let twice = [lost.clone(), no_such_user(), lost];
        for (answers, posts) in [(unreadable.to_vec(), 1), (twice.to_vec(), 2)] {
            let server = Recorder::answering(answers).await;
            let error = users(&server).create(only_an_id()).await.unwrap_err();
            assert!(error.is_answer_lost(), "{error}");
            let text = error.to_string();
            let start = format!("createUser failed: {UNSETTLED}");
            assert!(text.starts_with(&start), "{text}");
            assert_eq!(server.count("POST /client/users.json"), posts);
        }
    }
}
