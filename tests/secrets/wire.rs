//! Calls in which every key, token, credential and answer is the marker, and the server echoes it.

use std::time::Duration;

use mx_nexus::api::types;
use mx_nexus::sso::TokenFormat;
use mx_nexus::values::{ChallengeGuid, CredentialGuid, InstitutionGuid, Personal};
use mx_nexus::{Environment, Nexus, NexusBuilder, RetryPolicy, Secret};

use crate::recorder::{Answer, Received, Recorder, closed_address, quick, session, token};
use crate::{MARK, assert_error_quiet, assert_quiet, has_sent_mark, logs};

fn builder_at(address: &str) -> NexusBuilder {
    Nexus::builder(Environment::custom(address))
        .credentials("client", MARK)
        .retry(quick().attempts(2))
        // Would log every byte; the client turns it off again.
        .http(|http| http.connection_verbose(true))
}

fn new_member() -> types::MemberCreateRequestBody {
    let credential = types::MemberCredentialRequest::builder()
        .credential_guid(CredentialGuid::from("CRD-1"))
        .value(Secret::new(MARK));
    let member = types::MemberCreateRequest::builder()
        .institution_guid(InstitutionGuid::from("INS-1"))
        .metadata(Personal::from(MARK))
        .credentials(vec![credential.try_into().unwrap()]);
    let body = types::MemberCreateRequestBody::builder().member(member);
    body.try_into().unwrap()
}

fn answers() -> types::MemberResumeRequestBody {
    let answer = types::ResumeRequest::builder()
        .guid(ChallengeGuid::from("CHA-1"))
        .value(Secret::new(MARK));
    let answers = vec![answer.try_into().unwrap()];
    let member = types::MemberResumeRequest::builder().challenges(answers);
    let body = types::MemberResumeRequestBody::builder().member(member);
    body.try_into().unwrap()
}

fn new_user() -> mx_nexus::mdx::types::UserCreateRequest {
    let user = mx_nexus::mdx::types::UserCreateRequest::builder()
        .id("U-1")
        .email(Personal::from(MARK))
        .first_name(Personal::from(MARK));
    user.try_into().unwrap()
}

/// Makes every kind of call that carries a secret; checks the errors and returns how many there were.
async fn call_everything(nexus: &Nexus) -> usize {
    let sso = nexus.sso().unwrap();
    let users = nexus.users().unwrap();
    let user = nexus.with_session_token(MARK);
    let api = user.api().await.unwrap();
    let outcomes = [
        users.create(new_user()).await.map(drop),
        users.read("U-1").await.map(drop),
        sso.api_token("U-1").await.map(drop),
        sso.widget_url("U-1", "master_widget").await.map(drop),
        nexus.user("U-1").api().await.map(drop),
        nexus.with_api_token(MARK).api().await.map(drop),
        api.create_member()
            .body(new_member())
            .send()
            .await
            .map(drop),
        api.resume_aggregation()
            .member_guid("MBR-1")
            .body(answers())
            .send()
            .await
            .map(drop),
        api.read_user().send().await.map(drop),
        api.list_account_owners()
            .member_guid("MBR-1")
            .send()
            .await
            .map(drop),
    ];
    let failures = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
    failures
        .inspect(|error| {
            assert_error_quiet(*error);
            assert_quiet(error.message().unwrap_or_default());
            assert_quiet(error.code().unwrap_or_default());
        })
        .count()
}

/// Echoes the request in the message, the code and the body.
fn echo(status: u16, received: &Received) -> Answer {
    let credentials = ["md-api-key", "md-api-token", "md-session-token"];
    let spoken: Vec<&str> = credentials
        .iter()
        .filter_map(|name| received.header(name))
        .collect();
    let message = format!("you sent {:?} and {}", spoken, received.body);
    let body = serde_json::json!({
        "error": {"code": spoken.first(), "message": message},
        "request": received.body,
    });
    Answer::json(status, &body.to_string()).with("Set-Cookie", format!("session={MARK}"))
}

#[tokio::test]
async fn echoed_secrets_are_in_no_error_and_no_log() {
    logs::capture();
    for status in [302, 400, 401, 403, 404, 409, 422, 429, 500, 503] {
        let server = Recorder::start(move |received, _| echo(status, received)).await;
        let nexus = builder_at(&server.address).build().unwrap();
        assert_eq!(call_everything(&nexus).await, 10, "{status}");
        assert!(has_sent_mark(&server));
    }
    assert_quiet(&logs::log());
}

#[tokio::test]
async fn body_that_is_only_an_echo_is_not_a_message() {
    for body in [
        MARK.to_owned(),
        format!("\"{MARK}\""),
        format!("{{\"error\":\"{MARK}\"}}"),
    ] {
        let server = Recorder::answering([Answer::json(500, &body)]).await;
        let nexus = builder_at(&server.address).build().unwrap();
        assert!(call_everything(&nexus).await > 0);
    }
}

