//! `nexus`, the command line of mx-nexus: identifications, any other operation of Nexus, and a sandbox to try them on.
//!
//! Stdout holds results and nothing else; whatever is said on the way goes to stderr. What the process ends with is in [`exit`].

#![forbid(unsafe_code)]

mod answering;
mod arguments;
mod commands;
mod configuration;
mod driving;
mod exit;
mod given;
mod image_file;
mod interrupt;
mod opening;
mod output;
mod prompt;
mod table;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
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
            // A prompt that was left keeps its thread until the next key.
            runtime.shutdown_background();
            outcome
        }
        Err(error) => Err(Failure::new(
            Exit::Failed,
            format!("no runtime came about: {error}"),
        )),
    };
    match outcome {
        Ok(()) => Exit::Done.into(),
        Err(failure) => {
            terminal::complain(&failure);
            failure.exit.into()
        }
    }
}

async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Identify(arguments) => commands::identify::run(arguments).await,
        Command::Resume(arguments) => commands::resume::run(arguments).await,
        Command::Sandbox(arguments) => commands::sandbox::run(arguments).await,
        Command::Call(arguments) => commands::call::run(arguments).await,
        Command::Operations(arguments) => commands::operations::run(&arguments),
        Command::Completions { shell } => commands::documents::completions(shell),
        Command::Man { command } => commands::documents::man(command.as_deref()),
    }
}
