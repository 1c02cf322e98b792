//! A job of a member: which kind it is, the steps that it follows, and when what happened. The connection of the member plays
//! it by the clock.

use std::collections::VecDeque;

use serde::Serialize;
use tokio::time::Instant;

use crate::bank::Step;
use crate::guids::guid;
use crate::settings::JobKind;
use crate::state::{Answers, Challenge};
use mx_nexus::values::ConnectionStatus;

/// How a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JobState {
    /// It signs in or gathers.
    Running,
    /// It waits for an answer.
    Challenged,
    /// It ended right.
    Succeeded,
    /// It ended in another way.
    Failed,
}

/// A job.
pub(crate) struct Job {
    /// Its identifier.
    pub guid: String,
    /// Its kind.
    pub kind: JobKind,
    /// How many of its kind the member has had, this one included.
    pub count: usize,
    /// The login that it signs in with: the owners follow from it.
    pub login: String,
    /// What is still to come; the first step is the one that it is in.
    pub steps: VecDeque<Step>,
    /// When it started.
    pub started: Instant,
    /// When the step began that it is in.
    pub step_started: Instant,
    /// How it ended.
    pub end: Option<ConnectionStatus>,
    /// Whether the bank let it in.
    pub is_authenticated: bool,
    /// What it asks now.
    pub open: Vec<Challenge>,
    /// Answers that were left in the older way and not given to the bank yet.
    pub stored_answers: Answers,
}

impl Job {
    /// A job that starts now.
    pub(crate) fn new(kind: JobKind, login: String, steps: Vec<Step>, now: Instant) -> Self {
        Self {
            guid: guid("JOB"),
            kind,
            count: 1,
            login,
            steps: steps.into(),
            started: now,
            step_started: now,
            end: None,
            is_authenticated: false,
            open: Vec::new(),
            stored_answers: Answers::new(),
        }
    }

    /// Whether it is not over.
    pub(crate) fn is_running(&self) -> bool {
        self.end.is_none()
    }

    /// How it stands.
    pub(crate) fn state(&self) -> JobState {
        match &self.end {
            Some(ConnectionStatus::Connected) => JobState::Succeeded,
            Some(_) => JobState::Failed,
            None if matches!(self.steps.front(), Some(Step::Ask(_))) => JobState::Challenged,
            None => JobState::Running,
        }
    }

    /// The status that jobs have beside that of the member, by number and name.
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
