//! What the machine and its driver exchange: directives one way, observations the other.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::reading::Reading;
use super::status::Remedy;
use crate::values::{ChallengeGuid, ConnectionStatus};

/// What to do next. [`Machine`](super::machine::Machine) has an example.
///
/// ```
/// use mx_nexus::jobs::machine::{Directive, Machine, OtherJob};
///
/// let machine = Machine::new(&"MBR-1".into(), OtherJob::Wait);
/// assert_eq!(machine.directive(), Directive::ReadMember);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Directive {
    /// `GET /members/{guid}`; report [`Observation::Member`].
    ReadMember,
    /// Report [`Observation::Sending`], save the state if it is saved at all, then start the job.
    Start,
    /// `GET /members/{guid}/challenges`; report [`Observation::Challenges`].
    ListChallenges,
    /// Get the user's answers to all of these, then `PUT /members/{guid}/resume`.
    Ask(Vec<ChallengeGuid>),
    /// Read the result; report [`Observation::ResultRead`].
    ReadResult,
    /// The result was read: nothing is left to do.
    Finished,
    /// The job ended without a result.
    Ended(End),
    /// The budget is spent; [`Machine::renew`](super::machine::Machine::renew) goes on.
    TimedOut(Progress),
}

impl Directive {
    /// Whether a question is open, as far as the machine knows.
    pub(super) const fn is_about_questions(&self) -> bool {
        matches!(self, Self::ListChallenges | Self::Ask(_))
    }
}

/// What happened. [`Machine`](super::machine::Machine) has an example.
///
/// ```
/// use mx_nexus::jobs::machine::{Directive, Machine, Observation, OtherJob, Reading};
///
/// let mut machine = Machine::new(&"MBR-1".into(), OtherJob::Wait);
/// let status = Some("CONNECTED".into());
/// machine.observe(Observation::Member(Reading { status, ..Reading::default() }));
/// assert_eq!(machine.directive(), Directive::Start);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Observation {
    /// The member was read.
    Member(Reading),
    /// The POST is about to be sent.
    Sending,
    /// The POST was accepted (200), with the member in its answer.
    Started(Reading),
    /// A job of this kind runs already (202), with the member if there was one.
    Joined(Reading),
    /// A job of another kind runs (409).
    OtherJobRuns,
    /// The institution does not support this kind of job (400).
    NotSupported,
    /// The institution is not available at the moment (400).
    Unavailable,
    /// The product is not enabled (403).
    NotEnabled,
    /// The open challenges; empty also for a 204.
    Challenges(Vec<ChallengeGuid>),
    /// All answers were accepted.
    Answered,
    /// The answers were refused (400).
    AnswersRefused,
    /// The member is not challenged (405).
    NotChallenged,
    /// The result was read.
    ResultRead,
    /// The POST or PUT may have had its effect, but its answer is lost (timeout, reset, 5xx, redirect).
    AnswerLost,
    /// The POST or PUT had no effect: it was never sent, or was refused unprocessed (429).
    NoEffect,
    /// A GET failed for a transient reason, or its answer held nothing.
    ReadFailed,
    /// MX refused a GET.
    ReadRefused,
    /// MX does not know the member (404), in a GET or in the POST.
    NotFound,
    /// The budget is spent.
    BudgetSpent,
}

/// How soon to follow a directive; a [`PollPolicy`](super::PollPolicy) turns it into a time.
///
/// ```
/// use mx_nexus::jobs::{Pace, PollPolicy, Polling};
///
/// assert!(Polling::default().delay(Pace::Slow, 0) > Polling::default().delay(Pace::Quick, 0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pace {
    /// Without waiting.
    AtOnce,
    /// After the shortest interval: something changed, or is about to.
    Quick,
    /// After an ordinary interval: nothing has changed for a while, or a request failed.
    Steady,
    /// After a long interval: MX reports that it takes long.
    Slow,
}

/// What to do when a job of another kind runs. For [`JobBuilder::with_other_job`](super::JobBuilder::with_other_job).
///
/// ```no_run
/// # fn example(user: mx_nexus::User) {
/// use mx_nexus::jobs::OtherJob;
///
/// let identify = user.identify("MBR-1").with_other_job(OtherJob::Refuse);
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OtherJob {
    /// Wait for its end within the budget, then start. Its questions are asked as well, since it does not end without answers.
    #[default]
    Wait,
    /// End with [`End::OtherJobRuns`].
    Refuse,
}

