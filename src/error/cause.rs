//! The constructors of [`Error`], one for each cause.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::{Error, ErrorKind, Inner, JsonFault, Problem};
use crate::operations::Operation;

/// Errors for the tests of your own code, where a mock stands in for this client.
///
/// ```
/// use mx_nexus::operations::Api;
/// use mx_nexus::{Error, call};
///
/// /// What your code needs of this client.
/// trait Members {
///     fn name(&self, member_guid: &str) -> Result<String, Error>;
/// }
///
/// /// A mock that knows no member.
/// struct NoMembers;
///
/// impl Members for NoMembers {
///     fn name(&self, _: &str) -> Result<String, Error> {
///         let operation = call::find(Api::Nexus, "readMember").ok();
///         Err(Error::from_status(operation, 404).with_message("no such member"))
///     }
/// }
///
/// let error = NoMembers.name("MBR-1").unwrap_err();
/// assert!(error.is_not_found() && !error.is_transient());
/// assert!(Error::from_status(None, 503).is_transient());
/// assert!(Error::timeout().is_answer_lost());
/// assert!(Error::could_not_connect().was_never_sent());
/// ```
impl Error {
    /// The server answered with this error status.
    #[must_use]
    pub fn from_status(operation: Option<&'static Operation>, status: u16) -> Self {
        Self::from_inner(Self::refused(operation, status))
    }

    /// No answer came in time.
    #[must_use]
    pub fn timeout() -> Self {
        Self::from_inner(Self::build(ErrorKind::Timeout, "timed out"))
    }

    /// No connection was made.
    #[must_use]
    pub fn could_not_connect() -> Self {
        Self::from_inner(Self::build(ErrorKind::Connect, "could not connect"))
    }

    /// A session token was rejected and cannot be renewed.
    #[must_use]
    pub fn session_expired() -> Self {
        Self::from_inner(Self::build(
            ErrorKind::SessionExpired,
            "the session has expired and cannot be renewed here; open another one",
        ))
    }

    /// The same error with a message of MX.
    #[must_use]
    pub fn with_message(self, message: impl Into<String>) -> Self {
        let mut inner = Arc::unwrap_or_clone(self.inner);
        inner.message = Some(message.into());
        Self::from_inner(inner)
    }

    /// The same error with a `Retry-After`.
    #[must_use]
    pub fn with_retry_after(self, delay: Duration) -> Self {
        let mut inner = Arc::unwrap_or_clone(self.inner);
        inner.retry_after = Some(delay);
        Self::from_inner(inner)
    }
}

