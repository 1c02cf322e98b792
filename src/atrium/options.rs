//! The options of an [`Atrium`]. All of them are checked before the first request.

use std::fmt;
use std::sync::Arc;

use super::{Atrium, Client, Inner};
use crate::environment::Environment;
use crate::error::Error;
use crate::jobs::InstitutionSupport;
use crate::operations::Api;
use crate::retry::{RetryBudget, RetryPolicy};
use crate::secret::Secret;
use crate::wire::{Connection, Credential, HttpOptions, check_credential, http_setters};

/// The options of an [`Atrium`]. From [`Atrium::builder`].
#[must_use]
pub struct AtriumBuilder {
    environment: Environment,
    credentials: Option<(Secret, Secret)>,
    options: HttpOptions,
}

impl fmt::Debug for AtriumBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AtriumBuilder")
            .field("environment", &self.environment)
            .field("retry", &self.options.retry)
            .finish_non_exhaustive()
    }
}

impl AtriumBuilder {
    pub(super) fn new(environment: Environment) -> Self {
        Self {
            options: HttpOptions::new(&environment),
            environment,
            credentials: None,
        }
    }

    /// The client id and the API key that MX gave for this environment. Required.
    pub fn credentials(mut self, client_id: impl Into<Secret>, api_key: impl Into<Secret>) -> Self {
        self.credentials = Some((client_id.into(), api_key.into()));
        self
    }

    /// Checks the options and makes the client. Sends nothing.
    ///
    /// # Errors
    ///
    /// Of kind [`Configuration`](crate::ErrorKind::Configuration), with what to change.
    pub fn build(self) -> Result<Atrium, Error> {
        let addresses = self.environment.addresses()?;
        let (client_id, api_key) = self.credentials.ok_or_else(|| {
            Error::configuration(
                "the client id and the API key are missing; give them to Atrium::builder(…).credentials(…)",
            )
        })?;
        check_credential("client id", client_id.expose())?;
        check_credential("API key", api_key.expose())?;
        let options = self.options;
        let address = addresses.of(Api::Atrium);
        let budget = Arc::new(RetryBudget::full());
        let rules = options.rules(options.retry.clone(), &budget);
        let rules_without_retries = options.rules(RetryPolicy::off(), &budget);
        let http = options.build()?;
        let client = |rules| {
            let credential = Credential::Client {
                id: client_id.clone(),
                api_key: api_key.clone(),
            };
            let inner = Connection::new(&http, address, rules, credential);
            Client { inner }
        };
        Ok(Atrium {
            inner: Arc::new(Inner {
                client: client(&rules),
                client_without_retries: client(&rules_without_retries),
                institution_support: InstitutionSupport::default(),
            }),
        })
    }
}

http_setters!(AtriumBuilder);
