//! A job as a stream, and in a task.

use futures_util::StreamExt;

use super::*;

#[tokio::test(start_paused = true)]
async fn a_stream_gives_every_step_and_ends() {
    let mx = asking([Accepted, Member("CONNECTED#2"), Owners]);
    let mut steps = mx.started(MINUTE).await.into_stream();
    let mut seen = String::new();
    while let Some(step) = steps.next().await {
        match step.unwrap() {
            Step::Running(progress) => seen += &format!("{progress}\n"),
            Step::Challenged(_) => {
                seen += "asked\n";
                steps.answer(town()).await.unwrap();
            }
            Step::Done(_) => seen += "done\n",
        }
    }
    let expected = "CHALLENGED after 1 poll\nasked\nCONNECTED after 2 polls\ndone\n";
    assert_eq!(seen, expected);
    let calls = mx.calls().len();
    assert!(steps.next().await.is_none());
    assert_eq!(mx.calls().len(), calls);
    assert!(
        steps.answer(town()).await.is_err(),
        "answers are not dropped silently"
    );
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_after_an_error_and_keeps_the_handle() {
    let mx = Mx::after_post([Member("DENIED#2")]);
    let mut steps = mx.started(MINUTE).await.into_stream();
    steps.next().await.unwrap().unwrap();
    let error = steps.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), IdentityErrorKind::Ended);
    assert!(steps.next().await.is_none());
    assert_eq!(steps.handle(), error.handle());
}

#[tokio::test(start_paused = true)]
async fn a_step_of_a_stream_that_is_cancelled_goes_on_with_the_next() {
    let mx = Mx::after_post([Member("CONNECTED#2"), Owners]);
    let mut steps = mx.started(MINUTE).await.into_stream();
    timeout(SECOND, steps.next()).await.unwrap_err();
    let error = steps.answer(town()).await.unwrap_err();
    assert_eq!(error.kind(), IdentityErrorKind::BadAnswers);
    assert!(!steps.handle().member().as_str().is_empty());
    steps.next().await.unwrap().unwrap();
    assert_eq!(mx.calls()[2..], ["3 read"], "the wait was not begun again");
}

#[tokio::test(start_paused = true)]
async fn a_task_drives_a_job_to_its_end() {
    let mx = asking([Accepted, Member("CONNECTED#2"), Owners]);
    let identify = mx.identify(MINUTE);
    let answers = town();
    let task = tokio::spawn(async move {
        let ask = async move |challenges: Challenges| {
            sleep(SECOND).await;
            assert_eq!(challenges.len(), 1);
            Some(answers.clone())
        };
        identify.run(ask).await
    });
    assert_eq!(task.await.unwrap().unwrap().len(), 1);
}
