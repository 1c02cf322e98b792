//! Why an identification gave no owners, and what can be done about it.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{End, JobHandle, Progress, Remedy};
use crate::error::{Error, ErrorKind};
use crate::secret::Secret;
use crate::values::ConnectionStatus;

/// Why answers are not sent when no question is open.
pub(super) const NOTHING_ASKED: &str = "nothing is asked at the moment";

/// What kind of failure an [`IdentityError`] is, with an example there.
///
/// ```
/// use mx_nexus::identity::{IdentityError, IdentityErrorKind};
///
/// fn is_our_mistake(error: &IdentityError) -> bool {
///     matches!(error.kind(), IdentityErrorKind::BadAnswers | IdentityErrorKind::NotEnabled)
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IdentityErrorKind {
    /// The member came to rest without success; [`IdentityError::status`] says how, the remedy what to do.
    Ended,
    /// The institution does not support account identification.
    NotSupported,
    /// Account identification is not enabled for this partner.
    NotEnabled,
    /// The institution is not available at the moment; nothing was started.
    Unavailable,
    /// Another job of the member runs, and the caller chose not to wait.
    OtherJobRuns,
    /// A later job of the member has replaced this one, so how this one ended is not known.
    Overtaken,
    /// Every answer to the start was lost, and no reading shows a job. It is not started again by itself, because it costs; a
    /// job that is resumed reads on.
    StartUnknown,
    /// MX refused the answers several times in a row.
    AnswersRefused,
    /// The budget ran out. The job goes on at MX; resume it with the handle.
    OutOfPatience,
    /// The user took too long to answer, or gave up. Resume with the handle while MX still waits.
    PersonLeft,
    /// The answers do not fit what was asked; nothing was sent.
    BadAnswers,
    /// A call failed for good.
    Call,
}

/// An identification without owners: what happened, what to do, and the handle to resume with.
///
/// ```
/// use mx_nexus::identity::{IdentityError, IdentityErrorKind, Remedy};
///
/// fn advise(error: &IdentityError) -> String {
///     match (error.kind(), error.remedy()) {
///         (IdentityErrorKind::OutOfPatience, _) => "please come back later".to_owned(),
///         (_, Some(Remedy::UpdateCredentials)) => "please check your user name and password".to_owned(),
///         (_, Some(remedy)) => remedy.to_string(),
///         (_, None) => error.to_string(),
///     }
/// }
/// ```
#[derive(Clone)]
pub struct IdentityError {
    inner: Arc<Inner>,
}

struct Inner {
    kind: IdentityErrorKind,
    summary: String,
    handle: JobHandle,
    waited: Duration,
    progress: Progress,
    status: Option<ConnectionStatus>,
    message: Option<String>,
    remedy: Option<Remedy>,
    oauth_window: Option<Secret>,
    source: Option<Error>,
}

/// What every error of a job carries.
pub(super) struct Circumstances {
    pub handle: JobHandle,
    pub waited: Duration,
    pub message: Option<String>,
    pub oauth_window: Option<Secret>,
    pub last_error: Option<Error>,
}

impl Circumstances {
    /// Of a job of which only the handle is known.
    pub(super) fn of(handle: JobHandle) -> Self {
        Self {
            handle,
            waited: Duration::ZERO,
            message: None,
            oauth_window: None,
            last_error: None,
        }
    }
}

impl IdentityError {
    fn new(
        kind: IdentityErrorKind,
        summary: String,
        remedy: Option<Remedy>,
        circumstances: Circumstances,
    ) -> Self {
        let progress = circumstances.handle.machine.progress();
        Self {
            inner: Arc::new(Inner {
                kind,
                summary,
                waited: circumstances.waited,
                status: progress.last_status.clone(),
                progress,
                message: circumstances.message,
                remedy,
                oauth_window: circumstances.oauth_window,
                source: circumstances.last_error,
                handle: circumstances.handle,
            }),
        }
    }

    pub(super) fn ended(end: &End, circumstances: Circumstances) -> Self {
        let kind = match end {
            End::Status(_) | End::Manual => IdentityErrorKind::Ended,
            End::Unavailable => IdentityErrorKind::Unavailable,
            End::Overtaken => IdentityErrorKind::Overtaken,
            End::NotSupported => IdentityErrorKind::NotSupported,
            End::NotEnabled => IdentityErrorKind::NotEnabled,
            End::OtherJobRuns => IdentityErrorKind::OtherJobRuns,
            End::StartUnknown => IdentityErrorKind::StartUnknown,
            End::AnswersRefused => IdentityErrorKind::AnswersRefused,
        };
        Self::new(kind, end.to_string(), Some(end.remedy()), circumstances)
    }

