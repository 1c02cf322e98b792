//! Why a call of a workflow failed.

use std::error::Error as StdError;
use std::fmt;

use mx_nexus::jobs::JobError;
use restate_sdk::ingress::{ClientBuildError, ClientError};

/// Why a workflow could not be started, asked or answered, or its result not read.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A call of MX failed, or a client could not be built.
    Mx(mx_nexus::Error),
    /// The answers do not fit what is asked, or a call of the job failed.
    Job(JobError),
    /// Restate could not be reached, or refused the request; with the status of its answer.
    Restate {
        /// What happened.
        message: String,
        /// The status of the answer, if there was one.
        status: Option<u16>,
    },
    /// There is no workflow with this id, or no longer.
    NotFound,
    /// No question is open.
    NothingAsked,
    /// The configuration of this process has a mistake.
    Configuration(String),
}

impl Error {
    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self::Configuration(message.into())
    }

    /// Whether the same call may succeed later.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Mx(error) => error.is_transient(),
            Self::Job(error) => error
                .call_error()
                .is_some_and(mx_nexus::Error::is_transient),
            Self::Restate { status, .. } => {
                status.is_none_or(|status| status >= 500 || status == 429)
            }
            Self::NotFound | Self::NothingAsked | Self::Configuration(_) => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mx(error) => error.fmt(formatter),
            Self::Job(error) => error.fmt(formatter),
            Self::Restate { message, .. } => {
                write!(formatter, "the call of Restate failed: {message}")
            }
            Self::NotFound => formatter.write_str("there is no workflow with this id"),
            Self::NothingAsked => formatter.write_str("no question is open"),
            Self::Configuration(message) => formatter.write_str(message),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Mx(error) => error.source(),
            Self::Job(error) => error.source(),
            _ => None,
        }
    }
}

impl From<mx_nexus::Error> for Error {
    fn from(error: mx_nexus::Error) -> Self {
        Self::Mx(error)
    }
}

impl From<JobError> for Error {
    fn from(error: JobError) -> Self {
        Self::Job(error)
    }
}

impl From<ClientBuildError> for Error {
    fn from(error: ClientBuildError) -> Self {
        Self::configuration(format!("the address of Restate is invalid: {error}"))
    }
}

impl From<ClientError> for Error {
    fn from(error: ClientError) -> Self {
        let status = error.response().map(|response| response.status().as_u16());
        // The body of a refusal is Restate's own message.
        let body = error
            .response()
            .map(|response| String::from_utf8_lossy(response.body()));
        let message = match body {
            Some(body) if !body.is_empty() => format!("{error}: {body}"),
            _ => error.to_string(),
        };
        Self::Restate { message, status }
    }
}
