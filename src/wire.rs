//! Sends every request of the generated clients.
//!
//! Generated code builds a request and decodes the [`Answer`]. In between, this module sets the media types and the credential,
//! sends the request, and retries it.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Request, Response};
use tokio::time::{self, Instant, sleep};

use crate::error::Error;
use crate::operations::Operation;
use crate::retry::{Attempts, RetryBudget, RetryPolicy};
use crate::telemetry::call::{AttemptTrace, CallTrace};

mod address;
mod answer;
mod client;
mod credential;
mod generated;
mod headers;
mod path;
mod request;

pub(crate) use address::Address;
pub(crate) use answer::Answer;
pub(crate) use client::{HttpOptions, http_setters};
pub(crate) use credential::{Credential, check_credential};
use credential::{Signature, Signing};
pub(crate) use generated::generated_client;
pub(crate) use headers::{CallHeaders, HeaderHook, with_header};
pub(crate) use path::encode_path;
pub(crate) use request::prepare;

/// The part of a generated client that sends its requests.
#[derive(Clone)]
pub(crate) struct Connection {
    pub(crate) http: reqwest::Client,
    pub(crate) address: Address,
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
        formatter
            .debug_struct("Connection")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Connection {
    pub(crate) fn new(
        http: &reqwest::Client,
        address: &Address,
        rules: &Arc<Rules>,
        credential: Credential,
    ) -> Self {
        Self {
            http: http.clone(),
            address: address.clone(),
            rules: Arc::clone(rules),
            credential,
            timeout: None,
            headers: None,
        }
    }

    /// Sends the request with retries.
    ///
    /// Not an `async fn`, which would store its arguments twice: the size of a call is that of this future.
    pub(crate) fn exchange<'a>(
        &'a self,
        operation: &'static Operation,
        request: Request,
    ) -> impl Future<Output = Result<Answer, Error>> + use<'a> {
        let mut call = Call::new(self, operation, request);
        let scope = call.trace.scope();
        scope.around(async move {
            let outcome = call.run().await;
            call.trace.ended(outcome.as_ref().map(Answer::status));
            outcome
        })
    }
}

/// What an attempt has led to, if not to the error of the call.
enum Attempt {
    Answered(Answer),
    /// Another attempt follows after this time.
    Repeat(Duration),
}

/// A call under way. What several attempts share is here and not in the futures of its methods, which would store it twice.
struct Call<'a> {
    connection: &'a Connection,
    operation: &'static Operation,
    trace: CallTrace,
    begun: Instant,
    /// When the present attempt has begun, before it has waited for a session.
    started: Instant,
    attempts: Attempts<'a>,
    /// Taken out for every attempt; a copy is left while another one may follow. Boxed, or the future of a call would be larger.
    request: Option<Box<Request>>,
    /// Where the operation is too, if its path is not known there.
    other_path: Option<&'static str>,
    /// MX's 401 to the first session.
    refused: Option<Error>,
}

impl<'a> Call<'a> {
    fn new(connection: &'a Connection, operation: &'static Operation, request: Request) -> Self {
        let total = connection.timeout.unwrap_or(Duration::MAX);
        let begun = Instant::now();
        Self {
            connection,
            operation,
            trace: CallTrace::begin(operation),
            begun,
            started: begun,
            attempts: connection.rules.retry.start().within(total),
            request: Some(Box::new(request)),
            other_path: operation.other_path,
            refused: None,
        }
    }

    /// What is left of the timeout of the call.
    fn left(&self) -> Option<Duration> {
        let timeout = self.connection.timeout?;
        Some(timeout.saturating_sub(self.begun.elapsed()))
    }

    /// Makes attempts until one succeeds, or no other may follow.
    async fn run(&mut self) -> Result<Answer, Error> {
        loop {
            let delay = match self.attempt().await? {
                Attempt::Answered(answer) => return Ok(answer),
                Attempt::Repeat(delay) => delay,
            };
            if !delay.is_zero() {
                // Boxed, because it is rare and would make the future of every call larger.
                Box::pin(sleep(delay)).await;
            }
            self.started = Instant::now();
        }
    }

