//! Spans and metrics: their names, and when they end. Documentation only; nothing is to be called.
//!
//! Without the features `tracing` and `metrics` nothing of this is compiled. No span and no metric has a parameter, a header, a body
//! or a secret.
//!
//! # Spans (feature `tracing`)
//!
//! Names are those of OpenTelemetry's conventions for HTTP clients, where they have one. Spans are of level INFO; a call and a job that
//! fail also log an event of level WARN, and another attempt one of level DEBUG.
//!
//! | span | one for each | fields |
//! |---|---|---|
//! | `mx_nexus.job` | job, from its first call to its end; its calls are inside | `mx.api`, `mx.job.kind`, `mx.job.outcome`, `mx.job.polls` |
//! | `mx_nexus.call` | call, with its retries and the session that it opens | `mx.operation`, and those of the last attempt |
//! | `mx_nexus.request` | attempt | `http.request.method`, `url.template`, `server.address`, `server.port`, `http.response.status_code`, `error.type`, `http.request.resend_count` |
//!
//! `otel.name`, `otel.kind` and `otel.status_code` are for [tracing-opentelemetry](https://docs.rs/tracing-opentelemetry): see
//! `examples/observability.rs`.
//!
//! - `error.type` is the status (`404`), or else what failed: `timeout`, `connect`, `tls`, `transport`, `decode`, `session`,
//!   `session_expired`, `request`, `configuration`; `cancelled` when the future of the call was dropped, as a timeout of the caller
//!   does it.
//! - `mx.job.outcome` is `done`, `timed_out`, or why the job ended, such as `ended` or `no_such_member`; `call_failed` after a call that
//!   failed for good; `left` when the [`Job`](crate::jobs::Job) was dropped before its end, which MX does not notice.
//! - `mx.user` and `mx.member` are fields of a job with `JobBuilder::with_traced_ids` only.
//!
//! To continue a trace at a gateway, set its header by [`request_headers`](crate::NexusBuilder::request_headers), which is called in the
//! span of the attempt.
//!
//! # Metrics (feature `metrics`)
//!
//! By the facade [`metrics`](https://docs.rs/metrics), for any of its exporters.
//!
//! | metric | kind | labels |
//! |---|---|---|
//! | `mx_nexus_call_duration_seconds` | histogram of calls, with their retries; its count is the number of calls | `operation`, `outcome`: `ok` or the `error.type` |
//! | `mx_nexus_retries_total` | counter of attempts after the first | `operation` |
//! | `mx_nexus_jobs_total` | counter of jobs that ended | `api`, `kind`, `outcome` |
//! | `mx_nexus_sessions_total` | counter of sessions opened, or not | `outcome`: `ok` or the `error.type` |

pub(crate) mod call;
pub(crate) mod job;
pub(crate) mod metrics;

#[cfg(any(feature = "tracing", feature = "metrics"))]
use std::borrow::Cow;

#[cfg(any(feature = "tracing", feature = "metrics"))]
use crate::error::{Error, ErrorKind};

/// The `error.type` of a call that was dropped.
#[cfg(any(feature = "tracing", feature = "metrics"))]
const CANCELLED: &str = "cancelled";

/// The `error.type` of an error.
#[cfg(any(feature = "tracing", feature = "metrics"))]
fn error_type(error: &Error) -> Cow<'static, str> {
    let name = match error.kind() {
        ErrorKind::Configuration => "configuration",
        ErrorKind::Request => "request",
        ErrorKind::Connect => "connect",
        ErrorKind::Tls => "tls",
        ErrorKind::Timeout => "timeout",
        ErrorKind::Transport => "transport",
        ErrorKind::Decode => "decode",
        ErrorKind::Session => "session",
        ErrorKind::SessionExpired => "session_expired",
        ErrorKind::Status => match error.status() {
            Some(status) => return status.to_string().into(),
            None => "status",
        },
    };
    name.into()
}

/// Runs a task's future in the span of its caller.
pub(crate) fn in_current_span<F: Future>(future: F) -> impl Future<Output = F::Output> {
    #[cfg(feature = "tracing")]
    let future = tracing::Instrument::in_current_span(future);
    future
}

/// Runs a future in a span. Without the feature `tracing` it is the future itself.
#[derive(Clone)]
pub(crate) struct Scope {
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

impl Scope {
    #[cfg(feature = "tracing")]
    pub(crate) fn around<F: Future>(self, future: F) -> tracing::instrument::Instrumented<F> {
        tracing::Instrument::instrument(future, self.span)
    }

    #[cfg(not(feature = "tracing"))]
    pub(crate) fn around<F: Future>(self, future: F) -> F {
        future
    }
}
