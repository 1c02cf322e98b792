//! Readings that lag behind changes of a member, after a fault with a lag.

use std::collections::HashMap;

use tokio::time::Instant;

use crate::fault::Lag;
use crate::state::{Connection, Snapshot, State};

/// How many changes of a member lag at a time.
const MAX_LAGGING: usize = 20;

/// A change that not every reading shows.
pub(crate) struct LaggingChange {
    before: Snapshot,
    /// How many readings show it before the lag begins.
    after: u32,
    length: Length,
    /// Whether the latest reading did not show it.
    is_hidden: bool,
}

#[derive(Clone, Copy)]
enum Length {
    Readings(u32),
    Until(Instant),
}

impl State {
    /// Handles a call, and lets readings lag behind what it changes of the user's members.
    pub(super) fn handle_lagging<T>(
        &mut self,
        user: &str,
        lag: Lag,
        answer: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let mut before = HashMap::new();
        for guid in self.member_guids(user) {
            if let Ok(member) = self.member(user, &guid) {
                before.insert(guid, member.connection.snapshot());
            }
        }
        if lag.in_answer {
            self.before_call.clone_from(&before);
        }
        let answered = answer(self);
        self.before_call.clear();
        for (guid, before) in before {
            if let Some(member) = self.members.get_mut(&guid) {
                member.connection.let_lag(lag, before, self.now);
            }
        }
        answered
    }
}

impl Connection {
    /// Lets readings lag behind the change that was just made, unless it left the snapshot as it was.
    fn let_lag(&mut self, lag: Lag, before: Snapshot, now: Instant) {
        if before == self.snapshot() {
            return;
        }
        let length = match lag.readings {
            Some(readings) => Length::Readings(readings),
            None => Length::Until(now + lag.time_span()),
        };
        if self.lagging.len() == MAX_LAGGING {
            self.lagging.remove(0);
        }
        self.lagging.push(LaggingChange {
            before,
            after: lag.after,
            length,
            is_hidden: lag.after == 0,
        });
    }

    /// What a new reading of the member shows.
    pub(crate) fn read(&mut self, now: Instant) -> Snapshot {
        self.lagging.retain_mut(|change| change.is_left(now));
        self.shown(now)
    }

    /// What the latest reading of the member showed: for lists that belong to it.
    pub(crate) fn shown(&self, now: Instant) -> Snapshot {
        let mut lagging = self.lagging.iter();
        let oldest = lagging.find(|change| change.is_hidden && !change.length.is_over(now));
        oldest.map_or_else(|| self.snapshot(), |change| change.before.clone())
    }
}

impl LaggingChange {
    /// Counts a reading. False when every later one shows the change.
    fn is_left(&mut self, now: Instant) -> bool {
        if self.after > 0 {
            self.after -= 1;
            return true;
        }
        self.is_hidden = true;
        match &mut self.length {
            Length::Readings(0) => false,
            Length::Readings(left) => {
                *left -= 1;
                true
            }
            length => !length.is_over(now),
        }
    }
}

impl Length {
    /// Whether its time is over. A count is over with the reading after it.
    fn is_over(&self, now: Instant) -> bool {
        matches!(self, Self::Until(until) if *until <= now)
    }
}
