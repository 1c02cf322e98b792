//! When a job makes its calls, and when it gives up.

use super::*;
use crate::jobs::{PollPolicy, Polling};

#[tokio::test(start_paused = true)]
async fn polls_are_three_seconds_apart() {
    let mx = Mx::after_post([
        Member("CREATED~#2"),
        Member("CREATED~#2"),
        Member("CONNECTED#2"),
        Reply::Owners,
    ]);
    let mut job = mx.started(MINUTE).await;
    assert!(matches!(arrive(&mut job).await, Ok(Step::Done(_))));
    let calls = ["0 read", "0 post", "3 read", "6 read", "9 read", "9 owners"];
    assert_eq!(mx.calls(), calls);
}

#[tokio::test(start_paused = true)]
async fn the_last_poll_lands_on_the_deadline() {
    let mx = Mx::after_post([Member("CREATED~#2")]);
    let mut job = mx.started(8 * SECOND).await;
    let error = arrive(&mut job).await.unwrap_err();
    assert_eq!(
        mx.calls(),
        ["0 read", "0 post", "3 read", "6 read", "8 read"]
    );
    assert_eq!(error.kind(), JobErrorKind::TimedOut);
    assert_eq!(error.waited(), 8 * SECOND);
    assert_eq!(error.progress().polls, 3);
    assert_eq!(error.status().unwrap().as_str(), "CREATED");
    assert_eq!(error.message(), Some("this is CREATED"));
    assert_eq!(error.handle().job().unwrap().as_str(), "2");
    assert!(error.is_resumable());
}