/// For conversions that cannot fail.
impl From<std::convert::Infallible> for Error {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
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
            request_id: None,
            timed_out: kind == ErrorKind::Timeout,
            source: None,
        }
    }

    fn from_inner(inner: Inner) -> Self {
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The configuration is invalid.
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

    /// No session could be opened, for a reason other than an answer of MX.
    pub(crate) fn session(summary: impl Into<String>) -> Self {
        Self::from_inner(Self::build(ErrorKind::Session, summary))
    }

    /// No session could be opened, because of `source`; takes over its status, code and message.
    pub(crate) fn session_from(summary: impl Into<String>, source: Self) -> Self {
        let cause = &source.inner;
        Self::from_inner(Inner {
            operation: cause.operation,
            status: cause.status,
            code: cause.code.clone(),
            message: cause.message.clone(),
            retry_after: cause.retry_after,
            request_id: cause.request_id.clone(),
            timed_out: cause.timed_out,
            source: Some(Arc::new(source.clone())),
            ..Self::build(ErrorKind::Session, summary)
        })
    }

    /// No session could be opened, because the user's source of tokens failed.
    pub(crate) fn session_source(
        summary: impl Into<String>,
        source: Box<dyn StdError + Send + Sync>,
    ) -> Self {
        Self::from_inner(Inner {
            source: Some(Arc::from(source)),
            ..Self::build(ErrorKind::Session, summary)
        })
    }

    /// Opening a session timed out.
    pub(crate) fn session_timeout(waited: Duration) -> Self {
        let summary = format!("opening a session took longer than {} s", waited.as_secs());
        Self::from_inner(Inner {
            timed_out: true,
            ..Self::build(ErrorKind::Session, summary)
        })
    }

    /// The one-time API token has been used, or may have been.
    pub(crate) fn token_spent() -> Self {
        Self::from_inner(Self::build(
            ErrorKind::SessionExpired,
            "the one-time API token has been used; get another",
        ))
    }

    /// The same error with another summary.
    pub(crate) fn with_summary(self, summary: &str) -> Self {
        let mut inner = Arc::unwrap_or_clone(self.inner);
        summary.clone_into(&mut inner.summary);
        Self::from_inner(inner)
    }

    /// MX refused the session with `refusal`, and it cannot be renewed.
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
            request_id: refusal.request_id.clone(),
            ..Self::build(ErrorKind::SessionExpired, summary)
        })
    }

    /// The server answered with an error status.
    pub(crate) fn status_of(operation: &'static Operation, status: u16, problem: Problem) -> Self {
        Self::from_inner(Inner {
            code: problem.code,
            message: problem.message,
            retry_after: problem.retry_after,
            request_id: problem.request_id,
            ..Self::refused(Some(operation), status)
        })
    }

    fn refused(operation: Option<&'static Operation>, status: u16) -> Inner {
        let summary = match status {
            300..=399 => "it was redirected to another place; this is not followed",
            401 => "the key or token was not accepted",
            403 => "this is not allowed to this client or from this address",
            404 => "not found, or another user's",
            429 => "there were too many requests",
            500..=599 => "MX could not answer",
            _ => "it was refused",
        };
        Inner {
            operation,
            status: Some(status),
            ..Self::build(ErrorKind::Status, summary)
        }
    }

    /// The call was aborted on this side; it may have reached MX.
    pub(crate) fn interrupted(summary: impl Into<String>) -> Self {
        Self::from_inner(Self::build(ErrorKind::Transport, summary))
    }

    /// reqwest failed before there was a complete answer.
    pub(crate) fn transport(operation: &'static Operation, error: reqwest::Error) -> Self {
        // The URL contains identifiers.
        let error = error.without_url();
        let (kind, summary) = if error.is_builder() {
            (ErrorKind::Request, "the request cannot be built")
        } else if error.is_connect() && is_tls(&error) {
            (ErrorKind::Tls, "the TLS handshake failed")
        } else if error.is_connect() {
            (ErrorKind::Connect, "could not connect")
        } else if error.is_timeout() {
            (ErrorKind::Timeout, "timed out")
        } else {
            (
                ErrorKind::Transport,
                "the connection broke before the answer was complete",
            )
        };
        Self::from_inner(Inner {
            operation: Some(operation),
            timed_out: error.is_timeout(),
            source: Some(Arc::new(error)),
            ..Self::build(kind, summary)
        })
    }

    /// The body of a success is larger than the limit.
    pub(crate) fn too_large(
        operation: &'static Operation,
        status: u16,
        request_id: Option<String>,
        limit: usize,
    ) -> Self {
        Self::from_inner(Inner {
            request_id,
            operation: Some(operation),
            status: Some(status),
            ..Self::build(
                ErrorKind::Decode,
                format!("the answer is larger than {limit} bytes"),
            )
        })
    }

    /// The body of a success lacks a required part.
    pub(crate) fn incomplete(
        operation: Option<&'static Operation>,
        summary: impl Into<String>,
    ) -> Self {
        Self::from_inner(Inner {
            operation,
            ..Self::build(ErrorKind::Decode, summary)
        })
    }

    /// The body of a success does not match the API document.
    pub(crate) fn decode(operation: Option<&'static Operation>, fault: &JsonFault) -> Self {
        Self::from_inner(Inner {
            operation,
            ..Self::build(
                ErrorKind::Decode,
                format!("the answer cannot be read: {fault}"),
            )
        })
    }
}

/// Whether a connection failed in TLS, and not because the network broke during the handshake.
///
/// The first I/O error of the chain decides: rustls reports what the peer did wrong as `InvalidData`, such as an untrusted
/// certificate, and a lost connection by its own kind. Only the operating system's library has errors without an I/O error.
fn is_tls(error: &(dyn StdError + 'static)) -> bool {
    let causes = || {
        let mut next = Some(error);
        std::iter::from_fn(move || {
            let cause = next?;
            next = cause.source();
            Some(cause)
        })
    };
    let mut kinds = causes()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .map(io::Error::kind)
        .filter(|kind| *kind != io::ErrorKind::Other);
    if let Some(kind) = kinds.next() {
        return kind == io::ErrorKind::InvalidData;
    }
    causes().any(|cause| {
        let text = cause.to_string().to_ascii_lowercase();
        let names_tls = ["certificate", "ssl", "tls"].map(|word| text.contains(word));
        names_tls.contains(&true) && !text.contains("eof")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An error around another, as hyper puts one around the error of its connector.
    #[derive(Debug)]
    struct Outer(io::Error);

    impl std::fmt::Display for Outer {
        fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("client error (Connect)")
        }
    }

    impl StdError for Outer {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn untrusted_certificate_is_tls_and_lost_connection_in_the_handshake_is_not() {
        use io::ErrorKind::{ConnectionReset, InvalidData, Other, UnexpectedEof};
        for (kind, text, expected) in [
            (InvalidData, "invalid peer certificate: UnknownIssuer", true),
            (InvalidData, "received corrupt message", true),
            (Other, "certificate verify failed", true),
            (UnexpectedEof, "tls handshake eof", false),
            (ConnectionReset, "reset in the TLS handshake", false),
            (Other, "error:0A000126:SSL routines::unexpected eof", false),
        ] {
            let error = Outer(io::Error::new(kind, text));
            assert_eq!(is_tls(&error), expected, "{text}");
        }
    }
}
