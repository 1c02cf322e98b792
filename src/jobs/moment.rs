//! Which of two timestamps is later. MX writes times in several forms; called by the proof that a reading is of our job.

use std::cmp::Ordering;

use crate::values::Timestamp;

/// Compares two timestamps; none where one is absent or cannot be read.
pub(super) fn compare(left: Option<&Timestamp>, right: Option<&Timestamp>) -> Option<Ordering> {
    Some(milliseconds(left?.as_str())?.cmp(&milliseconds(right?.as_str())?))
}

/// Milliseconds since 1970 of an ISO 8601 time (with or without fraction, `Z` or any offset), or of the midnight of a date.
fn milliseconds(text: &str) -> Option<i64> {
    let text = text.trim();
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00:00"));
    let mut parts = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let (clock, offset) = match time.find(['Z', 'z', '+', '-']) {
        Some(at) => (time.get(..at)?, time.get(at..)?),
        None => (time, "Z"),
    };
    let mut parts = clock.splitn(3, ':');
    let hours: i64 = parts.next()?.parse().ok()?;
    let minutes: i64 = parts.next()?.parse().ok()?;
    let (seconds, fraction) = {
        let text = parts.next().unwrap_or("0");
        text.split_once('.').unwrap_or((text, ""))
    };
    let seconds: i64 = seconds.parse().ok()?;
    let fraction: String = fraction.chars().chain("000".chars()).take(3).collect();
    let fraction: i64 = fraction.parse().ok()?;
    let is_possible = (1..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (0..=24).contains(&hours)
        && (0..60).contains(&minutes)
        && (0..=60).contains(&seconds);
    let minutes = minutes - offset_minutes(offset)?;
    let total = ((days(year, month, day) * 24 + hours) * 60 + minutes) * 60 + seconds;
    is_possible.then_some(total * 1000 + fraction)
}

/// The minutes that an offset such as `Z`, `-06:00` or `+0530` is ahead of UTC.
fn offset_minutes(offset: &str) -> Option<i64> {
    if offset.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, digits) = offset.split_at_checked(1)?;
    let digits: String = digits
        .chars()
        .filter(|character| *character != ':')
        .collect();
    let hours: i64 = digits.get(..2)?.parse().ok()?;
    let minutes: i64 = digits
        .get(2..)
        .filter(|text| !text.is_empty())
        .unwrap_or("0")
        .parse()
        .ok()?;
    let ahead = hours * 60 + minutes;
    Some(if sign == "-" { -ahead } else { ahead })
}

/// Days since 1970 in the Gregorian calendar (the algorithm `days_from_civil`, for years after 0).
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year / 400;
    let year_of_era = year - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_that_mx_writes_is_read() {
        for (text, expected) in [
            ("1970-01-01", 0),
            ("1970-01-01T00:00:01.5Z", 1_500),
            ("2016-10-13T18:07:57.000Z", 1_476_382_077_000),
            ("2016-10-13T12:07:57-06:00", 1_476_382_077_000),
            ("2016-10-13T18:07:57+00:00", 1_476_382_077_000),
            ("2016-10-13T23:37:57+0530", 1_476_382_077_000),
            ("2024-02-29", 1_709_164_800_000),
        ] {
            assert_eq!(milliseconds(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_not_compared() {
        for text in [
            "",
            "soon",
            "2016-13-01",
            "2016-10-13T",
            "2016-10-13T25:99:00Z",
            "2016-10-13T18:07:57+x",
        ] {
            assert_eq!(milliseconds(text), None, "{text}");
        }
        assert_eq!(compare(None, Some(&"2016-10-13".into())), None);
        let (earlier, later) = (
            "2016-10-13T18:07:57Z".into(),
            "2016-10-13T13:07:57-06:00".into(),
        );
        assert_eq!(
            compare(Some(&later), Some(&earlier)),
            Some(Ordering::Greater)
        );
    }
}
