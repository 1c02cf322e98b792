//! [`Date`]: a day of the calendar, checked when it is made. Queries take it, and times are parsed into it.

use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};

use super::LocalTime;

/// A day of the Gregorian calendar, of the years 1 to 9999.
///
/// ```
/// use mx_nexus::values::Date;
///
/// let day = Date::new(2026, 2, 28)?;
/// assert_eq!(day, "2026-02-28".parse()?);
/// assert_eq!(day.to_string(), "2026-02-28");
/// assert!(Date::new(2026, 2, 29).is_err());
/// # Ok::<(), mx_nexus::values::TimeError>(())
/// ```
///
/// Operations that take days take this type, or text that is checked before it is sent. The last 30 days:
///
/// ```no_run
/// # async fn example(api: mx_nexus::api::Client) -> Result<(), mx_nexus::Error> {
/// use mx_nexus::values::Date;
///
/// let today = Date::today_utc();
/// let list = api.list_member_transactions().member_guid("MBR-1");
/// let page = list.from_date(today.days_before(30)).to_date(today).send().await?;
/// # let list = api.list_member_transactions().member_guid("MBR-1");
/// let page = list.from_date("2026-02-28").send().await?;
/// # Ok(())
/// # }
/// ```
///
/// For months, weekdays and time zones use a crate for dates: the features `jiff1`, `chrono04` and `time03`
/// [convert](crate::values#money-and-times).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The day with this year, month (from 1) and day of the month.
    ///
    /// # Errors
    ///
    /// Where the calendar has no such day.
    pub const fn new(year: u16, month: u8, day: u8) -> Result<Self, TimeError> {
        let is_leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if is_leap => 29,
            2 => 28,
            _ => 0,
        };
        if year < 1 || year > 9999 || day < 1 || day > days {
            return Err(TimeError("the calendar has no such day"));
        }
        Ok(Self { year, month, day })
    }

    /// The day that it is now, in UTC. Where users are, it may already be the next day, or still the one before.
    pub fn today_utc() -> Self {
        Self::from(SystemTime::now())
    }

    /// The day that is this many days earlier; the first day of year 1 at the earliest.
    ///
    /// ```
    /// # use mx_nexus::values::Date;
    /// assert_eq!(Date::new(2024, 3, 1)?.days_before(1), Date::new(2024, 2, 29)?);
    /// # Ok::<(), mx_nexus::values::TimeError>(())
    /// ```
    #[must_use]
    pub const fn days_before(self, days: u32) -> Self {
        Self::from_days_since_1970(self.days_since_1970() - days as i64)
    }

    /// The day that is this many days later; the last day of year 9999 at the latest.
    #[must_use]
    pub const fn days_after(self, days: u32) -> Self {
        Self::from_days_since_1970(self.days_since_1970() + days as i64)
    }

    /// The year.
    pub const fn year(self) -> u16 {
        self.year
    }

    /// The month, from 1.
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day of the month.
    pub const fn day(self) -> u8 {
        self.day
    }

    /// The first moment of the day.
    pub const fn midnight(self) -> LocalTime {
        LocalTime::midnight(self)
    }

    /// Days since 1970 in the Gregorian calendar (the algorithm `days_from_civil`, for years after 0).
    pub(super) const fn days_since_1970(self) -> i64 {
        let (month, day) = (self.month as i64, self.day as i64);
        let year = self.year as i64 - (month <= 2) as i64;
        let era = year / 400;
        let year_of_era = year - era * 400;
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    /// The inverse (the algorithm `civil_from_days`, for years after 0); the nearest day where there is no such year.
    const fn from_days_since_1970(days: i64) -> Self {
        if days < Self::FIRST.days_since_1970() {
            return Self::FIRST;
        }
        if days > Self::LAST.days_since_1970() {
            return Self::LAST;
        }
        let days = days + 719_468;
        let (era, day_of_era) = (days / 146_097, days % 146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        // Months count from March, so that the leap day is the last of the year.
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year_of_era + era * 400 + (month <= 2) as i64;
        Self {
            year: year as u16,
            month: month as u8,
            day: day as u8,
        }
    }

    const FIRST: Self = Self {
        year: 1,
        month: 1,
        day: 1,
    };
    const LAST: Self = Self {
        year: 9999,
        month: 12,
        day: 31,
    };
}

/// The day in UTC.
impl From<SystemTime> for Date {
    fn from(time: SystemTime) -> Self {
        const DAY: u64 = 24 * 60 * 60;
        let days = match time.duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_secs() / DAY).unwrap_or(i64::MAX),
            Err(before) => {
                let before = before.duration();
                let seconds = before.as_secs() + u64::from(before.subsec_nanos() > 0);
                i64::try_from(seconds.div_ceil(DAY)).map_or(i64::MIN, |days| -days)
            }
        };
        Self::from_days_since_1970(days)
    }
}

