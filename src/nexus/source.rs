//! Where one-time API tokens come from, when not from the SSO API.

use std::error::Error as StdError;
use std::future::Future;
use std::pin::Pin;

use crate::secret::Secret;

/// The future of an [`ApiTokenSource`].
pub type FetchingToken<'a> =
    Pin<Box<dyn Future<Output = Result<Secret, Box<dyn StdError + Send + Sync>>> + Send + 'a>>;

/// A source of one-time API tokens: a vault, or the one service of a company that holds the API key.
///
/// It is asked for one token a session, one user at a time, and never twice for one session. Every token has to be fresh.
///
/// ```
/// use mx_nexus::{ApiTokenSource, FetchingToken, Secret};
///
/// struct TokenService;
///
/// impl ApiTokenSource for TokenService {
///     fn api_token<'a>(&'a self, user_id: &'a str) -> FetchingToken<'a> {
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
    fn api_token<'a>(&'a self, user_id: &'a str) -> FetchingToken<'a>;
}
