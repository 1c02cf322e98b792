//! The other kinds of jobs, with questions and failures, on the sandbox: `cargo run -p mx-nexus --example other_jobs`.
//! One function runs a job of any kind; what an error says decides whether the handle of the job is kept, to be resumed.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;
use std::time::Duration;

use mx_nexus::Nexus;
use mx_nexus::jobs::{Challenges, JobBuilder, JobHandle, Kind, KindName, Polling, Remedy};
use mx_nexus::values::Amount;
use mx_nexus::verification::Verification;
use mx_nexus_sandbox::{JobKind, Sandbox};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::builder()
        .job_time(Duration::from_millis(50))
        .start()
        .await?;
    let nexus = Nexus::builder(sandbox.environment())
        .credentials(sandbox.client_id(), sandbox.api_key())
        .build()?;
    let user = nexus.user("U-39XBF7");

    // The password decides what happens in the sandbox: this one leads to a question in each job.
    let member = sandbox.add_member("U-39XBF7", "challenge")?;
    let answer = Some("correct");
    run(user.verify(&member), answer, |numbers| {
        format!("numbers of {} accounts", numbers.len())
    })
    .await;
    run(user.aggregate(&member), answer, |accounts| {
        format!("{} accounts", accounts.len())
    })
    .await;
    run(user.check_balance(&member), answer, |accounts| {
        let total: Amount = accounts.iter().filter_map(|account| account.balance).sum();
        format!("{total:.2} on all accounts")
    })
    .await;
    run(user.extend_history(&member), answer, |job| {
        format!("finished at {:?}", job.finished_at)
    })
    .await;

    // No answer: the job goes on at MX, and its handle resumes it, here or in another process.
    let numbers = |numbers: &Vec<_>| format!("numbers of {} accounts", numbers.len());
    let kept = run(user.verify(&member), None, numbers).await;
    let saved = serde_json::to_string(&kept.ok_or("the job was not kept")?)?;
    let handle: JobHandle = serde_json::from_str(&saved)?;
    let resumed = user.resume::<Verification>(handle)?;
    run(resumed, answer, numbers).await;

    // A failed login. It may be paid for, so its handle is kept although it cannot be resumed.
    let member = sandbox.add_member("U-39XBF7", "INVALID")?;
    run(user.verify(&member), answer, numbers).await;

    // A job that the partner may not start: nothing to pay for and nothing to resume.
    sandbox.forbid(JobKind::Verification);
    run(user.verify(&member), answer, numbers).await;
    Ok(())
}

/// Runs a job of any kind to its end, with this answer to every question, and prints its result or what to do about its failure.
/// Returns the handle of a job that is to be kept.
async fn run<K: Kind>(
    job: JobBuilder<K>,
    answer: Option<&str>,
    describe: impl FnOnce(&K::Output) -> String,
) -> Option<JobHandle> {
    let kind: KindName = K::NAME;
    println!("{kind:?}");
    let ask = async |challenges: Challenges| {
        let answers = challenges.answer_all(|challenge| {
            println!("  asked: {}", challenge.label());
            answer.ok_or("the user is away")
        });
        answers.ok()
    };
    // For the sandbox. The default, three seconds, is for MX.
    let quick = Polling::between(Duration::from_millis(20), Duration::from_millis(50));
    let error = match job
        .with_polling(quick)
        .run(Duration::from_secs(60), ask)
        .await
    {
        Ok(result) => {
            println!("  {}", describe(&result));
            return None;
        }
        Err(error) => error,
    };
    println!("  {error}");
    match error.remedy() {
        Some(Remedy::UpdateCredentials) => println!("  show the form of user.reconnect(member)"),
        Some(remedy) => println!("  remedy: {remedy}"),
        None => println!("  no remedy is known"),
    }
    let kept = match (error.is_resumable(), error.has_cost()) {
        (true, _) => "to resume it",
        (false, true) => "to ask MX about its cost",
        (false, false) => return None,
    };
    println!("  kept, {kept}: {:?}", error.handle().job());
    Some(error.handle().clone())
}
