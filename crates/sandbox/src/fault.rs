//! Faults: what fails, for which requests, and how often. Added by [`Sandbox::fault`](crate::Sandbox::fault) or
//! `POST /_sandbox/faults`.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::times::{Times, draw};

mod answer;
mod check;
mod fields;
mod filter;
mod lag;
mod queue;

pub use answer::FaultBody;
pub(crate) use answer::{Answer, Ending};
pub(crate) use filter::RequestInfo;
pub use lag::Lag;
pub(crate) use queue::FaultQueue;

/// A failure on purpose: what happens to a request, what happens to its answer, and the requests that it is for.
///
/// | | the request is not processed | the request is processed |
/// |---|---|---|
/// | **no answer** | [`reset`](Self::reset), [`closed`](Self::closed) | the same with [`processed`](Self::processed) |
/// | **another answer** | [`status`](Self::status), with a [`body`](Self::body) and [`retry_after`](Self::retry_after) | the same with [`processed`](Self::processed) |
/// | **the true answer, altered** | | [`altered`](Self::altered), then [`set`](Self::set), [`remove`](Self::remove), [`null_fields`](Self::null_fields) or [`body`](Self::body); [`truncated`](Self::truncated) |
/// | **the true answer** | | [`delay`](Self::delay), [`lag`](Self::lag), [`expired_sessions`](Self::expired_sessions) |
///
/// Where a request that changes a member is processed, readings of the member may lag behind it ([`lagging`](Self::lagging)), whatever
/// happens to its answer.
///
/// A fault is for every operation unless [`on`](Self::on) or [`on_operation`](Self::on_operation) restricts it, and happens once or as
/// often as [`times`](Self::times) sets, or to a part of the requests ([`every`](Self::every), [`rate`](Self::rate)). It never affects `/_sandbox` itself. A request gets the first fault, in the order in which
/// they were added, that matches it and has nothing left to [`skip`](Self::skip).
///
/// One that cannot happen is refused: an unknown operation, method or path, an invalid status, a delay of more than ten minutes.
///
/// ```
/// use std::time::Duration;
/// use mx_nexus_sandbox::{Fault, FaultBody};
///
/// let busy = Fault::status(503).on("POST", "/members/*/identify").times(2).retry_after(Duration::from_secs(1));
/// let lost = Fault::reset().processed().on_operation("identifyMember");
/// let late = Fault::delay(Duration::from_millis(200)).on("GET", "/members/**").skip(3);
/// let unknown = Fault::altered().set("member.connection_status", "NEW").on_operation("readMember");
/// let empty = Fault::altered().body(FaultBody::Empty).on_operation("listAccountOwners");
/// # let _ = (busy, lost, late, unknown, empty);
/// ```
///
/// # As JSON
///
/// One object, as `GET /_sandbox/faults` lists it. Unknown fields are refused.
///
/// ```json
/// {"request": "not_processed", "answer": {"status": 503, "body": "html", "retry_after": 1},
///  "method": "POST", "path": "/members/*/identify", "times": 2, "skip": 0}
/// ```
///
/// | field | type | meaning |
/// |---|---|---|
/// | `request` | text, required | `processed`, `not_processed`, or `sessions_expired`: processed after all sessions expired |
/// | `answer` | object | what replaces parts of the true answer, see below; the true answer when absent |
/// | `lag` | object | how long readings lag behind the change of a member, see [`Lag`]; then the fault is only for requests that change a member |
/// | `delay_ms` | milliseconds | delay of the answer, or of the end of the connection; 600000 at most. Also random, see [`Times`](crate::Times) |
/// | `method` | text | only requests of this method, in any case |
/// | `path` | text | only requests to this path, with or without the `/nexus` before it; `*` is one segment, `**` at the end any number, also none |
/// | `operation` | text | instead of `method` and `path`: only this operation, by its id, such as `identifyMember` |
/// | `times` | whole number | how often it happens; when absent 1, or without end with `every` or `rate` |
/// | `skip` | whole number | how many matching requests succeed before; 0 when absent |
/// | `every` | whole number | it happens to every so-manieth matching request |
/// | `rate` | 0 to 1 | it happens to each matching request with this probability |
/// | `seed` | whole number | decides which requests and which random times; 0 when absent |
///
/// The fields of `answer`, all optional. A request that is not processed has no true answer, so it needs a `status`, or a `connection` that is
/// `reset` or `closed`.
///
/// | field of `answer` | type | meaning |
/// |---|---|---|
/// | `status` | 200 to 599 | the status. From 300 to 399 the header `Location` has the address of the request |
/// | `body` | text | the body: `error` (an error in MX's shape), `html`, `not_json`, `empty`, `null` or `object` (`{}`). When only a `status` is there: `error` from 400, the true body from 200 to 299, else `empty`; 204 and 304 are always empty |
/// | `set` | object | fields of the JSON with their new values, by their paths: `{"member.connection_status": null}`. `*` is every entry of a list, a number one of them. A field that the object lacks is added |
/// | `remove` | list of texts | fields of the JSON that are left out, by the same paths |
/// | `null_fields` | boolean | all fields of the JSON are null; lists and objects stay |
/// | `retry_after` | seconds | the header `Retry-After` in seconds |
/// | `retry_after_date` | seconds | the header `Retry-After` as the date in so many seconds |
/// | `connection` | text | `reset` (RST) or `closed` (FIN) instead of an answer; `truncated`: closed in the middle of the body |
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Fault {
    request: RequestEffect,
    #[serde(default, skip_serializing_if = "Answer::is_true")]
    pub(crate) answer: Answer,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lag: Option<Lag>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delay_ms: Option<Times>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    /// None is without end; see `with_defaults`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    #[serde(default)]
    skip: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    every: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rate: Option<Rate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    /// How many requests matched after those that were skipped.
    #[serde(skip)]
    matched: u32,
}

