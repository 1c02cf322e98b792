//! Follows a job to its end for `identify` and `resume`: polls, answers questions, prints owners, or the handle to continue with.

use std::time::Duration;

use mx_nexus::identity::{Challenges, Job, JobError, JobHandle, Owners, Polling, Remedy, Step};

use crate::access::Target;
use crate::exit::{Exit, Failure};
use crate::output;
use crate::questions::AnswerSource;
use crate::terminal::Terminal;

/// A job that stopped without owners.
struct Stop {
    failure: Failure,
    /// To continue the job.
    handle: Option<JobHandle>,
    /// The command for a new job, after the end user has acted.
    next_command: Option<String>,
}

/// A sandbox is polled more often than MX.
pub(crate) fn polling(target: &Target) -> Polling {
    match target.is_sandbox {
        true => Polling::between(Duration::from_millis(200), Duration::from_secs(1)),
        false => Polling::default(),
    }
}

/// Follows the job and prints its outcome: owners, or a handle.
pub(crate) async fn follow(
    job: Job,
    target: &Target,
    is_json: bool,
    mut answers: AnswerSource,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let outcome = run(job, &mut answers, terminal).await;
    terminal.stop_spinner();
    let stop = match outcome {
        Ok(owners) => {
            terminal.step("owners", count(&owners));
            return match is_json {
                true => output::json(&owners.iter().collect::<Vec<_>>()),
                false => output::write(output::owners(&owners, output::width()).as_bytes()),
            };
        }
        Err(stop) => stop,
    };
    let Some(handle) = stop.handle else {
        let next_command = stop.next_command.filter(|_| !target.is_embedded());
        return Err(stop.failure.advising_all(next_command));
    };
    let line = serde_json::to_string(&handle)
        .map_err(|error| Failure::failed("cannot write the handle as JSON", &error))?;
    // A handle that stdout does not take goes to stderr.
    if is_json || output::try_write(format!("{line}\n").as_bytes()).is_err() {
        terminal.print(line);
    }
    let advice = match stop.failure.exit {
        _ if target.is_embedded() => {
            "the line of JSON is the handle, but this job has ended with the sandbox inside this process; `nexus sandbox` in another terminal runs one that stays, and prints the variables to set"
        }
        Exit::AnswerMissing => {
            "the line of JSON is the handle; continue with: nexus resume 'HANDLE' --answer VALUE"
        }
        _ => "the line of JSON is the handle; continue with: nexus resume 'HANDLE'",
    };
    Err(stop.failure.advising(advice))
}

async fn run(
    mut job: Job,
    answers: &mut AnswerSource,
    terminal: &mut Terminal,
) -> Result<Owners, Stop> {
    let interrupt = terminal.interrupt();
    let mut is_started = job.handle().has_started();
    loop {
        let step = tokio::select! {
            step = job.next() => step,
            () = interrupt.received() => return Err(Stop::at(Failure::interrupted(), &job)),
        };
        if !is_started && job.handle().has_started() {
            is_started = true;
            terminal.step("identify", "started");
        }
        match step.map_err(Stop::of)? {
            Step::Running(progress) => {
                let status = progress.last_status.as_ref();
                let status = status.map_or("no status yet", |status| status.as_str());
                terminal.waiting(status, &progress);
            }
            Step::Challenged(challenges) => {
                answer(&mut job, &challenges, answers, terminal).await?;
            }
            Step::Done(owners) => return Ok(owners),
        }
    }
}

async fn answer(
    job: &mut Job,
    challenges: &Challenges,
    answers: &mut AnswerSource,
    terminal: &mut Terminal,
) -> Result<(), Stop> {
    let answers = match answers.answer(challenges, terminal).await {
        Ok(answers) => answers,
        Err(failure) => return Err(Stop::at(failure, job)),
    };
    let interrupt = terminal.interrupt();
    tokio::select! {
        sent = job.answer(answers) => return sent.map_err(Stop::of),
        () = interrupt.received() => {}
    }
    Err(Stop::at(Failure::interrupted(), job))
}

fn count(owners: &Owners) -> String {
    let plural = |count: usize, word: &str| match count {
        1 => format!("1 {word}"),
        _ => format!("{count} {word}s"),
    };
    let accounts = owners.by_account().len();
    format!(
        "{} of {}",
        plural(owners.len(), "owner"),
        plural(accounts, "account")
    )
}

impl Stop {
    fn at(failure: Failure, job: &Job) -> Self {
        Self {
            failure,
            handle: Some(job.handle().clone()),
            next_command: None,
        }
    }

    fn of(error: JobError) -> Self {
        let exit = Exit::of(&error);
        let mut failure = Failure::new(exit, error.to_string()).caused_by(&error);
        if let Some(message) = error.message() {
            failure = failure.advising(format!("message from MX: {message}"));
        }
        if let Some(window) = error.oauth_window() {
            failure = failure.advising(format!("page to sign in at: {}", window.expose()));
        }
        let next_command = || {
            let member = error.handle().member();
            let credentials = match error.remedy() {
                Some(Remedy::UpdateCredentials) => " --credential LABEL=…",
                _ => "",
            };
            format!("then: nexus identify --member {member}{credentials}")
        };
        Self {
            failure,
            handle: error.is_resumable().then(|| error.handle().clone()),
            next_command: (exit == Exit::EndUserMustAct).then(next_command),
        }
    }
}
