//! Calls that hang, are lost, are refused or bring nothing.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_read_that_hangs_is_cut_off() {
    let mx = Mx::after_post([Silence]);
    let mut job = mx.started(8 * SECOND).await;
    let error = arrive(&mut job).await.unwrap_err();
    assert_eq!(mx.calls(), ["0 read", "0 post", "3 read"]);
    assert_eq!(error.kind(), JobErrorKind::TimedOut);
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
        Reply::Owners,
    ]);
    let mut job = mx.started(5 * SECOND).await;
    let error = arrive(&mut job).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.waited()),
        (JobErrorKind::TimedOut, 10 * SECOND)
    );

    let mut job = mx.resumed(error.handle(), MINUTE);
    assert!(matches!(arrive(&mut job).await, Ok(Step::Done(_))));
    assert_eq!(mx.count("post"), 1);
}

#[tokio::test(start_paused = true)]
async fn answers_that_hang_are_cut_off_and_settled_by_reading() {
    let mx = asking([
        Silence,
        Member("RESUMED~#2"),
        Member("CONNECTED#2"),
        Reply::Owners,
    ]);
    let mut job = mx.started(20 * SECOND).await;
    arrive(&mut job).await.unwrap();
    job.answer(town()).await.unwrap();
    let calls = ["3 read", "3 list", "3 put"];
    assert_eq!(mx.calls()[2..], calls);
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
    let end = [Member("CREATED~#2"), Member("CONNECTED#2"), Reply::Owners];
    let mx = Mx::answering(lost.into_iter().chain(storm).chain(end));
    let mut job = mx.started(5 * MINUTE).await;
    assert!(matches!(arrive(&mut job).await, Ok(Step::Done(_))));
    assert_eq!(mx.count("post"), 1);
}

#[tokio::test(start_paused = true)]
async fn the_status_of_a_failed_session_is_no_answer_to_the_call() {
    for status in [400, 403, 404, 409] {
        let mx = Mx::answering([Member("CONNECTED#1"), NoSession(Some(status))]);
        let error = mx.identify().start(MINUTE).await.unwrap_err();
        assert_eq!(error.kind(), JobErrorKind::Call, "{status} on the start");
        assert_eq!(mx.calls(), ["0 read", "0 post"]);
    }
    for status in [400, 405] {
        let mx = asking([NoSession(Some(status))]);
        let mut job = mx.started(MINUTE).await;
        arrive(&mut job).await.unwrap();
        let error = job.answer(town()).await.unwrap_err();
        assert_eq!(error.kind(), JobErrorKind::Call, "{status} on the answers");
        assert!(
            matches!(job.next().await, Ok(Step::Challenged(_))),
            "still open"
        );
    }
    let mx = Mx::answering([NoSession(Some(404))]);
    mx.identify().start(MINUTE).await.unwrap_err();
    assert_eq!(
        mx.calls(),
        ["0 read"],
        "an unknown user is not a new member"
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_that_failed_for_good_is_no_end() {
    let refused = vec![Refused(418); 3];
    let mx = Mx::after_post(
        refused
            .into_iter()
            .chain([Member("CONNECTED#2"), Reply::Owners]),
    );
    let mut job = mx.started(MINUTE).await;
    let error = arrive(&mut job).await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::Call);
    assert_eq!(error.call_error().and_then(Error::status), Some(418));
    assert!(matches!(arrive(&mut job).await, Ok(Step::Done(_))));
}

#[tokio::test(start_paused = true)]
async fn the_handle_announces_a_start_before_it_is_sent() {
    let nothing = Member("CONNECTED#1@1");
    let settling = vec![nothing; usize::from(crate::jobs::machine::SETTLED)];
    let rest = [Member("CREATED~#2"), Member("CONNECTED#2"), Reply::Owners];
    let mx = Mx::answering(
        [Member("CONNECTED#1@1")]
            .into_iter()
            .chain(settling)
            .chain(rest),
    );
    let mut job = mx.identify().prepare(MINUTE);
    assert_eq!(
        &job.handle().in_flight(),
        job.handle(),
        "nothing to announce"
    );
    job.next().await.unwrap();
    assert!(!job.handle().has_started());
    let saved = job.handle().in_flight();
    assert!(saved.has_started());

    // The process dies here, and it is not known whether the POST was sent.
    let mut job = mx.resumed(&saved, 15 * MINUTE);
    assert!(matches!(arrive(&mut job).await, Ok(Step::Done(_))));
    assert_eq!(
        mx.calls()[57..62],
        ["480 read", "490 read", "500 read", "510 read", "510 post"]
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
    assert_eq!(mx.calls()[4..], ["3 list", "13 list", "16 list"]);

    let mx = asking([Refused(503)]);
    let mut job = mx.started(MINUTE).await;
    arrive(&mut job).await.unwrap();
    let mut job = mx.resumed(job.handle(), 10 * SECOND);
    let error = arrive(&mut job).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.waited()),
        (JobErrorKind::TimedOut, 10 * SECOND)
    );
}

