//! The one definition of proof: whether a reading of the member is of our job.
//!
//! A member shows only its latest job, and readings lag: after a change of credentials, the POST or the PUT of answers a
//! reading may still show the member as it was before. Four stamps distinguish jobs: `most_recent_job_guid`, `aggregated_at`
//! (when the latest job started), `successfully_aggregated_at` and `is_being_aggregated`. [`Proof`] compares them with the
//! *baseline*, the member as it was read before the POST. This table is made from the code by a test:
//!
#![doc = include_str!("proof.md")]
//!
//! - **A stamp that the baseline had and that has not moved is of the earlier job**, however often it is read.
//! - **A status is no proof**: it may lag behind the change of credentials before the POST. Only a baseline of a member that
//!   never had a job (CREATED, no stamp) makes another status proof.
//! - **Only where no stamp exists at all does repetition settle it**, after [`SETTLED`] equal readings in a row (about ten
//!   minutes with the default polling), which is longer than any lag that is planned for (50 readings).
//! - **The documented test members** (`test_nexus_member` and others) answer static data; there four equal readings settle it.
//! - **After answers** the question is another one: is CHALLENGED the question just answered, or a new one? A status other
//!   than CHALLENGED, or a member that took up work since, is news; otherwise the list of questions decides.
//! - **A limit**: another job of the member that starts between the baseline and a POST that is answered 409, or not
//!   at all, is taken for ours.
//!
//! A job that is not read for days may be overtaken by MX's nightly aggregation: [`Weight::Later`].

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::moment::compare;
use super::reading::Reading;
use crate::values::{ConnectionStatus, JobGuid, MemberGuid, Timestamp};

/// How many equal readings in a row settle what no stamp proves: more than the longest lag, 50 readings.
pub const SETTLED: u8 = 60;
/// The same for a question whose answers may not have arrived: asking again, or sending them again, does little harm.
const SETTLED_AFTER_LOST_ANSWERS: u8 = 10;
/// The same for the documented test members, whose data never changes.
const SETTLED_STATIC: u8 = 4;
/// How many jobs from before ours are remembered.
const EARLIER_JOBS: usize = 8;

/// Which job a reading belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Belongs {
    /// To ours.
    Ours,
    /// To a job before ours.
    Earlier,
    /// To a job after ours; `is_ordered` when `aggregated_at` shows it.
    Later { is_ordered: bool },
    /// No stamp decides.
    Unknown,
}

/// What a reading is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// Of our job.
    Proved,
    /// Our job runs; CHALLENGED may be left over from before.
    Lingering,
    /// Nothing decides; only repetition settles it.
    Unproved,
    /// Of a job before ours.
    Earlier,
    /// Of a job after ours, so ours is over; `is_proved` when that is beyond doubt.
    Later { is_proved: bool },
}

/// What is known of the time since the last answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(default)]
pub(super) struct Answered {
    /// Whether the member was running when they were sent.
    pub(super) was_running: bool,
    /// Whether the member was seen to take up work since.
    pub(super) has_run: bool,
    /// Whether MX may not have got the answers.
    pub(super) is_lost: bool,
}

/// The memory that the proof needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Proof {
    /// The member before the POST.
    pub(super) baseline: Option<Reading>,
    /// Jobs that are not ours: those of every baseline.
    pub(super) earlier_jobs: Vec<JobGuid>,
    /// Whether the job of the baseline is ours, because MX said that an identification runs already.
    pub(super) is_joined: bool,
    pub(super) our_job: Option<JobGuid>,
    pub(super) our_start: Option<Timestamp>,
    /// Whether the member, at rest in the baseline, was seen to run since.
    pub(super) has_run: bool,
    pub(super) answered: Option<Answered>,
    /// Whether our job has shown a status of its own, so that CHALLENGED is not left over from before.
    pub(super) has_own_status: bool,
    /// Whether the member is one of the documented test members.
    pub(super) is_static: bool,
    pub(super) last: Option<Reading>,
    pub(super) repeats: u8,
}

impl Proof {
    /// The proof for a member of whom nothing has been read.
    pub(super) fn of(member: &MemberGuid) -> Self {
        Self {
            is_static: is_test_member(member),
            ..Self::default()
        }
    }

