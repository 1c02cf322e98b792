//! What the text of a [`Timestamp`] says: an instant, a local time or a date. Read without a crate; the features `jiff1`,
//! `chrono04` and `time03` convert it to theirs.

use super::{Date, TimeError, Timestamp};

impl Timestamp {
    /// Reads the text: ISO 8601, with or without a fraction of a second, with an offset (`Z`, `-06:00`, `+0530`) or without, or
    /// a date alone.
    ///
    /// # Errors
    ///
    /// Where the text has another form, or the calendar has no such day.
    pub fn parse(&self) -> Result<Time, TimeError> {
        let mut rest = self.as_str().trim().as_bytes();
        let date = take_date(&mut rest)?;
        if rest.is_empty() {
            return Ok(Time::Date(date));
        }
        let local = take_time(date, &mut rest)?;
        Ok(match take_offset(rest)? {
            Some(minutes_ahead) => Time::Instant(local.at_offset(minutes_ahead)),
            None => Time::Local(local),
        })
    }
}

/// What a [`Timestamp`] says. MX writes all three, in the same fields.
///
/// ```
/// use mx_nexus::values::{Time, Timestamp};
///
/// match Timestamp::from("2026-11-20T10:00:00.5-06:00").parse()? {
///     Time::Instant(instant) => assert_eq!(instant.seconds(), 1_795_190_400),
///     Time::Local(local) => println!("{local:?}, in an unknown time zone"),
///     Time::Date(date) => println!("some time on {date}"),
/// }
/// # Ok::<(), mx_nexus::values::TimeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Time {
    /// A point in time: the text has an offset from UTC.
    Instant(UnixTime),
    /// A date and a time of day without an offset: it is not known in which time zone.
    Local(LocalTime),
    /// A date alone.
    Date(Date),
}

impl Time {
    /// The point in time, if a time without an offset is in UTC and a date is its midnight: for comparing times of MX, which
    /// writes UTC where it leaves the offset out (inferred).
    pub fn assume_utc(self) -> UnixTime {
        match self {
            Self::Instant(instant) => instant,
            Self::Local(local) => local.assume_utc(),
            Self::Date(date) => date.midnight().assume_utc(),
        }
    }
}

/// A point in time, as Unix time. They compare as they follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime {
    seconds: i64,
    nanos: u32,
}

impl UnixTime {
    /// Whole seconds since 1970-01-01T00:00:00Z; negative before.
    pub const fn seconds(self) -> i64 {
        self.seconds
    }

    /// The nanoseconds after that second.
    pub const fn nanos(self) -> u32 {
        self.nanos
    }
}

/// A date and a time of day. A leap second is read as second 59.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime {
    date: Date,
    hour: u8,
    minute: u8,
    second: u8,
    nanos: u32,
}

impl LocalTime {
    pub(super) const fn midnight(date: Date) -> Self {
        Self {
            date,
            hour: 0,
            minute: 0,
            second: 0,
            nanos: 0,
        }
    }

    /// The date.
    pub const fn date(self) -> Date {
        self.date
    }

    /// The hour, 0 to 23.
    pub const fn hour(self) -> u8 {
        self.hour
    }

    /// The minute, 0 to 59.
    pub const fn minute(self) -> u8 {
        self.minute
    }

    /// The second, 0 to 59.
    pub const fn second(self) -> u8 {
        self.second
    }

    /// The nanoseconds after that second.
    pub const fn nanos(self) -> u32 {
        self.nanos
    }

    /// The point in time that this is in UTC.
    pub const fn assume_utc(self) -> UnixTime {
        self.at_offset(0)
    }

    const fn at_offset(self, minutes_ahead: i64) -> UnixTime {
        let hours = self.date.days_since_1970() * 24 + self.hour as i64;
        let minutes = hours * 60 + self.minute as i64 - minutes_ahead;
        UnixTime {
            seconds: minutes * 60 + self.second as i64,
            nanos: self.nanos,
        }
    }
}

const DATE: TimeError = TimeError("expected a date as YYYY-MM-DD");
const TIME: TimeError = TimeError("expected a time as HH:MM:SS after the date");
const OFFSET: TimeError = TimeError("expected Z or an offset such as -06:00 after the time");

/// Takes the date at the beginning.
pub(super) fn take_date(rest: &mut &[u8]) -> Result<Date, TimeError> {
    let mut fields = || {
        let year = take_number(rest, 4)?;
        let month = take_byte(rest, b"-").and_then(|()| take_number(rest, 2))?;
        let day = take_byte(rest, b"-").and_then(|()| take_number(rest, 2))?;
        Some((year, month, day))
    };
    let (year, month, day) = fields().ok_or(DATE)?;
    let [month, day] = [month, day].map(|number| u8::try_from(number).unwrap_or_default());
    Date::new(year, month, day)
}

