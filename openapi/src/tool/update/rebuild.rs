//! What follows a new document: the code is made and compiled anew, and the tests of the contract write their snapshots.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use super::errors;
use super::lock::Lock;

/// Brings everything that is made from the documents into line with them.
pub trait Rebuild {
    /// Compiles and tests the workspace at `root` as it is, before anything is changed: what fails then is no fault of a new
    /// document.
    ///
    /// # Errors
    ///
    /// What the compiler or a test says, for a person to read.
    fn try_out(&self, root: &Path, work: &Work<'_>) -> Result<(), String>;

    /// Compiles the workspace at `root`, rewrites the snapshots that follow the documents, and removes those of what is gone.
    ///
    /// # Errors
    ///
    /// What the compiler or a test says, for a person to read.
    fn rebuild(&self, root: &Path, work: &Work<'_>) -> Result<(), String>;
}

/// The update that a rebuild belongs to.
#[derive(Debug)]
pub struct Work<'a> {
    pub(crate) lock: &'a Lock,
    pub(crate) interrupted: &'a AtomicBool,
}

impl Work<'_> {
    /// Whether the person wants it to stop.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::SeqCst)
    }

    /// Notes a process that goes on when this one is killed, so that nobody takes the update back under its hands.
    ///
    /// # Errors
    ///
    /// Why that cannot be noted.
    pub fn waits_for(&self, process: u32) -> Result<(), String> {
        self.lock.waits_for(process)
    }
}

/// Rebuilds by `cargo`.
#[derive(Clone, Debug, Default)]
pub struct Cargo {
    /// The target directory, where it is not the usual one.
    pub target: Option<PathBuf>,
    /// Whether to compile only what the tests of the contract need, not every test and example.
    pub only_contract: bool,
}

/// What is said of the tree before and after the document is replaced.
struct Words {
    does_not_compile: &'static str,
    fails: &'static str,
}

const BEFORE: Words = Words {
    does_not_compile: "the code does not compile as it is, before the update",
    fails: "a test of the documents fails as it is, before the update",
};

const AFTER: Words = Words {
    does_not_compile: "the code no longer compiles with the new document",
    fails: "a test of the documents fails",
};

const CHECK: [&str; 5] = [
    "check",
    "--locked",
    "--workspace",
    "--all-features",
    "--all-targets",
];

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
    fn try_out(&self, root: &Path, work: &Work<'_>) -> Result<(), String> {
        self.compile(root, work, &BEFORE)?;
        self.test(root, work, "no")
            .map_err(|said| told(BEFORE.fails, &said))
    }

    fn rebuild(&self, root: &Path, work: &Work<'_>) -> Result<(), String> {
        self.compile(root, work, &AFTER)?;
        // Whether this run fails tells nothing: the next one tells what is not only a snapshot.
        let _ = self.test(root, work, "always");
        self.test(root, work, "no")
            .map_err(|said| told(AFTER.fails, &said))
    }
}

/// What cargo was told, and what it said when it failed.
struct Said {
    arguments: Vec<String>,
    text: String,
}

impl Cargo {
    fn compile(&self, root: &Path, work: &Work<'_>, words: &Words) -> Result<(), String> {
        let mut commands = vec![self.tests(root, "--no-run")];
        if !self.only_contract {
            commands.insert(0, CHECK.map(ToOwned::to_owned).to_vec());
        }
        for arguments in commands {
            self.run(root, work, arguments, |_| {})
                .map_err(|said| told(words.does_not_compile, &said))?;
        }
        Ok(())
    }

    fn test(&self, root: &Path, work: &Work<'_>, snapshots: &str) -> Result<(), Said> {
        self.run(root, work, self.tests(root, "--no-fail-fast"), |command| {
            command
                .env("INSTA_UPDATE", snapshots)
                .env("INSTA_WORKSPACE_ROOT", root);
        })
    }

    /// The arguments that run the tests of the documents.
    fn tests(&self, root: &Path, more: &str) -> Vec<String> {
        let mut arguments = TEST.map(ToOwned::to_owned).to_vec();
        if !self.only_contract {
            arguments.extend(tests_of_this_package(root));
        }
        arguments.push(more.to_owned());
        arguments
    }

    fn run(
        &self,
        root: &Path,
        work: &Work<'_>,
        arguments: Vec<String>,
        prepare: impl FnOnce(&mut Command),
    ) -> Result<(), Said> {
        let failed = |text: String| Said {
            arguments: arguments.clone(),
            text,
        };
        if work.is_interrupted() {
            return Err(failed("interrupted".to_owned()));
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command
            .args(&arguments)
            .current_dir(root)
            .env("CARGO_TERM_COLOR", "never")
            // A panic says where and why; what led to it would fill the page.
            .env("RUST_BACKTRACE", "0");
        // What a cargo that runs us has told us is about us, not about what we build.
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if ["CARGO_PKG_", "CARGO_MANIFEST_", "INSTA_"]
                .iter()
                .any(|start| name.starts_with(start))
            {
                command.env_remove(&*name);
            }
        }
        if let Some(target) = &self.target {
            command.env("CARGO_TARGET_DIR", target);
        }
        prepare(&mut command);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let does_not_run = |error: std::io::Error| failed(format!("cargo does not run: {error}"));
        let child = command.spawn().map_err(does_not_run)?;
        let noted = work.waits_for(child.id());
        let output = child.wait_with_output().map_err(does_not_run)?;
        noted.map_err(&failed)?;
        if output.status.success() {
            return Ok(());
        }
        let said = [output.stderr, output.stdout].concat();
        Err(failed(String::from_utf8_lossy(&said).into_owned()))
    }
}

fn told(reason: &str, said: &Said) -> String {
    let arguments = said.arguments.join(" ");
    format!(
        "{reason} (cargo {arguments}):\n{}",
        errors::told(&said.text)
    )
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
