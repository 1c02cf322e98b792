//! The command `cargo spec`, to check, compare and update the documents. One file a command; what they do is in the library,
//! behind the feature `tool`.

#![allow(clippy::print_stderr, reason = "a command line tool prints")]

mod check;
mod diff;
mod show;
mod update;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use mx_nexus_openapi::tool::workspace;
use mx_nexus_openapi::{APIS, Api};

/// Check, compare and update the OpenAPI documents behind mx-nexus.
#[derive(Parser)]
#[command(name = "cargo spec", bin_name = "cargo spec")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Show(show::Arguments),
    Check(check::Arguments),
    Diff(diff::Arguments),
    Update(update::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Show(arguments) => show::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Update(arguments) => update::run(&arguments),
    };
    outcome.unwrap_or_else(|reason| {
        eprintln!("{reason}");
        ExitCode::FAILURE
    })
}

/// Prints to stdout. A closed pipe is no failure.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{}", text.trim_end());
}

/// The root of the workspace around the current directory.
fn root() -> Result<PathBuf, String> {
    let here = std::env::current_dir()
        .map_err(|error| format!("cannot read the current directory: {error}"))?;
    workspace::find(&here)
}

/// The API that an argument names.
fn api(name: &str) -> Result<&'static Api, String> {
    APIS.iter().find(|api| api.name == name).ok_or_else(|| {
        let names: Vec<&str> = APIS.iter().map(|api| api.name).collect();
        format!(
            "there is no document {name}; there are {}",
            names.join(", ")
        )
    })
}
