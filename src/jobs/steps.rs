//! One call of a saved job, for web applications and durable engines: what to save, and what happened.
//!
//! The caller saves [`JobHandle::in_flight`] (or [`JobHandle::while_answering`]) before the call, makes it, and saves
//! [`Stepped::handle`] after it. Everything in [`Stepped`] may be journaled in clear; the result of the job may not, so it is
//! returned beside it. The job is resumed by a user of Nexus or of Atrium: [`JobHandle::api`] is the one.
//!
//! ```no_run
//! # async fn save(_: &mx_nexus::jobs::JobHandle) {}
//! use mx_nexus::identity::{Identification, JobHandle};
//! use mx_nexus::jobs::steps::{self, Event};
//!
//! # async fn example(user: mx_nexus::User, handle: JobHandle, deadline: std::time::SystemTime) -> Result<(), mx_nexus::Error> {
//! save(&handle.in_flight()).await;
//! let resume = user.resume::<Identification>(handle)?;
//! // What is left of the budget of the whole job, not a new budget for each call.
//! let left = deadline.duration_since(std::time::SystemTime::now()).unwrap_or_default();
//! let (stepped, owners) = steps::step(resume, left).await;
//! save(&stepped.handle).await;
//! match stepped.event {
//!     Event::Running { .. } => tokio::time::sleep(stepped.delay).await,
//!     Event::Challenged { questions } => println!("ask {} questions", questions.len()),
//!     Event::Done => println!("{} owners", owners.map_or(0, |owners| owners.len())),
//!     Event::Failed { message, .. } => println!("{message}"),
//! }
//! # Ok(())
//! # }
//! ```

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::api::Kind;
use super::builder::JobBuilder;
use super::driver::{Job, Step};
use super::{Answers, Challenges, JobError, JobHandle, Remedy};
use crate::values::{ChallengeGuid, ConnectionStatus};

/// What one call has led to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Stepped {
    /// What to save.
    pub handle: JobHandle,
    /// How long to wait before the next call.
    pub delay: Duration,
    /// What happened.
    pub event: Event,
}

/// What happened in one call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// MX is working; make the next call after the delay.
    Running {
        /// The last status of the member.
        status: Option<ConnectionStatus>,
        /// How often the member was read.
        polls: u32,
    },
    /// MX asks; go on with [`answer`].
    Challenged {
        /// The open questions, by their identifiers; their text is personal, and [`questions`] reads it.
        questions: Vec<ChallengeGuid>,
    },
    /// The result was read.
    Done,
    /// The job ended without a result, or a call failed.
    Failed {
        /// What happened, for a log.
        message: String,
        /// Whether the job may still lead to a result when it is resumed.
        is_resumable: bool,
        /// What can be done about it.
        remedy: Option<Remedy>,
    },
}

/// Makes one call, without waiting before it; `left` is what is left of the budget of the whole job. Returns the result where the job is done.
pub async fn step<K: Kind>(job: JobBuilder<K>, left: Duration) -> (Stepped, Option<K::Output>) {
    let mut job = job.prepare(left);
    match job.poll().await {
        Ok(Step::Running(_)) => (running(&job), None),
        Ok(Step::Challenged(challenges)) => {
            let questions = challenges.iter().map(|it| it.guid().clone()).collect();
            (stepped(&job, Event::Challenged { questions }), None)
        }
        Ok(Step::Done(result)) => (stepped(&job, Event::Done), Some(result)),
        Err(error) => (failed(&job, &error), None),
    }
}

/// Lists the open questions, as text to show to the user; none when no question is open.
///
/// # Errors
///
/// As [`Job::next`].
pub async fn questions<K: Kind>(
    job: JobBuilder<K>,
    left: Duration,
) -> Result<Option<Challenges>, JobError> {
    let mut job = job.prepare(left);
    match job.poll().await? {
        Step::Challenged(challenges) => Ok(Some(challenges)),
        Step::Running(_) | Step::Done(_) => Ok(None),
    }
}

/// Sends the user's answers, after it has listed the open questions and checked the answers against them.
pub async fn answer<K: Kind>(job: JobBuilder<K>, left: Duration, answers: Answers) -> Stepped {
    let mut job = job.prepare(left);
    match job.answer(answers).await {
        Ok(()) => running(&job),
        Err(error) => failed(&job, &error),
    }
}

fn running<K: Kind>(job: &Job<K>) -> Stepped {
    let progress = job.progress();
    let event = Event::Running {
        status: progress.last_status,
        polls: progress.polls,
    };
    stepped(job, event)
}

fn failed<K: Kind>(job: &Job<K>, error: &JobError) -> Stepped {
    let event = Event::Failed {
        message: error.to_string(),
        is_resumable: error.is_resumable(),
        remedy: error.remedy(),
    };
    stepped(job, event)
}

fn stepped<K: Kind>(job: &Job<K>, event: Event) -> Stepped {
    Stepped {
        handle: job.handle().clone(),
        delay: job.delay(),
        event,
    }
}
