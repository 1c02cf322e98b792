//! The span and the metric of a job.

use crate::error::Error;
use crate::jobs::JobHandle;
use crate::telemetry::Scope;

#[cfg(any(feature = "tracing", feature = "metrics"))]
pub(crate) use on::JobTrace;

#[cfg(any(feature = "tracing", feature = "metrics"))]
mod on {
    use super::*;
    use crate::jobs::End;
    use crate::jobs::machine::Directive;
    use crate::telemetry::metrics;

    /// A job as it is driven here, from its first call to its end.
    #[derive(Default)]
    pub(crate) struct JobTrace {
        is_ended: bool,
        #[cfg(feature = "tracing")]
        has_failed: bool,
        #[cfg(feature = "tracing")]
        has_ids: bool,
        /// Boxed, because most jobs of a large fleet have none.
        #[cfg(feature = "tracing")]
        span: Option<Box<tracing::Span>>,
    }

    impl JobTrace {
        /// With the ids of user and member in its span.
        #[cfg(feature = "tracing")]
        pub(crate) fn with_ids(has_ids: bool) -> Self {
            Self {
                is_ended: false,
                has_failed: false,
                has_ids,
                span: None,
            }
        }

        /// The span, to make a call in; opened by the first.
        pub(crate) fn scope(&mut self, handle: &JobHandle) -> Scope {
            #[cfg(not(feature = "tracing"))]
            let _ = handle;
            Scope {
                #[cfg(feature = "tracing")]
                span: match self.is_ended {
                    // What is called after the end, such as for the address of OAuth.
                    true => tracing::Span::current(),
                    false => self.opened(handle),
                },
            }
        }

        #[cfg(feature = "tracing")]
        fn opened(&mut self, handle: &JobHandle) -> tracing::Span {
            if let Some(span) = &self.span {
                return (**span).clone();
            }
            let span = super::spans::job(handle, self.has_ids);
            if !span.is_disabled() {
                self.span = Some(Box::new(span.clone()));
            }
            span
        }

        /// Closes the span when the job is over.
        pub(crate) fn observed(&mut self, handle: &JobHandle) {
            if !self.is_ended
                && let Some(outcome) = outcome(&handle.machine.directive())
            {
                self.ended(handle, outcome);
            }
        }

        pub(crate) fn ended(&mut self, handle: &JobHandle, outcome: &'static str) {
            self.is_ended = true;
            #[cfg(feature = "tracing")]
            if let Some(span) = self.span.take() {
                let polls = i64::from(handle.machine.progress().polls);
                span.record("mx.job.polls", polls);
                super::spans::close(&span, outcome);
            }
            metrics::job_ended(handle.api().name(), handle.kind().name(), outcome);
        }

        /// A call failed for good, which is no end.
        pub(crate) fn failed(&mut self, error: &Error) {
            #[cfg(feature = "tracing")]
            {
                self.has_failed = true;
                if let Some(span) = &self.span {
                    span.record("error.type", &*crate::telemetry::error_type(error));
                }
            }
            #[cfg(not(feature = "tracing"))]
            let _ = error;
        }
    }

    #[cfg(feature = "tracing")]
    impl Drop for JobTrace {
        fn drop(&mut self) {
            if let Some(span) = self.span.take() {
                let outcome = match self.has_failed {
                    true => "call_failed",
                    false => super::spans::LEFT,
                };
                super::spans::close(&span, outcome);
            }
        }
    }

    /// The outcome of a job that is over.
    fn outcome(directive: &Directive) -> Option<&'static str> {
        Some(match directive {
            Directive::Finished => "done",
            Directive::TimedOut(_) => "timed_out",
            Directive::Ended(end) => match end {
                End::Status(_) | End::Manual => "ended",
                End::NoSuchMember => "no_such_member",
                End::NotSupported => NOT_SUPPORTED,
                End::Unavailable => "unavailable",
                End::NotEnabled => "not_enabled",
                End::OtherJobRuns => "other_job_runs",
                End::Overtaken => "overtaken",
                End::StartUnknown => "start_unknown",
                End::AnswersRefused => "answers_refused",
                End::Throttled => "throttled",
            },
            _ => return None,
        })
    }
}

/// The outcome of a job whose institution does not support it.
pub(crate) const NOT_SUPPORTED: &str = "not_supported";

#[cfg(feature = "tracing")]
mod spans {
    use tracing::Span;
    use tracing::field::Empty;

    use super::*;

    pub(super) const LEFT: &str = "left";

    pub(super) fn job(handle: &JobHandle, has_ids: bool) -> Span {
        let kind = handle.kind().name();
        tracing::info_span!(
            "mx_nexus.job",
            otel.name = kind,
            mx.api = handle.api().name(),
            mx.job.kind = kind,
            mx.job.outcome = Empty,
            mx.job.polls = Empty,
            "error.type" = Empty,
            otel.status_code = Empty,
            mx.user = handle.user_id().filter(|_| has_ids),
            mx.member = has_ids.then(|| handle.member().as_str()),
        )
    }

    pub(super) fn close(span: &Span, outcome: &'static str) {
        span.record("mx.job.outcome", outcome);
        if outcome != "done" && outcome != LEFT {
            span.record("otel.status_code", "ERROR");
            tracing::warn!(parent: span, mx.job.outcome = outcome, "the job has no result");
        }
    }
}

/// Costs nothing.
#[cfg(not(any(feature = "tracing", feature = "metrics")))]
#[derive(Default)]
pub(crate) struct JobTrace {}

#[cfg(not(any(feature = "tracing", feature = "metrics")))]
impl JobTrace {
    pub(crate) fn scope(&mut self, _: &JobHandle) -> Scope {
        Scope {}
    }

    pub(crate) fn observed(&mut self, _: &JobHandle) {}

    pub(crate) fn ended(&mut self, _: &JobHandle, _: &'static str) {}

    pub(crate) fn failed(&mut self, _: &Error) {}
}

/// Logs a status that this version does not know; once for each job.
#[cfg(feature = "tracing")]
pub(crate) fn unknown_status(status: &str) {
    tracing::warn!(
        status = printable(status),
        "a connection status that this version of mx-nexus does not know"
    );
}

#[cfg(not(feature = "tracing"))]
pub(crate) fn unknown_status(_: &str) {}

/// The status without control characters and with a bounded length.
#[cfg(feature = "tracing")]
fn printable(status: &str) -> String {
    const LIMIT: usize = 40;
    let clean = |character: char| match character.is_control() {
        true => '\u{fffd}',
        false => character,
    };
    status.chars().map(clean).take(LIMIT).collect()
}

#[cfg(all(test, feature = "tracing"))]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_status_is_one_short_line_in_a_log() {
        assert_eq!(printable("DREAMING"), "DREAMING");
        assert_eq!(printable("A\n\u{1b}[31mB"), "A\u{fffd}\u{fffd}[31mB");
        assert_eq!(printable(&"é".repeat(1000)), "é".repeat(40));
    }
}
