//! Opens a session: gets an API token and exchanges it with `POST /sessions`.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::{Instant, sleep};

use crate::api::types;
use crate::error::Error;
use crate::nexus::Partner;
use crate::operations;
use crate::secret::Secret;
use crate::session::{Exchange, Exchanging};
use crate::sso;
use crate::wire::{Credential, Rules};

/// What MX does with a user's members when a session is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionAggregation {
    /// Does not aggregate them: a running aggregation blocks an identification (guide).
    #[default]
    Skip,
    /// Aggregates them, as MX does by default.
    Start,
}

/// Opens the sessions of one user, with tokens from the SSO API or from the user's source.
pub(super) struct MintedSessions {
    partner: Arc<Partner>,
    user_id: Arc<str>,
}

impl MintedSessions {
    pub(super) fn new(partner: &Arc<Partner>, user_id: Arc<str>) -> Self {
        Self {
            partner: Arc::clone(partner),
            user_id,
        }
    }

    /// A fresh one-time token of this user.
    pub(super) async fn token(&self) -> Result<Secret, Error> {
        if let Some(source) = &self.partner.source {
            return source.api_token(&self.user_id).await.map_err(|error| {
                let reason = "the source of API tokens failed";
                match error.downcast::<Error>() {
                    Ok(ours) => Error::session_from(reason, *ours),
                    Err(other) => Error::session_source(reason, other),
                }
            });
        }
        let sso = self.partner.sso_by(&self.partner.rules_for_openings)?;
        sso.mint(&self.user_id).await.map_err(|error| {
            let reason = sso::meaning(&error).unwrap_or("could not get an API token");
            Error::session_from(reason, error)
        })
    }
}

impl Exchange for MintedSessions {
    fn open(&self) -> Exchanging<'_> {
        Box::pin(async {
            let (begun, rules) = (Instant::now(), &self.partner.rules_for_openings);
            let mut attempts = rules.retry.start();
            loop {
                let token = self.token().await?;
                let once = &self.partner.rules_without_retries;
                let error = match spend(&self.partner, once, token).await {
                    Err(error) => error,
                    opened => return opened,
                };
                // With a fresh token, which is free, opening a session can be repeated whatever became of the last attempt.
                let is_replayable = true;
                let next = |cause| {
                    attempts.next_delay(is_replayable, cause, begun.elapsed(), &rules.budget)
                };
                match error.cause().and_then(next) {
                    Some(delay) => sleep(delay).await,
                    None => return Err(error),
                }
            }
        })
    }
}

/// Opens one session, with a one-time token from the user.
pub(super) struct OneToken {
    partner: Arc<Partner>,
    keep: Mutex<Option<Secret>>,
}

impl OneToken {
    pub(super) fn new(partner: &Arc<Partner>, token: Secret) -> Self {
        Self {
            partner: Arc::clone(partner),
            keep: Mutex::new(Some(token)),
        }
    }
}

impl Exchange for OneToken {
    fn open(&self) -> Exchanging<'_> {
        Box::pin(async {
            let token = self
                .keep
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            let token = token.ok_or_else(Error::token_spent)?;
            let rules = &self.partner.rules_for_openings;
            let outcome = spend(&self.partner, rules, token.clone()).await;
            // The token can be used again only when it was not sent, or MX refused it unprocessed.
            if let Err(error) = &outcome
                && error
                    .cause()
                    .is_some_and(|cause| cause.was_never_sent() || cause.answered() == Some(429))
            {
                *self.keep.lock().unwrap_or_else(PoisonError::into_inner) = Some(token);
            }
            outcome
        })
    }
}

impl fmt::Debug for OneToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("OneToken").finish_non_exhaustive()
    }
}

async fn spend(partner: &Partner, rules: &Arc<Rules>, token: Secret) -> Result<Secret, Error> {
    let skip = partner.opening == SessionAggregation::Skip;
    let body = types::SessionCreateRequestBody {
        session: Some(types::SessionCreateRequest {
            skip_aggregation: Some(skip),
        }),
    };
    let answer = partner
        .nexus_client_by(rules, Credential::ApiToken(token))
        .create_session()
        .body(body)
        .send()
        .await;
    let answer = answer.map_err(|error| {
        let reason = match error.status() {
            Some(401) => "the API token is used, older than ten minutes, or of another environment",
            _ => "could not open a session",
        };
        Error::session_from(reason, error)
    })?;
    let token = answer
        .into_inner()
        .session
        .and_then(|session| session.token);
    token
        .filter(|token| !token.expose().trim().is_empty())
        .ok_or_else(|| {
            let operation = operations::by_id("nexus", "createSession");
            let cause = Error::incomplete(operation, "the answer has no token");
            Error::session_from("could not open a session", cause)
        })
}
