//! All steps from an API key to the owners of an account, on the sandbox: `cargo run -p mx-nexus --example identify`.
//! Asks its question on the terminal; without a terminal it uses the right answer.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;
use std::io::{BufRead, IsTerminal, Write};
use std::time::Duration;

use mx_nexus::Nexus;
use mx_nexus::connect::{FormValues, Search};
use mx_nexus::identity::{Challenge, Polling, Step};
use mx_nexus_sandbox::Sandbox;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start().await?;
    println!("the sandbox listens on {}", sandbox.address());

    // With credentials of MX, Nexus::from_env()?.build()?; the rest is the same.
    let nexus = Nexus::builder(sandbox.environment())
        .credentials(sandbox.client_id(), sandbox.api_key())
        .build()?;
    nexus.users()?.ensure("U-39XBF7").await?;
    let user = nexus.user("U-39XBF7");

    let found = user
        .search_institutions(Search::by_name("MX Bank").identifying())
        .await?;
    let bank = found.first().ok_or("no such bank")?;
    let form = user.connect(bank).await?;
    let mut entries = FormValues::new();
    for field in form.fields() {
        println!(
            "field: {} (input type {})",
            field.label(),
            field.html_input()
        );
        // In the sandbox the password selects what happens: this one leads to a question.
        let entry = match field.html_input() {
            "password" => "challenge",
            _ => "mxuser",
        };
        entries = entries.with(field.guid(), entry);
    }
    let connection = form.submit(entries).await?;
    println!("member: {}", connection.member());

    let mut job = user
        .identify(connection.member())
        // For the sandbox. The default, three seconds, is for MX.
        .with_polling(Polling::between(
            Duration::from_millis(200),
            Duration::from_secs(1),
        ))
        .start(Duration::from_secs(60))
        .await?;
    let owners = loop {
        match job.next().await? {
            Step::Running(progress) => println!("… {progress}"),
            Step::Challenged(challenges) => job.answer(challenges.answer_all(ask)?).await?,
            Step::Done(owners) => break owners,
        }
    };
    for (account, owners) in owners.by_account() {
        let account = account.map_or("no account", |account| account.as_str());
        for owner in owners {
            let name = owner
                .owner_name
                .as_deref()
                .unwrap_or("an owner without a name");
            println!("{account} belongs to {name}");
        }
    }
    Ok(())
}

/// Asks the question on the terminal.
fn ask(challenge: &Challenge) -> std::io::Result<String> {
    print!("{} (right answer: correct) ", challenge.label());
    std::io::stdout().flush()?;
    if !std::io::stdin().is_terminal() {
        println!("correct");
        return Ok("correct".to_owned());
    }
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim().to_owned())
}
