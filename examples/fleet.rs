//! Identifies 2,000 users in one process: with questions, locked logins, lost answers and refusals.
//! `cargo run -p mx-nexus --example fleet`.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};
use std::{error::Error, io};

use mx_nexus::fleet::{Fleet, Outcome};
use mx_nexus::identity::{Challenge, JobError, Polling};
use mx_nexus_sandbox::{Fault, JobKind, Sandbox};

const USERS: usize = 2_000;
const CONCURRENCY: usize = 64;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let began = Instant::now();
    let sandbox = Sandbox::builder()
        .job_time(Duration::from_millis(20))
        .start()
        .await?;
    let nexus = sandbox.nexus().build()?;
    sandbox.fault(Fault::reset_after_processing().rate(0.02).seed(1))?;
    sandbox.fault(Fault::status(503).rate(0.01).seed(2))?;

    // For the sandbox. The default, three seconds, is for MX.
    let polling = Polling::between(Duration::from_millis(5), Duration::from_millis(20));
    let mut fleet = Fleet::new(Duration::from_secs(60))
        .with_concurrency(CONCURRENCY)
        .with_polling(polling);
    for number in 0..USERS {
        let id = format!("U-{number}");
        let member = sandbox.add_member(&id, password(number))?;
        fleet.start(nexus.user(id).identify(member));
    }

    // In production a database table, which outlives the process.
    let mut saved = HashMap::new();
    let mut ended = BTreeMap::<String, usize>::new();
    let mut asked = 0;
    while let Some(event) = fleet.next().await {
        let end = match event.outcome {
            Outcome::Starting => {
                // Before the start is sent: a process that resumes it does not start it twice.
                saved.insert(event.job, event.handle);
                continue;
            }
            Outcome::Running(_) => continue,
            Outcome::Challenged(challenges) => {
                asked += 1;
                fleet.answer(event.job, challenges.answer_all(ask)?)?;
                continue;
            }
            Outcome::Done(owners) => {
                saved.remove(&event.job);
                if owners.is_empty() {
                    "done without owners"
                } else {
                    "done with owners"
                }
                .to_owned()
            }
            Outcome::Failed(error) => {
                saved.remove(&event.job);
                if error.is_resumable() {
                    saved.insert(event.job, error.handle().clone());
                }
                describe(&error)
            }
        };
        *ended.entry(end).or_default() += 1;
    }

    for (end, count) in &ended {
        println!("{count:5}  {end}");
    }
    println!("{asked} asked, {} left to resume", saved.len());

    let log = sandbox.requests();
    let faults = log.iter().filter(|request| request.fault.is_some()).count();
    println!("{faults} faults in the last {} requests", log.len());
    let mut starts = BTreeMap::<String, usize>::new();
    for job in sandbox
        .jobs()
        .into_iter()
        .filter(|job| job.kind == JobKind::Identification)
    {
        *starts.entry(job.member).or_default() += 1;
    }
    let twice = starts.values().filter(|count| **count > 1).count();
    println!(
        "{} members were started, {twice} of them more than once",
        starts.len()
    );
    println!("{:.1} s", began.elapsed().as_secs_f64());
    Ok(())
}

/// The text of an error names its member; this does not, so that equal ends can be counted.
fn describe(error: &JobError) -> String {
    match (error.status(), error.remedy()) {
        (Some(status), Some(remedy)) => format!("{:?} {status}: {remedy}", error.kind()),
        (_, _) => format!("{:?}", error.kind()),
    }
}

/// One in ten members asks, one in twenty is locked.
fn password(number: usize) -> &'static str {
    match number % 20 {
        0 | 1 => "challenge",
        2 => "LOCKED",
        _ => "any other",
    }
}

fn ask(_: &Challenge) -> io::Result<&'static str> {
    Ok("correct")
}
