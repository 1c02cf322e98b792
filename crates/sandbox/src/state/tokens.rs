//! One-time API tokens, and sessions that every call renews. Expired ones are removed when new ones are issued.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::guids::token;

/// How many tokens are kept; above it the one that expires first is removed.
const MAX_TOKENS: usize = 100_000;

/// A longer lifetime would overflow the clock.
const MAX_LIFETIME: Duration = Duration::from_secs(60 * 60 * 24 * 365);

/// Below this many nothing is removed.
const MIN_SWEEP: usize = 256;

/// Tokens of one kind, with their users and expiry.
pub(crate) struct Tokens {
    lifetime: Duration,
    tokens: HashMap<String, Token>,
    sweep_at: usize,
}

struct Token {
    user: String,
    until: Instant,
}

impl Tokens {
    pub(crate) fn new(lifetime: Duration) -> Self {
        Self {
            lifetime: lifetime.min(MAX_LIFETIME),
            tokens: HashMap::new(),
            sweep_at: MIN_SWEEP,
        }
    }

    pub(crate) fn issue(&mut self, user: &str, now: Instant) -> String {
        self.sweep(now);
        let name = token();
        let token = Token {
            user: user.to_owned(),
            until: now + self.lifetime,
        };
        self.tokens.insert(name.clone(), token);
        name
    }

    /// The user of a valid token.
    pub(crate) fn user(&self, token: &str, now: Instant) -> Option<&str> {
        let found = self.tokens.get(token)?;
        (now < found.until).then_some(found.user.as_str())
    }

    /// The user of a valid token, whose lifetime starts again.
    pub(crate) fn renew(&mut self, token: &str, now: Instant) -> Option<String> {
        let found = self.tokens.get_mut(token)?;
        if now >= found.until {
            self.tokens.remove(token);
            return None;
        }
        found.until = now + self.lifetime;
        Some(found.user.clone())
    }

    /// The user of a valid token, which is removed.
    pub(crate) fn spend(&mut self, token: &str, now: Instant) -> Option<String> {
        let found = self.tokens.remove(token)?;
        (now < found.until).then_some(found.user)
    }

    /// Removes the tokens of a user.
    pub(crate) fn end(&mut self, user: &str) {
        self.tokens.retain(|_, token| token.user != user);
    }

    /// Removes the tokens of a user, or all, and returns how many were valid.
    pub(crate) fn expire(&mut self, user: Option<&str>, now: Instant) -> usize {
        let mut expired = 0;
        self.tokens.retain(|_, token| {
            let is_kept = user.is_some_and(|user| token.user != user);
            expired += usize::from(!is_kept && now < token.until);
            is_kept
        });
        expired
    }

    fn sweep(&mut self, now: Instant) {
        if self.tokens.len() < self.sweep_at {
            return;
        }
        self.tokens.retain(|_, token| now < token.until);
        if self.tokens.len() >= MAX_TOKENS {
            let next = self.tokens.iter().min_by_key(|(_, token)| token.until);
            if let Some(token) = next.map(|(token, _)| token.clone()) {
                self.tokens.remove(&token);
            }
        }
        self.sweep_at = (self.tokens.len() * 2).clamp(MIN_SWEEP, MAX_TOKENS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expired_tokens_are_removed() {
        let mut tokens = Tokens::new(Duration::from_secs(1));
        let start = Instant::now();
        for second in 0..2_000_u32 {
            tokens.issue("USR-1", start + Duration::from_secs(u64::from(second)));
        }
        assert!(tokens.tokens.len() <= MIN_SWEEP);
    }
}