#[tokio::test(start_paused = true)]
async fn a_check_of_the_institution_that_hangs_is_ignored() {
    let mx = Mx::answering([
        MemberOf("CONNECTED#1", "INS-1"),
        Silence,
        Member("CREATED~#2"),
    ]);
    drop(mx.started(MINUTE).await);
    assert_eq!(mx.calls(), ["0 read", "0 institution", "10 post"]);
}

#[tokio::test(start_paused = true)]
async fn a_budget_that_is_spent_before_the_start_starts_nothing() {
    let hangs = [MemberOf("CONNECTED#1", "INS-1"), Silence];
    let mx = Mx::answering(hangs);
    let error = mx.identify().start(5 * SECOND).await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::TimedOut);
    assert!(error.is_resumable() && !error.handle().has_started());
    assert_eq!(mx.calls(), ["0 read", "0 institution"]);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_resumed_before_every_call_starts_and_starts_once() {
    let start = [Member("CONNECTED#1"), Member("CONNECTED#1")];
    let dies = [
        Silence,
        Member("CREATED~#2"),
        Member("CONNECTED#2"),
        Reply::Owners,
    ];
    let mx = Mx::answering(start.into_iter().chain(dies));
    let mut job = mx.identify().prepare(MINUTE);
    job.poll().await.unwrap();
    let mut job = mx.resumed(job.handle(), MINUTE);
    let saved = job.handle().in_flight();
    assert!(saved.has_started(), "the start was due");
    timeout(SECOND, job.poll()).await.unwrap_err();
    assert_eq!(
        mx.calls(),
        ["0 read", "0 read", "0 post"],
        "with a fresh baseline"
    );

    // The process died while it posted.
    let mut job = mx.resumed(&saved, MINUTE);
    assert!(matches!(arrive(&mut job).await, Ok(Step::Done(_))));
    assert_eq!(mx.count("post"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_resumed_start_saves_a_baseline_that_has_changed_before_it_is_sent() {
    let mx = Mx::answering([
        Member("CONNECTED#1@1"),
        Member("CONNECTED#2@2"),
        Member("CONNECTED#2@2"),
        Member("CREATED~#3@3"),
    ]);
    let mut job = mx.identify().prepare(MINUTE);
    job.poll().await.unwrap();
    let mut job = mx.resumed(job.handle(), MINUTE);
    job.poll().await.unwrap();
    assert_eq!(mx.count("post"), 0, "the new baseline is not saved yet");
    let mut job = mx.resumed(job.handle(), MINUTE);
    job.poll().await.unwrap();
    assert_eq!(mx.calls(), ["0 read", "0 read", "0 read", "0 post"]);
}

#[tokio::test(start_paused = true)]
async fn a_lost_start_is_repeated_by_a_job_that_is_resumed_before_every_call() {
    let mut script = vec![Member("CONNECTED#1@1"), Refused(503)];
    script.extend(vec![
        Member("CONNECTED#1@1");
        usize::from(crate::jobs::machine::SETTLED) + 1
    ]);
    script.extend([Member("CREATED~#2"), Member("CONNECTED#2"), Reply::Owners]);
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
        mx.calls()[58..64],
        [
            "480 read", "490 read", "500 read", "510 read", "510 read", "510 post"
        ]
    );
    assert_eq!(mx.count("post"), 2);
}

#[tokio::test(start_paused = true)]
async fn an_institution_that_does_not_support_it_is_found_before_the_start_unless_switched_off() {
    let baseline = || MemberOf("CONNECTED#1", "INS-1");
    let mx = Mx::answering([baseline(), Supports(Some(false))]);
    let error = mx.identify().start(MINUTE).await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::NotSupported);
    assert_eq!(mx.calls(), ["0 read", "0 institution"]);

    for supported in [Some(true), None] {
        let mx = Mx::answering([baseline(), Supports(supported), Member("CREATED~#2")]);
        drop(mx.started(MINUTE).await);
        assert_eq!(mx.calls(), ["0 read", "0 institution", "0 post"]);
    }

    let mx = Mx::answering([baseline(), Member("CREATED~#2")]);
    let identify = mx.identify().with_institution_check(false);
    drop(identify.start(MINUTE).await.unwrap());
    assert_eq!(mx.calls(), ["0 read", "0 post"]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_start_is_final_only_where_its_message_is_that_it_is_not_supported() {
    for (reply, kind, remedy) in [
        (
            RefusedAs("institution_maintenance_error"),
            JobErrorKind::Unavailable,
            Some(Remedy::TryLater),
        ),
        (
            RefusedAs("institution_unavailable_error"),
            JobErrorKind::Unavailable,
            Some(Remedy::TryLater),
        ),
        (RefusedAs("something_else"), JobErrorKind::Call, None),
        (Refused(400), JobErrorKind::Call, None),
        (
            RefusedWith("Please contact support"),
            JobErrorKind::Call,
            None,
        ),
        (
            RefusedWith("The institution does not support identification"),
            JobErrorKind::NotSupported,
            Some(Remedy::GoneForGood),
        ),
        (
            RefusedWith("Unsupported by this institution"),
            JobErrorKind::NotSupported,
            Some(Remedy::GoneForGood),
        ),
    ] {
        let mx = Mx::answering([Member("CONNECTED#1"), reply.clone()]);
        let error = mx.identify().start(MINUTE).await.unwrap_err();
        assert_eq!((error.kind(), error.remedy()), (kind, remedy), "{reply:?}");
        assert!(error.call_error().is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn a_start_that_is_answered_by_a_redirect_is_settled_by_reading() {
    for status in [301, 302, 303, 307, 308] {
        let mx = Mx::answering([
            Member("CONNECTED#1"),
            Refused(status),
            Member("CREATED~#2"),
            Member("CONNECTED#2"),
            Reply::Owners,
        ]);
        let mut job = mx.started(MINUTE).await;
        assert!(
            matches!(arrive(&mut job).await, Ok(Step::Done(_))),
            "{status}"
        );
        assert_eq!(mx.count("post"), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn readings_that_bring_nothing_after_the_start_end_nothing() {
    let nothing = [
        Nothing,
        Member("null"),
        Refused(302),
        Refused(409),
        Nothing,
        Nothing,
        Nothing,
    ];
    let mx = Mx::after_post(
        nothing
            .into_iter()
            .chain([Member("CONNECTED#2"), Reply::Owners]),
    );
    let mut job = mx.started(MINUTE).await;
    assert!(matches!(arrive(&mut job).await, Ok(Step::Done(_))));
    assert_eq!(mx.count("post"), 1);
}

#[tokio::test(start_paused = true)]
async fn owners_that_are_missing_are_read_again_and_an_empty_list_is_a_result() {
    let mx = Mx::after_post([Member("CONNECTED#2"), Nothing, Nothing, Reply::Owners]);
    let mut job = mx.started(MINUTE).await;
    let Ok(Step::Done(owners)) = arrive(&mut job).await else {
        panic!("{:?}", mx.calls());
    };
    assert_eq!((owners.len(), mx.count("owners")), (1, 3));

    let mx = Mx::after_post([Member("CONNECTED#2"), NoOwners]);
    let mut job = mx.started(MINUTE).await;
    let Ok(Step::Done(owners)) = arrive(&mut job).await else {
        panic!("{:?}", mx.calls());
    };
    assert!(owners.is_empty());

    let mx = Mx::after_post([Member("CONNECTED#2"), Nothing]);
    let mut job = mx.started(MINUTE).await;
    let error = arrive(&mut job).await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::TimedOut);
}

#[tokio::test(start_paused = true)]
async fn the_outcome_of_the_previous_job_ends_with_the_budget_and_says_so() {
    for previous in [Member("CONNECTED#1@1"), Member("DENIED#1@1")] {
        let mx = Mx::answering([Member("UPDATED#1@1"), Refused(502), previous]);
        let mut job = mx.started(2 * MINUTE).await;
        let error = arrive(&mut job).await.unwrap_err();
        assert_eq!(error.kind(), JobErrorKind::TimedOut);
        assert!(
            error.to_string().contains("no reading shows a job since"),
            "{error}"
        );
        assert!(error.is_resumable() && error.handle().has_started());
        assert_eq!(mx.count("post"), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn every_error_after_the_start_carries_a_handle_that_resumes() {
    for reply in [
        Refused(401),
        Refused(403),
        Refused(418),
        NoSession(Some(400)),
        NoSession(None),
        Refused(503),
    ] {
        let mx = Mx::after_post([reply.clone()]);
        let error = mx.identify().run(MINUTE, async |_| None).await.unwrap_err();
        assert!(
            error.is_resumable() && error.handle().has_started(),
            "{reply:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_question_of_another_job_is_asked_and_marked_as_such() {
    let mx = Mx::answering([
        Member("CHALLENGED#9"),
        Refused(409),
        Member("CHALLENGED#9"),
        Questions(&["q1"]),
        Accepted,
        Member("CONNECTED#9"),
        Member("CREATED~#10"),
        Member("CONNECTED#10"),
        Reply::Owners,
    ]);
    let mut job = mx.started(MINUTE).await;
    let Ok(Step::Challenged(challenges)) = arrive(&mut job).await else {
        panic!("{:?}", mx.calls());
    };
    assert!(challenges.is_of_other_job());
    job.answer(town()).await.unwrap();
    assert!(matches!(arrive(&mut job).await, Ok(Step::Done(_))));
    assert_eq!(mx.count("post"), 2);
}

#[tokio::test(start_paused = true)]
async fn challenged_without_a_readable_question_is_named_when_the_budget_is_spent() {
    let mx = Mx::after_post([
        Member("CHALLENGED#2"),
        Questions(&[]),
        Member("CHALLENGED#2"),
        Questions(&[]),
        Refused(503),
    ]);
    let mut job = mx.started(20 * SECOND).await;
    let error = arrive(&mut job).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("lists no question that can be read"),
        "{error}"
    );
}
