//! [`Error`]: the error of every call, with predicates, cheap to clone.
//!
//! It contains only what a log may contain: operation, status, MX's code and message; never a body, a header or a value.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

mod cause;
mod decode;
mod problem;

pub(crate) use decode::JsonFault;
pub(crate) use problem::{Problem, request_id, without_bom};

use crate::operations::{self, Operation};

/// The kind of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The configuration of the client is invalid; nothing was sent.
    Configuration,
    /// The call is incomplete or invalid; nothing was sent.
    Request,
    /// Could not connect; the request was not sent.
    Connect,
    /// The TLS handshake failed; the request was not sent.
    Tls,
    /// No answer came in time; it is unknown whether the request arrived.
    Timeout,
    /// The connection broke; it is unknown whether the request arrived.
    Transport,
    /// The server answered with an error status.
    Status,
    /// The body of a success does not match the API document.
    Decode,
    /// No session could be opened.
    Session,
    /// The session has expired and cannot be renewed: its one-time token is used, or the renewed session was refused too.
    SessionExpired,
}

/// A failure of a call. A job fails with [`JobError`](crate::jobs::JobError), which has a remedy and a handle.
///
/// | predicate | what it means for the program |
/// |---|---|
/// | [`is_not_found`](Self::is_not_found) | it does not exist, or belongs to another user |
/// | [`is_conflict`](Self::is_conflict) | something has to end first, such as another job |
/// | [`is_transient`](Self::is_transient) | the same call may succeed later |
/// | [`is_answer_lost`](Self::is_answer_lost) | the call may have had its effect: read before it is sent again |
/// | [`was_never_sent`](Self::was_never_sent) | the call had no effect |
/// | [`is_session_expired`](Self::is_session_expired) | the user needs a new session, which cannot be opened here |
/// | [`is_timeout`](Self::is_timeout), [`is_connect`](Self::is_connect) | where it failed |
///
/// MX asks to branch on the HTTP status only and that codes and messages may change: use the predicates and
/// [`Error::status`] in code, [`Error::code`] and [`Error::message`] in logs.
///
/// ```
/// # fn react(error: mx_nexus::Error) {
/// if error.is_transient() {
///     println!("try again later: {error}");
/// } else if error.is_not_found() {
///     println!("no such member");
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct Error {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    summary: String,
    operation: Option<&'static Operation>,
    status: Option<u16>,
    code: Option<String>,
    message: Option<String>,
    retry_after: Option<Duration>,
    request_id: Option<String>,
    timed_out: bool,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    /// The kind of the error.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// The operation that failed, when there is one.
    pub fn operation(&self) -> Option<&'static Operation> {
        self.inner.operation
    }

    /// The HTTP status, when the server answered.
    ///
    /// For [`ErrorKind::Session`] it is the status of the call that opens the session, not of the call that needed it: a 404 is
    /// SSO's, about the user. The predicates below take this into account.
    pub fn status(&self) -> Option<u16> {
        self.inner.status
    }

    /// MX's code, for logs; it may change.
    pub fn code(&self) -> Option<&str> {
        self.inner.code.as_deref()
    }

    /// MX's message, for logs; it may change.
    pub fn message(&self) -> Option<&str> {
        self.inner.message.as_deref()
    }

    /// The `Retry-After` of the answer.
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// The `X-Request-Id` of the answer, for a question to MX's support.
    ///
    /// Present for an error status and for an answer that is too large, when the server sent the header.
    pub fn request_id(&self) -> Option<&str> {
        self.inner.request_id.as_deref()
    }

    /// Whether a time limit was reached: of connecting, of the call, or of opening its session.
    pub fn is_timeout(&self) -> bool {
        self.inner.timed_out
    }

    /// Whether no connection was made, for the call or for opening its session; this includes TLS and proxies.
    pub fn is_connect(&self) -> bool {
        matches!(self.kind(), ErrorKind::Connect | ErrorKind::Tls)
            || self.cause().is_some_and(Self::is_connect)
    }

    /// Whether the same call may succeed later without any change.
    pub fn is_transient(&self) -> bool {
        match self.kind() {
            ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Transport => true,
            ErrorKind::Status => self.is_transient_status(),
            ErrorKind::Session => match self.status() {
                Some(_) => self.is_transient_status(),
                // Without a source, opening the session timed out or panicked. A foreign error is not known to be transient.
                None => match self.cause() {
                    Some(cause) => cause.is_transient(),
                    None => self.inner.source.is_none(),
                },
            },
            _ => false,
        }
    }

    fn is_transient_status(&self) -> bool {
        matches!(self.status(), Some(408 | 429 | 500..=599))
    }

    /// The source, if it is an [`Error`] too.
    pub(crate) fn cause(&self) -> Option<&Self> {
        self.inner.source.as_deref()?.downcast_ref::<Self>()
    }

    /// Whether the session has expired and the user has to provide a new one.
    pub fn is_session_expired(&self) -> bool {
        self.kind() == ErrorKind::SessionExpired
    }

    /// Whether this call was answered with 404: the identifier is unknown, or another user's.
    pub fn is_not_found(&self) -> bool {
        self.answered() == Some(404)
    }

    /// Whether this call was answered with 409: something has to end first, such as another job of the member.
    pub fn is_conflict(&self) -> bool {
        self.answered() == Some(409)
    }

    /// The error status of this call, not of the call that opens its session.
    pub(crate) fn answered(&self) -> Option<u16> {
        self.status().filter(|_| self.kind() == ErrorKind::Status)
    }

    /// Whether MX refused the API key, or does not know the user for whom a session is opened. Only another configuration
    /// changes that.
    pub(crate) fn is_refused_access(&self) -> bool {
        let opening = self.cause().filter(|_| self.kind() == ErrorKind::Session);
        let refusal = opening.unwrap_or(self);
        let is_of_sso = refusal
            .operation()
            .is_some_and(|operation| operations::by_id("sso", operation.id).is_some());
        is_of_sso && matches!(refusal.answered(), Some(401 | 404))
    }

    /// Whether the answer was lost: the request may have had an effect.
    pub fn is_answer_lost(&self) -> bool {
        match self.kind() {
            ErrorKind::Timeout | ErrorKind::Transport | ErrorKind::Decode => true,
            ErrorKind::Status => matches!(self.status(), Some(408 | 500..=599)),
            _ => false,
        }
    }

    /// Whether the request was certainly not sent, in the last attempt.
    ///
    /// Earlier attempts, if any, were refused unprocessed or belong to a replayable operation. True for [`ErrorKind::Session`]
    /// too: the call that opens the session failed, and the call that needed it was not sent.
    pub fn was_never_sent(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::Configuration
                | ErrorKind::Request
                | ErrorKind::Connect
                | ErrorKind::Tls
                | ErrorKind::Session
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.inner;
        if let Some(operation) = inner.operation {
            write!(formatter, "{} failed: ", operation.id)?;
        }
        formatter.write_str(&inner.summary)?;
        if let Some(status) = inner.status {
            write!(formatter, " (status {status}")?;
            if let Some(code) = &inner.code {
                write!(formatter, ", code {code}")?;
            }
            if let Some(message) = &inner.message {
                write!(formatter, ", {message}")?;
            }
            if let Some(id) = &inner.request_id {
                write!(formatter, ", request {id}")?;
            }
            formatter.write_str(")")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.inner;
        formatter
            .debug_struct("Error")
            .field("kind", &inner.kind)
            .field("summary", &inner.summary)
            .field("operation", &inner.operation.map(|operation| operation.id))
            .field("status", &inner.status)
            .field("code", &inner.code)
            .field("message", &inner.message)
            .field("retry_after", &inner.retry_after)
            .field("request_id", &inner.request_id)
            .field("source", &inner.source.as_ref().map(ToString::to_string))
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source: &(dyn StdError + 'static) = self.inner.source.as_deref()?;
        Some(source)
    }
}
