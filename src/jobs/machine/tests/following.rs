//! Polling the job to its end, with readings that lag behind.

use super::*;
use crate::jobs::status::{Class, classify};
use crate::values::ConnectionStatus;

#[test]
fn a_job_without_questions_leads_to_the_owners() {
    let mut machine = started("CREATED", "CREATED~#1");
    reads_on(&mut machine, &["CREATED~#1", "CONNECTED~#1"]);
    assert_eq!(read(&mut machine, "CONNECTED#1"), Directive::ReadResult);
    assert_eq!(machine.progress().to_string(), "CONNECTED after 3 polls");
    machine.observe(Observation::ResultRead);
    assert_eq!(machine.directive(), Directive::Finished);
    assert_eq!(read(&mut machine, "DENIED"), Directive::Finished);
}

#[test]
fn a_quick_job_is_proved_by_its_guid_or_its_start_without_being_seen_running() {
    let mut machine = started("CONNECTED#1", "CONNECTED#1");
    assert_eq!(read(&mut machine, "CONNECTED#2"), Directive::ReadResult);
    assert_eq!(machine.job(), Some(&"2".into()));
    for (baseline, reading) in [
        ("CONNECTED#1@1", "CONNECTED#1@2"),
        ("CONNECTED@1", "CONNECTED@2"),
    ] {
        let mut machine = started(baseline, baseline);
        assert_eq!(read(&mut machine, reading), Directive::ReadResult);
    }
}

#[test]
fn a_quick_job_without_any_stamp_is_settled_slowly() {
    let mut machine = started("CONNECTED", "CONNECTED");
    let end = (SETTLED, Directive::ReadResult);
    assert_eq!(reads_until(&mut machine, "CONNECTED"), end);
}

#[test]
fn the_outcome_of_the_previous_job_is_never_taken_however_often_it_is_read() {
    for status in ["CONNECTED", "DENIED", "REJECTED", "PENDING", "CHALLENGED"] {
        for stamps in ["#1", "@1", "#1@1"] {
            let previous = format!("{status}{stamps}");
            let mut machine = started(&previous, &previous);
            reads_on(&mut machine, &vec![previous.as_str(); 200]);
            assert!(!machine.shows_job());
        }
    }
}

#[test]
fn a_reading_that_lags_behind_the_change_of_credentials_is_not_the_outcome() {
    for stale in ["CONNECTED#1@1", "DENIED#1@1"] {
        // The answer to the POST is lost, has no guid, or shows the old state.
        for answer in [None, Some("UPDATED"), Some("UPDATED#1@1")] {
            let mut machine = posting("UPDATED#1@1");
            machine.observe(match answer {
                Some(answer) => Observation::Started(at(answer)),
                None => Observation::AnswerLost,
            });
            reads_on(
                &mut machine,
                &[stale, "CREATED~#2@2", stale, "CONNECTED~#2@2"],
            );
            assert_eq!(read(&mut machine, "CONNECTED#2@2"), Directive::ReadResult);
        }
    }
}

#[test]
fn an_unknown_or_null_baseline_does_not_make_the_previous_outcome_news() {
    for baseline in ["DREAMING#1@1", "null#1@1"] {
        let mut machine = Machine::new(&"MBR-1".into(), OtherJob::Wait);
        while machine.directive() == Directive::ReadMember {
            read(&mut machine, baseline);
        }
        machine.observe(Observation::Sending);
        machine.observe(Observation::AnswerLost);
        reads_on(&mut machine, &["CONNECTED#1@1"; 10]);
        reads_on(&mut machine, &["CREATED~#2@2"]);
        assert_eq!(read(&mut machine, "CONNECTED#2@2"), Directive::ReadResult);
    }
}

#[test]
fn stale_connected_where_stamps_are_null_is_outlasted_by_a_job_that_is_seen_running() {
    let mut machine = started("CONNECTED", "CONNECTED~");
    reads_on(
        &mut machine,
        &["CONNECTED", "CONNECTED", "CONNECTED", "CONNECTED~"],
    );
    assert_eq!(read(&mut machine, "CONNECTED"), Directive::ReadResult);
}

