//! The constructors of [`Error`], one for each cause.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use super::{Error, ErrorKind, Inner, JsonFault, Problem};
use crate::operations::Operation;

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
        Self::session(format!(
            "opening a session took longer than {} s",
            waited.as_secs()
        ))
    }

    /// A session token of the user's was rejected by an earlier call.
    pub(crate) fn session_expired() -> Self {
        Self::from_inner(Self::build(
            ErrorKind::SessionExpired,
            "the session has expired and cannot be renewed here; open another one",
        ))
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
            ..Self::build(ErrorKind::SessionExpired, summary)
        })
    }

    /// The server answered with an error status.
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
        } else if error.is_redirect() {
            (ErrorKind::Transport, "there were too many redirects")
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
            source: Some(Arc::new(error)),
            ..Self::build(kind, summary)
        })
    }

    /// The body of a success is larger than the limit.
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

/// Whether a connection failed in TLS, by the messages of the TLS libraries: reqwest has no predicate for it.
fn is_tls(error: &reqwest::Error) -> bool {
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string().to_ascii_lowercase();
        let words = [
            "certificate",
            "tls",
            "ssl",
            "handshake",
            // rustls, when the peer does not speak TLS or refuses
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
