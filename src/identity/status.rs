//! What each connection status means for a job, in one table.
//!
//! MX sends 22 statuses, null for a manual member, and perhaps one day a new one. `row` is the only
//! place that knows what they mean: the machine asks it what to do, errors take their [`Remedy`]
//! from it, and the table in the docs is printed from it. It holds for a member *at rest*
//! (`is_being_aggregated` false): while a job runs an old status may linger, and only CHALLENGED
//! counts.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::values::ConnectionStatus;

/// What a status means for the job that is followed, once the member is at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// The job is under way, or nobody knows: poll on.
    Transient,
    /// As `Transient`, and MX itself says that it takes long: poll slowly.
    Slow,
    /// MX waits for an answer.
    Challenged,
    /// The job did what it should.
    Succeeded,
    /// OAuth is not finished: MX waits for the person, and no poll will change that.
    Pending,
    /// An answer was wrong. The end, unless another question follows shortly.
    Rejected,
    /// The job is over without success.
    Ended(Remedy),
}

/// What can be done about a job that ended without owners.
///
/// For each status of a member, where a job comes to that finds the member at rest with it:
///
#[doc = include_str!("statuses.md")]
///
/// ```
/// use mx_nexus::identity::Remedy;
/// use mx_nexus::values::ConnectionStatus;
///
/// let remedy = Remedy::of(Some(&ConnectionStatus::Denied));
/// assert_eq!(remedy, Some(Remedy::UpdateCredentials));
/// assert_eq!(Remedy::of(Some(&ConnectionStatus::Connected)), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Remedy {
    /// The person has to give the credentials anew; then start again.
    UpdateCredentials,
    /// The person has to act at the institution itself; until then every login makes it worse.
    ActAtInstitution,
    /// The person has to finish the institution's OAuth page; the error carries its address.
    FinishOauth,
    /// The job goes on at MX: resume it with the handle.
    Resume,
    /// Start a new identification while the person is there to answer.
    StartAgainWithPerson,
    /// Nobody has to do anything but wait; start again later.
    TryLater,
    /// Only MX can lift this.
    ContactMx,
    /// This member will never give owners.
    GoneForGood,
}

impl Remedy {
    /// The remedy for a member at rest with this status, where it needs one. `None` is MX's null.
    #[must_use]
    pub fn of(status: Option<&ConnectionStatus>) -> Option<Self> {
        match classify(status) {
            Class::Ended(remedy) => Some(remedy),
            Class::Pending => Some(Self::FinishOauth),
            Class::Rejected => Some(Self::StartAgainWithPerson),
            Class::Transient | Class::Slow | Class::Challenged | Class::Succeeded => None,
        }
    }

    /// Whether a later attempt with the same member cannot succeed either.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::GoneForGood)
    }
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UpdateCredentials => {
                "let the person enter the credentials anew, then start again"
            }
            Self::ActAtInstitution => "let the person settle it at the institution first",
            Self::FinishOauth => "let the person finish signing in on the institution's own page",
            Self::Resume => "the job goes on at MX: resume it with the handle",
            Self::StartAgainWithPerson => "start again while the person is present to answer",
            Self::TryLater => "nobody has to do anything: start again later",
            Self::ContactMx => "ask MX: only they can lift this",
            Self::GoneForGood => "this member gives no owners: connect the account in another way",
        })
    }
}

/// What to do about a member at rest with this status; `None` is MX's null.
pub(crate) fn classify(status: Option<&ConnectionStatus>) -> Class {
    row(status).0
}

