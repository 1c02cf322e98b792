//! The state of the machine in a saved job: a format of its own, which does not change when the machine does.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::directive::{OtherJob, Phase};
use super::machine::Machine;
use super::proof::{Answered, Proof};
use super::reading::Reading;
use crate::values::{ChallengeGuid, JobGuid, Timestamp};

/// The state of a job. Every field has a default.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(default)]
pub(super) struct SavedState {
    pub(super) phase: Phase,
    /// What to do when a job of another kind runs.
    pub(super) other_job: OtherJob,
    /// The member before the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) baseline: Option<Reading>,
    /// Jobs that are not ours.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) earlier_jobs: Vec<JobGuid>,
    /// Whether a job that ran before the start was joined.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) is_joined: bool,
    /// MX's guid of the job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) our_job: Option<JobGuid>,
    /// When MX started it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) our_start: Option<Timestamp>,
    /// Whether the member was seen running since the start.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) has_run: bool,
    /// What was seen since the last answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) since_answers: Option<Answered>,
    /// Whether the job has shown a status of its own.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) has_own_status: bool,
    /// Whether the member is one of MX's documented test members.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) is_static: bool,
    /// The last reading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last: Option<Reading>,
    /// How often it came in a row.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) repeats: u8,
    /// The questions that were answered last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) answered: Vec<ChallengeGuid>,
    /// How often the member was read since the start.
    pub(super) polls: u32,
    /// How many readings in a row had no status.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) empty_reads: u8,
    /// How many reads in a row MX refused.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) refused_reads: u8,
    /// Whether a start was sent that may have had its effect.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) is_sent: bool,
    /// How often the start was sent again.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) reposts: u8,
    /// How often in a row answers were refused.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) refusals: u8,
    /// Whether a job of another kind is in the way.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) is_blocked: bool,
    /// Whether the answer to the last start was lost meanwhile.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) is_start_lost: bool,
    /// Whether MX limits how often such jobs run.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) is_throttled: bool,
    /// The first status that this version did not know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unknown_status: Option<String>,
    /// Whether the last call failed, so that a wait is due.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) has_failed: bool,
    /// Whether the budget was spent.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) is_spent: bool,
}

impl From<Machine> for SavedState {
    fn from(machine: Machine) -> Self {
        let proof = machine.proof;
        Self {
            phase: machine.phase,
            other_job: machine.other_job,
            answered: machine.answered,
            polls: machine.polls,
            empty_reads: machine.empty_reads,
            refused_reads: machine.refused_reads,
            is_sent: machine.is_sent,
            reposts: machine.reposts,
            refusals: machine.refusals,
            is_blocked: machine.is_blocked,
            is_start_lost: machine.is_start_lost,
            is_throttled: machine.is_throttled,
            unknown_status: machine.unknown_status,
            has_failed: machine.has_failed,
            is_spent: machine.is_spent,
            baseline: proof.baseline,
            earlier_jobs: proof.earlier_jobs,
            is_joined: proof.is_joined,
            our_job: proof.our_job,
            our_start: proof.our_start,
            has_run: proof.has_run,
            since_answers: proof.answered,
            has_own_status: proof.has_own_status,
            is_static: proof.is_static,
            last: proof.last,
            repeats: proof.repeats,
        }
    }
}

impl From<SavedState> for Machine {
    fn from(state: SavedState) -> Self {
        Self {
            proof: Proof {
                baseline: state.baseline,
                earlier_jobs: state.earlier_jobs,
                is_joined: state.is_joined,
                our_job: state.our_job,
                our_start: state.our_start,
                has_run: state.has_run,
                answered: state.since_answers,
                has_own_status: state.has_own_status,
                is_static: state.is_static,
                last: state.last,
                repeats: state.repeats,
            },
            other_job: state.other_job,
            phase: state.phase,
            answered: state.answered,
            polls: state.polls,
            empty_reads: state.empty_reads,
            refused_reads: state.refused_reads,
            is_sent: state.is_sent,
            reposts: state.reposts,
            refusals: state.refusals,
            is_blocked: state.is_blocked,
            is_start_lost: state.is_start_lost,
            is_throttled: state.is_throttled,
            unknown_status: state.unknown_status,
            has_failed: state.has_failed,
            is_spent: state.is_spent,
        }
    }
}

impl Serialize for Machine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        SavedState::from(self.clone()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Machine {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        SavedState::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Machine {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "JobState".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        SavedState::json_schema(generator)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_false(value: &bool) -> bool {
    !*value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_zero(value: &u8) -> bool {
    *value == 0
}
