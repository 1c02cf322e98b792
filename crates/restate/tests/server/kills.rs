//! A worker, the server, or both are killed at every moment of a flow. The sandbox's list of jobs is the judge.

use std::env;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use mx_nexus::identity::Identification;
use mx_nexus::values::MemberGuid;
use mx_nexus_restate::{IdentificationClient, Outcome};
use mx_nexus_sandbox::{Fault, JobState, Sandbox};
use tokio::time::sleep;

use crate::processes::{QUICK, Stack, TIMEOUT, answer, answer_until_done, until, until_asked};

#[derive(Clone, Copy, Debug)]
enum Moment {
    BeforeStart,
    DuringStart,
    AfterStart,
    PollWait,
    OpenQuestion,
    DuringAnswer,
    BeforeOwners,
}

#[derive(Clone, Copy, Debug)]
enum Victim {
    Worker,
    Server,
    Both,
}

const MOMENTS: [Moment; 7] = [
    Moment::BeforeStart,
    Moment::DuringStart,
    Moment::AfterStart,
    Moment::PollWait,
    Moment::OpenQuestion,
    Moment::DuringAnswer,
    Moment::BeforeOwners,
];
const VICTIMS: [Victim; 3] = [Victim::Worker, Victim::Server, Victim::Both];

/// Longer than it takes to see that the request was received, and to kill.
const DELAY: Duration = Duration::from_millis(800);

pub(crate) async fn one_paid_job_although_processes_are_killed(server: PathBuf) {
    let rounds = env::var("MX_RESTATE_ROUNDS").map_or(3, |rounds| rounds.parse().unwrap());
    let sandbox = Sandbox::builder().job_time(Duration::from_millis(900));
    let mut stack = Stack::start(&server, "kills", sandbox)
        .await
        .with_workers(1, QUICK)
        .await;
    let mut kills = 0;
    for round in 0..rounds {
        for moment in MOMENTS {
            for victim in VICTIMS {
                let id = format!("{moment:?}-{victim:?}-{round}").to_lowercase();
                // A job that is over when a start is repeated would be paid twice.
                let is_quick =
                    matches!(moment, Moment::DuringStart | Moment::AfterStart) && round % 2 == 0;
                let password = if is_quick { "quick" } else { "challenge" };
                killed(&mut stack, &id, password, moment, victim).await;
                kills += 1;
            }
        }
    }
    println!("  {kills} kills, {kills} flows with one paid job and their owners");
}

async fn killed(stack: &mut Stack, id: &str, password: &str, moment: Moment, victim: Victim) {
    let client = stack.client::<Identification>();
    stack.sandbox.clear_requests();
    let late = match moment {
        Moment::BeforeStart => Some(Fault::delay(DELAY).on_operation("readMember")),
        Moment::DuringStart => Some(Fault::delay(DELAY).on_operation("identifyMember")),
        Moment::DuringAnswer => Some(Fault::delay(DELAY).on_operation("resumeAggregation")),
        Moment::BeforeOwners => Some(Fault::delay(DELAY).on_operation("listAccountOwners")),
        Moment::AfterStart | Moment::PollWait | Moment::OpenQuestion => None,
    };
    if let Some(late) = late {
        stack.sandbox.fault(late).unwrap();
    }
    let member = stack.identify(id, password).await;
    let answering = reach(stack, &client, id, &member, moment).await;
    let begun = Instant::now();
    match victim {
        Victim::Worker => stack.workers[0].kill_and_start_again(),
        Victim::Server => stack.server.kill_and_start_again(),
        Victim::Both => {
            stack.server.kill();
            stack.workers[0].kill_and_start_again();
            stack.server.kill_and_start_again();
        }
    }
    if let Some(answering) = answering {
        // MX has the answer, whatever was killed.
        answering.await.unwrap().unwrap();
    }
    let outcome = answer_until_done(&client, id).await;
    let Outcome::Done { count, handle } = outcome else {
        panic!("{id}: {outcome:?}");
    };
    let owners = client.result(&handle).await.unwrap();
    assert!(count > 0 && owners.len() == count, "{id}: {count} owners");
    assert_eq!(stack.paid_jobs(&member), 1, "{id}");
    stack.sandbox.clear_faults();
    println!(
        "  {id}: {:.1} s after the kill",
        begun.elapsed().as_secs_f64()
    );
}

type Answering = tokio::task::JoinHandle<Result<(), mx_nexus_restate::Error>>;

/// Waits for the moment.
async fn reach(
    stack: &Stack,
    client: &IdentificationClient,
    id: &str,
    member: &MemberGuid,
    moment: Moment,
) -> Option<Answering> {
    let requests = |operation: &str| {
        let requests = stack.sandbox.requests();
        let ours = requests
            .iter()
            .filter(|it| it.member.as_deref() == Some(member.as_str()));
        ours.filter(|it| it.operation == Some(operation)).count()
    };
    let is = |state| {
        let jobs = stack.sandbox.jobs();
        jobs.iter()
            .any(|job| job.member == member.as_str() && job.state == state)
    };
    match moment {
        // The fault is taken when the request arrives, and its answer is late.
        Moment::BeforeStart => {
            until("MX is read", async || stack.sandbox.faults().is_empty()).await
        }
        Moment::DuringStart => {
            until("the job is started", async || stack.paid_jobs(member) == 1).await
        }
        Moment::AfterStart => {
            until("the start is answered", async || {
                requests("identifyMember") == 1
            })
            .await
        }
        Moment::PollWait => until("the job is polled", async || requests("readMember") > 3).await,
        Moment::OpenQuestion => until_asked(client, id).await,
        Moment::DuringAnswer => {
            until_asked(client, id).await;
            let (client, id) = (client.clone(), id.to_owned());
            let answering = tokio::spawn(async move { answer(&client, &id, "correct").await });
            until("MX has the answer", async || !is(JobState::Challenged)).await;
            return Some(answering);
        }
        Moment::BeforeOwners => {
            until_asked(client, id).await;
            answer(client, id, "correct").await.unwrap();
            until("MX has the owners", async || is(JobState::Succeeded)).await;
            until("the owners are read", async || {
                stack.sandbox.faults().is_empty()
            })
            .await;
        }
    }
    assert!(TIMEOUT > DELAY);
    sleep(Duration::from_millis(5)).await;
    None
}
