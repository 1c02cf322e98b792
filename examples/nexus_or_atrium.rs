//! Identifies a member by Nexus or by Atrium, with the same code after the first line: `cargo run -p mx-nexus --features atrium
//! --example nexus_or_atrium -- atrium`. Without an argument it does both, on the sandbox.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;
use std::time::Duration;

use mx_nexus::identity::{Answers, Challenges, Identify, JobError, Owners, Polling};
use mx_nexus_sandbox::Sandbox;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::builder()
        .job_time(Duration::from_millis(200))
        .start()
        .await?;
    let wanted = std::env::args().nth(1);
    for api in ["nexus", "atrium"] {
        if wanted.as_deref().is_some_and(|wanted| wanted != api) {
            continue;
        }
        // With credentials of MX: Nexus::builder or Atrium::builder with Environment::integration().
        let identify = match api {
            "nexus" => {
                let member = sandbox.add_member("U-1", "challenge")?;
                sandbox.nexus().build()?.user("U-1").identify(member)
            }
            _ => {
                let user = sandbox.add_atrium_user("U-1")?;
                let member = sandbox.add_atrium_member(&user, "challenge")?;
                sandbox.atrium().build()?.user(user).identify(member)
            }
        };
        println!("{api}: {} owners", owners(identify).await?.len());
    }
    Ok(())
}

/// Your code: it does not know the API.
async fn owners(identify: Identify) -> Result<Owners, JobError> {
    // For the sandbox. The default, three seconds, is for MX.
    let quick = Polling::between(Duration::from_millis(50), Duration::from_millis(200));
    let identify = identify.with_polling(quick);
    identify.run(Duration::from_secs(60), answer).await
}

/// In the sandbox this is the right answer to every question.
async fn answer(challenges: Challenges) -> Option<Answers> {
    for challenge in &challenges {
        println!("question: {}", challenge.label());
    }
    let answers = challenges.iter();
    Some(answers.fold(Answers::new(), |answers, challenge| {
        answers.with(challenge.guid(), "correct")
    }))
}
