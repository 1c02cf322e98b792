//! Calls by name: the requests, the calls refused before sending, and the answers.

#![allow(clippy::unwrap_used, reason = "set-up fails by panicking")]

use mx_nexus::ErrorKind;
use mx_nexus::call::{Call, Content};
use mx_nexus::operations::{Api, Operation, ParameterKind, Place};
use serde_json::json;

#[path = "support/recorder.rs"]
mod recorder;

use recorder::{Answer, Recorder, member};

/// Adds every parameter of the operation, with values that need encoding.
fn complete(call: Call, operation: &Operation) -> Call {
    let parameters = operation.parameters.iter();
    let call = parameters.fold(call, |call, parameter| match parameter.kind {
        ParameterKind::Integer => call.parameter(parameter.name, 7),
        ParameterKind::Boolean => call.parameter(parameter.name, true),
        ParameterKind::TextList => call
            .parameter(parameter.name, "a b")
            .parameter(parameter.name, "c&d"),
        _ => call.parameter(parameter.name, "e/f"),
    });
    match operation.request_media_type {
        Some(_) => call.body(json!({"a_field_of_tomorrow": operation.id})),
        None => call,
    }
}

/// The expected request line.
fn line(operation: &Operation) -> String {
    let mut path = operation.path.to_owned();
    let mut query = Vec::new();
    for parameter in operation.parameters {
        let (name, hole) = (parameter.name, format!("{{{}}}", parameter.name));
        let name = name.replace('[', "%5B").replace(']', "%5D");
        match (parameter.place, parameter.kind) {
            (Place::Path, ParameterKind::Integer) => path = path.replace(&hole, "7"),
            (Place::Path, _) => path = path.replace(&hole, "e%2Ff"),
            (Place::Query, ParameterKind::Integer) => query.push(format!("{name}=7")),
            (Place::Query, ParameterKind::Boolean) => query.push(format!("{name}=true")),
            (Place::Query, ParameterKind::TextList) => {
                query.push(format!("{name}=a+b&{name}=c%26d"));
            }
            (Place::Query, _) => query.push(format!("{name}=e%2Ff")),
            _ => {}
        }
    }
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{} {path}{mark}{}", operation.method, query.join("&"))
}

async fn server() -> Recorder {
    Recorder::start(|received, before| match received.line.as_str() {
        "POST /sessions" => recorder::session("s"),
        line if line.ends_with("/api_token.json") => recorder::token(&format!("token-{before}")),
        _ => Answer::json(200, r#"{"from_tomorrow": 1}"#),
    })
    .await
}

/// Calls every operation of the API by its name, and compares the request with the document.
async fn call_each(server: &Recorder, api: Api, call: impl Fn(&str) -> Call) {
    for operation in api.operations() {
        let reply = complete(call(operation.id), operation).send().await;
        let reply = reply.unwrap_or_else(|error| panic!("{}: {error}", operation.id));
        assert_eq!(reply.status, 200);
        let received = server.received().pop().unwrap();
        assert_eq!(received.line, line(operation));
        assert_eq!(received.header("accept"), Some(operation.accept));
        assert_eq!(
            received.header("content-type"),
            operation.request_media_type
        );
        let client_id = operation.client_id_header.into_iter();
        for credential in client_id.chain([operation.credential_header]) {
            assert!(received.header(&credential.to_lowercase()).is_some());
        }
        let webhook = operation.parameters.iter();
        let sent = webhook.filter(|parameter| parameter.place == Place::Header);
        for parameter in sent {
            assert_eq!(
                received.header(&parameter.name.to_lowercase()),
                Some("true")
            );
        }
        if operation.request_media_type.is_some() {
            let body: serde_json::Value = serde_json::from_str(&received.body).unwrap();
            assert_eq!(body, json!({"a_field_of_tomorrow": operation.id}));
        }
        if operation.id != "createSession" {
            assert!(reply.json().is_none_or(|body| body["from_tomorrow"] == 1));
        }
    }
    assert!(!api.operations().is_empty());
}

#[tokio::test]
async fn every_operation_called_by_name_sends_the_documented_request() {
    let server = server().await;
    let user = server.nexus().user("U-1");
    user.api().await.unwrap();
    call_each(&server, Api::Nexus, |name| user.call(name)).await;
}

#[cfg(feature = "atrium")]
#[tokio::test]
async fn every_operation_of_atrium_called_by_name_sends_the_documented_request() {
    let server = server().await;
    let environment = mx_nexus::Environment::custom(&server.address);
    let atrium = mx_nexus::Atrium::builder(environment).credentials("client", "key");
    let atrium = atrium.build().unwrap();
    call_each(&server, Api::Atrium, |name| atrium.call(name)).await;
    let error = atrium.call("readJob").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(error.to_string().contains("in Atrium"), "{error}");
}

#[tokio::test]
async fn invalid_calls_by_name_are_refused_before_sending() {
    let server = Recorder::mx(|_, _| member("MBR-1")).await;
    let user = server.nexus().user("U-1");
    let calls = [
        user.call("raedMember"),
        user.call("somethingElse"),
        user.call("read_member"),
        user.call("readMember").parameter("member", "MBR-1"),
        user.call("readMember").parameter("member_giud", "MBR-1"),
        user.call("readMember")
            .parameter("member_guid", "MBR-1")
            .parameter("member_guid", "MBR-2"),
        user.call("readMember").parameter("member_guid", ""),
        user.call("readMember").parameter("member_guid", ".."),
        user.call("listMembers").parameter("page", "two"),
        user.call("aggregateMember")
            .parameter("member_guid", "MBR-1")
            .parameter("include_holdings", "yes"),
        user.call("createMember"),
        user.call("listMembers").body(json!({})),
        user.call("updateSpendingPlanIterationItem").body(json!({})),
        user.call("createSpendingPlan").parameter("page", 1),
    ];
    let mut text = String::new();
    for call in calls {
        let error = call.send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request, "{error}");
        assert!(error.was_never_sent());
        text.push_str(&format!("{error}\n"));
    }
    assert!(server.received().is_empty());
    insta::assert_snapshot!("refused_calls", text);
}

