//! [`RetryPolicy`] and the retry budget: which calls are retried, and when.
//!
//! Used for every call; the operations table lists which operations are replayable.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

use crate::error::{Error, ErrorKind};

/// How calls with transient failures are retried. By default four attempts, the second after 250 ms, then after twice as long each, up to
/// 8 s; all within 30 s.
///
/// Retried are only replayable operations, such as reads, and calls that were certainly not sent or that MX refused unprocessed
/// (429).
///
/// ```
/// use std::time::Duration;
/// let longer = mx_nexus::RetryPolicy::default().attempts(6).total(Duration::from_secs(60));
/// let never = mx_nexus::RetryPolicy::off();
/// # let _ = (longer, never);
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct RetryPolicy {
    attempts: usize,
    first_delay: Duration,
    longest_delay: Duration,
    total: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 4,
            first_delay: Duration::from_millis(250),
            longest_delay: Duration::from_secs(8),
            total: Duration::from_secs(30),
        }
    }
}

impl RetryPolicy {
    /// Every call is sent once.
    pub fn off() -> Self {
        Self {
            attempts: 1,
            ..Self::default()
        }
    }

    /// The most attempts of a call, with the first one. Zero counts as one.
    pub fn attempts(mut self, attempts: usize) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The delay before the second attempt; it doubles from there, with jitter.
    pub fn first_delay(mut self, delay: Duration) -> Self {
        self.first_delay = delay;
        self
    }

    /// The longest delay between two attempts. After a longer `Retry-After` there is no retry.
    pub fn longest_delay(mut self, delay: Duration) -> Self {
        self.longest_delay = delay;
        self
    }

    /// The longest time from the first attempt to the start of the last.
    pub fn total(mut self, total: Duration) -> Self {
        self.total = total;
        self
    }

    /// The same with a total of at most `limit`.
    pub(crate) fn within(self, limit: Duration) -> Self {
        let total = self.total.min(limit);
        self.total(total)
    }

    /// Whether a call may be sent more than once.
    pub(crate) fn may_repeat(&self) -> bool {
        self.attempts > 1
    }

    pub(crate) fn start(&self) -> Attempts<'_> {
        Attempts {
            policy: self,
            made: 1,
            total: self.total,
            delays: None,
        }
    }

    fn delays(&self) -> ExponentialBackoff {
        ExponentialBuilder::default()
            .with_min_delay(self.first_delay)
            .with_max_delay(self.longest_delay)
            .with_max_times(self.attempts)
            .with_jitter()
            .build()
    }
}

/// The attempts at one call.
pub(crate) struct Attempts<'a> {
    policy: &'a RetryPolicy,
    made: usize,
    total: Duration,
    /// Made after the first failure: most calls have none.
    delays: Option<Box<ExponentialBackoff>>,
}

impl Attempts<'_> {
    /// The same with a total of at most `limit`.
    pub(crate) fn within(mut self, limit: Duration) -> Self {
        self.total = self.total.min(limit);
        self
    }

    /// The delay before the next attempt; `None` when the call is not retried.
    pub(crate) fn next_delay(
        &mut self,
        is_replayable: bool,
        error: &Error,
        elapsed: Duration,
        budget: &RetryBudget,
    ) -> Option<Duration> {
        if self.made >= self.policy.attempts || !may_retry(is_replayable, error) {
            return None;
        }
        let delays = self
            .delays
            .get_or_insert_with(|| self.policy.delays().into());
        let planned = delays.next()?;
        let delay = match error.retry_after() {
            // The error contains the `Retry-After`, so the caller can wait.
            Some(after) if after > self.policy.longest_delay => return None,
            Some(after) => after.max(planned.min(self.policy.first_delay)),
            None => planned,
        };
        if elapsed.saturating_add(delay) > self.total || !budget.withdraw() {
            return None;
        }
        self.made += 1;
        Some(delay)
    }
}

/// Whether a retry is safe and may succeed.
fn may_retry(is_replayable: bool, error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Connect => true,
        ErrorKind::Timeout | ErrorKind::Transport => is_replayable,
        ErrorKind::Status => match error.status() {
            Some(429) => true,
            Some(408 | 500 | 502 | 503 | 504) => is_replayable,
            _ => false,
        },
        _ => false,
    }
}

/// Token bucket shared by all calls of one client; prevents retry storms.
#[derive(Debug)]
pub(crate) struct RetryBudget {
    tokens: Mutex<u32>,
}

impl RetryBudget {
    const CAPACITY: u32 = 500;
    const COST: u32 = 5;

    pub(crate) fn full() -> Self {
        Self {
            tokens: Mutex::new(Self::CAPACITY),
        }
    }

    /// Takes the tokens of one retry, if there are enough.
    fn withdraw(&self) -> bool {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let enough = *tokens >= Self::COST;
        if enough {
            *tokens -= Self::COST;
        }
        enough
    }

    /// Adds a token, after a successful call.
    pub(crate) fn deposit(&self) {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        *tokens = (*tokens + 1).min(Self::CAPACITY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Problem;
    use crate::operations::{Operation, by_id};

    fn operation(id: &str) -> &'static Operation {
        by_id("nexus", id).expect("an operation of the document")
    }

    fn refused(operation: &'static Operation, status: u16, retry_after: Option<u64>) -> Error {
        let problem = Problem {
            retry_after: retry_after.map(Duration::from_secs),
            ..Problem::default()
        };
        Error::status_of(operation, status, problem)
    }

    #[test]
    fn retry_after_is_waited_for_up_to_the_longest_delay() {
        let operation = operation("readMember");
        let policy = RetryPolicy::default();
        let budget = RetryBudget::full();
        let delay = |seconds| {
            let error = refused(operation, 429, Some(seconds));
            policy
                .start()
                .next_delay(operation.replayable, &error, Duration::ZERO, &budget)
        };
        assert_eq!(delay(7), Some(Duration::from_secs(7)));
        assert_eq!(delay(9), None);
        assert!(
            delay(0).is_some_and(|delay| delay > Duration::ZERO),
            "not at once"
        );
    }

    #[test]
    fn the_total_bounds_the_attempts() {
        let operation = operation("readMember");
        let policy = RetryPolicy::default().total(Duration::from_secs(5));
        let error = refused(operation, 503, Some(4));
        let delay = |elapsed| {
            policy
                .start()
                .next_delay(operation.replayable, &error, elapsed, &RetryBudget::full())
        };
        assert!(delay(Duration::ZERO).is_some());
        assert_eq!(delay(Duration::from_secs(2)), None);
    }

    #[test]
    fn retries_empty_the_budget_and_successes_refill_it() {
        let budget = RetryBudget::full();
        let taken = std::iter::repeat_with(|| budget.withdraw())
            .take_while(|taken| *taken)
            .count();
        assert_eq!(taken, 100);
        assert!(!budget.withdraw());
        for _ in 0..RetryBudget::COST {
            budget.deposit();
        }
        assert!(budget.withdraw() && !budget.withdraw());
    }
}
