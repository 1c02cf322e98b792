//! A job as something to save: versioned JSON, ids and statuses only.

use serde::{Deserialize, Serialize};

use super::machine::Machine;
use crate::values::{JobGuid, MemberGuid};

/// A job, to go on with elsewhere or later by [`User::resume`](crate::User::resume).
///
/// It is JSON by serde, with a version, and holds ids and statuses: no token, no answer, nothing about a person. Save it
/// wherever jobs are kept; a durable engine may journal it in clear.
///
/// ```
/// # fn example(handle: &mx_nexus::identity::JobHandle) -> Result<(), serde_json::Error> {
/// let saved = serde_json::to_string(handle)?;
/// let again: mx_nexus::identity::JobHandle = serde_json::from_str(&saved)?;
/// assert_eq!(&again, handle);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobHandle {
    /// The partner's id of the user; none when the user came of a token from elsewhere.
    pub(super) user: Option<String>,
    pub(super) member: MemberGuid,
    pub(super) include_transactions: bool,
    pub(super) machine: Machine,
}

impl JobHandle {
    /// The partner's id of the user, for [`Nexus::user`](crate::Nexus::user).
    pub fn user_id(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// The member that is identified.
    pub fn member(&self) -> &MemberGuid {
        &self.member
    }

    /// Whether the POST may have been sent: from then on a resumed job reads until it is sure that nothing came of it.
    pub fn has_started(&self) -> bool {
        self.machine.has_started()
    }

    /// MX's job, once it is known.
    pub fn job(&self) -> Option<&JobGuid> {
        self.machine.job()
    }
}
