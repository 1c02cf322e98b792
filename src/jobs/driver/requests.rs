//! Makes the request that the machine wants, and reports the outcome to it.
//!
//! A read that fails for a transient reason, or brings nothing, is `ReadFailed`, and is made again. A POST or PUT that failed has
//! either had no effect for sure, or its answer is lost and reading settles it. A status counts only where it answers this
//! very request: a session that could not be opened carries the status of *its* failure.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::{Job, telemetry};
use crate::error::{Error, ErrorKind};
use crate::jobs::api::Kind;
use crate::jobs::api::{CheckedAnswer, Snapshot};
use crate::jobs::machine::{Directive, Observation};
use crate::jobs::{Challenge, End, JobError, Pace};

/// How long a request may go on when the budget is spent: one that was begun in time is worth its answer.
const LAST_REQUEST: Duration = Duration::from_secs(10);

/// The longest `Retry-After` that is kept: longer than any budget, and short enough for a clock.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(365 * 24 * 3600);

/// How often answers are sent that provably did not arrive.
const SENDINGS: u8 = 3;

/// The causes of a 400 to the start that pass (MX's envelope `{"error": {"message", "status", "type"}}`).
const TRANSIENT: [&str; 2] = [
    "institution_maintenance_error",
    "institution_unavailable_error",
];

