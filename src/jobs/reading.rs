//! What the workflow looks at in a member.

use serde::{Deserialize, Serialize};

use crate::values::{ConnectionStatus, JobGuid, Timestamp};

/// What the workflow looks at in a member. A field that MX leaves out or sends as null is `None`, which proves nothing.
///
/// ```
/// use mx_nexus::jobs::machine::Reading;
///
/// let reading = Reading {
///     status: Some("CONNECTED".into()),
///     is_being_aggregated: Some(false),
///     job: Some("JOB-2".into()),
///     ..Reading::default()
/// };
/// assert_ne!(reading, Reading::default());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Reading {
    /// `connection_status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<ConnectionStatus>,
    /// `is_being_aggregated`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_being_aggregated: Option<bool>,
    /// `most_recent_job_guid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<JobGuid>,
    /// `aggregated_at`: when the latest job started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aggregated_at: Option<Timestamp>,
    /// `successfully_aggregated_at`: when the latest job that succeeded did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successfully_aggregated_at: Option<Timestamp>,
    /// `is_manual`; false where MX leaves it out.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_manual: bool,
}

impl Reading {
    /// Whether a job is running.
    pub(super) fn is_running(&self) -> bool {
        self.is_being_aggregated == Some(true)
    }

    /// Whether a job is running, or waits for answers or for the institution.
    pub(super) fn is_under_way(&self) -> bool {
        use ConnectionStatus::{Challenged, Delayed, Resumed};
        self.is_running() || matches!(self.status, Some(Challenged | Delayed | Resumed))
    }

    /// Whether this is a member that never had a job, so that any stamp that appears later is of a new one.
    pub(super) fn never_had_a_job(&self) -> bool {
        let is_known = !matches!(self.status, None | Some(ConnectionStatus::Unknown(_)));
        let has_stamp = self.job.is_some()
            || self.aggregated_at.is_some()
            || self.successfully_aggregated_at.is_some();
        is_known && !has_stamp
    }
}
