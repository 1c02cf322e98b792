//! A whole update, rehearsed: a copy of the workspace, a changed document, and the compiler. What comes out is what the person
//! finds who runs `cargo spec update`, to the last snapshot; and when the code does not compile, nothing has changed.
//!
//! It compiles the workspace three times more, so plain `cargo test` passes it over. `.ci/run` calls it by its name.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod upstream;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;

use mx_nexus_openapi::tool::check::check;
use mx_nexus_openapi::tool::update::{Cargo, Options, Outcome, Update};
use mx_nexus_openapi::{APIS, folder};
use upstream::{Root, changed};

static NEVER: AtomicBool = AtomicBool::new(false);

/// The folder below the target directory that holds the copy and what is built from it. It stays, so that the next rehearsal
/// compiles only what has changed. What is built has to stay apart: cargo would take it for a build of the original.
fn place() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("rehearsal")
}

/// Copies what git knows of the workspace, and leaves what is there already and the same.
fn copy() -> Root {
    let root = Root(place().join("workspace"));
    let workspace = folder().parent().unwrap();
    let listed = git(
        workspace,
        &["ls-files", "--cached", "--others", "--exclude-standard"],
    );
    let files: Vec<&str> = listed
        .lines()
        .filter(|file| workspace.join(file).is_file())
        .collect();
    for file in root.files().keys() {
        let file = file.strip_prefix(&root.0).unwrap();
        if !files.iter().any(|known| Path::new(known) == file) {
            fs::remove_file(root.0.join(file)).unwrap();
        }
    }
    for file in files {
        if fs::read(root.0.join(file)).ok() != Some(fs::read(workspace.join(file)).unwrap()) {
            root.take(file);
        }
    }
    fs::remove_dir_all(root.0.join(".git")).ok();
    fs::remove_dir_all(root.0.join("target")).ok();
    git(&root.0, &["init", "--quiet"]);
    git(&root.0, &["add", "--all"]);
    commit(&root.0, "Begin");
    root
}

fn commit(folder: &Path, message: &str) {
    git(folder, &["commit", "--quiet", "--message", message]);
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder);
    command.args(["-c", "user.name=Test", "-c", "user.email=test@example.com"]);
    let output = command.args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn pinned(name: &str, text: &str) {
    insta::with_settings!({
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn an_update_is_ready_to_commit_or_changes_nothing() {
    let root = copy();
    let update = Update {
        root: &root.0,
        rebuild: Cargo {
            target: Some(place().join("target")),
            only_contract: true,
        },
        interrupted: &NEVER,
    };
    let [nexus, ..] = &APIS;
    let options = Options {
        date: Some("2027-01-15".to_owned()),
        ..Options::default()
    };

    let outcome = update.run(nexus, &changed(), &options);
    let report = match outcome {
        Ok(Outcome::Updated(report)) => report,
        other => panic!("not updated: {other:?}"),
    };
    let lines = report.lines().filter(|line| !line.starts_with("| sha256"));
    pinned("rehearsal_report", &lines.collect::<Vec<_>>().join("\n"));
    git(&root.0, &["add", "--all"]);
    pinned(
        "rehearsal_files",
        &git(
            &root.0,
            &["diff", "--cached", "--stat=140", "--stat-graph-width=1"],
        ),
    );
    let of = |file: &str| format!("tests/snapshots/{file}");
    let snapshots = [
        of("schema/responses/MemberResponse.snap"),
        of("wire/listTransactions.snap"),
        of("decode/readMember.snap"),
    ];
    let mut arguments = vec!["diff", "--cached", "--unified=0", "--"];
    arguments.extend(snapshots.iter().map(String::as_str));
    let difference = git(&root.0, &arguments);
    let lines = difference
        .lines()
        .filter(|line| line.starts_with(['+', '-']));
    pinned("rehearsal_snapshots", &lines.collect::<Vec<_>>().join("\n"));
    assert_eq!(check(&root.0).findings, []);
    commit(&root.0, "Update");

    // The workflow calls the operation that is gone.
    let mut document = changed();
    let start = document.find("operationId: identifyMember\n").unwrap();
    document.replace_range(start + 13..start + 27, "identifyNobody");
    let refused = update.run(nexus, &document, &options).unwrap_err();
    assert!(
        refused.reason.contains("no longer compiles"),
        "{}",
        refused.reason
    );
    assert!(
        refused.reason.contains("identify_member"),
        "{}",
        refused.reason
    );
    assert_eq!(git(&root.0, &["status", "--porcelain"]), "");

    // The copy stays for the next rehearsal.
    std::mem::forget(root);
}
