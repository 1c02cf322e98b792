//! The workflow of a job as a pure state machine: observations in, directives out.
//!
//! No I/O and no clock. A driver asks [`Machine::pace`] how soon and [`Machine::directive`] what to
//! do, does it, and reports the outcome to [`Machine::observe`]; time and budget are the driver's.
//! The state is JSON with ids and statuses only, so that another process can take the next step, or
//! a durable engine one call a step. A [`JobHandle`](super::JobHandle) adds a version to it.
//!
//! ```text
//! Baseline -> Start -> Sent -> Follow -> Result -> Finished    (or Ended, from anywhere)
//!               ^       |       ^  v
//!               OtherJob        Ask <- List
//! ```
//!
//! - The POST costs money, so the driver reports [`Observation::Sending`] (and saves, if it saves)
//!   *before* it sends. From then on a lost answer, a crash or a resume leads to reading only; the
//!   POST is repeated when [`SETTLED`] readings in a row show no effect, and at most twice; never
//!   where no stamp of the member would show a new job. A 409 is no proof that the POST had no effect, unless the baseline shows the other job.
//! - Which job a reading belongs to is decided in `proof.rs`, what a status means in `status.rs`.
//!   While the member is aggregating only CHALLENGED counts; at rest the status decides, once
//!   it is proved. An end without success has to be read twice, REJECTED four times, since another
//!   question may follow.
//! - A reading without a status proves nothing, and is taken again.
//! - A question just answered is asked again only if MX asks anew: the list holds another id, the
//!   member left CHALLENGED and came back, the answers were refused, or the same list settles (the
//!   answer never arrived).
//! - A job of another kind that waits for answers blocks ours, so its questions are asked too.
//! - Between two waits come only a few directives, whatever MX answers, so a driver with a budget
//!   always ends. An observation that does not fit the phase is ignored.
//!
//! How a reading is proved to be of our job:
//!
#![doc = include_str!("proof.md")]

mod judging;

use super::directive::Phase;
pub use super::directive::{Directive, End, Observation, OtherJob, Pace, Progress};
use super::proof::Proof;
pub use super::proof::SETTLED;
pub use super::reading::Reading;
use super::status::{Class, classify};
use crate::values::{ChallengeGuid, JobGuid, MemberGuid};

/// How often a POST that showed no effect is sent again.
const REPOSTS: u8 = 2;
/// How many refusals in a row end it: banks lock logins over wrong answers.
const REFUSALS: u8 = 3;
/// How often an end without success has to be read.
const END_READS: u8 = 2;
/// How often REJECTED has to be read, since another question may follow.
const REJECTED_READS: u8 = 4;
/// How often a CHALLENGED that may be left over has to be read while the member is aggregating.
const LINGERING_READS: u8 = 4;
/// How often the member is read before the POST until it has a status.
const BASELINE_READS: u8 = 3;
/// How often in a row a read may be refused, or MX may not know the member: right after its creation it is unknown for a moment
/// (inferred).
const REFUSED_READS: u8 = 3;
/// How many equal readings in a row are polled quickly.
const QUICK_READS: u8 = 4;

/// One job, from before its start to its end.
///
/// ```
/// use mx_nexus::jobs::machine::{Directive, Machine, Observation, OtherJob, Reading};
///
/// let member = |status: &str, is_being_aggregated, job: &str| Reading {
///     status: Some(status.into()),
///     is_being_aggregated: Some(is_being_aggregated),
///     job: Some(job.into()),
///     ..Reading::default()
/// };
/// let mut machine = Machine::new(&"MBR-1".into(), OtherJob::Wait);
/// machine.observe(Observation::Member(member("CONNECTED", false, "JOB-1")));
/// assert_eq!(machine.directive(), Directive::Start);
/// machine.observe(Observation::Sending);
/// machine.observe(Observation::Started(member("CONNECTED", true, "JOB-2")));
/// // A reading that still shows the earlier job is not taken for the end of ours.
/// machine.observe(Observation::Member(member("CONNECTED", false, "JOB-1")));
/// assert_eq!(machine.directive(), Directive::ReadMember);
/// machine.observe(Observation::Member(member("CONNECTED", false, "JOB-2")));
/// assert_eq!(machine.directive(), Directive::ReadResult);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "a machine does nothing until it is driven"]
pub struct Machine {
    pub(super) other_job: OtherJob,
    pub(super) phase: Phase,
    pub(super) proof: Proof,
    pub(super) answered: Vec<ChallengeGuid>,
    pub(super) polls: u32,
    /// How many readings in a row had no status.
    pub(super) empty_reads: u8,
    /// How many reads in a row MX refused; begins anew after [`REFUSED_READS`].
    pub(super) refused_reads: u8,
    /// Whether a POST was sent that may have had its effect.
    pub(super) is_sent: bool,
    pub(super) reposts: u8,
    pub(super) refusals: u8,
    /// Whether a job of another kind stands in the way.
    pub(super) is_blocked: bool,
    /// Whether the answer to the last POST was lost, while a job stands in the way.
    pub(super) is_start_lost: bool,
    /// Whether MX limits how often such jobs run, so that an accepted start may be without effect.
    pub(super) is_throttled: bool,
    pub(super) unknown_status: Option<String>,
    pub(super) has_failed: bool,
    pub(super) is_spent: bool,
}