    /// Takes a reading as the member before the POST.
    pub(super) fn set_baseline(&mut self, reading: Reading) {
        if let Some(job) = &reading.job
            && !self.earlier_jobs.contains(job)
        {
            self.earlier_jobs.push(job.clone());
            let excess = self.earlier_jobs.len().saturating_sub(EARLIER_JOBS);
            self.earlier_jobs.drain(..excess);
        }
        *self = Self {
            earlier_jobs: std::mem::take(&mut self.earlier_jobs),
            is_static: self.is_static,
            last: Some(reading.clone()),
            baseline: Some(reading),
            ..Self::default()
        };
    }

    /// Takes the last reading as the member before the POST.
    pub(super) fn reset_baseline(&mut self) {
        if let Some(last) = self.last.clone() {
            self.set_baseline(last);
        }
    }

    /// The POST was accepted; its answer may name the job.
    pub(super) fn started(&mut self, answer: &Reading) {
        if self.belongs(answer) == Belongs::Ours {
            self.learn(answer);
        }
    }

    /// MX reports that an identification runs already. If the baseline or the answer shows a job under way, it is that one,
    /// unless the answer names a newer one.
    pub(super) fn joined(&mut self, answer: &Reading) {
        self.started(answer);
        let was_under_way =
            answer.is_under_way() || self.baseline.as_ref().is_some_and(Reading::is_under_way);
        self.is_joined = was_under_way && self.our_job.is_none() && self.our_start.is_none();
    }

    /// Answers were sent (perhaps without effect, when `is_lost`), or MX reports that no question is open.
    pub(super) fn answered(&mut self, is_lost: bool) {
        let last = self.last.clone().unwrap_or_default();
        self.answered = Some(Answered {
            was_running: last.is_running(),
            has_run: false,
            is_lost,
        });
        // A question that was believed and answered shows that the job is under way.
        self.has_run = true;
        self.has_own_status = true;
        self.last = Some(Reading {
            status: Some(ConnectionStatus::Challenged),
            ..last
        });
        self.repeats = 0;
    }

    /// Takes note of a reading; call once for each, before it is judged.
    pub(super) fn note(&mut self, reading: &Reading) {
        let is_repeat = self.last.as_ref() == Some(reading);
        if is_repeat {
            self.repeats = self.repeats.saturating_add(1);
        } else {
            self.repeats = 1;
            self.last = Some(reading.clone());
        }
        self.note_running(reading);
    }

    /// Takes note of whether the member was seen running.
    pub(super) fn note_running(&mut self, reading: &Reading) {
        let was_at_rest = self.baseline.as_ref().is_some_and(|it| !it.is_under_way());
        self.has_run |= reading.is_running() && was_at_rest && !self.is_older(reading);
    }

    /// Whether no reading had a status, and none showed the member running.
    pub(super) fn shows_nothing(&self) -> bool {
        let was_running = self.baseline.as_ref().is_some_and(Reading::is_running);
        self.last_status().is_none() && !was_running && !self.has_run
    }

    /// Starts to count equal readings anew.
    pub(super) fn forget_repeats(&mut self) {
        self.repeats = 0;
    }

    /// How often the last reading has come in a row.
    pub(super) const fn repeats(&self) -> u8 {
        self.repeats
    }

    /// How often a reading has to come in a row to be believed without proof.
    const fn settled(&self) -> u8 {
        match &self.answered {
            _ if self.is_static => SETTLED_STATIC,
            Some(Answered { is_lost: true, .. }) => SETTLED_AFTER_LOST_ANSWERS,
            _ => SETTLED,
        }
    }

    /// Whether so many equal readings are enough to be believed without proof.
    pub(super) const fn is_enough(&self, count: u8) -> bool {
        count >= self.settled()
    }

    /// Whether the last reading has come often enough to be believed without proof.
    pub(super) const fn is_settled(&self) -> bool {
        self.is_enough(self.repeats)
    }

    pub(super) fn last_status(&self) -> Option<&ConnectionStatus> {
        self.last.as_ref()?.status.as_ref()
    }

    /// The member before the POST.
    pub(super) const fn baseline(&self) -> Option<&Reading> {
        self.baseline.as_ref()
    }

