//! [`Job`]: drives a job, one call at a time, within its budget.
//!
//! Which request is made, and what its outcome means, is in `requests`; here is when, and what the caller gets.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::api::Kind;
use super::api::KindApi;
use super::clock::Clock;
use super::error::Circumstances;
use super::machine::{Directive, Machine, Observation};
use super::{
    Answers, Challenge, Challenges, Driving, JobError, JobHandle, JobStream, Pace, Progress, Remedy,
};
use crate::error::Error;
use crate::secret::Secret;
use crate::telemetry::job::{self as telemetry, JobTrace};
use crate::values::InstitutionGuid;

mod answering;
mod options;
mod packing;
mod requests;

pub(crate) use packing::PackedJob;

use options::OptionForm;

/// A step of a job.
///
/// ```
/// use mx_nexus::identity::Step;
///
/// fn describe(step: &Step) -> String {
///     match step {
///         Step::Running(progress) => format!("running: {progress}"),
///         Step::Challenged(challenges) => format!("{} questions", challenges.len()),
///         Step::Done(owners) => format!("{} owners", owners.len()),
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Step<K: Kind> {
    /// MX is working.
    Running(Progress),
    /// MX asks questions; [`Job::answer`] goes on.
    Challenged(Challenges),
    /// The result was read.
    Done(K::Output),
}

/// A job under way, from [`JobBuilder::start`](super::JobBuilder::start) or [`JobBuilder::prepare`](super::JobBuilder::prepare).
///
/// [`Job::until_done`] drives it to its end, [`Job::next`] gives one step after the other, and [`Job::poll`] makes one call and
/// leaves the waiting to the caller. Each request of a step may take ten seconds beyond the budget, and a step makes up to three
/// requests; a POST or PUT that is cut off counts as one whose answer was lost, which reading settles.
///
/// Dropping a job stops polling and nothing else: MX goes on, and a job resumed from [`Job::handle`] finds it again.
///
/// ```no_run
/// # async fn example(user: mx_nexus::User) -> Result<(), Box<dyn std::error::Error>> {
/// let mut job = user.identify("MBR-1").start(std::time::Duration::from_secs(300)).await?;
/// let step = job.next().await?;
/// let saved = serde_json::to_string(job.handle())?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a job does nothing until it is polled"]
pub struct Job<K: Kind> {
    api: Arc<dyn KindApi<K>>,
    handle: JobHandle,
    driving: Driving,
    clock: Clock,
    /// The questions that the machine wants answered, once they are known.
    asked: Vec<Challenge>,
    result: Option<K::Output>,
    message: Option<String>,
    oauth_window: Option<Secret>,
    last_error: Option<Error>,
    /// Send no request before this (`Retry-After`).
    not_before: Option<Instant>,
    /// When the next call is due. Kept, so that a wait that is cut off is not begun again.
    due: Option<Instant>,
    is_woken: bool,
    institution: Option<InstitutionGuid>,
    /// Answers whose PUT was lost.
    lost_answers: Option<Answers>,
    option_form: OptionForm,
    has_warned: bool,
    over: Option<JobError>,
    trace: JobTrace,
}

impl<K: Kind> fmt::Debug for Job<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Job")
            .field("handle", &self.handle)
            .field("clock", &self.clock)
            .finish_non_exhaustive()
    }
}

impl<K: Kind> Job<K> {
    pub(super) fn new(
        api: Arc<dyn KindApi<K>>,
        handle: JobHandle,
        driving: Driving,
        timeout: Duration,
    ) -> Self {
        Self {
            trace: driving.trace(),
            api,
            handle,
            driving,
            clock: Clock::start(timeout),
            asked: Vec::new(),
            result: None,
            message: None,
            oauth_window: None,
            last_error: None,
            not_before: None,
            due: None,
            is_woken: false,
            institution: None,
            lost_answers: None,
            option_form: OptionForm::default(),
            has_warned: false,
            over: None,
        }
    }

    /// What to save after a step, to resume in another process or later. It changes with every step.
    pub fn handle(&self) -> &JobHandle {
        &self.handle
    }

    /// How far the job has come.
    pub fn progress(&self) -> Progress {
        self.machine().progress()
    }

    /// The next step: waits by the polling, makes one call, and returns the outcome.
    ///
    /// While a question is open it gives the question again, without a call. After the end it gives the same end again. A
    /// call that failed for good is no end: the next step tries again.
    ///
    /// May be dropped at any point, by a timeout or a `select!`: a wait goes on where it was, a read is made again, and a
    /// start whose answer was lost is settled by reading.
    ///
    /// ```no_run
    /// # async fn example(mut job: mx_nexus::identity::Job) -> Result<(), mx_nexus::jobs::JobError> {
    /// use mx_nexus::jobs::Step;
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
    /// Every end without a result, and a budget that ran out; see [`JobError`].
    pub async fn next(&mut self) -> Result<Step<K>, JobError> {
        self.wait().await;
        self.call().await
    }

