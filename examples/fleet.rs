//! A hundred members at once, among them a question, a locked login and a bank that has a bad minute:
//! `cargo run --features sandbox --example fleet`.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Duration;

use mx_nexus::User;
use mx_nexus::fleet::Outcome;
use mx_nexus::identity::{Challenges, Identification, JobHandle, Polling};
use mx_nexus::sandbox::{Fault, Sandbox};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::builder()
        .job_time(Duration::from_millis(200))
        .start()
        .await?;
    let nexus = sandbox.nexus().build()?;
    let mut fleet = nexus
        .fleet(Duration::from_secs(60))
        .concurrency(32)
        .polling(Polling::between(
            Duration::from_millis(50),
            Duration::from_millis(200),
        ));
    for number in 1..=100 {
        let password = match number {
            7 => "challenge",
            13 => "LOCKED",
            _ => "any password",
        };
        let id = format!("U-{number}");
        let member = sandbox.add_member(&id, password)?;
        fleet.identify(&nexus.user(id), member);
    }
    // MX answers the next ten polls with an error. A poll may be repeated, so nobody hears of it.
    sandbox.fault(Fault::status(503).on("GET", "/members/*").times(10))?;

    // What outlives this process: the handles of the jobs that have cost, by member. Yours is a table.
    let mut saved: BTreeMap<String, JobHandle> = BTreeMap::new();
    let mut identified = 0;
    while let Some(event) = fleet.next().await {
        let member = event.member.to_string();
        match event.outcome {
            // Saved before the start is sent, so that it is not sent twice if this process dies.
            Outcome::Starting => drop(saved.insert(member, event.handle)),
            Outcome::Done(_owners) => {
                identified += 1;
                saved.remove(&member);
            }
            // A person is needed, and the fleet does not wait for people: the job goes to the web application.
            Outcome::Challenged(challenges) => {
                let Some(handle) = fleet.hand_over(event.job) else {
                    continue;
                };
                saved.insert(member, handle.clone());
                let user = nexus.user(handle.user_id().unwrap_or_default());
                let owners = in_the_web_application(user, handle, &challenges).await?;
                println!("after a question: {owners} owners");
            }
            Outcome::Failed(error) => {
                println!("{}: {error}", event.user_id.unwrap_or_default());
                if let Some(remedy) = error.remedy() {
                    println!("  {remedy}");
                }
            }
            _ => {}
        }
    }
    println!("identified: {identified}");
    Ok(())
}

/// Goes on with a job as another process would: from its handle, with the answer of a person.
async fn in_the_web_application(
    user: User,
    handle: JobHandle,
    challenges: &Challenges,
) -> Result<usize, Box<dyn Error>> {
    let mut job = user
        .resume::<Identification>(handle)?
        .with_polling(Polling::between(
            Duration::from_millis(50),
            Duration::from_millis(200),
        ))
        .prepare(Duration::from_secs(60));
    let person = |_: &_| Ok::<_, std::convert::Infallible>("correct".to_owned());
    job.answer(challenges.answer_all(person)?).await?;
    Ok(job.until_done(async |_| None).await?.len())
}
