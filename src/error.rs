//! The one error of this crate: opaque, cheap to clone, asked by meaning.
//!
//! It carries what a log may hold: the operation, the status, MX's own code and message, never a body, a header or a value.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

mod cause;
mod decode;
mod problem;

pub(crate) use decode::JsonFault;
pub(crate) use problem::Problem;

use crate::operations::Operation;

/// What kind of failure an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client was configured in a way that cannot work; nothing was sent.
    Configuration,
    /// The call is incomplete or cannot be expressed; nothing was sent.
    Request,
    /// No connection came about; the request never left.
    Connect,
    /// TLS was refused, by either side; the request never left.
    Tls,
    /// No answer came in time; it is unknown whether the request arrived.
    Timeout,
    /// The connection broke; it is unknown whether the request arrived.
    Transport,
    /// The server answered with a status that is no success.
    Status,
    /// A success whose body is not what the document says.
    Decode,
    /// No session could be opened.
    Session,
    /// The session has expired and cannot be renewed, since the one-time token for it is used, or was refused again right after
    /// it was renewed.
    SessionExpired,
}

/// A failure of a call.
///
/// MX says to branch on the HTTP status only and that codes and messages may change: use the predicates and
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
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// The operation that failed, when there is one.
    pub fn operation(&self) -> Option<&'static Operation> {
        self.inner.operation
    }

    /// The HTTP status, when the server answered.
    ///
    /// For [`ErrorKind::Session`] it is that of the call that was to open the session, and says nothing about the call that
    /// wanted one: a 404 there is SSO's, about the user. The predicates below know the difference.
    pub fn status(&self) -> Option<u16> {
        self.inner.status
    }

    /// MX's own code, for logs; it may change.
    pub fn code(&self) -> Option<&str> {
        self.inner.code.as_deref()
    }

    /// MX's own message, for logs; it may change.
    pub fn message(&self) -> Option<&str> {
        self.inner.message.as_deref()
    }

    /// How long MX asks to wait before the next attempt.
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// Whether the same call may succeed later without any change.
    pub fn is_transient(&self) -> bool {
        match self.kind() {
            ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Transport => true,
            ErrorKind::Status => self.is_transient_status(),
            ErrorKind::Session => match self.status() {
                Some(_) => self.is_transient_status(),
                // Without a source it is a timeout or panic of the opening. Of an error that is not ours nothing is known.
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

    /// The error of ours that this one came of.
    pub(crate) fn cause(&self) -> Option<&Self> {
        self.inner.source.as_deref()?.downcast_ref::<Self>()
    }

    /// Whether the session is gone: a new one is needed, from where this one came.
    pub fn is_session_expired(&self) -> bool {
        self.kind() == ErrorKind::SessionExpired
    }

    /// Whether this very call was answered so: the identifier is unknown or belongs to somebody else.
    pub fn is_not_found(&self) -> bool {
        self.answered() == Some(404)
    }

    /// Whether this very call was answered so: something is in the way that has to end first, such as another job of the
    /// member.
    pub fn is_conflict(&self) -> bool {
        self.answered() == Some(409)
    }

    /// The status of a refusal of the call itself, not of the opening of its session.
    pub(crate) fn answered(&self) -> Option<u16> {
        self.status().filter(|_| self.kind() == ErrorKind::Status)
    }

    /// Whether nobody knows if the request had an effect: it may have arrived, and its answer was lost.
    pub fn is_answer_lost(&self) -> bool {
        match self.kind() {
            ErrorKind::Timeout | ErrorKind::Transport | ErrorKind::Decode => true,
            ErrorKind::Status => matches!(self.status(), Some(408 | 500..=599)),
            _ => false,
        }
    }

    /// Whether the call provably never reached MX, in its last attempt: those before it, if any, were refused unprocessed, or
    /// were of a call that may be repeated.
    ///
    /// Holds for [`ErrorKind::Session`] too: what failed is the call that was to open the session, and the one that wanted it
    /// never left.
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
