//! Tests of whole flows: Restate's server and workers in processes of their own, the sandbox and the clients in this one.
//! `tests/run` fetches the server and runs them; without the server they are skipped. An argument filters by name.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests without libtest"
)]

mod canary;
mod flows;
mod kills;
mod many;
mod processes;

use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let Some(server) = env::var_os("MX_RESTATE_SERVER").map(PathBuf::from) else {
        println!(
            "SKIPPED: the tests with a server of Restate, because MX_RESTATE_SERVER is not set; crates/restate/tests/run fetches the server and runs them"
        );
        return ExitCode::SUCCESS;
    };
    let filters: Vec<String> = env::args()
        .skip(1)
        .filter(|it| !it.starts_with('-'))
        .collect();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut failures = 0;
    macro_rules! test {
        ($module:ident :: $name:ident) => {
            let name = concat!(stringify!($module), "::", stringify!($name));
            if filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str())) {
                let begun = Instant::now();
                println!("test {name}");
                let flow = || runtime.block_on($module::$name(server.clone()));
                let run = catch_unwind(AssertUnwindSafe(flow));
                let outcome = if run.is_ok() { "ok" } else { "FAILED" };
                println!(
                    "test {name} ... {outcome} ({} s)",
                    begun.elapsed().as_secs()
                );
                failures += usize::from(run.is_err());
            }
        };
    }
    test!(flows::every_kind_of_both_apis_ends_with_its_result);
    test!(flows::questions_are_answered_or_given_up);
    test!(flows::answers_that_were_not_reported_are_found_by_reading);
    test!(flows::a_job_without_success_ends_with_its_remedy_and_is_resumed);
    test!(flows::a_worker_stops_gracefully);
    test!(canary::no_secret_and_no_personal_data_is_stored);
    test!(kills::one_paid_job_although_processes_are_killed);
    test!(many::a_thousand_identifications_with_faults_and_a_killed_worker);
    if failures > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}