impl<K: Kind> Job<K> {
    /// Makes the request that is due.
    pub(super) async fn act(&mut self) -> Result<(), JobError> {
        if let Some(over) = &self.over {
            return Err(over.clone());
        }
        self.not_before = None;
        let api = Arc::clone(&self.api);
        match self.machine().directive() {
            Directive::Start => self.post().await?,
            Directive::ReadMember => {
                let machine = self.machine();
                let before = machine.proof.baseline();
                let before = before.filter(|_| machine.is_start_due_again()).cloned();
                let read = self.bounded(api.observe(self.handle.member())).await;
                if let Some(mut member) = self.received(read)? {
                    self.note(&mut member);
                    let is_unchanged = before.as_ref() == Some(&member.reading);
                    self.observe(Observation::Member(member.reading));
                    if let Some(open) = member.challenges
                        && self.machine().directive() == Directive::ListChallenges
                    {
                        self.listed(open);
                    }
                    if is_unchanged && self.machine().directive() == Directive::Start {
                        // At once, or an engine that resumes before every call would read for ever. A changed baseline has
                        // to be saved first: compared with the old one, another job would look like ours.
                        self.post().await?;
                    }
                }
            }
            Directive::ListChallenges => self.list().await?,
            // Resumed in another process, which does not know the questions yet.
            Directive::Ask(_) if self.asked.is_empty() => self.list().await?,
            Directive::ReadResult => {
                let (member, job) = (self.handle.member(), self.handle.job());
                let result = self.bounded(api.result(member, job)).await;
                match self.received(result)? {
                    Some(Some(result)) => {
                        self.result = Some(result);
                        self.observe(Observation::ResultRead);
                    }
                    // An answer without a list is not an empty list.
                    Some(None) => self.observe(Observation::ReadFailed),
                    None => {}
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Sends the start, unless nothing of the budget is left.
    async fn post(&mut self) -> Result<(), JobError> {
        self.check_institution().await?;
        if self.clock.left().is_zero() {
            self.observe(Observation::BudgetSpent);
            return Ok(());
        }
        self.observe(Observation::Sending);
        let api = Arc::clone(&self.api);
        let posted = api.start(self.handle.member(), self.handle.options);
        let error = match self.bounded(posted).await {
            Some(Ok(mut accepted)) => {
                self.note(&mut accepted.member);
                let reading = accepted.member.reading;
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
        let seen = match error.answered() {
            Some(400) if is_transient(&error) => Observation::Unavailable,
            Some(400) if is_unsupported(&error) => Observation::NotSupported,
            Some(403) => Observation::NotEnabled,
            Some(409) => Observation::OtherJobRuns,
            _ if is_lost(&error) => Observation::AnswerLost,
            _ => {
                self.observe(Observation::NoEffect);
                if error.is_not_found() {
                    self.observe(Observation::NotFound);
                }
                return self.ignore_transient(error);
            }
        };
        self.observe(seen);
        self.remember(error);
        Ok(())
    }

    /// Sends answers, again while they provably did not arrive, and gives what the machine has to know.
    pub(super) async fn put(&mut self, answers: Vec<CheckedAnswer>) -> Result<Observation, Error> {
        let api = Arc::clone(&self.api);
        let mut sendings = 1;
        loop {
            let sent = api.answer(self.handle.member(), answers.clone());
            let error = match self.bounded(sent).await {
                Some(Ok(())) => return Ok(Observation::Answered),
                None => return Ok(Observation::AnswerLost),
                Some(Err(error)) => error,
            };
            let seen = match error.answered() {
                Some(400) => Observation::AnswersRefused,
                Some(405) => Observation::NotChallenged,
                Some(409) => Observation::AnswerLost,
                _ if is_lost(&error) => Observation::AnswerLost,
                _ => {
                    let planned = self.driving.polling.delay(Pace::Quick, 0);
                    let wait = error.retry_after().unwrap_or(planned);
                    let is_transient = error.is_transient() && sendings < SENDINGS;
                    if !is_transient || wait > self.clock.left() {
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

    async fn list(&mut self) -> Result<(), JobError> {
        let api = Arc::clone(&self.api);
        let listed = self.bounded(api.challenges(self.handle.member())).await;
        if let Some(listed) = self.received(listed)? {
            self.listed(listed);
        }
        Ok(())
    }

    fn listed(&mut self, listed: Vec<Challenge>) {
        let guids: Vec<_> = listed.iter().map(|it| it.guid().clone()).collect();
        self.observe(Observation::Challenges(guids.clone()));
        match self.machine().directive() {
            Directive::Ask(due) if due == guids => self.asked = listed,
            // A stale list of questions that are answered already: the due ones come later.
            Directive::Ask(_) => self.observe(Observation::ReadFailed),
            _ => {}
        }
    }

    /// Reads whether the institution supports this kind of job, before the one POST. Only a clear no counts: a field that is
    /// missing proves nothing, and neither does a request that fails.
    async fn check_institution(&mut self) -> Result<(), JobError> {
        if !std::mem::take(&mut self.driving.checks_institution) {
            return Ok(());
        }
        let api = Arc::clone(&self.api);
        let supported = api.supports(self.handle.member(), self.institution.as_ref());
        let limit = self.clock.left().min(LAST_REQUEST);
        if let Ok(Ok(Some(false))) = timeout(limit, supported).await {
            let end = JobError::ended(&End::NotSupported, self.circumstances());
            self.over = Some(end.clone());
            self.trace.ended(&self.handle, telemetry::NOT_SUPPORTED);
            return Err(end);
        }
        Ok(())
    }

    /// Without the address an error is still right, so a failure here does not matter.
    pub(super) async fn find_oauth_window(&mut self) {
        if self.oauth_window.is_none() {
            let api = Arc::clone(&self.api);
            let window = self.bounded(api.oauth_window(self.handle.member())).await;
            self.oauth_window = window.and_then(Result::ok).flatten();
        }
    }

    /// What a read brought: nothing when it failed for a transient reason, or was cut off.
    fn received<T>(&mut self, outcome: Option<Result<T, Error>>) -> Result<Option<T>, JobError> {
        match outcome {
            Some(Ok(value)) => return Ok(Some(value)),
            None => self.observe(Observation::ReadFailed),
            Some(Err(error)) => {
                self.observe(if error.is_not_found() {
                    Observation::NotFound
                } else if error.is_transient() {
                    Observation::ReadFailed
                } else {
                    Observation::ReadRefused
                });
                self.ignore_transient(error)?;
            }
        }
        Ok(None)
    }

    /// Whether the same call may bring something yet, although the error is not transient by itself. A job that has started
    /// is paid for, so an answer that holds nothing, or leads elsewhere, does not end it.
    fn may_be_transient(&self, error: &Error) -> bool {
        let has_started = self.machine().has_started();
        let is_early = !self.machine().is_refused_again();
        // A session that could not be opened is opened anew, with a fresh token.
        let opening = error.cause().filter(|_| error.kind() == ErrorKind::Session);
        let error = opening.unwrap_or(error);
        match error.answered() {
            Some(404) if opening.is_none() => is_early,
            Some(300..=399) => has_started || is_early,
            Some(400..=499) => has_started && is_early,
            _ => error.kind() == ErrorKind::Decode && (has_started || is_early),
        }
    }

    /// Ignores errors that may be transient and those that have ended the job, returns the others.
    fn ignore_transient(&mut self, error: Error) -> Result<(), JobError> {
        let is_over = matches!(self.machine().directive(), Directive::Ended(_));
        if !is_over && !error.is_transient() && !self.may_be_transient(&error) {
            return Err(self.failed(error));
        }
        self.remember(error);
        Ok(())
    }

    fn remember(&mut self, error: Error) {
        let wait = error
            .retry_after()
            .map(|wait| wait.min(LONGEST_RETRY_AFTER));
        self.not_before = wait.map(|wait| Instant::now() + wait);
        self.last_error = Some(error);
    }

    /// Takes what an error may have to show a user, and which institution it is.
    fn note(&mut self, member: &mut Snapshot) {
        self.message = member.message.take();
        self.oauth_window = member.oauth_window.take();
        if let Some(institution) = member.institution.take() {
            self.institution = Some(institution);
        }
    }

    /// A request, or nothing when it took more than the budget has.
    async fn bounded<T>(
        &self,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Option<Result<T, Error>> {
        timeout(self.clock.left().max(LAST_REQUEST), call)
            .await
            .ok()
    }
}

/// Whether a POST or PUT may have had its effect: also when MX, or something before it, answered with a redirect.
fn is_lost(error: &Error) -> bool {
    error.is_answer_lost() || matches!(error.answered(), Some(300..=399))
}

/// Whether a 400 to the start is one that passes.
fn is_transient(error: &Error) -> bool {
    error.code().is_some_and(|code| TRANSIENT.contains(&code))
}

/// Whether a 400 to the start means that the institution does not support this kind of job.
fn is_unsupported(error: &Error) -> bool {
    error.message().is_some_and(|message| {
        let message = message.to_ascii_lowercase();
        ["not support", "n't support", "unsupported"]
            .iter()
            .any(|words| message.contains(words))
    })
}
