//! Faults: what fails, for which requests, and how often. Added by [`Sandbox::fault`](crate::Sandbox::fault) or
//! `POST /_sandbox/faults`.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

mod filter;
mod queue;

pub(crate) use filter::RequestInfo;
pub(crate) use queue::FaultQueue;

/// A failure on purpose, and the requests that it is for.
///
/// A fault is for every operation unless [`on`](Self::on) or [`on_operation`](Self::on_operation) restricts it, and happens once or as
/// often as [`times`](Self::times) sets. It never affects `/_sandbox` itself. A request gets the first fault, in the order in which
/// they were added, that matches it and has nothing left to [`skip`](Self::skip).
///
/// One that cannot happen is refused: an unknown operation, method or path, an invalid status, a delay of more than ten minutes.
///
/// ```
/// use std::time::Duration;
/// use mx_nexus_sandbox::Fault;
///
/// let busy = Fault::status(503).on("POST", "/members/*/identify").times(2).retry_after(Duration::from_secs(1));
/// let lost = Fault::reset_after_processing().on_operation("identifyMember");
/// let late = Fault::delay(Duration::from_millis(200)).on("GET", "/members/**").skip(3);
/// # let _ = (busy, lost, late);
/// ```
///
/// # As JSON
///
/// One object, as `GET /_sandbox/faults` lists it. Unknown fields are refused.
///
/// ```json
/// {"kind": "status", "status": 503, "body": "html", "retry_after": 1,
///  "method": "POST", "path": "/members/*/identify", "times": 2, "skip": 0}
/// ```
///
/// | field | type | meaning |
/// |---|---|---|
/// | `kind` | text, required | `status`, `delay`, `reset`, `truncate`, `stale_echo` or `expire_sessions` |
/// | `status` | 200 to 599 | status of the response; required for the kind `status`, and for no other |
/// | `body` | text | of the kind `status`: `json` (the usual error), `html`, `not_json`, `empty`; `json` when absent, but 204 and 304 are always empty |
/// | `retry_after` | seconds | of the kind `status`: the header `Retry-After` |
/// | `processed` | boolean | of the kinds `status` and `reset`: whether the request takes effect; false when absent |
/// | `delay_ms` | milliseconds | delay of the response, 600000 at most; required for the kind `delay` |
/// | `method` | text | only requests of this method, in any case |
/// | `path` | text | only requests to this path, with or without the `/nexus` before it; `*` is one segment, `**` at the end any number, also none |
/// | `operation` | text | instead of `method` and `path`: only this operation, by its id, such as `identifyMember`; `readMember` when a `stale_echo` has none of the three |
/// | `times` | whole number | how often it happens; 1 when absent |
/// | `skip` | whole number | how many matching requests succeed before; 0 when absent |
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Fault {
    pub(crate) kind: FaultKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<FaultBody>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) retry_after: Option<u64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    processed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delay_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(default = "once")]
    times: u32,
    #[serde(default)]
    skip: u32,
}

/// The kind of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FaultKind {
    /// A response with this status instead of the true one.
    Status,
    /// The true response, late.
    Delay,
    /// The connection is reset instead of a response.
    Reset,
    /// The connection is closed in the middle of the response.
    Truncate,
    /// The response shows a member as it was before its latest job.
    StaleEcho,
    /// All sessions are expired.
    ExpireSessions,
}

/// The body that comes with a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FaultBody {
    /// An error in MX's shape.
    Json,
    /// An HTML page, as from a gateway.
    Html,
    /// Malformed JSON.
    NotJson,
    /// No body.
    Empty,
}

/// Why a fault cannot happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidFault(String);

impl fmt::Display for InvalidFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for InvalidFault {}

fn once() -> u32 {
    1
}

impl Fault {
    fn new(kind: FaultKind) -> Self {
        Self {
            kind,
            status: None,
            body: None,
            retry_after: None,
            processed: false,
            delay_ms: None,
            method: None,
            path: None,
            operation: None,
            times: once(),
            skip: 0,
        }
    }

    /// A response with this status and an error in MX's shape. The request has no effect, except with
    /// [`processed`](Self::processed).
    pub fn status(status: u16) -> Self {
        Self {
            status: Some(status),
            ..Self::new(FaultKind::Status)
        }
    }

    /// The true response, late. The request takes effect at once.
    pub fn delay(delay: Duration) -> Self {
        Self::new(FaultKind::Delay).delayed(delay)
    }

    /// A reset of the connection; the request has no effect.
    pub fn reset() -> Self {
        Self::new(FaultKind::Reset)
    }

    /// A reset of the connection instead of the response; the request takes effect.
    pub fn reset_after_processing() -> Self {
        Self::reset().processed()
    }

    /// Half of the response, then the connection is closed; the request takes effect.
    pub fn truncated() -> Self {
        Self::new(FaultKind::Truncate)
    }

    /// The response shows a member as it was before its latest job, as MX does for a moment after a start. For `readMember`
    /// unless restricted otherwise.
    pub fn stale_echo() -> Self {
        Self::new(FaultKind::StaleEcho).completed()
    }

    /// All sessions expire before the request is processed.
    pub fn expired_sessions() -> Self {
        Self::new(FaultKind::ExpireSessions)
    }

    /// Only requests of this method to this path below its API, such as `/members/*/identify`: `*` is one segment, `**` at the end
    /// any number, also none. Replaces [`on_operation`](Self::on_operation).
    pub fn on(mut self, method: impl Into<String>, path: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self.path = Some(path.into());
        self.operation = None;
        self
    }

    /// Only this operation, by its id, such as `identifyMember`. Replaces [`on`](Self::on).
    pub fn on_operation(mut self, id: impl Into<String>) -> Self {
        self.method = None;
        self.path = None;
        self.operation = Some(id.into());
        self
    }

    /// How often it happens.
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// How many matching requests succeed before.
    pub fn skip(mut self, requests: u32) -> Self {
        self.skip = requests;
        self
    }

    /// The request takes effect: its answer is lost, or looks like a failure.
    pub fn processed(mut self) -> Self {
        self.processed = true;
        self
    }

    /// The body that comes with a status.
    pub fn body(mut self, body: FaultBody) -> Self {
        self.body = Some(body);
        self
    }

    /// The header `Retry-After` of a status, rounded up to whole seconds.
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(
            wait.as_secs()
                .saturating_add(u64::from(wait.subsec_nanos() > 0)),
        );
        self
    }

    /// Delays the response, or the reset.
    pub fn delayed(mut self, delay: Duration) -> Self {
        self.delay_ms = Some(u64::try_from(delay.as_millis()).unwrap_or(u64::MAX));
        self
    }

    /// Whether the request takes effect.
    pub(crate) fn is_processed(&self) -> bool {
        self.processed || !matches!(self.kind, FaultKind::Status | FaultKind::Reset)
    }

    pub(crate) fn delay_time(&self) -> Option<Duration> {
        self.delay_ms.map(Duration::from_millis)
    }

    /// The same with its default filter.
    pub(crate) fn completed(mut self) -> Self {
        let is_unfiltered =
            self.method.is_none() && self.path.is_none() && self.operation.is_none();
        if self.kind == FaultKind::StaleEcho && is_unfiltered {
            self.operation = Some("readMember".to_owned());
        }
        self
    }
}
