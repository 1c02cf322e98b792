//! Runtime and memory measurement of the benchmarks.

#![allow(dead_code, reason = "each benchmark uses a part")]

use std::future::Future;

/// Runs a benchmark on two threads, so that results of different machines are comparable.
pub(crate) fn run(benchmark: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(benchmark);
}

/// Resident memory of this process; Linux only.
pub(crate) fn resident_bytes() -> Option<usize> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: usize = statm.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * 4096)
}
