//! What every request passes through: the hooks of the three generated clients.
//!
//! progenitor builds a request and decodes the answer; between the two, here, it gets the vendor's media types and its
//! credential, is sent, and sent again where that is right. Whatever goes wrong becomes one [`Error`], which travels through
//! the generated code in the extensions of a response, and comes out of `send()` by [`explain`].

use std::fmt;
use std::sync::Arc;

use http::HeaderName;
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use tokio::time::{Instant, sleep};

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
pub(crate) use client::{Timeouts, http_client};
pub(crate) use generated::{explain, generated_client, hooks};
pub(crate) use path::encode_path;

use generated::carry;

/// What a generated client needs to reach MX, besides its address.
#[derive(Clone)]
pub struct Connection {
    pub(crate) rules: Arc<Rules>,
    pub(crate) credential: Credential,
    pub(crate) base: Arc<str>,
}

/// What holds for every call of one partner.
pub(crate) struct Rules {
    pub(crate) retry: RetryPolicy,
    pub(crate) budget: Arc<RetryBudget>,
    pub(crate) answer_limit: usize,
}

/// What a call identifies itself with.
#[derive(Clone)]
pub(crate) enum Credential {
    /// The partner's key, for every operation of the neighbours.
    ApiKey(Secret),
    /// A one-time token, for the operation of Nexus that takes one instead of a session.
    ApiToken(Secret),
    /// The session of a user, taken anew for every attempt.
    Session(Sessions),
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Connection").finish_non_exhaustive()
    }
}

impl Connection {
    /// Makes the request what MX expects. Refuses a path that an identifier has bent into another one.
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

    /// Sends the request until it succeeded, failed for good, or nothing speaks for another attempt.
    pub(crate) async fn send(
        &self,
        http: &reqwest::Client,
        operation: &'static Operation,
        request: reqwest::Request,
    ) -> reqwest::Response {
        let outcome = self.exchange(http, operation, request).await;
        outcome.unwrap_or_else(carry)
    }

    /// The same, for a caller that takes the error as it is.
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
        request: reqwest::Request,
        trace: &Trace,
    ) -> Result<reqwest::Response, Error> {
        let begun = Instant::now();
        let mut attempts = self.rules.retry.start();
        let mut refused = None;
        loop {
            let mut copy = request
                .try_clone()
                .ok_or_else(|| Error::request(Some(operation), "its body can be sent only once"))?;
            let pass = match (self.sign(operation, &mut copy).await, &refused) {
                // What MX said says more than that no other session is to be had.
                (Err(error), Some(refusal)) if error.is_session_expired() => {
                    let reason =
                        "the session was refused and cannot be renewed here; open another one";
                    return Err(Error::session_refused(operation, refusal, reason));
                }
                (signed, _) => signed?,
            };
            trace.sending();
            let started = Instant::now();
            let outcome = answer::ask(http, operation, copy, self.rules.answer_limit).await;
            pass.report(&outcome, started);
            let error = match outcome {
                Ok(response) => {
                    self.rules.budget.deposit();
                    return Ok(response);
                }
                Err(error) => error,
            };
            if let Pass::Session { .. } = pass
                && error.status() == Some(401)
            {
                // A refused call was not carried out, so sending it again under a new session doubles nothing.
                if refused.is_none() {
                    refused = Some(error);
                    continue;
                }
                let reason = "the session was refused, and so was the one opened in its place";
                return Err(Error::session_refused(operation, &error, reason));
            }
            let delay = attempts.next_delay(operation, &error, begun.elapsed(), &self.rules.budget);
            match delay {
                Some(delay) => {
                    trace.repeating(delay, &error);
                    sleep(delay).await;
                }
                None => return Err(error),
            }
        }
    }

    /// Puts the credential into the request.
    async fn sign(
        &self,
        operation: &'static Operation,
        request: &mut reqwest::Request,
    ) -> Result<Pass<'_>, Error> {
        let header = operation.credential_header;
        let takes_session = header == operations::nexus::CREDENTIAL_HEADER;
        let refuse = |carried: &str| {
            let reason = format!("it takes {header}, and this client carries {carried}");
            Err(Error::request(Some(operation), reason))
        };
        let (secret, pass) = match &self.credential {
            Credential::ApiKey(key) => (key.clone(), Pass::Fixed),
            Credential::ApiToken(_) if takes_session => return refuse("a one-time API token"),
            Credential::ApiToken(token) => (token.clone(), Pass::Fixed),
            Credential::Session(_) if !takes_session => return refuse("a session"),
            Credential::Session(sessions) => {
                let lease = sessions.lease().await?;
                let pass = Pass::Session {
                    sessions,
                    generation: lease.generation,
                };
                (lease.token, pass)
            }
        };
        let name = HeaderName::try_from(header)
            .map_err(|_| Error::request(Some(operation), "its credential has no header"))?;
        request
            .headers_mut()
            .insert(name, header_value(operation, &secret)?);
        Ok(pass)
    }
}

/// What a request was signed with, to hear how it went.
enum Pass<'a> {
    Fixed,
    Session {
        sessions: &'a Sessions,
        generation: u64,
    },
}

impl Pass<'_> {
    /// Any answer but a 401 shows that the session lives, and MX counts it anew from the request.
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
            "the key or token holds characters that no header can carry, such as a line break",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_go_into_headers_that_do_not_print() {
        let operation = operations::by_id("nexus", "readMember").expect("an operation");
        let value = header_value(operation, &Secret::new("a-token")).unwrap();
        assert_eq!(value, "a-token");
        assert!(value.is_sensitive());
        assert_eq!(format!("{value:?}"), "Sensitive");
    }

    #[tokio::test]
    async fn a_signed_request_carries_its_credential_in_such_a_header() {
        let operation = operations::by_id("nexus", "readMember").expect("an operation");
        let connection = Connection {
            rules: Arc::new(Rules {
                retry: RetryPolicy::off(),
                budget: Arc::new(RetryBudget::full()),
                answer_limit: 0,
            }),
            credential: Credential::Session(Sessions::fixed(Secret::new("a-token"))),
            base: Arc::from("http://localhost"),
        };
        let address = "http://localhost/members/MBR-1";
        let mut request = reqwest::Client::new().get(address).build().unwrap();
        connection.sign(operation, &mut request).await.unwrap();
        assert!(request.headers()["md-session-token"].is_sensitive());
        assert!(!format!("{request:?}").contains("a-token"));
    }
}
