//! Identifies a hundred members at once, with a question, a locked login and failing polls:
//! `cargo run -p mx-nexus --example fleet`.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Duration;

use mx_nexus::User;
use mx_nexus::fleet::{Fleet, Outcome};
use mx_nexus::identity::{Challenges, Identification, JobHandle, Polling};
use mx_nexus_sandbox::{Fault, Sandbox};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::builder()
        .job_time(Duration::from_millis(200))
        .start()
        .await?;
    let nexus = sandbox.nexus().build()?;
    let mut fleet = Fleet::new(Duration::from_secs(60))
        .with_concurrency(32)
        .with_polling(quick());
    for number in 1..=100 {
        let password = match number {
            7 => "challenge",
            13 => "LOCKED",
            _ => "any password",
        };
        let id = format!("U-{number}");
        let member = sandbox.add_member(&id, password)?;
        fleet.start(nexus.user(id).identify(member));
    }
    // The next ten polls fail with 503. Polls are retried, so no event shows it.
    sandbox.fault(Fault::status(503).on("GET", "/members/*").times(10))?;

    // The handles of the paid jobs, by member. In production a database table, which outlives the process.
    let mut saved: BTreeMap<String, JobHandle> = BTreeMap::new();
    let mut identified = 0;
    while let Some(event) = fleet.next().await {
        let member = event.member.to_string();
        match event.outcome {
            // Saved before the start is sent, so that a crash does not start the job twice.
            Outcome::Starting => drop(saved.insert(member, event.handle)),
            Outcome::Done(_owners) => {
                identified += 1;
                saved.remove(&member);
            }
            // The end user must answer, and a fleet does not wait for end users: another process continues the job.
            Outcome::Challenged(challenges) => {
                let Some(handle) = fleet.remove_challenged(event.job) else {
                    continue;
                };
                saved.insert(member, handle.clone());
                let user = nexus.user(handle.user_id().unwrap_or_default());
                let owners = answer_in_web_application(user, handle, &challenges).await?;
                println!("owners after a question: {owners}");
            }
            Outcome::Failed(error) => {
                println!("{}: {error}", event.user_id.unwrap_or_default());
            }
            Outcome::Running(_) => {}
        }
    }
    println!("identified: {identified}");
    Ok(())
}

/// Polling for the sandbox. The default, three seconds, is for MX.
fn quick() -> Polling {
    Polling::between(Duration::from_millis(50), Duration::from_millis(200))
}

/// Continues a job as another process would: from its handle, with the answer of the end user.
async fn answer_in_web_application(
    user: User,
    handle: JobHandle,
    challenges: &Challenges,
) -> Result<usize, Box<dyn Error>> {
    let mut job = user
        .resume::<Identification>(handle)?
        .with_polling(quick())
        .prepare(Duration::from_secs(60));
    let end_user = |_: &_| Ok::<_, std::convert::Infallible>("correct".to_owned());
    job.answer(challenges.answer_all(end_user)?).await?;
    Ok(job.until_done(async |_| None).await?.len())
}
