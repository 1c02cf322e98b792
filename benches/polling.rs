//! How often jobs are polled, and how late their end is seen: `cargo bench -p mx-nexus --bench polling`.
//!
//! Simulates jobs whose lengths are drawn from mixtures, which are assumptions and no data of MX. Prints a table for each, and
//! draws the first into `benches/polling.svg`: polls (against a fixed three seconds) and delay, for the default, for the default before it,
//! and for all policies of one family.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints, and panics on errors"
)]

use std::fmt::Write as _;

use mx_nexus::jobs::{Pace, PollPolicy, Polling};

const JOBS: usize = 100_000;
const SEEDS: [u64; 3] = [1, 2, 3];
const LONGEST_JOB: f64 = 3600.0;

fn main() {
    let mut pictures = String::new();
    for mixture in MIXTURES {
        let jobs: Vec<f64> = SEEDS
            .iter()
            .flat_map(|&seed| lengths(mixture, seed))
            .collect();
        let fixed = Figures::of(&times(|_, _| 3.0), &jobs);
        println!(
            "\n{} (mean {:.0} s)\n",
            mixture.name,
            jobs.iter().sum::<f64>() / jobs.len() as f64
        );
        println!(
            "| policy | polls | of fixed 3 s | mean delay, s | p95 delay, s |\n|---|---|---|---|---|"
        );
        let mut named = vec![("fixed 3 s", fixed)];
        named.push((
            "3 s, from a minute on 1 s more each, to 15 s (before)",
            Figures::of(&times(before), &jobs),
        ));
        let default = |_, polls| Polling::default().delay(Pace::Steady, polls).as_secs_f64();
        named.push(("default", Figures::of(&times(default), &jobs)));
        for (name, figures) in &named {
            println!(
                "| {name} | {:.2} | {:.2} | {:.2} | {:.2} |",
                figures.polls,
                figures.polls / fixed.polls,
                figures.mean,
                figures.p95
            );
        }
        let family: Vec<Figures> = family()
            .map(|policy| Figures::of(&times(policy), &jobs))
            .collect();
        let (_, default) = named.last().expect("the default");
        let better = family
            .iter()
            .filter(|it| it.is_better_than(default))
            .count();
        println!(
            "\n{better} of {} policies of the family are better than the default in all three figures",
            family.len()
        );
        if pictures.is_empty() {
            pictures = picture(&named, &family, fixed.polls);
        }
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/polling.svg");
    std::fs::write(file, pictures).expect("the picture");
    println!("\nthe first mixture is drawn in {file}");
}

/// The default before the present one.
fn before(_: f64, polls: u32) -> f64 {
    f64::from(3 + polls.saturating_sub(20)).min(15.0)
}

/// A part of the time that the job has taken, between 3 s and a longest interval, at most 5 s in the first minute.
fn family() -> impl Iterator<Item = impl Fn(f64, u32) -> f64> {
    let longest = [4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 12.0, 15.0, 20.0, 30.0];
    let parts = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.5];
    longest.into_iter().flat_map(move |longest: f64| {
        parts.into_iter().map(move |part| {
            move |elapsed: f64, _| {
                let longest = if elapsed < 60.0 {
                    longest.min(5.0)
                } else {
                    longest
                };
                (part * elapsed).clamp(3.0, longest)
            }
        })
    })
}

/// When a job is polled.
fn times(delay: impl Fn(f64, u32) -> f64) -> Vec<f64> {
    let (mut elapsed, mut times) = (0.0, Vec::new());
    while elapsed <= LONGEST_JOB {
        elapsed += delay(elapsed, times.len() as u32);
        times.push(elapsed);
    }
    times
}

#[derive(Clone, Copy)]
struct Figures {
    polls: f64,
    mean: f64,
    p95: f64,
}

impl Figures {
    fn of(times: &[f64], jobs: &[f64]) -> Self {
        let (mut polls, mut delays) = (0, Vec::with_capacity(jobs.len()));
        for job in jobs {
            let last = times.partition_point(|time| time < job);
            polls += last + 1;
            delays.push(times[last] - job);
        }
        delays.sort_by(f64::total_cmp);
        let count = jobs.len() as f64;
        Self {
            polls: polls as f64 / count,
            mean: delays.iter().sum::<f64>() / count,
            p95: delays[jobs.len() * 95 / 100],
        }
    }

    fn is_better_than(&self, other: &Self) -> bool {
        self.polls < other.polls && self.mean < other.mean && self.p95 < other.p95
    }
}

/// Parts of jobs: how many, and how long they take.
struct Mixture {
    name: &'static str,
    parts: &'static [(f64, Length)],
}

