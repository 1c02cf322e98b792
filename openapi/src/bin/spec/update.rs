//! `cargo spec update FILE`: a script of steps over git and cargo. The report goes to stdout, all else to stderr.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use clap::Args;
use mx_nexus_openapi::Api;
use mx_nexus_openapi::tool::update::{self, Upstream};
use mx_nexus_openapi::tool::workspace;

use crate::check;

/// Put a new upstream document in the place of the old one, and update everything that follows from it.
///
/// Steps: write the document and its PROVENANCE.toml; drop the corrections that it makes unnecessary; check; print what changed
/// and what it means; compile; rewrite the snapshots of the contract tests. Takes some minutes. Needs a git tree without
/// changes.
#[derive(Args)]
#[command(after_help = AFTER)]
pub(crate) struct Arguments {
    /// The new document. Without it the update starts at the check, with the files as they are.
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
}

const AFTER: &str = "\
When a step fails, the files stay as they are: repair the cause and run it again without FILE, or undo it with
git restore .

Exit codes:
  0  done, or the document is already this one
  1  a step failed
  2  the command line is wrong";

const FAILED: &str = "
The update is not complete. Repair the cause, then: cargo spec update
Or undo it:  git restore . && git clean --force -- '*.snap'";

const BUILD: [&str; 5] = [
    "check",
    "--locked",
    "--workspace",
    "--all-features",
    "--all-targets",
];

const SNAPSHOTS: [&str; 6] = [
    "test",
    "--locked",
    "--workspace",
    "--all-features",
    "--test",
    "contract",
];

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let root = crate::root()?;
    let api = arguments.api;
    if let Some(file) = &arguments.file {
        let of_file = |reason| format!("{}: {reason}", file.display());
        let text = std::fs::read_to_string(file).map_err(|error| of_file(error.to_string()))?;
        update::require_clean(&root)?;
        let upstream = Upstream {
            text,
            source: arguments.source.clone(),
            date: arguments.date.clone(),
        };
        if !update::replace(&root, api, &upstream).map_err(of_file)? {
            crate::say("the document is already this one");
            return Ok(ExitCode::SUCCESS);
        }
        drop_corrections(&root, api)
            .and_then(|()| follow(&root, api))
            .map_err(|reason| format!("{reason}\n{FAILED}"))?;
    } else {
        follow(&root, api)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn drop_corrections(root: &Path, api: &Api) -> Result<(), String> {
    let dropped = update::drop_taken_over(root, api)?;
    if dropped.is_empty() {
        return Ok(());
    }
    let lines = dropped.iter().map(|correction| {
        let words: Vec<&str> = correction.description.split_whitespace().collect();
        format!("- `{}`. {}\n", correction.target, words.join(" "))
    });
    let lines: String = lines.collect();
    crate::say(&format!(
        "## Dropped corrections: the document has them\n\n{lines}"
    ));
    crate::say("");
    Ok(())
}

/// Everything that follows from the documents as they are.
fn follow(root: &Path, api: &Api) -> Result<(), String> {
    check::require_sound(root)?;
    crate::say(&format!("\n{}", update::changes(root, api)?.markdown()));
    cargo(root, &BUILD)?;
    cargo(root, &SNAPSHOTS)?;
    let changed = workspace::git(root, &["diff", "--stat=120"])?;
    let others = ["ls-files", "--others", "--exclude-standard", "--", "*.snap"];
    let new = workspace::git(root, &others)?;
    let new = new.lines().map(|file| format!(" {file} | new\n"));
    let new: String = new.collect();
    crate::say(&format!("\n## Files\n\n```text\n{changed}{new}```"));
    Ok(())
}

/// Runs cargo, which prints to stderr. Contract tests write their snapshots.
fn cargo(root: &Path, arguments: &[&str]) -> Result<(), String> {
    let line = format!("cargo {}", arguments.join(" "));
    eprintln!("$ {line}");
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(arguments)
        .current_dir(root)
        .env("INSTA_UPDATE", "always")
        .stdin(Stdio::null())
        .stdout(std::io::stderr())
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("failed: {line}"))
    }
}
