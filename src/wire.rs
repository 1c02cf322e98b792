//! Sends every request: the hooks of the three generated clients.
//!
//! progenitor builds a request and decodes the answer. In between, this module sets the media types and the credential, sends the
//! request, and retries it. A failure is an [`Error`] in the extensions of a response, from which [`explain`] takes it in `send()`.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderName;
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use tokio::time::{self, Instant, sleep};

use crate::error::Error;
use crate::operations::{self, Operation};
use crate::retry::{RetryBudget, RetryPolicy};
use crate::secret::Secret;
use crate::session::Sessions;
use crate::trace::Trace;

mod answer;
mod client;
mod generated;
mod path;

pub(crate) use answer::read_all;
pub(crate) use client::HttpOptions;
pub(crate) use generated::{explain, generated_client, hooks};
pub(crate) use path::encode_path;

use generated::carry;

/// The part of a generated client that sends its requests.
#[derive(Clone)]
pub struct Connection {
    pub(crate) rules: Arc<Rules>,
    pub(crate) credential: Credential,
    pub(crate) base: Arc<str>,
    /// The timeout of a call with its retries, in place of the client's timeout of one request.
    pub(crate) timeout: Option<Duration>,
}

/// The settings of all calls of one client.
pub(crate) struct Rules {
    pub(crate) retry: RetryPolicy,
    pub(crate) budget: Arc<RetryBudget>,
    pub(crate) answer_limit: usize,
}

/// The credential of a call.
#[derive(Clone)]
pub(crate) enum Credential {
    /// The API key, for every operation of SSO and MDX.
    ApiKey(Secret),
    /// A one-time token, for `createSession`.
    ApiToken(Secret),
    /// The session of a user, leased for every attempt.
    Session(Sessions),
    /// The id and the key of a client, for every operation of an API that takes both.
    #[cfg(feature = "atrium")]
    Client { id: Secret, api_key: Secret },
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Connection").finish_non_exhaustive()
    }
}

impl Connection {
    /// Sets the headers that MX expects; refuses a path that an identifier has changed.
    pub(crate) fn prepare(
        &self,
        operation: &Operation,
        request: &mut reqwest::Request,
    ) -> Result<(), String> {
        path::check(&self.base, operation.path, request.url().path())?;
        let headers = request.headers_mut();
        headers.remove("api-version");
        headers.insert(ACCEPT, HeaderValue::from_static(operation.accept));
        match operation.request_media_type {
            Some(media_type) => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
            }
            None => {
                headers.remove(CONTENT_TYPE);
                headers.remove(CONTENT_LENGTH);
                *request.body_mut() = None;
            }
        }
        Ok(())
    }

    /// Sends the request with retries; an error is inside the response.
    pub(crate) async fn send(
        &self,
        http: &reqwest::Client,
        operation: &'static Operation,
        request: reqwest::Request,
    ) -> reqwest::Response {
        let outcome = self.exchange(http, operation, request).await;
        outcome.unwrap_or_else(carry)
    }

    /// Sends the request with retries.
    pub(crate) async fn exchange(
        &self,
        http: &reqwest::Client,
        operation: &'static Operation,
        request: reqwest::Request,
    ) -> Result<reqwest::Response, Error> {
        let trace = Trace::begin(operation);
        let outcome = trace
            .within(self.attempt(http, operation, request, &trace))
            .await;
        match &outcome {
            Ok(response) => trace.succeeded(response.status().as_u16()),
            Err(error) => trace.failed(error),
        }
        outcome
    }

    async fn attempt(
        &self,
        http: &reqwest::Client,
        operation: &'static Operation,
        mut request: reqwest::Request,
        trace: &Trace,
    ) -> Result<reqwest::Response, Error> {
        let begun = Instant::now();
        let left = || self.timeout.map(|all| all.saturating_sub(begun.elapsed()));
        let total = self.timeout.unwrap_or(Duration::MAX);
        let policy = self.rules.retry.clone().within(total);
        let mut attempts = policy.start();
        let mut refused = None;
        let mut other_path = operation.other_path;
        loop {
            let mut copy = request
                .try_clone()
                .ok_or_else(|| Error::request(Some(operation), "its body can be sent only once"))?;
            let signing = within(left(), self.sign(operation, &mut copy));
            let signed = match (signing.await, &refused) {
                // Return MX's 401: it is more specific than ours.
                (Err(error), Some(refusal)) if error.is_session_expired() => {
                    let reason = "the session was refused and cannot be renewed; open another one";
                    return Err(Error::session_refused(operation, refusal, reason));
                }
                (outcome, _) => outcome?,
            };
            if let Some(left) = left() {
                *copy.timeout_mut() = Some(left);
            }
            trace.sending();
            let started = Instant::now();
            let outcome = answer::send(http, operation, copy, self.rules.answer_limit).await;
            signed.report(&outcome, started);
            let error = match outcome {
                Ok(response) => {
                    self.rules.budget.deposit();
                    return Ok(response);
                }
                Err(error) => error,
            };
            if let Signed::Session { .. } = signed
                && error.status() == Some(401)
            {
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
            {
                let path = path::by_template(&self.base, template, request.url().path());
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
                    sleep(delay).await;
                }
                None => return Err(error),
            }
        }
    }

    /// Sets the credential header.
    async fn sign(
        &self,
        operation: &'static Operation,
        request: &mut reqwest::Request,
    ) -> Result<Signed<'_>, Error> {
        let header = operation.credential_header;
        let takes_session = header == operations::nexus::CREDENTIAL_HEADER;
        let refuse = |has: &str| {
            let reason = format!("it takes {header}, and this client has {has}");
            Err(Error::request(Some(operation), reason))
        };
        let (secret, signed) = match &self.credential {
            Credential::ApiKey(key) => (key.clone(), Signed::Fixed),
            #[cfg(feature = "atrium")]
            Credential::Client { id, api_key } => {
                if let Some(header) = operation.client_id_header {
                    insert(operation, request, header, id)?;
                }
                (api_key.clone(), Signed::Fixed)
            }
            Credential::ApiToken(_) if takes_session => return refuse("a one-time API token"),
            Credential::ApiToken(token) => (token.clone(), Signed::Fixed),
            Credential::Session(_) if !takes_session => return refuse("a session"),
            Credential::Session(sessions) => {
                let lease = sessions.lease().await?;
                let signed = Signed::Session {
                    sessions,
                    generation: lease.generation,
                };
                (lease.token, signed)
            }
        };
        insert(operation, request, header, &secret)?;
        Ok(signed)
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
    match time::timeout(timeout, opening).await {
        Ok(outcome) => outcome,
        Err(_elapsed) => Err(Error::session_timeout(timeout)),
    }
}

