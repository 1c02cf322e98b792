//! What follows a new document: the code is made and compiled anew, and the tests of the contract write their snapshots.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tool::journal;

/// Brings everything that is made from the documents into line with them.
pub trait Rebuild {
    /// Compiles the workspace at `root`, rewrites the snapshots that follow the documents, and removes those that no test reads
    /// any more.
    ///
    /// # Errors
    ///
    /// What the compiler or a test says, for a person to read.
    fn rebuild(&self, root: &Path) -> Result<(), String>;
}

/// Rebuilds by `cargo`.
#[derive(Clone, Debug, Default)]
pub struct Cargo {
    /// The target directory, where it is not the usual one.
    pub target: Option<PathBuf>,
    /// Whether to compile only what the tests of the contract need, not every test and example.
    pub only_contract: bool,
}

const DOES_NOT_COMPILE: &str = "the code no longer compiles with the new document";

const FAILS: &str = "a test of the documents fails";

const CHECK: [&str; 5] = [
    "check",
    "--locked",
    "--workspace",
    "--all-features",
    "--all-targets",
];

/// How many lines of the compiler or of a test a failure repeats.
const REPEATED: usize = 40;

/// With the features of the whole workspace, as the other commands build it.
const TEST: [&str; 5] = [
    "test",
    "--locked",
    "--workspace",
    "--all-features",
    "--test=contract",
];

/// Where the tests of this package are: each has to do with the documents.
const TESTS: &str = "openapi/tests";

/// The test that rehearses an update runs an update itself.
const REHEARSAL: &str = "rehearsal";

impl Rebuild for Cargo {
    fn rebuild(&self, root: &Path) -> Result<(), String> {
        if !self.only_contract {
            self.run(root, &CHECK, DOES_NOT_COMPILE, |_| {})?;
        }
        let mut test: Vec<String> = TEST.map(ToOwned::to_owned).to_vec();
        if !self.only_contract {
            test.extend(tests_of_this_package(root));
        }
        let with = |more: &'static str| test.iter().map(String::as_str).chain([more]);
        let compile: Vec<&str> = with("--no-run").collect();
        self.run(root, &compile, DOES_NOT_COMPILE, |_| {})?;
        let all: Vec<&str> = with("--no-fail-fast").collect();
        // A test stops at the first folder with a snapshot of what is gone, and never reads the folders behind it; so it takes a
        // run for each such folder. Whether a run fails tells nothing yet.
        while !self.write_snapshots(root, &all)?.is_empty() {}
        self.run(root, &all, FAILS, |command| {
            command
                .env("INSTA_UPDATE", "no")
                .env("INSTA_WORKSPACE_ROOT", root);
        })
    }
}

impl Cargo {
    /// Lets the tests write their snapshots, and removes those that they no longer read; answers which those were.
    fn write_snapshots(&self, root: &Path, test: &[&str]) -> Result<Vec<String>, String> {
        let references = root.join("target").join("spec-update-references");
        std::fs::remove_file(&references).ok();
        let _ = self.run(root, test, FAILS, |command| {
            command
                .env("INSTA_UPDATE", "always")
                .env("INSTA_WORKSPACE_ROOT", root)
                .env("INSTA_SNAPSHOT_REFERENCES_FILE", &references);
        });
        let read = std::fs::read_to_string(&references).unwrap_or_default();
        std::fs::remove_file(&references).ok();
        let read = read.lines().filter_map(|line| from_root(root, line));
        let orphans = orphans(root, &read.collect());
        for orphan in &orphans {
            std::fs::remove_file(root.join(orphan))
                .map_err(|error| format!("cannot remove {orphan}: {error}"))?;
        }
        Ok(orphans)
    }

    fn run(
        &self,
        root: &Path,
        arguments: &[&str],
        reason: &str,
        prepare: impl FnOnce(&mut Command),
    ) -> Result<(), String> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command
            .args(arguments)
            .current_dir(root)
            .env("CARGO_TERM_COLOR", "never");
        // What a cargo that runs us has told us is about us, not about what we build.
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&*name);
            }
        }
        if let Some(target) = &self.target {
            command.env("CARGO_TARGET_DIR", target);
        }
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("INSTA_") {
                command.env_remove(name);
            }
        }
        prepare(&mut command);
        let output = command
            .output()
            .map_err(|error| format!("cargo does not run: {error}"))?;
        if output.status.success() {
            return Ok(());
        }
        let said = [output.stderr, output.stdout].concat();
        let said = String::from_utf8_lossy(&said);
        Err(format!(
            "{reason} (cargo {}):\n{}",
            arguments.join(" "),
            first_errors(&said)
        ))
    }
}

