//! Failures of the network and of MX: an identification survives them, or ends with an error that names them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use mx_nexus::identity::{Pace, PollPolicy};
use serde_json::json;

use super::*;
use crate::script::{answer, busy, member_with, status};

/// How many equal readings show that a lost start had no effect.
const SETTLED: usize = mx_nexus::identity::machine::SETTLED as usize;

#[tokio::test]
async fn the_answer_to_the_start_is_lost_and_a_job_is_behind_it() {
    let lost = [member("CONNECTED#1"), Reply::HangUp];
    let script = [member("CONNECTED#1"), member("CREATED~#2")];
    insta::assert_snapshot!(transcript(then(lost, then(script, success()))).await);
}

/// A member whose latest job has a start, so that a later job would show.
fn unchanged() -> Reply {
    let start = json!({"aggregated_at": "2026-11-28T01:00:00Z"});
    member_with(200, "CONNECTED#1", start)
}

#[tokio::test]
async fn the_answer_to_the_start_is_lost_and_no_job_is_behind_it() {
    let lost = [unchanged(), Reply::HangUp];
    let settling = vec![unchanged(); SETTLED];
    let script = then(then(lost, settling), [member("CREATED~#2")]);
    insta::assert_snapshot!(transcript(then(script, success())).await);
}

#[tokio::test]
async fn every_answer_to_the_start_is_lost() {
    let settling = || vec![unchanged(); SETTLED];
    let attempt = |lost: Reply| then([lost], settling());
    let attempts = [Reply::HangUp, status(502), status(500)]
        .map(attempt)
        .concat();
    insta::assert_snapshot!(transcript(then([unchanged()], attempts)).await);
}

#[tokio::test]
async fn reads_fail_after_a_lost_start() {
    let lost = [member("CONNECTED#1"), Reply::HangUp];
    let storm = [
        status(503),
        Reply::HangUp,
        status(500),
        member("CONNECTED~#2"),
    ];
    insta::assert_snapshot!(transcript(then(lost, then(storm, success()))).await);
}

#[tokio::test]
async fn many_answers_of_503() {
    let storm = then(vec![status(503); 5], [member("CREATED~#2"), status(503)]);
    let owners_fail = [member("CONNECTED#2"), status(503), Reply::HangUp];
    let script = then(then(storm, owners_fail), [owners(&["ACT-1"])]);
    insta::assert_snapshot!(transcript(after_start(script)).await);
}

#[tokio::test]
async fn a_retry_after_of_one_second() {
    let script = [member("CREATED~#2"), busy(1)];
    insta::assert_snapshot!(transcript(after_start(then(script, success()))).await);
}

#[tokio::test]
async fn a_member_is_unknown_right_after_its_creation() {
    insta::assert_snapshot!(
        transcript(then([status(404), status(404)], after_start(success()))).await
    );
}

#[tokio::test]
async fn a_member_stays_unknown() {
    insta::assert_snapshot!(transcript(vec![status(404); 3]).await);
}

#[tokio::test]
async fn a_member_is_deleted_while_its_job_runs() {
    let script = then([member("CREATED~#2")], vec![status(404); 3]);
    insta::assert_snapshot!(transcript(after_start(script)).await);
}

#[tokio::test]
async fn answers_that_hold_nothing_are_read_again() {
    let nothing =
        |status: u16, body: &str| Reply::Answer(status, body.to_owned(), body.to_owned(), None);
    let readings = [
        nothing(200, "{}"),
        nothing(200, "null"),
        nothing(200, r#"{"member":null}"#),
        nothing(200, ""),
        nothing(204, ""),
        nothing(302, ""),
        nothing(200, "{"),
        member("CONNECTED#2"),
    ];
    let lists = [
        nothing(204, ""),
        nothing(202, "{}"),
        nothing(200, r#"{"account_owners":null}"#),
        nothing(200, "null"),
        owners(&["ACT-1"]),
    ];
    insta::assert_snapshot!(transcript(after_start(then(readings, lists))).await);
}

#[tokio::test]
async fn a_start_that_is_answered_by_a_redirect_is_settled_by_reading() {
    for redirect in [302, 303] {
        let script = [
            member("CONNECTED#1"),
            status(redirect),
            member("CREATED~#2"),
        ];
        let name = format!("a_start_answered_by_{redirect}");
        insta::assert_snapshot!(name, transcript(then(script, success())).await);
    }
}

#[tokio::test]
async fn an_institution_that_is_down_is_tried_later() {
    for cause in [
        "institution_maintenance_error",
        "institution_unavailable_error",
    ] {
        let error = json!({"message": "Please come back.", "status": "bad_request", "type": cause});
        let script = [member("CONNECTED#1"), answer(400, &json!({"error": error}))];
        insta::assert_snapshot!(cause, transcript(script).await);
    }
}

#[tokio::test]
async fn a_reading_that_lags_behind_the_credentials_is_not_the_outcome() {
    let lost = [member("UPDATED#1"), Reply::HangUp];
    let stale = [
        member("CONNECTED#1"),
        member("DENIED#1"),
        member("CREATED~#2"),
    ];
    insta::assert_snapshot!(transcript(then(lost, then(stale, success()))).await);
}

/// Opens the server at the second wait.
struct Opens(Arc<Server>, AtomicU32);

impl std::fmt::Debug for Opens {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Opens").finish_non_exhaustive()
    }
}

impl PollPolicy for Opens {
    fn delay(&self, _: Pace, _: u32) -> Duration {
        if self.1.fetch_add(1, SeqCst) == 1 {
            self.0.note("  (MX accepts connections again)");
            self.0.open();
        }
        Duration::ZERO
    }
}

#[tokio::test]
async fn connections_are_refused_at_first() {
    let server = Server::closed_by(api(), after_start(success()));
    let opens = Opens(Arc::clone(&server), AtomicU32::new(0));
    let identify = server.client().identify().with_polling(opens);
    run(&server, identify).await;
    insta::assert_snapshot!(all_of(&server));
}
