//! Questions, answers, and the user's time.

use super::*;

#[tokio::test(start_paused = true)]
async fn the_users_time_does_not_count() {
    let mx = asking([
        Accepted,
        Member("RESUMED~#2"),
        Member("CONNECTED#2"),
        Reply::Owners,
    ]);
    let mut job = mx.started(20 * SECOND).await;
    arrive(&mut job).await.unwrap();
    let left = job.time_left();
    sleep(10 * MINUTE).await;
    assert!(
        matches!(job.next().await, Ok(Step::Challenged(_))),
        "asked again without a call"
    );
    assert_eq!(job.time_left(), left);
    job.answer(town()).await.unwrap();
    assert!(matches!(arrive(&mut job).await, Ok(Step::Done(_))));
    let calls = ["603 put", "606 read", "609 read", "609 owners"];
    assert_eq!(mx.calls()[4..], calls);
}

#[tokio::test(start_paused = true)]
async fn a_user_has_a_timeout_of_its_own() {
    let mx = asking([Silence]);
    let identify = mx.identify().with_user_timeout(5 * MINUTE);
    let waiting = identify.run(MINUTE, async |_| {
        sleep(10 * MINUTE).await;
        town()
    });
    let error = waiting.await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::NoAnswer);
    assert!(error.to_string().contains("gave no answer in time"));
    assert_eq!(error.waited(), 3 * SECOND + 5 * MINUTE);
    assert!(error.is_resumable());
    assert_eq!(mx.count("put"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_user_who_gives_up_can_come_back() {
    let mx = asking([
        Questions(&["q1"]),
        Accepted,
        Member("RESUMED~#2"),
        Member("CONNECTED#2"),
        Reply::Owners,
    ]);
    let error = mx.identify().run(MINUTE, async |_| None).await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::NoAnswer);
    assert!(!error.to_string().contains("the user"), "{error}");
    let job = mx.resumed(error.handle(), MINUTE);
    let owners = job.until_done(async |_| Some(town())).await.unwrap();
    assert_eq!(owners.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn another_process_answers_without_having_asked() {
    let mx = asking([
        Questions(&["q1"]),
        Accepted,
        Member("RESUMED~#2"),
        Member("CONNECTED#2"),
        Reply::Owners,
    ]);
    let mut job = mx.started(MINUTE).await;
    arrive(&mut job).await.unwrap();
    let mut job = mx.resumed(job.handle(), MINUTE);
    job.answer(town()).await.unwrap();
    assert_eq!(mx.calls()[4..], ["3 list", "3 put"]);
    assert!(matches!(arrive(&mut job).await, Ok(Step::Done(_))));
}

#[tokio::test(start_paused = true)]
async fn answers_that_do_not_fit_are_not_sent() {
    let mx = asking([Silence]);
    let mut job = mx.started(MINUTE).await;
    let error = job.answer(town()).await.unwrap_err();
    assert_eq!(
        error.kind(),
        JobErrorKind::InvalidAnswers,
        "nothing is asked yet"
    );
    arrive(&mut job).await.unwrap();
    for bad in [
        Answers::new(),
        town().with("q2", "x"),
        Answers::new().with("q1", ""),
    ] {
        let error = job.answer(bad).await.unwrap_err();
        assert_eq!(error.kind(), JobErrorKind::InvalidAnswers);
    }
    assert_eq!(mx.count("put"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_question_is_answered_once() {
    let stale = [
        Accepted,
        Member("CHALLENGED#2"),
        Questions(&["q1"]),
        Member("CONNECTED#2"),
        Reply::Owners,
    ];
    let mx = asking(stale);
    let mut job = mx.started(MINUTE).await;
    arrive(&mut job).await.unwrap();
    job.answer(town()).await.unwrap();
    let error = job.answer(town()).await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::InvalidAnswers);
    // Read, and list: what MX still shows is the question just answered.
    for _ in 0..2 {
        assert!(matches!(job.next().await, Ok(Step::Running(_))));
        job.answer(town()).await.unwrap_err();
    }
    assert!(matches!(arrive(&mut job).await, Ok(Step::Done(_))));
    assert_eq!(mx.count("put"), 1);
}

#[tokio::test(start_paused = true)]
async fn answers_that_were_never_sent_are_sent_again_up_to_three_times() {
    let mx = asking([
        NoSession(None),
        RefusedFor(5 * SECOND),
        Accepted,
        Member("CONNECTED#2"),
        Reply::Owners,
    ]);
    let mut job = mx.started(MINUTE).await;
    arrive(&mut job).await.unwrap();
    job.answer(town()).await.unwrap();
    assert_eq!(mx.calls()[4..], ["3 put", "6 put", "11 put"]);

    let mx = asking([NoSession(None)]);
    let mut job = mx.started(MINUTE).await;
    arrive(&mut job).await.unwrap();
    let error = job.answer(town()).await.unwrap_err();
    assert_eq!((error.kind(), mx.count("put")), (JobErrorKind::Call, 3));
    assert!(error.is_resumable());
    let left = job.time_left();
    sleep(MINUTE).await;
    assert_eq!(job.time_left(), left, "the budget is paused again");
}

#[tokio::test(start_paused = true)]
async fn answers_that_mx_wants_later_than_the_budget_are_not_sent_early() {
    let mx = asking([RefusedFor(5 * MINUTE)]);
    let mut job = mx.started(MINUTE).await;
    arrive(&mut job).await.unwrap();
    let error = job.answer(town()).await.unwrap_err();
    assert_eq!((error.kind(), mx.count("put")), (JobErrorKind::Call, 1));
}

#[tokio::test(start_paused = true)]
async fn a_resumed_job_does_not_ask_a_question_that_was_answered() {
    // The second round is due, and another process is shown the first one again.
    let rounds = [
        Accepted,
        Member("CHALLENGED#2"),
        Questions(&["q2"]),
        Questions(&["q1"]),
        Questions(&["q2"]),
    ];
    let mx = asking(rounds);
    let mut job = mx.started(MINUTE).await;
    arrive(&mut job).await.unwrap();
    job.answer(town()).await.unwrap();
    arrive(&mut job).await.unwrap();
    let mut job = mx.resumed(job.handle(), MINUTE);
    let Ok(Step::Challenged(challenges)) = arrive(&mut job).await else {
        panic!("a question is open");
    };
    let guids: Vec<&str> = challenges.iter().map(|it| it.guid().as_str()).collect();
    assert_eq!(guids, ["q2"]);
    assert_eq!(mx.calls()[7..], ["6 list", "9 list"]);
}

#[tokio::test(start_paused = true)]
async fn answers_whose_put_was_lost_twice_are_sent_a_third_time_without_asking_the_user_again() {
    let mut script = Vec::new();
    for _ in 0..2 {
        script.push(Refused(503));
        let still_asked = [Member("CHALLENGED#2"), Questions(&["q1"])];
        script.extend(still_asked.into_iter().cycle().take(20));
    }
    script.extend([Accepted, Member("CONNECTED#2"), Reply::Owners]);
    let mx = asking(script);
    let mut job = mx.started(5 * MINUTE).await;
    arrive(&mut job).await.unwrap();
    job.answer(town()).await.unwrap();
    assert!(matches!(arrive(&mut job).await, Ok(Step::Done(_))));
    assert_eq!(mx.count("put"), 3);
}
