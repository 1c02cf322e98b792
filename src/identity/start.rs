//! The options of a job, before it is started or resumed.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::handle::Version;
use super::machine::Machine;
use super::{
    Answers, Calls, Challenges, IdentityError, Job, JobHandle, OtherJob, Owners, PollPolicy,
    Polling,
};
use crate::error::Error;
use crate::nexus::User;
use crate::values::MemberGuid;

/// A budget that has not been given yet; a job cannot be started without one.
///
/// ```compile_fail
/// # async fn example(user: mx_nexus::User) {
/// let job = user.identify("MBR-1").start().await; // how long to wait is missing
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Unset;

/// The budget of a job.
///
/// ```no_run
/// # async fn example(user: mx_nexus::User) {
/// let job = user.identify("MBR-1").patience(std::time::Duration::from_secs(300)).start().await;
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Patience(Duration);

/// The options of a job while it is driven. Shared by the jobs of a fleet.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    pub(crate) polling: Arc<dyn PollPolicy>,
    pub(crate) person: Duration,
    pub(crate) checks_institution: bool,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            polling: Arc::new(Polling::default()),
            // MX does not document how long it waits for answers; a code by mail takes minutes.
            person: Duration::from_secs(15 * 60),
            checks_institution: true,
        }
    }
}

/// An identification to be started. From [`User::identify`].
///
/// ```no_run
/// # async fn example(user: mx_nexus::User) -> Result<(), mx_nexus::identity::IdentityError> {
/// use std::time::Duration;
/// use mx_nexus::identity::OtherJob;
///
/// let job = user
///     .identify("MBR-1")
///     .include_transactions(false)
///     .on_other_job(OtherJob::Refuse)
///     .check_institution(false)
///     .patience(Duration::from_secs(300))
///     .start()
///     .await?;
/// println!("started {:?}", job.handle().job());
/// # Ok(())
/// # }
/// ```
///
/// Without a budget it cannot be started:
///
/// ```compile_fail
/// # async fn example(user: mx_nexus::User) {
/// let job = user.identify("MBR-1").start().await;
/// # }
/// ```
#[derive(Clone)]
#[must_use = "an identification does nothing until it is started"]
pub struct Identify<P = Unset> {
    calls: Arc<dyn Calls>,
    user: Option<Arc<str>>,
    member: MemberGuid,
    include_transactions: bool,
    other_job: OtherJob,
    terms: Terms,
    patience: P,
}

impl<P: fmt::Debug> fmt::Debug for Identify<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Identify")
            .field("member", &self.member)
            .field("include_transactions", &self.include_transactions)
            .field("other_job", &self.other_job)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

impl User {
    /// Prepares an identification of the owners of a member's accounts. It costs money, and is never started twice by accident.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # async fn example(user: mx_nexus::User) -> Result<(), mx_nexus::identity::IdentityError> {
    /// // No user can answer: a question ends it, and the handle in the error resumes it.
    /// let owners = user.identify("MBR-1").patience(Duration::from_secs(300)).run(async |_| None).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn identify(&self, member: impl Into<MemberGuid>) -> Identify {
        Identify::new(Arc::new(self.clone()), self.shared_id(), member.into())
    }

    /// Resumes a job that was started before, in this or another process. Sends nothing by itself.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # async fn example(nexus: mx_nexus::Nexus, saved: &str) -> Result<(), Box<dyn std::error::Error>> {
    /// let handle: mx_nexus::identity::JobHandle = serde_json::from_str(saved)?;
    /// let user = nexus.user("U-39XBF7");
    /// let mut job = user.resume(handle).patience(Duration::from_secs(300));
    /// let step = job.next().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A handle of another user is refused: its job fails at its first step, with nothing sent.
    pub fn resume(&self, handle: JobHandle) -> Resume {
        let refused = match (handle.user_id(), self.id()) {
            // Whose session a token opens, only MX knows.
            (Some(theirs), Some(ours)) if theirs != ours => {
                let summary = format!("the handle is of the user {theirs}, and this is {ours}");
                Some(Error::request(None, summary))
            }
            _ => None,
        };
        let terms = Terms {
            checks_institution: handle.checks_institution,
            ..Terms::default()
        };
        Resume {
            calls: Arc::new(self.clone()),
            handle,
            terms,
            refused,
        }
    }
}

impl<P> Identify<P> {
    /// Whether transactions are gathered too; by default not.
    pub fn include_transactions(mut self, include: bool) -> Self {
        self.include_transactions = include;
        self
    }

    /// What to do when a job of another kind runs; by default it waits for its end.
    pub fn on_other_job(mut self, other_job: OtherJob) -> Self {
        self.other_job = other_job;
        self
    }

    /// How often to poll.
    pub fn polling(mut self, policy: impl PollPolicy) -> Self {
        self.terms.polling = Arc::new(policy);
        self
    }

