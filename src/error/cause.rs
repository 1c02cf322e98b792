//! What errors come of: one constructor a cause, each with its one sentence.

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

    /// The one token that there was has opened a session, or may have.
    pub(crate) fn token_spent() -> Self {
        Self::from_inner(Self::build(
            ErrorKind::SessionExpired,
            "the one-time API token has been used; get another",
        ))
    }

    /// The same error in words that fit better.
    pub(crate) fn in_words(self, summary: &str) -> Self {
        let mut inner = Arc::unwrap_or_clone(self.inner);
        summary.clone_into(&mut inner.summary);
        Self::from_inner(inner)
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

    /// The call was cut off on this side, and nobody knows how far it had come.
    pub(crate) fn interrupted(summary: impl Into<String>) -> Self {
        Self::from_inner(Self::build(ErrorKind::Transport, summary))
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
