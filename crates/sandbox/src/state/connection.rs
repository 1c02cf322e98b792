//! The connection of a member to its bank: its status and its jobs, one at a time. Nothing runs in the background: `catch_up` plays
//! the steps that are due, before every use.

use std::collections::{BTreeMap, VecDeque};

use tokio::time::Instant;

use crate::bank::accounts::Source;
use crate::bank::{Round, Step, Verdict};
use crate::guids::guid;
use crate::settings::{JobKind, Settings, Variation};
use crate::state::{Account, Answers, Challenge, Job, LaggingChange, Stage, challenges};
use crate::world::Owner;
use mx_nexus::values::ConnectionStatus;

const KEPT_JOBS: usize = 20;

/// After this many failed logins in a row MX refuses more (guide).
const MAX_FAILED_LOGINS: u8 = 3;

pub(crate) struct Connection {
    pub status: ConnectionStatus,
    /// The latest last.
    pub jobs: VecDeque<Job>,
    /// When the latest job started.
    pub aggregated: Option<Instant>,
    /// When the latest job succeeded.
    pub succeeded: Option<Instant>,
    /// Empty until a job gathered them.
    pub accounts: Vec<Account>,
    /// The latest job that succeeded, numbered among all jobs of the member: it gathered the accounts.
    pub accounts_source: Source,
    /// The owners of each account, by the latest identification that succeeded. Kept, because they are read often.
    pub owners: Vec<Vec<Owner>>,
    /// The latest verification that succeeded, numbered among the verifications.
    pub numbers_source: Option<Source>,
    /// The latest job that gathered transactions, numbered among all jobs of the member.
    pub transactions_source: Option<Source>,
    /// The status before the latest job.
    before_job: Option<ConnectionStatus>,
    /// The changes that not every reading shows, the oldest first.
    pub lagging: Vec<LaggingChange>,
    /// The status to return to when the user is enabled again.
    paused: Option<ConnectionStatus>,
    failed_logins: u8,
    counts: BTreeMap<JobKind, usize>,
}

/// What a member shows of its connection.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Snapshot {
    pub status: ConnectionStatus,
    pub is_aggregating: bool,
    /// The guid of the latest job.
    pub job: Option<String>,
    /// How far the latest job is.
    pub stage: Option<Stage>,
    pub aggregated: Option<Instant>,
    pub succeeded: Option<Instant>,
    /// The open challenges.
    pub open: Vec<Challenge>,
}

/// Why answers are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnswerError {
    /// No challenge is open.
    NotChallenged,
    /// They do not match the open challenges.
    Mismatch,
}

impl Snapshot {
    /// The same with the variations.
    pub(crate) fn varied(mut self, settings: &Settings) -> Self {
        if settings.has(Variation::NoJobGuid) {
            self.job = None;
        }
        let is_challenged = self.status == ConnectionStatus::Challenged;
        if is_challenged && settings.has(Variation::IdleWhileChallenged) {
            self.is_aggregating = false;
        }
        self
    }
}

impl Connection {
    /// A connection without a job.
    pub(crate) fn new(status: ConnectionStatus) -> Self {
        Self {
            status,
            jobs: VecDeque::new(),
            aggregated: None,
            succeeded: None,
            accounts: Vec::new(),
            accounts_source: Source::first(""),
            owners: Vec::new(),
            numbers_source: None,
            transactions_source: None,
            before_job: None,
            lagging: Vec::new(),
            paused: None,
            failed_logins: 0,
            counts: BTreeMap::new(),
        }
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let step = self.running().and_then(|job| job.steps.front());
        let is_aggregating = match step {
            Some(Step::Show { is_aggregating, .. }) => *is_aggregating,
            Some(Step::Ask(_) | Step::End(_)) => true,
            None => false,
        };
        Snapshot {
            status: self.status.clone(),
            is_aggregating,
            job: self.jobs.back().map(|job| job.guid.clone()),
            stage: self.jobs.back().map(Job::stage),
            aggregated: self.aggregated,
            succeeded: self.succeeded,
            open: self.open().to_vec(),
        }
    }