fn take_time(date: Date, rest: &mut &[u8]) -> Result<LocalTime, TimeError> {
    let mut fields = || {
        take_byte(rest, b"Tt ")?;
        let hour = take_number(rest, 2).filter(|hour| *hour < 24)?;
        take_byte(rest, b":")?;
        let minute = take_number(rest, 2).filter(|minute| *minute < 60)?;
        let second = match take_byte(rest, b":") {
            Some(()) => take_number(rest, 2).filter(|second| *second <= 60)?,
            None => 0,
        };
        Some([hour, minute, second.min(59)])
    };
    let fields = fields().ok_or(TIME)?;
    let [hour, minute, second] = fields.map(|number| u8::try_from(number).unwrap_or_default());
    let mut nanos = 0;
    if take_byte(rest, b".,").is_some() {
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, after) = rest.split_at(count);
        let first_nine = digits.iter().chain(b"000000000").take(9);
        nanos = first_nine.fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
        *rest = after;
    }
    Ok(LocalTime {
        date,
        hour,
        minute,
        second,
        nanos,
    })
}

/// The minutes that an offset is ahead of UTC; none where there is no offset.
fn take_offset(mut rest: &[u8]) -> Result<Option<i64>, TimeError> {
    let sign = match rest {
        b"" => return Ok(None),
        b"Z" | b"z" => return Ok(Some(0)),
        [b'+', ..] => 1,
        [b'-', ..] => -1,
        _ => return Err(OFFSET),
    };
    rest = &rest[1..];
    let mut fields = || {
        let hours = take_number(&mut rest, 2).filter(|hours| *hours < 24)?;
        let _ = take_byte(&mut rest, b":");
        let minutes = match rest {
            b"" => 0,
            _ => take_number(&mut rest, 2).filter(|minutes| *minutes < 60)?,
        };
        rest.is_empty().then_some(i64::from(hours * 60 + minutes))
    };
    fields().map(|minutes| Some(sign * minutes)).ok_or(OFFSET)
}

/// Takes a number of exactly so many digits, four at most.
fn take_number(rest: &mut &[u8], count: usize) -> Option<u16> {
    let (digits, after) = rest.split_at_checked(count)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    *rest = after;
    Some(
        digits
            .iter()
            .fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0')),
    )
}

/// Takes one of these bytes, if it is next.
fn take_byte(rest: &mut &[u8], bytes: &[u8]) -> Option<()> {
    let (first, after) = rest.split_first()?;
    bytes.contains(first).then(|| *rest = after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Time, TimeError> {
        Timestamp::from(text).parse()
    }

    #[test]
    fn an_offset_makes_an_instant() {
        for (text, seconds, nanos) in [
            ("1970-01-01T00:00:01.5Z", 1, 500_000_000),
            ("1969-12-31T23:59:59.25z", -1, 250_000_000),
            ("2016-10-13T18:07:57.000Z", 1_476_382_077, 0),
            ("2016-10-13T12:07:57-06:00", 1_476_382_077, 0),
            ("2016-10-13 18:07:57+00", 1_476_382_077, 0),
            (
                "2016-10-13T23:37:57,1234567891+0530",
                1_476_382_077,
                123_456_789,
            ),
            ("2016-12-31T23:59:60Z", 1_483_228_799, 0),
        ] {
            assert_eq!(
                parse(text),
                Ok(Time::Instant(UnixTime { seconds, nanos })),
                "{text}"
            );
        }
    }

    #[test]
    fn local_times_and_dates_are_apart_from_instants() {
        let date = Date::new(2024, 2, 29).unwrap();
        assert_eq!(parse("2024-02-29"), Ok(Time::Date(date)));
        let Ok(Time::Local(local)) = parse("2024-02-29T18:07") else {
            panic!("no local time");
        };
        assert_eq!((local.date(), local.hour(), local.minute()), (date, 18, 7));
        assert_eq!(local.assume_utc().seconds(), 1_709_230_020);
        assert_eq!(date.midnight().assume_utc().seconds(), 1_709_164_800);
    }

    #[test]
    fn an_earlier_instant_with_a_later_text_is_earlier() {
        let [earlier, later] = ["2026-01-02T00:30:00+02:00", "2026-01-01T23:00:00Z"];
        let instant = |text: &str| parse(text).unwrap().assume_utc();
        assert!(instant(earlier) < instant(later));
    }

    #[test]
    fn what_is_no_time_is_refused_with_what_was_expected() {
        for (text, reason) in [
            ("", DATE),
            ("soon", DATE),
            ("2016-10", DATE),
            ("2016-13-01", TimeError("the calendar has no such day")),
            ("2016-10-13T", TIME),
            ("2016-10-13T25:00:00Z", TIME),
            ("2016-10-13T18:60:00Z", TIME),
            ("2016-10-13x18:07:57Z", TIME),
            ("2016-10-13T18:07:57+x", OFFSET),
            ("2016-10-13T18:07:57+25:00", OFFSET),
            ("2016-10-13T18:07:57Z.", OFFSET),
            ("2016-10-13T18:07:57 UTC", OFFSET),
        ] {
            assert_eq!(parse(text), Err(reason), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[-+0-9TZ:. ]{0,30}") {
            if let Ok(Time::Date(date)) = parse(&text) {
                proptest::prop_assert_eq!(date.to_string(), text.trim());
            }
        }
    }
}
