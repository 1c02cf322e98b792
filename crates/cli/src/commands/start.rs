//! `nexus identify` and its siblings: all steps to the result of a job, or the rest of those that a job file has begun.

use mx_nexus::jobs::JobBuilder;
use mx_nexus::values::MemberGuid;

use crate::access::Access;
use crate::arguments::Start;
use crate::connect::Connecting;
use crate::credentials::Credentials;
use crate::exit::Failure;
use crate::follow::{Following, polling};
use crate::job_file::{JobRecord, Request};
use crate::kinds::JobCommand;
use crate::questions::AnswerSource;
use crate::target::{ApiUser, Target};
use crate::terminal::Terminal;

pub(crate) async fn run<K: JobCommand>(
    arguments: Start,
    include_transactions: Option<bool>,
) -> Result<(), Failure> {
    let mut terminal = Terminal::new();
    let interrupt = terminal.interrupt();
    let api = arguments.api.into();
    let access = Access::find(&arguments.configuration, api)?;
    if arguments.create_user && matches!(access, Access::Session { .. }) {
        return Err(Failure::usage(
            "--create-user needs a client id and an API key; a session belongs to a user that exists",
        ));
    }
    let mut credentials = Credentials::parse(&arguments.credentials)?;
    let answers = AnswerSource::new(&arguments.job.answers)?;
    let user = access.user(&arguments.configuration)?;
    let request = Request {
        api: api.name().to_owned(),
        command: K::COMMAND.to_owned(),
        environment: access.environment_name().to_owned(),
        client_id: access.client_id().map(str::to_owned),
        user: user.clone(),
        institution: arguments.institution.clone(),
        member: arguments.member.clone(),
        include_transactions,
    };
    let record = JobRecord::open(arguments.job.job_file.as_deref(), request)?;
    let target = interrupt
        .unless(Target::open(access, api, user.as_deref(), &mut terminal))
        .await?;
    if target.is_sandbox {
        let has_answers = terminal.is_interactive() || !arguments.job.answers.is_empty();
        credentials = credentials.with_sandbox_defaults(has_answers);
    }
    let answers = answers.in_sandbox(target.is_sandbox);
    let start = Starting {
        arguments: &arguments,
        include_transactions,
        target: &target,
        user: user.as_deref(),
        credentials: &credentials,
    };
    let outcome = start.run::<K>(record, answers, &mut terminal).await;
    target.close().await;
    outcome
}

struct Starting<'a> {
    arguments: &'a Start,
    include_transactions: Option<bool>,
    target: &'a Target,
    user: Option<&'a str>,
    credentials: &'a Credentials,
}

impl Starting<'_> {
    async fn run<K: JobCommand>(
        &self,
        mut record: JobRecord,
        answers: AnswerSource,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let interrupt = terminal.interrupt();
        let prepared = interrupt.unless(self.prepare::<K>(&mut record, terminal));
        let job = match prepared.await {
            Ok(job) => job,
            Err(failure) if self.target.is_embedded() => {
                record.remove()?;
                return Err(failure);
            }
            Err(failure) => return Err(failure),
        };
        let job = job
            .with_polling(polling(self.target))
            .prepare(self.arguments.job.timeout);
        let following = Following {
            target: self.target,
            record,
            answers,
            is_json: self.arguments.job.json,
            terminal,
        };
        following.run(job).await
    }

    /// The job of the record, or a new one.
    async fn prepare<K: JobCommand>(
        &self,
        record: &mut JobRecord,
        terminal: &mut Terminal,
    ) -> Result<JobBuilder<K>, Failure> {
        if let Some(handle) = record.saved().handle.clone() {
            terminal.step("continue", handle.member());
            let user = self.target.user(handle.user_id().or(self.user), false);
            return Ok(user.await?.resume::<K>(handle)?);
        }
        let user = self
            .target
            .user(self.user, self.arguments.create_user)
            .await?;
        self.open_session(&user, terminal).await?;
        let member = self.find_member::<K>(&user, record, terminal).await?;
        let job = K::prepare(&user, member);
        Ok(match self.include_transactions {
            Some(include) => K::with_transactions(job, include),
            None => job,
        })
    }

    /// Opens the session of a user of Nexus.
    async fn open_session(&self, user: &ApiUser, terminal: &mut Terminal) -> Result<(), Failure> {
        let is_created = self.target.is_sandbox || self.arguments.create_user;
        let created = if is_created {
            ", created if it did not exist"
        } else {
            ""
        };
        let user = match user {
            ApiUser::Nexus(user) => user,
            ApiUser::Atrium(user) => {
                terminal.step("user", format!("{}{created}", user.guid()));
                return Ok(());
            }
        };
        if let Some(id) = user.id() {
            terminal.step("user", format!("{id}{created}"));
        }
        user.api().await?;
        terminal.step(
            "session",
            match user.id() {
                Some(_) => "opened with a one-time API token",
                None => "from the given session token",
            },
        );
        Ok(())
    }

    /// The steps from an institution to a member.
    async fn find_member<K: JobCommand>(
        &self,
        user: &ApiUser,
        record: &mut JobRecord,
        terminal: &mut Terminal,
    ) -> Result<MemberGuid, Failure> {
        let mut connecting = Connecting {
            api: self.arguments.api.into(),
            target: self.target,
            user,
            credentials: self.credentials,
            timeout: self.arguments.job.timeout,
            record,
            terminal,
        };
        match &self.arguments.member {
            Some(member) if self.credentials.is_empty() => {
                connecting.terminal.step("member", member);
                Ok(member.as_str().into())
            }
            Some(member) => connecting.update::<K>(member.as_str().into()).await,
            None => {
                let name = self.arguments.institution.as_deref();
                let name = name
                    .or(self.target.is_sandbox.then_some(K::SANDBOX_INSTITUTION))
                    .ok_or_else(|| Failure::usage("missing: --institution or --member"))?;
                connecting.connect::<K>(name).await
            }
        }
    }
}
