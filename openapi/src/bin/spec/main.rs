//! The command line tool for the documents: `cargo spec --help`. One file a command; what they do is in the
//! library, behind the feature `tool`.

#![allow(clippy::print_stderr, reason = "a command line tool prints")]

mod check;
mod diff;
mod show;
mod update;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use mx_nexus_openapi::{APIS, Api};

/// Looks at the OpenAPI documents behind mx-nexus, and at what becomes of them.
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

/// Prints what a command found. A reader that has seen enough is no failure.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{}", text.trim_end());
}

/// The root of the workspace that this tool was built in.
fn root() -> Result<&'static Path, String> {
    let root = mx_nexus_openapi::folder().parent();
    root.ok_or_else(|| "the package stands in no workspace".to_owned())
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
