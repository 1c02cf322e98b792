//! Every operation on the wire: method, path, query, headers and body as documented, and the answer decoded.
//! One snapshot a tag shows the reviewer of a document update what is sent.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use httpmock::MockServer;
use mx_nexus::operations::{Answer, Operation};
use mx_nexus::{api, operations};
use serde_json::Value;

use crate::document::{self, Documented, OPERATIONS};
use crate::exerciser::{self, Answered, Exercise};
use crate::meaning;
use crate::server::{self, API_TOKEN, Arrived, Reply, SESSION_TOKEN, VENDOR};

/// What goes with every request of an HTTP client, and says nothing of the contract.
const TRANSPORT_HEADERS: [&str; 4] = ["accept-encoding", "content-length", "host", "user-agent"];

#[tokio::test]
async fn every_operation_sends_what_is_documented_and_reads_its_answer() {
    assert_eq!(operations().len(), 128);
    assert_eq!(OPERATIONS.len(), 128);
    let server = MockServer::start_async().await;
    let client = server::client(&server).await;
    let session_client = server::nexus(&server).session_api(API_TOKEN);
    let mut by_tag: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut documented_answers = 0;
    for operation in operations() {
        let exercise = exerciser::of(operation.id);
        let documented = OPERATIONS[operation.id];
        let client = if operation.id == "createSession" {
            &session_client
        } else {
            &client
        };
        let (arrived, answered) = exercise_one(&server, client, operation, exercise).await;
        check_request(operation, documented, exercise, &arrived);
        check_answer(operation, exercise, &answered);
        documented_answers += usize::from(exercise.documented);
        let text = describe(operation, exercise, &arrived, &answered);
        by_tag.entry(operation.tag).or_default().push(text);
    }
    assert_eq!(documented_answers, document::count_examples("response"));
    assert_eq!(documented_answers, 60);
    assert_eq!(by_tag.len(), 25);
    check_snapshots(by_tag);
}

/// All of them, even when one differs, so that one run shows a whole update.
fn check_snapshots(by_tag: BTreeMap<&str, Vec<String>>) {
    let mut changed = Vec::new();
    for (tag, texts) in by_tag {
        let suffix = tag.replace(' ', "_");
        let comparison = AssertUnwindSafe(|| snapshot!("operations", suffix, texts.join("\n\n")));
        if catch_unwind(comparison).is_err() {
            changed.push(tag);
        }
    }
    assert!(changed.is_empty(), "the snapshots of {changed:?} differ");
}

async fn exercise_one(
    server: &MockServer,
    client: &api::Client,
    operation: &Operation,
    exercise: &Exercise,
) -> (Arrived, Answered) {
    let path = filled_path(OPERATIONS[operation.id]);
    let reply = match operation.answer {
        Answer::Bytes => Reply {
            status: 200,
            media_type: "text/csv",
            body: exercise.text(),
        },
        Answer::Nothing => Reply::nothing(204),
        _ => Reply::json(&exercise.response().expect("JSON has a schema")),
    };
    let call = (exercise.call)(client);
    let method = operation.method;
    let (arrived, outcome) = server::exchange(server, (method, &path), reply, call).await;
    let answered = outcome.unwrap_or_else(|error| panic!("{}: {error}", operation.id));
    (arrived, answered)
}

/// The path of the document with the values that the exerciser gives.
fn filled_path(documented: Documented) -> String {
    let pairs = documented.sent_in("path").into_iter();
    let path = pairs.fold(documented.path.to_owned(), |path, (name, value)| {
        path.replace(&format!("{{{name}}}"), &value)
    });
    assert!(
        !path.contains('{'),
        "{path} has a parameter without a value"
    );
    path
}

fn check_request(
    operation: &Operation,
    documented: Documented,
    exercise: &Exercise,
    arrived: &Arrived,
) {
    let id = operation.id;
    assert_eq!(operation.path, documented.path, "{id}");
    assert_eq!(arrived.method, documented.method.to_uppercase(), "{id}");
    assert_eq!(arrived.path, filled_path(documented), "{id}");
    assert_eq!(arrived.query, documented.sent_in("query"), "{id}");
    check_headers(operation, documented, arrived);
    let has_body = !documented.value["requestBody"].is_null();
    assert_eq!(exercise.request.is_some(), has_body, "{id}");
    match exercise.request() {
        Some(body) => {
            let sent: Value = serde_json::from_slice(&arrived.body).expect("the body is JSON");
            assert_eq!(meaning::check_exactly(id, &body, &sent), Ok(()));
        }
        None => assert!(arrived.body.is_empty(), "{id} has no body"),
    }
}

