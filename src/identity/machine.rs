//! The identification workflow as a pure state machine: observations in, directives out.
//!
//! No I/O and no clock. A driver asks [`Machine::pace`] how soon and [`Machine::directive`] what to
//! do, does it, and reports the outcome to [`Machine::observe`]; time and budget are the driver's.
//! The state is JSON with ids and statuses only, so that another process can take the next step, or
//! a durable engine one call a step. A [`JobHandle`](super::JobHandle) puts a version to it; who saves a
//! machine by itself keeps one beside it.
//!
//! ```text
//! Baseline -> Start -> Sent -> Follow -> Owners -> Finished    (or Ended, from anywhere)
//!               ^       |       ^  v
//!               OtherJob        Ask <- List
//! ```
//!
//! - The POST costs money, so the driver reports [`Observation::Sending`] (and saves, if it saves)
//!   *before* it sends. From then on a lost answer, a crash or a resume leads to reading only; the
//!   POST is repeated when [`SETTLED`] readings in a row show no effect, and at most twice. A job that
//!   stands in the way of a repetition (409) may be the lost one, so it is judged in the same manner.
//! - What a reading is worth is decided in `echo.rs`, what a status means in `status.rs`; here they
//!   meet. While the member is aggregating only CHALLENGED counts; at rest the status decides, once
//!   it is believed. REJECTED has to settle as well, since another question may follow.
//! - A question just answered is asked again only if MX asks anew: the list holds another id, the
//!   member left CHALLENGED and came back, the answers were refused, or the same list settles (the
//!   answer never arrived).
//! - Between two waits come only a few directives, whatever MX answers, so a driver with a budget
//!   always ends. An observation that does not fit the phase is ignored.

use serde::{Deserialize, Serialize};

pub use super::dialogue::{Directive, End, Observation, OtherJob, Pace, Progress};
use super::echo::{Echo, Weight};
pub use super::echo::{Reading, SETTLED};
use super::status::{Class, classify};
use crate::values::{ChallengeGuid, ConnectionStatus, JobGuid};

/// How often a POST that showed no effect is sent again.
const REPOSTS: u8 = 2;
/// How many refusals in a row end it: banks lock logins over wrong answers.
const REFUSALS: u8 = 3;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Phase {
    #[default]
    Baseline,
    Start,
    /// A POST is under way, or its answer was lost.
    Sent,
    OtherJob,
    Follow,
    /// `is_anew`: the questions count even if they are the ones just answered.
    List {
        is_anew: bool,
    },
    Ask(Vec<ChallengeGuid>),
    Owners,
    Finished,
    Ended(End),
}

/// One identification, from before its start to its end.
///
/// ```
/// use mx_nexus::identity::machine::{Directive, Machine, Observation, OtherJob, Reading};
///
/// let member = |status: &str, is_being_aggregated, job: &str| Reading {
///     status: Some(status.into()),
///     is_being_aggregated,
///     job: Some(job.into()),
/// };
/// let mut machine = Machine::new(OtherJob::Wait);
/// machine.observe(Observation::Member(member("CONNECTED", false, "JOB-1")));
/// assert_eq!(machine.directive(), Directive::PostIdentify);
/// machine.observe(Observation::Sending);
/// machine.observe(Observation::Started(member("CONNECTED", true, "JOB-2")));
/// // The echo of the earlier job is not taken for the end of ours.
/// machine.observe(Observation::Member(member("CONNECTED", false, "JOB-1")));
/// assert_eq!(machine.directive(), Directive::ReadMember);
/// machine.observe(Observation::Member(member("CONNECTED", false, "JOB-2")));
/// assert_eq!(machine.directive(), Directive::ReadOwners);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "a machine does nothing until it is driven"]
pub struct Machine {
    other_job: OtherJob,
    phase: Phase,
    echo: Echo,
    answered: Vec<ChallengeGuid>,
    polls: u32,
    reposts: u8,
    refusals: u8,
    unknown_status: Option<String>,
    came_to_nothing: bool,
    is_spent: bool,
}

impl Machine {
    /// An identification that has not started.
    pub fn new(other_job: OtherJob) -> Self {
        Self {
            other_job,
            ..Self::default()
        }
    }

