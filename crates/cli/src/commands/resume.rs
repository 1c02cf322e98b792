//! `nexus resume` and `nexus status`: a job of any kind that is saved, as a handle or in a job file.

use std::path::Path;

use mx_nexus::aggregation::Aggregation;
use mx_nexus::balance::BalanceCheck;
use mx_nexus::history::ExtendedHistory;
use mx_nexus::identity::Identification;
use mx_nexus::jobs::{JobHandle, KindName, MemberState};
use mx_nexus::values::ConnectionStatus;
use mx_nexus::verification::Verification;
use serde_json::{Value, json};

use crate::access::{Access, Target};
use crate::arguments::{Configuration, Resume, Status};
use crate::exit::Failure;
use crate::follow::{Following, polling};
use crate::input::Input;
use crate::job_file::{self, JobRecord, SavedJob};
use crate::kinds::{self, JobCommand};
use crate::output;
use crate::questions::AnswerSource;
use crate::terminal::Terminal;

pub(crate) async fn run(arguments: Resume) -> Result<(), Failure> {
    let mut terminal = Terminal::new();
    let interrupt = terminal.interrupt();
    let access = find_access(&arguments.configuration)?;
    let answers = AnswerSource::new(&arguments.job.answers)?;
    let record = match &arguments.job.job_file {
        Some(path) => JobRecord::existing(path)?,
        None => JobRecord::default(),
    };
    let handle = match (&arguments.job.job_file, &arguments.handle) {
        (Some(path), _) => handle_of(path, record.saved(), &access)?,
        (None, handle) => read_handle(handle.as_ref())?,
    };
    let user_id = match handle.user_id() {
        Some(id) => Some(id),
        None => access.user_id(&arguments.configuration)?,
    };
    let target = interrupt
        .unless(Target::open(access, user_id, &mut terminal))
        .await?;
    terminal.step("resume", handle.member());
    let resuming = Resuming {
        arguments: &arguments,
        target: &target,
        record,
        answers: answers.in_sandbox(target.is_sandbox),
        terminal: &mut terminal,
    };
    match handle.kind() {
        KindName::Identification => resuming.run::<Identification>(handle).await,
        KindName::Verification => resuming.run::<Verification>(handle).await,
        KindName::Aggregation => resuming.run::<Aggregation>(handle).await,
        KindName::BalanceCheck => resuming.run::<BalanceCheck>(handle).await,
        KindName::ExtendedHistory => resuming.run::<ExtendedHistory>(handle).await,
        other => Err(unknown(other)),
    }
}

struct Resuming<'a> {
    arguments: &'a Resume,
    target: &'a Target,
    record: JobRecord,
    answers: AnswerSource,
    terminal: &'a mut Terminal,
}

impl Resuming<'_> {
    async fn run<K: JobCommand>(self, handle: JobHandle) -> Result<(), Failure> {
        let resume = self.target.user.resume::<K>(handle)?;
        let job = resume
            .with_polling(polling(self.target))
            .prepare(self.arguments.job.timeout);
        let following = Following {
            target: self.target,
            record: self.record,
            answers: self.answers,
            is_json: self.arguments.job.json,
            terminal: self.terminal,
        };
        following.run(job).await
    }
}

/// `nexus status`: reads only.
pub(crate) async fn status(arguments: Status) -> Result<(), Failure> {
    let mut terminal = Terminal::new();
    let interrupt = terminal.interrupt();
    let access = find_access(&arguments.configuration)?;
    let handle = match &arguments.job_file {
        // Another process may be following the job.
        Some(path) => handle_of(path, &job_file::read(path)?, &access)?,
        None => read_handle(arguments.handle.as_ref())?,
    };
    let user_id = match handle.user_id() {
        Some(id) => Some(id),
        None => access.user_id(&arguments.configuration)?,
    };
    let work = async {
        let target = Target::open(access, user_id, &mut terminal).await?;
        let user = &target.user;
        let job = handle.clone();
        Ok(match handle.kind() {
            KindName::Identification => user.resume::<Identification>(job)?.read_member().await?,
            KindName::Verification => user.resume::<Verification>(job)?.read_member().await?,
            KindName::Aggregation => user.resume::<Aggregation>(job)?.read_member().await?,
            KindName::BalanceCheck => user.resume::<BalanceCheck>(job)?.read_member().await?,
            KindName::ExtendedHistory => user.resume::<ExtendedHistory>(job)?.read_member().await?,
            other => return Err(unknown(other)),
        })
    };
    let member = interrupt.unless(work).await?;
    let known = known(&handle, &member);
    match arguments.json {
        true => output::json(&known),
        false => output::write(lines(&known).as_bytes()),
    }
}

