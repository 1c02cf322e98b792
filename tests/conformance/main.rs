//! Every operation of the sandbox is called, and every response is checked against the document by a validator that shares no code with
//! the sandbox. And the client sends every operation as documented.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;

use mx_nexus::operations::Api;
use mx_nexus::reqwest::Client;
use mx_nexus::{RetryPolicy, api};
use mx_nexus_sandbox::Sandbox;
use serde_json::json;

#[path = "../contract/apis.rs"]
#[allow(dead_code, reason = "the contract tests need more of it")]
mod apis;
mod document;
#[path = "../contract/exerciser.rs"]
#[allow(dead_code, reason = "the contract tests need more of it")]
mod exerciser;
mod fixture;
#[path = "../contract/snapshots.rs"]
#[allow(dead_code, reason = "the contract tests need it")]
mod snapshots;
#[path = "../../crates/sandbox/tests/support/mod.rs"]
#[allow(dead_code, reason = "the tests of the sandbox need more of it")]
mod support;
#[path = "../contract/types.rs"]
#[allow(dead_code, reason = "the contract tests need more of it")]
mod types;

use document::{Document, DocumentedOperation};
use exerciser::{Exercise, Exercised, Extent};
use fixture::{Member, Request, Response, fixture, send};
use support::{ADA, api_token, known_user, quick};

async fn document(sandbox: &Sandbox) -> Document {
    let url = format!("{}/_sandbox/openapi/nexus.json", sandbox.address());
    let text = mx_nexus::reqwest::get(url)
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    Document::new(serde_json::from_str(&text).unwrap())
}

fn check(document: &Document, operation: &DocumentedOperation, response: &Response) {
    let media_type = response.media_type.as_deref();
    let verdict = document.check_response(operation, response.status, media_type, &response.body);
    let id = &operation.id;
    assert_eq!(
        verdict,
        Ok(()),
        "{id}: {} {}",
        response.status,
        response.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_responds_as_documented() {
    let sandbox = quick().start().await.unwrap();
    let document = document(&sandbox).await;
    let http = Client::new();
    let operations = document.operations();
    assert_eq!(
        operations.len(),
        mx_nexus::operations::Api::Nexus.operations().len()
    );
    let mut refused = BTreeMap::new();
    for (number, operation) in operations.values().enumerate() {
        let kind = Member::for_operation(&operation.id);
        let fixture = fixture(&sandbox, &http, &format!("U-{number}"), kind).await;
        let request = fixture.request(&sandbox, &document, operation);
        if let Some(body) = &request.body {
            assert_eq!(
                document.check_request(operation, body),
                Ok(()),
                "{}",
                operation.id
            );
        }
        let response = send(&http, &request).await;
        check(&document, operation, &response);
        if response.status >= 300 {
            refused.insert(operation.id.clone(), (response.status, response.body));
        }
    }
    assert_eq!(refused, BTreeMap::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_refuses_undocumented_requests() {
    let sandbox = quick().start().await.unwrap();
    let document = document(&sandbox).await;
    let http = Client::new();
    let fixture = fixture(&sandbox, &http, ADA, Member::Challenged).await;
    for operation in document.operations().values() {
        let id = &operation.id;
        let status_of = async |change: &dyn Fn(&mut Request)| {
            let mut request = fixture.request(&sandbox, &document, operation);
            change(&mut request);
            let response = send(&http, &request).await;
            check(&document, operation, &response);
            response.status
        };
        let without_token = status_of(&|request| {
            request.headers.remove("md-session-token");
            request.headers.remove("md-api-token");
        });
        assert_eq!(without_token.await, 401, "{id} without a token");
        let wrong_token = status_of(&|request| {
            for name in ["md-session-token", "md-api-token"] {
                request
                    .headers
                    .entry(name)
                    .and_modify(|token| *token = "wrong".to_owned());
            }
        });
        assert_eq!(wrong_token.await, 401, "{id} with a wrong token");
        let any = status_of(&|request| {
            request.headers.insert("accept", "*/*".to_owned());
        });
        assert_eq!(any.await, 406, "{id}");
        if document.body(operation).is_none() {
            continue;
        }
        let plain = status_of(&|request| {
            request
                .headers
                .insert("content-type", "application/json".to_owned());
        });
        assert_eq!(plain.await, 415, "{id}");
        let list = status_of(&|request| request.body = Some(json!(["no object"])));
        assert_eq!(list.await, 400, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn client_sends_every_operation_as_documented() {
    let sandbox = quick().start().await.unwrap();
    let nexus = sandbox.nexus().retry(RetryPolicy::off()).build().unwrap();
    let user = known_user(&nexus, ADA).await;
    let api = user.api().await.unwrap();
    let http = Client::new();
    let document = document(&sandbox).await;
    let operations = document.operations();
    let mut kept = 0;
    for (exercise, extent) in both_extents() {
        if let Some(body) = exercise.request(extent) {
            let verdict = document.check_request(&operations[exercise.id], &body);
            // A search needs a name or an address, and a new member credentials or OAuth, which the client's types do not require.
            let needs_more = matches!(exercise.id, "searchInstitutions" | "createMember")
                && matches!(extent, Extent::Minimal);
            assert_eq!(verdict.is_err(), needs_more, "{}: {verdict:?}", exercise.id);
        }
        let client = match exercise.id {
            "createSession" => nexus.session_api(api_token(&sandbox, &http, ADA).await),
            _ => api.clone(),
        };
        let before = sandbox.requests().len();
        let outcome = exercise.call(extent, &client).await;
        let requests = sandbox.requests();
        // Where the document's path is not found, the path that MX's pages print is tried.
        let operation = mx_nexus::call::find(Api::Nexus, exercise.id).unwrap();
        let paths = 1 + usize::from(operation.other_path.is_some());
        assert_eq!(requests.len() - before, paths, "{}", exercise.id);
        assert_eq!(requests[before].operation, Some(exercise.id));
        // The exerciser uses unknown identifiers, so most calls are not found and some bodies refused, but never for their shape.
        match outcome {
            Ok(_) => kept += 1,
            Err(error) => {
                let out_of_shape = [401, 405, 406, 408, 413, 415];
                let status = error.status().expect("there is a response");
                assert!(!out_of_shape.contains(&status), "{}: {error}", exercise.id);
                let message = error.message().unwrap_or_default();
                let by_document = message.contains("document") || message.contains("parameter");
                assert!(!by_document, "{}: {message}", exercise.id);
            }
        }
    }
    let all = both_extents().count();
    assert!(kept * 4 > all, "only {kept} of {all} went well");
}

fn both_extents() -> impl Iterator<Item = (&'static Exercise<api::Client>, Extent)> {
    api::Client::exercises()
        .iter()
        .flat_map(|exercise| [Extent::Maximal, Extent::Minimal].map(|extent| (exercise, extent)))
}
