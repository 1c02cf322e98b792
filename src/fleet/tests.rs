//! The fleet against a bank in memory, on a paused clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use serde_json::json;
use tokio::time::sleep;

use super::*;
use crate::api::types;
use crate::error::Error;
use crate::identity::{Owner, Owners};
use crate::jobs::api::{Accepted, Answering, CheckedAnswer, KindApi, MemberApi, Snapshot};
use crate::jobs::{Challenge, Options};
use crate::operations::Api;
use crate::secret::Secret;
use crate::values::JobGuid;

/// A bank whose members take their time: `slow` members answer late, `asking` ones ask once, `broken` ones are unknown, the job of
/// `endless` ones does not end.
#[derive(Default)]
struct Bank {
    under_way: AtomicUsize,
    most_under_way: AtomicUsize,
    calls: AtomicUsize,
}

impl Bank {
    async fn call(&self, member: &MemberGuid) {
        self.calls.fetch_add(1, SeqCst);
        let now = self.under_way.fetch_add(1, SeqCst) + 1;
        self.most_under_way.fetch_max(now, SeqCst);
        let takes = if member.as_str().starts_with("slow") {
            120_000
        } else {
            100
        };
        sleep(Duration::from_millis(takes)).await;
        self.under_way.fetch_sub(1, SeqCst);
    }
}

/// One member of the bank: the calls that a job makes.
struct Desk {
    bank: Arc<Bank>,
    polls: AtomicUsize,
    is_answered: AtomicUsize,
}

impl Desk {
    fn member(&self, member: &MemberGuid, is_started: bool) -> types::MemberResponse {
        let asks = member.as_str().starts_with("asking") && self.is_answered.load(SeqCst) == 0;
        let polls = self.polls.load(SeqCst);
        let (status, is_running) = match (is_started, polls) {
            (false, _) => ("CREATED", false),
            (true, _) if member.as_str().starts_with("endless") => ("RESUMED", true),
            (true, _) if asks && polls > 2 => ("CHALLENGED", false),
            (true, polls) if polls > 4 => ("CONNECTED", false),
            _ => ("RESUMED", true),
        };
        let value = json!({
            "guid": member, "connection_status": status, "is_being_aggregated": is_running,
            "most_recent_job_guid": if is_started { "JOB-2" } else { "JOB-1" },
        });
        serde_json::from_value(value).expect("a member")
    }
}

impl MemberApi for Desk {
    fn observe<'a>(&'a self, member: &'a MemberGuid) -> Answering<'a, Snapshot> {
        Box::pin(async move {
            self.bank.call(member).await;
            if member.as_str().starts_with("broken") {
                let operation =
                    crate::operations::by_id("nexus", "readMember").expect("in the table");
                return Err(Error::status_of(
                    operation,
                    404,
                    crate::error::Problem::default(),
                ));
            }
            let is_started = self.polls.load(SeqCst) > 0;
            if is_started {
                self.polls.fetch_add(1, SeqCst);
            }
            Ok(Snapshot::from(self.member(member, is_started)))
        })
    }

    fn challenges<'a>(&'a self, member: &'a MemberGuid) -> Answering<'a, Vec<Challenge>> {
        Box::pin(async move {
            self.bank.call(member).await;
            let value = json!({"guid": "CRD-1", "type": "TEXT", "label": "Town?"});
            let challenge = serde_json::from_value(value).expect("a challenge");
            Ok(Challenge::read(challenge).into_iter().collect())
        })
    }

    fn answer<'a>(&'a self, member: &'a MemberGuid, _: Vec<CheckedAnswer>) -> Answering<'a, ()> {
        Box::pin(async move {
            self.bank.call(member).await;
            self.is_answered.store(1, SeqCst);
            Ok(())
        })
    }

    fn oauth_window<'a>(&'a self, _: &'a MemberGuid) -> Answering<'a, Option<Secret>> {
        Box::pin(async { Ok(None) })
    }
}

impl KindApi<Identification> for Desk {
    fn start<'a>(&'a self, member: &'a MemberGuid, _: Options) -> Answering<'a, Accepted> {
        Box::pin(async move {
            self.bank.call(member).await;
            self.polls.store(1, SeqCst);
            Ok(Accepted {
                is_running_already: false,
                member: Snapshot::from(self.member(member, true)),
            })
        })
    }