/// What is known of a job: its kind and member, whether it was started, and the member as it is now.
fn known(handle: &JobHandle, member: &MemberState) -> Value {
    let reading = &member.reading;
    let questions = member.challenges.iter().map(|challenge| {
        let options = challenge.options().iter().map(|option| option.label());
        json!({"question": challenge.label(), "options": options.collect::<Vec<_>>()})
    });
    json!({
        "command": kinds::command(handle.kind()),
        "member": handle.member(),
        "started": handle.has_started(),
        "job": handle.job(),
        "status": reading.status.as_ref().map(ConnectionStatus::as_str),
        "running": reading.is_being_aggregated,
        "most_recent_job": reading.job,
        "message": member.message,
        "questions": questions.collect::<Vec<_>>(),
    })
}

/// The same as lines of text, without what is not known.
fn lines(known: &Value) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &Value| {
        let shown = match value {
            Value::Null | Value::Array(_) => return,
            Value::Bool(true) => "yes".to_owned(),
            Value::Bool(false) => "no".to_owned(),
            Value::String(text) => crate::terminal::one_line(text),
            other => other.to_string(),
        };
        let name = name.replace('_', " ");
        text.push_str(&format!("{name:<16} {shown}\n"));
    };
    for (name, value) in known.as_object().into_iter().flatten() {
        line(name, value);
    }
    for question in known["questions"].as_array().into_iter().flatten() {
        line("question", &question["question"]);
        for option in question["options"].as_array().into_iter().flatten() {
            line("option", option);
        }
    }
    text
}

fn find_access(configuration: &Configuration) -> Result<Access, Failure> {
    match Access::find(configuration)? {
        Access::Embedded => {
            let failure = Failure::usage("cannot resume: no credentials of MX are set");
            Err(failure.advising(
                "a sandbox inside a process ends with it; `nexus sandbox` runs one that stays, and prints the variables to set",
            ))
        }
        access => Ok(access),
    }
}

fn read_handle(handle: Option<&Input>) -> Result<JobHandle, Failure> {
    let handle = handle.ok_or_else(|| Failure::usage("missing: a handle, or --job-file"))?;
    serde_json::from_str(handle.text("the handle")?.trim()).map_err(|error| {
        Failure::usage(format!("invalid handle: {error}")).advising(
            "a handle is the line of JSON that a job prints when it stops without a --job-file",
        )
    })
}

/// The job in a file, if it is one of this environment that was started.
fn handle_of(path: &Path, saved: &SavedJob, access: &Access) -> Result<JobHandle, Failure> {
    let path = path.display();
    let theirs = (
        saved.request.environment.as_str(),
        saved.request.client_id.as_deref(),
    );
    if theirs != (access.environment_name(), access.client_id()) {
        let message = format!(
            "the job in {path} is of {}, client id {}",
            saved.request.environment,
            saved.request.client_id.as_deref().unwrap_or("none")
        );
        return Err(Failure::usage(message));
    }
    saved.handle.clone().ok_or_else(|| {
        Failure::usage(format!("the job in {path} was not begun")).advising(format!(
            "run `nexus {}` again as before, with this --job-file",
            saved.request.command
        ))
    })
}

fn unknown(kind: KindName) -> Failure {
    Failure::usage(format!("this version of nexus has no command for {kind:?}"))
}
