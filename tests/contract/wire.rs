//! Every operation on the wire, called with all that it takes and with what it must: method, path, query, headers and body as
//! documented, and the answer decoded. A snapshot an operation shows the reviewer what is really sent.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use httpmock::MockServer;
use mx_nexus::api;
use mx_nexus::operations::{Answer, Operation};
use serde_json::Value;

use crate::document::{self, Documented};
use crate::exerciser::{Answered, Exercise, Exercised, Extent};
use crate::meaning;
use crate::printing::{self, Printer};
use crate::server::{self, API_TOKEN, Arrived, Reply, SESSION_TOKEN, VENDOR};

/// What every request of an API carries, written by hand.
struct Expected {
    accept: &'static str,
    content_type: &'static str,
    /// The one operation whose answer is not JSON, and its media type.
    file: (&'static str, &'static str),
    credentials: fn(id: &str) -> Vec<(&'static str, &'static str)>,
}

const NEXUS: Expected = Expected {
    accept: VENDOR,
    content_type: VENDOR,
    file: ("listInstitutions", "text/csv"),
    credentials: |id| match id {
        "createSession" => vec![("md-api-token", API_TOKEN)],
        _ => vec![("md-session-token", SESSION_TOKEN)],
    },
};

#[cfg(feature = "atrium")]
const ATRIUM: Expected = Expected {
    accept: "application/vnd.mx.atrium.v1+json",
    content_type: "application/json",
    file: ("downloadStatementPdf", "application/vnd.mx.atrium.v1+pdf"),
    credentials: |_| {
        vec![
            ("mx-api-key", server::API_KEY),
            ("mx-client-id", server::CLIENT_ID),
        ]
    },
};

/// What goes with every request of an HTTP client, and says nothing of the contract.
const TRANSPORT_HEADERS: [&str; 4] = ["accept-encoding", "content-length", "host", "user-agent"];

#[tokio::test]
async fn every_operation_sends_what_is_documented_and_reads_its_answer() {
    let server = MockServer::start_async().await;
    let client = server::client(&server).await;
    let session_client = server::nexus(&server).session_api(API_TOKEN);
    let client_of = |id: &str| match id {
        "createSession" => &session_client,
        _ => &client,
    };
    walk::<api::Client>(&server, &NEXUS, client_of).await;
}

#[cfg(feature = "atrium")]
#[tokio::test]
async fn every_operation_of_atrium_sends_what_is_documented_and_reads_its_answer() {
    let server = MockServer::start_async().await;
    let atrium = server::atrium(&server);
    walk::<mx_nexus::atrium::Client>(&server, &ATRIUM, |_| atrium.api()).await;
}

/// Calls every operation twice, and pins what was sent.
async fn walk<'a, C: Exercised>(
    server: &MockServer,
    expected: &Expected,
    client_of: impl Fn(&str) -> &'a C,
) {
    let api = C::api();
    assert_eq!(C::exercises().len(), document::of(api).operations.len());
    let mut texts = BTreeMap::new();
    for exercise in C::exercises() {
        let mut sent = Vec::new();
        for extent in [Extent::Maximal, Extent::Minimal] {
            let client = client_of(exercise.id);
            let (arrived, answered) = call(server, expected, client, exercise, extent).await;
            check_request(expected, exercise, extent, &arrived);
            check_answer(exercise, &answered);
            sent.push(describe::<C>(exercise.operation(), &arrived));
        }
        let minimal = if sent[0] == sent[1] {
            "the same\n"
        } else {
            &sent[1]
        };
        let text = format!("maximal:\n{}\nminimal:\n{minimal}", sent[0]);
        texts.insert(exercise.id.to_owned(), text);
    }
    crate::snapshots::pin_all([(api.folder("wire"), texts)]);
}

