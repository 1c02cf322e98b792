//! `TryFrom<&Timestamp>` for the types of a crate: from the kind of time that each of them is.

macro_rules! from_timestamp {
    ($($of_crate:ty: $kind:ident),+ $(,)?) => {
        $(impl TryFrom<&$crate::values::Timestamp> for $of_crate {
            type Error = $crate::values::TimeError;

            fn try_from(timestamp: &$crate::values::Timestamp) -> Result<Self, Self::Error> {
                match timestamp.parse()? {
                    $crate::values::Time::$kind(found) => Self::try_from(found),
                    other => Err($crate::values::convert::another_kind(other)),
                }
            }
        })+
    };
}
pub(super) use from_timestamp;

use super::{Time, TimeError};

/// What the crate has no value for.
pub(super) const OUT_OF_RANGE: TimeError = TimeError("the crate has no such time");

pub(super) fn another_kind(found: Time) -> TimeError {
    TimeError(match found {
        Time::Instant(_) => {
            "the text is an instant, with an offset from UTC: convert it to an instant"
        }
        Time::Local(_) => {
            "the text is a local time, without an offset from UTC: convert it to a local time"
        }
        Time::Date(_) => "the text is a date alone: convert it to a date",
    })
}

/// The tests of every crate: what each of its three types makes of an instant, a local time, a date, and of what is no time.
#[cfg(test)]
macro_rules! assert_conversions {
    ($instant:ty, $local:ty, $date:ty) => {{
        use $crate::values::{Date, TimeError, Timestamp};
        let [instant, local, date, none] = [
            "2026-11-20T10:00:00.5-06:00",
            "2026-11-20T10:00:00.5",
            "2026-11-20",
            "soon",
        ]
        .map(Timestamp::from);
        let day: Date = "2026-11-20".parse().unwrap();
        assert_eq!(<$date>::try_from(&date), <$date>::try_from(day));
        assert_eq!(Date::try_from(<$date>::try_from(day).unwrap()), Ok(day));
        let refused =
            |error: TimeError, reason: &str| assert!(error.to_string().contains(reason), "{error}");
        for other in [&local, &date, &none] {
            refused(
                <$instant>::try_from(other).unwrap_err(),
                if other == &none {
                    "expected"
                } else {
                    "the text is a"
                },
            );
        }
        refused(
            <$local>::try_from(&instant).unwrap_err(),
            "convert it to an instant",
        );
        refused(
            <$date>::try_from(&local).unwrap_err(),
            "convert it to a local time",
        );
        (
            <$instant>::try_from(&instant).unwrap(),
            <$local>::try_from(&local).unwrap(),
        )
    }};
}
#[cfg(test)]
pub(super) use assert_conversions;
