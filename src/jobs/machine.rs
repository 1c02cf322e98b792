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

use super::directive::Phase;
pub use super::directive::{Directive, End, Observation, OtherJob, Pace, Progress};
pub use super::proof::SETTLED;
use super::proof::{Proof, Weight};
pub use super::reading::Reading;
use super::status::{Class, classify};
use crate::values::{ChallengeGuid, ConnectionStatus, JobGuid, MemberGuid};

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
        !matches!(self.phase, Phase::Baseline | Phase::Start)
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
            (phase, Seen::NoEffect | Seen::AnswerLost | Seen::ReadFailed) => {
                self.has_failed = true;
                phase
            }
            (phase, _) => phase,
        }
    }

    fn read(&mut self, phase: Phase, reading: Reading) -> Phase {
        if matches!(phase, Phase::Start | Phase::Result) {
            return phase;
        }
        let is_first = phase == Phase::Baseline && self.proof.baseline().is_none();
        if is_first && reading.is_manual {
            return Phase::Ended(End::Manual);
        }
        let polled = u32::from(phase != Phase::Baseline);
        self.polls = self.polls.saturating_add(polled);
        let Some(status) = reading.status.clone() else {
            return self.read_nothing(phase, reading);
        };
        self.empty_reads = 0;
        if let (None, ConnectionStatus::Unknown(name)) = (&self.unknown_status, &status) {
            self.unknown_status = Some(name.clone());
        }
        self.proof.note(&reading);
        let is_challenged = classify(&status) == Class::Challenged;
        match phase {
            // Reading while the user answers does not disturb a question that is still open.
            Phase::Ask(_) if is_challenged => phase,
            Phase::Baseline | Phase::Sent | Phase::OtherJob => {
                self.read_before_start(&phase, reading)
            }
            _ if self.is_blocked => self.read_before_start(&Phase::OtherJob, reading),
            _ => self.judge(&reading, &status),
        }
    }

    /// A reading without a status is taken again. Only a member that never had one, and was never seen running, ends as manual.
    fn read_nothing(&mut self, phase: Phase, reading: Reading) -> Phase {
        self.empty_reads = self.empty_reads.saturating_add(1);
        self.proof.note_running(&reading);
        self.has_failed = true;
        match phase {
            Phase::Baseline if self.proof.baseline().is_some() => phase,
            Phase::Baseline if self.empty_reads >= BASELINE_READS => {
                self.empty_reads = 0;
                self.has_failed = false;
                self.proof.set_baseline(reading);
                Phase::Start
            }
            Phase::Sent | Phase::OtherJob | Phase::Follow
                if self.proof.is_enough(self.empty_reads) && self.proof.shows_nothing() =>
            {
                Phase::Ended(End::Manual)
            }
            _ => phase,
        }
    }

    /// A reading for a job that is not known to have started.
    fn read_before_start(&mut self, phase: &Phase, reading: Reading) -> Phase {
        let baseline = self.proof.baseline();
        let has_other_job = baseline.is_some_and(Reading::is_under_way);
        // A POST whose answer was lost may have started the job, and so may one that met another job which nothing shows.
        let is_lost = *phase == Phase::Sent
            || *phase == Phase::OtherJob
                && (self.reposts > 0 || self.is_start_lost || !has_other_job);
        // It was settled that the POST had no effect, and then another process took over.
        let is_due_again = *phase == Phase::Baseline && self.reposts > 0;
        if (is_lost || is_due_again)
            && self.proof.shows_start(&reading)
            && let Some(status) = reading.status.clone()
        {
            return self.judge(&reading, &status);
        }
        match phase {
            Phase::Baseline if is_due_again && self.proof.baseline() != Some(&reading) => {
                // Something has changed meanwhile, so it has to settle anew.
                self.reposts -= 1;
                Phase::Sent
            }
            Phase::OtherJob if self.proof.is_older(&reading) => Phase::OtherJob,
            Phase::OtherJob
                if self.other_job == OtherJob::Refuse
                    && reading.is_under_way()
                    && !self.is_start_lost =>
            {
                Phase::Ended(End::OtherJobRuns)
            }
            Phase::Sent | Phase::OtherJob
                if reading.status == Some(ConnectionStatus::Challenged) =>
            {
                self.is_blocked = true;
                self.is_start_lost |= *phase == Phase::Sent;
                let is_anew = self.proof.is_settled();
                Phase::List { is_anew }
            }
            Phase::OtherJob
                if reading.is_running() || reading.is_under_way() && !self.proof.is_settled() =>
            {
                self.answered.clear();
                Phase::OtherJob
            }
            Phase::Sent if reading.is_running() => Phase::Sent,
            Phase::Sent | Phase::OtherJob if is_lost && !self.proof.is_settled() => phase.clone(),
            _ if is_lost && (self.reposts >= REPOSTS || !self.proof.would_show_job()) => {
                Phase::Ended(End::StartUnknown)
            }
            _ => {
                self.reposts += u8::from(is_lost);
                self.unblock();
                self.answered.clear();
                self.proof.set_baseline(reading);
                Phase::Start
            }
        }
    }

    /// What a reading shows of the job that is followed.
    fn judge(&mut self, reading: &Reading, status: &ConnectionStatus) -> Phase {
        self.unblock();
        let weight = self.proof.weigh(reading);
        let (repeats, is_settled) = (self.proof.repeats(), self.proof.is_settled());
        match weight {
            Weight::Later { is_proved: true } if repeats >= END_READS => {
                return Phase::Ended(End::Overtaken);
            }
            Weight::Earlier if self.is_throttled && is_settled && !reading.is_running() => {
                return Phase::Ended(End::Throttled);
            }
            Weight::Later { .. } | Weight::Earlier => return Phase::Follow,
            Weight::Proved | Weight::Lingering | Weight::Unproved => {}
        }
        let class = classify(status);
        let is_believed = weight == Weight::Proved || is_settled;
        let is_success = || class == Class::Succeeded && self.proof.shows_success(reading);
        let is_at_rest = match reading.is_being_aggregated {
            Some(is_running) => !is_running,
            None => is_settled || is_success(),
        };
        match class {
            // After an answer the list itself shows whether the question is another one.
            Class::Challenged if !self.answered.is_empty() => Phase::List {
                is_anew: is_settled || is_believed && weight != Weight::Lingering,
            },
            Class::Challenged if weight == Weight::Lingering => {
                if repeats >= LINGERING_READS {
                    Phase::List { is_anew: true }
                } else {
                    Phase::Follow
                }
            }
            Class::Challenged if is_believed || self.proof.has_moved(reading) => {
                Phase::List { is_anew: true }
            }
            _ if !is_at_rest || !is_believed => Phase::Follow,
            Class::Succeeded => Phase::Result,
            Class::Rejected if repeats < REJECTED_READS => Phase::Follow,
            Class::Pending | Class::Rejected | Class::Ended(_) if repeats >= END_READS => {
                Phase::Ended(End::Status(status.clone()))
            }
            _ => Phase::Follow,
        }
    }

    fn unblock(&mut self) {
        self.is_blocked = false;
        self.is_start_lost = false;
    }

    /// What to do with a list of questions: in `List` the due one, in `Ask` one read meanwhile.
    fn list(&mut self, phase: Phase, challenges: Vec<ChallengeGuid>) -> Phase {
        let waiting = if self.is_blocked {
            Phase::OtherJob
        } else {
            Phase::Follow
        };
        let is_old = challenges
            .iter()
            .all(|challenge| self.answered.contains(challenge));
        match phase {
            // Nothing is asked for so long that the other job must be over.
            _ if challenges.is_empty() && self.is_blocked && self.proof.is_settled() => {
                if self.is_start_lost {
                    if self.reposts >= REPOSTS || !self.proof.would_show_job() {
                        return Phase::Ended(End::StartUnknown);
                    }
                    self.reposts += 1;
                }
                self.unblock();
                self.proof.reset_baseline();
                Phase::Start
            }
            _ if challenges.is_empty() => waiting,
            Phase::List { is_anew: false } if is_old => waiting,
            Phase::Ask(_) if is_old => phase,
            _ => Phase::Ask(challenges),
        }
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
