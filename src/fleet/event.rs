//! What a fleet tells its owner.

use std::fmt;

use crate::identity::{Challenges, JobError, JobHandle, Owners, Progress};
use crate::values::MemberGuid;

/// A job of a fleet, for [`Fleet::answer`](super::Fleet::answer).
///
/// ```no_run
/// # fn example(nexus: mx_nexus::Nexus) {
/// let mut fleet = nexus.fleet(std::time::Duration::from_secs(600));
/// let job = fleet.identify(&nexus.user("U-1"), "MBR-1");
/// assert!(fleet.hand_over(job).is_none(), "it waits for no answer yet");
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
///
/// ```no_run
/// # fn settle(_: mx_nexus::fleet::FleetEvent) {}
/// # fn save(_: String) {}
/// # async fn example(mut fleet: mx_nexus::fleet::Fleet) -> Result<(), Box<dyn std::error::Error>> {
/// let stopped = fleet.stop().await;
/// for event in stopped.events {
///     // Owners may be among them.
///     settle(event);
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
    /// What happened that nobody asked for any more.
    pub events: Vec<FleetEvent>,
    /// The jobs that are not over; save them to go on later.
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
/// fn tell(outcome: &Outcome) -> String {
///     match outcome {
///         Outcome::Running(progress) => format!("running: {progress}"),
///         Outcome::Challenged(challenges) => format!("{} questions", challenges.len()),
///         Outcome::Done(owners) => format!("{} owners", owners.len()),
///         Outcome::Failed(error) => error.to_string(),
///         _ => "something of a later version".to_owned(),
///     }
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The start is sent when the fleet is asked for the next event. Whoever saves the event's handle now does not start the
    /// job twice, even if the program dies in the middle.
    Starting,
    /// The member has another status than before.
    Running(Progress),
    /// MX asks. The job waits for [`Fleet::answer`](super::Fleet::answer), and costs nothing meanwhile.
    Challenged(Challenges),
    /// The owners are there; the job is over.
    Done(Owners),
    /// The job is over without owners, here: the error tells whether its handle leads on.
    Failed(JobError),
}

/// Why answers were not taken.
///
/// ```
/// use mx_nexus::fleet::{Fleet, FleetJob, NotAnswered};
/// use mx_nexus::identity::Answers;
///
/// fn answer(fleet: &mut Fleet, job: FleetJob, answers: Answers) -> &'static str {
///     match fleet.answer(job, answers) {
///         Ok(()) => "thank you",
///         Err(NotAnswered::Unfit(_)) => "please look at your answers again",
///         Err(_) => "nothing is asked any more",
///     }
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum NotAnswered {
    /// The job is over, at work, or not of this fleet.
    NotChallenged(FleetJob),
    /// The answers do not fit what was asked.
    Unfit(JobError),
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