    /// The running job.
    pub(crate) fn running(&self) -> Option<&Job> {
        self.jobs.back().filter(|job| job.is_running())
    }

    /// The open challenges.
    pub(crate) fn open(&self) -> &[Challenge] {
        self.running().map_or(&[], |job| &job.open)
    }

    /// Starts a job; none may be running. With a disabled user or after too many failed logins it ends at once.
    pub(crate) fn start(&mut self, mut job: Job, settings: &Settings) {
        if self.paused.is_some() {
            job.steps = [Step::End(ConnectionStatus::Disabled)].into();
        } else if self.status == ConnectionStatus::Prevented {
            job.steps = [Step::End(ConnectionStatus::Prevented)].into();
        }
        let count = self.counts.entry(job.kind).or_default();
        *count += 1;
        job.count = *count;
        job.number = self.counts.values().sum();
        self.before_job = Some(self.status.clone());
        self.aggregated = Some(job.started);
        let now = job.started;
        self.jobs.push_back(job);
        if self.jobs.len() > KEPT_JOBS {
            self.jobs.pop_front();
        }
        self.apply_step();
        self.catch_up(now, settings);
    }

    /// Plays the steps of the running job that are due.
    pub(crate) fn catch_up(&mut self, now: Instant, settings: &Settings) {
        while let Some(job) = self.jobs.back_mut().filter(|job| job.is_running()) {
            let duration = match job.steps.front() {
                Some(Step::Show { duration, .. }) => *duration,
                Some(Step::Ask(_)) => settings.challenge_timeout,
                Some(Step::End(_)) | None => return,
            };
            let Some(until) = job
                .step_started
                .checked_add(duration)
                .filter(|until| *until <= now)
            else {
                return;
            };
            job.step_started = until;
            if let Some(Step::Ask(_)) = job.steps.pop_front() {
                job.steps = [Step::End(ConnectionStatus::Expired)].into();
            }
            self.apply_step();
        }
    }

    /// Plays the running job to its next question or its end without waiting. False when there was nothing to play.
    pub(crate) fn finish_job(&mut self, now: Instant) -> bool {
        let mut has_changed = false;
        while let Some(job) = self.jobs.back_mut().filter(|job| job.is_running()) {
            if !matches!(job.steps.front(), Some(Step::Show { .. })) {
                break;
            }
            job.steps.pop_front();
            job.step_started = now;
            self.apply_step();
            has_changed = true;
        }
        has_changed
    }

    /// Applies the user's answers to the open challenges.
    pub(crate) fn answer(
        &mut self,
        answers: &Answers,
        now: Instant,
        settings: &Settings,
    ) -> Result<(), AnswerError> {
        let job = self.jobs.back_mut().filter(|job| job.is_running());
        let job = job.ok_or(AnswerError::NotChallenged)?;
        let Some(Step::Ask(round)) = job.steps.front().cloned() else {
            return Err(AnswerError::NotChallenged);
        };
        let verdict =
            challenges::verdict(&job.open, answers, settings).ok_or(AnswerError::Mismatch)?;
        job.steps.pop_front();
        match verdict {
            Verdict::Correct => {}
            Verdict::AnotherRound => job.steps.push_front(Step::Ask(round)),
            Verdict::Wrong if round.has_second_chance => {
                let again = Round {
                    has_second_chance: false,
                    ..round
                };
                job.steps.push_front(Step::Ask(again));
                job.steps.push_front(Step::Show {
                    status: Some(ConnectionStatus::Rejected),
                    is_aggregating: false,
                    duration: job.half,
                });
            }
            Verdict::Wrong => job.steps = [Step::End(ConnectionStatus::Rejected)].into(),
            Verdict::Ends(status) => job.steps = [Step::End(status)].into(),
        }
        job.steps.push_front(Step::Show {
            status: Some(ConnectionStatus::Resumed),
            is_aggregating: true,
            duration: job.half,
        });
        job.step_started = now;
        job.open.clear();
        job.stored_answers.clear();
        self.apply_step();
        self.catch_up(now, settings);
        Ok(())
    }

