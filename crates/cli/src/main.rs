//! `nexus`: account-owner identifications with MX's Nexus API, calls of any other operation, and a local sandbox.
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
mod output;
mod questions;
mod terminal;
mod commands {
    pub(crate) mod call;
    pub(crate) mod identify;
    pub(crate) mod sandbox;
}

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use commands::{call, identify, sandbox};
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
        Command::Identify(arguments) => identify::run(arguments).await,
        Command::Resume(arguments) => identify::resume(arguments).await,
        Command::Sandbox(arguments) => sandbox::run(arguments).await,
        Command::Call(arguments) => call::run(arguments).await,
        Command::Operations(arguments) => call::list(&arguments),
        Command::Completions { shell } => output::write(&arguments::completions(shell)),
        Command::Man { command } => output::write(&arguments::man(command.as_deref())?),
    }
}