#[tokio::test]
async fn call_by_name_renews_an_expired_session() {
    let server = Recorder::mx(|_, before| match before {
        0 => Answer::json(401, r#"{"error": {"code": 4011, "message": "expired"}}"#),
        1 => member("MBR-1"),
        _ => Answer::json(404, r#"{"error": {"message": "no such member"}}"#),
    })
    .await;
    let user = server.nexus().user("U-1");
    let read = || user.call("readMember").parameter("member_guid", "MBR-1");
    let reply = read().send().await.unwrap();
    assert_eq!(reply.json().unwrap()["member"]["guid"], "MBR-1");
    assert_eq!(server.count("POST /sessions"), 2);
    let error = read().send().await.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(error.operation().unwrap().id, "readMember");
}

#[tokio::test]
async fn content_of_a_reply_is_json_bytes_or_nothing() {
    let server = Recorder::mx(|received, _| match received.line.as_str() {
        "GET /institutions" => Answer::typed(200, "text/csv", "guid,name\n"),
        "POST /members/MBR-1/identify" => Answer::json(202, r#"{"member": {}}"#),
        "GET /members" => Answer::json(200, "<html>"),
        _ => Answer::json(204, ""),
    })
    .await;
    let user = server.nexus().user("U-1");
    let csv = user.call("listInstitutions").send().await.unwrap();
    assert_eq!(csv.content, Content::Bytes(b"guid,name\n".to_vec()));
    let joined = user
        .call("identifyMember")
        .parameter("member_guid", "MBR-1");
    let joined = joined.send().await.unwrap();
    assert_eq!(joined.status, 202);
    assert_eq!(server.received().pop().unwrap().body, "{}");
    let deleted = user.call("deleteMember").parameter("member_guid", "MBR-1");
    assert_eq!(deleted.send().await.unwrap().content, Content::Nothing);
    let error = user.call("listMembers").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(!format!("{csv:?}{joined:?}").contains("guid"));
}

#[tokio::test]
async fn create_session_by_name_fetches_an_api_token() {
    let server = Recorder::mx(|_, _| member("MBR-1")).await;
    let user = server.nexus().user("U-1");
    let open = |user: &mx_nexus::User| user.call("createSession").body(json!({})).send();
    let reply = open(&user).await.unwrap();
    assert_eq!(reply.json().unwrap()["session"]["token"], "session-1");
    assert!(!format!("{reply:?}").contains("session-1"));
    let stranger = server.nexus().with_session_token("from elsewhere");
    let error = open(&stranger).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert_eq!(server.count("POST /sessions"), 1);
}
