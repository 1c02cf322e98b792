//! `cargo spec mutate`: does anybody notice when a document changes?

use std::process::ExitCode;

use clap::Args;
use mx_nexus_openapi::{Api, tool};

/// Change a document in one place at a time, and see whether the comparison and the pinned outputs notice.
///
/// Answers with the exit code 3 when something passes unnoticed, or is judged otherwise than it should be.
#[derive(Args)]
pub(crate) struct Arguments {
    /// nexus, sso or mdx.
    #[arg(long, default_value = "nexus", value_parser = crate::api)]
    api: &'static Api,
    /// How many mutations, each kind in turn.
    #[arg(long, default_value_t = 300, conflicts_with = "all")]
    sample: usize,
    /// Every kind at every place. Nexus takes about an hour.
    #[arg(long)]
    all: bool,
    /// Chooses the places.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let count = (!arguments.all).then_some(arguments.sample);
    let summary = tool::mutate::run(arguments.api, count, arguments.seed)
        .map_err(|failure| failure.to_string())?;
    crate::say(&format!("seed {}\n{summary}", arguments.seed));
    Ok(if summary.findings.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(3)
    })
}
