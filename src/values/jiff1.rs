//! Times as those of `jiff`: feature `jiff1`.

use jiff::civil;

use super::convert::{OUT_OF_RANGE, from_timestamp};
use super::{Date, LocalTime, TimeError, UnixTime};

from_timestamp!(jiff::Timestamp: Instant, civil::DateTime: Local, civil::Date: Date);

impl TryFrom<UnixTime> for jiff::Timestamp {
    type Error = TimeError;

    fn try_from(time: UnixTime) -> Result<Self, TimeError> {
        let nanos = i32::try_from(time.nanos()).map_err(|_| OUT_OF_RANGE)?;
        Self::new(time.seconds(), nanos).map_err(|_| OUT_OF_RANGE)
    }
}

impl TryFrom<LocalTime> for civil::DateTime {
    type Error = TimeError;

    fn try_from(time: LocalTime) -> Result<Self, TimeError> {
        let [hour, minute, second] = [time.hour(), time.minute(), time.second()]
            .map(|field| i8::try_from(field).unwrap_or(-1));
        let nanos = i32::try_from(time.nanos()).map_err(|_| OUT_OF_RANGE)?;
        let of_day = civil::Time::new(hour, minute, second, nanos).map_err(|_| OUT_OF_RANGE)?;
        Ok(civil::Date::try_from(time.date())?.to_datetime(of_day))
    }
}

impl TryFrom<Date> for civil::Date {
    type Error = TimeError;

    fn try_from(date: Date) -> Result<Self, TimeError> {
        let year = i16::try_from(date.year()).map_err(|_| OUT_OF_RANGE)?;
        let [month, day] =
            [date.month(), date.day()].map(|field| i8::try_from(field).unwrap_or(-1));
        Self::new(year, month, day).map_err(|_| OUT_OF_RANGE)
    }
}

impl TryFrom<civil::Date> for Date {
    type Error = TimeError;

    fn try_from(date: civil::Date) -> Result<Self, TimeError> {
        let [month, day] = [date.month(), date.day()].map(i8::unsigned_abs);
        Self::new(u16::try_from(date.year()).unwrap_or_default(), month, day)
    }
}

#[cfg(test)]
mod tests {
    use super::super::convert::assert_conversions;
    use super::*;

    #[test]
    fn times_convert_to_jiff() {
        let (instant, local) = assert_conversions!(jiff::Timestamp, civil::DateTime, civil::Date);
        assert_eq!(instant.to_string(), "2026-11-20T16:00:00.5Z");
        assert_eq!(local.to_string(), "2026-11-20T10:00:00.5");
        assert!(Date::try_from(civil::date(-1, 1, 1)).is_err());
    }
}
