//! The one error of this crate: opaque, cheap to clone, asked by meaning.
//!
//! It carries what a log may hold: the operation, the status, MX's own code and message, never a body, a header or a value.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

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
    /// The session has expired and cannot be renewed, or was refused again right after it was renewed.
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
/// } else if error.status() == Some(404) {
///     println!("no such member");
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct Error {
    inner: Arc<Inner>,
}

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
    fn build(kind: ErrorKind, summary: impl Into<String>) -> Inner {
        Inner {
            kind,
            summary: summary.into(),
            operation: None,
            status: None,
            code: None,
            message: None,
            retry_after: None,
            source: None,
        }
    }

    fn from_inner(inner: Inner) -> Self {
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The client cannot work as configured.
    pub(crate) fn configuration(summary: impl Into<String>) -> Self {
        Self::from_inner(Self::build(ErrorKind::Configuration, summary))
    }

    /// The call cannot be sent.
    pub(crate) fn request(
        operation: Option<&'static Operation>,
        summary: impl Into<String>,
    ) -> Self {
        Self::from_inner(Inner {
            operation,
            ..Self::build(ErrorKind::Request, summary)
        })
    }

    /// No session came about, for a reason that is not an answer of MX.
    pub(crate) fn session(summary: impl Into<String>) -> Self {
        Self::from_inner(Self::build(ErrorKind::Session, summary))
    }

    /// No session came about, because of `source`: its status, code and message become those of the session error.
    pub(crate) fn session_from(summary: impl Into<String>, source: Self) -> Self {
        let cause = &source.inner;
        Self::from_inner(Inner {
            operation: cause.operation,
            status: cause.status,
            code: cause.code.clone(),
            message: cause.message.clone(),
            retry_after: cause.retry_after,
            source: Some(Arc::new(source.clone())),
            ..Self::build(ErrorKind::Session, summary)
        })
    }

    /// No session came about, because of a source of tokens that is not ours.
    pub(crate) fn session_source(
        summary: impl Into<String>,
        source: Box<dyn StdError + Send + Sync>,
    ) -> Self {
        Self::from_inner(Inner {
            source: Some(Arc::from(source)),
            ..Self::build(ErrorKind::Session, summary)
        })
    }

    /// The exchange of an API token for a session took too long.
    pub(crate) fn session_timeout(waited: Duration) -> Self {
        Self::session(format!(
            "opening a session took longer than {} s",
            waited.as_secs()
        ))
    }

    /// A session from elsewhere was rejected earlier.
    pub(crate) fn session_expired() -> Self {
        Self::from_inner(Self::build(
            ErrorKind::SessionExpired,
            "the session has expired and cannot be renewed here; open another one",
        ))
    }

    /// The session was refused by MX, in these words, and that is the end of it for the reason given.
    pub(crate) fn session_refused(
        operation: &'static Operation,
        refusal: &Self,
        summary: &str,
    ) -> Self {
        let refusal = &refusal.inner;
        Self::from_inner(Inner {
            operation: Some(operation),
            status: refusal.status,
            code: refusal.code.clone(),
            message: refusal.message.clone(),
            retry_after: refusal.retry_after,
            ..Self::build(ErrorKind::SessionExpired, summary)
        })
    }

    /// The server answered with a status that is no success.
    pub(crate) fn status_of(operation: &'static Operation, status: u16, problem: Problem) -> Self {
        let summary = problem
            .summary
            .clone()
            .unwrap_or_else(|| "it was refused".to_owned());
        Self::from_inner(Self::with_problem(operation, &summary, status, problem))
    }

    fn with_problem(
        operation: &'static Operation,
        summary: &str,
        status: u16,
        problem: Problem,
    ) -> Inner {
        Inner {
            operation: Some(operation),
            status: Some(status),
            code: problem.code,
            message: problem.message,
            retry_after: problem.retry_after,
            ..Self::build(ErrorKind::Status, summary)
        }
    }

    /// The request failed on its way.
    pub(crate) fn transport(operation: &'static Operation, error: reqwest::Error) -> Self {
        // The address holds identifiers, and the operation says enough.
        let error = error.without_url();
        let (kind, summary) = if error.is_builder() {
            (ErrorKind::Request, "the request cannot be built")
        } else if error.is_redirect() {
            (ErrorKind::Transport, "there were too many redirects")
        } else if error.is_connect() && is_tls(&error) {
            (ErrorKind::Tls, "no secure connection came about")
        } else if error.is_connect() {
            (ErrorKind::Connect, "no connection came about")
        } else if error.is_timeout() {
            (ErrorKind::Timeout, "no answer came in time")
        } else {
            (
                ErrorKind::Transport,
                "the connection broke before the whole answer was there",
            )
        };
        Self::from_inner(Inner {
            operation: Some(operation),
            source: Some(Arc::new(error)),
            ..Self::build(kind, summary)
        })
    }

    /// The body of a success is larger than is accepted.
    pub(crate) fn too_large(operation: &'static Operation, status: u16, limit: usize) -> Self {
        Self::from_inner(Inner {
            operation: Some(operation),
            status: Some(status),
            ..Self::build(
                ErrorKind::Decode,
                format!("the answer is larger than {limit} bytes"),
            )
        })
    }

    /// The body of a success lacks what the call was made for.
    pub(crate) fn incomplete(
        operation: Option<&'static Operation>,
        summary: impl Into<String>,
    ) -> Self {
        Self::from_inner(Inner {
            operation,
            ..Self::build(ErrorKind::Decode, summary)
        })
    }

    /// The body of a success is not what the document says.
    pub(crate) fn decode(operation: Option<&'static Operation>, fault: &JsonFault) -> Self {
        Self::from_inner(Inner {
            operation,
            ..Self::build(
                ErrorKind::Decode,
                format!("the answer cannot be read: {fault}"),
            )
        })
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// The operation that failed, when there is one.
    pub fn operation(&self) -> Option<&'static Operation> {
        self.inner.operation
    }

    /// The HTTP status, when the server answered.
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
                None => self.cause().is_none_or(Self::is_transient),
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

    /// Whether the identifier is unknown or belongs to somebody else.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }

    /// Whether something is in the way that has to end first, such as another job of the member.
    pub fn is_conflict(&self) -> bool {
        self.status() == Some(409)
    }

    /// Whether nobody knows if the request had an effect: it may have arrived, and its answer was lost.
    pub fn is_answer_lost(&self) -> bool {
        match self.kind() {
            ErrorKind::Timeout | ErrorKind::Transport | ErrorKind::Decode => true,
            ErrorKind::Status => matches!(self.status(), Some(408 | 500..=599)),
            _ => false,
        }
    }

    /// Whether the request provably never reached MX.
    pub fn was_never_sent(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::Configuration | ErrorKind::Request | ErrorKind::Connect | ErrorKind::Tls
        )
    }
}

/// reqwest does not say that a connection failed in TLS, so look for the words of the TLS libraries.
fn is_tls(error: &reqwest::Error) -> bool {
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string().to_ascii_lowercase();
        let words = [
            "certificate",
            "tls",
            "ssl",
            "handshake",
            // rustls, of a peer that speaks something else or refuses
            "corrupt message",
            "fatal alert",
            "peer is incompatible",
            "peer misbehaved",
        ];
        if words.iter().any(|word| text.contains(word)) {
            return true;
        }
        source = cause.source();
    }
    false
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