/// Puts a credential into a header.
fn insert(
    operation: &'static Operation,
    request: &mut reqwest::Request,
    header: &'static str,
    secret: &Secret,
) -> Result<(), Error> {
    let name = HeaderName::try_from(header)
        .map_err(|_| Error::request(Some(operation), "its credential header has no valid name"))?;
    let value = header_value(operation, secret)?;
    request.headers_mut().insert(name, value);
    Ok(())
}

/// The credential that a request was sent with.
enum Signed<'a> {
    Fixed,
    Session {
        sessions: &'a Sessions,
        generation: u64,
    },
}

impl Signed<'_> {
    /// Rejects the session after a 401; after any other answer extends its lifetime from the request.
    fn report(&self, outcome: &Result<reqwest::Response, Error>, started: Instant) {
        let Self::Session {
            sessions,
            generation,
        } = self
        else {
            return;
        };
        match outcome
            .as_ref()
            .map_or_else(Error::status, |response| Some(response.status().as_u16()))
        {
            Some(401) => sessions.reject(*generation),
            Some(_) => sessions.touch(*generation, started),
            None => {}
        }
    }
}

fn header_value(operation: &'static Operation, secret: &Secret) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(secret.expose()).map_err(|_| {
        Error::request(
            Some(operation),
            "the key or token contains characters that are not allowed in a header, such as a line break",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_values_of_credentials_are_sensitive() {
        let operation = operations::by_id("nexus", "readMember").expect("an operation");
        let value = header_value(operation, &Secret::new("a-token")).unwrap();
        assert_eq!(value, "a-token");
        assert!(value.is_sensitive());
        assert_eq!(format!("{value:?}"), "Sensitive");
    }

    #[tokio::test]
    async fn the_credential_header_of_a_request_is_sensitive() {
        let operation = operations::by_id("nexus", "readMember").expect("an operation");
        let connection = Connection {
            rules: Arc::new(Rules {
                retry: RetryPolicy::off(),
                budget: Arc::new(RetryBudget::full()),
                answer_limit: 0,
            }),
            credential: Credential::Session(Sessions::fixed(Secret::new("a-token"))),
            base: Arc::from("http://localhost"),
            timeout: None,
        };
        let address = "http://localhost/members/MBR-1";
        let mut request = reqwest::Client::new().get(address).build().unwrap();
        connection.sign(operation, &mut request).await.unwrap();
        assert!(request.headers()["md-session-token"].is_sensitive());
        assert!(!format!("{request:?}").contains("a-token"));
    }
}
