//! [`Job`]: an identification in the caller's hands, one call at a time, within its budget.
//!
//! What is called, and what its outcome means, is in `acting`; here is when, and what the caller gets of it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::clock::Clock;
use super::error::Circumstances;
use super::machine::{Directive, Machine, Observation};
use super::{
    Calls, Challenge, Challenges, IdentityError, JobHandle, JobStream, Owners, Pace, Progress,
    Remedy, Terms,
};
use crate::error::Error;
use crate::secret::Secret;

mod acting;
mod person;

/// A step of a job.
///
/// ```
/// use mx_nexus::identity::Step;
///
/// fn tell(step: &Step) -> String {
///     match step {
///         Step::Running(progress) => format!("running: {progress}"),
///         Step::Challenged(challenges) => format!("{} questions", challenges.len()),
///         Step::Done(owners) => format!("{} owners", owners.len()),
///         _ => "a step of a later version".to_owned(),
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Step {
    /// MX is at work.
    Running(Progress),
    /// MX asks; [`Job::answer`] goes on.
    Challenged(Challenges),
    /// The owners are there.
    Done(Owners),
}

/// An identification under way, from [`Identify::start`](super::Identify::start) or [`User::resume`](crate::User::resume).
///
/// Three altitudes: [`Job::until_done`] sees it through, [`Job::next`] gives one step after the other, and [`Job::poll`] makes
/// one call and leaves the waiting to the caller. No call is waited for beyond the budget, but that one begun in time has ten
/// seconds; a POST or PUT that is cut off so counts as one whose answer was lost, which reading settles.
///
/// Dropping a job stops polling and nothing else: MX goes on, and [`Job::handle`] finds it again.
///
/// ```no_run
/// # async fn example(user: mx_nexus::User) -> Result<(), Box<dyn std::error::Error>> {
/// let patience = std::time::Duration::from_secs(300);
/// let mut job = user.identify("MBR-1").patience(patience).start().await?;
/// let step = job.next().await?;
/// let saved = serde_json::to_string(job.handle())?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a job does nothing until it is polled"]
pub struct Job {
    calls: Arc<dyn Calls>,
    handle: JobHandle,
    terms: Terms,
    clock: Clock,
    /// The questions that the machine wants answered, once they are known.
    asked: Vec<Challenge>,
    owners: Option<Owners>,
    message: Option<String>,
    oauth_window: Option<Secret>,
    last_error: Option<Error>,
    /// Until when MX has asked to be left alone.
    quiet_until: Option<Instant>,
    /// When the next call is due. Kept, so that a wait that is cut off does not begin anew.
    due: Option<Instant>,
    not_found: u8,
    has_warned: bool,
    over: Option<IdentityError>,
}

impl fmt::Debug for Job {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Job")
            .field("handle", &self.handle)
            .field("clock", &self.clock)
            .finish_non_exhaustive()
    }
}

impl Job {
    pub(super) fn new(
        calls: Arc<dyn Calls>,
        handle: JobHandle,
        terms: Terms,
        patience: Duration,
    ) -> Self {
        Self {
            calls,
            handle,
            terms,
            clock: Clock::start(patience),
            asked: Vec::new(),
            owners: None,
            message: None,
            oauth_window: None,
            last_error: None,
            quiet_until: None,
            due: None,
            not_found: 0,
            has_warned: false,
            over: None,
        }
    }

    /// The same job, which will call nothing and fail with this.
    pub(super) fn refused(mut self, error: Error) -> Self {
        self.over = Some(self.broken(error));
        self
    }

    /// What to save after a step, to go on with elsewhere or later. It changes with every step.
    pub fn handle(&self) -> &JobHandle {
        &self.handle
    }

    /// How far the job has come.
    pub fn progress(&self) -> Progress {
        self.machine().progress()
    }

    /// The next step: waits as long as the polling says, makes one call, and tells what came of it.
    ///
    /// While a question is open it gives the question again, without a call. After the end it gives the same end again. A
    /// call that failed for good is no end: the next step tries again.
    ///
    /// May be dropped at any point, by a timeout or a `select!`: a wait goes on where it was, a read is made again, and a
    /// start whose answer nobody heard is settled by reading.
    ///
    /// ```no_run
    /// # async fn example(mut job: mx_nexus::identity::Job) -> Result<(), mx_nexus::identity::IdentityError> {
    /// use mx_nexus::identity::Step;
    ///
    /// while let Step::Running(progress) = job.next().await? {
    ///     println!("{progress}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Every end without owners, and a budget that ran out; see [`IdentityError`].
    pub async fn next(&mut self) -> Result<Step, IdentityError> {
        sleep_until(self.next_due()).await;
        self.call().await
    }

    /// What to save *before* a call, so that a process that dies in the middle of it loses nothing: if the next call may be
    /// the start, it counts as sent, and whoever resumes from here reads until it is sure before it starts again.
    pub fn handle_in_flight(&self) -> JobHandle {
        let mut handle = self.handle.clone();
        handle.machine.announce();
        handle
    }

