//! The POST, and every way in which it can turn out.

use super::*;

#[test]
fn an_identification_that_runs_is_joined() {
    let mut machine = posting("CONNECTED~#1");
    machine.observe(Observation::Joined(Reading::default()));
    assert_eq!(machine.job(), Some(&"1".into()));
    reads_on(&mut machine, &["CONNECTED~#1"]);
    assert_eq!(read(&mut machine, "CONNECTED#1"), Directive::ReadResult);

    let mut machine = posting("CONNECTED~");
    machine.observe(Observation::Joined(Reading::default()));
    assert_eq!(
        read(&mut machine, "CONNECTED"),
        Directive::ReadResult,
        "it was seen to run"
    );

    for baseline in ["CONNECTED#1", "CONNECTED~#1"] {
        let mut machine = posting(baseline);
        machine.observe(Observation::Joined(at("CONNECTED~#2")));
        reads_on(&mut machine, &[baseline, "CONNECTED#1"]);
        assert_eq!(read(&mut machine, "CONNECTED#2"), Directive::ReadResult);
    }

    let mut machine = posting("CONNECTED#1");
    machine.observe(Observation::Joined(Reading::default()));
    reads_on(&mut machine, &["CONNECTED#1"; 200]);
}

#[test]
fn a_joined_identification_that_asks_is_asked() {
    let mut machine = posting("CHALLENGED#1@1");
    machine.observe(Observation::Joined(at("CHALLENGED#1@1")));
    assert_eq!(
        read(&mut machine, "CHALLENGED#1@1"),
        Directive::ListChallenges
    );
}

#[test]
fn another_job_is_waited_for_and_not_taken_for_ours() {
    let mut machine = posting("CONNECTED~#1@1");
    machine.observe(Observation::OtherJobRuns);
    reads_on(&mut machine, &["CONNECTED~#1@1", "DENIED~#1@1"]);
    assert_eq!(read(&mut machine, "CONNECTED#1@1"), Directive::Start);
    machine.observe(Observation::Sending);
    machine.observe(Observation::Started(at("CONNECTED#1@1")));
    reads_on(&mut machine, &["CONNECTED#1@1"]);
    assert_eq!(read(&mut machine, "CONNECTED#2@2"), Directive::ReadResult);
}

#[test]
fn a_reading_from_before_the_other_job_is_not_its_end() {
    for (baseline, stale) in [
        ("CREATED~#9@9", "CONNECTED#1@1"),
        ("CREATED~@9", "CONNECTED@1"),
    ] {
        let mut machine = posting(baseline);
        machine.observe(Observation::OtherJobRuns);
        reads_on(&mut machine, &[stale, baseline, stale]);
    }
}

#[test]
fn the_question_of_another_job_is_asked_and_then_ours_starts() {
    for other in ["CHALLENGED#9@9", "CHALLENGED~#9@9"] {
        let mut machine = posting(other);
        machine.observe(Observation::OtherJobRuns);
        assert!(machine.is_blocked());
        assert_eq!(read(&mut machine, other), Directive::ListChallenges);
        assert_eq!(list(&mut machine, &["q1"]), ask("q1"));
        assert_eq!(
            read(&mut machine, other),
            ask("q1"),
            "read while the user answers"
        );
        machine.observe(Observation::Answered);
        // The list still shows the question that was answered.
        read(&mut machine, other);
        assert_eq!(list(&mut machine, &["q1"]), Directive::ReadMember);
        reads_on(&mut machine, &["RESUMED~#9@9", "CONNECTED~#9@9"]);
        assert_eq!(read(&mut machine, "CONNECTED#9@9"), Directive::Start);
        assert!(!machine.is_blocked());
        machine.observe(Observation::Sending);
        machine.observe(Observation::Started(at("CREATED~#10@10")));
        reads_on(&mut machine, &["CONNECTED#9@9"]);
        assert_eq!(read(&mut machine, "CONNECTED#10@10"), Directive::ReadResult);
    }
}

#[test]
fn the_question_of_another_job_that_is_gone_when_listed_is_read_past() {
    let mut machine = posting("CHALLENGED#9@9");
    machine.observe(Observation::OtherJobRuns);
    read(&mut machine, "CHALLENGED#9@9");
    assert_eq!(list(&mut machine, &[]), Directive::ReadMember);
    assert_eq!(read(&mut machine, "EXPIRED#9@9"), Directive::Start);
}

