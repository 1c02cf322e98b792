//! Which of two timestamps is later; called by the proof that a reading is of our job.

use std::cmp::Ordering;

use crate::values::Timestamp;

/// Compares two timestamps to the millisecond; none where one is absent or cannot be read.
pub(super) fn compare(left: Option<&Timestamp>, right: Option<&Timestamp>) -> Option<Ordering> {
    let moment = |time: &Timestamp| {
        let time = time.parse().ok()?.assume_utc();
        Some((time.seconds(), time.nanos() / 1_000_000))
    };
    Some(moment(left?)?.cmp(&moment(right?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_compare_across_forms_and_what_is_no_time_does_not() {
        let at = |text: &str| Some(Timestamp::from(text));
        let compared = |left: &str, right: &str| compare(at(left).as_ref(), at(right).as_ref());
        let [day, time] = ["2016-10-13", "2016-10-13T18:07:57Z"];
        assert_eq!(
            compared("2016-10-13T13:07:57-06:00", time),
            Some(Ordering::Greater)
        );
        assert_eq!(
            compared("2016-10-13T12:07:57.000-06:00", time),
            Some(Ordering::Equal)
        );
        assert_eq!(compared(day, time), Some(Ordering::Less));
        assert_eq!(compared("soon", time), None);
        assert_eq!(compare(None, at(time).as_ref()), None);
    }
}
