//! The sessions of a client by user id, so that all calls for one user share a session.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

use crate::session::{LIFETIME, Sessions};

/// Sessions by user id; at most twice as many as users in the last half hour.
#[derive(Default)]
pub(super) struct SessionPool {
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    kept: HashMap<Arc<str>, Kept>,
    /// The size at which the next sweep is due.
    sweep_at: usize,
}

struct Kept {
    sessions: Sessions,
    used_at: Instant,
}

impl SessionPool {
    /// The sessions of a user, made if there are none.
    pub(super) fn get(&self, id: &Arc<str>, make: impl FnOnce() -> Sessions) -> Sessions {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if let Some(kept) = entries.kept.get_mut(id) {
            kept.used_at = now;
            return kept.sessions.clone();
        }
        entries.sweep(now);
        let sessions = make();
        let kept = Kept {
            sessions: sessions.clone(),
            used_at: now,
        };
        entries.kept.insert(Arc::clone(id), kept);
        sessions
    }
}

impl Entries {
    /// Drops unused sessions. Runs only when the size has doubled, so that the cost per call stays small.
    fn sweep(&mut self, now: Instant) {
        const SMALLEST: usize = 1024;
        if self.kept.len() < self.sweep_at.max(SMALLEST) {
            return;
        }
        self.kept.retain(|_, kept| {
            kept.sessions.is_shared() || now.duration_since(kept.used_at) < LIFETIME
        });
        self.sweep_at = self.kept.len() * 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;

    fn sessions() -> Sessions {
        Sessions::fixed(Secret::new("x"))
    }

    #[tokio::test(start_paused = true)]
    async fn users_of_the_last_half_hour_are_kept_and_others_are_swept() {
        let pool = SessionPool::default();
        let held = pool.get(&Arc::from("held"), sessions);
        for number in 0..2000 {
            pool.get(&Arc::from(format!("old-{number}")), sessions);
        }
        tokio::time::advance(LIFETIME).await;
        for number in 0..4000 {
            pool.get(&Arc::from(format!("new-{number}")), sessions);
        }
        let entries = pool.entries.lock().unwrap();
        assert!(entries.kept.contains_key("held"), "a user of it exists");
        assert!(!entries.kept.contains_key("old-7"));
        assert!(entries.kept.contains_key("new-7"));
        drop(held);
    }

    #[tokio::test(start_paused = true)]
    async fn the_same_user_gets_the_same_sessions() {
        let pool = SessionPool::default();
        let mut made = 0;
        for _ in 0..3 {
            pool.get(&Arc::from("U-1"), || {
                made += 1;
                sessions()
            });
        }
        assert_eq!(made, 1);
    }
}
