//! Sends every request of the generated clients.
//!
//! Generated code builds a request and decodes the [`Answer`]. In between, this module sets the media types and the credential,
//! sends the request, and retries it.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Request;
use tokio::time::{self, Instant, sleep};

use crate::error::Error;
use crate::operations::Operation;
use crate::retry::{RetryBudget, RetryPolicy};
use crate::telemetry::call::CallTrace;

mod answer;
mod client;
mod credential;
mod generated;
mod headers;
mod path;
mod request;

pub(crate) use answer::Answer;
use answer::Sent;
pub(crate) use client::{HttpOptions, http_setters};
pub(crate) use credential::{Credential, check_credential};
pub(crate) use generated::generated_client;
pub(crate) use headers::{CallHeaders, HeaderHook, with_header};
pub(crate) use path::encode_path;
pub(crate) use request::prepare;

/// The part of a generated client that sends its requests.
#[derive(Clone)]
pub struct Connection {
    pub(crate) rules: Arc<Rules>,
    pub(crate) credential: Credential,
    /// The timeout of a call with its retries, in place of the client's timeout of one request.
    pub(crate) timeout: Option<Duration>,
    pub(crate) headers: Option<CallHeaders>,
}

/// The settings of all calls of one client.
pub(crate) struct Rules {
    pub(crate) retry: RetryPolicy,
    pub(crate) budget: Arc<RetryBudget>,
    pub(crate) answer_limit: usize,
    pub(crate) hook: Option<Arc<HeaderHook>>,
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Connection").finish_non_exhaustive()
    }
}

impl Connection {
    pub(crate) fn new(rules: &Arc<Rules>, credential: Credential) -> Self {
        Self {
            rules: Arc::clone(rules),
            credential,
            timeout: None,
            headers: None,
        }
    }

    /// Sends the request with retries.
    ///
    /// Not an `async fn`, which would store its arguments twice: the size of a call is that of this future.
    pub(crate) fn exchange(
        &self,
        http: &reqwest::Client,
        operation: &'static Operation,
        request: Request,
    ) -> impl Future<Output = Result<Answer, Error>> {
        let mut trace = CallTrace::begin(operation);
        let scope = trace.scope();
        let mut request = Some(request);
        scope.around(async move {
            let outcome = self
                .attempt(http, operation, &mut request, &mut trace)
                .await;
            trace.ended(outcome.as_ref().map(Answer::status));
            outcome
        })
    }

    /// Takes the request out of its option for every attempt, and leaves a copy while another attempt may follow.
    async fn attempt(
        &self,
        http: &reqwest::Client,
        operation: &'static Operation,
        request: &mut Option<Request>,
        trace: &mut CallTrace,
    ) -> Result<Answer, Error> {
        let begun = Instant::now();
        let left = || self.timeout.map(|all| all.saturating_sub(begun.elapsed()));
        let total = self.timeout.unwrap_or(Duration::MAX);
        let may_repeat = self.rules.retry.may_repeat()
            || self.credential.is_renewable()
            || operation.other_path.is_some();
        let mut attempts = self.rules.retry.start().within(total);
        let mut refused = None;
        let mut other_path = operation.other_path;
        // The first attempt starts with the call: one look at the clock less.
        let mut first_started = Some(begun);
        loop {
            let signing = within(left(), self.credential.sign(operation));
            let signature = match (signing.await, &refused) {
                // Return MX's 401: it is more specific than ours.
                (Err(error), Some(refusal)) if error.is_session_expired() => {
                    let reason = "the session was refused and cannot be renewed; open another one";
                    return Err(Error::session_refused(operation, refusal, reason));
                }
                (outcome, _) => outcome?,
            };
            let mut outgoing = request
                .take()
                .ok_or_else(|| Error::request(Some(operation), "its body can be sent only once"))?;
            // An error message may not quote the body, so that is kept too.
            if may_repeat || outgoing.body().is_some() {
                *request = request::copy(&outgoing);
            }
            let attempt = trace.attempt(outgoing.url());
            let prepared = attempt.in_scope(|| {
                let (of_call, headers) = (self.headers.as_ref(), outgoing.headers_mut());
                headers::set(operation, headers, self.rules.hook.as_deref(), of_call)?;
                request::set_media_types(operation, headers);
                signature.set(operation, headers)
            });
            if let Err(error) = prepared {
                attempt.ended(Err(&error));
                return Err(error);
            }
            if let Some(left) = left() {
                *outgoing.timeout_mut() = Some(left);
            }
            let started = first_started.take().unwrap_or_else(Instant::now);
            let sent = Sent {
                signature: &signature,
                body: request.as_ref().and_then(Request::body),
            };
            let limit = self.rules.answer_limit;
            let receiving = answer::receive(operation, http.execute(outgoing), limit, &sent);
            let outcome = attempt.scope().around(receiving).await;
            attempt.ended(outcome.as_ref().map(Answer::status));
            let status = outcome
                .as_ref()
                .map_or_else(Error::status, |it| Some(it.status()));
            signature.report(status, started);
            let error = match outcome {
                Ok(answer) => {
                    self.rules.budget.deposit();
                    return Ok(answer);
                }
                Err(error) => error,
            };
            if signature.is_of_session() && error.status() == Some(401) {
                // A refused call had no effect, so sending it again with a new session is safe.
                if refused.is_none() {
                    refused = Some(error);
                    continue;
                }
                let reason = "the session was refused, and the renewed one too";
                return Err(Error::session_refused(operation, &error, reason));
            }
            if error.answered() == Some(404)
                && let Some(template) = other_path.take()
                && let Some(request) = request
            {
                let path = path::by_template(operation.path, template, request.url().path());
                request.url_mut().set_path(&path);
                continue;
            }
            if let Credential::ApiToken(_) = &self.credential
                && !error.was_never_sent()
            {
                // Whatever the answer is, a token for one use may be used up.
                return Err(error);
            }
            let (elapsed, budget) = (begun.elapsed(), &self.rules.budget);
            match attempts.next_delay(operation.replayable, &error, elapsed, budget) {
                Some(delay) => {
                    trace.repeating(delay, &error);
                    // Boxed, because it is rare and would make the future of every call larger.
                    Box::pin(sleep(delay)).await;
                }
                None => return Err(error),
            }
        }
    }
}

/// Waits for a token or a session, at most as long as the timeout of the call.
pub(crate) async fn within<T>(
    timeout: Option<Duration>,
    opening: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let Some(timeout) = timeout else {
        return opening.await;
    };
    match Box::pin(time::timeout(timeout, opening)).await {
        Ok(outcome) => outcome,
        Err(_elapsed) => Err(Error::session_timeout(timeout)),
    }
}
