//! The fleet over the wire: users, members and questions of all kinds together, and what is left when it stops.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use futures_core::Stream;
use mx_nexus::fleet::{Fleet, FleetEvent, Outcome};
use mx_nexus::identity::{Answers, Identification, JobHandle, Polling, Step};
use mx_nexus::jobs::Kind;
use mx_nexus::{Nexus, Secret};
use tokio::sync::Semaphore;
use tokio::time::timeout;

mod bank;
#[path = "../support/recorder.rs"]
mod recorder;

use bank::Bank;
use recorder::Recorder;

/// More than any test needs.
const LONG: Duration = Duration::from_secs(60);

fn polling() -> Polling {
    let delay = Duration::from_millis(1);
    Polling::between(delay, delay)
}

fn fleet<K: Kind>() -> Fleet<K> {
    Fleet::new(LONG).with_polling(polling())
}

fn add(fleet: &mut Fleet, nexus: &Nexus, members: &[(&str, &str)]) {
    for (user, member) in members {
        fleet.start(nexus.user(*user).identify(*member));
    }
}

/// The next event, or a test that has hung.
async fn next(fleet: &mut Fleet) -> Option<FleetEvent> {
    timeout(LONG, fleet.next()).await.unwrap()
}

/// The event that comes within a moment, if one does.
async fn turn(fleet: &mut Fleet) -> Option<FleetEvent> {
    let moment = Duration::from_millis(1);
    // So that a fleet that has ended leaves a test that waits for more its timeout.
    tokio::task::yield_now().await;
    timeout(moment, fleet.next()).await.ok().flatten()
}

fn word(event: &FleetEvent) -> String {
    let text = match &event.outcome {
        Outcome::Starting => "starting".to_owned(),
        Outcome::Running(progress) => match &progress.last_status {
            Some(status) => status.to_string(),
            None => "no status".to_owned(),
        },
        Outcome::Challenged(challenges) => {
            let labels: Vec<&str> = challenges.iter().map(|it| it.label()).collect();
            labels.join(", ")
        }
        Outcome::Done(owners) => format!("{} owner", owners.len()),
        Outcome::Failed(error) => format!("{:?}", error.kind()),
    };
    let user = event.user_id.as_deref().unwrap_or("no user");
    format!("{user} {}: {text}", event.member)
}

fn is_over(event: &FleetEvent) -> bool {
    matches!(event.outcome, Outcome::Done(_) | Outcome::Failed(_))
}

/// Runs the fleet until nothing is left; answers every question. What happened, in its order.
async fn run(fleet: &mut Fleet) -> Vec<FleetEvent> {
    let mut events = Vec::new();
    while let Some(event) = next(fleet).await {
        if let Outcome::Challenged(challenges) = &event.outcome {
            let answers = challenges.answer_all(|_| Ok::<_, ()>("Lehi")).unwrap();
            fleet.answer(event.job, answers).unwrap();
        }
        events.push(event);
    }
    events
}

/// The ends alone, sorted.
fn ends(events: &[FleetEvent]) -> Vec<String> {
    let mut ends: Vec<String> = events
        .iter()
        .filter(|event| is_over(event))
        .map(word)
        .collect();
    ends.sort();
    ends
}

fn starts(server: &Recorder, member: &str) -> usize {
    server.count(&format!("POST /members/{member}/identify"))
}

#[tokio::test]
async fn users_and_members_of_all_kinds_together() {
    let (server, _) = Bank::open().await;
    let nexus = server.nexus();
    let mut fleet = fleet();
    let members = [
        ("U-1", "quick-1"),
        ("U-1", "asking-1"),
        ("U-2", "quick-2"),
        ("U-2", "denied-2"),
        ("U-3", "asking-3"),
    ];
    add(&mut fleet, &nexus, &members);
    assert_eq!(fleet.len(), 5);
    let events = run(&mut fleet).await;
    assert!(fleet.is_empty());

    // Each member's own story has an order; among them there is none.
    let mut stories = BTreeMap::<String, Vec<String>>::new();
    for event in &events {
        let text = word(event);
        let (who, what) = text.split_once(": ").unwrap();
        let story = stories.entry(who.to_owned()).or_default();
        story.push(what.to_owned());
    }
    let stories: Vec<String> = stories
        .into_iter()
        .map(|(who, story)| format!("{who}: {}", story.join(" -> ")))
        .collect();
    insta::assert_snapshot!(stories.join("\n"));
    for (user, member) in members {
        let token = format!("GET /client/users/{user}/api_token.json");
        assert_eq!(server.count(&token), 1, "one session a user");
        assert_eq!(starts(&server, member), 1);
    }
    assert_eq!(server.count("POST /sessions"), 3);
}

