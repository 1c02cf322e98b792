//! All kinds of jobs over the wire, by one source of transcripts: start, a question, the end, the result.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use mx_nexus::jobs::{Answers, JobBuilder, JobErrorKind, Kind, Polling};
use serde_json::json;

#[path = "support/script.rs"]
mod script;

use script::{LONG, Reply, Server, answer, member, owners, status, text_question};

/// Runs a job of any kind, and returns the transcript.
async fn transcript<K: Kind>(server: &Server, job: JobBuilder<K>) -> String {
    let job = job.with_polling(Polling::between(Duration::ZERO, Duration::ZERO));
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

fn accounts() -> Reply {
    answer(200, &json!({"accounts": [{"guid": "ACT-1"}]}))
}

#[tokio::test]
async fn every_kind_runs_the_same_workflow() {
    let server = Server::start(job([owners(&["ACT-1"])]));
    let identify = server.user().identify("MBR-1");
    insta::assert_snapshot!("identification", transcript(&server, identify).await);

    let numbers = json!({"account_numbers": [{"account_guid": "ACT-1", "account_number": "1"}]});
    let server = Server::start(job([answer(200, &numbers)]));
    let verify = server.user().verify("MBR-1").with_transactions(true);
    insta::assert_snapshot!("verification", transcript(&server, verify).await);

    let server = Server::start(job([accounts()]));
    let aggregate = server.user().aggregate("MBR-1").with_holdings(false);
    insta::assert_snapshot!("aggregation", transcript(&server, aggregate).await);

    let server = Server::start(job([accounts()]));
    let check = server.user().check_balance("MBR-1");
    insta::assert_snapshot!("balance_check", transcript(&server, check).await);

    let read = json!({"job": {"guid": "JOB-2", "finished_at": "2026-11-28T08:00:00Z"}});
    let server = Server::start(job([answer(200, &read)]));
    let extend = server.user().extend_history("MBR-1");
    insta::assert_snapshot!("extended_history", transcript(&server, extend).await);
}

#[tokio::test]
async fn an_aggregation_that_mx_does_not_start_ends_as_throttled() {
    let unmoved = vec![member("CONNECTED#1"); 62];
    let server = Server::start(unmoved);
    let polling = Polling::between(Duration::ZERO, Duration::ZERO);
    let job = server.user().aggregate("MBR-1").with_polling(polling);
    let error = job.run(LONG, async |_| None).await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::Throttled);
    assert_eq!(server.count("GET /members/MBR-1/aggregate"), 1);
}

#[tokio::test]
async fn an_aggregation_without_the_product_ends_as_not_enabled() {
    let server = Server::start([member("CONNECTED#1"), status(403)]);
    let job = server.user().aggregate("MBR-1");
    let error = job.run(LONG, async |_| None).await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::NotEnabled);
    assert!(
        error.to_string().starts_with("no aggregation of MBR-1"),
        "{error}"
    );
}

#[tokio::test]
async fn a_start_by_get_whose_answer_is_lost_is_not_sent_again() {
    let script = [
        member("CONNECTED#1"),
        Reply::HangUp,
        member("CONNECTED~#2"),
        member("CONNECTED#2"),
        accounts(),
    ];
    let server = Server::start(script);
    let aggregate = server.user().aggregate("MBR-1");
    transcript(&server, aggregate).await;
    assert_eq!(server.count("GET /members/MBR-1/aggregate"), 1);
}