fn check_headers(operation: &Operation, documented: Documented, arrived: &Arrived) {
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
    if !documented.value["requestBody"].is_null() {
        expected.push(("content-type".to_owned(), VENDOR.to_owned()));
    }
    let own = documented.sent_in("header").into_iter();
    expected.extend(own.map(|(name, value)| (name.to_lowercase(), value)));
    expected.sort();
    // An exact list: no `api-version`, no `authorization`, nothing that MX does not know.
    assert_eq!(contract_headers(arrived), expected, "{id}");
    let agent = concat!("mx-nexus/", env!("CARGO_PKG_VERSION"));
    assert_eq!(arrived.header("user-agent"), Some(agent), "{id}");
}

fn contract_headers(arrived: &Arrived) -> Vec<(String, String)> {
    let headers = arrived.headers.iter();
    headers
        .filter(|(name, _)| !TRANSPORT_HEADERS.contains(&name.as_str()))
        .cloned()
        .collect()
}

fn check_answer(operation: &Operation, exercise: &Exercise, answered: &Answered) {
    let expected = exercise.response().unwrap_or(Value::Null);
    assert_eq!(
        meaning::check(operation.id, &expected, &answered.value),
        Ok(())
    );
}

#[test]
fn only_the_list_of_institutions_is_bytes() {
    let bytes = operations()
        .iter()
        .filter(|one| one.answer == Answer::Bytes);
    let bytes: Vec<&str> = bytes.map(|operation| operation.id).collect();
    assert_eq!(bytes, ["listInstitutions"]);
}

/// A few lines for the reader of a difference. Only listed headers show, and no token.
fn describe(
    operation: &Operation,
    exercise: &Exercise,
    arrived: &Arrived,
    answered: &Answered,
) -> String {
    let pair = |(name, value): &(String, String)| format!("{name}={value}");
    let query: Vec<String> = arrived.query.iter().map(pair).collect();
    let headers: Vec<String> = contract_headers(arrived)
        .iter()
        .map(|(name, value)| match name.as_str() {
            "accept" | "content-type" | "mx-skip-webhook" => format!("{name}={value}"),
            "md-session-token" | "md-api-token" => format!("{name}=[secret]"),
            _ => format!("{name}=[not listed]"),
        })
        .collect();
    let mut lines = vec![format!("{} {}", operation.method, operation.path)];
    lines.push(format!("  operation: {}{}", operation.id, marks(operation)));
    if !query.is_empty() {
        lines.push(format!("  query: {}", query.join(" ")));
    }
    lines.push(format!("  headers: {}", headers.join(" ")));
    if !arrived.body.is_empty() {
        lines.push(format!(
            "  body: {}",
            String::from_utf8_lossy(&arrived.body)
        ));
    }
    let origin = match (exercise.response, exercise.documented) {
        (None, _) => "",
        (_, true) => " by example",
        (_, false) => " by sample",
    };
    let shape = shape(&answered.value);
    let name = answered.type_name;
    lines.push(format!("  answer: {name}{shape}{origin}"));
    lines.join("\n")
}

fn marks(operation: &Operation) -> String {
    let marks = [
        (operation.starts_work, ", starts work"),
        (operation.replayable, ", replayable"),
        (operation.deprecated, ", deprecated"),
        (
            operation.one_element_array,
            ", may answer with a list of one",
        ),
    ];
    marks
        .iter()
        .filter(|(set, _)| *set)
        .map(|(_, mark)| *mark)
        .collect()
}

/// The members of an answer, each with how much is in it.
fn shape(value: &Value) -> String {
    let Value::Object(members) = value else {
        return String::new();
    };
    let members: Vec<String> = members
        .iter()
        .map(|(name, member)| match member {
            Value::Object(fields) => format!("{name}: {} fields", fields.len()),
            Value::Array(items) => format!("{name}: list of {}", items.len()),
            _ => name.clone(),
        })
        .collect();
    format!(" {{{}}}", members.join(", "))
}
