//! Only one service of a company has MX's API key; the others get one-time API tokens from it. This program plays both:
//! `cargo run -p mx-nexus --example bring_your_own_tokens`.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mx_nexus::{ApiTokenFuture, ApiTokenSource, Nexus};
use mx_nexus_sandbox::Sandbox;

/// The service with the API key. In production it is called over the internal network and authenticates its callers.
#[derive(Clone)]
struct TokenService {
    partner: Nexus,
    tokens: Arc<AtomicUsize>,
}

impl ApiTokenSource for TokenService {
    fn api_token<'a>(&'a self, user_id: &'a str) -> ApiTokenFuture<'a> {
        Box::pin(async move {
            self.tokens.fetch_add(1, Ordering::Relaxed);
            // Errors of this library stay what they are: a transient error is retried.
            Ok(self.partner.sso()?.api_token(user_id).await?)
        })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start().await?;
    sandbox.add_member("U-1", "any password")?;
    let service = TokenService {
        partner: sandbox.nexus().build()?,
        tokens: Arc::default(),
    };

    // This client has no API key.
    let nexus = Nexus::builder(sandbox.environment())
        .api_tokens_from(service.clone())
        .build()?;
    let user = nexus.user("U-1");
    for call in 1..=3 {
        let members = user.api().await?.list_members().send().await?;
        let members = members.members.as_ref().map_or(0, Vec::len);
        println!("call {call}: members: {members}");
    }
    println!("tokens: {}", service.tokens.load(Ordering::Relaxed));

    // An expired session is replaced within the next call, by a second token.
    sandbox.expire_sessions();
    user.api().await?.list_members().send().await?;
    println!(
        "tokens after the session expired: {}",
        service.tokens.load(Ordering::Relaxed)
    );
    Ok(())
}
