//! `nexus resume` and `nexus status`: a job of any kind that is saved, as a handle or in a job file.

use std::path::Path;

use mx_nexus::jobs::{JobHandle, KindName, MemberState};
use mx_nexus::values::{ConnectionStatus, JobGuid};
use serde::Serialize;

use crate::access::Access;
use crate::arguments::{Configuration, Resume, Status};
use crate::exit::Failure;
use crate::follow::{Following, polling};
use crate::input::Input;
use crate::job_file::{self, JobRecord, SavedJob};
use crate::kinds::{self, JobCommand, by_kind};
use crate::output;
use crate::questions::AnswerSource;
use crate::target::{ApiUser, Target};
use crate::terminal::{Terminal, one_line};

pub(crate) async fn run(arguments: Resume) -> Result<(), Failure> {
    let mut terminal = Terminal::new();
    let interrupt = terminal.interrupt();
    let answers = AnswerSource::new(&arguments.job.answers)?;
    let record = match &arguments.job.job_file {
        Some(path) => JobRecord::existing(path)?,
        None => JobRecord::default(),
    };
    let (handle, access) = match (&arguments.job.job_file, &arguments.handle) {
        (Some(path), _) => saved_in(path, record.saved(), &arguments.configuration)?,
        (None, handle) => given(handle.as_ref(), &arguments.configuration)?,
    };
    let opened = open(&handle, access, &arguments.configuration, &mut terminal);
    let (target, user) = interrupt.unless(opened).await?;
    terminal.step("resume", handle.member());
    let resuming = Resuming {
        arguments: &arguments,
        target: &target,
        user: &user,
        record,
        answers: answers.in_sandbox(target.is_sandbox),
        terminal: &mut terminal,
    };
    by_kind!(
        handle.kind(),
        K => resuming.run::<K>(handle).await,
        _ => Err(unknown(handle.kind()))
    )
}

struct Resuming<'a> {
    arguments: &'a Resume,
    target: &'a Target,
    user: &'a ApiUser,
    record: JobRecord,
    answers: AnswerSource,
    terminal: &'a mut Terminal,
}

impl Resuming<'_> {
    async fn run<K: JobCommand>(self, handle: JobHandle) -> Result<(), Failure> {
        let resume = self.user.resume::<K>(handle)?;
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
    let configuration = &arguments.configuration;
    let (handle, access) = match &arguments.job_file {
        // Another process may be following the job.
        Some(path) => saved_in(path, &job_file::read(path)?, configuration)?,
        None => given(arguments.handle.as_ref(), configuration)?,
    };
    let work = async {
        let (_target, user) = open(&handle, access, configuration, &mut terminal).await?;
        by_kind!(
            handle.kind(),
            K => Ok(user.resume::<K>(handle.clone())?.read_member().await?),
            _ => Err(unknown(handle.kind()))
        )
    };
    let member = interrupt.unless(work).await?;
    let known = Known::of(&handle, &member);
    match arguments.json {
        true => output::json(&known),
        false => output::write(known.lines().as_bytes()),
    }
}

/// What is known of a job, and its member as it is now.
#[derive(Serialize)]
struct Known<'a> {
    command: Option<&'static str>,
    member: &'a str,
    started: bool,
    job: Option<&'a str>,
    status: Option<&'a str>,
    running: Option<bool>,
    most_recent_job: Option<&'a str>,
    message: Option<&'a str>,
    questions: Vec<Question<'a>>,
}

#[derive(Serialize)]
struct Question<'a> {
    question: &'a str,
    options: Vec<&'a str>,
}

impl<'a> Known<'a> {
    fn of(handle: &'a JobHandle, member: &'a MemberState) -> Self {
        let reading = &member.reading;
        let questions = member.challenges.iter().map(|challenge| Question {
            question: challenge.label(),
            options: challenge.options().iter().map(|it| it.label()).collect(),
        });
        Self {
            command: kinds::command(handle.kind()),
            member: handle.member().as_str(),
            started: handle.has_started() && !handle.is_blocked(),
            job: handle.job().map(JobGuid::as_str),
            status: reading.status.as_ref().map(ConnectionStatus::as_str),
            running: reading.is_being_aggregated,
            most_recent_job: reading.job.as_ref().map(JobGuid::as_str),
            message: member.message.as_deref(),
            questions: questions.collect(),
        }
    }

    /// A line for each thing that is known.
    fn lines(&self) -> String {
        let yes_or_no = |is_so: bool| if is_so { "yes" } else { "no" };
        let facts = [
            ("command", self.command),
            ("member", Some(self.member)),
            ("started", Some(yes_or_no(self.started))),
            ("job", self.job),
            ("status", self.status),
            ("running", self.running.map(yes_or_no)),
            ("latest job", self.most_recent_job),
            ("message", self.message),
        ];
        let questions = self.questions.iter().flat_map(|question| {
            let options = question.options.iter().map(|option| ("option", *option));
            std::iter::once(("question", question.question)).chain(options)
        });
        let facts = facts
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        let lines = facts
            .chain(questions)
            .map(|(name, value)| format!("{name:<12} {}\n", one_line(value)));
        lines.collect()
    }
}

/// The target for a handle, and the user that it is of.
async fn open(
    handle: &JobHandle,
    access: Access,
    configuration: &Configuration,
    terminal: &mut Terminal,
) -> Result<(Target, ApiUser), Failure> {
    let user = match handle.user_id() {
        Some(id) => Some(id.to_owned()),
        None => access.user(configuration)?,
    };
    let target = Target::open(access, handle.api(), user.as_deref(), terminal).await?;
    let user = target.user(user.as_deref(), false).await?;
    Ok((target, user))
}

/// The handle of an argument, and the access to its API.
fn given(
    handle: Option<&Input>,
    configuration: &Configuration,
) -> Result<(JobHandle, Access), Failure> {
    let handle = handle.ok_or_else(|| Failure::usage("missing: a handle, or --job-file"))?;
    let handle: JobHandle =
        serde_json::from_str(handle.text("the handle")?.trim()).map_err(|error| {
            Failure::usage(format!("invalid handle: {error}")).advising(
                "a handle is the line of JSON that a job prints when it stops without a --job-file",
            )
        })?;
    let access = Access::find(configuration, handle.api())?;
    if access == Access::Embedded {
        return Err(Failure::usage("no credentials of MX are set").advising(
            "a sandbox inside a process ends with it; `nexus sandbox` runs one that stays, and prints the variables to set",
        ));
    }
    Ok((handle, access))
}

/// The job in a file, if it was begun and is one of this environment, and the access to its API.
fn saved_in(
    path: &Path,
    saved: &SavedJob,
    configuration: &Configuration,
) -> Result<(JobHandle, Access), Failure> {
    let path = path.display();
    let request = &saved.request;
    let Some(handle) = saved.handle.clone() else {
        let message = format!("the job in {path} was not begun");
        return Err(Failure::usage(message).advising(format!(
            "run `nexus {}` again as before, with this --job-file",
            request.command
        )));
    };
    let access = Access::find(configuration, handle.api())?;
    let theirs = (request.environment.as_str(), request.client_id.as_deref());
    if theirs != (access.environment_name(), access.client_id()) {
        let message = format!(
            "the job in {path} is of {}, client id {}",
            request.environment,
            request.client_id.as_deref().unwrap_or("none")
        );
        return Err(Failure::usage(message).advising("set the variables of MX as for that job"));
    }
    Ok((handle, access))
}

fn unknown(kind: KindName) -> Failure {
    Failure::usage(format!("this version of nexus has no command for {kind:?}"))
}