/// A probability.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Rate(f64);

/// It is finite, or the fault is refused.
impl Eq for Rate {}

/// What happens to the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RequestEffect {
    Processed,
    NotProcessed,
    SessionsExpired,
}

/// What a fault did, in the log of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FaultKind {
    /// An answer with another status.
    Status,
    /// The true answer, late.
    Delay,
    /// The connection was reset instead of an answer.
    Reset,
    /// The connection was closed instead of an answer.
    Closed,
    /// The connection was closed in the middle of the answer.
    Truncated,
    /// The true status with another body.
    Body,
    /// The true answer with other fields.
    Fields,
    /// The true answer, and readings that lag behind the change.
    Lag,
    /// All sessions expired before.
    ExpiredSessions,
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

impl Fault {
    fn new(request: RequestEffect, answer: Answer) -> Self {
        Self {
            request,
            answer,
            lag: None,
            delay_ms: None,
            method: None,
            path: None,
            operation: None,
            times: None,
            skip: 0,
            every: None,
            rate: None,
            seed: None,
            matched: 0,
        }
    }

    /// An answer with this status, and with an error in MX's shape from 400 on. The request is not processed, except with
    /// [`processed`](Self::processed).
    pub fn status(status: u16) -> Self {
        let answer = Answer {
            status: Some(status),
            ..Answer::default()
        };
        Self::new(RequestEffect::NotProcessed, answer)
    }

    /// The true answer, until [`set`](Self::set), [`remove`](Self::remove), [`null_fields`](Self::null_fields) or [`body`](Self::body)
    /// alters it. The request is processed.
    pub fn altered() -> Self {
        Self::new(RequestEffect::Processed, Answer::default())
    }

    /// The true answer, late by a time or by random [`Times`]. The request is processed at once.
    pub fn delay(delay: impl Into<Times>) -> Self {
        Self::altered().delayed(delay)
    }

    /// A reset of the connection instead of the answer. The request is not processed, except with [`processed`](Self::processed).
    pub fn reset() -> Self {
        Self::new(RequestEffect::NotProcessed, Answer::ending(Ending::Reset))
    }

    /// A reset of the connection instead of the answer. The request is processed.
    pub fn reset_after_processing() -> Self {
        Self::reset().processed()
    }

    /// The connection is closed without an answer. The request is not processed, except with [`processed`](Self::processed).
    pub fn closed() -> Self {
        Self::new(RequestEffect::NotProcessed, Answer::ending(Ending::Closed))
    }

    /// Half of the true answer, then the connection is closed. The request is processed.
    pub fn truncated() -> Self {
        Self::new(RequestEffect::Processed, Answer::ending(Ending::Truncated))
    }

    /// The true answer to a request that changes a member, such as new credentials, a start or answers, but readings lag behind it.
    pub fn lag(lag: Lag) -> Self {
        Self::altered().lagging(lag)
    }

    /// All sessions expire before the request is processed.
    pub fn expired_sessions() -> Self {
        Self::new(RequestEffect::SessionsExpired, Answer::default())
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
        self.times = Some(times);
        self
    }

