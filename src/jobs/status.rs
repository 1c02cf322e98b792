//! What each connection status means for a job, in one table.
//!
//! MX sends 22 statuses, and perhaps one day a new one. `row` is the only place that knows what they mean: the machine asks it
//! what to do, errors take their [`Remedy`] from it, and the table in the docs is printed from it. It holds for a member *at
//! rest* (`is_being_aggregated` false): while a job runs an old status may linger, and only CHALLENGED counts. A status that is
//! null or missing is in no row: it proves nothing.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::values::ConnectionStatus;

/// What a status means for the job that is followed, once the member is at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// The job is under way, or may be: poll on.
    Transient,
    /// As `Transient`, and MX reports that it takes long: poll slowly.
    Slow,
    /// MX waits for answers.
    Challenged,
    /// The job succeeded.
    Succeeded,
    /// OAuth is not finished: MX waits for the user, and no poll changes that.
    Pending,
    /// An answer was wrong. The end, unless another question follows shortly.
    Rejected,
    /// The job is over without success.
    Ended(Remedy),
}

/// What can be done about a job that ended without a result.
///
/// For each status, what a job does that finds the member at rest with it:
///
#[doc = include_str!("statuses.md")]
///
/// ```
/// use mx_nexus::jobs::Remedy;
/// use mx_nexus::values::ConnectionStatus;
///
/// let remedy = Remedy::of(&ConnectionStatus::Denied);
/// assert_eq!(remedy, Some(Remedy::UpdateCredentials));
/// assert_eq!(Remedy::of(&ConnectionStatus::Connected), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum Remedy {
    /// The user has to enter the credentials again; then start again.
    UpdateCredentials,
    /// The user has to act at the institution itself; until then every login makes it worse.
    ActAtInstitution,
    /// The user has to finish the institution's OAuth page; the error carries its address.
    FinishOauth,
    /// The job goes on at MX, as far as it is known: resume it with the handle.
    Resume,
    /// Start a new identification while the user is present to answer.
    StartAgainWithUser,
    /// Nothing can be done but wait; start again later.
    TryLater,
    /// Only MX can change this.
    ContactMx,
    /// This member will never give a result.
    GoneForGood,
}

impl Remedy {
    /// The remedy for a member at rest with this status, where it needs one.
    #[must_use]
    pub fn of(status: &ConnectionStatus) -> Option<Self> {
        match classify(status) {
            Class::Ended(remedy) => Some(remedy),
            Class::Pending => Some(Self::FinishOauth),
            Class::Rejected => Some(Self::StartAgainWithUser),
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
            Self::UpdateCredentials => "let the user enter the credentials again, then start again",
            Self::ActAtInstitution => "let the user settle it at the institution first",
            Self::FinishOauth => "let the user finish signing in on the institution's own page",
            Self::Resume => "resume it with the handle",
            Self::StartAgainWithUser => "start again while the user is present to answer",
            Self::TryLater => "start again later",
            Self::ContactMx => "ask MX: only they can change this",
            Self::GoneForGood => "connect the account in another way",
        })
    }
}

/// What to do about a member at rest with this status.
pub(crate) fn classify(status: &ConnectionStatus) -> Class {
    row(status).0
}

/// The table (guide). An unknown status polls on: a new name is more likely a new step than an end.
#[rustfmt::skip]
fn row(status: &ConnectionStatus) -> (Class, &'static str) {
    use Class::{Challenged, Ended, Pending, Rejected, Slow, Succeeded, Transient};
    use ConnectionStatus as Is;
    use Remedy::*;
    match status {
        Is::Created      => (Transient,                   "new, nothing gathered yet"),
        Is::Prevented    => (Ended(UpdateCredentials),    "three failed logins"),
        Is::Denied       => (Ended(UpdateCredentials),    "the credentials are wrong"),
        Is::Challenged   => (Challenged,                  "a question is open"),
        Is::Rejected     => (Rejected,                    "an answer was wrong"),
        Is::Locked       => (Ended(ActAtInstitution),     "the institution locked the login"),
        Is::Connected    => (Succeeded,                   "the login worked"),
        Is::Impeded      => (Ended(ActAtInstitution),     "the institution wants attention"),
        Is::Reconnected  => (Transient,                   "moved to another source, still working"),
        Is::Degraded     => (Ended(TryLater),             "several recent failures"),
        Is::Disconnected => (Ended(TryLater),             "failures for two weeks"),
        Is::Discontinued => (Ended(GoneForGood),          "no longer offered"),
        Is::Closed       => (Ended(GoneForGood),          "marked as closed"),
        Is::Delayed      => (Slow,                        "slower than expected"),
        Is::Failed       => (Ended(TryLater),             "ended without connecting"),
        Is::Updated      => (Transient,                   "the credentials were changed"),
        Is::Disabled     => (Ended(ContactMx),            "importing is paused"),
        Is::Imported     => (Ended(UpdateCredentials),    "MX holds no credentials"),
        Is::Resumed      => (Transient,                   "an answer was received"),
        Is::Expired      => (Ended(StartAgainWithUser), "an answer came too late"),
        Is::Impaired     => (Ended(UpdateCredentials),    "some credentials are missing"),
        Is::Pending      => (Pending,                     "OAuth is not finished"),
        Is::Unknown(_)   => (Transient,                   "not known to this version"),
    }
}

/// The table as markdown, as it stands in the docs.
#[cfg(test)]
pub(crate) fn table() -> String {
    let unknown = ConnectionStatus::from("(any other)");
    let mut text = String::from("| status | meaning | at rest | remedy |\n|---|---|---|---|\n");
    for status in ConnectionStatus::KNOWN.iter().chain([&unknown]) {
        let name = status.as_str();
        let (class, meaning) = row(status);
        let action = match class {
            Class::Transient => "poll on",
            Class::Slow => "poll on, slowly",
            Class::Challenged => "ask",
            Class::Succeeded => "read the result",
            Class::Pending => "end: MX waits for the user",
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
    fn the_table_has_a_row_for_every_status_and_the_unknown() {
        let table = table();
        assert_eq!(table.lines().count(), 2 + 22 + 1);
        assert!(
            table.contains("| DENIED | the credentials are wrong | end | `UpdateCredentials`:")
        );
        assert_eq!(
            table.matches("| end, for good |").count(),
            2,
            "DISCONTINUED, CLOSED"
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
        let texts = "CREATED CHALLENGED CONNECTED DELAYED RECONNECTED UPDATED RESUMED NEW_NAME";
        for text in texts.split(' ') {
            assert_eq!(Remedy::of(&text.into()), None, "{text}");
        }
    }
}
