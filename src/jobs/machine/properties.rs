//! What holds whatever MX does: against a server whose readings lag and lack fields, against random answers, and against
//! observations in any order.

mod world;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use self::world::{Server, worlds};
use super::*;
use crate::jobs::api::{KindName, Options};
use crate::jobs::handle::JobHandle;
use crate::jobs::packed::{Packed, State};
use crate::operations::Api;
use crate::values::ConnectionStatus;

/// No driver needs more directives than this between two waits.
const AT_ONCE: usize = 12;

fn any_status() -> impl Strategy<Value = ConnectionStatus> {
    use ConnectionStatus::{Challenged, Connected, Rejected, Unknown};
    let frequent = vec![
        Challenged,
        Connected,
        Rejected,
        Unknown("DREAMING".to_owned()),
    ];
    prop_oneof![select(ConnectionStatus::KNOWN), select(frequent)]
}

/// The state as another process would load it.
fn replayed(machine: &Machine) -> Machine {
    let saved = serde_json::to_string(machine).expect("a machine is plain JSON");
    let found: Machine = serde_json::from_str(&saved).expect("what we wrote");
    assert_eq!(&found, machine);
    assert_eq!(
        (found.directive(), found.pace()),
        (machine.directive(), machine.pace())
    );
    found
}

/// The state as a fleet keeps it between two calls.
fn repacked(machine: &Machine) -> Machine {
    let handle = JobHandle {
        api: Api::Nexus,
        kind: KindName::Identification,
        user: Some("MBR-1".to_owned()),
        member: "MBR-1".into(),
        options: Options::default(),
        check_institution: true,
        machine: machine.clone(),
    };
    if !Packed::fits(&handle) {
        return handle.machine;
    }
    let state = State {
        handle: handle.clone(),
        message: Some("a ".repeat(200)),
        institution: None,
        reported: handle.machine.progress().last_status,
    };
    let found = Packed::new(state).unpack();
    assert_eq!((&found.handle, found.institution), (&handle, None));
    assert_eq!(found.reported, handle.machine.progress().last_status);
    assert_eq!(found.message, Some("a ".repeat(200)));
    found.handle.machine
}

/// Drives as a driver does, through save and load at every step, and gives the last directive; `TimedOut` when nothing
/// happens any more.
fn drive(server: &mut Server) -> Directive {
    let mut machine = Machine::new(&"MBR-1".into(), OtherJob::Wait);
    let (mut waits, mut at_once) = (0, 0);
    let mut was_due = false;
    for _ in 0..3_000 {
        machine = replayed(&repacked(&machine));
        let is_over = matches!(
            machine.directive(),
            Directive::Finished | Directive::Ended(_)
        );
        if server.world.is_handed_on && !was_due && !is_over {
            machine.renew();
        }
        // The process that reads the baseline anew sends the POST as well.
        was_due = machine.is_start_due_again();
        at_once += 1;
        if machine.pace() != Pace::AtOnce {
            (waits, at_once) = (waits + 1, 0);
        }
        assert!(at_once < AT_ONCE, "directives that repeat without a wait");
        if waits > server.world.budget {
            machine.observe(Observation::BudgetSpent);
            waits = 0;
        }
        let outcome = match machine.directive() {
            Directive::ReadMember | Directive::ListChallenges | Directive::ReadResult
                if server.loses_read() =>
            {
                Observation::ReadFailed
            }
            Directive::ReadMember => Observation::Member(server.read()),
            Directive::Start => {
                machine.observe(Observation::Sending);
                let Some(outcome) = server.post() else {
                    continue;
                };
                outcome
            }
            Directive::ListChallenges => Observation::Challenges(server.list()),
            Directive::Ask(challenges) => server.answer(&challenges),
            Directive::ReadResult => {
                let is_done = server.has_ended() && server.world.end == ConnectionStatus::Connected;
                assert!(is_done, "done too early");
                Observation::ResultRead
            }
            Directive::TimedOut(_) => {
                machine.renew();
                continue;
            }
            end @ (Directive::Finished | Directive::Ended(_)) => return end,
        };
        machine.observe(outcome);
    }
    Directive::TimedOut(machine.progress())
}

/// Random answers, repeated without end.
#[derive(Clone, Debug)]
struct Noise {
    readings: Vec<Reading>,
    posts: Vec<Observation>,
    lists: Vec<Vec<ChallengeGuid>>,
    puts: Vec<Observation>,
}

fn readings() -> impl Strategy<Value = Reading> {
    let job = prop::option::of(select(vec!["one", "two", "three"]));
    let times = || prop::option::of(select(vec!["2026-11-28", "2026-11-29", "soon"]));
    let status = prop::option::weighted(0.9, any_status());
    let is_manual = prop::bool::weighted(0.05);
    (
        status,
        any::<Option<bool>>(),
        job,
        times(),
        times(),
        is_manual,
    )
        .prop_map(
            |(status, is_being_aggregated, job, start, success, is_manual)| Reading {
                status,
                is_being_aggregated,
                job: job.map(JobGuid::from),
                aggregated_at: start.map(Into::into),
                successfully_aggregated_at: success.map(Into::into),
                is_manual,
            },
        )
}

fn lists() -> impl Strategy<Value = Vec<ChallengeGuid>> {
    vec(
        select(vec!["a", "b", "c"]).prop_map(ChallengeGuid::from),
        0..3,
    )
}

fn posts() -> impl Strategy<Value = Observation> {
    use Observation::{AnswerLost, Joined, NoEffect, OtherJobRuns, Started};
    let others = select(vec![OtherJobRuns, AnswerLost, NoEffect]);
    prop_oneof![
        readings().prop_map(Started),
        readings().prop_map(Joined),
        others
    ]
}

