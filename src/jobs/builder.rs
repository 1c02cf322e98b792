//! The options of a job, before it is started or resumed.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::api::KindApi;
use super::api::{Kind, Options};
use super::driver::Job;
use super::handle::JobHandle;
use super::machine::Machine;
use super::{Answers, Challenges, JobError, OtherJob, PollPolicy, Polling};
use crate::operations::Api;
use crate::telemetry::job::JobTrace;
use crate::values::MemberGuid;

/// How a job is driven. Shared by the jobs of a fleet.
#[derive(Clone, Debug)]
pub(crate) struct Driving {
    pub(crate) polling: Arc<dyn PollPolicy>,
    pub(crate) user_timeout: Duration,
    pub(crate) checks_institution: bool,
    #[cfg(feature = "tracing")]
    pub(crate) has_traced_ids: bool,
}

impl Driving {
    pub(super) fn trace(&self) -> JobTrace {
        #[cfg(feature = "tracing")]
        return JobTrace::with_ids(self.has_traced_ids);
        #[cfg(not(feature = "tracing"))]
        JobTrace::default()
    }
}

/// The default time for answers. MX does not document how long it waits for them; a code by mail takes minutes.
pub(super) const USER_TIMEOUT: Duration = Duration::from_secs(15 * 60);

impl Default for Driving {
    fn default() -> Self {
        Self {
            polling: Arc::new(Polling::default()),
            user_timeout: USER_TIMEOUT,
            checks_institution: true,
            #[cfg(feature = "tracing")]
            has_traced_ids: false,
        }
    }
}

/// A job to be started or resumed, with its options. From [`User::identify`](crate::User::identify) and its siblings, and
/// [`User::resume`](crate::User::resume), of either API.
///
/// The budget is an argument of [`start`](Self::start), [`run`](Self::run) and [`prepare`](Self::prepare): how long to wait
/// for MX in all. The user's time does not count. Some institutions take minutes.
///
/// ```no_run
/// # async fn example(user: mx_nexus::User) -> Result<(), mx_nexus::jobs::JobError> {
/// use std::time::Duration;
/// use mx_nexus::jobs::OtherJob;
///
/// let job = user
///     .identify("MBR-1")
///     .with_transactions(false)
///     .with_other_job(OtherJob::Refuse)
///     .with_institution_check(false)
///     .start(Duration::from_secs(300))
///     .await?;
/// println!("started {:?}", job.handle().job());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a job does nothing until it is started"]
pub struct JobBuilder<K: Kind> {
    api: Arc<dyn KindApi<K>>,
    handle: JobHandle,
    driving: Driving,
    is_resumed: bool,
}

impl<K: Kind> fmt::Debug for JobBuilder<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("JobBuilder")
            .field("handle", &self.handle)
            .field("driving", &self.driving)
            .finish_non_exhaustive()
    }
}

impl<K: Kind> JobBuilder<K> {
    /// A job of a user of this API.
    pub(crate) fn new(
        calls: Arc<dyn KindApi<K>>,
        api: Api,
        user: Option<&str>,
        member: MemberGuid,
    ) -> Self {
        let machine = Machine::new(&member, OtherJob::default()).with_throttle(K::IS_THROTTLED);
        let driving = Driving::default();
        let handle = JobHandle {
            api,
            kind: K::NAME,
            user: user.map(str::to_owned),
            member,
            options: Options::default(),
            check_institution: driving.checks_institution,
            machine,
        };
        Self {
            api: calls,
            handle,
            driving,
            is_resumed: false,
        }
    }

    pub(crate) fn resumed(api: Arc<dyn KindApi<K>>, handle: JobHandle) -> Self {
        let driving = Driving {
            checks_institution: handle.check_institution,
            ..Driving::default()
        };
        Self {
            api,
            handle,
            driving,
            is_resumed: true,
        }
    }

    /// The calls of this kind, and the member that they are for.
    pub(super) fn calls(&self) -> (&dyn KindApi<K>, &MemberGuid) {
        (&*self.api, &self.handle.member)
    }

    /// Changes what is gathered.
    pub(crate) fn with_options(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(&mut self.handle.options);
        self
    }

    /// What to do when a job of another kind runs; by default the job waits for its end.
    pub fn with_other_job(mut self, other_job: OtherJob) -> Self {
        self.handle.machine.set_other_job(other_job);
        self
    }

    /// How often to poll.
    pub fn with_polling(self, policy: impl PollPolicy) -> Self {
        self.with_shared_polling(Arc::new(policy))
    }

    /// The same, with a shared policy.
    pub(crate) fn with_shared_polling(mut self, policy: Arc<dyn PollPolicy>) -> Self {
        self.driving.polling = policy;
        self
    }