    async fn attempt(&mut self) -> Result<Attempt, Error> {
        let signing = match self.connection.credential.sign(self.operation) {
            Ok(Signing::Signed(signature)) => Ok(signature),
            Ok(Signing::Opening(opening)) => within(self.left(), opening).await,
            Err(error) => Err(error),
        };
        let signature = signing.map_err(|error| self.unsigned(error))?;
        let (trace, response) = self.send(&signature)?;
        let body = self.request.as_ref().and_then(|it| it.body());
        let limit = self.connection.rules.answer_limit;
        let receiving = answer::receive(self.operation, response, limit, &signature, body);
        let outcome = trace.scope().around(receiving).await;
        trace.ended(outcome.as_ref().map(Answer::status));
        let status = match &outcome {
            Ok(answer) => Some(answer.status()),
            Err(error) => error.status(),
        };
        signature.report(status, self.started);
        match outcome {
            Ok(answer) => {
                self.connection.rules.budget.deposit();
                Ok(Attempt::Answered(answer))
            }
            Err(error) => self.next_delay(error, &signature).map(Attempt::Repeat),
        }
    }

    /// The error of a call that has no credential: MX's 401, where there was one, is more specific than ours.
    fn unsigned(&self, error: Error) -> Error {
        match &self.refused {
            Some(refusal) if error.is_session_expired() => {
                let reason = "the session was refused and cannot be renewed; open another one";
                Error::session_refused(self.operation, refusal, reason)
            }
            _ => error,
        }
    }

    /// Begins an attempt. Not an `async fn`, which would keep room for the request while it waits.
    fn send(
        &mut self,
        signature: &Signature<'_>,
    ) -> Result<
        (
            AttemptTrace,
            impl Future<Output = reqwest::Result<Response>> + use<>,
        ),
        Error,
    > {
        let (connection, operation) = (self.connection, self.operation);
        let mut request = self
            .request
            .take()
            .ok_or_else(|| Error::request(Some(operation), "its body can be sent only once"))?;
        let may_repeat = connection.rules.retry.may_repeat()
            || connection.credential.is_renewable()
            || operation.other_path.is_some();
        // An error message may not quote the body, so that is kept too.
        let keeps = may_repeat || request.body().is_some();
        let mut outgoing = match keeps.then(|| request::copy(&request)).flatten() {
            Some(copy) => {
                let outgoing = std::mem::replace(&mut *request, copy);
                self.request = Some(request);
                outgoing
            }
            None => *request,
        };
        let attempt = self.trace.attempt(outgoing.url());
        let prepared = attempt.in_scope(|| {
            let headers = outgoing.headers_mut();
            let (hook, of_call) = (connection.rules.hook.as_deref(), &connection.headers);
            headers::set(operation, headers, hook, of_call.as_ref())?;
            request::set_media_types(operation, headers);
            signature.set(operation, headers)
        });
        if let Err(error) = prepared {
            attempt.ended(Err(&error));
            return Err(error);
        }
        if let Some(left) = self.left() {
            *outgoing.timeout_mut() = Some(left);
        }
        Ok((attempt, connection.http.execute(outgoing)))
    }

    /// How long to wait before another attempt; the error when none may follow.
    fn next_delay(&mut self, error: Error, signature: &Signature<'_>) -> Result<Duration, Error> {
        if signature.is_of_session() && error.status() == Some(401) {
            // A refused call had no effect, so sending it again with a new session is safe.
            if self.refused.is_none() {
                self.refused = Some(error);
                return Ok(Duration::ZERO);
            }
            let reason = "the session was refused, and the renewed one too";
            return Err(Error::session_refused(self.operation, &error, reason));
        }
        if error.answered() == Some(404)
            && let Some(template) = self.other_path.take()
            && let Some(request) = &mut self.request
        {
            let path = path::by_template(self.operation.path, template, request.url().path());
            request.url_mut().set_path(&path);
            return Ok(Duration::ZERO);
        }
        if let Credential::ApiToken(_) = &self.connection.credential
            && !error.was_never_sent()
        {
            // Whatever the answer is, a token for one use may be used up.
            return Err(error);
        }
        let (elapsed, budget) = (self.begun.elapsed(), &self.connection.rules.budget);
        let is_replayable = self.operation.replayable;
        match self
            .attempts
            .next_delay(is_replayable, &error, elapsed, budget)
        {
            Some(delay) => {
                self.trace.repeating(delay, &error);
                Ok(delay)
            }
            None => Err(error),
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