    /// One call, without waiting: for engines that sleep themselves, [`Job::delay`] before each, and for tests. What a job
    /// makes of its readings relies on that wait.
    ///
    /// Until a `Retry-After` of MX is over it makes no call.
    ///
    /// ```no_run
    /// # async fn example(mut job: mx_nexus::identity::Job) -> Result<(), mx_nexus::identity::IdentityError> {
    /// tokio::time::sleep(job.delay()).await;
    /// let step = job.poll().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Job::next`].
    pub async fn poll(&mut self) -> Result<Step, IdentityError> {
        if !self.spend() && self.has_to_wait() && !self.quiet_left().is_zero() {
            // MX has asked to be left alone, and whoever does not wait is not served.
            return self.step().await;
        }
        self.call().await
    }

    /// How long to wait before the next [`Job::poll`].
    pub fn delay(&self) -> Duration {
        if !self.has_to_wait() {
            return Duration::ZERO;
        }
        let (pace, polls) = (self.machine().pace(), self.progress().polls);
        let planned = self.terms.polling.delay(pace, polls);
        planned.max(self.quiet_left())
    }

    /// What is left of the budget.
    pub fn patience_left(&self) -> Duration {
        self.clock.left()
    }

    /// The steps as a stream, which ends after the last one.
    pub fn into_stream(self) -> JobStream {
        JobStream::new(self)
    }

    /// Acts until the POST has been sent, or cannot be.
    pub(super) async fn begin(&mut self) -> Result<(), IdentityError> {
        while !self.machine().has_started() {
            self.next().await?;
        }
        Ok(())
    }

    /// When the next call is due.
    pub(crate) fn next_due(&mut self) -> Instant {
        if let Some(due) = self.due {
            return due;
        }
        let due = Instant::now() + self.next_wait();
        self.due = Some(due);
        due
    }

    /// Adds to the budget: time that the job stood in a queue of ours is not its own.
    pub(crate) fn forgive(&mut self, late: Duration) {
        self.clock.forgive(late);
    }

    /// How long to wait before the next call, by the polling and by what is left of the budget: the last poll lands on the
    /// deadline. When nothing is left, the machine is told.
    fn next_wait(&mut self) -> Duration {
        if self.spend() {
            return Duration::ZERO;
        }
        self.delay().min(self.clock.left())
    }

    /// The call that is due, and what came of it.
    pub(crate) async fn call(&mut self) -> Result<Step, IdentityError> {
        if self.clock.left().is_zero() && self.has_to_wait() && !self.quiet_left().is_zero() {
            // MX wants to be left alone for longer than there is patience.
            self.observe(Observation::PatienceSpent);
        }
        self.act().await?;
        self.step().await
    }

    /// The error of a job whose task is gone.
    pub(crate) fn lost(handle: JobHandle) -> IdentityError {
        let error = Error::interrupted("the task of the job panicked or was stopped");
        IdentityError::call(error, Circumstances::of(handle))
    }

    fn machine(&self) -> &Machine {
        &self.handle.machine
    }

    fn observe(&mut self, observation: Observation) {
        self.due = None;
        self.handle.machine.observe(observation);
    }

    /// Whether a wait comes before the next call.
    fn has_to_wait(&self) -> bool {
        self.over.is_none() && self.machine().pace() != Pace::AtOnce
    }

    fn quiet_left(&self) -> Duration {
        let left = |until: Instant| until.saturating_duration_since(Instant::now());
        self.quiet_until.map_or(Duration::ZERO, left)
    }

    /// Ends a budget that leaves nothing for the wait that comes next.
    fn spend(&mut self) -> bool {
        let is_spent = self.has_to_wait() && self.clock.left().is_zero();
        if is_spent {
            self.observe(Observation::PatienceSpent);
        }
        is_spent
    }

    /// Where the machine stands now, as a step or an end.
    async fn step(&mut self) -> Result<Step, IdentityError> {
        self.warn_of_unknown_status();
        let end = match self.machine().directive() {
            Directive::Ask(_) if !self.asked.is_empty() => {
                self.clock.pause();
                return Ok(Step::Challenged(Challenges::new(self.asked.clone())));
            }
            Directive::Finished => {
                return Ok(Step::Done(self.owners.clone().unwrap_or_default()));
            }
            Directive::Ended(end) => {
                if end.remedy() == Remedy::FinishOauth {
                    self.find_oauth_window().await;
                }
                IdentityError::ended(&end, self.circumstances())
            }
            Directive::OutOfPatience(_) => IdentityError::out_of_patience(self.circumstances()),
            _ => return Ok(Step::Running(self.progress())),
        };
        self.over = Some(end.clone());
        Err(end)
    }

    fn warn_of_unknown_status(&mut self) {
        if !self.has_warned
            && let Some(status) = self.progress().unknown_status
        {
            self.has_warned = true;
            crate::trace::unknown_status(&status);
        }
    }

    fn broken(&self, error: Error) -> IdentityError {
        IdentityError::call(error, self.circumstances())
    }

    fn circumstances(&self) -> Circumstances {
        Circumstances {
            handle: self.handle.clone(),
            waited: self.clock.waited(),
            message: self.message.clone(),
            oauth_window: self.oauth_window.clone(),
            last_error: self.last_error.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
