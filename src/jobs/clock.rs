//! The budget of a job: runs while MX works, is paused while a question is open.

use std::time::Duration;

use tokio::time::Instant;

/// When the budget of a job ends.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    begun: Instant,
    deadline: Instant,
    paused_at: Option<Instant>,
}

impl Clock {
    pub(super) fn start(budget: Duration) -> Self {
        let begun = Instant::now();
        // More than a clock can hold counts as a century.
        let century = Duration::from_secs(100 * 365 * 24 * 3600);
        Self {
            begun,
            deadline: begun + budget.min(century),
            paused_at: None,
        }
    }

    /// What is left of the budget.
    pub(super) fn left(&self) -> Duration {
        let now = self.paused_at.unwrap_or_else(Instant::now);
        self.deadline.saturating_duration_since(now)
    }

    /// How long the job has taken so far, the user's time included.
    pub(super) fn waited(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Pauses the budget, because a question is open.
    pub(super) fn pause(&mut self) {
        self.paused_at.get_or_insert_with(Instant::now);
    }

    /// Makes the budget longer.
    pub(super) fn extend(&mut self, more: Duration) {
        self.deadline = self.deadline.checked_add(more).unwrap_or(self.deadline);
    }

    /// Goes on with the budget.
    pub(super) fn resume(&mut self) {
        if let Some(paused_at) = self.paused_at.take() {
            self.deadline += paused_at.elapsed();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    #[tokio::test(start_paused = true)]
    async fn a_paused_budget_does_not_run() {
        let mut clock = Clock::start(Duration::from_secs(60));
        advance(Duration::from_secs(20)).await;
        clock.pause();
        advance(Duration::from_secs(600)).await;
        assert_eq!(clock.left(), Duration::from_secs(40));
        clock.resume();
        assert_eq!(clock.left(), Duration::from_secs(40));
        advance(Duration::from_secs(40)).await;
        assert_eq!(clock.left(), Duration::ZERO);
        assert_eq!(clock.waited(), Duration::from_secs(660));
    }

    #[tokio::test(start_paused = true)]
    async fn the_longest_budget_does_not_overflow() {
        assert!(Clock::start(Duration::MAX).left() > Duration::from_secs(1_000_000));
    }
}