    /// What to do next: the same until something is observed, and for ever after the end.
    #[must_use]
    pub fn directive(&self) -> Directive {
        match &self.phase {
            Phase::Finished => Directive::Finished,
            Phase::Ended(end) => Directive::Ended(end.clone()),
            _ if self.is_spent => Directive::OutOfPatience(self.progress()),
            Phase::Start => Directive::PostIdentify,
            Phase::Baseline | Phase::Sent | Phase::OtherJob | Phase::Follow => {
                Directive::ReadMember
            }
            Phase::List { .. } => Directive::ListChallenges,
            Phase::Ask(challenges) => Directive::Ask(challenges.clone()),
            Phase::Owners => Directive::ReadOwners,
        }
    }

    /// How soon to do it.
    #[must_use]
    pub fn pace(&self) -> Pace {
        let is_slow = classify(self.echo.last_status()) == Class::Slow;
        match &self.phase {
            Phase::Finished | Phase::Ended(_) => Pace::AtOnce,
            _ if self.is_spent => Pace::AtOnce,
            Phase::Sent | Phase::OtherJob | Phase::Follow if is_slow => Pace::Slow,
            _ if self.came_to_nothing => Pace::Steady,
            Phase::Sent | Phase::Follow if !self.echo.is_settled() => Pace::Quick,
            Phase::Sent | Phase::Follow | Phase::OtherJob => Pace::Steady,
            Phase::Baseline | Phase::Start => Pace::AtOnce,
            Phase::List { .. } | Phase::Ask(_) | Phase::Owners => Pace::AtOnce,
        }
    }

    /// Whether the POST may have been sent, or something stands in its way; from then on all is reading, and waiting.
    #[must_use]
    pub fn has_started(&self) -> bool {
        !matches!(self.phase, Phase::Baseline | Phase::Start)
    }

