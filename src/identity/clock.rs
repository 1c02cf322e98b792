//! The budget of a job: runs while MX works, stands still while a person thinks.

use std::time::Duration;

use tokio::time::Instant;

/// When the patience of a job ends.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    begun: Instant,
    deadline: Instant,
    paused_at: Option<Instant>,
}

impl Clock {
    pub(super) fn start(patience: Duration) -> Self {
        let begun = Instant::now();
        // A patience beyond what a clock can hold is a patience without end.
        let century = Duration::from_secs(100 * 365 * 24 * 3600);
        Self {
            begun,
            deadline: begun + patience.min(century),
            paused_at: None,
        }
    }

    /// What is left of the budget.
    pub(super) fn left(&self) -> Duration {
        let now = self.paused_at.unwrap_or_else(Instant::now);
        self.deadline.saturating_duration_since(now)
    }

    /// How long the job has been waited for, a person's time included.
    pub(super) fn waited(&self) -> Duration {
        self.begun.elapsed()
    }

    /// A person has the word.
    pub(super) fn pause(&mut self) {
        self.paused_at.get_or_insert_with(Instant::now);
    }

    /// Makes the budget longer.
    pub(super) fn forgive(&mut self, more: Duration) {
        self.deadline = self.deadline.checked_add(more).unwrap_or(self.deadline);
    }

    /// MX has the word again.
    pub(super) fn go_on(&mut self) {
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
    async fn a_persons_minutes_are_not_the_jobs() {
        let mut clock = Clock::start(Duration::from_secs(60));
        advance(Duration::from_secs(20)).await;
        clock.pause();
        advance(Duration::from_secs(600)).await;
        assert_eq!(clock.left(), Duration::from_secs(40));
        clock.go_on();
        assert_eq!(clock.left(), Duration::from_secs(40));
        advance(Duration::from_secs(40)).await;
        assert_eq!(clock.left(), Duration::ZERO);
        assert_eq!(clock.waited(), Duration::from_secs(660));
    }

    #[tokio::test(start_paused = true)]
    async fn a_patience_without_end_does_not_overflow() {
        assert!(Clock::start(Duration::MAX).left() > Duration::from_secs(1_000_000));
    }
}
