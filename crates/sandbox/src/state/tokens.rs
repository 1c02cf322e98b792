//! One-time API tokens and sliding sessions. SSO mints the tokens, Nexus spends them on sessions, and every call with a session
//! lengthens it. What has expired is dropped on the way.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::guids::token;

/// How many tokens of a sort are kept at most; the one that is nearest to its end makes room.
const MAX_TOKENS: usize = 100_000;

/// A longer life than this is as good as endless, and would overflow the clock.
const MAX_LIFETIME: Duration = Duration::from_secs(60 * 60 * 24 * 365);

/// Below this many nothing is swept.
const MIN_SWEEP: usize = 256;

/// Tokens of one sort, each of a user, each with an end.
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
    /// None yet.
    pub(crate) fn new(lifetime: Duration) -> Self {
        Self {
            lifetime: lifetime.min(MAX_LIFETIME),
            tokens: HashMap::new(),
            sweep_at: MIN_SWEEP,
        }
    }

    /// A new token of a user.
    pub(crate) fn issue(&mut self, user: &str, now: Instant) -> String {
        self.sweep(now);
        let made = token();
        let tokens = Token {
            user: user.to_owned(),
            until: now + self.lifetime,
        };
        self.tokens.insert(made.clone(), tokens);
        made
    }

    /// Whose token this is.
    pub(crate) fn user(&self, token: &str, now: Instant) -> Option<&str> {
        let tokens = self.tokens.get(token)?;
        (now < tokens.until).then_some(tokens.user.as_str())
    }

    /// Whose token this is; its life starts anew.
    pub(crate) fn renew(&mut self, token: &str, now: Instant) -> Option<String> {
        let tokens = self.tokens.get_mut(token)?;
        if now >= tokens.until {
            self.tokens.remove(token);
            return None;
        }
        tokens.until = now + self.lifetime;
        Some(tokens.user.clone())
    }

    /// Whose token this was.
    pub(crate) fn spend(&mut self, token: &str, now: Instant) -> Option<String> {
        let tokens = self.tokens.remove(token)?;
        (now < tokens.until).then_some(tokens.user)
    }

    /// Ends all tokens of a user.
    pub(crate) fn end(&mut self, user: &str) {
        self.tokens.retain(|_, tokens| tokens.user != user);
    }

    /// Ends all that still live, and counts them.
    pub(crate) fn end_all(&mut self, now: Instant) -> usize {
        let ended = self.tokens.values().filter(|tokens| now < tokens.until);
        let ended = ended.count();
        self.tokens.clear();
        ended
    }

    fn sweep(&mut self, now: Instant) {
        if self.tokens.len() < self.sweep_at {
            return;
        }
        self.tokens.retain(|_, tokens| now < tokens.until);
        if self.tokens.len() >= MAX_TOKENS {
            let next = self.tokens.iter().min_by_key(|(_, tokens)| tokens.until);
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
    fn what_has_expired_is_dropped_on_the_way() {
        let mut tokens = Tokens::new(Duration::from_secs(1));
        let start = Instant::now();
        for second in 0..2_000_u32 {
            tokens.issue("USR-1", start + Duration::from_secs(u64::from(second)));
        }
        assert!(tokens.tokens.len() <= MIN_SWEEP);
    }
}