    /// New credentials lift a block of the old ones.
    pub(crate) fn credentials_changed(&mut self) {
        if self.running().is_some() {
            return;
        }
        let status = self.paused.as_mut().unwrap_or(&mut self.status);
        if *status == ConnectionStatus::Prevented {
            self.failed_logins = 0;
        }
        *status = ConnectionStatus::Updated;
    }

    /// The user has signed in by OAuth.
    pub(crate) fn sign_in(&mut self) {
        self.failed_logins = 0;
        if self.running().is_none() {
            self.status = ConnectionStatus::Connected;
        }
    }

    /// The user has declined to sign in by OAuth; a running job ends.
    pub(crate) fn decline(&mut self, now: Instant) {
        self.status = ConnectionStatus::Denied;
        if let Some(job) = self.jobs.back_mut().filter(|job| job.is_running()) {
            job.steps = [Step::End(ConnectionStatus::Denied)].into();
            job.step_started = now;
            self.apply_step();
        }
    }

    /// Pauses the connection because its user was disabled, or resumes it.
    pub(crate) fn pause(&mut self, is_disabled: bool, now: Instant) {
        if is_disabled && self.paused.is_none() {
            if let Some(job) = self.jobs.back_mut().filter(|job| job.is_running()) {
                job.steps = [Step::End(ConnectionStatus::Disabled)].into();
                job.step_started = now;
                let before = self.before_job.clone();
                self.apply_step();
                self.paused = before;
            }
            let before = std::mem::replace(&mut self.status, ConnectionStatus::Disabled);
            self.paused = self.paused.take().or(Some(before));
        } else if !is_disabled && let Some(before) = self.paused.take() {
            self.status = before;
        }
    }

    /// Applies the current step of the latest job.
    fn apply_step(&mut self) {
        let Some(job) = self.jobs.back_mut() else {
            return;
        };
        job.open.clear();
        let fallback = Step::End(ConnectionStatus::Failed);
        match job.steps.front().unwrap_or(&fallback) {
            Step::Show { status: None, .. } => {}
            Step::Show {
                status: Some(status),
                ..
            } => {
                job.is_authenticated |= *status == ConnectionStatus::Connected;
                self.status = status.clone();
            }
            Step::Ask(round) => {
                job.open = Challenge::ask(round, job.questions_of.as_deref());
                self.status = ConnectionStatus::Challenged;
            }
            Step::End(status) => {
                let status = status.clone();
                self.end(status);
            }
        }
    }

    fn end(&mut self, status: ConnectionStatus) {
        let Some(job) = self.jobs.back_mut() else {
            return;
        };
        let mut status = status;
        match status {
            ConnectionStatus::Denied => {
                self.failed_logins = self.failed_logins.saturating_add(1);
                if self.failed_logins >= MAX_FAILED_LOGINS {
                    status = ConnectionStatus::Prevented;
                }
            }
            ConnectionStatus::Connected => {
                self.failed_logins = 0;
                job.is_authenticated = true;
                self.succeeded = Some(job.step_started);
                let source = job.source(job.number);
                let missing = self.accounts.len()..source.count();
                let missing = missing.map(|index| Account::new(guid("ACT"), index));
                self.accounts.extend(missing);
                self.accounts_source = source;
                if job.includes_transactions {
                    self.transactions_source = Some(self.accounts_source.clone());
                }
                match job.kind {
                    JobKind::Identification => {
                        let source = job.source(job.count);
                        self.owners = source.owners_of_first(self.accounts.len());
                    }
                    JobKind::Verification => self.numbers_source = Some(job.source(job.count)),
                    JobKind::Aggregation | JobKind::ExtendedHistory | JobKind::Balance => {}
                }
            }
            _ => {}
        }
        job.steps.clear();
        job.end = Some(status.clone());
        self.status = status;
    }
}
