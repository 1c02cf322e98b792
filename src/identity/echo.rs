//! Whether a reading of the member is news, or the echo of what was before.
//!
//! Right after we act (the POST that starts the job, the PUT that answers a question) a read may
//! still show the member as it was. The machine asks [`Echo`] how far each reading can be believed:
//!
//! - **The mark** is the member as last read before we acted. Only a reading that looks like the
//!   mark can be its echo; once one does not, the mark is dropped and readings are taken at their
//!   word. (Inferred: reads lag, they do not jump back.)
//! - **Job guids decide where there are any.** The job known before the POST is the *earlier* job;
//!   the first other guid, in the answer to the POST or in a reading, is *ours*. A reading of our
//!   job at rest is news even if it looks like the mark: the job was so quick that nobody saw it
//!   run. A reading of the earlier job when ours is known is stale, however often it comes.
//! - **Guids may be null, or not change** (nobody documents that `identify` renews
//!   `most_recent_job_guid`). Then the member is believed when it was seen aggregating since we
//!   acted, or has another status than the mark.
//! - **What cannot be told apart settles by repetition**: after [`SETTLED`] equal readings in a row
//!   it is no echo any more, so that a quick job without a guid, or an answer that got lost, does
//!   not hang. Polls are about three seconds apart; the lag that was seen is half a second.
//! - **While the member is aggregating an old status may linger** (sister API): aggregating with
//!   the mark's status says that the job runs, not what it came to.
//! - **If somebody else's job ran when we looked**, every change may be that job's end. The mark
//!   then follows the readings until the member rests, unless a new guid speaks.
//!
//! All this holds for readings minutes apart. A job resumed days later may take MX's nightly aggregation of the member for its
//! own: nothing in a reading tells the two apart.

use serde::{Deserialize, Serialize};

use crate::values::{ConnectionStatus, JobGuid};

/// How many equal readings in a row are believed although nothing proves them.
pub const SETTLED: u8 = 4;

/// The three facts of a member that the workflow looks at.
///
/// ```
/// use mx_nexus::identity::machine::Reading;
///
/// let reading = Reading {
///     status: Some("CONNECTED".into()),
///     is_being_aggregated: false,
///     job: Some("JOB-2".into()),
/// };
/// assert_ne!(reading, Reading::default());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// `connection_status`; null for a manual member.
    pub status: Option<ConnectionStatus>,
    /// `is_being_aggregated`; false where MX says nothing.
    pub is_being_aggregated: bool,
    /// `most_recent_job_guid`.
    pub job: Option<JobGuid>,
}

/// How far a reading can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// It cannot be an echo.
    News,
    /// The job runs; the status may be from before it.
    Lingering,
    /// It looks like the mark, and nothing tells which of the two it is.
    Ambiguous,
    /// It belongs to the earlier job.
    Stale,
}

/// The memory that the judgement needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Echo {
    earlier_job: Option<JobGuid>,
    our_job: Option<JobGuid>,
    mark: Option<Reading>,
    /// Whether the mark is a question we answered, and not the member before the POST.
    is_answered: bool,
    /// Whether the member was seen to take up work since the mark.
    has_worked: bool,
    last: Option<Reading>,
    repeats: u8,
}

impl Echo {
    /// The member as it is before the POST.
    pub(super) fn before_start(&mut self, reading: Reading) {
        *self = Self {
            earlier_job: reading.job.clone(),
            ..Self::default()
        };
        self.set_mark(reading);
    }

    /// The POST was accepted; its answer may name the job.
    pub(super) fn started(&mut self, answer: &Reading) {
        self.learn_job(answer);
    }

    /// MX says that an identification runs already. If the member was aggregating when we looked,
    /// that was it, and nothing older is in sight.
    pub(super) fn joined(&mut self, answer: &Reading) {
        let was_running = self
            .mark
            .as_ref()
            .is_some_and(|mark| mark.is_being_aggregated);
        if was_running && (answer.job.is_none() || answer.job == self.earlier_job) {
            self.our_job = self.earlier_job.take();
            self.mark = None;
        }
        self.learn_job(answer);
    }

    /// A question was answered, or MX says that it is open no more.
    pub(super) fn answered(&mut self) {
        let last = self.last.clone().unwrap_or_default();
        self.is_answered = true;
        self.set_mark(Reading {
            status: Some(ConnectionStatus::Challenged),
            ..last
        });
    }

    /// Takes note of a reading; call once for each, before it is judged.
    pub(super) fn note(&mut self, reading: &Reading) {
        let is_repeat = self.last.as_ref() == Some(reading);
        self.repeats = if is_repeat {
            self.repeats.saturating_add(1)
        } else {
            1
        };
        self.last = Some(reading.clone());
    }

    /// Whether the last reading has come often enough to be believed without proof.
    pub(super) const fn is_settled(&self) -> bool {
        self.repeats >= SETTLED
    }

    pub(super) fn last_status(&self) -> Option<&ConnectionStatus> {
        self.last.as_ref()?.status.as_ref()
    }

    /// Whether the member was read before we acted.
    pub(super) const fn has_mark(&self) -> bool {
        self.mark.is_some()
    }

    /// Whether the member still looks as it did before we acted.
    pub(super) fn is_marked(&self, reading: &Reading) -> bool {
        self.mark.as_ref() == Some(reading)
    }

    pub(super) const fn our_job(&self) -> Option<&JobGuid> {
        self.our_job.as_ref()
    }

    /// Whether a reading shows that a POST without an answer had its effect. Without a new guid
    /// only a member that was at rest can show it.
    pub(super) fn shows_start(&self, reading: &Reading) -> bool {
        let at_rest = self.mark.as_ref().filter(|mark| !mark.is_being_aggregated);
        let has_moved = at_rest
            .is_some_and(|mark| reading.is_being_aggregated || reading.status != mark.status);
        has_moved || self.is_of_our_job(reading)
    }

    /// Judges a reading that was noted.
    pub(super) fn weigh(&mut self, reading: &Reading) -> Weight {
        if self.our_job.is_some() && reading.job.is_some() && reading.job == self.earlier_job {
            return Weight::Stale;
        }
        let is_new_job = !self.is_answered && self.is_of_our_job(reading);
        self.learn_job(reading);
        let Some(mark) = &mut self.mark else {
            return Weight::News;
        };
        if mark.is_being_aggregated && !self.is_answered && !is_new_job {
            mark.clone_from(reading);
            return Weight::Ambiguous;
        }
        if reading.status != mark.status {
            self.mark = None;
            return Weight::News;
        }
        if reading.is_being_aggregated {
            self.has_worked |= is_new_job || !mark.is_being_aggregated;
            return if self.has_worked {
                Weight::Lingering
            } else {
                Weight::Ambiguous
            };
        }
        if is_new_job || self.has_worked {
            self.mark = None;
            return Weight::News;
        }
        Weight::Ambiguous
    }

    fn set_mark(&mut self, reading: Reading) {
        self.last = Some(reading.clone());
        self.mark = Some(reading);
        self.has_worked = false;
        self.repeats = 0;
    }

    fn is_of_our_job(&self, reading: &Reading) -> bool {
        let known = if self.our_job.is_some() {
            &self.our_job
        } else {
            &reading.job
        };
        reading.job.is_some() && reading.job != self.earlier_job && reading.job == *known
    }

    fn learn_job(&mut self, reading: &Reading) {
        if self.is_of_our_job(reading) {
            self.our_job.clone_from(&reading.job);
        }
    }
}