#[test]
fn a_question_that_blocks_a_lost_start_is_asked() {
    let mut machine = posting("CHALLENGED~#1@1");
    machine.observe(Observation::AnswerLost);
    assert_eq!(
        read(&mut machine, "CHALLENGED~#1@1"),
        Directive::ListChallenges
    );
    assert_eq!(list(&mut machine, &["q1"]), ask("q1"));
    machine.observe(Observation::Answered);
    reads_on(&mut machine, &["CONNECTED~#1@1"]);
    let due = (SETTLED, Directive::Start);
    assert_eq!(reads_until(&mut machine, "CONNECTED#1@1"), due);
}

#[test]
fn a_start_that_was_carried_out_and_answered_409_is_found() {
    let mut machine = posting("CONNECTED#1@1");
    machine.observe(Observation::OtherJobRuns);
    reads_on(&mut machine, &["CONNECTED#1@1", "CREATED~#2@2"]);
    assert!(!machine.is_blocked());
    assert_eq!(read(&mut machine, "CONNECTED#2@2"), Directive::ReadResult);
}

#[test]
fn another_job_ends_it_if_the_caller_does_not_wait() {
    let mut machine = Machine::new(&"MBR-1".into(), OtherJob::Refuse);
    read(&mut machine, "CONNECTED~#1");
    machine.observe(Observation::OtherJobRuns);
    assert_eq!(machine.directive(), Directive::Ended(End::OtherJobRuns));
}

#[test]
fn a_conflict_that_may_be_our_own_job_does_not_end_a_caller_that_does_not_wait() {
    // The first POST was carried out and answered 409.
    let mut machine = posting("CONNECTED#1@1");
    machine.set_other_job(OtherJob::Refuse);
    machine.observe(Observation::OtherJobRuns);
    reads_on(&mut machine, &["CONNECTED#1@1", "CREATED~#2@2"]);
    assert_eq!(read(&mut machine, "CONNECTED#2@2"), Directive::ReadResult);

    // The first POST was lost, and the second met its job.
    let mut machine = blocked_repeat("CONNECTED#1@1");
    machine.set_other_job(OtherJob::Refuse);
    reads_on(&mut machine, &["CONNECTED#1@1", "CONNECTED~#2@2"]);
    assert_eq!(read(&mut machine, "CONNECTED#2@2"), Directive::ReadResult);
}

#[test]
fn a_conflict_ends_a_caller_that_does_not_wait_once_a_reading_shows_the_other_job() {
    for other in ["CONNECTED~#1@1", "CHALLENGED#1@1"] {
        let mut machine = posting("CONNECTED#1@1");
        machine.set_other_job(OtherJob::Refuse);
        machine.observe(Observation::OtherJobRuns);
        reads_on(&mut machine, &["CONNECTED#1@1"]);
        assert_eq!(
            read(&mut machine, other),
            Directive::Ended(End::OtherJobRuns)
        );
    }
}

#[test]
fn the_end_of_a_job_that_ran_before_is_not_the_end_of_ours() {
    let mut machine = started("CONNECTED~", "CONNECTED~");
    reads_on(&mut machine, &["DENIED", "DENIED~"]);
    assert_eq!(read(&mut machine, "CONNECTED"), Directive::ReadResult);
}

#[test]
fn a_lost_post_with_a_job_behind_it_is_followed() {
    for (baseline, member) in [
        ("CONNECTED#1", "CONNECTED~#2"),
        ("CONNECTED#1", "CONNECTED~#1"),
        ("CONNECTED#1@1", "CONNECTED~#1@2"),
        ("CONNECTED~#1", "CONNECTED~#2"),
        ("CREATED", "DELAYED"),
    ] {
        let mut machine = posting(baseline);
        machine.observe(Observation::AnswerLost);
        assert_eq!(machine.pace(), Pace::Steady);
        reads_on(&mut machine, &[baseline; SETTLED as usize - 1]);
        reads_on(&mut machine, &[member; 100]);
    }
    let mut machine = posting("CONNECTED#1");
    machine.observe(Observation::AnswerLost);
    assert_eq!(
        read(&mut machine, "CONNECTED#2"),
        Directive::ReadResult,
        "it is over already"
    );
}

#[test]
fn a_lost_post_without_a_job_is_repeated_twice_and_no_more() {
    let mut machine = posting("CONNECTED#1@1");
    for _ in 0..REPOSTS {
        machine.observe(Observation::AnswerLost);
        assert_eq!(
            reads_until(&mut machine, "CONNECTED#1@1"),
            (SETTLED, Directive::Start)
        );
        machine.observe(Observation::Sending);
    }
    let end = Directive::Ended(End::StartUnknown);
    assert_eq!(reads_until(&mut machine, "CONNECTED#1@1"), (SETTLED, end));
}

