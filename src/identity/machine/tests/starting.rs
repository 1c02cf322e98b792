//! The POST, and what may become of it.

use super::*;

#[test]
fn an_identification_that_runs_is_joined() {
    let mut machine = posting("CONNECTED~#1");
    machine.observe(Observation::Joined(Reading::default()));
    assert_eq!(machine.job(), Some(&"1".into()));
    reads_on(&mut machine, &["CONNECTED~#1"]);
    assert_eq!(read(&mut machine, "CONNECTED#1"), Directive::ReadOwners);

    let mut machine = posting("CONNECTED~");
    machine.observe(Observation::Joined(Reading::default()));
    assert_eq!(
        read(&mut machine, "CONNECTED"),
        Directive::ReadOwners,
        "it was seen to run"
    );

    for baseline in ["CONNECTED#1", "CONNECTED~#1"] {
        let mut machine = posting(baseline);
        machine.observe(Observation::Joined(at("CONNECTED~#2")));
        reads_on(&mut machine, &[baseline, "CONNECTED#1"]);
        assert_eq!(read(&mut machine, "CONNECTED#2"), Directive::ReadOwners);
    }

    let mut machine = posting("CONNECTED#1");
    machine.observe(Observation::Joined(Reading::default()));
    let end = (SETTLED, Directive::ReadOwners);
    assert_eq!(
        reads_until(&mut machine, "CONNECTED#1"),
        end,
        "nothing shows whose it is"
    );
}

#[test]
fn another_job_is_waited_for_and_not_taken_for_ours() {
    let mut machine = posting("CONNECTED~#1");
    machine.observe(Observation::OtherJobRuns);
    reads_on(&mut machine, &["CONNECTED~#2", "DENIED~#2"]);
    assert_eq!(read(&mut machine, "CONNECTED#2"), Directive::PostIdentify);
    machine.observe(Observation::Sending);
    machine.observe(Observation::Started(at("CONNECTED#2")));
    reads_on(&mut machine, &["CONNECTED#2"]);
    assert_eq!(read(&mut machine, "CONNECTED#3"), Directive::ReadOwners);
}

#[test]
fn another_job_ends_it_if_the_caller_does_not_wait() {
    let mut machine = Machine::new(OtherJob::Refuse);
    read(&mut machine, "CONNECTED~#1");
    machine.observe(Observation::OtherJobRuns);
    assert_eq!(machine.directive(), Directive::Ended(End::OtherJobRuns));
}

#[test]
fn the_end_of_a_job_that_ran_before_is_not_the_end_of_ours() {
    let mut machine = started("CONNECTED~", "CONNECTED~");
    reads_on(&mut machine, &["DENIED", "DENIED~"]);
    assert_eq!(read(&mut machine, "CONNECTED"), Directive::ReadOwners);
}

#[test]
fn a_lost_post_with_a_job_behind_it_is_followed() {
    for (baseline, member) in [
        ("CONNECTED#1", "CONNECTED~#2"),
        ("CONNECTED#1", "CONNECTED~#1"),
        ("CONNECTED~#1", "CONNECTED~#2"),
        ("CREATED", "DELAYED"),
    ] {
        let mut machine = posting(baseline);
        machine.observe(Observation::AnswerLost);
        assert_eq!(machine.pace(), Pace::Steady);
        reads_on(&mut machine, &[baseline; SETTLED as usize - 1]);
        reads_on(&mut machine, &[member; 10]);
    }
    let mut machine = posting("CONNECTED#1");
    machine.observe(Observation::AnswerLost);
    assert_eq!(
        read(&mut machine, "CONNECTED#2"),
        Directive::ReadOwners,
        "it is over already"
    );
}

#[test]
fn a_lost_post_without_a_job_is_repeated_twice_and_no_more() {
    let mut machine = posting("CONNECTED#1");
    for _ in 0..REPOSTS {
        machine.observe(Observation::AnswerLost);
        assert_eq!(
            reads_until(&mut machine, "CONNECTED#1"),
            (SETTLED, Directive::PostIdentify)
        );
        machine.observe(Observation::Sending);
    }
    let end = Directive::Ended(End::StartUnknown);
    assert_eq!(reads_until(&mut machine, "CONNECTED#1"), (SETTLED, end));
}

#[test]
fn a_job_resumed_before_a_repeated_post_looks_for_the_lost_one_first() {
    let mut machine = posting("CONNECTED#1");
    machine.observe(Observation::AnswerLost);
    let due = (SETTLED, Directive::PostIdentify);
    assert_eq!(reads_until(&mut machine, "CONNECTED#1"), due);
    machine.renew();
    assert_eq!(machine.directive(), Directive::ReadMember);
    assert_eq!(
        read(&mut machine, "CONNECTED#2"),
        Directive::ReadOwners,
        "the lost one was late, and it is not paid for twice"
    );
}

#[test]
fn a_lost_post_is_repeated_by_those_who_resume_before_every_call_too() {
    let mut machine = posting("CONNECTED#1");
    for _ in 0..REPOSTS {
        machine.observe(Observation::AnswerLost);
        for _ in 0..SETTLED {
            machine.renew();
            assert!(!machine.is_start_due_again());
            read(&mut machine, "CONNECTED#1");
        }
        machine.renew();
        assert!(machine.is_start_due_again());
        assert_eq!(
            read(&mut machine, "CONNECTED#1"),
            Directive::PostIdentify,
            "it had settled before"
        );
        machine.observe(Observation::Sending);
    }
    let end = Directive::Ended(End::StartUnknown);
    assert_eq!(reads_until(&mut machine, "CONNECTED#1"), (SETTLED, end));
}