/// The table (guide). An unknown status polls on: a new name is more likely a new step than an end.
#[rustfmt::skip]
fn row(status: Option<&ConnectionStatus>) -> (Class, &'static str) {
    use Class::{Challenged, Ended, Pending, Rejected, Slow, Succeeded, Transient};
    use ConnectionStatus as Is;
    use Remedy::*;
    match status {
        Some(Is::Created)      => (Transient,                   "new, nothing gathered yet"),
        Some(Is::Prevented)    => (Ended(UpdateCredentials),    "three failed logins"),
        Some(Is::Denied)       => (Ended(UpdateCredentials),    "the credentials are wrong"),
        Some(Is::Challenged)   => (Challenged,                  "a question is open"),
        Some(Is::Rejected)     => (Rejected,                    "an answer was wrong"),
        Some(Is::Locked)       => (Ended(ActAtInstitution),     "the institution locked the login"),
        Some(Is::Connected)    => (Succeeded,                   "the login worked"),
        Some(Is::Impeded)      => (Ended(ActAtInstitution),     "the institution wants attention"),
        Some(Is::Reconnected)  => (Ended(StartAgainWithPerson), "moved to another source"),
        Some(Is::Degraded)     => (Ended(TryLater),             "several recent failures"),
        Some(Is::Disconnected) => (Ended(TryLater),             "failures for two weeks"),
        Some(Is::Discontinued) => (Ended(GoneForGood),          "no longer offered"),
        Some(Is::Closed)       => (Ended(GoneForGood),          "closed by someone"),
        Some(Is::Delayed)      => (Slow,                        "slower than expected"),
        Some(Is::Failed)       => (Ended(TryLater),             "ended without connecting"),
        Some(Is::Updated)      => (Transient,                   "the credentials were changed"),
        Some(Is::Disabled)     => (Ended(ContactMx),            "importing is paused"),
        Some(Is::Imported)     => (Ended(UpdateCredentials),    "MX holds no credentials"),
        Some(Is::Resumed)      => (Transient,                   "an answer was received"),
        Some(Is::Expired)      => (Ended(StartAgainWithPerson), "an answer came too late"),
        Some(Is::Impaired)     => (Ended(UpdateCredentials),    "some credentials are missing"),
        Some(Is::Pending)      => (Pending,                     "OAuth is not finished"),
        Some(Is::Unknown(_))   => (Transient,                   "not known to this version"),
        None                   => (Ended(GoneForGood),          "a manual member"),
    }
}

/// The table as markdown, as it stands in the docs.
#[cfg(test)]
pub(crate) fn table() -> String {
    let unknown = ConnectionStatus::from("(any other)");
    let mut text = String::from("| status | meaning | at rest | remedy |\n|---|---|---|---|\n");
    for status in ConnectionStatus::KNOWN
        .iter()
        .map(Some)
        .chain([Some(&unknown), None])
    {
        let name = status.map_or("null", ConnectionStatus::as_str);
        let (class, meaning) = row(status);
        let action = match class {
            Class::Transient => "poll on",
            Class::Slow => "poll on, slowly",
            Class::Challenged => "ask",
            Class::Succeeded => "read the owners",
            Class::Pending => "end: MX waits for the person",
            Class::Rejected => "end, unless another question follows",
            Class::Ended(remedy) if remedy.is_final() => "end, for good",
            Class::Ended(_) => "end",
        };
        let remedy = Remedy::of(status).map(|remedy| format!("`{remedy:?}`: {remedy}"));
        let remedy = remedy.unwrap_or_default();
        text.push_str(&format!("| {name} | {meaning} | {action} | {remedy} |\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_row_for_every_status_the_unknown_and_null() {
        let table = table();
        assert_eq!(table.lines().count(), 2 + 22 + 2);
        assert!(
            table.contains("| DENIED | the credentials are wrong | end | `UpdateCredentials`:")
        );
        assert_eq!(
            table.matches("| end, for good |").count(),
            3,
            "DISCONTINUED, CLOSED, null"
        );
    }

    #[test]
    fn the_table_in_the_docs_is_this_one() {
        let table = table();
        let documented = include_str!("statuses.md");
        assert!(documented == table, "statuses.md has to be:\n{table}");
    }

    #[test]
    fn a_status_that_is_no_end_needs_no_remedy() {
        for text in "CREATED CHALLENGED CONNECTED DELAYED UPDATED RESUMED NEW_NAME".split(' ') {
            assert_eq!(Remedy::of(Some(&text.into())), None, "{text}");
        }
    }
}
