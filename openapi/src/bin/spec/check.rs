//! `cargo spec check`: everything that is wrong with the documents and what belongs to them.

use std::process::ExitCode;

use clap::Args;
use mx_nexus_openapi::tool::check::check;
use mx_nexus_openapi::tool::counted;

/// Check the documents, their corrections, provenance and examples, and the workflow files.
///
/// Tells everything that is wrong at once, each as file:line: reason, and answers with the exit code 1 then.
#[derive(Args)]
pub(crate) struct Arguments {}

pub(crate) fn run(_: &Arguments) -> Result<ExitCode, String> {
    let checked = check(crate::root()?);
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
        return Ok(ExitCode::SUCCESS);
    }
    let number = checked.findings.len();
    let are = if number == 1 { "is" } else { "are" };
    Err(format!("{} {are} wrong", counted(number, "thing")))
}
