//! Which of two timestamps is later. MX writes times in several forms; called by the proof that a reading is of our job.

use std::cmp::Ordering;

use crate::values::Timestamp;

/// Compares two timestamps; none where one is absent or cannot be read.
pub(super) fn compare(left: Option<&Timestamp>, right: Option<&Timestamp>) -> Option<Ordering> {
    Some(milliseconds(left?.as_str())?.cmp(&milliseconds(right?.as_str())?))
}

/// Milliseconds since 1970 of an ISO 8601 time (with or without fraction, `Z` or any offset), or of the midnight of a date.
///
/// Byte by byte, because every reading of a member compares times, and searching for separators costs more than the rest.
fn milliseconds(text: &str) -> Option<i64> {
    let mut rest = text.as_bytes().trim_ascii();
    let year = number(&mut rest)?;
    let month = next_number(&mut rest, b"-")?;
    let day = next_number(&mut rest, b"-")?;
    let (mut hours, mut minutes, mut seconds, mut fraction) = (0, 0, 0, 0);
    if skip(&mut rest, b"T ") {
        hours = number(&mut rest)?;
        minutes = next_number(&mut rest, b":")?;
        if skip(&mut rest, b":") {
            seconds = number(&mut rest)?;
        }
        if skip(&mut rest, b".") {
            let digits = digits(&mut rest).iter().chain(b"000").take(3);
            fraction = digits.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
        }
    }
    let minutes_ahead = offset_minutes(rest)?;
    let is_possible = (1..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (0..=24).contains(&hours)
        && (0..60).contains(&minutes)
        && (0..=60).contains(&seconds);
    let minutes = minutes - minutes_ahead;
    let total = ((days(year, month, day) * 24 + hours) * 60 + minutes) * 60 + seconds;
    is_possible.then_some(total * 1000 + fraction)
}

/// The minutes that an offset such as `Z`, `-06:00` or `+0530` is ahead of UTC; none is UTC.
fn offset_minutes(mut rest: &[u8]) -> Option<i64> {
    if matches!(rest, b"" | b"Z" | b"z") {
        return Some(0);
    }
    let is_behind = rest.starts_with(b"-");
    if !skip(&mut rest, b"+-") {
        return None;
    }
    let (mut hours, mut minutes) = rest.split_at_checked(2)?;
    let hours = number(&mut hours)?;
    skip(&mut minutes, b":");
    let minutes = if minutes.is_empty() {
        0
    } else {
        number(&mut minutes)?
    };
    let ahead = hours * 60 + minutes;
    Some(if is_behind { -ahead } else { ahead })
}

/// Takes a separator and the number after it.
fn next_number(rest: &mut &[u8], separators: &[u8]) -> Option<i64> {
    skip(rest, separators).then_some(())?;
    number(rest)
}

/// Takes a number of up to four digits.
fn number(rest: &mut &[u8]) -> Option<i64> {
    let digits = digits(rest);
    let value = |digits: &[u8]| {
        let values = digits.iter().map(|digit| i64::from(digit - b'0'));
        values.fold(0, |sum, digit| sum * 10 + digit)
    };
    matches!(digits.len(), 1..=4).then(|| value(digits))
}

/// Takes the digits at the beginning.
fn digits<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, after) = rest.split_at(count);
    *rest = after;
    digits
}

/// Takes one of the separators; whether it was there.
fn skip(rest: &mut &[u8], separators: &[u8]) -> bool {
    match rest.split_first() {
        Some((first, after)) if separators.contains(first) => {
            *rest = after;
            true
        }
        _ => false,
    }
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
