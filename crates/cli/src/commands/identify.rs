//! `nexus identify` and `nexus resume`: all steps to the owners of the accounts of a member.

use mx_nexus::identity::{Identification, JobHandle};
use mx_nexus::values::MemberGuid;

use crate::access::{Access, Target, ensure};
use crate::arguments::{Identify, Resume};
use crate::connect;
use crate::credentials::Credentials;
use crate::exit::Failure;
use crate::follow::{follow, polling};
use crate::questions::AnswerSource;
use crate::terminal::Terminal;

pub(crate) async fn run(arguments: Identify) -> Result<(), Failure> {
    let mut terminal = Terminal::new();
    let interrupt = terminal.interrupt();
    let access = Access::find(&arguments.configuration)?;
    if arguments.create_user && matches!(access, Access::Session { .. }) {
        return Err(Failure::usage(
            "--create-user needs a client id and an API key; a session belongs to a user that exists",
        ));
    }
    let mut credentials = Credentials::parse(&arguments.credentials)?;
    let answers = AnswerSource::new(&arguments.job.answers)?;
    let user_id = arguments.configuration.user_id();
    let target = interrupt
        .unless(Target::open(access, user_id, &mut terminal))
        .await?;
    if target.is_sandbox {
        let has_answers = terminal.is_interactive() || !arguments.job.answers.is_empty();
        credentials = credentials.with_sandbox_defaults(has_answers);
    }
    let answers = answers.in_sandbox(target.is_sandbox);
    let outcome = identify(&arguments, &target, &credentials, answers, &mut terminal).await;
    target.close().await;
    outcome
}

async fn identify(
    arguments: &Identify,
    target: &Target,
    credentials: &Credentials,
    answers: AnswerSource,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let interrupt = terminal.interrupt();
    let member = interrupt
        .unless(find_member(arguments, target, credentials, terminal))
        .await?;
    let identify = target.user.identify(member).with_polling(polling(target));
    let job = identify.prepare(arguments.job.timeout);
    follow(job, target, arguments.job.json, answers, terminal).await
}

/// The steps before the identification, in the order of MX's guide.
async fn find_member(
    arguments: &Identify,
    target: &Target,
    credentials: &Credentials,
    terminal: &mut Terminal,
) -> Result<MemberGuid, Failure> {
    let user = &target.user;
    if arguments.create_user {
        ensure(user).await?;
    }
    match user.id() {
        Some(id) if target.is_sandbox || arguments.create_user => {
            terminal.step("user", format!("{id}, created if it did not exist"));
        }
        Some(id) => terminal.step("user", id),
        None => {}
    }
    user.api().await?;
    terminal.step(
        "session",
        match user.id() {
            Some(_) => "opened with a one-time API token",
            None => "from the given session token",
        },
    );
    match &arguments.member {
        Some(member) if credentials.is_empty() => {
            terminal.step("member", member);
            Ok(member.as_str().into())
        }
        Some(member) => {
            let member = member.as_str().into();
            let member = connect::update(user, member, credentials, terminal).await?;
            terminal.step("member", format!("{member}, credentials updated"));
            Ok(member)
        }
        None => {
            let name = arguments.institution.as_deref();
            let name = name
                .or(target.is_sandbox.then_some("MX Bank"))
                .ok_or_else(|| Failure::usage("missing: --institution or --member"))?;
            let institution = connect::find_institution(user, name, terminal).await?;
            connect::connect(target, &institution, credentials, terminal).await
        }
    }
}

pub(crate) async fn resume(arguments: Resume) -> Result<(), Failure> {
    let mut terminal = Terminal::new();
    let interrupt = terminal.interrupt();
    let access = Access::find(&arguments.configuration)?;
    if access == Access::Embedded {
        let failure = Failure::usage("cannot resume: no credentials of MX are set");
        return Err(failure.advising(
            "a sandbox inside a process ends with it; `nexus sandbox` runs one that stays, and prints the variables to set",
        ));
    }
    let handle = read_handle(&arguments.handle.text("the handle")?)?;
    let answers = AnswerSource::new(&arguments.job.answers)?;
    let user_id = handle.user_id().or(arguments.configuration.user_id());
    let target = interrupt
        .unless(Target::open(access, user_id, &mut terminal))
        .await?;
    terminal.step("resume", handle.member());
    let resume = target
        .user
        .resume::<Identification>(handle)?
        .with_polling(polling(&target));
    let job = resume.prepare(arguments.job.timeout);
    let answers = answers.in_sandbox(target.is_sandbox);
    follow(job, &target, arguments.job.json, answers, &mut terminal).await
}

fn read_handle(text: &str) -> Result<JobHandle, Failure> {
    serde_json::from_str(text.trim()).map_err(|error| {
        Failure::usage(format!("invalid handle: {error}"))
            .advising("a handle is the line of JSON that `nexus identify` prints when a job stops")
    })
}
