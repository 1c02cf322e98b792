//! [`ConnectError`]: why a member was not connected, and what to do about it.

use std::error::Error as StdError;
use std::fmt;

use super::Form;
use crate::error::Error;
use crate::values::{CredentialGuid, MemberGuid};

/// What kind of failure a [`ConnectError`] is.
///
/// ```
/// use mx_nexus::connect::ConnectErrorKind;
///
/// /// Whether the user can correct it by filling in the form again.
/// fn can_be_corrected(kind: ConnectErrorKind) -> bool {
///     use ConnectErrorKind::{InvalidValue, Refused, Stale};
///     matches!(kind, InvalidValue | Refused | Stale)
/// }
/// assert!(!can_be_corrected(ConnectErrorKind::AnswerLost));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectErrorKind {
    /// A value is missing, empty, too long, not in the form or not one of the options; nothing was sent.
    InvalidValue,
    /// The institution takes no new members, or the member has neither credentials nor OAuth.
    Closed,
    /// The institution does not support the kind of job for which the member is made.
    NotSupported,
    /// The same login is connected already. List the members, and use or reconnect the existing one.
    Duplicate,
    /// The fields have changed since the form was read; [`ConnectError::form`] is the new form.
    Stale,
    /// MX refused the values, and the fields have not changed.
    Refused,
    /// The answer to the creation was lost, and the list of members does not show whether the member exists. List the members
    /// before submitting the form again; with [`Form::with_external_guid`] this is not needed.
    AnswerLost,
    /// A call failed. When the member was created before, it is [`ConnectError::member`].
    Call,
}

/// A member that was not connected.
///
/// ```
/// use mx_nexus::connect::{ConnectError, ConnectErrorKind};
///
/// fn describe(error: &ConnectError) -> String {
///     match (error.kind(), error.form(), error.member()) {
///         (ConnectErrorKind::Stale, Some(form), _) => format!("show the new form: {} fields", form.fields().len()),
///         (ConnectErrorKind::InvalidValue | ConnectErrorKind::Refused, ..) => format!("please check: {error}"),
///         (ConnectErrorKind::Duplicate | ConnectErrorKind::AnswerLost, ..) => "list the members first".to_owned(),
///         // It exists, so it must not be created again.
///         (_, _, Some(member)) => format!("reconnect {member}"),
///         _ => error.to_string(),
///     }
/// }
/// ```
#[derive(Clone)]
pub struct ConnectError {
    kind: ConnectErrorKind,
    summary: String,
    field: Option<CredentialGuid>,
    form: Option<Box<Form>>,
    member: Option<MemberGuid>,
    source: Option<Error>,
}

impl ConnectError {
    fn new(kind: ConnectErrorKind, summary: impl Into<String>, source: Option<Error>) -> Self {
        Self {
            kind,
            summary: summary.into(),
            field: None,
            form: None,
            member: None,
            source,
        }
    }

    pub(super) fn invalid_value(field: &CredentialGuid, reason: impl fmt::Display) -> Self {
        let summary = format!("the value for {field} {reason}");
        Self {
            field: Some(field.clone()),
            ..Self::new(ConnectErrorKind::InvalidValue, summary, None)
        }
    }

    pub(super) fn closed() -> Self {
        let summary = "the institution takes no new members; choose another one";
        Self::new(ConnectErrorKind::Closed, summary, None)
    }

    pub(super) fn not_supported() -> Self {
        let summary = "the institution does not support this kind of job; choose another one";
        Self::new(ConnectErrorKind::NotSupported, summary, None)
    }

    pub(super) fn nothing_to_reconnect() -> Self {
        let summary = "the member has no credentials to change, and does not use OAuth";
        Self::new(ConnectErrorKind::Closed, summary, None)
    }

    pub(super) fn duplicate(error: Error) -> Self {
        let summary = "the login or the external guid is connected already, or the institution is unknown; list the members, and use or reconnect the existing one";
        Self::new(ConnectErrorKind::Duplicate, summary, Some(error))
    }

    pub(super) fn taken(error: Error) -> Self {
        let summary = "another member has this login or external guid; list the members, and use or reconnect that one";
        Self::new(ConnectErrorKind::Duplicate, summary, Some(error))
    }

    pub(super) fn stale(error: Error, form: Form) -> Self {
        let summary = "the fields of the institution have changed; show the new form";
        Self {
            form: Some(Box::new(form)),
            ..Self::new(ConnectErrorKind::Stale, summary, Some(error))
        }
    }

    pub(super) fn refused(error: Error) -> Self {
        let summary = "MX refused the values";
        Self::new(ConnectErrorKind::Refused, summary, Some(error))
    }

    pub(super) fn lost(error: Error) -> Self {
        let summary = "the answer was lost and the member may exist; list the members before submitting again, or set an external guid, by which it is found";
        Self::new(ConnectErrorKind::AnswerLost, summary, Some(error))
    }

    pub(super) fn with_member(self, member: MemberGuid) -> Self {
        Self {
            summary: format!(
                "{member} exists, but has no address for OAuth yet; reconnect it to get one"
            ),
            member: Some(member),
            ..self
        }
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ConnectErrorKind {
        self.kind
    }

    /// The member that was created before the failure.
    ///
    /// Continue with [`User::reconnect`](crate::User::reconnect), and do not create another.
    pub fn member(&self) -> Option<&MemberGuid> {
        self.member.as_ref()
    }

    /// The field whose value is invalid. The message has no label, because some institutions put the customer's name into it.
    pub fn field(&self) -> Option<&CredentialGuid> {
        self.field.as_ref()
    }

    /// The new form, when its fields have changed.
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
