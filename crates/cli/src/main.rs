//! `nexus`: account-owner identifications and other jobs with MX's Nexus API, calls of any operation, and a local sandbox.
//!
//! Results go to stdout, progress and errors to stderr. The exit codes are in [`exit`].

#![forbid(unsafe_code)]

mod access;
mod arguments;
mod connect;
mod credentials;
mod exit;
mod follow;
mod input;
mod job_file;
mod kinds;
mod locked_file;
mod output;
mod pages;
mod questions;
mod target;
mod terminal;
mod commands {
    pub(crate) mod call;
    pub(crate) mod resume;
    pub(crate) mod sandbox;
    pub(crate) mod start;
}

use std::process::ExitCode;

use clap::Parser;
use mx_nexus::aggregation::Aggregation;
use mx_nexus::balance::BalanceCheck;
use mx_nexus::history::ExtendedHistory;
use mx_nexus::identity::Identification;
use mx_nexus::verification::Verification;

use arguments::{Arguments, Command};
use commands::{call, resume, sandbox, start};
use exit::{Exit, Failure};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => {
            let outcome = runtime.block_on(run(arguments.command));
            // An interrupted prompt keeps its thread until the next key.
            runtime.shutdown_background();
            outcome
        }
        Err(error) => Err(Failure::failed("cannot start the runtime", &error)),
    };
    match outcome {
        Ok(()) => Exit::Done.into(),
        Err(failure) => {
            terminal::print_failure(&failure);
            failure.exit.into()
        }
    }
}

async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Identify(it) => {
            start::run::<Identification>(it.start, it.include_transactions).await
        }
        Command::Verify(it) => start::run::<Verification>(it.start, it.include_transactions).await,
        Command::Aggregate(it) => {
            start::run::<Aggregation>(it.start, it.include_transactions).await
        }
        Command::Balance(start) => start::run::<BalanceCheck>(start, None).await,
        Command::History(start) => start::run::<ExtendedHistory>(start, None).await,
        Command::Resume(arguments) => resume::run(arguments).await,
        Command::Status(arguments) => resume::status(arguments).await,
        Command::Sandbox(arguments) => sandbox::run(arguments).await,
        Command::Call(arguments) => call::run(arguments).await,
        Command::Operations(arguments) => call::list(&arguments),
        Command::Completions { shell } => output::write(&pages::completions(shell)),
        Command::Man { command } => output::write(&pages::man(command.as_deref())?),
    }
}
