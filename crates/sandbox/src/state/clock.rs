//! The time of day: tokio's clock, so that tests can pause it, in MX's format.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// Maps tokio's clock to the calendar.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    started: Instant,
    started_unix_millis: u64,
}

impl Clock {
    /// A clock that starts now.
    pub(crate) fn new() -> Self {
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            started: Instant::now(),
            started_unix_millis: u64::try_from(since_epoch.as_millis()).unwrap_or_default(),
        }
    }

    /// A clock that starts at this time, in milliseconds since 1970; earlier times are the same.
    pub(crate) fn starting_at(unix_millis: u64) -> Self {
        Self {
            started: Instant::now(),
            started_unix_millis: unix_millis,
        }
    }

    /// Unix time in seconds.
    pub(crate) fn unix(&self, at: Instant) -> u64 {
        self.unix_millis(at) / 1000
    }

    /// ISO 8601 in UTC with milliseconds, as in `2016-10-13T18:07:57.000Z`.
    pub(crate) fn iso(&self, at: Instant) -> String {
        let time = UNIX_EPOCH + Duration::from_millis(self.unix_millis(at));
        humantime::format_rfc3339_millis(time).to_string()
    }

    /// The time these days before, as [`iso`](Self::iso).
    pub(crate) fn iso_days_before(&self, at: Instant, days: u64) -> String {
        let earlier = self.unix_millis(at).saturating_sub(days * 86_400_000);
        let time = UNIX_EPOCH + Duration::from_millis(earlier);
        humantime::format_rfc3339_millis(time).to_string()
    }

    fn unix_millis(&self, at: Instant) -> u64 {
        let passed = at.saturating_duration_since(self.started).as_millis();
        self.started_unix_millis
            .saturating_add(u64::try_from(passed).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_has_the_format_of_mx() {
        let started = Instant::now();
        let clock = Clock {
            started,
            started_unix_millis: 1_476_382_077_000,
        };
        assert_eq!(clock.iso(started), "2016-10-13T18:07:57.000Z");
        let later = started + Duration::from_millis(62_005);
        assert_eq!(clock.iso(later), "2016-10-13T18:08:59.005Z");
        assert_eq!(clock.unix(later), 1_476_382_139);
    }
}
