//! Calls that hang, get lost or are turned away.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_read_that_hangs_is_cut_off() {
    let mx = Mx::after_post([Silence]);
    let mut job = mx.started(8 * SECOND).await;
    let error = arrive(&mut job).await.unwrap_err();
    assert_eq!(mx.heard(), ["0 read", "0 post", "3 read"]);
    assert_eq!(error.kind(), IdentityErrorKind::OutOfPatience);
    assert_eq!(
        error.waited(),
        13 * SECOND,
        "a call begun in time has ten seconds"
    );
}

#[tokio::test(start_paused = true)]
async fn a_start_that_hangs_is_cut_off_and_settled_by_reading() {
    let mx = Mx::answering([
        Member("CONNECTED#1"),
        Silence,
        Member("CREATED~#2"),
        Member("CONNECTED#2"),
        Owners,
    ]);
    let mut job = mx.started(5 * SECOND).await;
    let error = arrive(&mut job).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.waited()),
        (IdentityErrorKind::OutOfPatience, 10 * SECOND)
    );

    let mut job = mx.resumed(error.handle(), MINUTE);
    assert!(matches!(arrive(&mut job).await, Ok(Step::Done(_))));
    assert_eq!(mx.count("post"), 1);
}

#[tokio::test(start_paused = true)]
async fn answers_that_hang_are_cut_off_and_settled_by_reading() {
    let mx = asking([Silence, Member("RESUMED~#2"), Member("CONNECTED#2"), Owners]);
    let mut job = mx.started(20 * SECOND).await;
    arrive(&mut job).await.unwrap();
    job.answer(town()).await.unwrap();
    let calls = ["3 read", "3 list", "3 put"];
    assert_eq!(mx.heard()[2..], calls);
    let error = arrive(&mut job).await.unwrap_err();
    assert_eq!(error.waited(), 20 * SECOND);

    let mut job = mx.resumed(error.handle(), MINUTE);
    assert!(matches!(arrive(&mut job).await, Ok(Step::Done(_))));
    assert_eq!(mx.count("put"), 1);
}

#[tokio::test(start_paused = true)]
async fn failing_reads_after_a_lost_start_start_nothing() {
    let lost = [Member("CONNECTED#1"), Refused(502)];
    let storm = [
        Refused(503),
        RefusedFor(SECOND),
        NoSession(None),
        Refused(404),
    ];
    let end = [Member("CREATED~#2"), Member("CONNECTED#2"), Owners];
    let mx = Mx::answering(lost.into_iter().chain(storm).chain(end));
    let mut job = mx.started(5 * MINUTE).await;
    assert!(matches!(arrive(&mut job).await, Ok(Step::Done(_))));
    assert_eq!(mx.count("post"), 1);
}

#[tokio::test(start_paused = true)]
async fn the_status_of_a_failed_session_is_no_answer_to_the_call() {
    for status in [400, 403, 404, 409] {
        let mx = Mx::answering([Member("CONNECTED#1"), NoSession(Some(status))]);
        let error = mx.identify(MINUTE).start().await.unwrap_err();
        assert_eq!(
            error.kind(),
            IdentityErrorKind::Call,
            "{status} on the start"
        );
        assert_eq!(mx.heard(), ["0 read", "0 post"]);
    }
    for status in [400, 405] {
        let mx = asking([NoSession(Some(status))]);
        let mut job = mx.started(MINUTE).await;
        arrive(&mut job).await.unwrap();
        let error = job.answer(town()).await.unwrap_err();
        assert_eq!(
            error.kind(),
            IdentityErrorKind::Call,
            "{status} on the answers"
        );
        assert!(
            matches!(job.next().await, Ok(Step::Challenged(_))),
            "still open"
        );
    }
    let mx = Mx::answering([NoSession(Some(404))]);
    mx.identify(MINUTE).start().await.unwrap_err();
    assert_eq!(mx.heard(), ["0 read"], "an unknown user is no new member");
}

