//! Sees a job through on behalf of `identify` and `resume`: waits, asks, and says how to go on when it stops.

use std::time::Duration;

use mx_nexus::identity::{Challenges, Job, JobError, JobHandle, Owners, Polling, Remedy, Step};

use crate::answering::Answering;
use crate::exit::{Exit, Failure};
use crate::opening::Kind;
use crate::output;
use crate::table;
use crate::terminal::Terminal;

/// A job that stopped without owners.
struct Stop {
    failure: Failure,
    /// Where the job can go on.
    handle: Option<JobHandle>,
    /// How to begin anew, when a person has acted.
    again: Option<String>,
}

/// How often a sandbox is polled; it does not mind.
pub(crate) fn sandbox_polling() -> Polling {
    Polling::between(Duration::from_millis(200), Duration::from_secs(1))
}

/// Drives the job, and prints what came of it: owners, or the handle to go on with.
pub(crate) async fn see_through(
    job: Job,
    kind: Kind,
    is_json: bool,
    answering: &mut Answering,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let stop = match drive(job, answering, terminal).await {
        Ok(owners) => {
            terminal.step("owners", count(&owners));
            return match is_json {
                true => output::json(&owners.iter().collect::<Vec<_>>()),
                false => output::write(table::owners(&owners, output::width()).as_bytes()),
            };
        }
        Err(stop) => stop,
    };
    terminal.rest();
    let Some(handle) = stop.handle else {
        return Err(stop
            .failure
            .advising_all(stop.again.filter(|_| kind != Kind::Embedded)));
    };
    let line = serde_json::to_string(&handle)
        .map_err(|error| Failure::new(Exit::Failed, format!("the handle is no JSON: {error}")))?;
    // Where stdout takes nothing, the handle must not get lost.
    if is_json || output::line_taken(&line).is_err() {
        terminal.say(line);
    }
    let advice = how_to_go_on(kind, stop.failure.exit);
    Err(stop.failure.advising(advice))
}

fn how_to_go_on(kind: Kind, exit: Exit) -> &'static str {
    match (kind, exit) {
        (Kind::Embedded, _) => {
            "that line is the handle, but the sandbox has ended with this process, and the job with it; `nexus sandbox` in another terminal keeps one alive, and prints what to set"
        }
        (_, Exit::Waiting) => {
            "that line is the handle; go on with: nexus resume 'HANDLE' --answer VALUE"
        }
        _ => "that line is the handle; go on with: nexus resume 'HANDLE'",
    }
}

async fn drive(
    mut job: Job,
    answering: &mut Answering,
    terminal: &mut Terminal,
) -> Result<Owners, Stop> {
    let interrupt = terminal.interrupt();
    loop {
        let step = tokio::select! {
            step = job.next() => step,
            () = interrupt.heard() => return Err(Stop::at(Failure::interrupted(), &job)),
        };
        match step.map_err(Stop::of)? {
            Step::Running(progress) => {
                let status = progress.last_status.as_ref();
                let news = status.map_or("no status yet", |status| status.as_str());
                terminal.wait(news, &progress);
            }
            Step::Challenged(challenges) => {
                answer(&mut job, &challenges, answering, terminal).await?;
            }
            Step::Done(owners) => {
                terminal.rest();
                return Ok(owners);
            }
        }
    }
}

async fn answer(
    job: &mut Job,
    challenges: &Challenges,
    answering: &mut Answering,
    terminal: &mut Terminal,
) -> Result<(), Stop> {
    let answers = match answering.answer(challenges, terminal).await {
        Ok(Some(answers)) => answers,
        Ok(None) => {
            let failure = Failure::new(Exit::Waiting, waiting(challenges.len(), answering.left()));
            return Err(Stop::at(failure, job));
        }
        Err(failure) => return Err(Stop::at(failure, job)),
    };
    let interrupt = terminal.interrupt();
    tokio::select! {
        sent = job.answer(answers) => return sent.map_err(Stop::of),
        () = interrupt.heard() => {}
    }
    Err(Stop::at(Failure::interrupted(), job))
}

fn waiting(questions: usize, answers: usize) -> String {
    match (questions, answers) {
        (1, _) => "the institution asks a question, and nobody is here to answer".to_owned(),
        (several, 0) => {
            format!("the institution asks {several} questions, and nobody is here to answer")
        }
        (several, few) => format!(
            "the institution asks {several} questions, which have to be answered together, and of the answers only {few} came along"
        ),
    }
}

fn count(owners: &Owners) -> String {
    let accounts = owners.by_account().len();
    let plural = |count: usize, word: &str| match count {
        1 => format!("1 {word}"),
        _ => format!("{count} {word}s"),
    };
    format!(
        "{} of {}",
        plural(owners.len(), "owner"),
        plural(accounts, "account")
    )
}

fn again(error: &JobError) -> String {
    let member = error.handle().member();
    let credentials = match error.remedy() {
        Some(Remedy::UpdateCredentials) => " --credential LABEL=…",
        _ => "",
    };
    format!("then: nexus identify --member {member}{credentials}")
}

impl Stop {
    fn at(failure: Failure, job: &Job) -> Self {
        Self {
            failure,
            handle: Some(job.handle().clone()),
            again: None,
        }
    }

    fn of(error: JobError) -> Self {
        let exit = Exit::of(&error);
        let mut failure = Failure::new(exit, error.to_string());
        if let Some(message) = error.message() {
            failure = failure.advising(format!("MX says: {message}"));
        }
        if let Some(window) = error.oauth_window() {
            failure = failure.advising(format!("the page is at {}", window.expose()));
        }
        Self {
            failure,
            handle: error.is_resumable().then(|| error.handle().clone()),
            again: (exit == Exit::PersonMustAct).then(|| again(&error)),
        }
    }
}