#[tokio::test(start_paused = true)]
async fn a_job_with_a_budget_of_zero_is_not_started_and_can_be_resumed() {
    let mx = Mx::answering([
        Member("CONNECTED#1"),
        Member("CONNECTED#1"),
        Member("CREATED~#2"),
        Member("CONNECTED#2"),
        Reply::Owners,
    ]);
    let error = mx.identify().start(Duration::ZERO).await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::TimedOut);
    assert!(error.is_resumable() && !error.handle().has_started());
    assert_eq!(mx.calls(), ["0 read"]);

    let mut job = mx.resumed(error.handle(), MINUTE);
    assert!(matches!(arrive(&mut job).await, Ok(Step::Done(_))));
    assert_eq!(mx.count("post"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_policy_without_delays_has_a_budget_too() {
    #[derive(Debug)]
    struct AtOnce;
    impl PollPolicy for AtOnce {
        fn delay(&self, _: Pace, _: u32) -> Duration {
            Duration::ZERO
        }
    }
    let mx = Mx::after_post([Member("CREATED~#2")]);
    let identify = mx.identify().with_polling(AtOnce);
    let mut job = identify.start(SECOND).await.unwrap();
    job.next().await.unwrap();
    sleep(SECOND).await;
    let error = job.next().await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::TimedOut);
}

#[tokio::test(start_paused = true)]
async fn a_poll_does_not_wait_and_does_not_exceed_the_budget() {
    let mx = Mx::after_post([Member("CREATED~#2")]);
    let mut job = mx.started(2 * SECOND).await;
    assert_eq!(job.delay(), 3 * SECOND);
    job.poll().await.unwrap();
    assert_eq!(mx.calls(), ["0 read", "0 post", "0 read"]);
    sleep(2 * SECOND).await;
    let error = job.poll().await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::TimedOut);
    assert_eq!(mx.calls().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_slow_job_is_polled_slowly() {
    let mx = Mx::after_post([
        Member("DELAYED~#2"),
        Member("DELAYED~#2"),
        Member("CONNECTED#2"),
        Reply::Owners,
    ]);
    let mut job = mx.started(MINUTE).await;
    arrive(&mut job).await.unwrap();
    assert_eq!(
        mx.calls()[2..],
        ["3 read", "13 read", "23 read", "23 owners"]
    );
}

#[tokio::test(start_paused = true)]
async fn another_policy_is_followed() {
    let mx = Mx::after_post([Member("CREATED~#2"), Member("CONNECTED#2"), Reply::Owners]);
    let identify = mx
        .identify()
        .with_polling(Polling::between(7 * SECOND, 7 * SECOND));
    let mut job = identify.start(MINUTE).await.unwrap();
    arrive(&mut job).await.unwrap();
    assert_eq!(mx.calls()[2..], ["7 read", "14 read", "14 owners"]);
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_obeyed() {
    let mx = Mx::after_post([
        RefusedFor(20 * SECOND),
        Member("CONNECTED#2"),
        RefusedFor(10 * SECOND),
        Reply::Owners,
    ]);
    let mut job = mx.started(MINUTE).await;
    arrive(&mut job).await.unwrap();
    assert_eq!(
        mx.calls()[2..],
        ["3 read", "23 read", "23 owners", "33 owners"]
    );
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_obeyed_by_the_reads_that_settle_a_lost_start_or_answer() {
    let mx = Mx::answering([
        Member("CONNECTED#1"),
        FailedFor(20 * SECOND),
        Member("CHALLENGED#2"),
        Questions(&["q1"]),
        FailedFor(10 * SECOND),
        Member("CONNECTED#2"),
        Reply::Owners,
    ]);
    let mut job = mx.started(MINUTE).await;
    arrive(&mut job).await.unwrap();
    job.answer(town()).await.unwrap();
    arrive(&mut job).await.unwrap();
    let calls = ["20 read", "20 list", "20 put", "30 read", "30 owners"];
    assert_eq!(mx.calls()[2..], calls);
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_beyond_the_budget_leads_to_no_other_call() {
    let mx = Mx::after_post([RefusedFor(MINUTE), Member("CREATED~#2")]);
    let mut job = mx.started(20 * SECOND).await;
    let error = arrive(&mut job).await.unwrap_err();
    assert_eq!(mx.calls(), ["0 read", "0 post", "3 read"]);
    assert_eq!(error.kind(), JobErrorKind::TimedOut);
    assert_eq!(error.waited(), 20 * SECOND);
    let found = error.call_error().and_then(Error::retry_after);
    assert_eq!(found, Some(MINUTE));
}

#[tokio::test(start_paused = true)]
async fn a_start_that_is_refused_unprocessed_is_sent_again_after_retry_after() {
    let mx = Mx::answering([
        Member("CONNECTED#1"),
        RefusedFor(30 * SECOND),
        Member("CREATED~#2"),
    ]);
    drop(mx.started(MINUTE).await);
    assert_eq!(mx.calls(), ["0 read", "0 post", "30 post"]);
}

#[tokio::test(start_paused = true)]
async fn a_start_that_cannot_reach_mx_ends_with_the_budget() {
    let mx = Mx::answering([NoSession(None)]);
    let error = mx.identify().start(10 * SECOND).await.unwrap_err();
    assert_eq!(
        mx.calls(),
        ["0 read", "3 read", "6 read", "9 read", "10 read"]
    );
    assert_eq!(error.kind(), JobErrorKind::TimedOut);
    assert!(
        error.call_error().is_some(),
        "the failed call is in the error"
    );
    assert!(!error.handle().has_started());

    let mx = Mx::answering([Member("CONNECTED#1"), NoSession(None)]);
    let error = mx.identify().start(4 * SECOND).await.unwrap_err();
    assert_eq!(mx.calls(), ["0 read", "0 post", "3 post"]);
    assert_eq!(error.kind(), JobErrorKind::TimedOut);
}

#[tokio::test(start_paused = true)]
async fn another_job_is_waited_for_within_the_budget() {
    let other = Member("CREATED~#9");
    let mx = Mx::answering([Member("CONNECTED#1"), Refused(409), other.clone(), other]);
    let mut job = mx.started(20 * SECOND).await;
    let error = arrive(&mut job).await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::TimedOut);
    assert_eq!((mx.count("post"), error.waited()), (1, 20 * SECOND));
}
