//! `cargo spec update FILE`: a new upstream document in the place of the old one, with all that follows from it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{ArgGroup, Args};
use mx_nexus_openapi::Api;
use mx_nexus_openapi::tool::update::{Cargo, Options, Outcome, Refused, Update};

/// Put a new upstream document in the place of the old one, with all that follows from it.
///
/// Checks the document, applies the corrections anew and drops those that it makes unnecessary, rebuilds the code, rewrites the
/// snapshots, adds a proposal to CHANGELOG.md and prints the report: all of it, or nothing. What it leaves is ready for one
/// commit.
#[derive(Args)]
#[command(after_help = EXIT_CODES, group = ArgGroup::new("what").required(true))]
pub(crate) struct Arguments {
    /// The new document.
    #[arg(group = "what")]
    file: Option<PathBuf>,
    /// nexus, sso or mdx.
    #[arg(long, default_value = "nexus", value_parser = crate::api)]
    api: &'static Api,
    /// Where the document was taken from, for PROVENANCE.toml.
    #[arg(long, value_name = "URL", requires = "file")]
    source: Option<String>,
    /// The day it was taken; today if not given.
    #[arg(long, value_name = "YYYY-MM-DD", requires = "file")]
    date: Option<String>,
    /// Drop corrections and type patterns whose place is gone from the document, instead of stopping.
    #[arg(long, requires = "file")]
    drop_stale: bool,
    /// Tell what would happen and change nothing; rebuilds nothing either.
    #[arg(long, requires = "file")]
    dry_run: bool,
    /// When something fails, leave the tree as it is for you to repair.
    #[arg(long, requires = "file", conflicts_with = "dry_run")]
    keep: bool,
    /// Write the report there too, in Markdown. It is written of an update that fails as well, as far as it goes.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Finish an update that --keep has left.
    #[arg(long = "continue", group = "what")]
    resume: bool,
    /// Take back an update that --keep has left, or that was killed.
    #[arg(long, group = "what")]
    restore: bool,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done, or the document is the one that is there
  1  not done; everything is as it was, unless --keep was given
  2  the command line is wrong";

/// Set by Ctrl-C.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::SeqCst))
        .map_err(|error| format!("signals cannot be waited for: {error}"))?;
    if let Some(file) = &arguments.report {
        is_writable(file)?;
    }
    let root = crate::root()?;
    let update = Update {
        root,
        rebuild: Cargo::default(),
        interrupted: &INTERRUPTED,
    };
    if arguments.restore {
        crate::say(&update.restore().map_err(|refused| refused.reason)?);
        return Ok(ExitCode::SUCCESS);
    }
    let outcome = match &arguments.file {
        None => update.resume(),
        Some(file) => {
            let document = read(file)?;
            let options = Options {
                file: Some(file.display().to_string()),
                source: arguments.source.clone(),
                date: arguments.date.clone(),
                drop_stale: arguments.drop_stale,
                dry_run: arguments.dry_run,
                keep: arguments.keep,
            };
            if !arguments.dry_run {
                eprintln!(
                    "checking; if all is well it tests the tree as it is, and then with the new document: that takes some minutes"
                );
            }
            update.run(arguments.api, &document, &options)
        }
    };
    match outcome {
        Ok(Outcome::Unchanged) => {
            tell(arguments, SAME);
            crate::say(SAME);
            Ok(ExitCode::SUCCESS)
        }
        Ok(Outcome::Updated(report)) => {
            tell(arguments, &report);
            crate::say(&report);
            if arguments.dry_run {
                crate::say("\nNothing was changed: this was a dry run, without the snapshots.");
            } else {
                crate::say(NEXT);
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(Refused { reason, report }) => {
            if let (true, Some(report)) = (arguments.dry_run, &report) {
                crate::say(report);
            }
            let report =
                report.map(|report| format!("{report}\n## Not done\n\n```text\n{reason}\n```\n"));
            tell(arguments, &report.unwrap_or_else(|| reason.clone()));
            Err(reason)
        }
    }
}

const SAME: &str = "the document is the one that is there; nothing to do";

const NEXT: &str = "
Next: read git diff, above all the snapshots; make the proposal in CHANGELOG.md your own; run .ci/run; commit all of it as one.";

fn read(file: &Path) -> Result<String, String> {
    std::fs::read_to_string(file)
        .map_err(|error| format!("cannot read {}: {error}", file.display()))
}

/// Refuses a report that could not be written, before anything is done.
fn is_writable(file: &Path) -> Result<(), String> {
    let new = !file.exists();
    let mut options = std::fs::OpenOptions::new();
    let opened = options.create(true).append(true).open(file);
    opened.map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    if new {
        std::fs::remove_file(file).ok();
    }
    Ok(())
}

/// Writes the report where the arguments want it. What is done is done when that fails.
fn tell(arguments: &Arguments, report: &str) {
    let Some(file) = &arguments.report else {
        return;
    };
    if let Err(error) = std::fs::write(file, report) {
        eprintln!("the report is not in {}: {error}", file.display());
    }
}
