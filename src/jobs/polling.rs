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

/// The default polling: every three seconds, which is as often as MX's sister API allows, less often as a job takes longer, and
/// every fifteen when MX reports that it takes long.
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
    /// Polls at `shortest` intervals that grow to `longest`.
    pub fn between(shortest: Duration, longest: Duration) -> Self {
        Self {
            shortest,
            longest: longest.max(shortest),
        }
    }
}

impl Default for Polling {
    fn default() -> Self {
        Self::between(Duration::from_secs(3), Duration::from_secs(15))
    }
}

impl PollPolicy for Polling {
    fn delay(&self, pace: Pace, polls: u32) -> Duration {
        // The first minute at the shortest interval, then a third of it more for every poll.
        const SHORT: u32 = 20;
        match pace {
            Pace::AtOnce => Duration::ZERO,
            Pace::Quick => self.shortest,
            Pace::Steady => {
                let more = (self.shortest / 3).saturating_mul(polls.saturating_sub(SHORT));
                self.shortest.saturating_add(more).min(self.longest)
            }
            Pace::Slow => self.longest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polls_are_three_seconds_apart_and_grow_to_fifteen() {
        let seconds = |pace, polls| Polling::default().delay(pace, polls).as_secs();
        assert_eq!(seconds(Pace::Quick, 100), 3);
        assert_eq!(seconds(Pace::Steady, 0), 3);
        assert_eq!(seconds(Pace::Steady, 20), 3);
        assert_eq!(seconds(Pace::Steady, 25), 8);
        assert_eq!(seconds(Pace::Steady, 10_000), 15);
        assert_eq!(seconds(Pace::Slow, 0), 15);
    }

    #[test]
    fn absurd_intervals_are_as_long_as_can_be() {
        for shortest in [Duration::from_secs(3), Duration::MAX / 2, Duration::MAX] {
            let absurd = Polling::between(shortest, Duration::MAX);
            let delay = absurd.delay(Pace::Steady, u32::MAX);
            assert!(delay >= shortest && delay <= Duration::MAX, "{delay:?}");
        }
        let absurd = Polling::between(Duration::MAX, Duration::ZERO);
        assert_eq!(absurd.delay(Pace::Steady, u32::MAX), Duration::MAX);
    }
}
