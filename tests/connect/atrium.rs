//! The same forms for a user of Atrium: institutions by code, credentials by another shape, no session.

use mx_nexus::connect::{ConnectErrorKind, FormValues, Search};
use mx_nexus::values::UseCase;
use mx_nexus::{Atrium, Environment, ErrorKind, atrium};
use serde_json::{Value, json};

use crate::recorder::{Answer, Received, Recorder};
use crate::{LOGIN, PASSWORD, answer, described, entries, transcript};

const CREATE: &str = "POST /users/USR-1/members";
const UPDATE: &str = "PUT /users/USR-1/members/MBR-1";

fn member(more: Value) -> Answer {
    let mut member = json!({"guid": "MBR-1"});
    let fields = member.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    answer(200, &json!({"member": member}))
}

/// A bank with a username and a password, or with OAuth; all other requests are answered by the test.
async fn bank(
    is_oauth: bool,
    rest: impl Fn(&Received, usize) -> Answer + Send + Sync + 'static,
) -> Recorder {
    let mut credentials = json!([
        {"guid": "CRD-2", "display_order": 2, "label": "Password", "type": "PASSWORD"},
        {"guid": "CRD-1", "display_order": 1, "label": "Username", "type": "LOGIN"},
    ]);
    if is_oauth {
        credentials = json!([]);
    }
    Recorder::start(move |received, before| match received.line.as_str() {
        "GET /institutions/mxbank" => {
            let institution =
                json!({"code": "mxbank", "name": "MX Bank", "supports_oauth": is_oauth});
            answer(200, &json!({"institution": institution}))
        }
        "GET /institutions/mxbank/credentials" | "GET /users/USR-1/members/MBR-1/credentials" => {
            answer(200, &json!({"credentials": credentials}))
        }
        "GET /users/USR-1/members/MBR-1" => member(json!({"is_oauth": is_oauth})),
        _ => rest(received, before),
    })
    .await
}

fn user(server: &Recorder) -> atrium::User {
    let builder = Atrium::builder(Environment::custom(&server.address));
    let atrium = builder.credentials("client", "key").build().unwrap();
    atrium.user("USR-1")
}

/// The last body that was sent.
fn sent(server: &Recorder) -> Value {
    serde_json::from_str(&server.received().pop().unwrap().body).unwrap()
}

#[tokio::test]
async fn submit_creates_a_member_and_skips_the_aggregation() {
    let server = bank(false, |_, _| member(json!({}))).await;
    let form = user(&server).connect("mxbank").await.unwrap();
    let fields = form.fields().iter();
    let fields: Vec<_> = fields.map(|it| (it.label(), it.html_input())).collect();
    assert_eq!(fields, [("Username", "text"), ("Password", "password")]);
    let name = form.institution().unwrap().name.clone();
    assert_eq!(name.as_deref(), Some("MX Bank"));
    let form = form.with_external_guid("mine-77").with_metadata("of mine");
    let form = form.with_use_cases([UseCase::Pfm]);
    let connection = form.submit(entries()).await.unwrap();
    assert_eq!(connection.member().as_str(), "MBR-1");
    insta::assert_snapshot!(transcript(&server));
}

#[tokio::test]
async fn reconnect_sends_an_update_with_the_credentials() {
    let server = bank(false, |_, _| member(json!({}))).await;
    let form = user(&server).reconnect("MBR-1").await.unwrap();
    let form = form.without_background_aggregation();
    form.submit(entries()).await.unwrap();
    insta::assert_snapshot!(transcript(&server));
}

#[tokio::test]
async fn options_that_atrium_does_not_have_are_refused_before_sending() {
    let server = bank(true, |_, _| member(json!({}))).await;
    let user = user(&server);
    let create = user.connect("mxbank").await.unwrap();
    let update = user.reconnect("MBR-1").await.unwrap();
    let before = server.lines().len();
    for form in [
        create.without_background_aggregation(),
        update.with_return_to_url("https://app.example"),
    ] {
        let error = form.submit(FormValues::new()).await.unwrap_err();
        assert_eq!(error.call_error().unwrap().kind(), ErrorKind::Request);
    }
    for search in [
        Search::by_url("https://mx.com"),
        Search::by_name("mx").with_country("US"),
    ] {
        let error = user.search_institutions(search).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
    }
    assert_eq!(server.lines().len(), before, "nothing was sent");
}

