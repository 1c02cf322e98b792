//! The workflow, one scenario a test, with readings in the shorthand of [`at`].

mod following;
mod questions;
mod starting;

use super::super::proof::tests::at;
use super::super::status::Remedy;
use super::*;

fn ask(challenge: &str) -> Directive {
    Directive::Ask(vec![challenge.into()])
}

fn ended(status: &str) -> Directive {
    Directive::Ended(End::Status(status.into()))
}

/// A machine whose POST was sent and not answered yet.
fn posting(baseline: &str) -> Machine {
    let mut machine = Machine::new(&"MBR-1".into(), OtherJob::Wait);
    assert_eq!(
        (machine.directive(), machine.pace()),
        (Directive::ReadMember, Pace::AtOnce)
    );
    assert_eq!(read(&mut machine, baseline), Directive::Start);
    machine.observe(Observation::Sending);
    machine
}

/// A machine whose POST was answered.
fn started(baseline: &str, answer: &str) -> Machine {
    let mut machine = posting(baseline);
    machine.observe(Observation::Started(at(answer)));
    machine
}

/// A machine that asks the question `q1` in our job, `2`.
fn asking() -> Machine {
    let mut machine = started("CONNECTED#1", "CREATED~#2");
    assert_eq!(
        read(&mut machine, "CHALLENGED#2"),
        Directive::ListChallenges
    );
    assert_eq!(list(&mut machine, &["q1"]), ask("q1"));
    machine
}

fn read(machine: &mut Machine, member: &str) -> Directive {
    machine.observe(Observation::Member(at(member)));
    machine.directive()
}

fn list(machine: &mut Machine, challenges: &[&str]) -> Directive {
    assert_eq!(machine.directive(), Directive::ListChallenges);
    let challenges = challenges
        .iter()
        .copied()
        .map(ChallengeGuid::from)
        .collect();
    machine.observe(Observation::Challenges(challenges));
    machine.directive()
}

/// Reads a member that leads to nothing but reading on.
fn reads_on(machine: &mut Machine, members: &[&str]) {
    for member in members {
        assert_eq!(read(machine, member), Directive::ReadMember, "{member}");
    }
}

/// Reads the same member until something else than reading is due; with the number of readings.
fn reads_until(machine: &mut Machine, member: &str) -> (u8, Directive) {
    let next = |_: &u8| read(machine, member) != Directive::ReadMember;
    let reads = (1..=200).find(next).expect("it acts at last");
    (reads, machine.directive())
}

#[test]
fn a_saved_state_is_short_and_reads_back_equal() {
    let saved = serde_json::to_string(&asking()).expect("a machine is plain JSON");
    assert!(saved.len() < 800, "{saved}");
    assert_eq!(
        serde_json::from_str::<Machine>(&saved).expect("what we wrote"),
        asking()
    );
}
