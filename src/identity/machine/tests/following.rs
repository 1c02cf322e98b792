//! Polling the job to its end, echoes included.

use super::*;

#[test]
fn straight_through() {
    let mut machine = started("CREATED", "CREATED~#1");
    reads_on(&mut machine, &["CREATED~#1", "CONNECTED~#1"]);
    assert_eq!(read(&mut machine, "CONNECTED#1"), Directive::ReadOwners);
    assert_eq!(machine.progress().to_string(), "CONNECTED after 3 polls");
    machine.observe(Observation::OwnersRead);
    assert_eq!(machine.directive(), Directive::Finished);
    assert_eq!(read(&mut machine, "DENIED"), Directive::Finished);
}

#[test]
fn so_fast_that_aggregating_is_never_seen() {
    let mut machine = started("CONNECTED#1", "CONNECTED#1");
    assert_eq!(read(&mut machine, "CONNECTED#2"), Directive::ReadOwners);
    assert_eq!(machine.job(), Some(&"2".into()));
}

#[test]
fn so_fast_and_no_guid_tells_the_jobs_apart() {
    for member in ["CONNECTED", "CONNECTED#1"] {
        let mut machine = started(member, member);
        assert_eq!(
            reads_until(&mut machine, member),
            (SETTLED, Directive::ReadOwners)
        );
    }
}

#[test]
fn stale_connected_after_the_post() {
    let mut machine = started("CONNECTED#1", "CREATED~#2");
    reads_on(&mut machine, &["CONNECTED#1"; 20]);
    reads_on(&mut machine, &["CONNECTED~#2"]);
    assert_eq!(read(&mut machine, "CONNECTED#2"), Directive::ReadOwners);
}

#[test]
fn stale_connected_where_guids_are_null() {
    let mut machine = started("CONNECTED", "CONNECTED~");
    reads_on(
        &mut machine,
        &["CONNECTED", "CONNECTED", "CONNECTED", "CONNECTED~"],
    );
    assert_eq!(read(&mut machine, "CONNECTED"), Directive::ReadOwners);
}

#[test]
fn stale_end_after_the_post() {
    let mut machine = started("DENIED#1", "DENIED#1");
    reads_on(&mut machine, &["DENIED#1", "DENIED~#2"]);
    assert_eq!(read(&mut machine, "DENIED#2"), ended("DENIED"));
}

#[test]
fn a_later_job_shows_that_ours_is_over() {
    let mut machine = started("CONNECTED#1", "CREATED~#2");
    let end = (SETTLED, Directive::ReadOwners);
    assert_eq!(
        reads_until(&mut machine, "CONNECTED#3"),
        end,
        "resumed days later"
    );
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
fn the_pace_slackens_while_nothing_changes() {
    let mut machine = started("CREATED", "CREATED~#1");
    reads_on(&mut machine, &["CREATED~#1"]);
    assert_eq!(machine.pace(), Pace::Quick);
    reads_on(&mut machine, &["CREATED~#1"; SETTLED as usize]);
    assert_eq!(machine.pace(), Pace::Steady);
    machine.observe(Observation::ReadFailed);
    reads_on(&mut machine, &["CONNECTED~#1"]);
    assert_eq!(machine.pace(), Pace::Quick);
}

#[test]
fn delayed_for_long_is_out_of_patience_and_goes_on_with_a_new_budget() {
    let mut machine = started("CREATED", "CREATED~#1");
    reads_on(&mut machine, &["DELAYED#1"; 50]);
    assert_eq!(machine.pace(), Pace::Slow);
    machine.observe(Observation::PatienceSpent);
    let last_status = Some(ConnectionStatus::Delayed);
    let progress = Progress {
        polls: 50,
        last_status,
        unknown_status: None,
    };
    assert_eq!(machine.directive(), Directive::OutOfPatience(progress));
    machine.renew();
    assert_eq!(read(&mut machine, "CONNECTED#1"), Directive::ReadOwners);
}

#[test]
fn every_end_of_the_table_ends_and_nothing_ends_while_a_job_runs() {
    for status in ConnectionStatus::KNOWN
        .iter()
        .map(ConnectionStatus::as_str)
        .chain(["null"])
    {
        let mut machine = started("RESUMED#1", "RESUMED#1");
        let expected = match classify(at(status).status.as_ref()) {
            Class::Ended(_) | Class::Pending => ended(status),
            Class::Succeeded => Directive::ReadOwners,
            Class::Challenged => Directive::ListChallenges,
            Class::Transient | Class::Slow | Class::Rejected => Directive::ReadMember,
        };
        if status != "CHALLENGED" {
            reads_on(&mut machine, &[&format!("{status}~#2")]);
        }
        assert_eq!(
            read(&mut machine, &format!("{status}#2")),
            expected,
            "{status}"
        );
    }
}

#[test]
fn a_finished_job_is_resumed_to_read_the_owners_again() {
    let mut machine = started("CONNECTED#1", "CREATED~#2");
    assert_eq!(read(&mut machine, "CONNECTED#2"), Directive::ReadOwners);
    machine.observe(Observation::OwnersRead);
    assert_eq!(machine.directive(), Directive::Finished);
    machine.renew();
    assert_eq!(machine.directive(), Directive::ReadOwners);
}
