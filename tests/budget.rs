//! A call, an identification, three decodes and a waiting job allocate no more than `benches/budget.json` allows. Ratios of
//! instructions are in the same file; `.ci/instructions` checks them.

#![allow(clippy::unwrap_used, reason = "set-up fails by panicking")]

#[path = "../benches/cost/mod.rs"]
mod cost;

use cost::waiting::heap_bytes;
use cost::{Bench, Side, Subject, server};
use serde_json::Value;

/// Allocations of one run: the mean of the best of three series, since a connection that is opened anew counts too.
fn allocations(bench: &Bench, subject: Subject, side: Side) -> f64 {
    let runs: u32 = match subject {
        Subject::Call | Subject::Flow => 10,
        Subject::DecodeMember | Subject::DecodeTransactions | Subject::DecodeAccounts => 1,
    };
    bench.run(subject, side, 2);
    let series = || allocation_counter::measure(|| bench.run(subject, side, runs as usize));
    let counts = (0..3).map(|_| series().count_total);
    counts.min().unwrap() as f64 / f64::from(runs)
}

/// The budget, and the factor of its margin.
fn budget() -> (Value, f64) {
    let budget: Value = serde_json::from_str(include_str!("../benches/budget.json")).unwrap();
    let percent = budget["margin_percent"].as_f64().unwrap();
    (budget, 1.0 + percent / 100.0)
}

#[test]
fn allocations_are_within_the_budget() {
    let (budget, margin) = budget();
    let bench = Bench::new(&server::start().unwrap());
    let mut over = Vec::new();
    for subject in Subject::ALL {
        let allowed = budget["allocations"][subject.name()].as_f64().unwrap();
        let [ours, bare] = [Side::Ours, Side::Bare].map(|side| allocations(&bench, subject, side));
        let line = format!("{}: {ours}, budget {allowed}, bare {bare}", subject.name());
        println!("{line}");
        if ours > allowed * margin {
            over.push(line);
        }
    }
    assert!(over.is_empty(), "over the budget: {over:#?}");
}

#[test]
fn heap_of_a_waiting_job_is_within_the_budget() {
    let (budget, margin) = budget();
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().unwrap();
    let (new, waiting) = heap_bytes(&server::start().unwrap(), &runtime, 400);
    println!("{new} bytes before the first call, {waiting} after three polls");
    for (name, bytes) in [("new-job", new), ("waiting-job", waiting)] {
        let allowed = budget["heap_bytes"][name].as_f64().unwrap();
        assert!(
            bytes as f64 <= allowed * margin,
            "{name}: {bytes}, budget {allowed}"
        );
    }
}