#[tokio::test]
async fn a_member_without_answers_delays_no_other_job() {
    let (server, gate) = Bank::open().await;
    let nexus = server.nexus();
    let mut fleet = fleet().with_concurrency(2);
    let others = ["quick-1", "quick-2", "asking-3", "quick-4", "denied-5"];
    add(&mut fleet, &nexus, &[("U-1", "slow-0")]);
    add(&mut fleet, &nexus, &others.map(|member| ("U-1", member)));
    let mut over = Vec::new();
    while over.len() < others.len() {
        let event = next(&mut fleet).await.unwrap();
        if let Outcome::Challenged(_) = event.outcome {
            let answers = Answers::new().with("CRD-asking-3", "Lehi");
            fleet.answer(event.job, answers).unwrap();
        }
        if is_over(&event) {
            over.push(event.member.to_string());
        }
    }
    over.sort();
    let mut all = others;
    all.sort_unstable();
    assert_eq!(over, all, "with the slow one's answer still to come");

    gate.add_permits(Semaphore::MAX_PERMITS);
    assert_eq!(ends(&run(&mut fleet).await), ["U-1 slow-0: 1 owner"]);
}

#[tokio::test]
async fn members_that_fail_fail_alone_and_say_why() {
    let (server, _) = Bank::open().await;
    let nexus = server.nexus();
    let mut fleet = fleet();
    let members = ["unknown-1", "forbidden-2", "denied-3", "quick-4"];
    add(&mut fleet, &nexus, &members.map(|member| ("U-1", member)));
    let user = nexus.user("U-1");
    fleet.start(user.identify("poor-5"));
    let events = run(&mut fleet).await;
    assert_eq!(
        ends(&events),
        [
            "U-1 denied-3: Ended",
            "U-1 forbidden-2: NotEnabled",
            "U-1 poor-5: NotSupported",
            "U-1 quick-4: 1 owner",
            "U-1 unknown-1: NoSuchMember",
        ]
    );
    assert_eq!(starts(&server, "poor-5"), 0, "checked in time");
    assert_eq!(starts(&server, "unknown-1"), 0);
}

#[tokio::test]
async fn no_more_requests_are_under_way_than_the_bound_allows() {
    let (server, gate) = Bank::open().await;
    let nexus = server.nexus();
    let mut fleet = fleet().with_concurrency(3);
    for number in 0..12 {
        let user = nexus.user(format!("U-{}", number % 4));
        fleet.start(user.identify(format!("slow-{number}")));
    }
    // Until the slow ones fill the bound, …
    let filled = async {
        while server.under_way() < 3 {
            assert!(!turn(&mut fleet).await.is_some_and(|event| is_over(&event)));
        }
        // … and then for some more turns, in which there is room for none.
        for _ in 0..20 {
            assert!(turn(&mut fleet).await.is_none());
            assert_eq!(server.under_way(), 3);
        }
    };
    timeout(LONG, filled).await.unwrap();
    gate.add_permits(Semaphore::MAX_PERMITS);
    assert_eq!(ends(&run(&mut fleet).await).len(), 12);
    assert_eq!(server.most_under_way(), 3);
}

#[tokio::test]
async fn what_a_fleet_leaves_unfinished_another_one_finishes() {
    let (server, gate) = Bank::open().await;
    let nexus = server.nexus();
    let mut first = fleet().with_concurrency(2);
    let members = [
        ("U-1", "quick-1"),
        ("U-1", "slow-2"),
        ("U-2", "asking-3"),
        ("U-2", "quick-4"),
    ];
    add(&mut first, &nexus, &members);
    // Until one is done, one is asked, and one is in the middle of a call that hangs.
    let (mut is_done, mut is_asked) = (false, false);
    let half_way = async {
        while !(is_done && is_asked && server.under_way() == 1) {
            if let Some(event) = turn(&mut first).await {
                is_done |= matches!(event.outcome, Outcome::Done(_));
                is_asked |= matches!(event.outcome, Outcome::Challenged(_));
            }
        }
    };
    timeout(LONG, half_way).await.unwrap();
    add(&mut first, &nexus, &[("U-3", "quick-5")]);
    let (stopped, ()) = tokio::join!(first.stop(), async { gate.add_permits(1) });

    let saved = serde_json::to_string(&stopped.unfinished).unwrap();
    let handles: Vec<JobHandle> = serde_json::from_str(&saved).unwrap();
    let mut left: Vec<&str> = handles
        .iter()
        .map(|handle| handle.member().as_str())
        .collect();
    left.sort_unstable();
    for member in ["asking-3", "quick-5", "slow-2"] {
        assert!(left.contains(&member), "{member} in {left:?}");
    }

    // Another process, with sessions of its own.
    gate.add_permits(Semaphore::MAX_PERMITS - 1);
    let nexus = server.nexus();
    let mut second = fleet();
    let count = handles.len();
    for handle in handles {
        let user = nexus.user(handle.user_id().unwrap());
        second.start(user.resume(handle).unwrap());
    }
    let finished = ends(&run(&mut second).await);
    assert_eq!(finished.len(), count);
    assert!(
        finished.iter().all(|end| end.ends_with("1 owner")),
        "{finished:?}"
    );
    for (_, member) in members {
        assert_eq!(starts(&server, member), 1, "{member} was started once");
    }
    assert_eq!(starts(&server, "quick-5"), 1);
}

