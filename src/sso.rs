//! The SSO API: one-time API tokens for Nexus sessions, widget addresses, and the end of a user's sessions.
//!
//! An [`Sso`] comes from [`Nexus::sso`](crate::Nexus::sso). Users of [`crate::User`] need it only for widgets and for ending
//! sessions: tokens are taken by the session lease.

use std::sync::Arc;
use std::time::Duration;

use crate::environment::Environment;
use crate::error::Error;
use crate::operations::{Api, Operation};
use crate::secret::Secret;

mod xml;

pub use generated::types;

crate::wire::generated_client!(sso);

/// The values that SSO fields can have.
pub mod values {
    include!(concat!(env!("OUT_DIR"), "/sso_values.rs"));
}

impl Environment {
    /// The same, with the SSO API at another address.
    pub fn with_sso(self, address: impl Into<String>) -> Self {
        self.with(Api::Sso, address.into())
    }
}

/// In which form the API token is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenFormat {
    /// JSON.
    #[default]
    Json,
    /// XML, the form that MX's guide prints.
    Xml,
}

/// The SSO API of one partner.
#[derive(Clone, Debug)]
pub struct Sso {
    client: generated::Client,
    client_id: Arc<str>,
    format: TokenFormat,
}

impl Sso {
    pub(crate) fn new(client: generated::Client, client_id: Arc<str>, format: TokenFormat) -> Self {
        Self {
            client,
            client_id,
            format,
        }
    }

    /// The same with a timeout for each call, with its retries, in place of the timeout of one request.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        Self {
            client: self.client.with_timeout(timeout),
            ..self.clone()
        }
    }

    /// The same with a header for each call, as that of [`Client::with_header`](crate::api::Client::with_header).
    #[must_use]
    pub fn with_header(&self, name: &str, value: &str) -> Self {
        Self {
            client: self.client.with_header(name, value),
            ..self.clone()
        }
    }

    /// A one-time API token for the user: it lives ten minutes and opens one session.
    ///
    /// # Errors
    ///
    /// Status 404 means that the user is unknown, or that the client has no access to Nexus; 401 a wrong key, or one of the
    /// other environment; 403 an address that is not on the allow list. The error names which.
    pub async fn api_token(&self, user_id: &str) -> Result<Secret, Error> {
        self.mint(user_id).await.map_err(with_meaning)
    }

    /// The same, with a refusal as it came.
    pub(crate) async fn mint(&self, user_id: &str) -> Result<Secret, Error> {
        match self.format {
            TokenFormat::Json => {
                let call = self.client.get_api_token().client_id(&*self.client_id);
                let answer = call.user_id(user_id).send().await?.into_inner();
                let token = answer.api_token.and_then(|body| body.token);
                usable(operation("getApiToken"), token)
            }
            TokenFormat::Xml => {
                let operation = operation("getApiTokenXml");
                let call = self.client.get_api_token_xml().client_id(&*self.client_id);
                let answer = call.user_id(user_id).send().await?.into_inner();
                usable(operation, xml::token(answer, operation).await?)
            }
        }
    }

    /// The address of a widget, made for this user. It carries a token for one use within ten minutes.
    ///
    /// # Errors
    ///
    /// As [`Sso::api_token`].
    pub async fn widget_url(
        &self,
        user_id: &str,
        widget: impl Into<values::WidgetType>,
    ) -> Result<Secret, Error> {
        let answer = self
            .client
            .get_widget_url()
            .client_id(&*self.client_id)
            .user_id(user_id)
            .type_(widget.into())
            .send()
            .await
            .map_err(with_meaning)?;
        let url = answer.into_inner().url.and_then(|body| body.url);
        usable(operation("getWidgetUrl"), url)
    }

    /// The address of a widget with options, such as its colours or the member it opens with.
    ///
    /// # Errors
    ///
    /// As [`Sso::api_token`].
    pub async fn widget_url_with(
        &self,
        user_id: &str,
        request: types::WidgetUrlRequest,
    ) -> Result<Secret, Error> {
        let answer = self
            .client
            .get_widget_url_with_options()
            .client_id(&*self.client_id)
            .user_id(user_id)
            .body(types::WidgetUrlRequestBody { url: request })
            .send()
            .await
            .map_err(with_meaning)?;
        let url = answer.into_inner().url.and_then(|body| body.url);
        usable(operation("getWidgetUrlWithOptions"), url)
    }

    /// Ends all sessions of a user.
    ///
    /// # Errors
    ///
    /// As [`Sso::api_token`].
    pub async fn end_sessions(&self, user_id: &str) -> Result<(), Error> {
        self.client
            .delete_user_sessions()
            .client_id(&*self.client_id)
            .user_id(user_id)
            .send()
            .await
            .map(|_| ())
            .map_err(with_meaning)
    }
}

/// What a refusal of SSO means, by its document.
pub(crate) fn meaning(error: &Error) -> Option<&'static str> {
    match error.answered()? {
        401 => Some("SSO did not accept the API key; there is one for each environment"),
        403 => Some("SSO does not answer this address; it may have to go on MX's allow list"),
        404 => Some("SSO does not know the user, or the client has no access to Nexus"),
        _ => None,
    }
}

/// Sets the meaning of SSO's statuses.
fn with_meaning(error: Error) -> Error {
    match meaning(&error) {
        Some(words) => error.with_summary(words),
        None => error,
    }
}

fn operation(id: &str) -> Option<&'static Operation> {
    crate::operations::by_id("sso", id)
}

/// The secret of an answer; an error when it is missing or blank.
fn usable(operation: Option<&'static Operation>, secret: Option<Secret>) -> Result<Secret, Error> {
    secret
        .filter(|secret| !secret.expose().trim().is_empty())
        .ok_or_else(|| Error::incomplete(operation, "the answer has no token or address"))
}