enum Length {
    /// With this median, and a standard deviation of the logarithm of a half.
    LogNormal(f64),
    /// With this minimum and exponent.
    Pareto(f64, f64),
    /// With this mean.
    Exponential(f64),
}

const MIXTURES: &[Mixture] = &[
    Mixture {
        name: "mixed: 25 % about 2 s, 55 % about 15 s, 15 % about 3 min, 5 % with a long tail",
        parts: &[
            (0.25, Length::LogNormal(2.0)),
            (0.55, Length::LogNormal(15.0)),
            (0.15, Length::LogNormal(180.0)),
            (0.05, Length::Pareto(60.0, 1.2)),
        ],
    },
    Mixture {
        name: "fast: 50 % about 2 s, 45 % about 8 s, 5 % about a minute",
        parts: &[
            (0.5, Length::LogNormal(2.0)),
            (0.45, Length::LogNormal(8.0)),
            (0.05, Length::LogNormal(60.0)),
        ],
    },
    Mixture {
        name: "slow: 30 % about 15 s, 50 % about 2 min, 20 % about 10 min",
        parts: &[
            (0.3, Length::LogNormal(15.0)),
            (0.5, Length::LogNormal(120.0)),
            (0.2, Length::LogNormal(600.0)),
        ],
    },
    Mixture {
        name: "heavy tail from 5 s",
        parts: &[(1.0, Length::Pareto(5.0, 1.1))],
    },
    Mixture {
        name: "exponential, 45 s",
        parts: &[(1.0, Length::Exponential(45.0))],
    },
];

fn lengths(mixture: &Mixture, seed: u64) -> Vec<f64> {
    let mut random = Random(seed);
    let one = |_| {
        let mut at = random.next();
        let (_, length) = mixture
            .parts
            .iter()
            .find(|(part, _)| {
                at -= part;
                at < 0.0
            })
            .unwrap_or(&mixture.parts[0]);
        let length = match *length {
            Length::LogNormal(median) => {
                let normal = (-2.0 * random.next().ln()).sqrt()
                    * (std::f64::consts::TAU * random.next()).cos();
                median * (0.5 * normal).exp()
            }
            Length::Pareto(least, exponent) => least * random.next().powf(-1.0 / exponent),
            Length::Exponential(mean) => -mean * random.next().ln(),
        };
        length.min(LONGEST_JOB)
    };
    (0..JOBS).map(one).collect()
}

/// SplitMix64.
struct Random(u64);

impl Random {
    /// Above 0, at most 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        ((bits >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }
}

/// Polls against the 95th percentile of the delay.
fn picture(named: &[(&str, Figures)], family: &[Figures], fixed: f64) -> String {
    let x = |figures: &Figures| 60.0 + 540.0 * (figures.polls / fixed - 0.4) / 0.7;
    let y = |figures: &Figures| 340.0 - 300.0 * figures.p95 / 16.0;
    let mut svg = String::from(concat!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 390\" font-family=\"sans-serif\" font-size=\"12\">\n",
        "<rect width=\"640\" height=\"390\" fill=\"white\"/>\n",
        "<path d=\"M60 40V340H600\" fill=\"none\" stroke=\"black\"/>\n",
        "<text x=\"60\" y=\"24\">95th percentile of the delay, s</text>\n",
        "<text x=\"600\" y=\"378\" text-anchor=\"end\">polls, of those of a fixed 3 s</text>\n",
    ));
    for tick in 0..=4 {
        let at = 340 - 75 * tick;
        let _ = writeln!(
            svg,
            "<text x=\"52\" y=\"{}\" text-anchor=\"end\">{}</text>",
            at + 4,
            4 * tick
        );
    }
    for tick in 4..=11 {
        let part = f64::from(tick) / 10.0;
        let at = 60.0 + 540.0 * (part - 0.4) / 0.7;
        let _ = writeln!(
            svg,
            "<text x=\"{at:.0}\" y=\"358\" text-anchor=\"middle\">{part:.1}</text>"
        );
    }
    for figures in family.iter().filter(|it| it.p95 < 16.0) {
        let _ = writeln!(
            svg,
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"#bbb\"/>",
            x(figures),
            y(figures)
        );
    }
    for ((name, figures), colour) in named.iter().zip(["#333", "#c33", "#06c"]) {
        let (x, y) = (x(figures), y(figures));
        let _ = writeln!(
            svg,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\" fill=\"{colour}\"/>"
        );
        let (anchor, x) = if x > 400.0 {
            ("end", x - 9.0)
        } else {
            ("start", x + 9.0)
        };
        let _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\" fill=\"{colour}\">{name}</text>",
            y - 8.0
        );
    }
    svg.push_str("</svg>\n");
    svg
}