    /// It happens to every so-manieth matching request, without end or as often as [`times`](Self::times) sets.
    pub fn every(mut self, requests: u32) -> Self {
        self.every = Some(requests);
        self
    }

    /// It happens to each matching request with this probability, without end or as often as [`times`](Self::times) sets.
    ///
    /// ```
    /// use mx_nexus_sandbox::Fault;
    ///
    /// let one_of_twenty = Fault::status(503).every(20);
    /// let some = Fault::reset().rate(0.05).seed(1).on("GET", "/members/**");
    /// # let _ = (one_of_twenty, some);
    /// ```
    pub fn rate(mut self, probability: f64) -> Self {
        self.rate = Some(Rate(probability));
        self
    }

    /// The seed of [`rate`](Self::rate) and of random times: the same seed chooses the same requests; default: 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// How many matching requests succeed before.
    pub fn skip(mut self, requests: u32) -> Self {
        self.skip = requests;
        self
    }

    /// The request is processed: its answer is lost, or looks like a failure.
    pub fn processed(mut self) -> Self {
        self.request = RequestEffect::Processed;
        self
    }

    /// Replaces the body of the answer.
    pub fn body(mut self, body: FaultBody) -> Self {
        self.answer.body = Some(body);
        self
    }

    /// Sets a field of the JSON answer, or adds it, by its path, such as `member.connection_status`. In a path `*` is every entry of a
    /// list, and a number one of them.
    pub fn set(mut self, path: impl Into<String>, value: impl Into<Value>) -> Self {
        self.answer.set.insert(path.into(), value.into());
        self
    }

    /// Leaves a field of the JSON answer out, by its path as for [`set`](Self::set).
    pub fn remove(mut self, path: impl Into<String>) -> Self {
        self.answer.remove.push(path.into());
        self
    }

    /// Sets all fields of the JSON answer to null; its lists and objects stay.
    pub fn null_fields(mut self) -> Self {
        self.answer.null_fields = true;
        self
    }

    /// The header `Retry-After` in whole seconds, rounded up.
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.answer.retry_after = Some(whole_seconds(wait));
        self.answer.retry_after_date = None;
        self
    }

    /// The header `Retry-After` as a date, so much after the answer, rounded up to whole seconds.
    pub fn retry_after_date(mut self, wait: Duration) -> Self {
        self.answer.retry_after_date = Some(whole_seconds(wait));
        self.answer.retry_after = None;
        self
    }

    /// Lets readings lag behind the request, which has to be processed. The fault is only for requests that change a member.
    pub fn lagging(mut self, lag: Lag) -> Self {
        self.lag = Some(lag);
        self
    }

    /// Delays the answer, or the end of the connection, by a time or by random [`Times`].
    pub fn delayed(mut self, delay: impl Into<Times>) -> Self {
        self.delay_ms = Some(delay.into());
        self
    }

    pub(crate) fn is_processed(&self) -> bool {
        self.request != RequestEffect::NotProcessed
    }

    pub(crate) fn expires_sessions(&self) -> bool {
        self.request == RequestEffect::SessionsExpired
    }

    /// How long it delays this answer.
    pub(crate) fn delay_time(&self) -> Option<Duration> {
        let seed = self.seed.unwrap_or_default();
        Some(self.delay_ms?.draw(seed, self.matched.into()))
    }

    /// Whether it happens to a request that matches.
    fn is_due(&mut self) -> bool {
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        self.matched = self.matched.wrapping_add(1);
        let seed = self.seed.unwrap_or_default();
        let is_turn = self
            .every
            .is_none_or(|every| self.matched.is_multiple_of(every));
        is_turn
            && self
                .rate
                .is_none_or(|Rate(rate)| draw(seed, self.matched.into()) < rate)
    }

    /// It happens once, unless it is for a part of the requests.
    pub(crate) fn with_defaults(mut self) -> Self {
        if self.every.is_none() && self.rate.is_none() {
            self.times.get_or_insert(1);
        }
        self
    }

    /// What it does, in one word.
    pub(crate) fn kind(&self) -> FaultKind {
        match (self.request, self.answer.kind()) {
            (_, Some(kind)) => kind,
            (RequestEffect::SessionsExpired, None) => FaultKind::ExpiredSessions,
            (_, None) if self.lag.is_some() => FaultKind::Lag,
            (_, None) => FaultKind::Delay,
        }
    }
}

fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs()
        .saturating_add(u64::from(wait.subsec_nanos() > 0))
}