impl Machine {
    /// A job of this member that has not started.
    pub fn new(member: &MemberGuid, other_job: OtherJob) -> Self {
        Self {
            other_job,
            proof: Proof::of(member),
            ..Self::default()
        }
    }

    /// The same for a kind of job that MX limits: a start that is accepted and shows no effect ends as [`End::Throttled`].
    pub(super) fn with_throttle(mut self, is_throttled: bool) -> Self {
        self.is_throttled = is_throttled;
        self
    }

    pub(super) fn set_other_job(&mut self, other_job: OtherJob) {
        self.other_job = other_job;
    }

    /// What to do next: the same until something is observed, and for ever after the end.
    #[must_use]
    pub fn directive(&self) -> Directive {
        match &self.phase {
            Phase::Finished => Directive::Finished,
            Phase::Ended(end) => Directive::Ended(end.clone()),
            _ if self.is_spent => Directive::TimedOut(self.progress()),
            Phase::Start => Directive::Start,
            Phase::Baseline | Phase::Sent | Phase::OtherJob | Phase::Follow => {
                Directive::ReadMember
            }
            Phase::List { .. } => Directive::ListChallenges,
            Phase::Ask(challenges) => Directive::Ask(challenges.clone()),
            Phase::Result => Directive::ReadResult,
        }
    }

    /// How soon to do it.
    #[must_use]
    pub fn pace(&self) -> Pace {
        let is_slow = self.proof.last_status().map(classify) == Some(Class::Slow);
        match &self.phase {
            Phase::Finished | Phase::Ended(_) => Pace::AtOnce,
            _ if self.is_spent => Pace::AtOnce,
            Phase::Sent | Phase::OtherJob | Phase::Follow if is_slow => Pace::Slow,
            _ if self.has_failed => Pace::Steady,
            Phase::Sent | Phase::Follow if self.proof.repeats() < QUICK_READS => Pace::Quick,
            // Also after `Sent`: the time until a reading settles has to be longer than any lag.
            Phase::Sent | Phase::Follow | Phase::OtherJob => Pace::Steady,
            Phase::Baseline | Phase::Start => Pace::AtOnce,
            Phase::List { .. } | Phase::Ask(_) | Phase::Result => Pace::AtOnce,
        }
    }

    /// Whether the POST may have been sent; from then on the job is followed by reading.
    #[must_use]
    pub fn has_started(&self) -> bool {
        match self.phase {
            Phase::Baseline | Phase::Start => false,
            Phase::Ended(End::NoSuchMember) => self.is_sent,
            _ => true,
        }
    }

    /// Whether a start that costs may have happened: a POST was sent, and MX did not refuse it for sure.
    #[must_use]
    pub fn has_cost(&self) -> bool {
        // A handle of an earlier version has only the phase.
        let follows = matches!(
            self.phase,
            Phase::Sent | Phase::Follow | Phase::Result | Phase::Finished
        );
        self.is_sent || follows
    }

    /// Whether MX has refused so many reads in a row that the next one is not worth a try by itself.
    pub(super) const fn is_refused_again(&self) -> bool {
        self.refused_reads >= REFUSED_READS
    }

    /// Whether any reading has shown that a job of ours runs, or ran.
    #[must_use]
    pub fn shows_job(&self) -> bool {
        self.proof.shows_job()
    }

    /// Whether a job of another kind stands in the way; open questions are of that one.
    #[must_use]
    pub const fn is_blocked(&self) -> bool {
        self.is_blocked
    }