/// The arguments that name the tests of this package.
fn tests_of_this_package(root: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(root.join(TESTS)).into_iter().flatten();
    let files = entries.flatten().map(|entry| entry.path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .filter(|name| name != REHEARSAL)
        .map(|name| format!("--test={name}"))
        .collect()
}

/// The first errors among what cargo said, or its last lines.
fn first_errors(said: &str) -> String {
    let lines: Vec<&str> = said.lines().collect();
    let panicked = |line: &&str| line.contains(" panicked at ");
    let is_error = |line: &&str| line.starts_with("error");
    let start = lines
        .iter()
        .position(panicked)
        .or_else(|| lines.iter().position(is_error))
        .unwrap_or_else(|| lines.len().saturating_sub(REPEATED));
    let shown: Vec<&str> = lines[start..].iter().take(REPEATED).copied().collect();
    shown.join("\n")
}

/// A path that a test has written down, as the list of snapshots names it.
fn from_root(root: &Path, line: &str) -> Option<String> {
    let path = Path::new(line);
    let path = if path.is_absolute() {
        path.to_owned()
    } else {
        root.join(path)
    };
    let (root, path) = (root.canonicalize().ok()?, path.canonicalize().ok()?);
    let path = path.strip_prefix(&root).ok()?;
    Some(path.to_string_lossy().replace('\\', "/"))
}

/// The snapshots that no test reads any more. The same test has read another one of the same folder: of what it has not come to,
/// nothing can be said.
fn orphans(root: &Path, references: &BTreeSet<String>) -> Vec<String> {
    let place_of = |file: &str| {
        let text = std::fs::read_to_string(root.join(file)).ok()?;
        let source = text
            .lines()
            .find_map(|line| line.strip_prefix("source: "))?;
        let test = test(source.trim().trim_matches('"')).to_owned();
        let (folder, _) = file.rsplit_once('/')?;
        Some((test, folder.to_owned()))
    };
    let read: BTreeSet<_> = references
        .iter()
        .filter_map(|file| place_of(file))
        .collect();
    let snapshots = journal::snapshots(root).into_iter();
    snapshots
        .filter(|file| !references.contains(file))
        .filter(|file| place_of(file).is_some_and(|place| read.contains(&place)))
        .collect()
}

/// The test that a source file belongs to: a folder of `tests`, or the file itself.
fn test(source: &str) -> &str {
    match source.rsplit_once('/') {
        Some((folder, _)) if folder != "tests" && !folder.ends_with("/tests") => folder,
        _ => source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_orphan_is_a_snapshot_that_its_test_passed_over() {
        let root = std::env::temp_dir().join(format!("spec-orphans-{}", std::process::id()));
        let files = [
            ("tests/snapshots/wire/read.snap", "tests/contract/wire.rs"),
            ("tests/snapshots/wire/gone.snap", "tests/contract/wire.rs"),
            ("tests/snapshots/wire/other.snap", "tests/errors.rs"),
            (
                "tests/snapshots/later/unread.snap",
                "tests/contract/wire.rs",
            ),
        ];
        for (file, source) in files {
            let text = format!("---\nsource: {source}\n---\ntext\n");
            journal::write(&root.join(file), text.as_bytes()).unwrap();
        }
        let references = BTreeSet::from([files[0].0.to_owned()]);
        assert_eq!(orphans(&root, &references), [files[1].0]);
        std::fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn a_source_belongs_to_its_test() {
        for (source, expected) in [
            ("tests/contract/wire.rs", "tests/contract"),
            ("openapi/tests/broken.rs", "openapi/tests/broken.rs"),
            ("tests/errors.rs", "tests/errors.rs"),
        ] {
            assert_eq!(test(source), expected);
        }
    }

    #[test]
    fn the_first_errors_are_told_and_not_all() {
        let said = format!(
            "   Compiling a\nwarning: x\nerror[E0599]: no method\n  --> src/a.rs:1\n{}",
            "more\n".repeat(100)
        );
        let told = first_errors(&said);
        assert!(
            told.starts_with("error[E0599]: no method\n  --> src/a.rs:1\nmore"),
            "{told}"
        );
        assert_eq!(told.lines().count(), REPEATED);
        assert_eq!(first_errors("one\ntwo\n"), "one\ntwo");
    }
}
