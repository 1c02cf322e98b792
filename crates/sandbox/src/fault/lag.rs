//! How long readings of a member lag behind a change: part of a fault. The state applies it.

use std::time::Duration;

use mx_nexus::operations::Operation;
use serde::{Deserialize, Serialize};

/// How long readings of a member do not show a change of it, as MX does for a moment after a start. For [`Fault::lag`](super::Fault::lag).
///
/// Until the lag is over, `readMember`, `listMembers` and the list of challenges show what they showed before the change. Several changes
/// may lag at a time: a reading shows the member as it was before the oldest one that it may not show yet.
///
/// ```
/// use std::time::Duration;
/// use mx_nexus_sandbox::{Fault, Lag};
///
/// // The answer to the start is lost, and five readings show the previous job.
/// let start = Fault::reset_after_processing().lagging(Lag::readings(5)).on_operation("identifyMember");
/// // One reading shows the new credentials, then two show the old ones.
/// let credentials = Fault::lag(Lag::readings(2).after(1)).on_operation("updateMember");
/// let everything = Fault::lag(Lag::time(Duration::from_millis(100))).times(1000);
/// # let _ = (start, credentials, everything);
/// ```
///
/// As JSON: `{"readings": 5}` or `{"ms": 100}`, either with `"after": 1` or `"in_answer": true`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[must_use]
pub struct Lag {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) readings: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ms: Option<u64>,
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) after: u32,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) in_answer: bool,
}

impl Lag {
    /// So many readings of the member do not show the change.
    pub fn readings(readings: u32) -> Self {
        Self {
            readings: Some(readings),
            ..Self::default()
        }
    }

    /// No reading shows the change for this time after it.
    pub fn time(time: Duration) -> Self {
        Self {
            ms: Some(u64::try_from(time.as_millis()).unwrap_or(u64::MAX)),
            ..Self::default()
        }
    }

    /// So many readings show the change before, as when several servers answer.
    pub fn after(mut self, readings: u32) -> Self {
        self.after = readings;
        self
    }

    /// The answer to the change does not show it either.
    pub fn in_answer(mut self) -> Self {
        self.in_answer = true;
        self
    }

    /// How long it lasts, unless it is a count.
    pub(crate) fn time_span(&self) -> Duration {
        Duration::from_millis(self.ms.unwrap_or_default())
    }

    pub(super) fn is_count_or_time(&self) -> bool {
        self.readings.is_some() != self.ms.is_some()
    }
}

/// Whether an operation can change how a member is connected.
pub(super) fn can_change_members(operation: &Operation) -> bool {
    let of_user = operation.path.strip_prefix("/users/{user_guid}");
    let path = of_user.unwrap_or(operation.path);
    let is_about_members = path.starts_with("/members/") || path.starts_with("/jobs/");
    is_about_members && (["POST", "PUT"].contains(&operation.method) || operation.starts_work)
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}
