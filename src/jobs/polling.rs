//! How often the member is read. Asked by the driver before each poll.

use std::fmt;
use std::time::Duration;

use super::Pace;

/// How long to wait before the next poll of a job.
///
/// ```
/// use std::time::Duration;
/// use mx_nexus::jobs::{Pace, PollPolicy};
///
/// #[derive(Debug)]
/// struct EveryTenSeconds;
///
/// impl PollPolicy for EveryTenSeconds {
///     fn delay(&self, _: Pace, _: u32) -> Duration {
///         Duration::from_secs(10)
///     }
/// }
/// ```
pub trait PollPolicy: fmt::Debug + Send + Sync + 'static {
    /// The wait before the next poll, when `polls` have been made and the job goes at this pace.
    fn delay(&self, pace: Pace, polls: u32) -> Duration;
}

/// The default polling: a fifth of the time that the job has taken, between three and ten seconds.
///
/// In the first twenty times the shortest interval, a minute by default, no interval is longer than five thirds of the shortest.
/// MX's sister API allows a poll every three seconds. By simulation (`cargo bench --bench polling`, on an assumed mixture of job
/// lengths) that is 0.54 of the polls of a fixed three seconds, and the end is seen 2.3 s late in the mean, 7.6 s at the 95th
/// percentile.
///
/// Without jitter: the jobs of different users do not start together, and tests stay exact.
///
/// ```
/// use std::time::Duration;
/// use mx_nexus::jobs::{Pace, PollPolicy, Polling};
///
/// let calm = Polling::between(Duration::from_secs(10), Duration::from_secs(60));
/// assert_eq!(calm.delay(Pace::Quick, 0), Duration::from_secs(10));
/// assert_eq!(calm.delay(Pace::Slow, 0), Duration::from_secs(60));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Polling {
    shortest: Duration,
    longest: Duration,
}

impl Polling {
    /// Polls at `shortest` intervals that grow to `longest` with the time that the job has taken.
    pub fn between(shortest: Duration, longest: Duration) -> Self {
        Self {
            shortest,
            longest: longest.max(shortest),
        }
    }
}

impl Default for Polling {
    fn default() -> Self {
        Self::between(Duration::from_secs(3), Duration::from_secs(10))
    }
}

impl PollPolicy for Polling {
    fn delay(&self, pace: Pace, polls: u32) -> Duration {
        match pace {
            Pace::AtOnce => Duration::ZERO,
            Pace::Quick => self.shortest,
            Pace::Steady => self.steady(polls),
            Pace::Slow => self.longest,
        }
    }
}

impl Polling {
    /// The interval after so many polls, each of which came one interval after the one before.
    fn steady(&self, polls: u32) -> Duration {
        let first_minute = self.shortest.saturating_mul(20);
        let longest_at_first =
            (self.shortest.saturating_mul(5) / 3).clamp(self.shortest, self.longest);
        let after = |elapsed: Duration| {
            let longest = if elapsed < first_minute {
                longest_at_first
            } else {
                self.longest
            };
            (elapsed / 5).clamp(self.shortest, longest)
        };
        let (mut elapsed, mut delay) = (Duration::ZERO, self.shortest);
        for _ in 0..polls {
            // From here on it stays so.
            if delay.is_zero() || (delay == self.longest && elapsed >= first_minute) {
                break;
            }
            elapsed = elapsed.saturating_add(delay);
            delay = after(elapsed);
        }
        delay
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polls_are_three_seconds_apart_and_grow_to_ten() {
        let polling = Polling::default();
        let tenths = |polls| polling.delay(Pace::Steady, polls).as_millis() / 100;
        let delays: Vec<_> = (0..16).map(tenths).collect();
        let expected = [
            30, 30, 30, 30, 30, 30, 36, 43, 50, 50, 50, 50, 50, 50, 50, 100,
        ];
        assert_eq!(delays, expected);
        assert_eq!(tenths(10_000), 100);
        assert_eq!(polling.delay(Pace::Quick, 100), Duration::from_secs(3));
        assert_eq!(polling.delay(Pace::Slow, 0), Duration::from_secs(10));
    }

    #[test]
    fn no_interval_of_the_first_minute_is_above_five_seconds() {
        let (polling, mut elapsed) = (Polling::default(), Duration::ZERO);
        for polls in 0.. {
            let delay = polling.delay(Pace::Steady, polls);
            if elapsed >= Duration::from_secs(60) {
                break;
            }
            assert!(delay <= Duration::from_secs(5), "{delay:?} at {elapsed:?}");
            elapsed += delay;
        }
    }

    #[test]
    fn intervals_that_cannot_be_are_limited() {
        for shortest in [
            Duration::ZERO,
            Duration::from_secs(3),
            Duration::MAX / 2,
            Duration::MAX,
        ] {
            let absurd = Polling::between(shortest, Duration::MAX);
            let delay = absurd.delay(Pace::Steady, 100_000);
            assert!(delay >= shortest, "{delay:?}");
        }
        let equal = Polling::between(Duration::MAX, Duration::ZERO);
        assert_eq!(equal.delay(Pace::Steady, u32::MAX), Duration::MAX);
        let nothing = Polling::between(Duration::ZERO, Duration::ZERO);
        assert_eq!(nothing.delay(Pace::Steady, u32::MAX), Duration::ZERO);
    }
}