#[test]
fn a_repeated_post_that_may_have_been_sent_has_to_settle_like_the_first() {
    let mut machine = posting("CONNECTED#1");
    machine.observe(Observation::AnswerLost);
    reads_until(&mut machine, "CONNECTED#1");
    machine.renew();
    machine.announce();
    machine.renew();
    let due = (SETTLED, Directive::PostIdentify);
    assert_eq!(reads_until(&mut machine, "CONNECTED#1"), due);
    machine.observe(Observation::Sending);
    let end = Directive::Ended(End::StartUnknown);
    assert_eq!(reads_until(&mut machine, "CONNECTED#1"), (SETTLED, end));
}

#[test]
fn a_member_that_changed_before_a_repeated_post_has_to_settle_anew() {
    // Another job ran when we looked, so its end shows nothing of ours.
    let mut machine = posting("CONNECTED~");
    machine.observe(Observation::AnswerLost);
    let due = (SETTLED, Directive::PostIdentify);
    assert_eq!(reads_until(&mut machine, "CONNECTED~"), due);
    machine.renew();
    assert_eq!(read(&mut machine, "CONNECTED"), Directive::ReadMember);
    let due = (SETTLED - 1, Directive::PostIdentify);
    assert_eq!(reads_until(&mut machine, "CONNECTED"), due);
}

/// A machine whose first POST was lost without a trace, and whose second met another job.
fn in_the_way(baseline: &str) -> Machine {
    let mut machine = posting(baseline);
    machine.observe(Observation::AnswerLost);
    let due = (SETTLED, Directive::PostIdentify);
    assert_eq!(reads_until(&mut machine, baseline), due);
    machine.observe(Observation::Sending);
    machine.observe(Observation::OtherJobRuns);
    machine
}

#[test]
fn a_job_in_the_way_of_a_repeated_post_may_be_the_lost_one() {
    for (baseline, member) in [
        ("CONNECTED#1", "CONNECTED~#2"),
        ("CONNECTED", "CONNECTED~"),
        ("CONNECTED~#1", "CONNECTED~#2"),
    ] {
        let mut machine = in_the_way(baseline);
        reads_on(&mut machine, &[member; 10]);
        let at_rest = member.replace('~', "");
        assert_eq!(reads_until(&mut machine, &at_rest).1, Directive::ReadOwners);
    }
    let mut machine = in_the_way("CONNECTED#1");
    assert_eq!(
        read(&mut machine, "CONNECTED#2"),
        Directive::ReadOwners,
        "it is over already"
    );
}

#[test]
fn a_job_in_the_way_that_is_not_the_lost_one_is_waited_for_and_counts() {
    let mut machine = in_the_way("CONNECTED~#1");
    reads_on(&mut machine, &["CONNECTED~#1"; 20]);
    let due = (SETTLED, Directive::PostIdentify);
    assert_eq!(reads_until(&mut machine, "CONNECTED#1"), due);
    machine.observe(Observation::Sending);
    machine.observe(Observation::OtherJobRuns);
    let end = Directive::Ended(End::StartUnknown);
    assert_eq!(reads_until(&mut machine, "CONNECTED#1"), (SETTLED, end));
}

#[test]
fn a_read_that_fails_after_a_lost_post_is_no_reason_to_post_again() {
    let mut machine = posting("CONNECTED#1");
    machine.observe(Observation::AnswerLost);
    for _ in 0..10 {
        machine.observe(Observation::ReadFailed);
        assert_eq!(
            (machine.directive(), machine.pace()),
            (Directive::ReadMember, Pace::Steady)
        );
    }
}

#[test]
fn a_process_that_dies_while_it_posts_is_resumed_with_reading() {
    let mut machine = posting("CONNECTED#1");
    machine.renew();
    assert_eq!(machine.directive(), Directive::ReadMember);
}

#[test]
fn a_lost_post_that_was_not_announced_is_no_reason_to_post_again() {
    let mut machine = Machine::new(OtherJob::Wait);
    read(&mut machine, "CONNECTED#1");
    machine.observe(Observation::AnswerLost);
    assert_eq!(machine.directive(), Directive::ReadMember);
}

#[test]
fn a_post_that_never_left_is_repeated_after_a_while() {
    let mut machine = posting("CONNECTED#1");
    machine.observe(Observation::NoEffect);
    assert_eq!(
        (machine.directive(), machine.pace()),
        (Directive::PostIdentify, Pace::Steady)
    );
}

#[test]
fn a_new_budget_reads_the_baseline_anew() {
    let mut machine = posting("CONNECTED#1");
    machine.observe(Observation::NoEffect);
    machine.observe(Observation::PatienceSpent);
    machine.renew();
    assert_eq!(read(&mut machine, "CONNECTED#7"), Directive::PostIdentify);
    machine.observe(Observation::Sending);
    machine.observe(Observation::Started(Reading::default()));
    reads_on(&mut machine, &["CONNECTED#7"]);
}

#[test]
fn a_refused_post_is_an_end_of_its_own() {
    for (answer, end, remedy) in [
        (
            Observation::NotSupported,
            End::NotSupported,
            Remedy::GoneForGood,
        ),
        (Observation::NotEnabled, End::NotEnabled, Remedy::ContactMx),
    ] {
        let mut machine = posting("CONNECTED#1");
        machine.observe(answer);
        assert_eq!(end.remedy(), remedy);
        assert_eq!(machine.directive(), Directive::Ended(end));
    }
}
