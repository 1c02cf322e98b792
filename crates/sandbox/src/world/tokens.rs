//! One-time API tokens and sliding sessions. SSO mints the tokens, Nexus spends them on sessions, and every call with a session
//! lengthens it. What has expired is dropped on the way.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::guids::token;

/// How many tokens of a sort are kept at most; the one that is nearest to its end makes room.
const MOST: usize = 100_000;

/// A longer life than this is as good as endless, and would overflow the clock.
const LONGEST: Duration = Duration::from_secs(60 * 60 * 24 * 365);

/// Below this many nothing is swept.
const FEW: usize = 256;

/// Tokens of one sort, each of a user, each with an end.
pub(crate) struct Tokens {
    lifetime: Duration,
    living: HashMap<String, Living>,
    sweep_at: usize,
}

struct Living {
    user: String,
    until: Instant,
}

impl Tokens {
    /// None yet.
    pub(crate) fn new(lifetime: Duration) -> Self {
        Self {
            lifetime: lifetime.min(LONGEST),
            living: HashMap::new(),
            sweep_at: FEW,
        }
    }

    /// A new token of a user.
    pub(crate) fn mint(&mut self, user: &str, now: Instant) -> String {
        self.sweep(now);
        let made = token();
        let living = Living {
            user: user.to_owned(),
            until: now + self.lifetime,
        };
        self.living.insert(made.clone(), living);
        made
    }

    /// Whose token this is.
    pub(crate) fn user(&self, token: &str, now: Instant) -> Option<&str> {
        let living = self.living.get(token)?;
        (now < living.until).then_some(living.user.as_str())
    }

    /// Whose token this is; its life starts anew.
    pub(crate) fn slide(&mut self, token: &str, now: Instant) -> Option<String> {
        let living = self.living.get_mut(token)?;
        if now >= living.until {
            self.living.remove(token);
            return None;
        }
        living.until = now + self.lifetime;
        Some(living.user.clone())
    }

    /// Whose token this was.
    pub(crate) fn spend(&mut self, token: &str, now: Instant) -> Option<String> {
        let living = self.living.remove(token)?;
        (now < living.until).then_some(living.user)
    }

    /// Ends all tokens of a user.
    pub(crate) fn end(&mut self, user: &str) {
        self.living.retain(|_, living| living.user != user);
    }

    /// Ends all that still live, and counts them.
    pub(crate) fn end_all(&mut self, now: Instant) -> usize {
        let ended = self.living.values().filter(|living| now < living.until);
        let ended = ended.count();
        self.living.clear();
        ended
    }

    fn sweep(&mut self, now: Instant) {
        if self.living.len() < self.sweep_at {
            return;
        }
        self.living.retain(|_, living| now < living.until);
        if self.living.len() >= MOST {
            let next = self.living.iter().min_by_key(|(_, living)| living.until);
            if let Some(token) = next.map(|(token, _)| token.clone()) {
                self.living.remove(&token);
            }
        }
        self.sweep_at = (self.living.len() * 2).clamp(FEW, MOST);
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
            tokens.mint("USR-1", start + Duration::from_secs(u64::from(second)));
        }
        assert!(tokens.living.len() <= FEW);
    }
}
