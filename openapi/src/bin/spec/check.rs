//! `cargo spec check`: everything that is wrong with the documents and what belongs to them.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use mx_nexus_openapi::tool::check::check;
use mx_nexus_openapi::tool::counted;

/// Check the documents, their corrections, provenance and examples.
///
/// Prints everything that is wrong at once, each as file:line: reason, and ends with exit code 1 then.
#[derive(Args)]
pub(crate) struct Arguments {}

pub(crate) fn run(_: &Arguments) -> Result<ExitCode, String> {
    require_sound(&crate::root()?)?;
    Ok(ExitCode::SUCCESS)
}

/// Checks the workspace at `root`, prints the outcome, and fails if there are findings.
pub(crate) fn require_sound(root: &Path) -> Result<(), String> {
    let checked = check(root);
    for finding in &checked.findings {
        crate::say(&finding.to_string());
    }
    for (overlay, snippet) in &checked.snippets {
        crate::say(&format!("\nTo be pasted into {overlay}:\n\n{snippet}"));
    }
    if checked.findings.is_empty() {
        crate::say(&format!(
            "{} documents with {} operations, {} corrections and {} examples: nothing is wrong",
            checked.documents, checked.operations, checked.corrections, checked.examples
        ));
        return Ok(());
    }
    Err(counted(checked.findings.len(), "finding"))
}
