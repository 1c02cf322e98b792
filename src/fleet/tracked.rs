//! One job of a fleet, with what the fleet has to know of it.

use tokio::time::Instant;

use super::FleetJob;
use crate::jobs::{Answers, Job, JobError, JobHandle, Kind, PackedJob, Step};
use crate::values::ConnectionStatus;

/// The place of a job in its fleet.
pub(super) enum Slot<K: Kind> {
    /// It waits; most jobs of a large fleet do.
    Packed(Box<Waiting<K>>),
    /// It is challenged, or cannot be packed.
    Idle(Box<Tracked<K>>),
    /// The job itself is in the task that makes its call.
    InFlight(Box<InFlight>),
}

/// A job that waits, packed.
pub(super) struct Waiting<K: Kind> {
    number: FleetJob,
    job: PackedJob<K>,
    due: Instant,
    is_announced: bool,
}

/// What is known of a job whose call is under way.
pub(super) struct InFlight {
    pub(super) handle: JobHandle,
    /// Whether the call after this one is due at once.
    pub(super) is_woken: bool,
}

impl<K: Kind> Slot<K> {
    /// Packs the job if it can be packed.
    pub(super) fn new(tracked: Box<Tracked<K>>) -> Self {
        if tracked.answers.is_some() || !tracked.job.is_packable() {
            return Self::Idle(tracked);
        }
        Self::Packed(Box::new(Waiting {
            number: tracked.number,
            job: tracked.job.pack(tracked.last_status),
            due: tracked.due,
            is_announced: tracked.is_announced,
        }))
    }

    /// The job, unless its call is under way.
    pub(super) fn into_tracked(self) -> Option<Box<Tracked<K>>> {
        match self {
            Self::Packed(waiting) => {
                let (job, last_status) = waiting.job.unpack(waiting.due);
                Some(Box::new(Tracked {
                    number: waiting.number,
                    job,
                    is_challenged: false,
                    due: waiting.due,
                    answers: None,
                    is_announced: waiting.is_announced,
                    last_status,
                }))
            }
            Self::Idle(tracked) => Some(tracked),
            Self::InFlight(_) => None,
        }
    }

    /// The handle to save.
    pub(super) fn handle(&self) -> JobHandle {
        match self {
            Self::Packed(waiting) if waiting.is_announced => waiting.job.handle().in_flight(),
            Self::Packed(waiting) => waiting.job.handle(),
            Self::Idle(tracked) => tracked.handle(),
            Self::InFlight(call) => call.handle.clone(),
        }
    }
}

/// A job between its calls.
pub(super) struct Tracked<K: Kind> {
    pub(super) number: FleetJob,
    pub(super) job: Job<K>,
    /// Whether the job waits for answers.
    pub(super) is_challenged: bool,
    /// When the next call is due.
    pub(super) due: Instant,
    /// Answers to send with the next call.
    pub(super) answers: Option<Answers>,
    /// Whether [`Outcome::Starting`](super::Outcome::Starting) has been returned for the start.
    pub(super) is_announced: bool,
    /// The status that was reported last.
    pub(super) last_status: Option<ConnectionStatus>,
}

impl<K: Kind> Tracked<K> {
    pub(super) fn new(number: FleetJob, job: Job<K>) -> Self {
        Self {
            number,
            job,
            is_challenged: false,
            due: Instant::now(),
            answers: None,
            is_announced: false,
            last_status: None,
        }
    }

    /// The handle while no call is under way.
    pub(super) fn handle(&self) -> JobHandle {
        if self.is_announced {
            self.job.handle().in_flight()
        } else {
            self.job.handle().clone()
        }
    }

    /// When the next call is due: now when there are answers to send, else by the polling.
    pub(super) fn next_due(&mut self) -> Instant {
        match &self.answers {
            Some(_) => Instant::now(),
            None => self.job.next_due(),
        }
    }

    /// Extends the budget by the time in which the job waited only because of the limit on calls.
    pub(super) fn extend_budget(&mut self, now: Instant) {
        self.job.extend(now.saturating_duration_since(self.due));
    }

    /// The handle to save before the next call.
    pub(super) fn before_call(&self) -> JobHandle {
        if self.answers.is_some() {
            self.job.handle().while_answering()
        } else {
            self.job.handle().in_flight()
        }
    }

    /// Whether the next call starts the job, by the handle from before it.
    pub(super) fn is_start(&self, before_call: &JobHandle) -> bool {
        self.answers.is_none() && before_call != self.job.handle()
    }

    pub(super) async fn call(&mut self) -> Result<Step<K>, JobError> {
        match self.answers.take() {
            Some(answers) => self.job.answer(answers).await?,
            None => return self.job.call().await,
        }
        Ok(Step::Running(self.job.progress()))
    }
}
