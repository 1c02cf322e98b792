//! `nexus identify`: the whole way to the owners of an account, each step said as it is taken.

use mx_nexus::values::MemberGuid;

use super::credentials::{Credentials, Defaults};
use super::member;
use crate::answering::Answering;
use crate::arguments::Identify;
use crate::configuration::Access;
use crate::driving::{sandbox_polling, see_through};
use crate::exit::Failure;
use crate::opening::{Opened, ensure};
use crate::terminal::Terminal;

pub(crate) async fn run(arguments: Identify) -> Result<(), Failure> {
    let mut terminal = Terminal::new();
    let interrupt = terminal.interrupt();
    let access = Access::find(&arguments.configuration)?;
    if arguments.create_user && matches!(access, Access::Session { .. }) {
        return Err(Failure::usage(
            "--create-user needs a client id and an API key: a session is of a user who is there",
        ));
    }
    let credentials = Credentials::parse(&arguments.credentials)?;
    let answering = Answering::with(&arguments.driving.answers)?;
    let opened = interrupt
        .unless(Opened::open(access, None, &mut terminal))
        .await?;
    let credentials = match opened.is_sandbox() {
        true => {
            let has_answers = terminal.has_person() || !arguments.driving.answers.is_empty();
            credentials.or(Defaults::of_sandbox(has_answers))
        }
        false => credentials,
    };
    let answering = answering.in_sandbox(opened.is_sandbox());
    let outcome = identify(&arguments, &opened, &credentials, answering, &mut terminal).await;
    opened.close().await;
    outcome
}

async fn identify(
    arguments: &Identify,
    opened: &Opened,
    credentials: &Credentials,
    mut answering: Answering,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let interrupt = terminal.interrupt();
    let member = interrupt
        .unless(find_member(arguments, opened, credentials, terminal))
        .await?;
    let identify = opened.user.identify(member);
    let identify = match opened.is_sandbox() {
        true => identify.with_polling(sandbox_polling()),
        false => identify,
    };
    let driving = &arguments.driving;
    terminal.step("identify", "started");
    let job = identify.prepare(driving.patience);
    see_through(job, opened.kind, driving.json, &mut answering, terminal).await
}

/// The steps up to the member, those of MX's guide.
async fn find_member(
    arguments: &Identify,
    opened: &Opened,
    credentials: &Credentials,
    terminal: &mut Terminal,
) -> Result<MemberGuid, Failure> {
    let user = &opened.user;
    if arguments.create_user {
        ensure(user).await?;
    }
    if let Some(id) = user.id() {
        let made = opened.is_sandbox() || arguments.create_user;
        terminal.step(
            "user",
            if made {
                format!("{id}, made if it was not there")
            } else {
                id.to_owned()
            },
        );
    }
    user.api().await?;
    match user.id() {
        Some(_) => terminal.step("session", "opened with a one-time API token"),
        None => terminal.step("session", "the one that was given"),
    }
    match &arguments.member {
        Some(member) if credentials.is_empty() => {
            terminal.step("member", member);
            Ok(member.as_str().into())
        }
        Some(member) => member::mend(user, member.as_str().into(), credentials, terminal).await,
        None => {
            let name = match (&arguments.institution, opened.is_sandbox()) {
                (Some(name), _) => name.as_str(),
                (None, true) => "MX Bank",
                (None, false) => {
                    return Err(Failure::usage(
                        "what to identify is missing: give --institution, or --member",
                    ));
                }
            };
            let institution = member::find_institution(user, name, terminal).await?;
            member::connect(opened, &institution, credentials, terminal).await
        }
    }
}
