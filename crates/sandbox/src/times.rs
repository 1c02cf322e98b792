//! Times that are fixed or random: delays of faults and lengths of jobs.

use std::f64::consts::TAU;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::guids::seed;

/// A time that is fixed, or drawn anew each time. For [`Fault::delayed`](crate::Fault::delayed) and
/// [`SandboxBuilder::job_times`](crate::SandboxBuilder::job_times).
///
/// As JSON a number of milliseconds, `{"from": 5, "to": 50}`, or `{"median": 20, "sigma": 0.5}`.
///
/// ```
/// use std::time::Duration;
/// use mx_nexus_sandbox::{Fault, Sandbox, Times};
///
/// let slow = Fault::delay(Times::log_normal(Duration::from_millis(20), 1.0)).rate(1.0).seed(7);
/// let builder = Sandbox::builder().job_times(Times::uniform(Duration::from_secs(1), Duration::from_secs(20)));
/// # let _ = (slow, builder);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Times(Shape);

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Shape {
    Fixed(u64),
    Uniform(Range),
    LogNormal(LogNormal),
}

/// In milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Range {
    from: u64,
    to: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LogNormal {
    /// In milliseconds.
    median: u64,
    /// Of the logarithm.
    sigma: f64,
}

/// Its numbers are finite, or it is refused.
impl Eq for Times {}

impl From<Duration> for Times {
    fn from(time: Duration) -> Self {
        Self(Shape::Fixed(milliseconds(time)))
    }
}

impl Times {
    /// Any time between these two, each as often.
    pub fn uniform(from: Duration, to: Duration) -> Self {
        Self(Shape::Uniform(Range {
            from: milliseconds(from),
            to: milliseconds(to),
        }))
    }

    /// Mostly near the median, sometimes much longer: the logarithm is normal with this deviation, from 0 to 5. None is longer than ten
    /// times the median multiplied by e to the power of sigma.
    pub fn log_normal(median: Duration, sigma: f64) -> Self {
        Self(Shape::LogNormal(LogNormal {
            median: milliseconds(median),
            sigma,
        }))
    }

    /// The time with this number.
    pub(crate) fn draw(self, seed: u64, number: u64) -> Duration {
        let milliseconds = match self.0 {
            Shape::Fixed(time) => return Duration::from_millis(time),
            Shape::Uniform(Range { from, to }) => {
                from as f64 + draw(seed, number) * to.saturating_sub(from) as f64
            }
            Shape::LogNormal(LogNormal { median, sigma }) => {
                // Box and Muller; 1 - x is not 0.
                let radius = (-2.0 * (1.0 - draw(seed, number)).ln()).sqrt();
                let normal = radius * (TAU * draw(!seed, number)).cos();
                median as f64 * (sigma * normal).exp()
            }
        };
        Duration::from_millis(milliseconds as u64).min(self.longest())
    }

    /// No time is longer.
    pub(crate) fn longest(self) -> Duration {
        match self.0 {
            Shape::Fixed(time) => Duration::from_millis(time),
            Shape::Uniform(Range { from, to }) => Duration::from_millis(from.max(to)),
            Shape::LogNormal(LogNormal { median, sigma }) => {
                Duration::from_millis((10.0 * median as f64 * sigma.exp()) as u64)
            }
        }
    }

    pub(crate) fn is_valid(self) -> bool {
        match self.0 {
            Shape::Fixed(_) => true,
            Shape::Uniform(Range { from, to }) => from <= to,
            Shape::LogNormal(LogNormal { sigma, .. }) => (0.0..=5.0).contains(&sigma),
        }
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// A number from 0 to below 1: the same for the same seed and number.
pub(crate) fn draw(of: u64, number: u64) -> f64 {
    let bits = seed(&format!("{of}/{number}")) >> 11;
    bits as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(times: Times) -> Vec<u128> {
        let mut drawn: Vec<u128> = (0..1000)
            .map(|number| times.draw(1, number).as_millis())
            .collect();
        drawn.sort_unstable();
        drawn
    }

    #[test]
    fn uniform_times_are_spread_over_the_range() {
        let drawn = sorted(Times::uniform(
            Duration::from_millis(100),
            Duration::from_millis(200),
        ));
        assert!(
            (100..105).contains(&drawn[0]) && (195..=200).contains(&drawn[999]),
            "{drawn:?}"
        );
        assert!((140..160).contains(&drawn[500]), "{}", drawn[500]);
    }

    #[test]
    fn log_normal_times_have_their_median_and_a_long_tail() {
        let times = Times::log_normal(Duration::from_millis(1000), 1.0);
        let drawn = sorted(times);
        assert!((900..1100).contains(&drawn[500]), "{}", drawn[500]);
        // The 84th percentile is e times the median.
        assert!((2400..3100).contains(&drawn[841]), "{}", drawn[841]);
        assert!(drawn[999] <= times.longest().as_millis());
    }

    #[test]
    fn json_has_three_forms() {
        for (json, wanted) in [
            ("20", Times::from(Duration::from_millis(20))),
            (
                r#"{"from":5,"to":50}"#,
                Times::uniform(Duration::from_millis(5), Duration::from_millis(50)),
            ),
            (
                r#"{"median":20,"sigma":0.5}"#,
                Times::log_normal(Duration::from_millis(20), 0.5),
            ),
        ] {
            assert_eq!(serde_json::from_str::<Times>(json).unwrap(), wanted);
            assert_eq!(serde_json::to_string(&wanted).unwrap(), json);
        }
        assert!(serde_json::from_str::<Times>(r#"{"from":5}"#).is_err());
    }
}
