//! A job as a stream, and in a task.

use futures_util::StreamExt;

use super::*;
use crate::jobs::steps::{self, Event};

#[tokio::test(start_paused = true)]
async fn a_stream_gives_every_step_and_ends() {
    let mx = asking([Accepted, Member("CONNECTED#2"), Reply::Owners]);
    let mut steps = mx.started(MINUTE).await.updates();
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
    let mut steps = mx.started(MINUTE).await.updates();
    steps.next().await.unwrap().unwrap();
    let error = steps.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::Ended);
    assert!(steps.next().await.is_none());
    assert_eq!(steps.handle(), error.handle());
}

#[tokio::test(start_paused = true)]
async fn a_step_of_a_stream_that_is_cancelled_goes_on_with_the_next() {
    let mx = Mx::after_post([Member("CONNECTED#2"), Reply::Owners]);
    let mut steps = mx.started(MINUTE).await.updates();
    timeout(SECOND, steps.next()).await.unwrap_err();
    let error = steps.answer(town()).await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::InvalidAnswers);
    assert!(!steps.handle().member().as_str().is_empty());
    steps.next().await.unwrap().unwrap();
    assert_eq!(mx.calls()[2..], ["3 read"], "the wait was not begun again");
}

#[tokio::test(start_paused = true)]
async fn a_task_drives_a_job_to_its_end() {
    let mx = asking([Accepted, Member("CONNECTED#2"), Reply::Owners]);
    let identify = mx.identify();
    let answers = town();
    let task = tokio::spawn(async move {
        let ask = async move |challenges: Challenges| {
            sleep(SECOND).await;
            assert_eq!(challenges.len(), 1);
            Some(answers.clone())
        };
        identify.run(MINUTE, ask).await
    });
    assert_eq!(task.await.unwrap().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn questions_in_the_answer_of_a_poll_are_not_listed_again() {
    let mx = Mx::after_post([
        MemberAsking("CHALLENGED#2", &["q1"]),
        Accepted,
        Member("CONNECTED#2"),
        Reply::Owners,
    ]);
    let mut job = mx.started(MINUTE).await;
    assert!(matches!(arrive(&mut job).await, Ok(Step::Challenged(_))));
    assert_eq!(mx.calls(), ["0 read", "0 post", "3 read"]);
}

#[tokio::test(start_paused = true)]
async fn a_webhook_makes_the_next_poll_due_now() {
    let mx = Mx::after_post([Member("CREATED~#2"), Member("CONNECTED#2"), Reply::Owners]);
    let mut job = mx.started(MINUTE).await;
    job.wake();
    job.next().await.unwrap();
    assert!(matches!(arrive(&mut job).await, Ok(Step::Done(_))));
    assert_eq!(mx.calls()[2..], ["0 read", "3 read", "3 owners"]);
}

#[tokio::test(start_paused = true)]
async fn a_job_is_driven_by_single_steps_of_its_saved_handle() {
    let mx = Mx::answering([
        Member("CONNECTED#1"),
        // The step that sends the POST reads the baseline again.
        Member("CONNECTED#1"),
        Member("CREATED~#2"),
        Member("CHALLENGED#2"),
        Questions(&["q1"]),
        Questions(&["q1"]),
        Accepted,
        Member("CONNECTED#2"),
        Reply::Owners,
    ]);
    let mut handle = mx.identify().prepare(MINUTE).handle().clone();
    let mut events = Vec::new();
    let owners = loop {
        let saved = serde_json::to_string(&handle).unwrap();
        let handle_read = serde_json::from_str(&saved).unwrap();
        let resume = JobBuilder::<Identification>::resumed(Arc::clone(&mx) as _, handle_read);
        let (stepped, owners) = steps::step(resume.clone(), MINUTE).await;
        events.push(serde_json::to_value(&stepped.event).unwrap()["event"].clone());
        handle = stepped.handle;
        match stepped.event {
            Event::Running { .. } => sleep(stepped.delay).await,
            Event::Challenged { questions } => {
                assert_eq!(questions[0].as_str(), "q1");
                let resume = JobBuilder::<Identification>::resumed(Arc::clone(&mx) as _, handle);
                handle = steps::answer(resume, MINUTE, town()).await.handle;
            }
            Event::Done => break owners.unwrap(),
            Event::Failed { message, .. } => panic!("{message}: {:?}", mx.calls()),
        }
    };
    assert_eq!((owners.len(), mx.count("post"), mx.count("put")), (1, 1, 1));
    assert_eq!(events.last().unwrap(), "done");
}
