//! What Restate stores: ids, statuses and counts. No token, no answer, no text of a question, no result.

use std::time::Duration;

use mx_nexus::jobs::steps::{Event, Stepped};
use mx_nexus::jobs::{JobHandle, Remedy};
use mx_nexus::values::{ChallengeGuid, ConnectionStatus};
use serde::{Deserialize, Serialize};

/// The input of a workflow.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Request {
    /// The job, not started or to be resumed.
    pub(crate) handle: JobHandle,
    /// How long to wait for MX in all.
    #[serde(default = "an_hour")]
    pub(crate) timeout_seconds: u64,
    /// How long the user may take to answer one round of questions.
    #[serde(default = "a_day")]
    pub(crate) user_timeout_seconds: u64,
}

pub(crate) const fn an_hour() -> u64 {
    60 * 60
}

pub(crate) const fn a_day() -> u64 {
    24 * 60 * 60
}

/// What one journaled step has led to.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct StepRecord {
    pub(crate) stepped: Stepped,
    /// How many results there are, at the end.
    pub(crate) count: Option<usize>,
    /// The pause of this worker's polling. Journaled, since a replay must not depend on the configuration.
    pub(crate) pause: Duration,
    /// How long the step took, its waits included.
    pub(crate) took: Duration,
}

/// How far a workflow has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum Status {
    /// MX is working.
    Running {
        /// The last status of the member.
        member: Option<ConnectionStatus>,
    },
    /// MX asks.
    Challenged {
        /// The open questions; [`JobClient::questions`](crate::JobClient::questions) reads their text from MX.
        questions: Vec<ChallengeGuid>,
    },
    /// The workflow has ended, with this outcome.
    Ended(Box<Outcome>),
}

impl Status {
    /// The status after an event, where that is no end.
    pub(crate) fn of(event: &Event) -> Option<Self> {
        match event {
            Event::Running { status, .. } => Some(Self::Running {
                member: status.clone(),
            }),
            Event::Challenged { questions } => Some(Self::Challenged {
                questions: questions.clone(),
            }),
            Event::Done | Event::Failed { .. } => None,
        }
    }
}

/// How a workflow ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// MX has the result; [`JobClient::result`](crate::JobClient::result) reads it.
    Done {
        /// How many owners, account numbers or accounts there are.
        count: usize,
        /// The job.
        handle: JobHandle,
    },
    /// The job ended without a result.
    Failed {
        /// What happened, for a log.
        message: String,
        /// Whether a new workflow that resumes the handle may still lead to a result.
        is_resumable: bool,
        /// What can be done about it.
        remedy: Option<Remedy>,
        /// The job.
        handle: JobHandle,
    },
}

impl Outcome {
    /// The job, for [`User::resume`](mx_nexus::User::resume).
    pub fn handle(&self) -> &JobHandle {
        match self {
            Self::Done { handle, .. } | Self::Failed { handle, .. } => handle,
        }
    }
}

/// The questions that are open: what is needed to read and answer them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct OpenQuestions {
    /// Counts the rounds of questions of one workflow.
    pub(crate) round: u32,
    pub(crate) handle: JobHandle,
}

/// The answers to a round of questions were sent to MX.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Answered {
    pub(crate) round: u32,
    /// The job after it.
    pub(crate) handle: JobHandle,
}
