//! A saved job: versioned JSON, ids and statuses only.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::machine::Machine;
use crate::values::{JobGuid, MemberGuid};

/// A saved job, to resume in another process or later by [`User::resume`](crate::User::resume).
///
/// It is JSON by serde, with a version, and holds ids, statuses and times: no token, no answer, no personal data. A durable
/// engine may journal it in clear.
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
#[serde(remote = "Self")]
#[non_exhaustive]
pub struct JobHandle {
    pub(super) version: Version,
    /// The partner's id of the user; none for a user of a session token.
    pub(super) user: Option<String>,
    pub(super) member: MemberGuid,
    pub(super) include_transactions: bool,
    /// Whether the institution has to be read before the POST.
    #[serde(default = "default_true")]
    pub(super) checks_institution: bool,
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

    /// Whether the POST may have been sent: from then on a resumed job reads until it is sure that it had no effect.
    pub fn has_started(&self) -> bool {
        self.machine.has_started()
    }

    /// MX's job, once it is known.
    pub fn job(&self) -> Option<&JobGuid> {
        self.machine.job()
    }
}

const fn default_true() -> bool {
    true
}

impl Serialize for JobHandle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

/// In two steps, the version first: another version may have other fields, and a database may have changed their order.
impl<'de> Deserialize<'de> for JobHandle {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let saved = Value::deserialize(deserializer)?;
        Version::check(saved.get("version")).map_err(D::Error::custom)?;
        Self::deserialize(saved).map_err(D::Error::custom)
    }
}

/// The only version of a saved job so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Version;

impl Version {
    const NUMBER: &str = "1";

    fn check(found: Option<&Value>) -> Result<Self, String> {
        let found = match found {
            Some(Value::String(version)) if version == Self::NUMBER => return Ok(Self),
            Some(Value::String(version)) => format!("is of version {version}"),
            Some(Value::Number(version)) => format!("is of version {version}"),
            _ => "has no version".to_owned(),
        };
        let number = Self::NUMBER;
        Err(format!(
            "this handle {found}; this version of mx-nexus reads version {number}"
        ))
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(Self::NUMBER)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let found = Value::deserialize(deserializer)?;
        Self::check(Some(&found)).map_err(D::Error::custom)
    }
}
