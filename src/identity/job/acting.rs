//! Makes the call that the machine wants, and tells it what came of it.
//!
//! A read that fails for a passing reason is `ReadFailed`, and comes again. A POST or PUT that failed has either had no effect
//! for sure, or its answer is lost and reading tells; which of the two, [`Error`] knows. Statuses speak for MX only where
//! they are answers to this very call: a session that could not be opened carries the status of *its* failure.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::Job;
use crate::api::types::{ChallengeResponse, MemberResponse, ResumeRequest};
use crate::error::Error;
use crate::identity::machine::{Directive, Observation, Reading};
use crate::identity::{Challenge, End, IdentityError, Owners, Pace};

/// How long a call may go on when the budget is spent: one that was begun in time is worth its answer.
const LAST_CALL: Duration = Duration::from_secs(10);

/// As long as any budget has to hear of; what a clock can hold is longer.
const LONGEST_QUIET: Duration = Duration::from_secs(365 * 24 * 3600);

/// How often in a row a member may be unknown: right after its creation it is, for a moment (inferred).
const NOT_FOUND: u8 = 3;

/// How often answers are sent that provably did not arrive.
const SENDINGS: u8 = 3;

impl Job {
    pub(super) async fn act(&mut self) -> Result<(), IdentityError> {
        if let Some(over) = &self.over {
            return Err(over.clone());
        }
        self.quiet_until = None;
        if self.terms.checks_institution && !self.machine().has_started() {
            self.check_institution().await?;
            self.terms.checks_institution = false;
        }
        let calls = Arc::clone(&self.calls);
        let member = self.handle.member().clone();
        match self.machine().directive() {
            Directive::PostIdentify => self.post().await?,
            Directive::ReadMember => {
                let was_due = self.machine().is_start_due_again();
                let read = self.bounded(calls.read_member(&member)).await;
                if let Some(member) = self.received(read)? {
                    self.note(&member);
                    self.observe(Observation::Member(reading(&member)));
                    if was_due && self.machine().directive() == Directive::PostIdentify {
                        // At once, or an engine that resumes before every call would read for ever.
                        self.post().await?;
                    }
                }
            }
            Directive::ListChallenges => self.list().await?,
            // Taken up in another process, which does not know the questions yet.
            Directive::Ask(_) if self.asked.is_empty() => self.list().await?,
            Directive::ReadOwners => {
                let owners = self.bounded(calls.list_owners(&member)).await;
                if let Some(owners) = self.received(owners)? {
                    self.owners = Some(Owners::from(owners));
                    self.observe(Observation::OwnersRead);
                }
            }
            _ => {}
        }
        Ok(())
    }

    async fn post(&mut self) -> Result<(), IdentityError> {
        self.observe(Observation::Sending);
        let calls = Arc::clone(&self.calls);
        let posted = calls.identify(self.handle.member(), self.handle.include_transactions);
        let error = match self.bounded(posted).await {
            Some(Ok(accepted)) => {
                self.note(&accepted.member);
                let reading = reading(&accepted.member);
                self.observe(if accepted.is_running_already {
                    Observation::Joined(reading)
                } else {
                    Observation::Started(reading)
                });
                return Ok(());
            }
            None => {
                self.observe(Observation::AnswerLost);
                return Ok(());
            }
            Some(Err(error)) => error,
        };
        self.observe(match error.answered() {
            Some(400) => Observation::NotSupported,
            Some(403) => Observation::NotEnabled,
            Some(409) => Observation::OtherJobRuns,
            _ if error.is_answer_lost() => Observation::AnswerLost,
            _ => Observation::NoEffect,
        });
        let is_told = matches!(error.answered(), Some(400 | 403 | 409));
        if is_told || error.is_answer_lost() {
            self.remember(error);
            return Ok(());
        }
        self.endure(error)
    }

    /// Sends answers, again while they provably did not arrive, and gives what the machine has to know.
    pub(super) async fn put(&mut self, answers: Vec<ResumeRequest>) -> Result<Observation, Error> {
        let calls = Arc::clone(&self.calls);
        let mut sendings = 1;
        loop {
            let sent = calls.resume(self.handle.member(), answers.clone());
            let error = match self.bounded(sent).await {
                Some(Ok(())) => return Ok(Observation::Answered),
                None => return Ok(Observation::AnswerLost),
                Some(Err(error)) => error,
            };
            let seen = match error.answered() {
                Some(400) => Observation::AnswersRefused,
                Some(405) => Observation::NotChallenged,
                _ if error.is_answer_lost() => Observation::AnswerLost,
                _ => {
                    let planned = self.terms.polling.delay(Pace::Quick, 0);
                    let wait = error.retry_after().unwrap_or(planned);
                    let is_passing = error.is_transient() && sendings < SENDINGS;
                    if !is_passing || wait > self.clock.left() {
                        return Err(error);
                    }
                    sendings += 1;
                    sleep(wait).await;
                    continue;
                }
            };
            self.remember(error);
            return Ok(seen);
        }
    }