    /// MX's job that is followed, where it is known.
    pub(super) fn our_job(&self) -> Option<&JobGuid> {
        let joined = self.baseline.as_ref().filter(|_| self.is_joined);
        let joined = joined.and_then(|baseline| baseline.job.as_ref());
        self.our_job.as_ref().or(joined)
    }

    /// Whether any stamp has shown that a job runs, or ran, since the baseline.
    pub(super) const fn shows_job(&self) -> bool {
        self.our_job.is_some() || self.our_start.is_some() || self.has_run || self.is_joined
    }

    /// Whether a reading is from before the baseline.
    pub(super) fn is_older(&self, reading: &Reading) -> bool {
        let Some(baseline) = &self.baseline else {
            return false;
        };
        let order = compare(
            reading.aggregated_at.as_ref(),
            baseline.aggregated_at.as_ref(),
        );
        let is_of_job_before = reading.job != baseline.job
            && reading
                .job
                .as_ref()
                .is_some_and(|job| self.earlier_jobs.contains(job));
        order == Some(Ordering::Less) || is_of_job_before
    }

    /// Whether a reading shows that a POST without an answer had its effect.
    pub(super) fn shows_start(&self, reading: &Reading) -> bool {
        match self.belongs(reading) {
            Belongs::Ours => true,
            Belongs::Unknown => self.has_run || self.has_moved(reading),
            Belongs::Earlier | Belongs::Later { .. } => false,
        }
    }

    /// Whether a job of ours would show in readings of the member: in its start, or in a status after CREATED. Where it would
    /// not, a POST without an answer may have had its effect however long nothing moves. A job guid is not enough: MX does not
    /// document that every job has a guid of its own.
    pub(super) fn would_show_job(&self) -> bool {
        let shows = |baseline: &Reading| {
            baseline.aggregated_at.is_some() || baseline.status == Some(ConnectionStatus::Created)
        };
        self.is_static || self.baseline.as_ref().is_some_and(shows)
    }

    /// Whether the status differs from that of a baseline at rest, as far as both are known.
    pub(super) fn has_moved(&self, reading: &Reading) -> bool {
        let known = |status: &Option<ConnectionStatus>| {
            !matches!(status, None | Some(ConnectionStatus::Unknown(_)))
        };
        self.baseline.as_ref().is_some_and(|baseline| {
            !baseline.is_under_way()
                && known(&baseline.status)
                && known(&reading.status)
                && baseline.status != reading.status
        })
    }

    /// Whether `successfully_aggregated_at` shows that our job succeeded after it started.
    pub(super) fn shows_success(&self, reading: &Reading) -> bool {
        let success = reading.successfully_aggregated_at.as_ref();
        compare(success, self.our_start.as_ref()) == Some(Ordering::Greater)
    }

    /// Judges a reading that was noted.
    pub(super) fn weigh(&mut self, reading: &Reading) -> Weight {
        let belongs = self.belongs(reading);
        let plain = match belongs {
            Belongs::Later { is_ordered } => {
                let is_proved = is_ordered || self.is_settled();
                return Weight::Later { is_proved };
            }
            Belongs::Earlier => Weight::Earlier,
            Belongs::Unknown => Weight::Unproved,
            Belongs::Ours => {
                self.learn(reading);
                Weight::Proved
            }
        };
        if belongs != Belongs::Ours {
            self.follow_baseline(reading);
        }
        if plain == Weight::Earlier {
            return plain;
        }
        let is_challenged = reading.status == Some(ConnectionStatus::Challenged);
        self.has_own_status |= belongs == Belongs::Ours && !is_challenged;
        match &mut self.answered {
            Some(answered) if is_challenged && reading.is_running() => {
                answered.has_run |= !answered.was_running;
                if answered.has_run {
                    Weight::Lingering
                } else {
                    Weight::Unproved
                }
            }
            Some(answered) if is_challenged && !answered.has_run => Weight::Unproved,
            Some(_) => {
                self.answered = None;
                plain
            }
            None => {
                let was = self.baseline.as_ref().and_then(|it| it.status.as_ref());
                let may_linger = !self.has_own_status && was == reading.status.as_ref();
                if is_challenged && reading.is_running() && may_linger {
                    Weight::Lingering
                } else {
                    plain
                }
            }
        }
    }

