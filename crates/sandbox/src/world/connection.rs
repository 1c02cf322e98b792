//! The connection of a member to its bank: its status and its jobs, one at a time. Nothing runs in the background; whoever looks
//! lets the connection catch up with the clock first. Members own one; the operations on jobs and questions end here.

use std::collections::{BTreeMap, VecDeque};

use tokio::time::Instant;

use crate::bank::{Round, Step, Verdict};
use crate::settings::{JobKind, Settings};
use crate::world::{Account, Answers, Challenge, Job, challenges};
use mx_nexus::values::ConnectionStatus;

/// How many jobs a member remembers.
const REMEMBERED_JOBS: usize = 20;

/// How many failed logins in a row make MX refuse more (guide).
const PATIENCE_OF_MX: u8 = 3;

/// The connection of a member to its bank.
pub(crate) struct Connection {
    /// The status that the member shows.
    pub status: ConnectionStatus,
    /// Its jobs, the latest last.
    pub jobs: VecDeque<Job>,
    /// When the latest job started.
    pub aggregated: Option<Instant>,
    /// When the latest success was.
    pub succeeded: Option<Instant>,
    /// Its accounts, once a job gathered them.
    pub accounts: Vec<Account>,
    /// The login whose accounts they are.
    pub gathered: String,
    /// The login whose owners an identification found.
    pub identified: Option<String>,
    /// The login whose numbers a verification found.
    pub verified: Option<String>,
    /// What it showed before its latest job.
    pub before: Option<Shown>,
    /// The status to return to when the user is enabled again.
    paused: Option<ConnectionStatus>,
    failed_logins: u8,
    counts: BTreeMap<JobKind, usize>,
}

/// What a reading of a member shows of its connection.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    /// The status.
    pub status: ConnectionStatus,
    /// Whether it is being aggregated.
    pub at_work: bool,
    /// The latest job.
    pub job: Option<String>,
    /// When the latest job started.
    pub aggregated: Option<Instant>,
    /// When the latest success was.
    pub succeeded: Option<Instant>,
}