#[test]
fn a_lost_post_before_a_question_that_is_gone_counts_as_sent() {
    for (baseline, posts) in [("CHALLENGED#1", 1), ("CHALLENGED#1@1", 1 + REPOSTS)] {
        let mut machine = posting(baseline);
        let mut sent = 1;
        while !matches!(machine.directive(), Directive::Ended(_)) {
            machine.observe(Observation::AnswerLost);
            while read(&mut machine, baseline) == Directive::ListChallenges {
                if list(&mut machine, &[]) != Directive::ReadMember {
                    break;
                }
            }
            if machine.directive() == Directive::Start {
                machine.observe(Observation::Sending);
                sent += 1;
            }
        }
        let end = Directive::Ended(End::StartUnknown);
        assert_eq!((machine.directive(), sent), (end, posts), "{baseline}");
    }
}

#[test]
fn a_job_whose_start_is_unknown_is_looked_for_again_when_it_is_resumed() {
    let mut machine = posting("CONNECTED#1@1");
    while machine.directive() != Directive::Ended(End::StartUnknown) {
        machine.observe(Observation::Sending);
        reads_until(&mut machine, "CONNECTED#1@1");
    }
    machine.renew();
    reads_on(&mut machine, &["CONNECTED#1@1", "CREATED~#2"]);
    assert_eq!(read(&mut machine, "CONNECTED#2"), Directive::ReadResult);
}

#[test]
fn a_job_resumed_before_a_repeated_post_looks_for_the_lost_one_first() {
    let mut machine = posting("CONNECTED#1@1");
    machine.observe(Observation::AnswerLost);
    let due = (SETTLED, Directive::Start);
    assert_eq!(reads_until(&mut machine, "CONNECTED#1@1"), due);
    machine.renew();
    assert_eq!(machine.directive(), Directive::ReadMember);
    assert_eq!(
        read(&mut machine, "CONNECTED#2"),
        Directive::ReadResult,
        "the lost one was late, and it is not paid for twice"
    );
}

#[test]
fn a_lost_post_is_repeated_by_a_job_that_is_resumed_before_every_call() {
    let mut machine = posting("CONNECTED#1@1");
    for _ in 0..REPOSTS {
        machine.observe(Observation::AnswerLost);
        for _ in 0..SETTLED {
            machine.renew();
            assert!(!machine.is_start_due_again());
            read(&mut machine, "CONNECTED#1@1");
        }
        machine.renew();
        assert!(machine.is_start_due_again());
        assert_eq!(
            read(&mut machine, "CONNECTED#1@1"),
            Directive::Start,
            "it had settled before"
        );
        machine.observe(Observation::Sending);
    }
    let end = Directive::Ended(End::StartUnknown);
    assert_eq!(reads_until(&mut machine, "CONNECTED#1@1"), (SETTLED, end));
}

#[test]
fn a_repeated_post_that_may_have_been_sent_has_to_settle_like_the_first() {
    let mut machine = posting("CONNECTED#1@1");
    machine.observe(Observation::AnswerLost);
    reads_until(&mut machine, "CONNECTED#1@1");
    machine.renew();
    machine.announce();
    machine.renew();
    let due = (SETTLED, Directive::Start);
    assert_eq!(reads_until(&mut machine, "CONNECTED#1@1"), due);
    machine.observe(Observation::Sending);
    let end = Directive::Ended(End::StartUnknown);
    assert_eq!(reads_until(&mut machine, "CONNECTED#1@1"), (SETTLED, end));
}

#[test]
fn a_lost_post_is_not_repeated_while_another_job_runs() {
    let mut machine = posting("CONNECTED~#1@1");
    machine.observe(Observation::AnswerLost);
    reads_on(&mut machine, &["CONNECTED~#1@1"; 200]);
    let due = (SETTLED, Directive::Start);
    assert_eq!(reads_until(&mut machine, "CONNECTED#1@1"), due);
}

#[test]
fn a_member_that_changed_before_a_repeated_post_has_to_settle_again() {
    let mut machine = posting("UPDATED#1@1");
    machine.observe(Observation::AnswerLost);
    let due = (SETTLED, Directive::Start);
    assert_eq!(reads_until(&mut machine, "CONNECTED#1@1"), due);
    machine.renew();
    assert_eq!(read(&mut machine, "DENIED#1@1"), Directive::ReadMember);
    let due = (SETTLED - 1, Directive::Start);
    assert_eq!(reads_until(&mut machine, "DENIED#1@1"), due);
}