    async fn list(&mut self) -> Result<(), IdentityError> {
        let calls = Arc::clone(&self.calls);
        let member = self.handle.member().clone();
        let listed = self.bounded(calls.list_challenges(&member)).await;
        if let Some(listed) = self.received(listed)? {
            self.listed(listed);
        }
        Ok(())
    }

    fn listed(&mut self, listed: Vec<ChallengeResponse>) {
        let listed: Vec<_> = listed.into_iter().filter_map(Challenge::read).collect();
        let guids: Vec<_> = listed.iter().map(|it| it.guid().clone()).collect();
        self.observe(Observation::Challenges(guids.clone()));
        match self.machine().directive() {
            Directive::Ask(due) if due == guids => self.asked = listed,
            // An echo of questions that are answered already, so the due ones come later.
            Directive::Ask(_) => self.observe(Observation::ReadFailed),
            _ => {}
        }
    }

    async fn check_institution(&mut self) -> Result<(), IdentityError> {
        let calls = Arc::clone(&self.calls);
        let supported = calls.supports_identification(self.handle.member());
        // Only a clear no is one: a field that is missing says nothing, and neither does a call that hangs.
        match self.bounded(supported).await {
            Some(Err(error)) => Err(self.broken(error)),
            Some(Ok(Some(false))) => {
                let end = IdentityError::ended(&End::NotSupported, self.circumstances());
                self.over = Some(end.clone());
                Err(end)
            }
            _ => Ok(()),
        }
    }

    /// Without the address an error is still right, so a failure here does not matter.
    pub(super) async fn find_oauth_window(&mut self) {
        if self.oauth_window.is_none() {
            let calls = Arc::clone(&self.calls);
            let window = self.bounded(calls.oauth_window(self.handle.member())).await;
            self.oauth_window = window.and_then(Result::ok).flatten();
        }
    }

    /// What a read brought: nothing when it failed for a passing reason, or was cut off.
    fn received<T>(
        &mut self,
        outcome: Option<Result<T, Error>>,
    ) -> Result<Option<T>, IdentityError> {
        match outcome {
            Some(Ok(value)) => {
                self.not_found = 0;
                return Ok(Some(value));
            }
            None => self.observe(Observation::ReadFailed),
            Some(Err(error)) => {
                self.observe(Observation::ReadFailed);
                self.endure(error)?;
            }
        }
        Ok(None)
    }

    /// Gets over an error that may pass, and fails with one that will not.
    fn endure(&mut self, error: Error) -> Result<(), IdentityError> {
        let is_not_found = error.is_not_found();
        self.not_found += u8::from(is_not_found);
        let is_new = is_not_found && self.not_found < NOT_FOUND;
        if !error.is_transient() && !is_new {
            // Whoever tries again has the same patience again.
            self.not_found = 0;
            return Err(self.broken(error));
        }
        self.remember(error);
        Ok(())
    }

    fn remember(&mut self, error: Error) {
        let wait = error.retry_after().map(|wait| wait.min(LONGEST_QUIET));
        self.quiet_until = wait.map(|wait| Instant::now() + wait);
        self.last_error = Some(error);
    }

    /// Keeps what an error may have to tell a person.
    fn note(&mut self, member: &MemberResponse) {
        self.message.clone_from(&member.connection_status_message);
        self.oauth_window.clone_from(&member.oauth_window_uri);
    }

    /// A call, or nothing when it took more than the budget has.
    async fn bounded<T>(
        &self,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Option<Result<T, Error>> {
        timeout(self.clock.left().max(LAST_CALL), call).await.ok()
    }
}

fn reading(member: &MemberResponse) -> Reading {
    Reading {
        status: member.connection_status.clone(),
        is_being_aggregated: member.is_being_aggregated.unwrap_or(false),
        job: member.most_recent_job_guid.clone(),
    }
}
