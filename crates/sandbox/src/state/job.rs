//! A job of a member: its kind, its remaining steps and its times. The connection of the member plays it.

use std::collections::VecDeque;
use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;

use crate::bank::Step;
use crate::bank::accounts::{Chosen, Source};
use crate::guids::guid;
use crate::settings::JobKind;
use crate::state::{Answers, Challenge};
use mx_nexus::values::ConnectionStatus;

/// The state of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JobState {
    /// It signs in or gathers.
    Running,
    /// It waits for an answer.
    Challenged,
    /// It ended CONNECTED.
    Succeeded,
    /// It ended with another status.
    Failed,
}

pub(crate) struct Job {
    pub guid: String,
    pub kind: JobKind,
    /// How many of its kind the member has had, this one included.
    pub count: usize,
    /// How many jobs of any kind the member has had, this one included.
    pub number: usize,
    /// Whether it gathers transactions.
    pub includes_transactions: bool,
    /// The login that it signs in with: owners, numbers and balances are computed from it.
    pub login: String,
    /// What the world has for the login.
    pub chosen: Option<Chosen>,
    /// The remaining steps; the first is the current one.
    pub steps: VecDeque<Step>,
    pub started: Instant,
    /// How long half of it takes, without waiting for answers.
    pub half: Duration,
    /// When the current step started.
    pub step_started: Instant,
    /// The status with which it ended.
    pub end: Option<ConnectionStatus>,
    /// Whether the sign-in succeeded.
    pub is_authenticated: bool,
    /// The open challenges.
    pub open: Vec<Challenge>,
    /// The member whose questions have the same guids every time.
    pub questions_of: Option<String>,
    /// Answers of `createMemberCredentials`, which `resumeJob` gives to the bank.
    pub stored_answers: Answers,
}

/// How far a job is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stage {
    pub includes_transactions: bool,
    pub state: JobState,
    /// The status of the job itself, by name.
    pub status: &'static str,
    pub is_authenticated: bool,
    pub started: Instant,
    /// The current step; none at the end.
    pub step: Option<Step>,
    pub step_started: Instant,
}

impl Job {
    pub(crate) fn new(kind: JobKind, login: String, steps: Vec<Step>, now: Instant) -> Self {
        Self {
            guid: guid("JOB"),
            kind,
            count: 1,
            number: 1,
            includes_transactions: false,
            login,
            chosen: None,
            steps: steps.into(),
            started: now,
            half: Duration::ZERO,
            step_started: now,
            end: None,
            is_authenticated: false,
            open: Vec::new(),
            questions_of: None,
            stored_answers: Answers::new(),
        }
    }

    /// What it gathered with its login, under this number.
    pub(crate) fn source(&self, number: usize) -> Source {
        Source {
            login: self.login.clone(),
            number,
            chosen: self.chosen.clone(),
        }
    }

    pub(crate) fn is_running(&self) -> bool {
        self.end.is_none()
    }

    pub(crate) fn state(&self) -> JobState {
        match &self.end {
            Some(ConnectionStatus::Connected) => JobState::Succeeded,
            Some(_) => JobState::Failed,
            None if matches!(self.steps.front(), Some(Step::Ask(_))) => JobState::Challenged,
            None => JobState::Running,
        }
    }

    pub(crate) fn stage(&self) -> Stage {
        Stage {
            includes_transactions: self.includes_transactions,
            state: self.state(),
            status: self.status().1,
            is_authenticated: self.is_authenticated,
            started: self.started,
            step: self.steps.front().cloned(),
            step_started: self.step_started,
        }
    }

    /// The status of the job itself, by number and name.
    pub(crate) fn status(&self) -> (u8, &'static str) {
        match (self.state(), &self.end) {
            (JobState::Challenged, _) => (2, "CHALLENGED"),
            (JobState::Running, _) if self.is_authenticated => (3, "RECEIVED"),
            (JobState::Running, _) => (1, "REQUESTED"),
            (JobState::Succeeded, _) => (6, "COMPLETED"),
            (JobState::Failed, Some(ConnectionStatus::Prevented)) => (7, "PREVENTED"),
            (JobState::Failed, Some(ConnectionStatus::Denied)) => (8, "DENIED"),
            (JobState::Failed, _) => (9, "HALTED"),
        }
    }
}
