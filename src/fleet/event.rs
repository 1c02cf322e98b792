//! The events of a fleet, what it returns when it stops, and why answers are refused.

use std::fmt;

use crate::identity::{Challenges, JobError, JobHandle, Owners, Progress};
use crate::values::MemberGuid;

/// The number of a job in its fleet, for [`Fleet::answer`](super::Fleet::answer).
///
/// ```no_run
/// # fn example(nexus: mx_nexus::Nexus) {
/// let mut fleet = nexus.fleet(std::time::Duration::from_secs(600));
/// let job = fleet.identify(&nexus.user("U-1"), "MBR-1");
/// assert!(fleet.remove_challenged(job).is_none(), "it is not challenged yet");
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FleetJob(pub(super) u64);

/// What happened to one job.
///
/// ```
/// use mx_nexus::fleet::FleetEvent;
///
/// fn subject(event: &FleetEvent) -> String {
///     let user = event.user_id.as_deref().unwrap_or("a user of a token");
///     format!("{} of {user}", event.member)
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FleetEvent {
    /// The job.
    pub job: FleetJob,
    /// Your id of its user; none for a user of a token from elsewhere.
    pub user_id: Option<String>,
    /// The member to identify.
    pub member: MemberGuid,
    /// The current handle of the job, to save.
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

/// The remaining events and unfinished jobs of a stopped fleet.
///
/// ```no_run
/// # fn handle_event(_: mx_nexus::fleet::FleetEvent) {}
/// # fn save(_: String) {}
/// # async fn example(mut fleet: mx_nexus::fleet::Fleet) -> Result<(), Box<dyn std::error::Error>> {
/// let stopped = fleet.stop().await;
/// for event in stopped.events {
///     // They may contain owners.
///     handle_event(event);
/// }
/// for handle in &stopped.unfinished {
///     save(serde_json::to_string(handle)?);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Stopped {
    /// The events that were not returned by [`Fleet::next`](super::Fleet::next).
    pub events: Vec<FleetEvent>,
    /// The handles of the jobs that are not over; save them to resume later.
    pub unfinished: Vec<JobHandle>,
}

/// What happened to a job.
///
/// ```
/// use mx_nexus::fleet::Outcome;
///
/// fn is_over(outcome: &Outcome) -> bool {
///     matches!(outcome, Outcome::Done(_) | Outcome::Failed(_))
/// }
///
/// fn describe(outcome: &Outcome) -> String {
///     match outcome {
///         Outcome::Running(progress) => format!("running: {progress}"),
///         Outcome::Challenged(challenges) => format!("{} questions", challenges.len()),
///         Outcome::Done(owners) => format!("{} owners", owners.len()),
///         Outcome::Failed(error) => error.to_string(),
///         _ => "an outcome of a later version".to_owned(),
///     }
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The start is sent by a later call of `next`. Save the event's handle now: a job that is resumed from it is not started
    /// twice, even if the program is killed in the middle.
    Starting,
    /// The member has another status than before.
    Running(Progress),
    /// MX asks for answers. The job makes no call until [`Fleet::answer`](super::Fleet::answer).
    Challenged(Challenges),
    /// The job is over, with its owners.
    Done(Owners),
    /// The job is over in this fleet, without owners. The remedy of the error says whether its handle can be resumed.
    Failed(JobError),
}

/// Why [`Fleet::answer`](super::Fleet::answer) refused the answers.
///
/// ```
/// use mx_nexus::fleet::{Fleet, FleetJob, NotAnswered};
/// use mx_nexus::identity::Answers;
///
/// fn answer(fleet: &mut Fleet, job: FleetJob, answers: Answers) -> &'static str {
///     match fleet.answer(job, answers) {
///         Ok(()) => "accepted",
///         Err(NotAnswered::Unfit(_)) => "please check your answers",
///         Err(_) => "no longer challenged",
///     }
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum NotAnswered {
    /// The job is over, running, or not in this fleet.
    NotChallenged(FleetJob),
    /// The answers do not fit the challenges.
    Unfit(JobError),
}

impl fmt::Display for NotAnswered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotChallenged(FleetJob(number)) => {
                write!(formatter, "job {number} of the fleet is not challenged")
            }
            Self::Unfit(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for NotAnswered {}
