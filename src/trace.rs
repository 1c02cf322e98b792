//! A span for every operation, when the feature `tracing` is on: what was called, how it went, nothing of what was said.

use std::future::Future;
use std::time::Duration;

use crate::error::Error;
use crate::operations::Operation;

/// The span of one operation.
pub(crate) struct Trace {
    #[cfg(feature = "tracing")]
    span: tracing::Span,
    #[cfg(feature = "tracing")]
    begun: tokio::time::Instant,
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
            attempt = 1_u64,
            error = tracing::field::Empty,
            latency_ms = tracing::field::Empty,
        );
        Self {
            span,
            begun: tokio::time::Instant::now(),
        }
    }

    /// Runs the call inside the span.
    pub(crate) async fn within<T>(&self, call: impl Future<Output = T>) -> T {
        use tracing::Instrument;
        call.instrument(self.span.clone()).await
    }

    /// Another attempt follows after `delay`. Called inside the span.
    pub(crate) fn repeating(_: &Operation, attempt: usize, delay: Duration, error: &Error) {
        tracing::Span::current().record("attempt", attempt as u64);
        tracing::debug!(
            attempt,
            delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
            status = error.status(),
            reason = ?error.kind(),
            "sending again"
        );
    }

    /// The call succeeded.
    pub(crate) fn succeeded(&mut self, status: u16) {
        self.span.record("status", status);
        self.end();
    }

    /// The call failed for good.
    pub(crate) fn failed(&mut self, error: &Error) {
        if let Some(status) = error.status() {
            self.span.record("status", status);
        }
        self.span
            .record("error", tracing::field::debug(error.kind()));
        self.end();
    }

    fn end(&self) {
        let latency = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.span.record("latency_ms", latency);
    }
}

#[cfg(not(feature = "tracing"))]
impl Trace {
    pub(crate) fn begin(_: &'static Operation) -> Self {
        Self {}
    }

    pub(crate) async fn within<T>(&self, call: impl Future<Output = T>) -> T {
        call.await
    }

    pub(crate) fn repeating(_: &Operation, _: usize, _: Duration, _: &Error) {}

    pub(crate) fn succeeded(&mut self, _: u16) {}

    pub(crate) fn failed(&mut self, _: &Error) {}
}

/// A status that this version does not know, once a job.
#[cfg(feature = "tracing")]
pub(crate) fn unknown_status(status: &str) {
    tracing::warn!(
        status,
        "a connection status that this version of mx-nexus does not know"
    );
}

#[cfg(not(feature = "tracing"))]
pub(crate) fn unknown_status(_: &str) {}