#[tokio::test(start_paused = true)]
async fn a_member_may_be_unknown_for_a_moment() {
    let new = [
        Refused(404),
        Member("CREATED"),
        Refused(404),
        Member("CREATED~#2"),
    ];
    let mx = Mx::answering(new);
    drop(mx.started(MINUTE).await);
    assert_eq!(mx.heard(), ["0 read", "3 read", "3 post", "6 post"]);

    let mx = Mx::answering([Refused(404)]);
    let error = mx.identify(MINUTE).start().await.unwrap_err();
    assert_eq!(mx.heard(), ["0 read", "3 read", "6 read"]);
    assert_eq!(error.kind(), IdentityErrorKind::Call);
    assert!(!error.is_resumable());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_failed_for_good_is_no_end() {
    let mx = Mx::after_post([Refused(418), Member("CONNECTED#2"), Owners]);
    let mut job = mx.started(MINUTE).await;
    let error = job.next().await.unwrap_err();
    assert_eq!(error.kind(), IdentityErrorKind::Call);
    assert_eq!(error.call_error().and_then(Error::status), Some(418));
    assert!(matches!(arrive(&mut job).await, Ok(Step::Done(_))));
}

#[tokio::test(start_paused = true)]
async fn the_handle_announces_a_start_before_it_is_sent() {
    let nothing = Member("CONNECTED#1");
    let settling = vec![nothing; usize::from(crate::identity::machine::SETTLED)];
    let rest = [Member("CREATED~#2"), Member("CONNECTED#2"), Owners];
    let mx = Mx::answering(
        [Member("CONNECTED#1")]
            .into_iter()
            .chain(settling)
            .chain(rest),
    );
    let mut job = mx.identify(MINUTE).prepare();
    assert_eq!(&job.handle_in_flight(), job.handle(), "nothing to announce");
    job.next().await.unwrap();
    assert!(!job.handle().has_started());
    let saved = job.handle_in_flight();
    assert!(saved.has_started());

    // The process dies here. Whoever resumes cannot know whether the POST was sent.
    let mut job = mx.resumed(&saved, 5 * MINUTE);
    assert!(matches!(arrive(&mut job).await, Ok(Step::Done(_))));
    assert_eq!(
        mx.heard()[1..6],
        ["3 read", "6 read", "9 read", "12 read", "12 post"]
    );
    assert_eq!(mx.count("post"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_resumed_job_waits_for_questions_that_cannot_be_listed() {
    let mx = asking([RefusedFor(10 * SECOND), Refused(503), Questions(&["q1"])]);
    let mut job = mx.started(MINUTE).await;
    arrive(&mut job).await.unwrap();
    let mut job = mx.resumed(job.handle(), MINUTE);
    assert!(matches!(arrive(&mut job).await, Ok(Step::Challenged(_))));
    assert_eq!(mx.heard()[4..], ["3 list", "13 list", "16 list"]);

    let mx = asking([Refused(503)]);
    let mut job = mx.started(MINUTE).await;
    arrive(&mut job).await.unwrap();
    let mut job = mx.resumed(job.handle(), 10 * SECOND);
    let error = arrive(&mut job).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.waited()),
        (IdentityErrorKind::OutOfPatience, 10 * SECOND)
    );
}

#[tokio::test(start_paused = true)]
async fn a_check_that_hangs_says_nothing() {
    let mx = Mx::answering([Silence, Member("CONNECTED#1"), Member("CREATED~#2")]);
    let identify = mx.identify(5 * SECOND).checking_institution();
    drop(identify.start().await.unwrap());
    assert_eq!(mx.heard(), ["0 check", "10 read", "10 post"]);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_resumed_before_every_call_starts_and_starts_once() {
    let start = [Member("CONNECTED#1"), Member("CONNECTED#1")];
    let dies = [Silence, Member("CREATED~#2"), Member("CONNECTED#2"), Owners];
    let mx = Mx::answering(start.into_iter().chain(dies));
    let mut job = mx.identify(MINUTE).prepare();
    job.poll().await.unwrap();
    let mut job = mx.resumed(job.handle(), MINUTE);
    let saved = job.handle_in_flight();
    assert!(saved.has_started(), "the start was due");
    timeout(SECOND, job.poll()).await.unwrap_err();
    assert_eq!(
        mx.heard(),
        ["0 read", "0 read", "0 post"],
        "with a fresh baseline"
    );

    // The process died while it posted.
    let mut job = mx.resumed(&saved, MINUTE);
    assert!(matches!(arrive(&mut job).await, Ok(Step::Done(_))));
    assert_eq!(mx.count("post"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_start_is_repeated_by_a_job_that_is_resumed_before_every_call() {
    let mut script = vec![Member("CONNECTED#1"), Refused(503)];
    script.extend(vec![
        Member("CONNECTED#1");
        usize::from(crate::identity::machine::SETTLED) + 1
    ]);
    script.extend([Member("CREATED~#2"), Member("CONNECTED#2"), Owners]);
    let mx = Mx::answering(script);
    let mut handle = mx.started(MINUTE).await.handle().clone();
    let owners = loop {
        let mut job = mx.resumed(&handle, MINUTE);
        let step = job.next().await.unwrap();
        handle = job.handle().clone();
        if let Step::Done(owners) = step {
            break owners;
        }
    };
    assert!(!owners.is_empty());
    assert_eq!(
        mx.heard()[..8],
        [
            "0 read", "0 post", "3 read", "6 read", "9 read", "12 read", "12 read", "12 post"
        ]
    );
    assert_eq!(mx.count("post"), 2);
}