/// How far a job has come, such as `CONNECTED after 3 polls`: for a progress line and for the error when the budget is spent.
///
/// ```
/// use mx_nexus::jobs::machine::{Machine, Observation, OtherJob, Reading};
///
/// let mut machine = Machine::new(&"MBR-1".into(), OtherJob::Wait);
/// let status = Some("CONNECTED".into());
/// machine.observe(Observation::Member(Reading { status, ..Reading::default() }));
/// let progress = machine.progress();
/// assert_eq!((progress.polls, progress.unknown_status.clone()), (0, None));
/// assert_eq!(progress.to_string(), "CONNECTED after 0 polls");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// How often the member was read, the baseline not counted.
    pub polls: u32,
    /// The last status seen.
    pub last_status: Option<ConnectionStatus>,
    /// The first status seen that this version does not know. Warn when it appears.
    pub unknown_status: Option<String>,
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self
            .last_status
            .as_ref()
            .map_or("no status", ConnectionStatus::as_str);
        let plural = if self.polls == 1 { "" } else { "s" };
        write!(f, "{status} after {} poll{plural}", self.polls)
    }
}

/// Why a job ended without a result.
///
/// ```
/// use mx_nexus::jobs::{End, Remedy};
///
/// let end = End::Status("LOCKED".into());
/// assert_eq!(end.to_string(), "the member ended LOCKED");
/// assert_eq!(end.remedy(), Remedy::ActAtInstitution);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum End {
    /// The member came to rest with this status.
    Status(ConnectionStatus),
    /// The member is manual: it has no connection to an institution.
    Manual,
    /// MX does not know the member: it was deleted, or belongs to another user.
    NoSuchMember,
    /// The institution does not support this kind of job.
    NotSupported,
    /// The institution is not available at the moment.
    Unavailable,
    /// This kind of job is not enabled for this partner.
    NotEnabled,
    /// Another job runs, and the caller chose not to wait.
    OtherJobRuns,
    /// A later job of the member has replaced ours, so how ours ended is not known.
    Overtaken,
    /// The answer to every POST was lost, and no reading shows a job.
    StartUnknown,
    /// MX refused the answers several times in a row.
    AnswersRefused,
    /// The start was accepted, and MX started no job: it limits how often such jobs run.
    Throttled,
}

impl End {
    /// What can be done about it.
    #[must_use]
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::Status(status) => Remedy::of(status).unwrap_or(Remedy::TryLater),
            Self::Manual | Self::NoSuchMember | Self::NotSupported => Remedy::GoneForGood,
            Self::NotEnabled => Remedy::ContactMx,
            Self::OtherJobRuns | Self::Overtaken | Self::Unavailable | Self::Throttled => {
                Remedy::TryLater
            }
            Self::StartUnknown | Self::AnswersRefused => Remedy::Resume,
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Status(status) => return write!(f, "the member ended {status}"),
            Self::Manual => "the member is manual",
            Self::NoSuchMember => {
                "MX does not know this member; it was deleted, or belongs to another user"
            }
            Self::NotSupported => "the institution does not support this kind of job",
            Self::Unavailable => "the institution is not available at the moment",
            Self::NotEnabled => "this kind of job is not enabled for this partner",
            Self::OtherJobRuns => "another job of this member runs",
            Self::Overtaken => {
                "a later job of this member has replaced ours, so how ours ended is not known"
            }
            Self::StartUnknown => "the answers to the start were lost, and no reading shows a job",
            Self::AnswersRefused => "MX refused the answers several times in a row",
            Self::Throttled => "MX accepted the start and started no job",
        })
    }
}

/// Where a job is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum Phase {
    /// The member has to be read before the start.
    #[default]
    Baseline,
    /// The start is due.
    Start,
    /// The start is being sent, or its answer was lost.
    Sent,
    /// A job of another kind is in the way.
    OtherJob,
    /// The job is polled.
    Follow,
    /// The open questions have to be listed.
    List {
        /// Whether they count even if they are the ones just answered.
        is_anew: bool,
    },
    /// These questions are asked.
    Ask(Vec<ChallengeGuid>),
    /// The result has to be read.
    Result,
    /// The result was read.
    Finished,
    /// The job ended without a result.
    Ended(End),
}
