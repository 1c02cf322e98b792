//! The cost of a call, of an identification and of decoding, against bare reqwest and exact structs, in one run:
//! `cargo bench -p mx-nexus --bench call`. The server is a process of its own, so that time is that of the client alone.
//!
//! `.ci/instructions` runs `call instructions SUBJECT ours|bare COUNT` under valgrind.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints, and panics on errors"
)]

mod cost;

use std::time::{Duration, Instant};

use cost::{Bench, Side, Subject, machine, server};

/// How many connections each side has. Which processor serves a connection changes its times by a quarter, so that one is not enough.
const CONNECTIONS: usize = 8;
/// Rounds of all connections together.
const ROUNDS: usize = 48;

fn main() {
    if server::is_server_process() {
        return;
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["instructions", subject, side, count] => {
            let subject = Subject::by_name(subject).expect("a subject");
            let side = match *side {
                "ours" => Side::Ours,
                _ => Side::Bare,
            };
            let server = server::Process::start();
            let bench = Bench::new(&server.address);
            bench.run(subject, side, count.parse().expect("a number"));
        }
        _ => compare(),
    }
}

fn compare() {
    let server = server::Process::start();
    let benches: [Bench; CONNECTIONS] = std::array::from_fn(|_| Bench::new(&server.address));
    let bench = &benches[0];
    let sizes = (bench.ours.size_of_send(), bench.bare.size_of_send());
    println!("future of one call: {} bytes, bare {}", sizes.0, sizes.1);
    println!();
    println!("| | allocations | bytes | wall | CPU |");
    println!("|---|---|---|---|---|");
    for subject in Subject::ALL {
        compare_one(&benches, subject);
    }
    compare_many(&benches);
    // It opens a connection for each task.
    compare_renewal(&benches[..1]);
    time_of_a_reading();
}

fn compare_one(benches: &[Bench], subject: Subject) {
    let count = match subject {
        Subject::Call => 200,
        Subject::Flow => 20,
        Subject::DecodeMember => 5000,
        Subject::DecodeTransactions => 10,
        Subject::DecodeAccounts => 50,
    };
    let times = ratios(benches, |bench, side| bench.run(subject, side, count));
    let [ours, bare] = [Side::Ours, Side::Bare].map(|side| allocations(&benches[0], subject, side));
    println!(
        "| {} | {} (bare {}) | {} ({}) | {:.3} | {:.3} |",
        subject.name(),
        ours.0,
        bare.0,
        ours.1,
        bare.1,
        times.wall,
        times.processor
    );
}

/// The same with 32 calls at once.
fn compare_many(benches: &[Bench]) {
    let times = ratios(benches, |bench, side| {
        for _ in 0..10 {
            match side {
                Side::Ours => bench.block_on(at_once(|| bench.ours.read_member())),
                Side::Bare => bench.block_on(at_once(|| bench.bare.read_member())),
            }
        }
    });
    println!(
        "| 32 calls at once | | | {:.3} | {:.3} |",
        times.wall, times.processor
    );
}

/// A thousand tasks whose session is refused, and one exchange for all of them.
fn compare_renewal(benches: &[Bench]) {
    const TASKS: usize = 1000;
    let times = ratios(benches, |bench, side| match side {
        Side::Ours => bench.block_on(bench.ours.renew(TASKS)),
        Side::Bare => bench.block_on(bench.bare.renew(TASKS)),
    });
    println!(
        "| a session renewed for {TASKS} tasks by one exchange | | | {:.3} | {:.3} |",
        times.wall, times.processor
    );
}

/// What the machine takes to observe a reading and to direct, without a request.
fn time_of_a_reading() {
    const JOBS: u32 = 20_000;
    let begun = Instant::now();
    let counted = allocation_counter::measure(|| machine::run(JOBS));
    let readings = JOBS * machine::READINGS;
    println!();
    println!(
        "a reading in the machine: {} ns, {:.1} allocations",
        (begun.elapsed() / readings).as_nanos(),
        counted.count_total as f64 / f64::from(readings)
    );
}

async fn at_once<F: Future>(call: impl Fn() -> F) {
    futures_util::future::join_all((0..32).map(|_| call())).await;
}

/// Allocations and bytes of one run, of the mean of many.
fn allocations(bench: &Bench, subject: Subject, side: Side) -> (u64, u64) {
    const RUNS: u64 = 50;
    bench.run(subject, side, 5);
    let counted = allocation_counter::measure(|| bench.run(subject, side, RUNS as usize));
    (counted.count_total / RUNS, counted.bytes_total / RUNS)
}

/// Ours by bare.
struct Ratios {
    wall: f64,
    processor: f64,
}

/// The medians over rounds in each of which both sides run, in turns the one or the other first.
fn ratios(benches: &[Bench], run: impl Fn(&Bench, Side)) -> Ratios {
    let timed = |bench, side| {
        let (begun, processor) = (Instant::now(), processor_time());
        run(bench, side);
        (begun.elapsed(), processor_time() - processor)
    };
    let (mut wall, mut processor) = (Vec::new(), Vec::new());
    for bench in benches {
        timed(bench, Side::Ours);
        timed(bench, Side::Bare);
        for round in 0..ROUNDS / benches.len() {
            let (ours, bare) = if round % 2 == 0 {
                let ours = timed(bench, Side::Ours);
                (ours, timed(bench, Side::Bare))
            } else {
                let bare = timed(bench, Side::Bare);
                (timed(bench, Side::Ours), bare)
            };
            wall.push(ours.0.as_secs_f64() / bare.0.as_secs_f64());
            processor.push(ours.1.as_secs_f64() / bare.1.as_secs_f64());
        }
    }
    Ratios {
        wall: median(wall),
        processor: median(processor),
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The time that this thread has run on a processor; Linux only, and zero elsewhere.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}
