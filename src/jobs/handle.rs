//! A saved job: versioned JSON, ids and statuses only.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::api::{KindName, Options};
use super::directive::{Observation, Phase};
use super::machine::Machine;
use crate::error::Error;
use crate::operations::Api;
use crate::values::{JobGuid, MemberGuid};

/// A saved job, to resume in another process or later by [`User::resume`](crate::User::resume).
///
/// It is JSON by serde, with a version, and holds ids, statuses and times: no token, no answer, no personal data. A durable
/// engine may journal it in clear. Its format is kept: a later version of this crate reads what an earlier one has saved.
///
/// ```
/// # fn example(handle: &mx_nexus::jobs::JobHandle) -> Result<(), serde_json::Error> {
/// let saved = serde_json::to_string(handle)?;
/// let again: mx_nexus::jobs::JobHandle = serde_json::from_str(&saved)?;
/// assert_eq!(&again, handle);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Saved", try_from = "Value")]
#[non_exhaustive]
pub struct JobHandle {
    pub(super) api: Api,
    pub(super) kind: KindName,
    /// The partner's id of the user, in Atrium its guid; none for a user of a session token.
    pub(super) user: Option<String>,
    pub(super) member: MemberGuid,
    pub(super) options: Options,
    /// Whether the institution has to be read before the start.
    pub(super) check_institution: bool,
    pub(crate) machine: Machine,
}

impl JobHandle {
    /// The API whose users can resume it.
    pub fn api(&self) -> Api {
        self.api
    }

    /// The kind of job.
    pub fn kind(&self) -> KindName {
        self.kind
    }

    /// The partner's id of the user, for [`Nexus::user`](crate::Nexus::user); in Atrium the user's guid, for `Atrium::user`.
    pub fn user_id(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// The member of the job.
    pub fn member(&self) -> &MemberGuid {
        &self.member
    }

    /// Whether the POST may have been sent: from then on a resumed job reads until it is sure that it had no effect.
    pub fn has_started(&self) -> bool {
        self.machine.has_started()
    }

    /// Whether a job of another kind is in the way, so that this one waits for its end.
    pub fn is_blocked(&self) -> bool {
        self.machine.is_blocked()
    }

    /// MX's job, once it is known.
    pub fn job(&self) -> Option<&JobGuid> {
        self.machine.job()
    }

    /// Refuses a user of another API, another user, and another kind.
    pub(crate) fn check(&self, api: Api, user: Option<&str>, kind: KindName) -> Result<(), Error> {
        let refuse = |summary| Err(Error::request(None, summary));
        if self.api != api {
            let (theirs, ours) = (self.api.title(), api.title());
            return refuse(format!(
                "the handle is of a job of {theirs}; resume it with a user of {theirs}, not of {ours}"
            ));
        }
        // Whose session a token opens, only MX knows.
        if let (Some(theirs), Some(ours)) = (self.user_id(), user)
            && theirs != ours
        {
            return refuse(format!(
                "the handle is of the user {theirs}, and this is {ours}"
            ));
        }
        if self.kind != kind {
            let found = self.kind;
            return refuse(format!(
                "the handle is of a job of kind {found:?}, not {kind:?}"
            ));
        }
        Ok(())
    }

    /// What to save *before* a call, so that a process that dies in the middle of it loses nothing: if the next call may be
    /// the start, it counts as sent, and a job that is resumed from here reads until it is sure before it starts again.
    #[must_use]
    pub fn in_flight(&self) -> Self {
        let mut handle = self.clone();
        handle.machine.announce();
        handle
    }

    /// What to save *before* [`Job::answer`](super::Job::answer), for the same reason: a job that is resumed from here asks the
    /// user again only when the answers turn out not to have arrived.
    #[must_use]
    pub fn while_answering(&self) -> Self {
        let mut handle = self.clone();
        if matches!(handle.machine.phase, Phase::List { .. } | Phase::Ask(_)) {
            handle.machine.observe(Observation::AnswerLost);
        }
        handle
    }
}

/// The format of a saved job. Every field but the version, the kind and the member has a default, so that a later version can
/// add some and reads what an earlier one saved.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub(super) struct Saved {
    version: String,
    /// The API whose job it is.
    #[serde(default = "nexus")]
    api: String,
    kind: KindName,
    #[serde(default)]
    user: Option<String>,
    member: MemberGuid,
    #[serde(default)]
    options: Options,
    #[serde(default = "default_true")]
    check_institution: bool,
    #[serde(default)]
    state: Machine,
}

const VERSION: &str = "2";

fn nexus() -> String {
    Api::Nexus.name().to_owned()
}

const fn default_true() -> bool {
    true
}

impl From<JobHandle> for Saved {
    fn from(handle: JobHandle) -> Self {
        Self {
            version: VERSION.to_owned(),
            api: handle.api.name().to_owned(),
            kind: handle.kind,
            user: handle.user,
            member: handle.member,
            options: handle.options,
            check_institution: handle.check_institution,
            state: handle.machine,
        }
    }
}

/// In two steps, the version first: another version may have other fields.
impl TryFrom<Value> for JobHandle {
    type Error = String;

    fn try_from(saved: Value) -> Result<Self, String> {
        let found = match saved.get("version") {
            Some(Value::String(version)) if version == VERSION => None,
            Some(Value::String(version)) => Some(format!("is of version {version}")),
            Some(Value::Number(version)) => Some(format!("is of version {version}")),
            _ => Some("has no version".to_owned()),
        };
        if let Some(found) = found {
            return Err(format!(
                "this handle {found}; this version of mx-nexus reads version {VERSION}"
            ));
        }
        let saved: Saved = serde_json::from_value(saved).map_err(|error| error.to_string())?;
        let api = Api::ALL.iter().find(|api| api.name() == saved.api);
        let unknown = || {
            let api = &saved.api;
            format!("this handle is of the API {api}, which this build of mx-nexus does not have")
        };
        Ok(Self {
            api: *api.ok_or_else(unknown)?,
            kind: saved.kind,
            user: saved.user,
            member: saved.member,
            options: saved.options,
            check_institution: saved.check_institution,
            machine: saved.state,
        })
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for JobHandle {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "JobHandle".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Saved::json_schema(generator)
    }
}

#[cfg(test)]
mod tests;