    /// A job that ran in the baseline may have ended before the POST: the baseline follows it until it rests.
    fn follow_baseline(&mut self, reading: &Reading) {
        if let Some(baseline) = &mut self.baseline
            && baseline.is_under_way()
            && !self.is_joined
        {
            baseline.status.clone_from(&reading.status);
            baseline.is_being_aggregated = reading.is_being_aggregated;
        }
    }

    fn belongs(&self, reading: &Reading) -> Belongs {
        let Some(baseline) = self.baseline.as_ref().filter(|_| !self.is_static) else {
            return Belongs::Unknown;
        };
        if let (Some(ours), Some(seen)) = (&self.our_job, &reading.job)
            && ours == seen
        {
            return Belongs::Ours;
        }
        let is_of_job_before = |job: &JobGuid| self.earlier_jobs.contains(job);
        if self.our_job.is_some() && reading.job.as_ref().is_some_and(is_of_job_before) {
            return Belongs::Earlier;
        }
        match compare(reading.aggregated_at.as_ref(), self.our_start.as_ref()) {
            Some(Ordering::Equal) => return Belongs::Ours,
            Some(Ordering::Less) => return Belongs::Earlier,
            Some(Ordering::Greater) => return Belongs::Later { is_ordered: true },
            None if self.our_job.is_some() && reading.job.is_some() => {
                return Belongs::Later { is_ordered: false };
            }
            None => {}
        }
        let has_new_job = reading.job.as_ref().map(|job| {
            let is_comparable = baseline.job.is_some() || baseline.never_had_a_job();
            (!is_of_job_before(job) && is_comparable, is_comparable)
        });
        let order = match (&reading.aggregated_at, &baseline.aggregated_at) {
            (Some(_), None) if baseline.never_had_a_job() => Some(Ordering::Greater),
            (seen, before) => compare(seen.as_ref(), before.as_ref()),
        };
        match (has_new_job, order) {
            (_, Some(Ordering::Less)) => Belongs::Earlier,
            (Some((true, _)), _) | (_, Some(Ordering::Greater)) => Belongs::Ours,
            _ if self.is_joined => Belongs::Ours,
            (_, Some(Ordering::Equal)) => Belongs::Earlier,
            _ if has_succeeded(reading, baseline) => Belongs::Ours,
            // MX does not say that every job has a guid of its own; the member was seen to run, so this one may be over.
            (Some((_, true)), None) if self.has_run => Belongs::Unknown,
            (Some((_, true)), _) => Belongs::Earlier,
            _ => {
                let was_new = baseline.status == Some(ConnectionStatus::Created);
                if self.has_run || was_new && self.has_moved(reading) {
                    Belongs::Ours
                } else {
                    Belongs::Unknown
                }
            }
        }
    }

    /// Keeps the stamps of our job.
    fn learn(&mut self, reading: &Reading) {
        if let Some(job) = &reading.job
            && self.our_job.is_none()
            && !self.earlier_jobs.contains(job)
        {
            self.our_job = Some(job.clone());
        }
        let before = self
            .baseline
            .as_ref()
            .and_then(|it| it.aggregated_at.as_ref());
        let is_new = compare(reading.aggregated_at.as_ref(), before) != Some(Ordering::Equal);
        if is_new && self.our_start.is_none() {
            self.our_start.clone_from(&reading.aggregated_at);
        }
    }
}

/// Whether a job has succeeded since a baseline at rest.
fn has_succeeded(reading: &Reading, baseline: &Reading) -> bool {
    let success = reading.successfully_aggregated_at.as_ref();
    let before = baseline.successfully_aggregated_at.as_ref();
    let was_at_rest = baseline.is_being_aggregated == Some(false) && !baseline.is_under_way();
    was_at_rest && compare(success, before) == Some(Ordering::Greater)
}

/// Whether a word in the place of a member is one of MX's documented test members, which answer static data.
fn is_test_member(member: &MemberGuid) -> bool {
    const WORDS: [&str; 4] = [
        "test_member",
        "test_nexus_member",
        "unidentified",
        "unverified",
    ];
    let member = member.as_str();
    let is_status = || {
        ConnectionStatus::KNOWN
            .iter()
            .any(|it| it.as_str() == member)
    };
    WORDS.contains(&member) || is_status()
}

#[cfg(test)]
pub(super) mod tests;