    fn result<'a>(
        &'a self,
        member: &'a MemberGuid,
        _: Option<&'a JobGuid>,
    ) -> Answering<'a, Option<Owners>> {
        Box::pin(async move {
            self.bank.call(member).await;
            Ok(Some(Owners::from(vec![Owner::default()])))
        })
    }
}

fn add(fleet: &mut Fleet, bank: &Arc<Bank>, member: &str) -> FleetJob {
    let desk = Desk {
        bank: Arc::clone(bank),
        polls: AtomicUsize::new(0),
        is_answered: AtomicUsize::new(0),
    };
    let desk = Arc::new(desk) as Arc<dyn KindApi<Identification>>;
    let identify = JobBuilder::new(desk, Api::Nexus, Some("U-1"), member.into());
    fleet.start(identify)
}

fn fleet() -> Fleet {
    Fleet::new(Duration::from_secs(600))
}

/// Runs the fleet to its end; answers every question.
async fn run(fleet: &mut Fleet) -> Vec<(String, &'static str)> {
    let mut ends = Vec::new();
    while let Some(event) = fleet.next().await {
        let end = match event.outcome {
            Outcome::Starting | Outcome::Running(_) => continue,
            Outcome::Challenged(challenges) => {
                let answers = challenges
                    .answer_all(|_| Ok::<_, ()>("Lehi"))
                    .expect("no failure");
                fleet.answer(event.job, answers).expect("it is challenged");
                continue;
            }
            Outcome::Done(_) => "done",
            Outcome::Failed(_) => "failed",
        };
        ends.push((event.member.to_string(), end));
    }
    ends
}

#[tokio::test(start_paused = true)]
async fn many_jobs_end_with_a_bound_on_the_calls_under_way() {
    let bank = Arc::new(Bank::default());
    let mut fleet = fleet().with_concurrency(8);
    for number in 0..500 {
        add(&mut fleet, &bank, &format!("quick-{number}"));
    }
    let ends = run(&mut fleet).await;
    assert_eq!(ends.iter().filter(|(_, end)| *end == "done").count(), 500);
    assert_eq!(bank.most_under_way.load(SeqCst), 8);
    assert!(fleet.is_empty());
}

#[tokio::test(start_paused = true)]
async fn slow_and_broken_members_delay_no_other_job() {
    let bank = Arc::new(Bank::default());
    let mut fleet = fleet().with_concurrency(4);
    add(&mut fleet, &bank, "slow-1");
    add(&mut fleet, &bank, "broken-1");
    for number in 0..20 {
        add(&mut fleet, &bank, &format!("quick-{number}"));
    }
    let ends = run(&mut fleet).await;
    assert_eq!(ends.len(), 22);
    assert_eq!(
        ends.last().map(|(member, _)| member.as_str()),
        Some("slow-1")
    );
    assert!(ends.contains(&("broken-1".to_owned(), "failed")));
}

#[tokio::test(start_paused = true)]
async fn a_challenged_job_waits_for_its_answer_and_costs_no_call() {
    let bank = Arc::new(Bank::default());
    let mut fleet = fleet();
    let job = add(&mut fleet, &bank, "asking-1");
    loop {
        match fleet.next().await.expect("a question").outcome {
            Outcome::Challenged(_) => break,
            Outcome::Starting | Outcome::Running(_) => {}
            other => panic!("{other:?}"),
        }
    }
    let calls = bank.calls.load(SeqCst);
    assert!(fleet.next().await.is_none(), "no job is running");
    sleep(Duration::from_secs(3600)).await;
    assert_eq!(bank.calls.load(SeqCst), calls);
    let unfit = fleet.answer(job, Answers::new().with("CRD-9", "hush"));
    assert!(matches!(unfit, Err(NotAnswered::Unfit(_))));
    fleet
        .answer(job, Answers::new().with("CRD-1", "Lehi"))
        .expect("it fits");
    assert!(matches!(
        fleet.answer(job, Answers::new()),
        Err(NotAnswered::NotChallenged(_))
    ));
    assert_eq!(run(&mut fleet).await, [("asking-1".to_owned(), "done")]);
}

