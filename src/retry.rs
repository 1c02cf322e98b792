//! What may be sent again, and when. Read by the hooks for every call; the operations table says what may be replayed.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

use crate::error::{Error, ErrorKind};
use crate::operations::Operation;

/// How calls are repeated that failed for a passing reason.
///
/// Only what cannot do harm is repeated: reads, and calls that provably never left or that MX refused unprocessed (429).
///
/// ```
/// use std::time::Duration;
/// let patient = mx_nexus::RetryPolicy::default().attempts(6).total(Duration::from_secs(60));
/// let never = mx_nexus::RetryPolicy::off();
/// # let _ = (patient, never);
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

    /// How often a call is sent at most, the first time included. Zero counts as one.
    pub fn attempts(mut self, attempts: usize) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The delay before the second attempt; it doubles from there, with jitter.
    pub fn first_delay(mut self, delay: Duration) -> Self {
        self.first_delay = delay;
        self
    }

    /// The longest delay between two attempts. A `Retry-After` beyond it ends the attempts, and is in the error.
    pub fn longest_delay(mut self, delay: Duration) -> Self {
        self.longest_delay = delay;
        self
    }

    /// No attempt begins later than this after the first one.
    pub fn total(mut self, total: Duration) -> Self {
        self.total = total;
        self
    }

    /// The same, but with no attempt later than this.
    pub(crate) fn within(self, limit: Duration) -> Self {
        let total = self.total.min(limit);
        self.total(total)
    }

    pub(crate) fn start(&self) -> Attempts<'_> {
        Attempts {
            policy: self,
            made: 1,
            delays: ExponentialBuilder::default()
                .with_min_delay(self.first_delay)
                .with_max_delay(self.longest_delay)
                .with_max_times(self.attempts)
                .with_jitter()
                .build(),
        }
    }
}

/// The attempts at one call.
pub(crate) struct Attempts<'a> {
    policy: &'a RetryPolicy,
    made: usize,
    delays: ExponentialBackoff,
}

impl Attempts<'_> {
    /// How long to wait before sending the call again, or nothing when this failure is its end.
    pub(crate) fn next_delay(
        &mut self,
        operation: &Operation,
        error: &Error,
        elapsed: Duration,
        budget: &RetryBudget,
    ) -> Option<Duration> {
        if self.made >= self.policy.attempts || !may_repeat(operation, error) {
            return None;
        }
        let planned = self.delays.next()?;
        let delay = match error.retry_after() {
            // Asked to wait longer than we are ready to: the caller is told how long.
            Some(asked) if asked > self.policy.longest_delay => return None,
            Some(asked) => asked.max(planned.min(self.policy.first_delay)),
            None => planned,
        };
        if elapsed.saturating_add(delay) > self.policy.total || !budget.withdraw() {
            return None;
        }
        self.made += 1;
        Some(delay)
    }
}

/// Whether sending the call again can do no harm and may help.
fn may_repeat(operation: &Operation, error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Connect => true,
        ErrorKind::Timeout | ErrorKind::Transport => operation.replayable,
        ErrorKind::Status => match error.status() {
            Some(429) => true,
            Some(408 | 500 | 502 | 503 | 504) => operation.replayable,
            _ => false,
        },
        _ => false,
    }
}

/// A purse that all calls of one partner share: repeats cost, successes pay in, so that a fleet cannot turn an outage into a storm.
#[derive(Debug)]
pub(crate) struct RetryBudget {
    coins: Mutex<u32>,
}

impl RetryBudget {
    const CAPACITY: u32 = 500;
    const PRICE: u32 = 5;

    pub(crate) fn full() -> Self {
        Self {
            coins: Mutex::new(Self::CAPACITY),
        }
    }

    /// Pays for one repeat, if there is enough.
    fn withdraw(&self) -> bool {
        let mut coins = self.coins.lock().unwrap_or_else(PoisonError::into_inner);
        let enough = *coins >= Self::PRICE;
        if enough {
            *coins -= Self::PRICE;
        }
        enough
    }

    /// A call succeeded.
    pub(crate) fn deposit(&self) {
        let mut coins = self.coins.lock().unwrap_or_else(PoisonError::into_inner);
        *coins = (*coins + 1).min(Self::CAPACITY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Problem;
    use crate::operations::by_id;

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

    fn repeats(id: &str, status: u16) -> usize {
        let operation = operation(id);
        let policy = RetryPolicy::default();
        let budget = RetryBudget::full();
        let mut attempts = policy.start();
        let error = refused(operation, status, None);
        std::iter::from_fn(|| attempts.next_delay(operation, &error, Duration::ZERO, &budget))
            .count()
    }

    #[test]
    fn reads_are_repeated_on_server_errors_and_starts_are_not() {
        assert_eq!(repeats("readMember", 503), 3);
        assert_eq!(repeats("searchInstitutions", 503), 3);
        for id in [
            "identifyMember",
            "createMember",
            "aggregateMember",
            "resumeAggregation",
            "resumeJob",
        ] {
            assert_eq!(repeats(id, 503), 0, "{id}");
            assert_eq!(repeats(id, 429), 3, "{id} was refused unprocessed");
        }
        assert_eq!(repeats("readMember", 404), 0);
        assert_eq!(repeats("readMember", 501), 0);
    }

    #[test]
    fn retry_after_is_obeyed_up_to_the_longest_delay() {
        let operation = operation("readMember");
        let policy = RetryPolicy::default();
        let budget = RetryBudget::full();
        let delay = |seconds| {
            let error = refused(operation, 429, Some(seconds));
            policy
                .start()
                .next_delay(operation, &error, Duration::ZERO, &budget)
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
                .next_delay(operation, &error, elapsed, &RetryBudget::full())
        };
        assert!(delay(Duration::ZERO).is_some());
        assert_eq!(delay(Duration::from_secs(2)), None);
    }

    #[test]
    fn an_outage_empties_the_purse_and_successes_fill_it() {
        let budget = RetryBudget::full();
        let paid = std::iter::repeat_with(|| budget.withdraw())
            .take_while(|paid| *paid)
            .count();
        assert_eq!(paid, 100);
        assert!(!budget.withdraw());
        for _ in 0..RetryBudget::PRICE {
            budget.deposit();
        }
        assert!(budget.withdraw() && !budget.withdraw());
    }
}
