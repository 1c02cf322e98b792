//! Where one-time API tokens come from, when not from the SSO API.

use std::error::Error as StdError;
use std::future::Future;
use std::pin::Pin;

use crate::secret::Secret;

/// The future of an [`ApiTokenSource`].
pub type ApiTokenFuture<'a> =
    Pin<Box<dyn Future<Output = Result<Secret, Box<dyn StdError + Send + Sync>>> + Send + 'a>>;

/// A source of one-time API tokens: a vault, or the one service of a company that holds the API key.
///
/// It is asked for one token each time that a session is opened, and not again while that is under way; for several users at
/// once. Every token has to be fresh.
///
/// A failure ends the call that wanted the session, as an error of kind [`Session`](crate::ErrorKind::Session) with the failure
/// as its source. Whether it may pass cannot be told from here, so [`is_transient`](crate::Error::is_transient) is false, unless
/// the failure is itself an [`Error`](crate::Error) of this crate that is transient: try again in the source what is worth it.
/// To take longer than [`session_timeout`](crate::NexusBuilder::session_timeout), or to panic, is transient.
///
/// ```
/// use mx_nexus::{ApiTokenSource, ApiTokenFuture, Secret};
///
/// struct TokenService;
///
/// impl ApiTokenSource for TokenService {
///     fn api_token<'a>(&'a self, user_id: &'a str) -> ApiTokenFuture<'a> {
///         Box::pin(async move {
///             // Ask your service for a token of `user_id` here.
///             Ok(Secret::new(format!("token-of-{user_id}")))
///         })
///     }
/// }
///
/// # fn example() -> Result<(), mx_nexus::Error> {
/// let nexus = mx_nexus::Nexus::builder(mx_nexus::Environment::integration())
///     .api_tokens_from(TokenService)
///     .build()?;
/// # Ok(())
/// # }
/// # example().unwrap();
/// ```
pub trait ApiTokenSource: Send + Sync + 'static {
    /// A fresh token for the user, by the partner's id.
    fn api_token<'a>(&'a self, user_id: &'a str) -> ApiTokenFuture<'a>;
}
