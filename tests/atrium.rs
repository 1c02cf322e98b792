//! The client of Atrium: its configuration, its two credentials, and that retries, errors and lists are those of Nexus. What
//! every operation sends is in `tests/contract`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::time::Duration;

use mx_nexus::atrium::{AtriumBuilder, types};
use mx_nexus::pages::Paged;
use mx_nexus::{Atrium, Environment, ErrorKind};

#[path = "support/recorder.rs"]
mod recorder;

use recorder::{Answer, Recorder, member, quick};

const HOST: &str = "https://atrium.example.com";

fn with(client_id: &str, api_key: &str) -> AtriumBuilder {
    Atrium::builder(Environment::custom(HOST)).credentials(client_id, api_key)
}

fn atrium(server: &Recorder) -> Atrium {
    let builder = Atrium::builder(Environment::custom(&server.address));
    let builder = builder.credentials("the-client-id", "the-api-key");
    builder.retry(quick()).build().unwrap()
}

#[test]
fn a_configuration_that_cannot_work_is_refused() {
    let mut text = String::new();
    let environment = || Environment::custom(HOST);
    for (name, builder) in [
        ("no credentials", Atrium::builder(environment())),
        ("an empty client id", with("", "key")),
        ("a client id with a line break", with("client\n", "key")),
        ("a blank key", with("client", " ")),
        ("a key with a null", with("client", "k\0ey")),
        (
            "plain http",
            Atrium::builder(environment().with_atrium("http://atrium.example.com"))
                .credentials("client", "key"),
        ),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{name}");
        writeln!(text, "{name}:\n  {error}").unwrap();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn the_environments_are_those_of_mx() {
    for (environment, address) in [
        (Environment::integration(), "https://vestibule.mx.com"),
        (Environment::production(), "https://atrium.mx.com"),
    ] {
        let built = Atrium::builder(environment).credentials("client", "key");
        let text = format!("{:?}", built.build().unwrap());
        assert!(text.contains(address), "{text}");
    }
}

#[tokio::test]
async fn neither_credential_is_printed() {
    let server = Recorder::answering([Answer::json(401, "the-api-key, the-client-id")]).await;
    let atrium = atrium(&server);
    let user = atrium.user("USR-1");
    let call = user.api().read_user().user_guid(user.guid());
    let printed = format!(
        "{:?} {user:?} {call:?}",
        with("the-client-id", "the-api-key")
    );
    let error = call.send().await.unwrap_err();
    assert_eq!(
        server.received()[0].header("mx-client-id"),
        Some("the-client-id")
    );
    assert_eq!(
        server.received()[0].header("mx-api-key"),
        Some("the-api-key")
    );
    for text in [printed, format!("{error} {error:?}")] {
        assert!(!text.contains("the-"), "{text}");
    }
}

#[tokio::test]
async fn a_refused_key_is_a_status_and_no_session() {
    let server = Recorder::answering([Answer::json(401, "{}")]).await;
    let error = atrium(&server).api().list_users().send().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Status, Some(401))
    );
    assert!(!error.is_session_expired());
    assert_eq!(server.lines(), ["GET /users"], "it is not sent again");
}

#[tokio::test]
async fn a_read_is_sent_again_and_a_job_is_not() {
    let server = Recorder::answering([Answer::json(503, "{}")]).await;
    let atrium = atrium(&server);
    let (api, user) = (atrium.api(), "USR-1");
    let status = api
        .read_member_status()
        .user_guid(user)
        .member_guid("MBR-1");
    assert_eq!(status.send().await.unwrap_err().status(), Some(503));
    let job = api.identify_member().user_guid(user).member_guid("MBR-1");
    let job = job.body(types::JobRequestBody::default());
    assert_eq!(job.send().await.unwrap_err().status(), Some(503));
    assert!(server.count("GET /users/USR-1/members/MBR-1/status") > 1);
    assert_eq!(server.count("POST /users/USR-1/members/MBR-1/identify"), 1);
}

#[tokio::test]
async fn a_call_has_a_timeout_of_its_own() {
    let server = Recorder::answering([Answer::Silence]).await;
    let atrium = atrium(&server);
    let api = atrium.api().with_timeout(Duration::from_millis(50));
    let error = api.list_users().send().await.unwrap_err();
    assert!(error.is_timeout() && error.is_answer_lost());
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn a_member_without_challenges_has_an_empty_answer() {
    let server = Recorder::answering([Answer::Reply(204, Vec::new(), Vec::new())]).await;
    let atrium = atrium(&server);
    let user = atrium.user("USR-1");
    let call = user
        .api()
        .list_member_mfa_challenges()
        .user_guid(user.guid());
    let answer = call.member_guid("MBR-1").send().await.unwrap();
    assert_eq!(answer.challenges, None);
}

#[tokio::test]
async fn lists_page_and_owners_end_without_a_paging_object() {
    let server = Recorder::start(|received, _| {
        if received.line.contains("/account_owners") {
            return Answer::json(200, r#"{"account_owners":[{"owner_name":"A"},{}]}"#);
        }
        let page = if received.line.ends_with("page=2") { 2 } else { 1 };
        let body = format!(
            r#"{{"users":[{{"guid":"USR-{page}"}}],"pagination":{{"current_page":{page},"total_pages":2}}}}"#
        );
        Answer::json(200, &body)
    })
    .await;
    let atrium = atrium(&server);
    let api = atrium.api();
    let mut users = api.list_users().items();
    let mut guids = Vec::new();
    while let Some(user) = users.next().await {
        guids.push(user.unwrap().guid.unwrap().to_string());
    }
    assert_eq!(guids, ["USR-1", "USR-2"]);
    let owners = api
        .list_account_owners()
        .user_guid("USR-1")
        .member_guid("MBR-1");
    let mut owners = owners.items();
    let mut count = 0;
    while let Some(owner) = owners.next().await {
        owner.unwrap();
        count += 1;
    }
    assert_eq!((count, server.lines().len()), (2, 3));
}

#[tokio::test]
async fn atrium_may_be_at_another_address_than_nexus() {
    let server = Recorder::answering([member("MBR-1")]).await;
    let environment = Environment::custom(HOST).with_atrium(format!("{}/atrium/", server.address));
    let atrium = Atrium::builder(environment).credentials("client", "key");
    let atrium = atrium.build().unwrap();
    let user = atrium.user("USR-1");
    let call = user.api().read_member().user_guid(user.guid());
    call.member_guid("MBR-1").send().await.unwrap();
    assert_eq!(server.lines(), ["GET /atrium/users/USR-1/members/MBR-1"]);
}
