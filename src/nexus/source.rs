//! [`ApiTokenSource`]: API tokens from somewhere else than the SSO API.

use std::error::Error as StdError;
use std::future::Future;
use std::pin::Pin;

use crate::secret::Secret;

/// The future of an [`ApiTokenSource`].
pub type ApiTokenFuture<'a> =
    Pin<Box<dyn Future<Output = Result<Secret, Box<dyn StdError + Send + Sync>>> + Send + 'a>>;

/// A source of one-time API tokens: a vault, or the one service of a company that holds the API key.
///
/// It is called once for each session that is opened; for several users at the same time. Every token has to be new.
///
/// A failure fails the call that needed the session, with an error of kind [`Session`](crate::ErrorKind::Session) whose source is
/// the failure. It is not [transient](crate::Error::is_transient) unless the failure is a transient [`Error`](crate::Error) of
/// this crate: retry inside the source. A panic, or a time over [`session_timeout`](crate::NexusBuilder::session_timeout), is
/// transient.
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
    /// A new token for the user, by your id of it.
    fn api_token<'a>(&'a self, user_id: &'a str) -> ApiTokenFuture<'a>;
}