async fn call<C: Exercised>(
    server: &MockServer,
    expected: &Expected,
    client: &C,
    exercise: &Exercise<C>,
    extent: Extent,
) -> (Arrived, Answered) {
    let operation = exercise.operation();
    let path = filled_path(document_of(exercise));
    let answer = exercise.response();
    let reply = match operation.answer {
        Answer::Nothing => Reply::nothing(204),
        Answer::Bytes => Reply {
            status: 200,
            media_type: expected.file.1,
            body: answer
                .and_then(|text| Some(text.as_str()?.to_owned()))
                .expect("a file is a text here"),
        },
        _ => Reply {
            media_type: expected.accept,
            ..Reply::json(&answer.expect("JSON has a type"))
        },
    };
    let call = exercise.call(extent, client);
    let (arrived, outcome) = server::exchange(server, (operation.method, &path), reply, call).await;
    let answered = outcome.unwrap_or_else(|error| panic!("{}: {error}", operation.id));
    (arrived, answered)
}

fn document_of<C: Exercised>(exercise: &Exercise<C>) -> Documented {
    document::of(C::api()).operations[exercise.id]
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

fn check_request<C: Exercised>(
    expected: &Expected,
    exercise: &Exercise<C>,
    extent: Extent,
    arrived: &Arrived,
) {
    let (id, operation) = (exercise.id, exercise.operation());
    let documented = document_of(exercise);
    assert_eq!(operation.path, documented.path, "{id}");
    assert_eq!(arrived.method, documented.method.to_uppercase(), "{id}");
    assert_eq!(arrived.path, filled_path(documented), "{id}");
    assert_eq!(arrived.query, documented.sent_in("query", extent), "{id}");
    check_headers(expected, (operation, documented), extent, arrived);
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

fn check_headers(
    expected: &Expected,
    (operation, documented): (&Operation, Documented),
    extent: Extent,
    arrived: &Arrived,
) {
    let id = operation.id;
    let credentials = (expected.credentials)(id);
    let headers = [
        Some(operation.credential_header),
        operation.client_id_header,
    ];
    let headers = headers.into_iter().flatten().map(str::to_lowercase);
    let names: Vec<String> = credentials
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(headers.collect::<Vec<_>>(), names, "{id}");
    let accept = match expected.file {
        (file, media_type) if file == id => media_type,
        _ => expected.accept,
    };
    let content_type = expected.content_type;
    let mut expected = vec![("accept".to_owned(), accept.to_owned())];
    let credentials = credentials.into_iter();
    expected.extend(credentials.map(|(name, value)| (name.to_owned(), value.to_owned())));
    if !documented.value["requestBody"].is_null() {
        expected.push(("content-type".to_owned(), content_type.to_owned()));
    }
    let own = documented.sent_in("header", extent).into_iter();
    expected.extend(own.map(|(name, value)| (name.to_lowercase(), value)));
    expected.sort();
    // An exact list: no `api-version`, no `authorization`, nothing that MX does not know.
    let headers: Vec<_> = contract_headers(arrived).cloned().collect();
    assert_eq!(headers, expected, "{id}");
    let agent = concat!("mx-nexus/", env!("CARGO_PKG_VERSION"));
    assert_eq!(arrived.header("user-agent"), Some(agent), "{id}");
}

fn contract_headers(arrived: &Arrived) -> impl Iterator<Item = &(String, String)> {
    let headers = arrived.headers.iter();
    headers.filter(|(name, _)| !TRANSPORT_HEADERS.contains(&name.as_str()))
}

fn check_answer<C: Exercised>(exercise: &Exercise<C>, answered: &Answered) {
    let expected = exercise.response().unwrap_or(Value::Null);
    assert_eq!(
        meaning::check(exercise.id, &expected, &answered.value),
        Ok(())
    );
    if let Some(answer_type) = exercise.answer_type() {
        assert_eq!(answered.type_name, answer_type.name, "{}", exercise.id);
    }
}

/// The request as it arrived. Path and query were compared with the document, so that they hold nothing else.
fn describe<C: Exercised>(operation: &Operation, arrived: &Arrived) -> String {
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
        let printer = Printer::of(C::api(), C::api().type_of(name));
        writeln!(text, "{:#}", printer.redacted(&body)).unwrap();
    }
    text
}
