//! The time of day: tokio's clock, so that tests can pause it, in MX's format.

use std::time::{SystemTime, UNIX_EPOCH};

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
        let millis = self.unix_millis(at);
        let (year, month, day) = date(millis / 86_400_000);
        let in_day = millis % 86_400_000;
        let (hour, minute) = (in_day / 3_600_000, in_day / 60_000 % 60);
        let (second, milli) = (in_day / 1000 % 60, in_day % 1000);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
    }

    fn unix_millis(&self, at: Instant) -> u64 {
        let passed = at.saturating_duration_since(self.started).as_millis();
        self.started_unix_millis
            .saturating_add(u64::try_from(passed).unwrap_or(u64::MAX))
    }
}

/// The Gregorian date of a day since 1970.
fn date(mut day: u64) -> (u64, u64, u64) {
    let mut year = 1970;
    while day >= days_in_year(year) {
        day -= days_in_year(year);
        year += 1;
    }
    let february = days_in_year(year) - 337;
    let mut month = 1;
    for days in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if day < days {
            break;
        }
        day -= days;
        month += 1;
    }
    (year, month, day + 1)
}

fn days_in_year(year: u64) -> u64 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    if is_leap { 366 } else { 365 }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn day_number_to_date() {
        assert_eq!(date(0), (1970, 1, 1));
        assert_eq!(date(11_016), (2000, 2, 29));
        assert_eq!(date(11_017), (2000, 3, 1));
        assert_eq!(date(20_453), (2025, 12, 31));
        assert_eq!(date(47_540), (2100, 2, 28));
        assert_eq!(date(47_541), (2100, 3, 1));
    }

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
