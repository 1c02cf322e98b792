//! [`Job`]: does what the machine says, one call at a time, within its budget.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::clock::Clock;
use super::error::Circumstances;
use super::machine::{Directive, Machine, Observation, Reading};
use super::{
    Answers, Calls, Challenge, Challenges, End, IdentityError, JobHandle, JobStream, Owners, Pace,
    Progress, Terms,
};
use crate::api::types::{ChallengeResponse, MemberResponse, ResumeRequest};
use crate::error::Error;
use crate::secret::Secret;

/// How long a read may go on when the budget is spent: a read that was begun in time is worth its answer.
const LAST_READ: Duration = Duration::from_secs(10);

/// How often in a row a member may be unknown: right after its creation it is, for a moment (inferred).
const UNKNOWN_MEMBERS: u8 = 3;

/// How often answers are sent that provably did not arrive.
const SENDINGS: u8 = 3;

/// A step of a job.
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

/// An identification under way.
///
/// Dropping a job stops polling and nothing else: MX goes on, and [`Job::handle`] finds it again.
#[must_use = "a job does nothing until it is polled"]
pub struct Job {
    calls: Arc<dyn Calls>,
    handle: JobHandle,
    terms: Terms,
    clock: Clock,
    asked: Vec<Challenge>,
    owners: Option<Owners>,
    message: Option<String>,
    oauth_window: Option<Secret>,
    last_error: Option<Error>,
    asked_to_wait: Duration,
    unknown_members: u8,
    has_warned: bool,
    failed: Option<IdentityError>,
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
            asked_to_wait: Duration::ZERO,
            unknown_members: 0,
            has_warned: false,
            failed: None,
        }
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
    /// After the end it gives the same end again.
    ///
    /// # Errors
    ///
    /// Every end without owners, and a budget that ran out; see [`IdentityError`].
    pub async fn next(&mut self) -> Result<Step, IdentityError> {
        let wait = self.next_wait();
        if !wait.is_zero() {
            sleep(wait).await;
        }
        self.poll().await
    }

    /// How long to wait before the next call, by the polling and by what is left of the budget; the last poll lands on the
    /// deadline. When nothing is left, the machine is told.
    pub(crate) fn next_wait(&mut self) -> Duration {
        let (delay, left) = (self.delay(), self.clock.left());
        if !delay.is_zero() && left.is_zero() {
            self.observe(Observation::PatienceSpent);
            return Duration::ZERO;
        }
        delay.min(left)
    }

    /// What to save *before* a call, so that a process that dies in the middle of it loses nothing: if the next call is the
    /// start, it counts as sent, and whoever resumes from here reads until it is sure before it starts again.
    pub fn handle_in_flight(&self) -> JobHandle {
        let mut handle = self.handle.clone();
        if handle.machine.directive() == Directive::PostIdentify {
            handle.machine.observe(Observation::Sending);
        }
        handle
    }

    /// Whether these answers fit what is asked.
    pub(crate) fn check(&self, answers: &Answers) -> Result<Vec<ResumeRequest>, IdentityError> {
        let reason = match answers.check(&self.asked) {
            Ok(bodies) if !bodies.is_empty() => return Ok(bodies),
            Ok(_) => "nothing is asked at the moment".to_owned(),
            Err(reason) => reason,
        };
        Err(IdentityError::bad_answers(reason, self.circumstances()))
    }

    /// The error of a job whose task is gone.
    pub(crate) fn lost(handle: JobHandle) -> IdentityError {
        let error = Error::request(None, "the task of the job panicked or was stopped");
        let circumstances = Circumstances {
            handle,
            waited: Duration::ZERO,
            message: None,
            oauth_window: None,
            last_error: None,
        };
        IdentityError::call(error, circumstances)
    }

    /// One call, without waiting: for engines that sleep themselves, and for tests.
    ///
    /// # Errors
    ///
    /// As [`Job::next`].
    pub async fn poll(&mut self) -> Result<Step, IdentityError> {
        self.act().await?;
        self.step().await
    }

    /// How long to wait before the next [`Job::poll`].
    pub fn delay(&self) -> Duration {
        match self.machine().pace() {
            Pace::AtOnce => Duration::ZERO,
            pace => {
                let planned = self.terms.polling.delay(pace, self.progress().polls);
                planned.max(self.asked_to_wait)
            }
        }
    }

    /// What is left of the budget.
    pub fn patience_left(&self) -> Duration {
        self.clock.left()
    }

    /// Sends a person's answers to all open challenges.
    ///
    /// # Errors
    ///
    /// Of kind [`BadAnswers`](super::IdentityErrorKind::BadAnswers), before anything is sent, when they do not fit what was
    /// asked; and when the call failed for good. Answers that MX refuses are no error here: it asks again.
    pub async fn answer(&mut self, answers: Answers) -> Result<(), IdentityError> {
        let bodies = self.check(&answers)?;
        self.clock.go_on();
        let mut sendings = 1;
        let seen = loop {
            let sent = self
                .calls
                .resume(self.handle.member(), bodies.clone())
                .await;
            match sent {
                Ok(()) => break Observation::Answered,
                Err(error) if error.status() == Some(400) => break Observation::AnswersRefused,
                Err(error) if error.status() == Some(405) => break Observation::NotChallenged,
                Err(error) if error.is_answer_lost() => break Observation::AnswerLost,
                Err(error) if error.is_transient() && sendings < SENDINGS => {
                    sendings += 1;
                    sleep(self.pause_after(&error)).await;
                }
                Err(error) => return Err(self.broken(error)),
            }
        };
        self.asked.clear();
        self.observe(seen);
        Ok(())
    }

    /// Sees the job through, asking for answers as often as MX does. The closure may answer `None` to give up.
    ///
    /// # Errors
    ///
    /// As [`Job::next`] and [`Job::answer`]; of kind [`PersonLeft`](super::IdentityErrorKind::PersonLeft) when the closure
    /// took longer than the patience with a person, or gave up.
    pub async fn until_done<A>(
        mut self,
        mut ask: impl AsyncFnMut(Challenges) -> A,
    ) -> Result<Owners, IdentityError>
    where
        A: Into<Option<Answers>>,
    {
        loop {
            match self.next().await? {
                Step::Running(_) => {}
                Step::Done(owners) => return Ok(owners),
                Step::Challenged(challenges) => {
                    let answers = timeout(self.terms.person, ask(challenges)).await;
                    match answers.map(Into::into) {
                        Ok(Some(answers)) => self.answer(answers).await?,
                        Ok(None) | Err(_) => {
                            return Err(IdentityError::person_left(self.circumstances()));
                        }
                    }
                }
            }
        }
    }

    /// The steps as a stream, which ends after the last one.
    pub fn into_stream(self) -> JobStream {
        JobStream::new(self)
    }

    /// Acts until the POST has been sent, or cannot be.
    pub(super) async fn begin(&mut self) -> Result<(), IdentityError> {
        if self.terms.checks_institution {
            self.check_institution().await?;
        }
        loop {
            let starts = self.machine().directive() == Directive::PostIdentify;
            self.next().await?;
            if starts && self.machine().has_started() {
                return Ok(());
            }
        }
    }

    async fn check_institution(&mut self) -> Result<(), IdentityError> {
        let member = self.calls.read_member(self.handle.member()).await;
        let member = member.map_err(|error| self.broken(error))?;
        let Some(institution) = member.institution_guid else {
            return Ok(());
        };
        let institution = self.calls.read_institution(&institution).await;
        let institution = institution.map_err(|error| self.broken(error))?;
        // Only a clear no is one: a field that is missing says nothing.
        if institution.supports_account_identification == Some(false) {
            return Err(IdentityError::ended(
                &End::NotSupported,
                self.circumstances(),
            ));
        }
        Ok(())
    }

    fn machine(&self) -> &Machine {
        &self.handle.machine
    }

    fn observe(&mut self, observation: Observation) {
        self.handle.machine.observe(observation);
    }

    /// Makes the call that the machine wants, and tells it what came of it.
    async fn act(&mut self) -> Result<(), IdentityError> {
        if let Some(failed) = &self.failed {
            return Err(failed.clone());
        }
        self.asked_to_wait = Duration::ZERO;
        let bound = self.clock.left().max(LAST_READ);
        let calls = Arc::clone(&self.calls);
        let member = self.handle.member().clone();
        match self.machine().directive() {
            Directive::ReadMember => {
                let read = bounded(bound, calls.read_member(&member)).await;
                if let Some(member) = self.received(read)? {
                    self.note(&member);
                    self.observe(Observation::Member(reading(&member)));
                }
            }
            Directive::PostIdentify => self.post().await?,
            Directive::ListChallenges => {
                let listed = bounded(bound, calls.list_challenges(&member)).await;
                if let Some(listed) = self.received(listed)? {
                    self.listed(listed);
                }
            }
            // Taken up in another process, which does not know the questions yet.
            Directive::Ask(_) if self.asked.is_empty() => {
                let listed = bounded(bound, calls.list_challenges(&member)).await;
                if let Some(listed) = self.received(listed)? {
                    self.listed(listed);
                }
            }
            Directive::ReadOwners => {
                let owners = bounded(bound, calls.list_owners(&member)).await;
                if let Some(owners) = self.received(owners)? {
                    self.owners = Some(Owners::from(owners));
                    self.observe(Observation::OwnersRead);
                }
            }
            Directive::Finished if self.owners.is_none() => {
                let owners = calls.list_owners(&member).await;
                self.owners = Some(owners.map_err(|error| self.broken(error))?.into());
            }
            _ => {}
        }
        Ok(())
    }

    async fn post(&mut self) -> Result<(), IdentityError> {
        self.observe(Observation::Sending);
        let calls = Arc::clone(&self.calls);
        let posted = calls
            .identify(self.handle.member(), self.handle.include_transactions)
            .await;
        let seen = match posted {
            Ok(accepted) => {
                self.note(&accepted.member);
                let reading = reading(&accepted.member);
                if accepted.is_running_already {
                    Observation::Joined(reading)
                } else {
                    Observation::Started(reading)
                }
            }
            Err(error) => match error.status() {
                Some(400) => self.refused(error, Observation::NotSupported),
                Some(403) => self.refused(error, Observation::NotEnabled),
                Some(409) => self.refused(error, Observation::OtherJobRuns),
                _ if error.is_answer_lost() => self.refused(error, Observation::AnswerLost),
                _ if error.is_transient() => {
                    self.asked_to_wait = error.retry_after().unwrap_or_default();
                    self.refused(error, Observation::NoEffect)
                }
                _ => {
                    // Refused unprocessed, so a resumed job may send it again.
                    self.observe(Observation::NoEffect);
                    return Err(self.broken(error));
                }
            },
        };
        self.observe(seen);
        Ok(())
    }

    fn refused(&mut self, error: Error, observation: Observation) -> Observation {
        self.last_error = Some(error);
        observation
    }

    /// What a read brought: nothing when it failed for a passing reason.
    fn received<T>(
        &mut self,
        outcome: Option<Result<T, Error>>,
    ) -> Result<Option<T>, IdentityError> {
        match outcome {
            Some(Ok(value)) => {
                self.unknown_members = 0;
                Ok(Some(value))
            }
            None => {
                self.observe(Observation::NoEffect);
                Ok(None)
            }
            Some(Err(error)) => {
                if error.is_not_found() {
                    self.unknown_members += 1;
                }
                let is_new = error.is_not_found() && self.unknown_members < UNKNOWN_MEMBERS;
                if !error.is_transient() && !is_new {
                    return Err(self.broken(error));
                }
                self.asked_to_wait = error.retry_after().unwrap_or_default();
                self.last_error = Some(error);
                self.observe(Observation::NoEffect);
                Ok(None)
            }
        }
    }

    fn listed(&mut self, listed: Vec<ChallengeResponse>) {
        self.asked = listed.into_iter().filter_map(Challenge::read).collect();
        let guids = self
            .asked
            .iter()
            .map(|challenge| challenge.guid().clone())
            .collect();
        self.observe(Observation::Challenges(guids));
    }

    /// Keeps what an error may have to tell a person.
    fn note(&mut self, member: &MemberResponse) {
        self.message.clone_from(&member.connection_status_message);
        self.oauth_window.clone_from(&member.oauth_window_uri);
    }

    /// Where the machine stands now, as a step or an end.
    async fn step(&mut self) -> Result<Step, IdentityError> {
        self.warn_of_unknown_status();
        match self.machine().directive() {
            Directive::Ask(_) if !self.asked.is_empty() => {
                self.clock.pause();
                Ok(Step::Challenged(Challenges::new(self.asked.clone())))
            }
            Directive::Finished if self.owners.is_some() => {
                Ok(Step::Done(self.owners.clone().unwrap_or_default()))
            }
            Directive::Ended(end) => {
                if end.remedy() == super::Remedy::FinishOauth && self.oauth_window.is_none() {
                    // Without the address the error is still right, so a failure here does not matter.
                    let window = self.calls.oauth_window(self.handle.member()).await;
                    self.oauth_window = window.ok().flatten();
                }
                let error = IdentityError::ended(&end, self.circumstances());
                self.failed = Some(error.clone());
                Err(error)
            }
            Directive::OutOfPatience(_) => {
                Err(IdentityError::out_of_patience(self.circumstances()))
            }
            _ => Ok(Step::Running(self.progress())),
        }
    }

    fn warn_of_unknown_status(&mut self) {
        if !self.has_warned
            && let Some(status) = self.progress().unknown_status
        {
            self.has_warned = true;
            crate::trace::unknown_status(&status);
        }
    }

    fn pause_after(&self, error: &Error) -> Duration {
        let planned = self.terms.polling.delay(Pace::Quick, 0);
        error
            .retry_after()
            .unwrap_or(planned)
            .min(self.clock.left())
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

/// A read that is given up when it takes too long; it has no effect, so it can be.
async fn bounded<T>(
    bound: Duration,
    call: impl Future<Output = Result<T, Error>>,
) -> Option<Result<T, Error>> {
    timeout(bound, call).await.ok()
}

fn reading(member: &MemberResponse) -> Reading {
    Reading {
        status: member.connection_status.clone(),
        is_being_aggregated: member.is_being_aggregated.unwrap_or(false),
        job: member.most_recent_job_guid.clone(),
    }
}
