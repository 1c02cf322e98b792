//! What the network and MX's own troubles do to an identification: nothing, or an error that says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use mx_nexus::identity::{Pace, PollPolicy};

use super::script::{busy, status};
use super::*;

#[tokio::test]
async fn the_answer_to_the_start_is_lost_and_a_job_is_behind_it() {
    let lost = [member("CONNECTED#1"), Reply::HangUp];
    let script = [member("CONNECTED#1"), member("CREATED~#2")];
    insta::assert_snapshot!(transcript(then(lost, then(script, well()))).await);
}

#[tokio::test]
async fn the_answer_to_the_start_is_lost_and_no_job_is_behind_it() {
    let lost = [member("CONNECTED#1"), Reply::HangUp];
    let settling = vec![member("CONNECTED#1"); 4];
    let script = then(then(lost, settling), [member("CREATED~#2")]);
    insta::assert_snapshot!(transcript(then(script, well())).await);
}

#[tokio::test]
async fn every_answer_to_the_start_is_lost() {
    let settling = || vec![member("CONNECTED#1"); 4];
    let attempt = |lost: Reply| then([lost], settling());
    let attempts = [Reply::HangUp, status(502), status(500)]
        .map(attempt)
        .concat();
    insta::assert_snapshot!(transcript(then([member("CONNECTED#1")], attempts)).await);
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
    insta::assert_snapshot!(transcript(then(lost, then(storm, well()))).await);
}

#[tokio::test]
async fn a_storm_of_503() {
    let storm = then(vec![status(503); 5], [member("CREATED~#2"), status(503)]);
    let owners_fail = [member("CONNECTED#2"), status(503), Reply::HangUp];
    let script = then(then(storm, owners_fail), [owners(&["ACT-1"])]);
    insta::assert_snapshot!(transcript(after_start(script)).await);
}

#[tokio::test]
async fn mx_asks_for_a_second_of_quiet() {
    let script = [member("CREATED~#2"), busy(1)];
    insta::assert_snapshot!(transcript(after_start(then(script, well()))).await);
}

#[tokio::test]
async fn a_member_is_unknown_right_after_its_creation() {
    insta::assert_snapshot!(
        transcript(then([status(404), status(404)], after_start(well()))).await
    );
}

#[tokio::test]
async fn a_member_is_unknown_for_good() {
    insta::assert_snapshot!(transcript(vec![status(404); 3]).await);
}

#[tokio::test]
async fn an_answer_without_a_member_is_no_manual_member() {
    let nothing = Reply::Answer(200, "{}".to_owned(), "{}".to_owned(), None);
    insta::assert_snapshot!(transcript(after_start([nothing])).await);
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
            self.0.note("  (MX comes back)");
            self.0.open();
        }
        Duration::ZERO
    }
}

#[tokio::test]
async fn nobody_answers_at_first() {
    let server = Server::closed(after_start(well()));
    let opens = Opens(Arc::clone(&server), AtomicU32::new(0));
    let identify = server.user().identify("MBR-1").polling(opens);
    run(&server, identify.patience(LONG)).await;
    insta::assert_snapshot!(all_of(&server));
}

#[tokio::test]
async fn the_session_expires_again_and_again() {
    let script = [
        member("CONNECTED#1"),
        status(401),
        member("CREATED~#2"),
        status(401),
        member("CONNECTED#2"),
        status(401),
        owners(&["ACT-1"]),
    ];
    let server = Server::start(script);
    let user = server.nexus().user("U-1");
    run(
        &server,
        user.identify("MBR-1").polling(at_once()).patience(LONG),
    )
    .await;
    insta::assert_snapshot!(all_of(&server));
}

#[tokio::test]
async fn a_session_that_cannot_be_renewed_ends_it() {
    insta::assert_snapshot!(transcript(after_start([status(401)])).await);
}
