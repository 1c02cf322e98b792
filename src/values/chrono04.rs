//! Times as those of `chrono`: feature `chrono04`.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};

use super::convert::{OUT_OF_RANGE, from_timestamp};
use super::{Date, LocalTime, TimeError, UnixTime};

from_timestamp!(DateTime<Utc>: Instant, NaiveDateTime: Local, NaiveDate: Date);

impl TryFrom<UnixTime> for DateTime<Utc> {
    type Error = TimeError;

    fn try_from(time: UnixTime) -> Result<Self, TimeError> {
        Self::from_timestamp(time.seconds(), time.nanos()).ok_or(OUT_OF_RANGE)
    }
}

impl TryFrom<LocalTime> for NaiveDateTime {
    type Error = TimeError;

    fn try_from(time: LocalTime) -> Result<Self, TimeError> {
        let [hour, minute, second] = [time.hour(), time.minute(), time.second()].map(u32::from);
        let date = NaiveDate::try_from(time.date())?;
        date.and_hms_nano_opt(hour, minute, second, time.nanos())
            .ok_or(OUT_OF_RANGE)
    }
}

impl TryFrom<Date> for NaiveDate {
    type Error = TimeError;

    fn try_from(date: Date) -> Result<Self, TimeError> {
        let [month, day] = [date.month(), date.day()].map(u32::from);
        Self::from_ymd_opt(i32::from(date.year()), month, day).ok_or(OUT_OF_RANGE)
    }
}

impl TryFrom<NaiveDate> for Date {
    type Error = TimeError;

    fn try_from(date: NaiveDate) -> Result<Self, TimeError> {
        let [month, day] =
            [date.month(), date.day()].map(|field| u8::try_from(field).unwrap_or_default());
        Self::new(u16::try_from(date.year()).unwrap_or_default(), month, day)
    }
}

#[cfg(test)]
mod tests {
    use super::super::convert::assert_conversions;
    use super::*;

    #[test]
    fn times_convert_to_chrono() {
        let (instant, local) = assert_conversions!(DateTime<Utc>, NaiveDateTime, NaiveDate);
        assert_eq!(instant.to_string(), "2026-11-20 16:00:00.500 UTC");
        assert_eq!(local.to_string(), "2026-11-20 10:00:00.500");
        assert!(Date::try_from(NaiveDate::MIN).is_err());
    }
}
