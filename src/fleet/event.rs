//! What a fleet tells its owner.

use std::fmt;

use crate::identity::{Challenges, IdentityError, JobHandle, Owners, Progress};
use crate::values::MemberGuid;

/// A job of a fleet, for [`Fleet::answer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FleetJob(pub(super) u64);

/// What happened to one job.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FleetEvent {
    /// Which job.
    pub job: FleetJob,
    /// The partner's id of its user.
    pub user_id: Option<String>,
    /// The member that is identified.
    pub member: MemberGuid,
    /// The job as it is now, to save.
    pub handle: JobHandle,
    /// What happened.
    pub outcome: Outcome,
}

impl FleetEvent {
    pub(super) fn new(job: FleetJob, handle: JobHandle, outcome: Outcome) -> Self {
        Self {
            job,
            user_id: handle.user_id().map(str::to_owned),
            member: handle.member().clone(),
            handle,
            outcome,
        }
    }
}

/// What is left of a fleet that was stopped.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Stopped {
    /// What happened that nobody asked for any more.
    pub events: Vec<FleetEvent>,
    /// The jobs that are not over; save them to go on later.
    pub unfinished: Vec<JobHandle>,
}

/// What happened to a job.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The start is sent when the fleet is asked for the next event. Whoever saves the event's handle now does not start the
    /// job twice, even if the program dies in the middle.
    Starting,
    /// The member has another status than before.
    Running(Progress),
    /// MX asks. The job waits for [`Fleet::answer`], and costs nothing meanwhile.
    Challenged(Challenges),
    /// The owners are there; the job is over.
    Done(Owners),
    /// The job is over without owners, here: the error tells whether its handle leads on.
    Failed(IdentityError),
}

/// Why answers were not taken.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum NotAnswered {
    /// The job is over, at work, or not of this fleet.
    NotChallenged(FleetJob),
    /// The answers do not fit what was asked.
    Unfit(IdentityError),
}

impl fmt::Display for NotAnswered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotChallenged(FleetJob(number)) => {
                write!(formatter, "job {number} of the fleet waits for no answer")
            }
            Self::Unfit(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for NotAnswered {}
