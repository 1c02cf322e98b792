//! Every operation over HTTP, with all and with only the required parameters: method, path, query, headers and body are as
//! documented, and the answer is decoded. A snapshot of each operation shows its requests.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use httpmock::MockServer;
use mx_nexus::api;
use mx_nexus::operations::{Answer, Operation};
use serde_json::Value;

use crate::apis::NEXUS;
use crate::document::{Documented, OPERATIONS};
use crate::exerciser::{Answered, EXERCISES, Exercise, Extent};
use crate::meaning;
use crate::printing::{self, Printer};
use crate::server::{self, API_TOKEN, Arrived, Reply, SESSION_TOKEN, VENDOR};

/// Headers of the HTTP client, not of the contract.
const TRANSPORT_HEADERS: [&str; 4] = ["accept-encoding", "content-length", "host", "user-agent"];

#[tokio::test]
async fn every_operation_sends_the_documented_request() {
    assert_eq!(EXERCISES.len(), OPERATIONS.len());
    let server = MockServer::start_async().await;
    let client = server::client(&server).await;
    let session_client = server::nexus(&server).session_api(API_TOKEN);
    let mut texts = BTreeMap::new();
    for exercise in &EXERCISES {
        let client = if exercise.id == "createSession" {
            &session_client
        } else {
            &client
        };
        let mut sent = Vec::new();
        for extent in [Extent::Maximal, Extent::Minimal] {
            let (arrived, answered) = call(&server, client, exercise, extent).await;
            check_request(exercise, extent, &arrived);
            check_answer(exercise, &answered);
            sent.push(describe(exercise.operation(), &arrived));
        }
        let minimal = if sent[0] == sent[1] {
            "the same\n"
        } else {
            &sent[1]
        };
        let text = format!("maximal:\n{}\nminimal:\n{minimal}", sent[0]);
        texts.insert(exercise.id.to_owned(), text);
    }
    crate::snapshots::pin_all([("wire".to_owned(), texts)]);
}

async fn call(
    server: &MockServer,
    client: &api::Client,
    exercise: &Exercise,
    extent: Extent,
) -> (Arrived, Answered) {
    let operation = exercise.operation();
    let path = filled_path(OPERATIONS[operation.id]);
    let answer = exercise.response();
    let reply = match operation.answer {
        Answer::Nothing => Reply::nothing(204),
        Answer::Bytes => Reply {
            status: 200,
            media_type: "text/csv",
            body: answer
                .and_then(|text| Some(text.as_str()?.to_owned()))
                .expect("the document has a text"),
        },
        _ => Reply::json(&answer.expect("JSON has a type")),
    };
    let call = exercise.call(extent, client);
    let (arrived, outcome) = server::exchange(server, (operation.method, &path), reply, call).await;
    let answered = outcome.unwrap_or_else(|error| panic!("{}: {error}", operation.id));
    (arrived, answered)
}

/// The path of the document with the values that the exerciser gives.
fn filled_path(documented: Documented) -> String {
    let pairs = documented.sent_in("path", Extent::Minimal).into_iter();
    let path = pairs.fold(documented.path.to_owned(), |path, (name, value)| {
        path.replace(&format!("{{{name}}}"), &value)
    });
    assert!(
        !path.contains('{'),
        "{path} has a parameter without a value"
    );
    path
}

fn check_request(exercise: &Exercise, extent: Extent, arrived: &Arrived) {
    let (id, operation) = (exercise.id, exercise.operation());
    let documented = OPERATIONS[id];
    assert_eq!(operation.path, documented.path, "{id}");
    assert_eq!(arrived.method, documented.method.to_uppercase(), "{id}");
    assert_eq!(arrived.path, filled_path(documented), "{id}");
    assert_eq!(arrived.query, documented.sent_in("query", extent), "{id}");
    check_headers(operation, extent, arrived);
    let has_body = !documented.value["requestBody"].is_null();
    assert_eq!(exercise.request(extent).is_some(), has_body, "{id}");
    match exercise.request(extent) {
        Some(body) => {
            let sent: Value = serde_json::from_slice(&arrived.body).expect("the body is JSON");
            assert_eq!(meaning::check_exactly(id, &body, &sent), Ok(()));
        }
        None => assert!(arrived.body.is_empty(), "{id} has no body"),
    }
}

fn check_headers(operation: &Operation, extent: Extent, arrived: &Arrived) {
    let id = operation.id;
    let (credential, token) = if id == "createSession" {
        ("md-api-token", API_TOKEN)
    } else {
        ("md-session-token", SESSION_TOKEN)
    };
    assert!(
        operation.credential_header.eq_ignore_ascii_case(credential),
        "{id}"
    );
    let accept = if id == "listInstitutions" {
        "text/csv"
    } else {
        VENDOR
    };
    let mut expected = vec![
        ("accept".to_owned(), accept.to_owned()),
        (credential.to_owned(), token.to_owned()),
    ];
    let documented = OPERATIONS[id];
    if !documented.value["requestBody"].is_null() {
        expected.push(("content-type".to_owned(), VENDOR.to_owned()));
    }
    let own = documented.sent_in("header", extent).into_iter();
    expected.extend(own.map(|(name, value)| (name.to_lowercase(), value)));
    expected.sort();
    // An exact list: no `api-version`, no `authorization`.
    let headers: Vec<_> = contract_headers(arrived).cloned().collect();
    assert_eq!(headers, expected, "{id}");
    let agent = concat!("mx-nexus/", env!("CARGO_PKG_VERSION"));
    assert_eq!(arrived.header("user-agent"), Some(agent), "{id}");
}

fn contract_headers(arrived: &Arrived) -> impl Iterator<Item = &(String, String)> {
    let headers = arrived.headers.iter();
    headers.filter(|(name, _)| !TRANSPORT_HEADERS.contains(&name.as_str()))
}

fn check_answer(exercise: &Exercise, answered: &Answered) {
    let expected = exercise.response().unwrap_or(Value::Null);
    assert_eq!(
        meaning::check(exercise.id, &expected, &answered.value),
        Ok(())
    );
    if let Some(answer_type) = exercise.answer_type() {
        assert_eq!(answered.type_name, answer_type.name, "{}", exercise.id);
    }
}

/// The request for a snapshot. Path and query were compared with the document, so they contain no other values.
fn describe(operation: &Operation, arrived: &Arrived) -> String {
    let mut text = format!("{} {}\n", arrived.method, arrived.path);
    let pairs = arrived.written_query.split('&');
    for (index, pair) in pairs.filter(|pair| !pair.is_empty()).enumerate() {
        let mark = if index == 0 { '?' } else { '&' };
        writeln!(text, "  {mark}{pair}").unwrap();
    }
    for (name, value) in contract_headers(arrived) {
        writeln!(text, "{}", printing::header(name, value)).unwrap();
    }
    if let Some(name) = operation.request_type {
        let body = serde_json::from_slice(&arrived.body).expect("the body is JSON");
        let printer = Printer::of(NEXUS, NEXUS.type_of(name));
        writeln!(text, "{:#}", printer.redacted(&body)).unwrap();
    }
    text
}
