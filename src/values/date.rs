//! [`Date`]: a day of the calendar, checked when it is made. Queries take it, and times are parsed into it.

use std::fmt;
use std::str::FromStr;

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
/// Operations that take days take this type, or text that is checked before it is sent:
/// `api.list_transactions().from_date("2026-02-28")`.
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
}