#[tokio::test]
async fn answers_that_a_stopped_fleet_has_not_sent_are_asked_for_again() {
    let (server, _) = Bank::open().await;
    let nexus = server.nexus();
    let mut first = fleet();
    add(&mut first, &nexus, &[("U-1", "asking-1")]);
    while let Some(event) = next(&mut first).await {
        if let Outcome::Challenged(_) = event.outcome {
            let answers = Answers::new().with("CRD-asking-1", "Lehi");
            first.answer(event.job, answers).unwrap();
            break;
        }
    }
    let unfinished = first.stop().await.unfinished;
    assert_eq!(server.count("PUT /members/asking-1/resume"), 0);
    let mut second = fleet();
    for handle in unfinished {
        second.start(nexus.user("U-1").resume(handle).unwrap());
    }
    assert_eq!(ends(&run(&mut second).await), ["U-1 asking-1: 1 owner"]);
    assert_eq!(starts(&server, "asking-1"), 1);
}

#[tokio::test]
async fn a_challenged_job_is_removed_and_resumed_by_another_client() {
    let (server, _) = Bank::open().await;
    let nexus = server.nexus();
    let mut fleet = fleet();
    add(
        &mut fleet,
        &nexus,
        &[("U-1", "asking-1"), ("U-1", "quick-2")],
    );
    let mut handle = None;
    while let Some(event) = next(&mut fleet).await {
        if let Outcome::Challenged(_) = event.outcome {
            handle = fleet.remove_challenged(event.job);
            assert!(fleet.remove_challenged(event.job).is_none(), "only once");
            let late = fleet.answer(event.job, Answers::new());
            assert!(late.is_err(), "it is answered elsewhere");
        }
    }
    assert!(fleet.is_empty());

    let mut job = server
        .nexus()
        .user("U-1")
        .resume::<Identification>(handle.unwrap())
        .unwrap()
        .with_polling(polling())
        .prepare(LONG);
    let answers = Answers::new().with("CRD-asking-1", Secret::new("Lehi"));
    job.answer(answers).await.unwrap();
    let owners = loop {
        if let Step::Done(owners) = job.next().await.unwrap() {
            break owners;
        }
    };
    assert_eq!(owners.len(), 1);
    assert_eq!(starts(&server, "asking-1"), 1);
}

#[tokio::test]
async fn a_wrong_answer_is_asked_for_again() {
    let (server, _) = Bank::open().await;
    let nexus = server.nexus();
    let mut fleet = fleet();
    add(&mut fleet, &nexus, &[("U-1", "asking-1")]);
    let mut given = ["Provo", "Lehi"].into_iter();
    while let Some(event) = next(&mut fleet).await {
        match event.outcome {
            Outcome::Challenged(_) => {
                let answers = Answers::new().with("CRD-asking-1", given.next().unwrap());
                fleet.answer(event.job, answers).unwrap();
            }
            Outcome::Failed(error) => panic!("{error}"),
            _ => {}
        }
    }
    assert!(given.next().is_none() && fleet.is_empty());
    assert_eq!(server.count("PUT /members/asking-1/resume"), 2);
}

#[tokio::test]
async fn a_fleet_is_a_stream() {
    async fn collect<S: Stream + Unpin>(mut stream: S) -> Vec<S::Item> {
        let mut items = Vec::new();
        while let Some(item) = poll_fn(|context| Pin::new(&mut stream).poll_next(context)).await {
            items.push(item);
        }
        items
    }
    let (server, _) = Bank::open().await;
    let nexus = server.nexus();
    let mut fleet = fleet();
    let members = ["quick-1", "denied-2", "quick-3"];
    add(&mut fleet, &nexus, &members.map(|member| ("U-1", member)));
    let events = timeout(LONG, collect(fleet)).await.unwrap();
    let ends = ends(&events);
    assert_eq!(
        ends,
        [
            "U-1 denied-2: Ended",
            "U-1 quick-1: 1 owner",
            "U-1 quick-3: 1 owner"
        ]
    );
}

#[tokio::test]
async fn a_fleet_moves_between_threads() {
    fn moves<T: Send + std::fmt::Debug + 'static>(_: &T) {}
    let mut fleet: Fleet = fleet();
    moves(&fleet);
    moves(&fleet.next().await);
}

#[tokio::test]
async fn two_kinds_of_jobs_run_beside_each_other_in_two_fleets() {
    let (server, _) = Bank::open().await;
    let user = server.nexus().user("U-1");
    let (mut identifications, mut balances) = (fleet(), fleet());
    identifications.start(user.identify("quick-1"));
    let budget = LONG * 2;
    let check = user.check_balance("quick-2").with_polling(polling());
    balances.add(check.prepare(budget));
    let (mut owners, mut accounts) = (0, 0);
    while owners == 0 || accounts == 0 {
        tokio::select! {
            Some(event) = identifications.next() => if let Outcome::Done(result) = event.outcome {
                owners = result.len();
            },
            Some(event) = balances.next() => if let Outcome::Done(result) = event.outcome {
                accounts = result.len();
            },
        }
    }
    assert_eq!((owners, accounts), (1, 2));
}
