//! A span for every operation, with the feature `tracing`. Contains no parameters and no bodies.
//!
//! Its fields are id, method, path template, status, attempt and latency, and the kind of the error for failures other than an error
//! status.

use std::future::Future;
use std::time::Duration;

use crate::error::Error;
#[cfg(feature = "tracing")]
use crate::error::ErrorKind;
use crate::operations::Operation;

/// The span of one operation.
pub(crate) struct Trace {
    #[cfg(feature = "tracing")]
    span: tracing::Span,
    #[cfg(feature = "tracing")]
    begun: tokio::time::Instant,
    #[cfg(feature = "tracing")]
    sent: std::sync::atomic::AtomicU64,
}

#[cfg(feature = "tracing")]
impl Trace {
    /// Opens the span.
    pub(crate) fn begin(operation: &'static Operation) -> Self {
        let span = tracing::info_span!(
            "mx_nexus.operation",
            operation = operation.id,
            method = operation.method,
            path = operation.path,
            status = tracing::field::Empty,
            attempt = tracing::field::Empty,
            error = tracing::field::Empty,
            latency_ms = tracing::field::Empty,
        );
        Self {
            span,
            begun: tokio::time::Instant::now(),
            sent: std::sync::atomic::AtomicU64::new(0),
        }
    }

    /// The span, to run the call in.
    pub(crate) fn scope(&self) -> Scope {
        Scope(self.span.clone())
    }

    /// Counts a request that is about to be sent.
    pub(crate) fn sending(&self) {
        let before = self.sent.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        self.span.record("attempt", before + 1);
    }

    /// Logs that another attempt follows after `delay`.
    pub(crate) fn repeating(&self, delay: Duration, error: &Error) {
        tracing::debug!(
            delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
            status = error.status(),
            reason = ?error.kind(),
            "sending again"
        );
    }

    /// Records the status or the final failure.
    pub(crate) fn ended(&self, outcome: Result<u16, &Error>) {
        match outcome {
            Ok(status) => {
                self.span.record("status", status);
            }
            Err(error) => self.failed(error),
        }
        let latency = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.span.record("latency_ms", latency);
    }

    fn failed(&self, error: &Error) {
        let kind = error.kind();
        // The status of a session error belongs to the call that opens sessions, which has its own span.
        if let Some(status) = error.status()
            && kind != ErrorKind::Session
        {
            self.span.record("status", status);
        }
        if kind != ErrorKind::Status {
            self.span.record("error", tracing::field::debug(kind));
        }
    }
}

/// The span of a call.
#[cfg(feature = "tracing")]
pub(crate) struct Scope(tracing::Span);

#[cfg(feature = "tracing")]
impl Scope {
    /// Runs the call in the span.
    pub(crate) fn around<F: Future>(self, call: F) -> tracing::instrument::Instrumented<F> {
        use tracing::Instrument;
        call.instrument(self.0)
    }
}

#[cfg(not(feature = "tracing"))]
impl Trace {
    pub(crate) fn begin(_: &'static Operation) -> Self {
        Self {}
    }

    pub(crate) fn scope(&self) -> Scope {
        Scope
    }

    pub(crate) fn sending(&self) {}

    pub(crate) fn repeating(&self, _: Duration, _: &Error) {}

    pub(crate) fn ended(&self, _: Result<u16, &Error>) {}
}

#[cfg(not(feature = "tracing"))]
pub(crate) struct Scope;

#[cfg(not(feature = "tracing"))]
impl Scope {
    /// The call itself, so that it costs nothing.
    pub(crate) fn around<F: Future>(self, call: F) -> F {
        call
    }
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