#[test]
fn an_end_without_success_has_to_be_proved_and_read_twice() {
    let mut machine = started("DENIED#1", "DENIED#1");
    reads_on(&mut machine, &["DENIED#1", "DENIED~#2", "DENIED#2"]);
    assert_eq!(read(&mut machine, "DENIED#2"), ended("DENIED"));

    let mut machine = started("CONNECTED#1", "CREATED~#2");
    reads_on(
        &mut machine,
        &["DENIED#2", "CREATED~#2", "FAILED#2", "CREATED~#2"],
    );
    assert_eq!(read(&mut machine, "CONNECTED#2"), Directive::ReadResult);
}

#[test]
fn a_job_that_a_later_one_has_replaced_ends_without_an_outcome() {
    let mut machine = started("CONNECTED#1@1", "CREATED~#2@2");
    reads_on(&mut machine, &["CONNECTED#3@3"]);
    let overtaken = Directive::Ended(End::Overtaken);
    assert_eq!(read(&mut machine, "CONNECTED#3@3"), overtaken);
}

#[test]
fn null_missing_or_empty_readings_are_read_again_and_end_nothing() {
    let mut machine = started("CONNECTED#1", "CREATED~#2");
    reads_on(
        &mut machine,
        &["null", "null#2", "null?", "CREATED~#2", "null"],
    );
    assert_eq!(machine.pace(), Pace::Steady);
    assert_eq!(machine.progress().to_string(), "CREATED after 5 polls");
    assert_eq!(read(&mut machine, "CONNECTED#2"), Directive::ReadResult);
}

#[test]
fn a_member_that_never_had_a_status_ends_as_manual_once_it_has_settled() {
    let mut machine = Machine::new(&"MBR-1".into(), OtherJob::Wait);
    for _ in 0..BASELINE_READS {
        read(&mut machine, "null");
    }
    machine.observe(Observation::Sending);
    machine.observe(Observation::Started(Reading::default()));
    let mut running = machine.clone();
    let manual = Directive::Ended(End::Manual);
    assert_eq!(reads_until(&mut machine, "null"), (SETTLED, manual));

    reads_on(&mut running, &["null~"]);
    reads_on(&mut running, &["null"; 200]);
}

#[test]
fn a_status_that_stays_null_after_an_earlier_one_is_read_until_the_budget_ends_it() {
    let mut machine = started("CONNECTED#1", "CREATED~#2");
    reads_on(&mut machine, &["null"; 200]);
    assert_eq!(read(&mut machine, "CONNECTED#2"), Directive::ReadResult);
}

#[test]
fn a_manual_member_ends_before_the_start() {
    let mut machine = Machine::new(&"MBR-1".into(), OtherJob::Wait);
    let is_manual = true;
    machine.observe(Observation::Member(Reading {
        is_manual,
        ..at("null")
    }));
    assert_eq!(machine.directive(), Directive::Ended(End::Manual));
    assert_eq!(End::Manual.remedy(), Remedy::GoneForGood);
}

#[test]
fn a_baseline_without_a_status_is_read_three_times() {
    let mut machine = Machine::new(&"MBR-1".into(), OtherJob::Wait);
    reads_on(&mut machine, &["null", "null"]);
    assert_eq!(read(&mut machine, "CONNECTED#1"), Directive::Start);

    let mut machine = Machine::new(&"MBR-1".into(), OtherJob::Wait);
    reads_on(&mut machine, &["null", "null"]);
    assert_eq!(read(&mut machine, "null"), Directive::Start);
}

#[test]
fn where_mx_does_not_say_whether_the_job_runs_a_later_success_or_repetition_shows_the_end() {
    let mut machine = started("CONNECTED#1@1+1", "CREATED#2@2+1");
    reads_on(&mut machine, &["CONNECTED?#2@2+1"]);
    assert_eq!(
        read(&mut machine, "CONNECTED?#2@2+3"),
        Directive::ReadResult
    );
    let mut machine = started("CONNECTED#1", "CREATED#2");
    let end = (SETTLED, ended("DENIED"));
    assert_eq!(reads_until(&mut machine, "DENIED?#2"), end);
}

#[test]
fn reconnected_is_still_working() {
    let mut machine = started("CONNECTED#1", "CREATED~#2");
    reads_on(&mut machine, &["RECONNECTED#2"; 10]);
    assert_eq!(read(&mut machine, "CONNECTED#2"), Directive::ReadResult);
}

