//! The metrics, by the facade `metrics`. Their names are in the table of the parent.

#[cfg(any(feature = "tracing", feature = "metrics"))]
use std::time::Duration;

use crate::error::Error;
#[cfg(any(feature = "tracing", feature = "metrics"))]
use crate::operations::Operation;

/// Counts an attempt after the first.
#[cfg(any(feature = "tracing", feature = "metrics"))]
pub(crate) fn retried(operation: &'static Operation) {
    #[cfg(feature = "metrics")]
    ::metrics::counter!("mx_nexus_retries_total", "operation" => operation.id).increment(1);
    #[cfg(not(feature = "metrics"))]
    let _ = operation;
}

/// Counts a call that ended; no error is a success.
#[cfg(any(feature = "tracing", feature = "metrics"))]
pub(crate) fn call_ended(
    operation: &'static Operation,
    error_type: Option<&str>,
    elapsed: Duration,
) {
    #[cfg(feature = "metrics")]
    ::metrics::histogram!(
        "mx_nexus_call_duration_seconds",
        "operation" => operation.id,
        "outcome" => label(error_type),
    )
    .record(elapsed.as_secs_f64());
    #[cfg(not(feature = "metrics"))]
    let _ = (operation, error_type, elapsed);
}

/// Counts a session that was opened, or could not be.
pub(crate) fn session_ended(error: Option<&Error>) {
    #[cfg(feature = "metrics")]
    ::metrics::counter!(
        "mx_nexus_sessions_total",
        "outcome" => label(error.map(super::error_type).as_deref())
    )
    .increment(1);
    #[cfg(not(feature = "metrics"))]
    let _ = error;
}

/// Counts a job that ended.
#[cfg(any(feature = "tracing", feature = "metrics"))]
pub(crate) fn job_ended(api: &'static str, kind: &'static str, outcome: &'static str) {
    #[cfg(feature = "metrics")]
    ::metrics::counter!("mx_nexus_jobs_total", "api" => api, "kind" => kind, "outcome" => outcome)
        .increment(1);
    #[cfg(not(feature = "metrics"))]
    let _ = (api, kind, outcome);
}

#[cfg(feature = "metrics")]
fn label(error_type: Option<&str>) -> ::metrics::SharedString {
    match error_type {
        None => ::metrics::SharedString::const_str("ok"),
        Some(error_type) => error_type.to_owned().into(),
    }
}
