//! `cargo spec diff OLD NEW`: what changed between two documents, and what it means.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use mx_nexus_openapi::Api;
use mx_nexus_openapi::tool::diff::{self, Changes, NextRelease, Released, Verdict};
use mx_nexus_openapi::tool::revision;

/// What the tool returns when there is a change that `--fail-on` names.
const FOUND: u8 = 3;

/// Compare two documents: does the released client still work, and what is the next release?
///
/// OLD and NEW are files or git revisions such as HEAD~1 or v0.1.0. A revision is read with its own document and overlay; a
/// file with the overlay of the working tree. The documents are compared with their corrections, then without them: a change
/// that a correction hides is listed apart.
#[derive(Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    /// A file or a git revision.
    old: String,
    /// A file or a git revision.
    new: String,
    /// nexus, sso or mdx.
    #[arg(long, default_value = "nexus", value_parser = crate::api)]
    api: &'static Api,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Where the whole of a Markdown report is written that is too long for a pull request.
    #[arg(long, default_value = "target/spec-diff.md")]
    whole: PathBuf,
    /// From which class on the tool returns the exit code 3.
    #[arg(long, value_enum)]
    fail_on: Option<Level>,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  the comparison is printed; with --fail-on, nothing is as bad as that
  1  a document cannot be read
  2  the command line is wrong
  3  only with --fail-on: something is as bad as that, or a build would refuse NEW, so that it is not known";

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For a terminal.
    Text,
    /// For a pull request.
    Markdown,
    /// For machines.
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
enum Level {
    /// Any change.
    Patch,
    /// The next release is minor or major.
    Minor,
    /// The next release is major.
    Major,
    /// The released client degrades or breaks.
    Degrades,
    /// The released client breaks.
    Breaks,
}

impl Level {
    fn is_reached(self, worst: Verdict) -> bool {
        match self {
            Self::Patch => true,
            Self::Minor => worst.next_release >= NextRelease::Minor,
            Self::Major => worst.next_release >= NextRelease::Major,
            Self::Degrades => worst.released >= Released::Degrades,
            Self::Breaks => worst.released >= Released::Breaks,
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let (root, api) = (crate::root()?, arguments.api);
    let old = revision::prepare(&root, api, &arguments.old)?;
    let new = revision::prepare(&root, api, &arguments.new)?.with_generator(api);
    let changes = diff::compare(&old, &new);
    crate::say(&match arguments.format {
        Format::Text => changes.text(),
        Format::Markdown => markdown(&changes, &arguments.whole)?,
        Format::Json => format!("{:#}", changes.json()),
    });
    let Some(level) = arguments.fail_on else {
        return Ok(ExitCode::SUCCESS);
    };
    let reached = changes.worst().is_some_and(|worst| level.is_reached(worst));
    Ok(if reached || !changes.refused().is_empty() {
        ExitCode::from(FOUND)
    } else {
        ExitCode::SUCCESS
    })
}

/// The report for a pull request; the whole of one that is too long is written to `file`.
fn markdown(changes: &Changes, file: &Path) -> Result<String, String> {
    let Some(shortened) = changes.shortened(diff::LONGEST, &file.to_string_lossy()) else {
        return Ok(changes.markdown());
    };
    if let Some(folder) = file.parent() {
        // A folder that cannot be made is reported with the file.
        let _ = std::fs::create_dir_all(folder);
    }
    std::fs::write(file, changes.markdown())
        .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    Ok(shortened)
}
