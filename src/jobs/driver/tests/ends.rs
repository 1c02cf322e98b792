//! After the end: nothing is called, and nothing changes.

use super::*;

#[tokio::test(start_paused = true)]
async fn done_stays_done() {
    let mx = Mx::after_post([Member("CONNECTED#2"), Reply::Owners]);
    let mut job = mx.started(MINUTE).await;
    let done = arrive(&mut job).await.unwrap();
    let calls = mx.calls().len();
    sleep(10 * MINUTE).await;
    assert_eq!(job.next().await.unwrap(), done);
    assert_eq!(job.poll().await.unwrap(), done);
    assert_eq!(mx.calls().len(), calls);
}

#[tokio::test(start_paused = true)]
async fn a_failed_end_stays_as_it_is() {
    for end in [Member("DENIED#2"), Member("CREATED~#2")] {
        let mx = Mx::after_post([end]);
        let mut job = mx.started(8 * SECOND).await;
        let error = arrive(&mut job).await.unwrap_err();
        let calls = mx.calls().len();
        sleep(10 * MINUTE).await;
        let again = job.next().await.unwrap_err();
        assert_eq!(format!("{again:?}"), format!("{error:?}"));
        assert_eq!(mx.calls().len(), calls);
    }
}

#[tokio::test(start_paused = true)]
async fn a_finished_job_is_read_again_when_resumed_and_a_failed_one_is_not() {
    let mx = Mx::after_post([
        Member("CONNECTED#2"),
        Reply::Owners,
        Refused(503),
        Reply::Owners,
    ]);
    let mut job = mx.started(MINUTE).await;
    arrive(&mut job).await.unwrap();
    let mut job = mx.resumed(job.handle(), MINUTE);
    assert!(matches!(arrive(&mut job).await, Ok(Step::Done(_))));
    assert_eq!(mx.calls()[3..], ["3 owners", "3 owners", "6 owners"]);

    let mx = Mx::after_post([Member("DENIED#2")]);
    let mut job = mx.started(MINUTE).await;
    let error = arrive(&mut job).await.unwrap_err();
    let calls = mx.calls().len();
    let mut job = mx.resumed(error.handle(), MINUTE);
    assert_eq!(
        arrive(&mut job).await.unwrap_err().kind(),
        JobErrorKind::Ended
    );
    assert_eq!(mx.calls().len(), calls);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_dropped_stops_polling() {
    let mx = Mx::after_post([Member("CREATED~#2")]);
    let job = mx.started(10 * MINUTE).await;
    timeout(10 * SECOND, job.until_done(async |_| None))
        .await
        .unwrap_err();
    let calls = mx.calls().len();
    assert_eq!(calls, 5, "two to start, at 3, 6 and 9");
    sleep(5 * MINUTE).await;
    assert_eq!(mx.calls().len(), calls);
}

#[tokio::test(start_paused = true)]
async fn the_address_of_oauth_is_read_once_and_is_not_needed() {
    let mx = Mx::after_post([Member("PENDING#2"), Member("PENDING#2"), Refused(400)]);
    let mut job = mx.started(MINUTE).await;
    let error = arrive(&mut job).await.unwrap_err();
    assert_eq!(error.remedy(), Some(Remedy::FinishOauth));
    assert!(error.oauth_window().is_none());
    job.next().await.unwrap_err();
    assert_eq!(mx.count("oauth"), 1);
}