#[tokio::test]
async fn undecodable_answers_are_in_no_error_and_no_log() {
    logs::capture();
    for body in [
        format!(
            "{{\"member\":\"{MARK}\",\"user\":\"{MARK}\",\"api_token\":\"{MARK}\",\"url\":\"{MARK}\",\"session\":\"{MARK}\",\"account_owners\":\"{MARK}\"}}"
        ),
        format!(
            "{{\"member\":[\"{MARK}\"],\"user\":[\"{MARK}\"],\"account_owners\":[\"{MARK}\"]}}"
        ),
        format!("{{\"{MARK}"),
        format!("<html>{MARK}</html>"),
    ] {
        for format in [TokenFormat::Json, TokenFormat::Xml] {
            let server = Recorder::answering([Answer::json(200, &body)]).await;
            let builder = builder_at(&server.address).token_format(format);
            assert_eq!(
                call_everything(&builder.build().unwrap()).await,
                10,
                "{body}"
            );
        }
    }
    assert_quiet(&logs::log());
}

#[tokio::test]
async fn transport_failures_print_no_secret() {
    logs::capture();
    let half = format!("{{\"member\":\"{MARK}\"}}").into_bytes();
    let location = format!("http://127.0.0.1:1/{MARK}");
    for trouble in [
        Answer::HangUp,
        Answer::Silence,
        Answer::Broken(200, half.clone()),
        Answer::Broken(500, half.clone()),
        Answer::Stalled(200, half),
        Answer::json(307, "").with("Location", location),
        Answer::json(307, "").with("Location", format!("/{MARK}")),
    ] {
        let server = Recorder::answering([trouble]).await;
        let builder = builder_at(&server.address)
            .timeout(Duration::from_millis(60))
            .session_timeout(Duration::from_millis(200))
            .retry(RetryPolicy::off());
        let nexus = builder.build().unwrap();
        assert_eq!(call_everything(&nexus).await, 10);
    }
    let nexus = builder_at(&closed_address().await).build().unwrap();
    assert_eq!(call_everything(&nexus).await, 10);
    assert_quiet(&logs::log());
}

#[tokio::test]
async fn successful_calls_and_handles_print_no_secret() {
    logs::capture();
    let server = Recorder::start(|received, _| {
        if received.line.contains("/api_token.json") {
            token(MARK)
        } else if received.line == "POST /sessions" {
            session(MARK)
        } else {
            let text = format!(
                r#"{{"member":{{"oauth_window_uri":"{MARK}","metadata":"{MARK}"}},"url":{{"url":"{MARK}"}},
                "user":{{"email":"{MARK}","phone":"{MARK}"}},
                "account_owners":[{{"owner_name":"{MARK}","address":"{MARK}"}}]}}"#
            );
            Answer::json(200, &text).with("Set-Cookie", format!("session={MARK}"))
        }
    })
    .await;
    let builder = builder_at(&server.address);
    assert_quiet(&format!("{builder:#?}"));
    let nexus = builder.build().unwrap();
    assert_eq!(call_everything(&nexus).await, 0);
    let user = nexus.user("U-1");
    let api = user.api().await.unwrap();
    let with_token = nexus.with_api_token(MARK);
    let create = api.create_member().body(new_member());
    let resume = api
        .resume_aggregation()
        .member_guid("MBR-1")
        .body(answers());
    let session_api = nexus.session_api(MARK);
    let sso = nexus.sso().unwrap();
    let users = nexus.users().unwrap();
    let owners = api.list_account_owners().member_guid("MBR-1").send();
    let url = sso.widget_url("U-1", "master_widget").await.unwrap();
    assert!(url.expose().contains(MARK), "it was received");
    for printed in [
        format!("{nexus:#?}"),
        format!("{user:#?} {:#?}", user.clone()),
        format!("{with_token:#?} {:#?}", nexus.with_session_token(MARK)),
        format!("{api:#?} {session_api:#?}"),
        format!("{create:#?} {resume:#?}"),
        format!("{sso:#?} {users:#?} {url:#?}"),
        format!("{:#?}", owners.await.unwrap()),
        format!("{:#?}", api.read_user().send().await.unwrap()),
        format!("{:#?}", users.read("U-1").await.unwrap()),
        format!("{:#?}", create.send().await.unwrap()),
        format!(
            "{:#?}",
            Environment::custom(format!("https://u:{MARK}@a.example"))
        ),
        format!(
            "{:#?}",
            Environment::custom(format!("https://a.example?key={MARK}"))
        ),
    ] {
        assert_quiet(&printed);
    }
    assert_quiet(&logs::log());
}

#[tokio::test]
async fn secrets_are_sent_and_the_log_is_captured() {
    logs::capture();
    let server = Recorder::mx(|_, _| Answer::json(200, "{}")).await;
    let nexus = builder_at(&server.address).build().unwrap();
    call_everything(&nexus).await;
    let received = server.received();
    for name in ["md-api-key", "md-api-token", "md-session-token"] {
        let mut values = received.iter().filter_map(|received| received.header(name));
        assert!(values.any(|value| value == MARK), "{name}");
    }
    for line in [
        "POST /members",
        "PUT /members/MBR-1/resume",
        "POST /client/users.json",
    ] {
        let request = received
            .iter()
            .find(|received| received.line == line)
            .unwrap();
        assert!(request.body.contains(MARK), "{line}");
    }
    let log = logs::log();
    assert!(log.contains("starting new connection"), "of reqwest");
    assert!(log.contains("hyper_util"), "of hyper");
    #[cfg(feature = "tracing")]
    assert!(log.contains("mx_nexus.request"), "of ours");
}