/// Why a text is no date or no time, or does not convert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeError(pub(super) &'static str);

impl fmt::Display for TimeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

impl std::error::Error for TimeError {}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{:04}-{:02}-{:02}",
            self.year, self.month, self.day
        )
    }
}

impl FromStr for Date {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let mut rest = text.as_bytes();
        match super::time::take_date(&mut rest)? {
            date if rest.is_empty() => Ok(date),
            _ => Err(TimeError(
                "expected a date as YYYY-MM-DD, and nothing after it",
            )),
        }
    }
}

impl TryFrom<&str> for Date {
    type Error = TimeError;

    fn try_from(text: &str) -> Result<Self, TimeError> {
        text.parse()
    }
}

impl TryFrom<String> for Date {
    type Error = TimeError;

    fn try_from(text: String) -> Result<Self, TimeError> {
        text.parse()
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Date {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Date".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "format": "date"})
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn days_of_the_calendar_are_read_and_others_refused() {
        for text in ["0001-01-01", "2000-02-29", "2024-02-29", "9999-12-31"] {
            assert_eq!(text.parse::<Date>().unwrap().to_string(), text);
        }
        let reason = |text: &str| text.parse::<Date>().unwrap_err().to_string();
        for text in ["", "yesterday", "2026-1-2", "26-01-02", "20260102"] {
            assert_eq!(reason(text), "expected a date as YYYY-MM-DD", "{text}");
        }
        for text in [
            "2026-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-00-01",
            "2026-04-31",
            "0000-01-01",
        ] {
            assert_eq!(reason(text), "the calendar has no such day", "{text}");
        }
        assert!(reason("2026-01-02T00:00:00Z").contains("nothing after it"));
    }

    #[test]
    fn days_are_counted_from_1970() {
        for (text, days) in [
            ("1970-01-01", 0),
            ("1969-12-31", -1),
            ("2000-03-01", 11_017),
            ("0001-01-01", -719_162),
        ] {
            assert_eq!(
                text.parse::<Date>().unwrap().days_since_1970(),
                days,
                "{text}"
            );
        }
    }

    #[test]
    fn every_day_from_1970_to_2100_follows_the_one_before() {
        let mut day = Date::new(1970, 1, 1).unwrap();
        let mut count = 0;
        while day.year() <= 2100 {
            assert_eq!(day.days_since_1970(), count);
            assert_eq!(Date::from_days_since_1970(count), day);
            // The next day by the calendar that `new` checks, without counting days.
            let (year, month) = (day.year(), day.month());
            let next = Date::new(year, month, day.day() + 1)
                .or_else(|_| Date::new(year, month + 1, 1))
                .or_else(|_| Date::new(year + 1, 1, 1))
                .unwrap();
            assert_eq!(day.days_after(1), next);
            assert_eq!(next.days_before(1), day);
            (day, count) = (next, count + 1);
        }
        assert_eq!(
            count,
            131 * 365 + 32,
            "with 32 leap days: 2000 has one, 2100 none"
        );
    }

    #[test]
    fn arithmetic_ends_at_the_ends_of_the_calendar() {
        let (first, last): (Date, Date) = ("0001-01-01".parse().unwrap(), Date::LAST);
        assert_eq!((first.days_before(1), last.days_after(1)), (first, last));
        assert_eq!(last.days_before(u32::MAX), first);
        let days = u32::try_from(last.days_since_1970() - first.days_since_1970()).unwrap();
        assert_eq!(
            (first.days_after(days), last.days_before(days)),
            (last, first)
        );
        assert_eq!(first.days_after(days - 1).to_string(), "9999-12-30");
    }

    #[test]
    fn a_time_is_on_its_day_in_utc_also_before_1970() {
        let at = |seconds: i64, nanos: u64| {
            let moved = Duration::from_secs(seconds.unsigned_abs());
            let whole = match seconds < 0 {
                true => UNIX_EPOCH - moved,
                false => UNIX_EPOCH + moved,
            };
            Date::from(whole - Duration::from_nanos(nanos)).to_string()
        };
        assert_eq!(at(86_399, 0), "1970-01-01");
        assert_eq!(at(86_400, 0), "1970-01-02");
        assert_eq!(at(0, 1), "1969-12-31");
        assert_eq!(at(-86_400, 0), "1969-12-31");
        assert_eq!(at(-86_400, 1), "1969-12-30");
        assert_eq!(at(951_782_400, 0), "2000-02-29");
        assert_eq!(at(4_107_542_399, 0), "2100-02-28");
        assert_eq!(at(4_107_542_400, 0), "2100-03-01");
    }
}