    /// How far it has come.
    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress {
            polls: self.polls,
            last_status: self.echo.last_status().cloned(),
            unknown_status: self.unknown_status.clone(),
        }
    }

    /// The job that is followed, where MX has named it.
    #[must_use]
    pub const fn job(&self) -> Option<&JobGuid> {
        self.echo.our_job()
    }

    /// Goes on with a new budget, perhaps elsewhere and much later: an old baseline is read anew, and owners that were read
    /// there are read again here. Where a POST is due because the one before was lost, that reading may still show its effect.
    pub fn renew(&mut self) {
        self.is_spent = false;
        match self.phase {
            Phase::Start => self.phase = Phase::Baseline,
            Phase::Finished => self.phase = Phase::Owners,
            _ => {}
        }
    }

    /// Makes this the state to save before the next call: if that call may send the POST, it counts as sent.
    pub fn announce(&mut self) {
        if self.phase == Phase::Start || self.is_start_due_again() {
            self.phase = Phase::Sent;
        }
    }

    /// Whether the POST was due when the job was resumed: it follows as soon as the baseline has been read anew, unless that
    /// shows what came of an earlier one.
    #[must_use]
    pub const fn is_start_due_again(&self) -> bool {
        matches!(self.phase, Phase::Baseline) && self.echo.has_mark()
    }

    /// Takes note of what happened.
    pub fn observe(&mut self, observation: Observation) {
        use Observation as Seen;
        self.came_to_nothing = false;
        self.phase = match (std::mem::take(&mut self.phase), observation) {
            (phase @ (Phase::Finished | Phase::Ended(_)), _) => phase,
            (phase, Seen::PatienceSpent) => {
                self.is_spent = true;
                phase
            }
            (phase, Seen::Member(reading)) => self.read(phase, reading),
            (Phase::Start, Seen::Sending | Seen::AnswerLost) => Phase::Sent,
            (Phase::Start | Phase::Sent, Seen::Started(answer)) => {
                self.echo.started(&answer);
                Phase::Follow
            }
            (Phase::Start | Phase::Sent, Seen::Joined(answer)) => {
                self.echo.joined(&answer);
                Phase::Follow
            }
            (Phase::Start | Phase::Sent, Seen::OtherJobRuns) => match self.other_job {
                OtherJob::Wait => Phase::OtherJob,
                OtherJob::Refuse => Phase::Ended(End::OtherJobRuns),
            },
            (Phase::Start | Phase::Sent, Seen::NotSupported) => Phase::Ended(End::NotSupported),
            (Phase::Start | Phase::Sent, Seen::NotEnabled) => Phase::Ended(End::NotEnabled),
            (phase @ (Phase::List { .. } | Phase::Ask(_)), Seen::Challenges(challenges)) => {
                self.list(phase, challenges)
            }
            // Dealt with, or at least it may be: the next readings tell.
            (Phase::Ask(asked), Seen::Answered | Seen::NotChallenged | Seen::AnswerLost) => {
                self.answered = asked;
                self.refusals = 0;
                self.echo.answered();
                Phase::Follow
            }
            (Phase::Ask(_), Seen::AnswersRefused) => {
                self.refusals = self.refusals.saturating_add(1);
                if self.refusals < REFUSALS {
                    // Stale ids are refused as well, so they are read again.
                    Phase::List { is_anew: true }
                } else {
                    Phase::Ended(End::AnswersRefused)
                }
            }
            (Phase::Owners, Seen::OwnersRead) => Phase::Finished,
            (Phase::Sent, Seen::NoEffect) => {
                self.came_to_nothing = true;
                Phase::Start
            }
            (phase, Seen::NoEffect | Seen::AnswerLost | Seen::ReadFailed) => {
                self.came_to_nothing = true;
                phase
            }
            (phase, _) => phase,
        }
    }

    fn read(&mut self, phase: Phase, reading: Reading) -> Phase {
        if matches!(phase, Phase::Start | Phase::Owners) {
            return phase;
        }
        if let (None, Some(ConnectionStatus::Unknown(name))) =
            (&self.unknown_status, &reading.status)
        {
            self.unknown_status = Some(name.clone());
        }
        self.polls = self
            .polls
            .saturating_add(u32::from(phase != Phase::Baseline));
        self.echo.note(&reading);
        // Only a lost POST is ever repeated: the job that is waited for may be what came of it.
        let is_lost = phase == Phase::Sent || phase == Phase::OtherJob && self.reposts > 0;
        // It was settled that nothing came of it, and then another process took over.
        let is_due_again = phase == Phase::Baseline && self.reposts > 0;
        match phase {
            _ if (is_lost || is_due_again) && self.echo.shows_start(&reading) => {
                self.judge(&reading)
            }
            // Something has changed meanwhile, so it has to settle anew.
            _ if is_due_again && !self.echo.is_marked(&reading) => {
                self.reposts -= 1;
                Phase::Sent
            }
            Phase::OtherJob if reading.is_being_aggregated => Phase::OtherJob,
            _ if is_lost && !self.echo.is_settled() => phase,
            _ if is_lost && self.reposts >= REPOSTS => Phase::Ended(End::StartUnknown),
            Phase::Baseline | Phase::OtherJob | Phase::Sent => {
                self.reposts += u8::from(is_lost);
                self.echo.before_start(reading);
                Phase::Start
            }
            // Whoever reads while the person thinks does not disturb a question that is still open.
            Phase::Ask(_) if classify(reading.status.as_ref()) == Class::Challenged => phase,
            _ => self.judge(&reading),
        }
    }

    /// What a reading says about the job that is followed.
    fn judge(&mut self, reading: &Reading) -> Phase {
        let weight = self.echo.weigh(reading);
        let is_settled = self.echo.is_settled();
        let is_believed = weight == Weight::News || is_settled;
        match classify(reading.status.as_ref()) {
            _ if weight == Weight::Stale => Phase::Follow,
            // After an answer the list itself tells whether the question is another one, so it is
            // read without waiting for belief.
            Class::Challenged if is_believed || !self.answered.is_empty() => Phase::List {
                is_anew: is_believed && weight != Weight::Lingering,
            },
            _ if reading.is_being_aggregated || !is_believed => Phase::Follow,
            Class::Succeeded => Phase::Owners,
            Class::Rejected if !is_settled => Phase::Follow,
            Class::Pending | Class::Rejected | Class::Ended(_) => {
                Phase::Ended(End::Status(reading.status.clone()))
            }
            Class::Transient | Class::Slow | Class::Challenged => Phase::Follow,
        }
    }

    /// What to do with a list of questions: in `List` the due one, in `Ask` one read in passing.
    fn list(&self, phase: Phase, challenges: Vec<ChallengeGuid>) -> Phase {
        let is_echo = challenges
            .iter()
            .all(|challenge| self.answered.contains(challenge));
        match phase {
            _ if challenges.is_empty() => Phase::Follow,
            Phase::List { is_anew: false } if is_echo => Phase::Follow,
            Phase::Ask(_) if is_echo => phase,
            _ => Phase::Ask(challenges),
        }
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
