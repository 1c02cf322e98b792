//! Members that are unknown, calls that are refused, and whether a start may have cost.

use super::*;

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
    assert_eq!(mx.calls(), ["0 read", "3 read", "3 post", "6 post"]);

    let mx = Mx::answering([Refused(404)]);
    let error = mx.identify().start(MINUTE).await.unwrap_err();
    assert_eq!(mx.calls(), ["0 read", "3 read", "6 read"]);
    assert_eq!(error.kind(), JobErrorKind::NoSuchMember);
    assert!(!error.is_resumable() && !error.has_cost());
    assert!(!error.handle().has_started());
}

#[tokio::test(start_paused = true)]
async fn a_member_deleted_during_its_job_is_gone_for_good_and_every_resume_ends_so() {
    let mx = Mx::after_post([Refused(404)]);
    let mut job = mx.started(5 * MINUTE).await;
    let error = arrive(&mut job).await.unwrap_err();
    assert_eq!(mx.calls()[2..], ["3 read", "6 read", "9 read"]);
    assert_eq!(error.kind(), JobErrorKind::NoSuchMember);
    assert_eq!(error.remedy(), Some(Remedy::GoneForGood));
    assert!(error.has_cost() && !error.is_resumable());
    assert!(error.call_error().is_some_and(Error::is_not_found));

    let mut job = mx.resumed(error.handle(), MINUTE);
    let again = arrive(&mut job).await.unwrap_err();
    assert_eq!(again.kind(), JobErrorKind::NoSuchMember);
    assert_eq!(mx.calls().len(), 5, "without another call");
}

/// The end of a job that is resumed before every call, as web applications and engines do it.
async fn end_of_steps(mx: &Arc<Mx>, mut handle: JobHandle) -> JobError {
    loop {
        let mut job = mx.resumed(&handle, MINUTE);
        match job.next().await {
            Ok(_) => handle = job.handle().clone(),
            Err(error) => return error,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_are_counted_across_resumes() {
    let mx = Mx::after_post([Refused(404)]);
    let handle = mx.started(MINUTE).await.handle().clone();
    let error = end_of_steps(&mx, handle).await;
    assert_eq!(error.kind(), JobErrorKind::NoSuchMember);
    assert_eq!(mx.count("read"), 4);

    let mx = Mx::after_post([NoSession(Some(401))]);
    let handle = mx.started(MINUTE).await.handle().clone();
    let error = end_of_steps(&mx, handle).await;
    assert_eq!(error.kind(), JobErrorKind::Call);
    assert!(error.has_cost() && error.is_resumable(), "the job goes on");
    assert_eq!(mx.count("read"), 4);
}

#[tokio::test(start_paused = true)]
async fn a_result_that_is_not_found_is_followed_by_a_reading_of_the_member() {
    let missing = [Member("CONNECTED#2"), Refused(404)];
    let mx = Mx::after_post(missing);
    let mut job = mx.started(MINUTE).await;
    let error = arrive(&mut job).await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::Call);
    assert_eq!(mx.count("owners"), 3);
    let error = arrive(&mut job).await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::NoSuchMember);
    assert_eq!((mx.count("owners"), mx.count("read")), (3, 5));
}

#[tokio::test(start_paused = true)]
async fn only_a_start_that_may_have_happened_has_a_cost() {
    let running = Member("CREATED~#1");
    let rest = || Member("CONNECTED#1");
    for (script, has_cost) in [
        (vec![Refused(403)], false),
        (vec![rest(), Refused(400)], false),
        (vec![rest(), Refused(403)], false),
        (vec![rest(), RefusedWith("not supported")], false),
        (
            vec![rest(), RefusedAs("institution_unavailable_error")],
            false,
        ),
        (vec![running.clone(), Refused(409), running], false),
        (vec![rest(), Refused(409), Refused(503)], true),
        (vec![rest(), Refused(502), Refused(503)], true),
        (vec![rest(), Member("CREATED~#2"), Refused(503)], true),
        (vec![rest(), Member("CREATED~#2"), Member("DENIED#2")], true),
    ] {
        let mx = Mx::answering(script.clone());
        let error = mx.identify().run(MINUTE, async |_| None).await.unwrap_err();
        assert_eq!(error.has_cost(), has_cost, "{script:?}: {error}");
        let saved = serde_json::to_string(error.handle()).unwrap();
        let saved: JobHandle = serde_json::from_str(&saved).unwrap();
        assert_eq!(&saved, error.handle());
    }
}
