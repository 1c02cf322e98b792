//! That the sandbox keeps to the documents: every operation is called as it may be, and every answer, success or refusal, is
//! held against the document by a judge of its own. And that the real client says nothing that the sandbox would not take.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;

use mx_nexus::RetryPolicy;
use mx_nexus::reqwest::Client;
use mx_nexus_sandbox::Sandbox;
use serde_json::json;

#[path = "../contract/apis.rs"]
#[allow(dead_code, reason = "the contract tests need more of it")]
mod apis;
mod estate;
#[path = "../contract/exerciser.rs"]
#[allow(dead_code, reason = "the contract tests need more of it")]
mod exerciser;
#[path = "../contract/snapshots.rs"]
#[allow(dead_code, reason = "the contract tests need it")]
mod snapshots;
#[path = "../../crates/sandbox/tests/support/mod.rs"]
#[allow(dead_code, reason = "the tests of the sandbox need more of it")]
mod support;
#[path = "../contract/types.rs"]
#[allow(dead_code, reason = "the contract tests need more of it")]
mod types;
mod witness;

use estate::{Answered, Asking, Member, ask, estate};
use exerciser::{EXERCISES, Exercise, Extent};
use support::{ADA, VENDOR, api_token, known_user, quick};
use witness::{Promise, Witness};

async fn witness(sandbox: &Sandbox) -> Witness {
    let url = format!("{}/_sandbox/openapi/nexus.json", sandbox.address());
    let text = mx_nexus::reqwest::get(url)
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    Witness::new(serde_json::from_str(&text).unwrap())
}

fn judge(witness: &Witness, promise: &Promise, answered: &Answered) {
    let media_type = answered.media_type.as_deref();
    let verdict = witness.judge_answer(promise, answered.status, media_type, &answered.body);
    let id = &promise.id;
    assert_eq!(
        verdict,
        Ok(()),
        "{id}: {} {}",
        answered.status,
        answered.body
    );
    if answered.status >= 400 {
        assert_eq!(media_type, Some(VENDOR), "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_answers_as_the_document_says() {
    let sandbox = quick().start().await.unwrap();
    let witness = witness(&sandbox).await;
    let http = Client::new();
    let promises = witness.promises();
    assert_eq!(
        promises.len(),
        mx_nexus::operations::Api::Nexus.operations().len()
    );
    let mut refused = BTreeMap::new();
    for (number, promise) in promises.values().enumerate() {
        let kind = Member::for_operation(&promise.id);
        let estate = estate(&sandbox, &http, &format!("U-{number}"), kind).await;
        let asking = estate.asking(&sandbox, &witness, promise);
        if let Some(body) = &asking.body {
            assert_eq!(
                witness.judge_request(promise, body),
                Ok(()),
                "{}",
                promise.id
            );
        }
        let answered = ask(&http, &asking).await;
        judge(&witness, promise, &answered);
        if answered.status >= 300 {
            refused.insert(promise.id.clone(), (answered.status, answered.body));
        }
    }
    assert_eq!(refused, BTreeMap::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_beside_a_running_job_is_answered_in_shape() {
    let sandbox = quick().start().await.unwrap();
    let witness = witness(&sandbox).await;
    let http = Client::new();
    let estate = estate(&sandbox, &http, ADA, Member::Asked).await;
    let mut statuses = BTreeMap::new();
    for promise in witness.promises().values() {
        if ["identifyMember", "verifyMember", "extendTransactionHistory"]
            .contains(&promise.id.as_str())
        {
            let answered = ask(&http, &estate.asking(&sandbox, &witness, promise)).await;
            judge(&witness, promise, &answered);
            statuses.insert(promise.id.clone(), answered.status);
        }
    }
    let wanted = [
        ("extendTransactionHistory", 409),
        ("identifyMember", 202),
        ("verifyMember", 409),
    ];
    assert_eq!(
        statuses,
        wanted.map(|(id, status)| (id.to_owned(), status)).into()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_refuses_what_the_document_does_not_have() {
    let sandbox = quick().start().await.unwrap();
    let witness = witness(&sandbox).await;
    let http = Client::new();
    let estate = estate(&sandbox, &http, ADA, Member::Asked).await;
    for promise in witness.promises().values() {
        let id = &promise.id;
        let ask_spoilt = async |spoil: &dyn Fn(&mut Asking)| {
            let mut asking = estate.asking(&sandbox, &witness, promise);
            spoil(&mut asking);
            let answered = ask(&http, &asking).await;
            judge(&witness, promise, &answered);
            answered.status
        };
        let without_token = ask_spoilt(&|asking| {
            asking.headers.remove("md-session-token");
            asking.headers.remove("md-api-token");
        });
        assert_eq!(without_token.await, 401, "{id} without a token");
        let wrong_token = ask_spoilt(&|asking| {
            for name in ["md-session-token", "md-api-token"] {
                asking
                    .headers
                    .entry(name)
                    .and_modify(|token| *token = "wrong".to_owned());
            }
        });
        assert_eq!(wrong_token.await, 401, "{id} with a wrong token");
        let any = ask_spoilt(&|asking| {
            asking.headers.insert("accept", "*/*".to_owned());
        });
        assert_eq!(any.await, 406, "{id}");
        if witness.body(promise).is_none() {
            continue;
        }
        let plain = ask_spoilt(&|asking| {
            asking
                .headers
                .insert("content-type", "application/json".to_owned());
        });
        assert_eq!(plain.await, 415, "{id}");
        let list = ask_spoilt(&|asking| asking.body = Some(json!(["no object"])));
        assert_eq!(list.await, 400, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_client_calls_every_operation_as_the_document_says() {
    let sandbox = quick().start().await.unwrap();
    let nexus = sandbox.nexus().retry(RetryPolicy::off()).build().unwrap();
    let user = known_user(&nexus, ADA).await;
    let api = user.api().await.unwrap();
    let http = Client::new();
    let witness = witness(&sandbox).await;
    let promises = witness.promises();
    let mut kept = 0;
    for (exercise, extent) in both_extents() {
        if let Some(body) = exercise.request(extent) {
            let verdict = witness.judge_request(&promises[exercise.id], &body);
            assert_eq!(verdict, Ok(()), "{}", exercise.id);
        }
        let client = match exercise.id {
            "createSession" => nexus.session_api(api_token(&sandbox, &http, ADA).await),
            _ => api.clone(),
        };
        let before = sandbox.requests().len();
        let outcome = exercise.call(extent, &client).await;
        let requests = sandbox.requests();
        let [only] = &requests[before..] else {
            panic!("{} sent {} requests", exercise.id, requests.len() - before);
        };
        assert_eq!(only.operation, Some(exercise.id));
        // The exerciser names things that nobody has, so some are not found and some bodies do not come true. But nothing
        // that it sends is out of shape.
        match outcome {
            Ok(_) => kept += 1,
            Err(error) => {
                let out_of_shape = [401, 405, 406, 408, 413, 415];
                let status = error.status().expect("the answer came");
                assert!(!out_of_shape.contains(&status), "{}: {error}", exercise.id);
                let message = error.message().unwrap_or_default();
                let by_document = message.contains("document") || message.contains("parameter");
                assert!(!by_document, "{}: {message}", exercise.id);
            }
        }
    }
    let all = both_extents().count();
    assert!(kept * 2 > all, "only {kept} of {all} went well");
}

fn both_extents() -> impl Iterator<Item = (&'static Exercise, Extent)> {
    EXERCISES
        .iter()
        .flat_map(|exercise| [Extent::Maximal, Extent::Minimal].map(|extent| (exercise, extent)))
}
