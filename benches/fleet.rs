//! Memory and time of 100 to 100,000 jobs in one fleet: `cargo bench -p mx-nexus --bench fleet`; `-- 1000` for one number of jobs.
//! The server is a process of its own.
//!
//! Heap is what was allocated and not freed, beyond the first hundred jobs; resident is that of the whole process, on Linux only.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints, and panics on errors"
)]

mod cost;
mod support;

use std::process::Command;
use std::time::Instant;

use cost::server;
use cost::waiting::{Waiting, heap_bytes};
use support::resident_bytes;

const CALLS_AT_ONCE: usize = 32;

fn main() {
    if server::is_server_process() {
        return;
    }
    let given: Vec<usize> = std::env::args().filter_map(|it| it.parse().ok()).collect();
    if let [jobs] = given.as_slice() {
        return measure(*jobs);
    }
    println!(
        "| jobs | heap, new | heap, waiting | resident, waiting | all resident, MiB | µs a call |"
    );
    println!("|---|---|---|---|---|---|");
    for jobs in [100, 1_000, 10_000, 100_000] {
        // In a process of its own, since memory that was freed may stay with its process.
        let program = std::env::current_exe().expect("this program");
        let status = Command::new(program).arg(jobs.to_string()).status();
        assert!(status.expect("a process").success());
    }
}

fn measure(jobs: usize) {
    let server = server::Process::start();
    let address = &server.address;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let before = resident_bytes().unwrap_or(0);
    let begun = Instant::now();
    let mut waiting = Waiting::at(address, CALLS_AT_ONCE);
    waiting.add(0..jobs);
    let starts = runtime.block_on(waiting.poll_all());
    assert_eq!(starts, jobs, "every job is started once");
    // For each job: token, session, baseline, start, three polls.
    let microseconds = begun.elapsed().as_secs_f64() * 1e6 / (7 * jobs) as f64;
    let after = resident_bytes().unwrap_or(0);
    drop(waiting);
    let (new, polled) = heap_bytes(address, &runtime, jobs);
    println!(
        "| {jobs} | {new} | {polled} | {} | {} | {microseconds:.0} |",
        after.saturating_sub(before) / jobs,
        after / (1024 * 1024),
    );
}
