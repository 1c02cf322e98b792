//! [`NexusBuilder`]: the configuration of a [`Nexus`], checked before the first call.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{ApiTokenSource, Credentials, Nexus, Partner, SessionAggregation};
use crate::environment::Environment;
use crate::error::Error;
use crate::jobs::InstitutionSupport;
use crate::retry::{RetryBudget, RetryPolicy};
use crate::secret::Secret;
use crate::session::LeasePolicy;
use crate::sso::TokenFormat;
use crate::wire::{HttpOptions, check_credential, http_setters};

/// The configuration of a [`Nexus`], from [`Nexus::builder`].
#[must_use]
pub struct NexusBuilder {
    environment: Environment,
    credentials: Option<(String, Secret)>,
    source: Option<Arc<dyn ApiTokenSource>>,
    format: TokenFormat,
    opening: SessionAggregation,
    leases: LeasePolicy,
    options: HttpOptions,
}

impl fmt::Debug for NexusBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("NexusBuilder")
            .field("environment", &self.environment)
            .field("retry", &self.options.retry)
            .finish_non_exhaustive()
    }
}

impl NexusBuilder {
    pub(super) fn new(environment: Environment) -> Self {
        Self {
            options: HttpOptions::new(&environment),
            environment,
            credentials: None,
            source: None,
            format: TokenFormat::default(),
            opening: SessionAggregation::default(),
            leases: LeasePolicy::default(),
        }
    }

    /// Sets the client id and the API key of this environment.
    pub fn credentials(mut self, client_id: impl Into<String>, api_key: impl Into<Secret>) -> Self {
        self.credentials = Some((client_id.into(), api_key.into()));
        self
    }

    /// Gets API tokens from your own source, such as a vault, instead of the SSO API.
    pub fn api_tokens_from(mut self, source: impl ApiTokenSource) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    /// The format of tokens from the SSO API. Default JSON.
    pub fn token_format(mut self, format: TokenFormat) -> Self {
        self.format = format;
        self
    }

    /// Whether MX aggregates a user's members when a session is opened.
    ///
    /// Default no: a running aggregation blocks an identification.
    pub fn session_aggregation(mut self, opening: SessionAggregation) -> Self {
        self.opening = opening;
        self
    }

    /// The timeout of opening a session, both calls together. Default 30 seconds.
    ///
    /// Each of the two calls is retried for at most a third of it.
    pub fn session_timeout(mut self, timeout: Duration) -> Self {
        self.leases.exchange_timeout = timeout;
        self
    }

    /// Checks the configuration and creates the client. Sends nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration), with what to change.
    pub fn build(self) -> Result<Nexus, Error> {
        let addresses = self.environment.addresses()?;
        let credentials = self.credentials.map(check_credentials).transpose()?;
        let options = self.options;
        let budget = Arc::new(RetryBudget::full());
        let rules = |retry| options.rules(retry, &budget);
        // A third for each of the two calls and one for their answers, so that an outage ends with MX's error and not with our
        // timeout.
        let openings = options
            .retry
            .clone()
            .within(self.leases.exchange_timeout / 3);
        Ok(Nexus {
            partner: Arc::new(Partner {
                addresses,
                rules: rules(options.retry.clone()),
                rules_without_retries: rules(RetryPolicy::off()),
                rules_for_openings: rules(openings),
                http: options.build()?,
                credentials,
                source: self.source,
                format: self.format,
                opening: self.opening,
                leases: Arc::new(self.leases),
                institution_support: InstitutionSupport::default(),
            }),
            pool: Arc::default(),
        })
    }
}

http_setters!(NexusBuilder);

fn check_credentials((client_id, api_key): (String, Secret)) -> Result<Credentials, Error> {
    check_credential("client id", &client_id)?;
    check_credential("API key", api_key.expose())?;
    // It is part of the path of SSO and MDX.
    if [".", ".."].contains(&client_id.as_str()) || client_id.contains('\\') {
        return Err(Error::configuration(
            "the client id cannot be part of an address",
        ));
    }
    Ok(Credentials {
        client_id: Arc::from(client_id),
        api_key,
    })
}