fn puts() -> impl Strategy<Value = Observation> {
    use Observation::{AnswerLost, Answered, AnswersRefused, NoEffect, NotChallenged};
    select(vec![
        Answered,
        AnswersRefused,
        NotChallenged,
        AnswerLost,
        NoEffect,
    ])
}

fn noise() -> impl Strategy<Value = Noise> {
    (
        vec(readings(), 1..6),
        vec(posts(), 1..4),
        vec(lists(), 1..4),
        vec(puts(), 1..4),
    )
        .prop_map(|(readings, posts, lists, puts)| Noise {
            readings,
            posts,
            lists,
            puts,
        })
}

fn observations() -> impl Strategy<Value = Observation> {
    use Observation::{BudgetSpent, Challenges, Member, NotEnabled, NotSupported, ResultRead};
    use Observation::{Sending, Unavailable};
    prop_oneof![
        4 => readings().prop_map(Member),
        2 => posts(),
        2 => lists().prop_map(Challenges),
        2 => puts(),
        2 => select(vec![Sending, ResultRead, BudgetSpent]),
        1 => select(vec![NotSupported, NotEnabled, Unavailable]),
    ]
}

/// Whatever MX answers: the budget ends it, nothing repeats without a wait, and no question is asked again without a reason.
fn drive_through(noise: &Noise, budget: u32) {
    let mut machine = Machine::new(&"MBR-1".into(), OtherJob::Wait);
    let (mut waits, mut at_once) = (0, 0);
    let mut answered: Vec<ChallengeGuid> = vec![];
    let (mut has_reason, mut reads, mut last_job) = (true, 0, None);
    for step in 0.. {
        machine = replayed(&repacked(&machine));
        at_once += 1;
        // Answers take some time too.
        if machine.pace() != Pace::AtOnce || matches!(machine.directive(), Directive::Ask(_)) {
            (waits, at_once) = (waits + 1, 0);
        }
        assert!(at_once < AT_ONCE, "directives that repeat without a wait");
        if waits > budget {
            machine.observe(Observation::BudgetSpent);
        }
        let outcome = match machine.directive() {
            Directive::ReadMember => {
                let reading = noise.readings[step % noise.readings.len()].clone();
                let is_challenged = reading.status == Some(ConnectionStatus::Challenged);
                has_reason |= !is_challenged || reading.is_running() || reading.job != last_job;
                last_job.clone_from(&reading.job);
                reads += 1;
                Observation::Member(reading)
            }
            Directive::Start => {
                machine.observe(Observation::Sending);
                noise.posts[step % noise.posts.len()].clone()
            }
            Directive::ListChallenges => {
                Observation::Challenges(noise.lists[step % noise.lists.len()].clone())
            }
            Directive::Ask(challenges) => {
                let is_other = challenges.iter().any(|one| !answered.contains(one));
                assert!(
                    is_other || has_reason || reads >= 10,
                    "asked again for no reason"
                );
                let put = noise.puts[step % noise.puts.len()].clone();
                has_reason = matches!(put, Observation::AnswersRefused | Observation::NoEffect);
                (answered, reads) = (challenges, 0);
                put
            }
            Directive::ReadResult => Observation::ResultRead,
            Directive::Finished | Directive::Ended(_) | Directive::TimedOut(_) => break,
        };
        machine.observe(outcome);
    }
    assert!(machine.progress().polls <= budget + 1);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// With every stamp present or absent, and readings that lag by up to 50: never the outcome of another job, never a
    /// second paid job, and the true end.
    #[test]
    fn the_end_is_that_of_our_job_and_it_is_paid_once(world in worlds()) {
        let mut server = Server::new(world);
        match drive(&mut server) {
            Directive::Ended(End::StartUnknown) => {
                let has_no_start = server.world.has_no_start();
                prop_assert!(server.vain_posts > REPOSTS || has_no_start && server.vain_posts > 0);
            }
            Directive::Ended(End::AnswersRefused) => prop_assert!(server.refusals >= REFUSALS),
            Directive::Ended(End::Status(status)) => {
                prop_assert!(server.has_ended());
                prop_assert_eq!(status, server.world.end);
            }
            // No stamp ever moves: the budget ends it, and nothing wrong is believed.
            Directive::TimedOut(_) => prop_assert!(!server.world.moves_a_stamp()),
            end => {
                prop_assert_eq!(end, Directive::Finished);
                prop_assert_eq!(server.world.end, ConnectionStatus::Connected);
            }
        }
    }

    #[test]
    fn random_answers_end_within_the_budget(noise in noise(), budget in 0..60u32) {
        drive_through(&noise, budget);
    }

    /// Nothing makes it panic, and after the end nothing changes it.
    #[test]
    fn observations_in_any_order_are_accepted(seen in vec(observations(), 0..60), renew_every in 1..9usize) {
        let mut machine = Machine::new(&"MBR-1".into(), OtherJob::Refuse);
        for (index, observation) in seen.into_iter().enumerate() {
            let before = machine.directive();
            machine.observe(observation);
            let is_over = matches!(before, Directive::Finished | Directive::Ended(_));
            if index % renew_every == 0 && !is_over {
                machine.renew();
            }
            machine = replayed(&repacked(&machine));
            if matches!(before, Directive::Finished | Directive::Ended(_)) {
                prop_assert_eq!((machine.directive(), machine.pace()), (before, Pace::AtOnce));
            }
        }
    }
}
