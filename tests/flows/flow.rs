//! Runs a script to its end, by the API that this copy of the source is named after.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use mx_nexus::identity::{
    Answers, Challenge, ChallengeKind, Challenges, Identify, Job, JobError, JobErrorKind, Owners,
    Polling, Step,
};

use mx_nexus::operations::Api;

use crate::script::{LONG, Reply, Server, member, owners};

mod ends;
mod failures;
mod kinds;
mod questions;
mod starting;
mod straight;

fn api() -> Api {
    let is_this = |api: &&Api| module_path!().ends_with(api.name());
    *Api::ALL.iter().find(is_this).unwrap()
}

fn start(script: impl IntoIterator<Item = Reply>) -> Arc<Server> {
    Server::start_by(api(), script)
}

fn identify(server: &Server) -> Identify {
    server.client().identify().with_polling(at_once())
}

pub(crate) fn at_once() -> Polling {
    Polling::between(Duration::ZERO, Duration::ZERO)
}

/// Runs the job of a script to its end, and returns the transcript.
pub(crate) async fn transcript(script: impl IntoIterator<Item = Reply>) -> String {
    let server = start(script);
    run(&server, identify(&server)).await;
    all_of(&server)
}

pub(crate) fn all_of(server: &Server) -> String {
    assert_eq!(server.unused(), 0, "{}", server.transcript());
    shortened(&server.transcript())
}

/// The transcript with equal polls in a row shown once.
fn shortened(transcript: &str) -> String {
    let lines: Vec<&str> = transcript.lines().collect();
    let is_running = |line: Option<&&str>| line.is_some_and(|it| it.starts_with("  running: "));
    let (mut text, mut at) = (String::new(), 0);
    while at < lines.len() {
        let poll = lines[at];
        let mut count = 0;
        while lines.get(at + 2 * count) == Some(&poll) && is_running(lines.get(at + 2 * count + 1))
        {
            count += 1;
        }
        if count < 3 {
            writeln!(text, "{poll}").unwrap();
            at += 1;
        } else {
            at += 2 * count;
            writeln!(text, "{poll}, {count} times\n{}", lines[at - 1]).unwrap();
        }
    }
    text
}

pub(crate) async fn run(server: &Server, identify: Identify) {
    run_for(LONG, server, identify).await;
}

async fn run_for(timeout: Duration, server: &Server, identify: Identify) {
    match identify.start(timeout).await {
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

fn note_end(server: &Server, error: &JobError) {
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
        server.note(format!("  for the user: {message}"));
    }
    if let Some(address) = error.oauth_window() {
        assert!(address.expose().starts_with("https://"));
        server.note("  for the user: an address to open");
    }
    if let Some(cause) = error.call_error()
        && error.kind() != JobErrorKind::Call
    {
        server.note(format!("  the last failed call: {cause}"));
    }
}

/// A member whose second job succeeded, and its owners.
pub(crate) fn success() -> [Reply; 2] {
    [member("CONNECTED#2"), owners(&["ACT-1", "ACT-1", "ACT-2"])]
}

/// A script that starts the second job of the member, and goes on.
pub(crate) fn after_start(script: impl IntoIterator<Item = Reply>) -> Vec<Reply> {
    let start = [member("CONNECTED#1"), member("CREATED~#2")];
    start.into_iter().chain(script).collect()
}

pub(crate) fn then(
    script: impl IntoIterator<Item = Reply>,
    more: impl IntoIterator<Item = Reply>,
) -> Vec<Reply> {
    script.into_iter().chain(more).collect()
}