#[tokio::test(start_paused = true)]
async fn a_fleet_that_stops_leaves_handles_for_everything_unfinished() {
    let bank = Arc::new(Bank::default());
    let mut fleet = fleet().with_concurrency(3);
    for number in 0..10 {
        add(&mut fleet, &bank, &format!("quick-{number}"));
    }
    let first = fleet.next().await;
    assert!(first.is_some());
    assert_eq!(fleet.handles().len(), 10, "at any time");
    let stopped = fleet.stop().await;
    let mut members: Vec<String> = stopped
        .unfinished
        .iter()
        .map(|handle| handle.member().to_string())
        .collect();
    members.sort();
    let expected: Vec<String> = (0..10).map(|number| format!("quick-{number}")).collect();
    assert_eq!(members, expected);
    assert_eq!(bank.under_way.load(SeqCst), 0, "no call was cut off");
}

#[tokio::test(start_paused = true)]
async fn a_post_under_way_counts_as_sent_in_a_handle() {
    let bank = Arc::new(Bank::default());
    let mut fleet = fleet();
    add(&mut fleet, &bank, "quick-1");
    // The baseline is read, the POST is sent, and its answer does not come.
    let mut context = Context::from_waker(std::task::Waker::noop());
    while bank.calls.load(SeqCst) < 2 {
        let _ = fleet.poll_event(&mut context);
        sleep(Duration::from_millis(10)).await;
    }
    let handle = fleet.handles().pop().expect("one job");
    assert!(handle.has_started(), "{handle:?}");
}

#[tokio::test(start_paused = true)]
async fn time_in_the_queue_of_the_fleet_is_no_part_of_the_budget() {
    let bank = Arc::new(Bank::default());
    // Far more members than one call at a time serves within the budget of one.
    let mut fleet = fleet().with_concurrency(1);
    for number in 0..3_000 {
        add(&mut fleet, &bank, &format!("quick-{number}"));
    }
    let ends = run(&mut fleet).await;
    assert_eq!(ends.iter().filter(|(_, end)| *end == "done").count(), 3_000);
}

#[tokio::test(start_paused = true)]
async fn started_jobs_come_before_new_ones() {
    let bank = Arc::new(Bank::default());
    let mut fleet = fleet().with_concurrency(1);
    for number in 0..2_000 {
        add(&mut fleet, &bank, &format!("quick-{number}"));
    }
    let mut starts = 0;
    loop {
        match fleet.next().await.expect("an event").outcome {
            Outcome::Starting => starts += 1,
            Outcome::Done(_) => break,
            _ => {}
        }
    }
    assert!(starts < 500, "the first is done after {starts} starts");
}