    /// The same, with a shared policy.
    pub(crate) fn polling_by(mut self, policy: Arc<dyn PollPolicy>) -> Self {
        self.terms.polling = policy;
        self
    }

    /// How long the user may take to answer, in [`Identify::run`]; by default a quarter of an hour.
    pub fn patience_with_person(mut self, patience: Duration) -> Self {
        self.terms.person = patience;
        self
    }

    /// Whether to read the institution before the start, and to start nothing where it does not support identification; by
    /// default it is read, once an institution and client.
    pub fn check_institution(mut self, check: bool) -> Self {
        self.terms.checks_institution = check;
        self
    }

    /// How long to wait for MX in all; the user's time does not count. Some institutions take minutes.
    pub fn patience(self, patience: Duration) -> Identify<Patience> {
        Identify {
            calls: self.calls,
            user: self.user,
            member: self.member,
            include_transactions: self.include_transactions,
            other_job: self.other_job,
            terms: self.terms,
            patience: Patience(patience),
        }
    }
}

impl Identify<Unset> {
    pub(crate) fn new(calls: Arc<dyn Calls>, user: Option<Arc<str>>, member: MemberGuid) -> Self {
        Self {
            calls,
            user,
            member,
            include_transactions: false,
            other_job: OtherJob::default(),
            terms: Terms::default(),
            patience: Unset,
        }
    }
}

impl Identify<Patience> {
    /// The job, before anything is sent: for programs that must not start it twice even if they die while they start it, and
    /// for engines that make one call a step. Save [`Job::handle_in_flight`] before every step, and [`Job::handle`] after it.
    /// Resume soon: a day later MX's nightly aggregation of the member hides how the job ended.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # fn save(_: &mx_nexus::identity::JobHandle) {}
    /// # async fn example(user: mx_nexus::User) -> Result<(), mx_nexus::identity::IdentityError> {
    /// let mut job = user.identify("MBR-1").patience(Duration::from_secs(300)).prepare();
    /// while !job.handle().has_started() {
    ///     save(&job.handle_in_flight());
    ///     job.next().await?;
    ///     save(job.handle());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn prepare(self) -> Job {
        let handle = JobHandle {
            version: Version,
            user: self.user.as_deref().map(str::to_owned),
            include_transactions: self.include_transactions,
            checks_institution: self.terms.checks_institution,
            machine: Machine::new(&self.member, self.other_job),
            member: self.member,
        };
        Job::new(self.calls, handle, self.terms, self.patience.0)
    }

    /// Starts the job: reads the member, and sends the one POST.
    ///
    /// # Errors
    ///
    /// When MX refuses the start, or a call failed for good. A lost answer is no error: reading settles it.
    pub async fn start(self) -> Result<Job, IdentityError> {
        let mut job = self.prepare();
        job.begin().await?;
        Ok(job)
    }

    /// Starts the job and drives it to its end, asking for answers as often as MX does. See [`Job::until_done`] for an example.
    ///
    /// # Errors
    ///
    /// As [`Job::until_done`].
    pub async fn run<A>(
        self,
        ask: impl AsyncFnMut(Challenges) -> A,
    ) -> Result<Owners, IdentityError>
    where
        A: Into<Option<Answers>>,
    {
        self.start().await?.until_done(ask).await
    }
}

/// A job to resume. From [`User::resume`].
///
/// ```no_run
/// # async fn example(user: mx_nexus::User, saved: &str) -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use mx_nexus::identity::Polling;
///
/// let owners = user
///     .resume(serde_json::from_str(saved)?)
///     .polling(Polling::between(Duration::from_secs(5), Duration::from_secs(30)))
///     .patience(Duration::from_secs(300))
///     .until_done(async |_| None)
///     .await?;
/// println!("{} owners", owners.len());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a job does nothing until it is polled"]
pub struct Resume {
    calls: Arc<dyn Calls>,
    handle: JobHandle,
    terms: Terms,
    refused: Option<Error>,
}

impl fmt::Debug for Resume {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Resume")
            .field("handle", &self.handle)
            .finish_non_exhaustive()
    }
}

impl Resume {
    /// How often to poll.
    pub fn polling(mut self, policy: impl PollPolicy) -> Self {
        self.terms.polling = Arc::new(policy);
        self
    }

    /// The same, with a shared policy.
    pub(crate) fn polling_by(mut self, policy: Arc<dyn PollPolicy>) -> Self {
        self.terms.polling = policy;
        self
    }

    /// How long the user may take to answer, in [`Job::until_done`].
    pub fn patience_with_person(mut self, patience: Duration) -> Self {
        self.terms.person = patience;
        self
    }

    /// The job, with a new budget that begins now.
    pub fn patience(self, patience: Duration) -> Job {
        let mut handle = self.handle;
        handle.machine.renew();
        let job = Job::new(self.calls, handle, self.terms, patience);
        match self.refused {
            Some(error) => job.refused(error),
            None => job,
        }
    }
}
