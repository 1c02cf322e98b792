//! Why a member was not connected, and what to do about it.

use std::error::Error as StdError;
use std::fmt;

use super::Form;
use crate::error::Error;

/// What kind of failure a [`ConnectError`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectErrorKind {
    /// An entry is missing, empty, too long, not asked for or not offered; nothing was sent.
    BadEntry,
    /// The institution takes no new members.
    Closed,
    /// The same login is connected already. List the members, and use or mend the one that is there.
    Duplicate,
    /// The fields have changed since they were read; [`ConnectError::form`] has the new ones.
    Stale,
    /// MX refuses the request, and the fields are as they were.
    Refused,
    /// A call failed.
    Call,
}

/// A member that was not connected.
#[derive(Clone)]
pub struct ConnectError {
    kind: ConnectErrorKind,
    summary: String,
    form: Option<Box<Form>>,
    source: Option<Error>,
}

impl ConnectError {
    fn new(kind: ConnectErrorKind, summary: impl Into<String>, source: Option<Error>) -> Self {
        Self {
            kind,
            summary: summary.into(),
            form: None,
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

    pub(super) fn duplicate(error: Error) -> Self {
        let summary = "the same login is connected already, or the institution is unknown; use or mend the member that is there";
        Self::new(ConnectErrorKind::Duplicate, summary, Some(error))
    }

    pub(super) fn stale(error: Error, form: Form) -> Self {
        let summary = "the institution's fields have changed; show the new form";
        Self {
            form: Some(Box::new(form)),
            ..Self::new(ConnectErrorKind::Stale, summary, Some(error))
        }
    }

    pub(super) fn refused(error: Error) -> Self {
        Self::new(
            ConnectErrorKind::Refused,
            "MX refuses the entries",
            Some(error),
        )
    }

    pub(super) fn unnamed() -> Self {
        let summary = "the answer names no member; list the members to find it";
        Self::new(ConnectErrorKind::Refused, summary, None)
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ConnectErrorKind {
        self.kind
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
