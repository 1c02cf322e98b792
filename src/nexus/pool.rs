//! The sessions of a partner's users, so that whoever asks for a user finds the session that another request has opened.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

use crate::session::{LIFETIME, Sessions};

/// Sessions by user id. Its size is the number of users of the last half hour, or twice that for a moment.
#[derive(Default)]
pub(super) struct SessionPool {
    shelf: Mutex<Shelf>,
}

#[derive(Default)]
struct Shelf {
    kept: HashMap<Arc<str>, Kept>,
    /// The size at which the next sweep is due.
    sweep_at: usize,
}

struct Kept {
    sessions: Sessions,
    asked_at: Instant,
}

impl SessionPool {
    /// The sessions of a user, made if there are none.
    pub(super) fn get(&self, id: &Arc<str>, make: impl FnOnce() -> Sessions) -> Sessions {
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if let Some(kept) = shelf.kept.get_mut(id) {
            kept.asked_at = now;
            return kept.sessions.clone();
        }
        shelf.sweep(now);
        let sessions = make();
        let kept = Kept {
            sessions: sessions.clone(),
            asked_at: now,
        };
        shelf.kept.insert(Arc::clone(id), kept);
        sessions
    }
}

impl Shelf {
    /// Drops what nobody asked for in a while. Every so often, so that the cost per call stays small.
    fn sweep(&mut self, now: Instant) {
        const SMALLEST: usize = 1024;
        if self.kept.len() < self.sweep_at.max(SMALLEST) {
            return;
        }
        self.kept.retain(|_, kept| {
            kept.sessions.is_shared() || now.duration_since(kept.asked_at) < LIFETIME
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
        let shelf = pool.shelf.lock().unwrap();
        assert!(shelf.kept.contains_key("held"), "somebody holds it");
        assert!(!shelf.kept.contains_key("old-7"));
        assert!(shelf.kept.contains_key("new-7"));
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