#[test]
fn an_unknown_status_keeps_polling_and_is_named() {
    let mut machine = started("CONNECTED#1", "CREATED~#2");
    assert_eq!(machine.progress().unknown_status, None);
    reads_on(&mut machine, &["DREAMING#2", "WAKING#2"]);
    assert_eq!(
        machine.progress().unknown_status.as_deref(),
        Some("DREAMING")
    );
    assert_eq!(machine.progress().to_string(), "WAKING after 2 polls");
}

#[test]
fn polling_slows_down_while_nothing_changes() {
    let mut machine = started("CREATED", "CREATED~#1");
    reads_on(&mut machine, &["CREATED~#1"]);
    assert_eq!(machine.pace(), Pace::Quick);
    reads_on(&mut machine, &["CREATED~#1"; QUICK_READS as usize]);
    assert_eq!(machine.pace(), Pace::Steady);
    machine.observe(Observation::ReadFailed);
    reads_on(&mut machine, &["CONNECTED~#1"]);
    assert_eq!(machine.pace(), Pace::Quick);
}

#[test]
fn a_job_that_is_delayed_spends_its_budget_and_goes_on_with_a_new_one() {
    let mut machine = started("CREATED", "CREATED~#1");
    reads_on(&mut machine, &["DELAYED#1"; 50]);
    assert_eq!(machine.pace(), Pace::Slow);
    machine.observe(Observation::BudgetSpent);
    let last_status = Some(ConnectionStatus::Delayed);
    let progress = Progress {
        polls: 50,
        last_status,
        unknown_status: None,
    };
    assert_eq!(machine.directive(), Directive::TimedOut(progress));
    machine.renew();
    assert_eq!(read(&mut machine, "CONNECTED#1"), Directive::ReadResult);
}

#[test]
fn every_end_of_the_table_ends_and_nothing_ends_while_a_job_runs() {
    for status in ConnectionStatus::KNOWN.iter() {
        let mut machine = started("RESUMED#1", "RESUMED#1");
        let expected = match classify(status) {
            Class::Ended(_) | Class::Pending => ended(status.as_str()),
            Class::Succeeded => Directive::ReadResult,
            Class::Challenged => Directive::ListChallenges,
            Class::Transient | Class::Slow | Class::Rejected => Directive::ReadMember,
        };
        if *status != ConnectionStatus::Challenged {
            reads_on(&mut machine, &[&format!("{status}~#2")]);
        }
        let mut found = read(&mut machine, &format!("{status}#2"));
        if found == Directive::ReadMember {
            found = read(&mut machine, &format!("{status}#2"));
        }
        assert_eq!(found, expected, "{status}");
    }
}

#[test]
fn a_finished_job_is_resumed_to_read_the_owners_again() {
    let mut machine = started("CONNECTED#1", "CREATED~#2");
    assert_eq!(read(&mut machine, "CONNECTED#2"), Directive::ReadResult);
    machine.observe(Observation::ResultRead);
    assert_eq!(machine.directive(), Directive::Finished);
    machine.renew();
    assert_eq!(machine.directive(), Directive::ReadResult);
}

#[test]
fn a_list_of_owners_that_is_missing_is_read_again_after_a_wait() {
    let mut machine = started("CONNECTED#1", "CREATED~#2");
    assert_eq!(read(&mut machine, "CONNECTED#2"), Directive::ReadResult);
    machine.observe(Observation::ReadFailed);
    assert_eq!(
        (machine.directive(), machine.pace()),
        (Directive::ReadResult, Pace::Steady)
    );
}

#[test]
fn the_static_data_of_a_test_member_leads_to_the_owners() {
    let mut machine = Machine::new(&"test_nexus_member".into(), OtherJob::Wait);
    assert_eq!(read(&mut machine, "CONNECTED#1@1"), Directive::Start);
    machine.observe(Observation::Sending);
    machine.observe(Observation::Started(at("CONNECTED#1@1")));
    let end = (4, Directive::ReadResult);
    assert_eq!(reads_until(&mut machine, "CONNECTED#1@1"), end);
}
