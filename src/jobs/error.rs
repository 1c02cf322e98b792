//! Why a job gave no result, and what can be done about it.

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

/// What kind of failure an [`JobError`] is, with an example there.
///
/// ```
/// use mx_nexus::jobs::{JobError, JobErrorKind};
///
/// fn is_our_mistake(error: &JobError) -> bool {
///     matches!(error.kind(), JobErrorKind::InvalidAnswers | JobErrorKind::NotEnabled)
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JobErrorKind {
    /// The member came to rest without success; [`JobError::status`] says how, the remedy what to do.
    Ended,
    /// MX does not know the member: it was deleted, or belongs to another user.
    NoSuchMember,
    /// The institution does not support this kind of job.
    NotSupported,
    /// This kind of job is not enabled for this partner.
    NotEnabled,
    /// The institution is not available at the moment; nothing was started.
    Unavailable,
    /// Another job of the member runs, and the caller chose not to wait.
    OtherJobRuns,
    /// A later job of the member has replaced this one, so how this one ended is not known.
    Overtaken,
    /// Every answer to the start, which is sent three times at most, was lost or a 5xx, and no reading shows a job. It is not started
    /// again by itself, because it costs; a job that is resumed reads on. Where a resume some minutes later ends the same way, MX has
    /// no job: start a new one.
    StartUnknown,
    /// MX refused the answers several times in a row; a job that is resumed asks again.
    AnswersRefused,
    /// The start was accepted, and MX started no job: it limits how often such jobs run.
    Throttled,
    /// The budget ran out. A job that has started goes on at MX; resume it with the handle. A call that kept failing is
    /// [`JobError::call_error`].
    TimedOut,
    /// A question was not answered: the user took too long, or the closure gave no answers. Resume with the handle while MX
    /// still waits.
    NoAnswer,
    /// The answers do not fit what was asked; nothing was sent.
    InvalidAnswers,
    /// A call failed for a reason that waiting does not change, such as 401, 403 or 422. One that may pass (5xx, a lost answer) is
    /// no error of the job: it is made again by the polling, until the budget runs out.
    Call,
}

/// A job without a result: what happened, what to do, and the handle to resume with.
///
/// Its text names the member; to count or group failures use `kind()`, `status()` and `remedy()`.
///
/// ```
/// use mx_nexus::jobs::{JobError, JobErrorKind, Remedy};
///
/// fn advise(error: &JobError) -> String {
///     match (error.kind(), error.remedy()) {
///         (JobErrorKind::TimedOut, _) => "please come back later".to_owned(),
///         (_, Some(Remedy::UpdateCredentials)) => "please check your user name and password".to_owned(),
///         (_, Some(remedy)) => remedy.to_string(),
///         (_, None) => error.to_string(),
///     }
/// }
/// ```
#[derive(Clone)]
pub struct JobError {
    inner: Arc<Inner>,
}

struct Inner {
    kind: JobErrorKind,
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

impl JobError {
    fn new(
        kind: JobErrorKind,
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
            End::Status(_) | End::Manual => JobErrorKind::Ended,
            End::NoSuchMember => JobErrorKind::NoSuchMember,
            End::Unavailable => JobErrorKind::Unavailable,
            End::Overtaken => JobErrorKind::Overtaken,
            End::NotSupported => JobErrorKind::NotSupported,
            End::NotEnabled => JobErrorKind::NotEnabled,
            End::OtherJobRuns => JobErrorKind::OtherJobRuns,
            End::StartUnknown => JobErrorKind::StartUnknown,
            End::AnswersRefused => JobErrorKind::AnswersRefused,
            End::Throttled => JobErrorKind::Throttled,
        };
        Self::new(kind, end.to_string(), Some(end.remedy()), circumstances)
    }

    pub(super) fn timed_out(circumstances: Circumstances) -> Self {
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
            JobErrorKind::TimedOut,
            summary,
            Some(Remedy::Resume),
            circumstances,
        )
    }

    pub(super) fn answer_too_late(circumstances: Circumstances) -> Self {
        let summary = "the user gave no answer in time".to_owned();
        let remedy = Some(Remedy::Resume);
        Self::new(JobErrorKind::NoAnswer, summary, remedy, circumstances)
    }

    pub(super) fn not_answered(circumstances: Circumstances) -> Self {
        let summary = "MX asks a question, and no answer was given here".to_owned();
        let remedy = Some(Remedy::Resume);
        Self::new(JobErrorKind::NoAnswer, summary, remedy, circumstances)
    }

    pub(super) fn invalid_answers(reason: impl Into<String>, circumstances: Circumstances) -> Self {
        let kind = JobErrorKind::InvalidAnswers;
        Self::new(kind, reason.into(), None, circumstances)
    }

    pub(super) fn call(error: Error, circumstances: Circumstances) -> Self {
        let circumstances = Circumstances {
            last_error: Some(error),
            ..circumstances
        };
        Self::new(
            JobErrorKind::Call,
            "a call failed".to_owned(),
            None,
            circumstances,
        )
    }

    /// The error of a job whose task panicked or was stopped.
    pub(crate) fn interrupted(handle: JobHandle) -> Self {
        let error = Error::interrupted("the task of the job panicked or was stopped");
        Self::call(error, Circumstances::of(handle))
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> JobErrorKind {
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

    /// Whether a start that costs may have happened: it was sent, and MX did not refuse it for sure.
    ///
    /// Keep the handle then, also of a job that is not resumable: it names the job in a question to MX.
    ///
    /// ```
    /// # fn save(_: &mx_nexus::jobs::JobHandle) {}
    /// fn keep(error: &mx_nexus::jobs::JobError) {
    ///     if error.has_cost() || error.is_resumable() {
    ///         save(error.handle());
    ///     }
    /// }
    /// ```
    pub fn has_cost(&self) -> bool {
        self.handle().machine.has_cost()
    }

    /// Whether the same handle may lead to a result yet. A failed call of a job that has started always may: the job goes on at
    /// MX. Before the start a refused key and an unknown user are not resumable, and an unknown member never is.
    pub fn is_resumable(&self) -> bool {
        match self.kind() {
            JobErrorKind::TimedOut
            | JobErrorKind::NoAnswer
            | JobErrorKind::StartUnknown
            | JobErrorKind::AnswersRefused
            | JobErrorKind::InvalidAnswers => true,
            // A job that has started runs at MX and is paid for, whatever a call failed with: the key is corrected, the
            // certificate renewed, and the job resumed. Before the start only a failure that may pass is worth another try.
            JobErrorKind::Call => self.call_error().is_some_and(|error| {
                self.handle().has_started()
                    || error.is_transient()
                    || error.is_session_expired()
                    || error.kind() == ErrorKind::Decode
                    || error.kind() == ErrorKind::Session && !error.is_refused_access()
            }),
            _ => false,
        }
    }
}

impl fmt::Display for JobError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.inner;
        write!(
            formatter,
            "no {} of {}: {}",
            inner.handle.kind().result(),
            inner.handle.member(),
            inner.summary
        )?;
        if let (JobErrorKind::Call, Some(source)) = (inner.kind, &inner.source) {
            return write!(formatter, ": {source}");
        }
        if let Some(remedy) = inner.remedy {
            write!(formatter, "; {remedy}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for JobError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.inner;
        formatter
            .debug_struct("JobError")
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

impl StdError for JobError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source: &(dyn StdError + 'static) = self.inner.source.as_ref()?;
        Some(source)
    }
}

#[cfg(test)]
mod tests;