#[tokio::test]
async fn refusals_of_a_creation_are_a_duplicate_or_the_call() {
    for (status, kind) in [
        (409, ConnectErrorKind::Duplicate),
        (405, ConnectErrorKind::Call),
        (400, ConnectErrorKind::Refused),
    ] {
        let server = bank(false, move |_, _| answer(status, &json!({}))).await;
        let form = user(&server).connect("mxbank").await.unwrap();
        let error = form.submit(entries()).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{}", described(&error));
        assert_eq!(server.count(CREATE), 1);
    }
}

#[tokio::test]
async fn a_lost_creation_is_settled_by_the_identifier() {
    let server = bank(false, |received, _| {
        if received.line == CREATE {
            return Answer::HangUp;
        }
        let other = json!({"guid": "MBR-8", "identifier": "mine-77", "institution_code": "other"});
        let ours = json!({"guid": "MBR-9", "identifier": "mine-77", "institution_code": "mxbank"});
        answer(200, &json!({"members": [other, ours]}))
    })
    .await;
    let form = user(&server).connect("mxbank").await.unwrap();
    let error = form.submit(entries()).await.unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::AnswerLost);
    let form = form.with_external_guid("mine-77");
    let connection = form.submit(entries()).await.unwrap();
    assert_eq!(connection.member().as_str(), "MBR-9");
}

#[tokio::test]
async fn oauth_has_its_address_from_the_creation_or_from_its_own_operation() {
    let address = json!({"oauth_window_uri": "https://bank.example/once"});
    let server = bank(true, move |_, _| member(address.clone())).await;
    let user = user(&server);
    let form = user.connect("mxbank").await.unwrap();
    assert!(form.is_oauth());
    let form = form.with_return_to_url("https://app.example");
    let connection = form.submit(FormValues::new()).await.unwrap();
    assert!(connection.oauth_window().is_some());
    let created = &sent(&server)["member"];
    assert_eq!(created["client_redirect_url"], "https://app.example");
    assert_eq!(created["referral_source"], "APP");
    assert_eq!(created["is_oauth"], true);
    let form = user
        .reconnect("MBR-1")
        .await
        .unwrap()
        .with_return_to_scheme("app");
    let connection = form.submit(FormValues::new()).await.unwrap();
    assert!(connection.oauth_window().is_some());
    let window = "GET /users/USR-1/members/MBR-1/oauth_window_uri";
    let window = format!("{window}?referral_source=APP&ui_message_webview_url_scheme=app");
    assert_eq!(server.lines().last(), Some(&window));
    assert_eq!(server.count(UPDATE), 0);
}

#[tokio::test]
async fn search_by_name_and_by_support_of_identification() {
    let found = json!({"institutions": [{"code": "mxbank"}]});
    let server = Recorder::start(move |_, _| answer(200, &found)).await;
    let user = user(&server);
    let all = user.search_institutions(Search::by_name("")).await.unwrap();
    assert_eq!(all[0].code.as_ref().unwrap().as_str(), "mxbank");
    let search = Search::by_name("MX Bank").identifying();
    user.search_institutions(search).await.unwrap();
    assert_eq!(
        server.lines(),
        [
            "GET /institutions",
            "GET /institutions?name=MX+Bank&supports_account_identification=true"
        ]
    );
}

#[tokio::test]
async fn no_value_of_the_user_is_printed() {
    let server = bank(false, |_, _| {
        answer(409, &json!({"error": {"message": PASSWORD}}))
    })
    .await;
    let form = user(&server).connect("mxbank").await.unwrap();
    let error = form.submit(entries()).await.unwrap_err();
    let shown = format!("{form:?} {}", described(&error));
    assert!(
        !shown.contains(LOGIN) && !shown.contains(PASSWORD),
        "{shown}"
    );
}
