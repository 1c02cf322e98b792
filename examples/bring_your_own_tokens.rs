//! One service of a company holds MX's API key; the others ask it for one-time tokens. This program is both:
//! `cargo run --features sandbox --example bring_your_own_tokens`.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mx_nexus::sandbox::Sandbox;
use mx_nexus::{ApiTokenFuture, ApiTokenSource, Nexus};

/// The service that holds the key. In real life it is asked over the company's own network, and looks who asks.
#[derive(Clone)]
struct TokenService {
    partner: Nexus,
    tokens: Arc<AtomicUsize>,
}

impl ApiTokenSource for TokenService {
    fn api_token<'a>(&'a self, user_id: &'a str) -> ApiTokenFuture<'a> {
        Box::pin(async move {
            self.tokens.fetch_add(1, Ordering::Relaxed);
            // A failure that may pass stays one that may pass, because it is an error of this library.
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

    // This side has no key.
    let nexus = Nexus::builder(sandbox.environment())
        .api_tokens_from(service.clone())
        .build()?;
    let user = nexus.user("U-1");
    for call in 1..=3 {
        let members = user.api().await?.list_members().send().await?;
        let members = members.members.as_ref().map_or(0, Vec::len);
        println!("call {call}: {members} member");
    }
    println!(
        "tokens asked for: {}",
        service.tokens.load(Ordering::Relaxed)
    );

    // A session that MX has dropped is opened anew in the middle of the call, with another token.
    sandbox.expire_sessions();
    user.api().await?.list_members().send().await?;
    println!(
        "and after the session is gone: {}",
        service.tokens.load(Ordering::Relaxed)
    );
    Ok(())
}
