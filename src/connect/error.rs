//! Why a member was not connected, and what to do about it.

use std::error::Error as StdError;
use std::fmt;

use super::Form;
use crate::error::Error;
use crate::values::MemberGuid;

/// What kind of failure a [`ConnectError`] is.
///
/// ```
/// use mx_nexus::connect::ConnectErrorKind;
///
/// /// Whether the person can settle it by filling in the form again.
/// fn is_for_the_person(kind: ConnectErrorKind) -> bool {
///     use ConnectErrorKind::{BadEntry, Refused, Stale};
///     matches!(kind, BadEntry | Refused | Stale)
/// }
/// assert!(!is_for_the_person(ConnectErrorKind::AnswerLost));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectErrorKind {
    /// An entry is missing, empty, too long, not asked for or not offered; nothing was sent.
    BadEntry,
    /// The institution takes no new members, or there is nothing about the member that could be mended.
    Closed,
    /// The same login is connected already. List the members, and use or mend the one that is there.
    Duplicate,
    /// The institution wants something else than what the form asked for; [`ConnectError::form`] has the new one.
    Stale,
    /// MX refuses the request, and the institution wants what it wanted.
    Refused,
    /// The member may have been made: the answer to its creation was lost. List the members before the form is submitted
    /// again; [`Form::with_external_guid`] makes that unnecessary.
    AnswerLost,
    /// A call failed. When the member had been made before, [`ConnectError::member`] names it.
    Call,
}

/// A member that was not connected.
///
/// ```
/// use mx_nexus::connect::{ConnectError, ConnectErrorKind};
///
/// fn tell(error: &ConnectError) -> String {
///     match (error.kind(), error.form(), error.member()) {
///         (ConnectErrorKind::Stale, Some(form), _) => format!("show the form anew: {} fields", form.fields().len()),
///         (ConnectErrorKind::BadEntry | ConnectErrorKind::Refused, ..) => format!("please check: {error}"),
///         (ConnectErrorKind::Duplicate | ConnectErrorKind::AnswerLost, ..) => "list the members first".to_owned(),
///         // It is there, so it must not be made again.
///         (_, _, Some(member)) => format!("mend {member}"),
///         _ => error.to_string(),
///     }
/// }
/// ```
#[derive(Clone)]
pub struct ConnectError {
    kind: ConnectErrorKind,
    summary: String,
    form: Option<Box<Form>>,
    member: Option<MemberGuid>,
    source: Option<Error>,
}

impl ConnectError {
    fn new(kind: ConnectErrorKind, summary: impl Into<String>, source: Option<Error>) -> Self {
        Self {
            kind,
            summary: summary.into(),
            form: None,
            member: None,
            source,
        }
    }

    pub(super) fn bad_entry(reason: String) -> Self {
        Self::new(ConnectErrorKind::BadEntry, reason, None)
    }

    pub(super) fn closed() -> Self {
        let summary = "the institution takes no new members; choose another, or let the person enter the account by hand";
        Self::new(ConnectErrorKind::Closed, summary, None)
    }

    pub(super) fn nothing_to_mend() -> Self {
        let summary = "the member has no credentials to enter anew, and does not sign in by OAuth";
        Self::new(ConnectErrorKind::Closed, summary, None)
    }

    pub(super) fn duplicate(error: Error) -> Self {
        let summary = "the login or the external guid is connected already, or the institution is unknown; list the members, and use or mend the one that is there";
        Self::new(ConnectErrorKind::Duplicate, summary, Some(error))
    }

    pub(super) fn taken(error: Error) -> Self {
        let summary = "another member has this login or external guid; list the members, and use or mend that one";
        Self::new(ConnectErrorKind::Duplicate, summary, Some(error))
    }

    pub(super) fn stale(error: Error, form: Form) -> Self {
        let summary = "the institution wants something else than before; show the new form";
        Self {
            form: Some(Box::new(form)),
            ..Self::new(ConnectErrorKind::Stale, summary, Some(error))
        }
    }

    pub(super) fn refused(error: Error) -> Self {
        let summary = "MX refuses the entries";
        Self::new(ConnectErrorKind::Refused, summary, Some(error))
    }

    pub(super) fn lost(error: Error) -> Self {
        let summary = "the answer was lost and the member may have been made; list the members before submitting again";
        Self::new(ConnectErrorKind::AnswerLost, summary, Some(error))
    }

    pub(super) fn with_member(self, member: MemberGuid) -> Self {
        Self {
            summary: format!(
                "{member} is there, but has no address for OAuth yet; mend it to get one"
            ),
            member: Some(member),
            ..self
        }
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ConnectErrorKind {
        self.kind
    }

    /// The member that was made although the rest failed. Go on with [`User::mend`](crate::User::mend), and do not make
    /// another.
    pub fn member(&self) -> Option<&MemberGuid> {
        self.member.as_ref()
    }

    /// The form as it is now, when it has changed.
    pub fn form(&self) -> Option<&Form> {
        self.form.as_deref()
    }

    /// The call that failed.
    pub fn call_error(&self) -> Option<&Error> {
        self.source.as_ref()
    }
}

impl From<Error> for ConnectError {
    fn from(error: Error) -> Self {
        Self::new(ConnectErrorKind::Call, "a call failed", Some(error))
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.summary)?;
        match &self.source {
            Some(source) => write!(formatter, ": {source}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for ConnectError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ConnectError")
            .field("kind", &self.kind)
            .field("summary", &self.summary)
            .field("member", &self.member)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl StdError for ConnectError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source: &(dyn StdError + 'static) = self.source.as_ref()?;
        Some(source)
    }
}