    /// How far it has come.
    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress {
            polls: self.polls,
            last_status: self.proof.last_status().cloned(),
            unknown_status: self.unknown_status.clone(),
        }
    }

    /// The job that is followed, where MX has named it.
    #[must_use]
    pub fn job(&self) -> Option<&JobGuid> {
        self.proof.our_job()
    }

    /// Goes on with a new budget, perhaps in another process and much later: an old baseline is read anew, and owners that
    /// were read there are read again here. Where a POST is due because the one before was lost, that reading may still show
    /// its effect. A job that ended because nothing showed its start is looked for again.
    pub fn renew(&mut self) {
        self.is_spent = false;
        match self.phase {
            Phase::Start => self.phase = Phase::Baseline,
            Phase::Finished => self.phase = Phase::Result,
            Phase::Ended(End::StartUnknown) => {
                self.proof.forget_repeats();
                self.phase = Phase::Sent;
            }
            Phase::Ended(End::AnswersRefused) => {
                self.refusals = 0;
                self.phase = Phase::List { is_anew: true };
            }
            _ => {}
        }
    }

    /// Makes this the state to save before the next call: if that call may send the POST, it counts as sent.
    pub fn announce(&mut self) {
        if self.phase == Phase::Start || self.is_start_due_again() {
            self.phase = Phase::Sent;
            self.is_sent = true;
        }
    }

    /// Whether the POST was due when the job was resumed: it follows as soon as the baseline has been read anew, unless that
    /// reading shows the effect of an earlier one.
    #[must_use]
    pub const fn is_start_due_again(&self) -> bool {
        matches!(self.phase, Phase::Baseline) && self.proof.baseline().is_some()
    }

    /// Takes note of what happened.
    pub fn observe(&mut self, observation: Observation) {
        use Observation as Seen;
        self.has_failed = false;
        self.count_refusals(&observation);
        self.note_sending(&observation);
        self.phase = match (std::mem::take(&mut self.phase), observation) {
            (phase @ (Phase::Finished | Phase::Ended(_)), _) => phase,
            (phase, Seen::BudgetSpent) => {
                self.is_spent = true;
                phase
            }
            (phase, Seen::Member(reading)) => self.read(phase, reading),
            (Phase::Start, Seen::Sending | Seen::AnswerLost) => Phase::Sent,
            (Phase::Start | Phase::Sent, Seen::Started(answer)) => {
                self.unblock();
                self.proof.started(&answer);
                Phase::Follow
            }
            (Phase::Start | Phase::Sent, Seen::Joined(answer)) => {
                self.unblock();
                self.proof.joined(&answer);
                Phase::Follow
            }
            (Phase::Start | Phase::Sent, Seen::OtherJobRuns) => {
                let baseline = self.proof.baseline();
                let is_certain = self.reposts == 0 && baseline.is_some_and(Reading::is_under_way);
                if self.other_job == OtherJob::Refuse && is_certain {
                    Phase::Ended(End::OtherJobRuns)
                } else {
                    self.is_blocked = true;
                    Phase::OtherJob
                }
            }
            (Phase::Start | Phase::Sent, Seen::NotSupported) => Phase::Ended(End::NotSupported),
            (Phase::Start | Phase::Sent, Seen::Unavailable) => Phase::Ended(End::Unavailable),
            (Phase::Start | Phase::Sent, Seen::NotEnabled) => Phase::Ended(End::NotEnabled),
            (phase @ (Phase::List { .. } | Phase::Ask(_)), Seen::Challenges(challenges)) => {
                self.list(phase, challenges)
            }
            // Settled, or at least possible: the next readings show which.
            (Phase::Ask(asked), Seen::Answered | Seen::NotChallenged | Seen::AnswerLost)
                if self.is_blocked =>
            {
                self.answered = asked;
                self.refusals = 0;
                self.proof.forget_repeats();
                Phase::OtherJob
            }
            (
                Phase::Ask(asked),
                seen @ (Seen::Answered | Seen::NotChallenged | Seen::AnswerLost),
            ) => {
                self.answered = asked;
                self.refusals = 0;
                self.proof.answered(seen == Seen::AnswerLost);
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
            (Phase::Result, Seen::ResultRead) => Phase::Finished,
            (Phase::Sent, Seen::NoEffect) => {
                self.has_failed = true;
                Phase::Start
            }
            (phase, Seen::NotFound) => {
                self.has_failed = true;
                match phase {
                    phase if !self.is_refused_again() => phase,
                    // Reading the member shows whether it exists.
                    Phase::List { .. } | Phase::Ask(_) | Phase::Result => self.waiting(),
                    _ => Phase::Ended(End::NoSuchMember),
                }
            }
            (phase, Seen::NoEffect | Seen::AnswerLost | Seen::ReadFailed | Seen::ReadRefused) => {
                self.has_failed = true;
                phase
            }
            (phase, _) => phase,
        }
    }

    fn count_refusals(&mut self, observation: &Observation) {
        use Observation as Seen;
        match observation {
            Seen::ReadRefused | Seen::NotFound => {
                self.refused_reads = self.refused_reads % REFUSED_READS + 1;
            }
            Seen::Member(_) | Seen::Challenges(_) | Seen::ResultRead => self.refused_reads = 0,
            _ => {}
        }
    }

    /// Keeps whether a POST may have had its effect. A refusal is of the last one only, and an earlier one may have been lost.
    fn note_sending(&mut self, observation: &Observation) {
        use Observation as Seen;
        if !matches!(self.phase, Phase::Start | Phase::Sent) {
            return;
        }
        let is_refused = match observation {
            Seen::Sending | Seen::Started(_) | Seen::Joined(_) | Seen::AnswerLost => false,
            Seen::NoEffect | Seen::NotSupported | Seen::Unavailable | Seen::NotEnabled => true,
            // A 409 is proof only where the member was seen with the other job.
            Seen::OtherJobRuns => self.proof.baseline().is_some_and(Reading::is_under_way),
            _ => return,
        };
        self.is_sent = !is_refused || self.reposts > 0;
    }

    /// The phase that waits for the job to go on.
    fn waiting(&self) -> Phase {
        match self.is_blocked {
            true => Phase::OtherJob,
            false => Phase::Follow,
        }
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