/// Why answers were not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotTaken {
    /// Nothing is asked.
    NotChallenged,
    /// They do not fit the questions that are open.
    Unfit,
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
            gathered: String::new(),
            identified: None,
            verified: None,
            before: None,
            paused: None,
            failed_logins: 0,
            counts: BTreeMap::new(),
        }
    }

    /// What a reading shows.
    pub(crate) fn shown(&self) -> Shown {
        let step = self.running().and_then(|job| job.course.front());
        let at_work = match step {
            Some(Step::Show { at_work, .. }) => *at_work,
            Some(Step::Ask(_) | Step::End(_)) => true,
            None => false,
        };
        Shown {
            status: self.status.clone(),
            at_work,
            job: self.jobs.back().map(|job| job.guid.clone()),
            aggregated: self.aggregated,
            succeeded: self.succeeded,
        }
    }

    /// The job that runs.
    pub(crate) fn running(&self) -> Option<&Job> {
        self.jobs.back().filter(|job| job.is_running())
    }

    /// The questions that are open.
    pub(crate) fn open(&self) -> &[Challenge] {
        self.running().map_or(&[], |job| &job.open)
    }

    /// Starts a job; there must be none that runs. Blocked and paused connections do not get as far as the bank.
    pub(crate) fn start(&mut self, mut job: Job, settings: &Settings) {
        if self.paused.is_some() {
            job.course = [Step::End(ConnectionStatus::Disabled)].into();
        } else if self.status == ConnectionStatus::Prevented {
            job.course = [Step::End(ConnectionStatus::Prevented)].into();
        }
        let count = self.counts.entry(job.kind).or_default();
        *count += 1;
        job.count = *count;
        self.before = Some(self.shown());
        self.aggregated = Some(job.started);
        let now = job.started;
        self.jobs.push_back(job);
        if self.jobs.len() > REMEMBERED_JOBS {
            self.jobs.pop_front();
        }
        self.enter();
        self.catch_up(now, settings);
    }

    /// Plays the running job up to now.
    pub(crate) fn catch_up(&mut self, now: Instant, settings: &Settings) {
        while let Some(job) = self.jobs.back_mut().filter(|job| job.is_running()) {
            let lasts = match job.course.front() {
                Some(Step::Show { lasts, .. }) => *lasts,
                Some(Step::Ask(_)) => settings.challenge_timeout,
                Some(Step::End(_)) | None => return,
            };
            let Some(until) = job.since.checked_add(lasts).filter(|until| *until <= now) else {
                return;
            };
            job.since = until;
            if let Some(Step::Ask(_)) = job.course.pop_front() {
                job.course = [Step::End(ConnectionStatus::Expired)].into();
            }
            self.enter();
        }
    }

    /// Plays the running job to its end, or to the question that it waits for, without waiting. False when there is nothing to play.
    pub(crate) fn hurry(&mut self, now: Instant) -> bool {
        let mut has_moved = false;
        while let Some(job) = self.jobs.back_mut().filter(|job| job.is_running()) {
            if !matches!(job.course.front(), Some(Step::Show { .. })) {
                break;
            }
            job.course.pop_front();
            job.since = now;
            self.enter();
            has_moved = true;
        }
        has_moved
    }

    /// Gives the bank the answers of the person.
    pub(crate) fn answer(
        &mut self,
        answers: &Answers,
        now: Instant,
        settings: &Settings,
    ) -> Result<(), NotTaken> {
        let job = self.jobs.back_mut().filter(|job| job.is_running());
        let job = job.ok_or(NotTaken::NotChallenged)?;
        let Some(Step::Ask(round)) = job.course.front().cloned() else {
            return Err(NotTaken::NotChallenged);
        };
        let verdict = challenges::verdict(&job.open, answers).ok_or(NotTaken::Unfit)?;
        job.course.pop_front();
        match verdict {
            Verdict::Right => {}
            Verdict::Again => job.course.push_front(Step::Ask(round)),
            Verdict::Wrong if round.has_second_chance => {
                let again = Round {
                    has_second_chance: false,
                    ..round
                };
                job.course.push_front(Step::Ask(again));
                job.course.push_front(Step::Show {
                    status: Some(ConnectionStatus::Rejected),
                    at_work: false,
                    lasts: settings.half(),
                });
            }
            Verdict::Wrong => job.course = [Step::End(ConnectionStatus::Rejected)].into(),
            Verdict::Ends(status) => job.course = [Step::End(status)].into(),
        }
        job.course.push_front(Step::Show {
            status: Some(ConnectionStatus::Resumed),
            at_work: true,
            lasts: settings.half(),
        });
        job.since = now;
        job.open.clear();
        job.left_answers.clear();
        self.enter();
        self.catch_up(now, settings);
        Ok(())
    }

    /// Takes note of new credentials: whatever blocked the old ones is over.
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

    /// The person has signed in by OAuth: whatever kept the connection shut is over.
    pub(crate) fn let_in(&mut self) {
        self.failed_logins = 0;
        if self.running().is_none() {
            self.status = ConnectionStatus::Connected;
        }
    }

    /// The person has declined to sign in by OAuth; a job that runs ends with that.
    pub(crate) fn shut_out(&mut self, now: Instant) {
        self.status = ConnectionStatus::Denied;
        if let Some(job) = self.jobs.back_mut().filter(|job| job.is_running()) {
            job.course = [Step::End(ConnectionStatus::Denied)].into();
            job.since = now;
            self.enter();
        }
    }

    /// Pauses the connection because its user was disabled, or lets it go on.
    pub(crate) fn pause(&mut self, is_disabled: bool, now: Instant) {
        if is_disabled && self.paused.is_none() {
            if let Some(job) = self.jobs.back_mut().filter(|job| job.is_running()) {
                job.course = [Step::End(ConnectionStatus::Disabled)].into();
                job.since = now;
                let before = self.before.as_ref().map(|before| before.status.clone());
                self.enter();
                self.paused = before;
            }
            let before = std::mem::replace(&mut self.status, ConnectionStatus::Disabled);
            self.paused = self.paused.take().or(Some(before));
        } else if !is_disabled && let Some(before) = self.paused.take() {
            self.status = before;
        }
    }

    /// Makes the step true in which the latest job is now.
    fn enter(&mut self) {
        let Some(job) = self.jobs.back_mut() else {
            return;
        };
        job.open.clear();
        let fallback = Step::End(ConnectionStatus::Failed);
        match job.course.front().unwrap_or(&fallback) {
            Step::Show { status: None, .. } => {}
            Step::Show {
                status: Some(status),
                ..
            } => {
                job.is_authenticated |= *status == ConnectionStatus::Connected;
                self.status = status.clone();
            }
            Step::Ask(round) => {
                job.open = Challenge::ask(round);
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
                if self.failed_logins >= PATIENCE_OF_MX {
                    status = ConnectionStatus::Prevented;
                }
            }
            ConnectionStatus::Connected => {
                self.failed_logins = 0;
                job.is_authenticated = true;
                self.succeeded = Some(job.since);
                if self.accounts.is_empty() {
                    self.accounts = Account::gathered();
                }
                job.login.clone_into(&mut self.gathered);
                match job.kind {
                    JobKind::Identification => self.identified = Some(job.login.clone()),
                    JobKind::Verification => self.verified = Some(job.login.clone()),
                    JobKind::Aggregation | JobKind::ExtendedHistory | JobKind::Balance => {}
                }
            }
            _ => {}
        }
        job.course.clear();
        job.end = Some(status.clone());
        self.status = status;
    }
}
