//! Every call of every kind of job with every fault of the sandbox: the right outcome, one paid job, and a result that is of it.
//!
//! A cell runs a job whose member had one of the same kind before. Its outcome follows from the rules in `rules.rs`; the tables in
//! `snapshots/` show all of them. In every cell, whatever its outcome (`bank.rs`):
//!
//! - the record of the sandbox has exactly one paid job more in the end, and the result is from that job;
//! - an error of a job that may be paid has a handle, which another process resumes without the fault; where no job was paid, a
//!   new one is started;
//! - it ends within its budget, on a clock that is moved by hand (`drive.rs`).

#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use mx_nexus::jobs::KindName;
use mx_nexus::operations::Api;
use tokio::runtime;

mod bank;
mod calls;
mod cells;
mod drive;
mod faults;
mod jobs;
mod rules;
mod stale;
mod table;

use bank::{Bank, Outcome, Plan};
use table::Table;

/// The outcomes of these plans, in their order. Each thread has a sandbox at a time, in which one job runs at a time.
fn judge(api: Api, plans: &[(KindName, Plan)]) -> Vec<Outcome> {
    let next = AtomicUsize::new(0);
    let outcomes: Mutex<Vec<Option<Outcome>>> = Mutex::new(vec![None; plans.len()]);
    let work = async || {
        let mut bank: Option<Bank> = None;
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some((kind, plan)) = plans.get(number) else {
                return;
            };
            let open = match bank.take().filter(|bank| bank.kind == *kind) {
                Some(bank) => bank,
                None => Bank::open(api, *kind).await,
            };
            let outcome = open.judge(plan.clone()).await;
            // What went wrong must not concern the next cell.
            bank = outcome.wrong.is_empty().then_some(open);
            outcomes.lock().unwrap()[number] = Some(outcome);
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().unwrap().get() {
            scope.spawn(|| {
                let runtime = runtime::Builder::new_current_thread().enable_all().build();
                runtime.unwrap().block_on(work());
            });
        }
    });
    let outcomes = outcomes.into_inner().unwrap().into_iter();
    outcomes.map(Option::unwrap).collect()
}

/// What is not as expected in an outcome.
fn problems(name: &str, outcome: &Outcome, expected: &str) -> Vec<String> {
    let mut problems = outcome.wrong.clone();
    if outcome.end != expected {
        problems.push(format!("{} instead of {expected}", outcome.end));
    }
    let after: &[&str] = match &*outcome.end {
        "start unknown" if outcome.paid == 0 => &["start unknown", "done"],
        end if end.starts_with("done") => &[],
        _ => &["done"],
    };
    if outcome.after != after {
        problems.push(format!("then {:?} instead of {after:?}", outcome.after));
    }
    let problems = problems.into_iter();
    problems
        .map(|problem| format!("{name}: {problem}"))
        .collect()
}

fn assert_none(problems: &[String]) {
    let count = problems.len();
    assert!(
        problems.is_empty(),
        "{count} problems:\n{}",
        problems.join("\n")
    );
}

fn every_call_with_every_fault(api: Api) {
    let cells = cells::all(api);
    let plans: Vec<_> = cells.iter().map(|cell| (cell.kind, cell.plan())).collect();
    let heading = "the call that fails: once | three times in a row | for good";
    let (mut table, mut found) = (Table::new(heading), Vec::new());
    for (cell, outcome) in cells.iter().zip(judge(api, &plans)) {
        let (call, fault) = (cell.call.in_words(), cell.fault.name);
        let name = format!("{:?}, {call}, {fault}, {:?}", cell.kind, cell.times);
        found.extend(problems(&name, &outcome, &rules::expected(cell)));
        table.add(call, fault, cell.times as usize, (cell.kind, outcome.end));
    }
    insta::assert_snapshot!(format!("{}_faults", api.name()), table.text());
    assert_none(&found);
}

fn stale_readings_and_missing_stamps(api: Api) {
    let scenarios = stale::all(api);
    let plans: Vec<_> = scenarios.iter().map(|it| (it.kind, it.plan())).collect();
    let heading = "a column for each number of stale readings, and for each missing stamp";
    let (mut table, mut found) = (Table::new(heading), Vec::new());
    for (scenario, outcome) in scenarios.iter().zip(judge(api, &plans)) {
        let (block, line, column) = scenario.place();
        let name = format!("{:?}, {block}, {line}, {column}", scenario.kind);
        found.extend(problems(&name, &outcome, scenario.expected()));
        table.add(block, &line, column, (scenario.kind, outcome.end));
    }
    insta::assert_snapshot!(format!("{}_stale_readings", api.name()), table.text());
    assert_none(&found);
}

#[test]
fn every_call_of_nexus_with_every_fault() {
    every_call_with_every_fault(Api::Nexus);
}

#[test]
fn every_call_of_atrium_with_every_fault() {
    every_call_with_every_fault(Api::Atrium);
}

#[test]
fn stale_readings_and_missing_stamps_of_nexus() {
    stale_readings_and_missing_stamps(Api::Nexus);
}

#[test]
fn stale_readings_and_missing_stamps_of_atrium() {
    stale_readings_and_missing_stamps(Api::Atrium);
}
