//! All kinds of jobs: start, a question, the end, the result.

use mx_nexus::jobs::{JobBuilder, Kind};
use serde_json::json;

use super::*;
use crate::script::{answer, status, text_question};

/// Runs a job of any kind, and returns the transcript.
async fn transcript_of<K: Kind>(server: &Server, job: JobBuilder<K>) -> String {
    let job = job.with_polling(at_once());
    let ask = async |_| Answers::new().with("CRD-1", "Lehi");
    match job.run(LONG, ask).await {
        Ok(_) => server.note("  done"),
        Err(error) => server.note(format!("  {:?}: {error}", error.kind())),
    }
    assert_eq!(server.unused(), 0, "{}", server.transcript());
    server.transcript()
}

/// A job with a question, and the answers to the reads of its result.
fn job(result: impl IntoIterator<Item = Reply>) -> Vec<Reply> {
    let job = [
        member("CONNECTED#1"),
        member("CREATED~#2"),
        member("CHALLENGED#2"),
        text_question("CRD-1", "Town?"),
        member("RESUMED~#2"),
        member("CONNECTED#2"),
    ];
    job.into_iter().chain(result).collect()
}

/// The start of an aggregation, which is a GET in Nexus.
fn aggregation() -> &'static str {
    match api() {
        Api::Nexus => "GET /members/MBR-1/aggregate",
        _ => "POST /members/MBR-1/aggregate",
    }
}

fn accounts() -> Reply {
    answer(200, &json!({"accounts": [{"guid": "ACT-1"}]}))
}

#[tokio::test]
async fn every_kind_runs_the_same_workflow() {
    let server = start(job([owners(&["ACT-1"])]));
    let identify = server.client().identify();
    insta::assert_snapshot!("identification", transcript_of(&server, identify).await);

    let numbers = json!({"account_numbers": [{"account_guid": "ACT-1", "account_number": "1"}]});
    let server = start(job([answer(200, &numbers)]));
    let verify = server.client().verify().with_transactions(true);
    insta::assert_snapshot!("verification", transcript_of(&server, verify).await);

    let server = start(job([accounts()]));
    let aggregate = server.client().aggregate();
    let aggregate = match api() {
        Api::Nexus => aggregate.with_holdings(false),
        _ => aggregate,
    };
    insta::assert_snapshot!("aggregation", transcript_of(&server, aggregate).await);

    let server = start(job([accounts()]));
    let check = server.client().check_balance();
    insta::assert_snapshot!("balance_check", transcript_of(&server, check).await);

    let read = json!({"job": {"guid": "JOB-2", "finished_at": "2026-11-28T08:00:00Z"}});
    let read = match api() {
        Api::Nexus => answer(200, &read),
        _ => member("CONNECTED#2"),
    };
    let server = start(job([read]));
    let extend = server.client().extend_history();
    insta::assert_snapshot!("extended_history", transcript_of(&server, extend).await);
}

#[tokio::test]
async fn an_aggregation_that_mx_does_not_start_ends_as_throttled() {
    let unmoved = vec![member("CONNECTED#1"); 62];
    let server = start(unmoved);
    let job = server.client().aggregate().with_polling(at_once());
    let error = job.run(LONG, async |_| None).await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::Throttled);
    assert_eq!(server.count(aggregation()), 1);
}

#[tokio::test]
async fn an_aggregation_without_the_product_ends_as_not_enabled() {
    let server = start([member("CONNECTED#1"), status(403)]);
    let job = server.client().aggregate();
    let error = job.run(LONG, async |_| None).await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::NotEnabled);
    assert!(
        error.to_string().starts_with("no aggregation of MBR-1"),
        "{error}"
    );
}

#[tokio::test]
async fn an_aggregation_whose_answer_is_lost_is_not_sent_again() {
    let script = [
        member("CONNECTED#1"),
        Reply::HangUp,
        member("CONNECTED~#2"),
        member("CONNECTED#2"),
        accounts(),
    ];
    let server = start(script);
    let aggregate = server.client().aggregate();
    transcript_of(&server, aggregate).await;
    assert_eq!(server.count(aggregation()), 1);
}