#[test]
fn a_lost_post_whose_job_no_stamp_would_show_is_not_repeated() {
    for baseline in ["CONNECTED", "DENIED+1", "CONNECTED#1", "DENIED#1+1"] {
        let mut machine = posting(baseline);
        machine.observe(Observation::AnswerLost);
        let end = Directive::Ended(End::StartUnknown);
        assert_eq!(reads_until(&mut machine, baseline), (SETTLED, end));
    }
    // A first job would show in the status.
    let mut machine = posting("CREATED");
    machine.observe(Observation::AnswerLost);
    let due = (SETTLED, Directive::Start);
    assert_eq!(reads_until(&mut machine, "CREATED"), due);
}

/// A machine whose first POST was lost without a trace, and whose second met another job.
fn blocked_repeat(baseline: &str) -> Machine {
    let mut machine = posting(baseline);
    machine.observe(Observation::AnswerLost);
    let due = (SETTLED, Directive::Start);
    assert_eq!(reads_until(&mut machine, baseline), due);
    machine.observe(Observation::Sending);
    machine.observe(Observation::OtherJobRuns);
    machine
}

#[test]
fn a_job_in_the_way_of_a_repeated_post_may_be_the_lost_one() {
    let mut machine = blocked_repeat("CONNECTED#1@1");
    reads_on(&mut machine, &["CONNECTED~#2"; 10]);
    assert_eq!(read(&mut machine, "CONNECTED#2"), Directive::ReadResult);
    let mut machine = blocked_repeat("CONNECTED#1@1");
    assert_eq!(
        read(&mut machine, "CONNECTED#2"),
        Directive::ReadResult,
        "it is over already"
    );
}

#[test]
fn a_job_in_the_way_that_nothing_shows_is_waited_for_and_counts() {
    let mut machine = blocked_repeat("CONNECTED#1@1");
    let due = (SETTLED, Directive::Start);
    assert_eq!(reads_until(&mut machine, "CONNECTED#1@1"), due);
    machine.observe(Observation::Sending);
    machine.observe(Observation::OtherJobRuns);
    let end = Directive::Ended(End::StartUnknown);
    assert_eq!(reads_until(&mut machine, "CONNECTED#1@1"), (SETTLED, end));
}

#[test]
fn a_read_that_fails_after_a_lost_post_is_no_reason_to_post_again() {
    let mut machine = posting("CONNECTED#1");
    machine.observe(Observation::AnswerLost);
    for _ in 0..100 {
        machine.observe(Observation::ReadFailed);
        assert_eq!(
            (machine.directive(), machine.pace()),
            (Directive::ReadMember, Pace::Steady)
        );
    }
}

#[test]
fn a_lost_post_is_polled_quickly_only_at_first() {
    let mut machine = posting("CONNECTED#1@1");
    machine.observe(Observation::AnswerLost);
    for count in 1..SETTLED {
        read(&mut machine, "CONNECTED#1@1");
        let pace = if count < QUICK_READS {
            Pace::Quick
        } else {
            Pace::Steady
        };
        assert_eq!(machine.pace(), pace, "after {count} readings");
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
    let mut machine = Machine::new(&"MBR-1".into(), OtherJob::Wait);
    read(&mut machine, "CONNECTED#1");
    machine.observe(Observation::AnswerLost);
    assert_eq!(machine.directive(), Directive::ReadMember);
}

#[test]
fn a_post_that_was_never_sent_is_repeated_after_a_while() {
    let mut machine = posting("CONNECTED#1");
    machine.observe(Observation::NoEffect);
    assert_eq!(
        (machine.directive(), machine.pace()),
        (Directive::Start, Pace::Steady)
    );
}

#[test]
fn a_new_budget_reads_the_baseline_again() {
    let mut machine = posting("CONNECTED#1");
    machine.observe(Observation::NoEffect);
    machine.observe(Observation::BudgetSpent);
    machine.renew();
    assert_eq!(read(&mut machine, "CONNECTED#7"), Directive::Start);
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
        (Observation::Unavailable, End::Unavailable, Remedy::TryLater),
        (Observation::NotEnabled, End::NotEnabled, Remedy::ContactMx),
    ] {
        let mut machine = posting("CONNECTED#1");
        machine.observe(answer);
        assert_eq!(end.remedy(), remedy);
        assert_eq!(machine.directive(), Directive::Ended(end));
    }
}
