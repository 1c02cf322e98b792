//! What a web application does, in a terminal: starts an identification, answers its questions, reads the owners.
//! `cargo run --example identify -- ID MEMBER`, with the variables of `nexus sandbox`; the README has the whole flow.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::env;
use std::error::Error;
use std::io::stdin;
use std::time::Duration;

use mx_nexus::Nexus;
use mx_nexus::identity::Answers;
use mx_nexus_restate::{IdentificationClient, Mx, Outcome, Status};

/// How long to wait for MX in all.
const TIMEOUT: Duration = Duration::from_secs(60 * 60);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [id, member] = &arguments[..] else {
        return Err("usage: identify ID MEMBER".into());
    };
    let nexus = Nexus::from_env()?.build()?;
    let user = nexus.user(env::var("MX_USER_ID")?);
    let ingress =
        env::var("RESTATE_INGRESS").unwrap_or_else(|_| "http://127.0.0.1:8080".to_owned());
    let client = IdentificationClient::new(&ingress, Mx::new().with_nexus(nexus))?;

    // An id that is known already is followed, not started.
    client
        .start(id, user.identify(member.as_str()), TIMEOUT)
        .await?;
    let outcome = loop {
        match client.status(id).await? {
            Some(Status::Ended(outcome)) => break *outcome,
            Some(Status::Challenged { .. }) => ask(&client, id).await?,
            _ => tokio::time::sleep(Duration::from_millis(300)).await,
        }
    };
    match outcome {
        Outcome::Done { handle, .. } => {
            for owner in client.result(&handle).await? {
                println!("{}", owner.owner_name.as_deref().unwrap_or("unnamed"));
            }
        }
        Outcome::Failed { message, .. } => println!("{message}"),
    }
    Ok(())
}

/// Shows what is asked, and sends the lines that the user types.
async fn ask(client: &IdentificationClient, id: &str) -> Result<(), Box<dyn Error>> {
    let Some(challenges) = client.questions(id).await? else {
        return Ok(());
    };
    let mut answers = Answers::new();
    for challenge in &challenges {
        println!("{}", challenge.label());
        for option in challenge.options() {
            println!("- {}", option.label());
        }
        let mut line = String::new();
        if stdin().read_line(&mut line)? == 0 {
            return Err("no answer".into());
        }
        answers = answers.with(challenge.guid(), line.trim());
    }
    Ok(client.answer(id, answers).await?)
}
