//! Steps and answers that are cancelled in the middle: by a timeout, a `select!`, or a client that disconnected.

use futures_util::StreamExt;

use super::*;

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_cancelled_goes_on_where_it_was() {
    let mx = Mx::after_post([Member("CONNECTED#2"), Reply::Owners]);
    let mut job = mx.started(MINUTE).await;
    let owners = loop {
        match timeout(SECOND * 2, job.next()).await {
            Err(_) | Ok(Ok(Step::Running(_))) => {}
            Ok(step) => break step,
        }
    };
    assert!(matches!(owners, Ok(Step::Done(_))));
    assert_eq!(mx.calls(), ["0 read", "0 post", "3 read", "3 owners"]);
}

#[tokio::test(start_paused = true)]
async fn answers_that_were_cancelled_are_not_asked_for_or_sent_again_while_they_may_have_arrived() {
    let mx = asking([
        Silence,
        Member("RESUMED~#2"),
        Member("CONNECTED#2"),
        Reply::Owners,
    ]);
    let mut job = mx.started(MINUTE).await;
    arrive(&mut job).await.unwrap();
    let while_answering = job.handle().while_answering();
    timeout(SECOND, job.answer(town())).await.unwrap_err();
    assert_eq!(
        job.handle(),
        &while_answering,
        "what was saved before still holds"
    );
    loop {
        match job.next().await.unwrap() {
            Step::Running(_) => {}
            Step::Done(_) => break,
            Step::Challenged(_) => panic!("asked again: {:?}", mx.calls()),
        }
    }
    assert_eq!(mx.count("put"), 1);
}

#[tokio::test(start_paused = true)]
async fn polls_without_waiting_make_no_call_before_retry_after() {
    let mx = Mx::answering([Member("CONNECTED#1"), RefusedFor(SECOND * 20)]);
    let mut job = mx.identify().prepare(MINUTE);
    for _ in 0..50 {
        job.poll().await.unwrap();
    }
    assert_eq!(mx.count("post"), 1);
    assert!(job.delay() >= SECOND * 20);
}

#[tokio::test(start_paused = true)]
async fn a_stream_gives_a_question_once_and_goes_on_after_the_answer() {
    let mx = asking([Accepted, Member("CONNECTED#2"), Reply::Owners]);
    let mut steps = mx.started(MINUTE).await.updates();
    let mut last = None;
    while let Some(step) = steps.next().await {
        last = Some(step.unwrap());
    }
    assert!(matches!(last, Some(Step::Challenged(_))), "{last:?}");
    assert!(steps.next().await.is_none());
    steps.answer(town()).await.unwrap();
    while let Some(step) = steps.next().await {
        last = Some(step.unwrap());
    }
    assert!(matches!(last, Some(Step::Done(_))), "{last:?}");
}
