//! Times as those of the crate `time`: feature `time03`.

use ::time::{Date as TimeDate, Month, OffsetDateTime, PrimitiveDateTime, Time as TimeOfDay};

use super::convert::{OUT_OF_RANGE, from_timestamp};
use super::{Date, LocalTime, TimeError, UnixTime};

from_timestamp!(OffsetDateTime: Instant, PrimitiveDateTime: Local, TimeDate: Date);

/// In UTC.
impl TryFrom<UnixTime> for OffsetDateTime {
    type Error = TimeError;

    fn try_from(time: UnixTime) -> Result<Self, TimeError> {
        let nanos = i128::from(time.seconds()) * 1_000_000_000 + i128::from(time.nanos());
        Self::from_unix_timestamp_nanos(nanos).map_err(|_| OUT_OF_RANGE)
    }
}

impl TryFrom<LocalTime> for PrimitiveDateTime {
    type Error = TimeError;

    fn try_from(time: LocalTime) -> Result<Self, TimeError> {
        let of_day =
            TimeOfDay::from_hms_nano(time.hour(), time.minute(), time.second(), time.nanos());
        let of_day = of_day.map_err(|_| OUT_OF_RANGE)?;
        Ok(Self::new(time.date().try_into()?, of_day))
    }
}

impl TryFrom<Date> for TimeDate {
    type Error = TimeError;

    fn try_from(date: Date) -> Result<Self, TimeError> {
        let month = Month::try_from(date.month()).map_err(|_| OUT_OF_RANGE)?;
        Self::from_calendar_date(i32::from(date.year()), month, date.day())
            .map_err(|_| OUT_OF_RANGE)
    }
}

impl TryFrom<TimeDate> for Date {
    type Error = TimeError;

    fn try_from(date: TimeDate) -> Result<Self, TimeError> {
        let year = u16::try_from(date.year()).unwrap_or_default();
        Self::new(year, u8::from(date.month()), date.day())
    }
}

#[cfg(test)]
mod tests {
    use super::super::convert::assert_conversions;
    use super::*;

    #[test]
    fn times_convert_to_time() {
        let (instant, local) = assert_conversions!(OffsetDateTime, PrimitiveDateTime, TimeDate);
        assert_eq!(instant.to_string(), "2026-11-20 16:00:00.5 +00:00:00");
        assert_eq!(local.to_string(), "2026-11-20 10:00:00.5");
        assert!(Date::try_from(TimeDate::MIN).is_err());
    }
}