#[tokio::test(start_paused = true)]
async fn a_start_is_announced_before_it_is_sent_with_the_handle_to_save() {
    let bank = Arc::new(Bank::default());
    let mut fleet = fleet();
    add(&mut fleet, &bank, "quick-1");
    let event = loop {
        let event = fleet.next().await.expect("an event");
        if matches!(event.outcome, Outcome::Starting) {
            break event;
        }
    };
    let calls = bank.calls.load(SeqCst);
    sleep(Duration::from_secs(3600)).await;
    assert_eq!(
        bank.calls.load(SeqCst),
        calls,
        "nothing is sent before the next poll"
    );
    assert!(
        event.handle.has_started(),
        "a job resumed from it reads first"
    );
    assert_eq!(fleet.handles(), std::slice::from_ref(&event.handle));
    assert_eq!(run(&mut fleet).await, [("quick-1".to_owned(), "done")]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_that_is_cut_off_leaves_the_handles() {
    let bank = Arc::new(Bank::default());
    let mut fleet = fleet();
    add(&mut fleet, &bank, "slow-1");
    add(&mut fleet, &bank, "quick-1");
    let _ = fleet.next().await;
    let stopped = tokio::time::timeout(Duration::from_secs(1), fleet.stop()).await;
    assert!(stopped.is_err(), "the call of the slow member is under way");
    assert_eq!(fleet.handles().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn new_jobs_start_while_started_ones_use_every_call() {
    let bank = Arc::new(Bank::default());
    // Sixty jobs that run for ever at a poll every three seconds need twenty calls a second; there are ten.
    let mut fleet = fleet().with_concurrency(1);
    for number in 0..60 {
        add(&mut fleet, &bank, &format!("endless-{number}"));
    }
    let mut started = 0;
    while started < 60 {
        let event = fleet.next().await.expect("an event");
        started += u32::from(matches!(event.outcome, Outcome::Starting));
    }
    add(&mut fleet, &bank, "quick-1");
    let is_new = |event: &FleetEvent| event.member.as_str() == "quick-1";
    let begun = bank.calls.load(SeqCst);
    while !fleet.next().await.is_some_and(|event| is_new(&event)) {}
    let calls = bank.calls.load(SeqCst) - begun;
    assert!(calls < 100, "started after {calls} calls");
}

/// A fleet that polls once an hour, with one job that has started.
async fn hourly(bank: &Arc<Bank>, member: &str) -> Fleet {
    let hour = Duration::from_secs(3600);
    let mut fleet = Fleet::new(hour * 24).with_polling(Polling::between(hour, hour));
    add(&mut fleet, bank, member);
    while bank.calls.load(SeqCst) < 2 {
        let _ = tokio::time::timeout(Duration::from_millis(10), fleet.next()).await;
    }
    fleet
}

/// The calls that the bank gets in the next minute.
async fn calls_in_a_minute(fleet: &mut Fleet, bank: &Bank) -> usize {
    let before = bank.calls.load(SeqCst);
    let minute = sleep(Duration::from_secs(60));
    tokio::pin!(minute);
    loop {
        tokio::select! {
            () = &mut minute => return bank.calls.load(SeqCst) - before,
            _ = fleet.next() => {}
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_woken_job_is_polled_at_once_and_once() {
    let bank = Arc::new(Bank::default());
    let mut fleet = hourly(&bank, "quick-1").await;
    assert_eq!(calls_in_a_minute(&mut fleet, &bank).await, 0);
    fleet.wake(&"quick-2".into());
    assert_eq!(
        calls_in_a_minute(&mut fleet, &bank).await,
        0,
        "another member"
    );
    fleet.wake(&"quick-1".into());
    assert_eq!(calls_in_a_minute(&mut fleet, &bank).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_job_woken_during_its_call_is_polled_once_more() {
    let bank = Arc::new(Bank::default());
    let mut fleet = hourly(&bank, "quick-1").await;
    assert_eq!(calls_in_a_minute(&mut fleet, &bank).await, 0);
    fleet.wake(&"quick-1".into());
    let _ = tokio::time::timeout(Duration::from_millis(10), fleet.next()).await;
    assert_eq!(bank.under_way.load(SeqCst), 1);
    let before = bank.calls.load(SeqCst);
    fleet.wake(&"quick-1".into());
    assert_eq!(calls_in_a_minute(&mut fleet, &bank).await, 1);
    assert_eq!(bank.calls.load(SeqCst), before + 1);
}

#[tokio::test(start_paused = true)]
async fn every_job_of_a_woken_member_is_polled() {
    let bank = Arc::new(Bank::default());
    let mut fleet = hourly(&bank, "quick-1").await;
    add(&mut fleet, &bank, "quick-1");
    add(&mut fleet, &bank, "quick-10");
    calls_in_a_minute(&mut fleet, &bank).await;
    fleet.wake(&"quick-1".into());
    assert_eq!(calls_in_a_minute(&mut fleet, &bank).await, 2);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_over_is_not_kept_for_its_webhooks() {
    let bank = Arc::new(Bank::default());
    let mut fleet = fleet();
    for member in ["quick-1", "broken-1", "asking-1"] {
        add(&mut fleet, &bank, member);
    }
    while let Some(event) = fleet.next().await {
        if matches!(event.outcome, Outcome::Challenged(_)) {
            assert!(fleet.remove_challenged(event.job).is_some());
        }
    }
    fleet.wake(&"quick-1".into());
    assert!(fleet.is_empty() && fleet.members.is_empty());
}
