//! Whole identifications over the wire, each a transcript: what was asked of MX, what it answered, and what the caller saw.
//!
//! Every transcript is a snapshot in `snapshots/`, to be read from top to bottom. Lines in front are requests with the
//! status of their answer and the member it showed: `CREATED~#2` is a member in status CREATED, being aggregated, its latest
//! job the second. Lines set in are the steps of the job.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fmt::Write as _;
use std::time::Duration;

use mx_nexus::identity::{
    Answers, Challenge, ChallengeKind, Challenges, Identify, IdentityError, IdentityErrorKind, Job,
    Owners, Patience, Polling, Step,
};

#[path = "../support/script.rs"]
mod script;

mod ends;
mod mishaps;
mod questions;
mod starting;
mod straight;

use script::{LONG, Reply, Server, member, owners};

fn identify(server: &Server) -> Identify<Patience> {
    let identify = server.user().identify("MBR-1");
    identify.polling(at_once()).patience(LONG)
}

fn at_once() -> Polling {
    Polling::between(Duration::ZERO, Duration::ZERO)
}

/// Runs the job of a script to its end, and gives the transcript of all that was scripted.
async fn transcript(script: impl IntoIterator<Item = Reply>) -> String {
    let server = Server::start(script);
    run(&server, identify(&server)).await;
    all_of(&server)
}

fn all_of(server: &Server) -> String {
    assert_eq!(server.unused(), 0, "{}", server.transcript());
    server.transcript()
}

async fn run(server: &Server, identify: Identify<Patience>) {
    match identify.start().await {
        Ok(job) => {
            server.note("  started");
            walk(server, job).await;
        }
        Err(error) => note_end(server, &error),
    }
}

/// Takes every step, and answers every question: the first option, or Lehi.
async fn walk(server: &Server, mut job: Job) {
    loop {
        match job.next().await {
            Ok(Step::Running(progress)) => {
                let wait = job.delay();
                let later = if wait > Duration::ZERO && wait < LONG {
                    format!(", next in {} s", wait.as_secs_f64().ceil())
                } else {
                    String::new()
                };
                server.note(format!("  running: {progress}{later}"));
            }
            Ok(Step::Challenged(challenges)) => {
                for challenge in &challenges {
                    server.note(format!("  asked: {}", describe(challenge)));
                }
                if let Err(error) = job.answer(answers(&challenges)).await {
                    return note_end(server, &error);
                }
                server.note("  answered");
            }
            Ok(Step::Done(owners)) => return server.note(format!("  done: {}", count(&owners))),
            Ok(other) => panic!("{other:?}"),
            Err(error) => return note_end(server, &error),
        }
    }
}

fn answers(challenges: &Challenges) -> Answers {
    let choose = |challenge: &Challenge| {
        let first = challenge.options().first();
        Ok::<_, ()>(first.map_or("Lehi", |option| option.label()).to_owned())
    };
    challenges.answer_all(choose).unwrap()
}

fn describe(challenge: &Challenge) -> String {
    let mut text = format!("{} {:?} ", challenge.guid(), challenge.label());
    match challenge.kind() {
        ChallengeKind::Text => text += "by text",
        ChallengeKind::Token => text += "by token",
        ChallengeKind::Image(image) => write!(text, "by {image:?}").unwrap(),
        _ => {
            for option in challenge.options() {
                let image = option.image().map(|image| format!(" {image:?}"));
                write!(text, "[{}{}]", option.label(), image.unwrap_or_default()).unwrap();
            }
        }
    }
    text
}

fn count(owners: &Owners) -> String {
    let accounts = owners.by_account().into_iter().map(|(account, owners)| {
        let account = account.map_or("no account", |account| account.as_str());
        format!("{account} has {}", owners.len())
    });
    let accounts: Vec<String> = accounts.collect();
    if accounts.is_empty() {
        "no owners".to_owned()
    } else {
        accounts.join(", ")
    }
}

fn note_end(server: &Server, error: &IdentityError) {
    let text = error.to_string();
    let text = match text.split_once(" ran out after ") {
        Some((before, after)) => {
            let (_seconds, rest) = after.split_once(" s ").unwrap();
            format!("{before} ran out {rest}")
        }
        None => text,
    };
    let resumable = if error.is_resumable() {
        "resumable"
    } else {
        "not resumable"
    };
    server.note(format!("  {:?}, {resumable}: {text}", error.kind()));
    if let Some(message) = error.message() {
        server.note(format!("  to the person: {message}"));
    }
    if let Some(address) = error.oauth_window() {
        assert!(address.expose().starts_with("https://"));
        server.note("  to the person: an address to open");
    }
    if let Some(cause) = error.call_error()
        && error.kind() != IdentityErrorKind::Call
    {
        server.note(format!("  the last failed call: {cause}"));
    }
}

/// A member whose second job did what it should, and its owners.
fn well() -> [Reply; 2] {
    [member("CONNECTED#2"), owners(&["ACT-1", "ACT-1", "ACT-2"])]
}

/// A script that starts the second job of the member, and goes on.
fn after_start(script: impl IntoIterator<Item = Reply>) -> Vec<Reply> {
    let start = [member("CONNECTED#1"), member("CREATED~#2")];
    start.into_iter().chain(script).collect()
}

fn then(
    script: impl IntoIterator<Item = Reply>,
    more: impl IntoIterator<Item = Reply>,
) -> Vec<Reply> {
    script.into_iter().chain(more).collect()
}
