//! The span of a call and those of its attempts.

use std::time::Duration;

use reqwest::Url;

use super::Scope;
use crate::error::Error;
use crate::operations::Operation;

#[cfg(any(feature = "tracing", feature = "metrics"))]
pub(crate) use on::CallTrace;
#[cfg(feature = "tracing")]
pub(crate) use spans::AttemptTrace;

#[cfg(any(feature = "tracing", feature = "metrics"))]
mod on {
    use tokio::time::Instant;

    use super::*;
    use crate::telemetry::{CANCELLED, error_type, metrics};

    /// A call under way. Dropped before its end it counts as cancelled.
    pub(crate) struct CallTrace {
        operation: &'static Operation,
        begun: Instant,
        /// How often the request was sent.
        sent: u32,
        is_ended: bool,
        #[cfg(feature = "tracing")]
        span: tracing::Span,
    }

    impl CallTrace {
        pub(crate) fn begin(operation: &'static Operation) -> Self {
            Self {
                operation,
                begun: Instant::now(),
                sent: 0,
                is_ended: false,
                #[cfg(feature = "tracing")]
                span: super::spans::call(operation),
            }
        }

        /// The span, to run the call in.
        pub(crate) fn scope(&self) -> Scope {
            Scope {
                #[cfg(feature = "tracing")]
                span: self.span.clone(),
            }
        }

        /// Begins an attempt, which is sent to this address.
        pub(crate) fn attempt(&mut self, url: &Url) -> AttemptTrace {
            if self.sent > 0 {
                metrics::retried(self.operation);
            }
            let trace = AttemptTrace::begin(self.operation, url, self.sent);
            self.sent += 1;
            trace
        }

        /// Logs that another attempt follows after `delay`.
        pub(crate) fn repeating(&self, delay: Duration, error: &Error) {
            #[cfg(feature = "tracing")]
            tracing::debug!(
                delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
                "error.type" = &*error_type(error),
                "sending again"
            );
            #[cfg(not(feature = "tracing"))]
            let _ = (delay, error);
        }

        /// Records the status or the final failure.
        pub(crate) fn ended(&mut self, outcome: Result<u16, &Error>) {
            self.is_ended = true;
            let error_type = outcome.as_ref().err().map(|error| error_type(error));
            #[cfg(feature = "tracing")]
            {
                super::spans::record(&self.span, outcome, error_type.as_deref(), self.sent);
                if let Some(error_type) = error_type.as_deref() {
                    let _entered = self.span.enter();
                    tracing::warn!("error.type" = error_type, "the call failed");
                }
            }
            metrics::call_ended(self.operation, error_type.as_deref(), self.begun.elapsed());
        }
    }

    impl Drop for CallTrace {
        fn drop(&mut self) {
            if self.is_ended {
                return;
            }
            #[cfg(feature = "tracing")]
            super::spans::cancelled(&self.span);
            metrics::call_ended(self.operation, Some(CANCELLED), self.begun.elapsed());
        }
    }
}

#[cfg(feature = "tracing")]
mod spans {
    use tracing::Span;
    use tracing::field::Empty;

    use super::*;
    use crate::error::ErrorKind;
    use crate::telemetry::{CANCELLED, error_type};

    pub(super) fn call(operation: &'static Operation) -> Span {
        tracing::info_span!(
            "mx_nexus.call",
            otel.name = operation.id,
            mx.operation = operation.id,
            http.request.method = operation.method,
            url.template = operation.path,
            http.response.status_code = Empty,
            "error.type" = Empty,
            http.request.resend_count = Empty,
            otel.status_code = Empty,
        )
    }

    /// Records the outcome of a call or an attempt, of which it is the `sent`-th. Numbers are `i64`: OpenTelemetry has no others.
    pub(super) fn record(
        span: &Span,
        outcome: Result<u16, &Error>,
        error_type: Option<&str>,
        sent: u32,
    ) {
        let status = match outcome {
            Ok(status) => Some(status),
            // The status of a session error belongs to the call that opens sessions, which has its own span.
            Err(error) if error.kind() == ErrorKind::Session => None,
            Err(error) => error.status(),
        };
        if let Some(status) = status {
            span.record("http.response.status_code", i64::from(status));
        }
        if let Some(error_type) = error_type {
            span.record("error.type", error_type);
            span.record("otel.status_code", "ERROR");
        }
        if sent > 1 {
            span.record("http.request.resend_count", i64::from(sent - 1));
        }
    }

    pub(super) fn cancelled(span: &Span) {
        span.record("error.type", CANCELLED);
        span.record("otel.status_code", "ERROR");
    }

    /// An attempt under way. Dropped before its end it counts as cancelled.
    pub(crate) struct AttemptTrace {
        span: Span,
        is_ended: bool,
    }

    impl AttemptTrace {
        pub(super) fn begin(operation: &'static Operation, url: &Url, before: u32) -> Self {
            let span = tracing::info_span!(
                "mx_nexus.request",
                otel.name = %format_args!("{} {}", operation.method, operation.path),
                otel.kind = "client",
                http.request.method = operation.method,
                url.template = operation.path,
                server.address = url.host_str(),
                server.port = url.port_or_known_default().map(i64::from),
                http.response.status_code = Empty,
                "error.type" = Empty,
                http.request.resend_count = (before > 0).then_some(i64::from(before)),
                otel.status_code = Empty,
            );
            Self {
                span,
                is_ended: false,
            }
        }

        pub(crate) fn in_scope<T>(&self, prepare: impl FnOnce() -> T) -> T {
            self.span.in_scope(prepare)
        }

        /// The span, to send the request in.
        pub(crate) fn scope(&self) -> Scope {
            let span = self.span.clone();
            Scope { span }
        }

        pub(crate) fn ended(mut self, outcome: Result<u16, &Error>) {
            self.is_ended = true;
            let error_type = outcome.as_ref().err().map(|error| error_type(error));
            record(&self.span, outcome, error_type.as_deref(), 1);
        }
    }

    impl Drop for AttemptTrace {
        fn drop(&mut self) {
            if !self.is_ended {
                cancelled(&self.span);
            }
        }
    }
}

#[cfg(not(feature = "tracing"))]
pub(crate) struct AttemptTrace;

#[cfg(not(feature = "tracing"))]
impl AttemptTrace {
    #[cfg(feature = "metrics")]
    fn begin(_: &'static Operation, _: &Url, _: u32) -> Self {
        Self
    }

    pub(crate) fn in_scope<T>(&self, prepare: impl FnOnce() -> T) -> T {
        prepare()
    }

    pub(crate) fn scope(&self) -> Scope {
        Scope {}
    }

    pub(crate) fn ended(self, _: Result<u16, &Error>) {}
}

/// Costs nothing.
#[cfg(not(any(feature = "tracing", feature = "metrics")))]
pub(crate) struct CallTrace;

#[cfg(not(any(feature = "tracing", feature = "metrics")))]
impl CallTrace {
    pub(crate) fn begin(_: &'static Operation) -> Self {
        Self
    }

    pub(crate) fn scope(&self) -> Scope {
        Scope {}
    }

    pub(crate) fn attempt(&mut self, _: &Url) -> AttemptTrace {
        AttemptTrace
    }

    pub(crate) fn repeating(&self, _: Duration, _: &Error) {}

    pub(crate) fn ended(&mut self, _: Result<u16, &Error>) {}
}