    /// How long the user may take to answer, in [`run`](Self::run) and [`Job::until_done`]; by default a quarter of an hour.
    pub fn with_user_timeout(mut self, timeout: Duration) -> Self {
        self.driving.user_timeout = timeout;
        self
    }

    /// Whether to read the institution before the start, and to start nothing where it does not support this kind of job; by
    /// default it is read, once a day, institution and client. Only identification and verification are checked.
    pub fn with_institution_check(mut self, check: bool) -> Self {
        self.driving.checks_institution = check;
        self.handle.check_institution = check;
        self
    }

    /// Adds the ids of user and member to the span of the job; by default they are in no span.
    #[cfg(feature = "tracing")]
    #[cfg_attr(docsrs, doc(cfg(feature = "tracing")))]
    pub fn with_traced_ids(mut self) -> Self {
        self.driving.has_traced_ids = true;
        self
    }

    /// The job, before anything is sent: for programs that must not start it twice even if they die while they start it, and
    /// for engines that make one call a step. Save [`JobHandle::in_flight`] before every step, and [`Job::handle`] after it.
    /// Resume soon: a day later MX's nightly aggregation of the member hides how the job ended.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # fn save(_: &mx_nexus::jobs::JobHandle) {}
    /// # async fn example(user: mx_nexus::User) -> Result<(), mx_nexus::jobs::JobError> {
    /// let mut job = user.identify("MBR-1").prepare(Duration::from_secs(300));
    /// while !job.handle().has_started() {
    ///     save(&job.handle().in_flight());
    ///     job.next().await?;
    ///     save(job.handle());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn prepare(self, timeout: Duration) -> Job<K> {
        let mut handle = self.handle;
        if self.is_resumed {
            handle.machine.renew();
        }
        Job::new(self.api, handle, self.driving, timeout)
    }

    /// Starts the job: reads the member, and sends the one POST, unless nothing of the budget is left by then. A job that is
    /// resumed and has started sends nothing.
    ///
    /// # Errors
    ///
    /// When MX refuses the start, or a call failed for good. A lost answer is no error: reading settles it.
    pub async fn start(self, timeout: Duration) -> Result<Job<K>, JobError> {
        let mut job = self.prepare(timeout);
        job.begin().await?;
        Ok(job)
    }

    /// Starts or resumes the job and drives it to its end, asking for answers as often as MX does.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// use mx_nexus::jobs::Challenge;
    ///
    /// # async fn example(user: mx_nexus::User) -> Result<(), mx_nexus::jobs::JobError> {
    /// let ask = |challenge: &Challenge| match challenge.label() {
    ///     "What city were you born in?" => Ok("Lehi"),
    ///     _ => Err("only the user knows"),
    /// };
    /// let owners = user
    ///     .identify("MBR-1")
    ///     .run(Duration::from_secs(300), async |challenges| challenges.answer_all(ask).ok())
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// `None` in place of answers ends it with an error that can be resumed.
    ///
    /// # In a task of its own
    ///
    /// For `tokio::spawn` the closure owns what it uses: `async move`, with clones of what is used elsewhere.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # use mx_nexus::jobs::{Answers, Challenges};
    /// # async fn ask(_: &Challenges, _: &str) -> Option<Answers> { None }
    /// # fn example(user: mx_nexus::User, chat: String) {
    /// let task = tokio::spawn(async move {
    ///     let identify = user.identify("MBR-1");
    ///     identify.run(Duration::from_secs(300), async move |challenges: Challenges| ask(&challenges, &chat).await).await
    /// });
    /// # }
    /// ```
    ///
    /// A closure that borrows is refused by the compiler with ``implementation of `Send` is not general enough``, at `spawn`:
    ///
    /// ```compile_fail
    /// # use std::time::Duration;
    /// # use mx_nexus::jobs::{Answers, Challenges};
    /// # async fn ask(_: &Challenges, _: &str) -> Option<Answers> { None }
    /// # fn example(user: mx_nexus::User, chat: String) {
    /// let task = tokio::spawn(async move {
    ///     let identify = user.identify("MBR-1");
    ///     identify.run(Duration::from_secs(300), async |challenges: Challenges| ask(&challenges, &chat).await).await
    /// });
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Job::until_done`].
    pub async fn run<A>(
        self,
        timeout: Duration,
        ask: impl AsyncFnMut(Challenges) -> A,
    ) -> Result<K::Output, JobError>
    where
        A: Into<Option<Answers>>,
    {
        self.prepare(timeout).until_done(ask).await
    }
}