    pub(super) fn out_of_patience(circumstances: Circumstances) -> Self {
        let machine = &circumstances.handle.machine;
        let progress = machine.progress();
        let mut summary = format!(
            "the budget of the job ran out after {} s at {progress}",
            circumstances.waited.as_secs()
        );
        if let Some(status) = &progress.unknown_status {
            summary += &format!("; {status} is a status that this version does not know");
        }
        if machine.is_blocked() {
            summary += "; a job of another kind is in the way, and the start waits for its end";
        } else if progress.last_status == Some(ConnectionStatus::Challenged) {
            summary += "; MX waits for answers, and lists no question that can be read";
        } else if machine.has_started() && !machine.shows_job() {
            summary += "; the start was sent, and no reading shows a job since";
        }
        Self::new(
            IdentityErrorKind::OutOfPatience,
            summary,
            Some(Remedy::Resume),
            circumstances,
        )
    }

    pub(super) fn person_left(circumstances: Circumstances) -> Self {
        let summary = "the user gave no answer in time".to_owned();
        let remedy = Some(Remedy::Resume);
        Self::new(
            IdentityErrorKind::PersonLeft,
            summary,
            remedy,
            circumstances,
        )
    }

    pub(super) fn bad_answers(reason: impl Into<String>, circumstances: Circumstances) -> Self {
        let kind = IdentityErrorKind::BadAnswers;
        Self::new(kind, reason.into(), None, circumstances)
    }

    pub(super) fn call(error: Error, circumstances: Circumstances) -> Self {
        let circumstances = Circumstances {
            last_error: Some(error),
            ..circumstances
        };
        Self::new(
            IdentityErrorKind::Call,
            "a call failed".to_owned(),
            None,
            circumstances,
        )
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> IdentityErrorKind {
        self.inner.kind
    }

    /// What can be done about it, where that is known.
    pub fn remedy(&self) -> Option<Remedy> {
        self.inner.remedy
    }

    /// The last status of the member that was seen.
    pub fn status(&self) -> Option<&ConnectionStatus> {
        self.inner.status.as_ref()
    }

    /// MX's message about the status, meant for the user.
    pub fn message(&self) -> Option<&str> {
        self.inner.message.as_deref()
    }

    /// The address that the user has to open when the remedy is [`Remedy::FinishOauth`]. For one use.
    pub fn oauth_window(&self) -> Option<&Secret> {
        self.inner.oauth_window.as_ref()
    }

    /// The job, for [`User::resume`](crate::User::resume).
    pub fn handle(&self) -> &JobHandle {
        &self.inner.handle
    }

    /// How long this process waited for the job, the user's time included.
    pub fn waited(&self) -> Duration {
        self.inner.waited
    }

    /// How far the job had come: how often it was polled, and what was seen.
    pub fn progress(&self) -> &Progress {
        &self.inner.progress
    }

    /// The failed call, or the last one that failed before the budget was spent.
    pub fn call_error(&self) -> Option<&Error> {
        self.inner.source.as_ref()
    }

    /// Whether the same handle may lead to owners yet. A failed call of a job that has started always may: the job goes on at
    /// MX. A handle of another user is always refused.
    pub fn is_resumable(&self) -> bool {
        match self.kind() {
            IdentityErrorKind::OutOfPatience
            | IdentityErrorKind::PersonLeft
            | IdentityErrorKind::StartUnknown
            | IdentityErrorKind::AnswersRefused
            | IdentityErrorKind::BadAnswers => true,
            IdentityErrorKind::Call => self.call_error().is_some_and(|error| {
                // An error of no operation is our own refusal of the handle.
                let is_refused_here =
                    error.kind() == ErrorKind::Request && error.operation().is_none();
                // A job that has started runs at MX and is paid for, whatever a call failed with: the key is corrected, the
                // certificate renewed, and the job resumed. Before the start only a failure that may pass is worth another try.
                !is_refused_here
                    && (self.handle().has_started()
                        || error.is_transient()
                        || error.is_session_expired()
                        || matches!(error.kind(), ErrorKind::Decode | ErrorKind::Session))
            }),
            _ => false,
        }
    }
}

impl fmt::Display for IdentityError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.inner;
        write!(
            formatter,
            "no owners of {}: {}",
            inner.handle.member(),
            inner.summary
        )?;
        if let (IdentityErrorKind::Call, Some(source)) = (inner.kind, &inner.source) {
            return write!(formatter, ": {source}");
        }
        if let Some(remedy) = inner.remedy {
            write!(formatter, "; {remedy}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for IdentityError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.inner;
        formatter
            .debug_struct("IdentityError")
            .field("kind", &inner.kind)
            .field("summary", &inner.summary)
            .field("status", &inner.status)
            .field("remedy", &inner.remedy)
            .field("waited", &inner.waited)
            .field("progress", &inner.progress)
            .field("handle", &inner.handle)
            .field("source", &inner.source)
            .finish_non_exhaustive()
    }
}

impl StdError for IdentityError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source: &(dyn StdError + 'static) = self.inner.source.as_ref()?;
        Some(source)
    }
}

#[cfg(test)]
mod tests;