    /// Waits until the next call is due.
    async fn wait(&mut self) {
        let due = self.next_due();
        // The timer would round a wait that is over up to a millisecond.
        if due > Instant::now() {
            sleep_until(due).await;
        }
    }

    /// One call, without waiting: for engines that sleep themselves, [`Job::delay`] before each, and for tests. How a job
    /// judges its readings relies on that wait.
    ///
    /// While a `Retry-After` of MX lasts it makes no call.
    ///
    /// ```no_run
    /// # async fn example(mut job: mx_nexus::identity::Job) -> Result<(), mx_nexus::jobs::JobError> {
    /// tokio::time::sleep(job.delay()).await;
    /// let step = job.poll().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Job::next`].
    pub async fn poll(&mut self) -> Result<Step<K>, JobError> {
        if !self.spend() && self.has_to_wait() && !self.retry_after_left().is_zero() {
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
        let planned = if self.is_woken {
            Duration::ZERO
        } else {
            self.driving.polling.delay(pace, polls)
        };
        planned.max(self.retry_after_left())
    }

    /// What is left of the budget.
    pub fn time_left(&self) -> Duration {
        self.clock.left()
    }

    /// Makes the next poll due now, because a webhook reported something about the member.
    pub fn wake(&mut self) {
        self.is_woken = true;
        self.due = None;
    }

    /// The steps of the job as a stream, which ends after the last one.
    pub fn updates(self) -> JobStream<K> {
        JobStream::new(self)
    }

    /// Makes calls until the POST has been sent, or cannot be.
    pub(super) async fn begin(&mut self) -> Result<(), JobError> {
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

    /// Adds to the budget: time in a queue of ours does not count.
    pub(crate) fn extend(&mut self, late: Duration) {
        self.clock.extend(late);
    }

    /// How long to wait before the next call, by the polling and by what is left of the budget: the last poll lands on the
    /// deadline.
    fn next_wait(&mut self) -> Duration {
        if self.spend() {
            return Duration::ZERO;
        }
        self.delay().min(self.clock.left())
    }

    /// Makes the call that is due, and returns the outcome.
    pub(crate) async fn call(&mut self) -> Result<Step<K>, JobError> {
        self.request().await?;
        self.step().await
    }

    /// Makes the call that is due.
    async fn request(&mut self) -> Result<(), JobError> {
        let is_refused = self.has_to_wait() && !self.retry_after_left().is_zero();
        if is_refused && self.clock.left().is_zero() {
            // `Retry-After` lasts longer than the budget.
            self.observe(Observation::BudgetSpent);
        }
        let scope = self.trace.scope(&self.handle);
        scope.around(self.act()).await
    }

    fn machine(&self) -> &Machine {
        &self.handle.machine
    }

    fn observe(&mut self, observation: Observation) {
        self.due = None;
        self.is_woken = false;
        self.handle.machine.observe(observation);
        self.trace.observed(&self.handle);
    }

    /// Whether a wait comes before the next call.
    fn has_to_wait(&self) -> bool {
        self.over.is_none() && self.machine().pace() != Pace::AtOnce
    }

    fn retry_after_left(&self) -> Duration {
        let left = |until: Instant| until.saturating_duration_since(Instant::now());
        self.not_before.map_or(Duration::ZERO, left)
    }

    /// Ends a budget of which nothing is left for the wait that comes next.
    fn spend(&mut self) -> bool {
        let is_spent = self.has_to_wait() && self.clock.left().is_zero();
        if is_spent {
            self.observe(Observation::BudgetSpent);
        }
        is_spent
    }

    /// The present state of the machine, as a step or an end.
    async fn step(&mut self) -> Result<Step<K>, JobError> {
        self.warn_of_unknown_status();
        let end = match self.machine().directive() {
            Directive::Ask(_) if !self.asked.is_empty() => {
                if self.answer_again().await? {
                    return Ok(Step::Running(self.progress()));
                }
                self.clock.pause();
                let is_of_other_job = self.machine().is_blocked();
                let challenges = Challenges::new(self.asked.clone(), is_of_other_job);
                return Ok(Step::Challenged(challenges));
            }
            // A finished machine without a result is one that was loaded and not renewed: then there is more to do.
            Directive::Finished => {
                return Ok(match &self.result {
                    Some(result) => Step::Done(result.clone()),
                    None => Step::Running(self.progress()),
                });
            }
            Directive::Ended(end) => {
                if end.remedy() == Remedy::FinishOauth {
                    self.find_oauth_window().await;
                }
                JobError::ended(&end, self.circumstances())
            }
            Directive::TimedOut(_) => JobError::timed_out(self.circumstances()),
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
            telemetry::unknown_status(&status);
        }
    }

    fn failed(&mut self, error: Error) -> JobError {
        self.trace.failed(&error);
        JobError::call(error, self.circumstances())
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
