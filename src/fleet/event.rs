//! The events of a fleet, what it returns when it stops, and why answers are refused.

use std::fmt;

use crate::identity::Identification;
use crate::jobs::{Challenges, JobError, JobHandle, Kind, Progress};
use crate::values::MemberGuid;

/// The number of a job in its fleet, for [`Fleet::answer`](super::Fleet::answer).
///
/// ```no_run
/// # fn example(user: mx_nexus::User) {
/// let mut fleet = mx_nexus::fleet::Fleet::new(std::time::Duration::from_secs(600));
/// let job = fleet.start(user.identify("MBR-1"));
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
pub struct FleetEvent<K: Kind = Identification> {
    /// The job.
    pub job: FleetJob,
    /// Your id of its user; none for a user of a token from elsewhere.
    pub user_id: Option<String>,
    /// Its member.
    pub member: MemberGuid,
    /// The current handle of the job, to save.
    pub handle: JobHandle,
    /// What happened.
    pub outcome: Outcome<K>,
}

impl<K: Kind> FleetEvent<K> {
    pub(super) fn new(job: FleetJob, handle: JobHandle, outcome: Outcome<K>) -> Self {
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
///     // They may contain results.
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
pub struct Stopped<K: Kind = Identification> {
    /// The events that were not returned by [`Fleet::next`](super::Fleet::next).
    pub events: Vec<FleetEvent<K>>,
    /// The handles of the jobs that are not over; save them to resume later.
    pub unfinished: Vec<JobHandle>,
}

/// What happened to a job.
///
/// ```
/// use mx_nexus::fleet::Outcome;
/// use mx_nexus::jobs::Kind;
///
/// fn describe<K: Kind>(outcome: &Outcome<K>) -> String {
///     match outcome {
///         Outcome::Starting => "starting".to_owned(),
///         Outcome::Running(progress) => format!("running: {progress}"),
///         Outcome::Challenged(challenges) => format!("{} questions", challenges.len()),
///         Outcome::Done(result) => format!("{result:?}"),
///         Outcome::Failed(error) => error.to_string(),
///     }
/// }
/// ```
#[derive(Clone, Debug)]
pub enum Outcome<K: Kind = Identification> {
    /// The start is sent by a later call of `next`. Save the event's handle now: a job that is resumed from it is not started
    /// twice, even if the program is killed in the middle.
    Starting,
    /// The member has another status than before.
    Running(Progress),
    /// MX asks for answers. The job makes no call until [`Fleet::answer`](super::Fleet::answer).
    Challenged(Challenges),
    /// The job is over, with its result.
    Done(K::Output),
    /// The job is over in this fleet, without a result. [`JobError::is_resumable`] is whether its handle may lead to one yet,
    /// [`JobError::has_cost`] whether to keep it anyway.
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
