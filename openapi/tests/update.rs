//! `cargo spec update` in a git repository of documents. A stand-in for cargo writes a snapshot and logs how it was called.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod upstream;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;

use upstream::{MDX, Root, changed, document, edit, stderr, stdout};

/// Runs `cargo spec update` with a stand-in for cargo that ends with this code.
fn update(root: &Root, arguments: &[&str], code: u8) -> Output {
    let script = format!(
        "#!/bin/sh\necho \"INSTA_UPDATE=$INSTA_UPDATE cargo $*\" >>target/log\necho two >tests/snapshots/one.snap\necho new >tests/snapshots/new.snap\nexit {code}\n"
    );
    let cargo = root.put("target/cargo", script);
    root.put(".git/info/exclude", "/target\n");
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = root.command(&["update"]);
    command.args(arguments).env("CARGO", cargo);
    command.output().unwrap()
}

const CARGO: &str = "\
INSTA_UPDATE=always cargo check --locked --workspace --all-features --all-targets
INSTA_UPDATE=always cargo test --locked --workspace --all-features --test contract
";

#[test]
fn a_changed_document_is_ready_to_commit() {
    let root = Root::new("update");
    let overlay = root.get("openapi/nexus/overlay.yaml");
    let file = root.put("new.yaml", changed());
    let arguments = [&file, "--source", "https://example.com/", "--date"];
    let output = update(&root, &[&arguments[..], &["2027-01-15"]].concat(), 0);
    let report = stdout(&output);
    assert!(output.status.success(), "{report}{}", stderr(&output));
    let (dropped, rest) = report.split_once("\n## nexus").unwrap();
    let (changes, files) = rest.split_once("\n## Files").unwrap();
    for change in ["MemberResponse.mood", "from_date", "listDefaultCategories"] {
        assert!(changes.contains(change), "{changes}");
    }
    insta::with_settings!({
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!("update", format!("{dropped}\n…\n\n## Files{files}"));
    });
    assert_eq!(root.get("target/log"), CARGO);
    assert_eq!(root.get("openapi/nexus/v1.yaml"), changed());
    let provenance = root.get("openapi/nexus/PROVENANCE.toml");
    for line in ["transcribed_on = \"2027-01-15\"", "operations = 127"] {
        assert!(provenance.contains(line), "{provenance}");
    }
    // Every line of the overlay that is left is as it was.
    let now = root.get("openapi/nexus/overlay.yaml");
    let mut before = overlay.lines();
    assert!(now.lines().all(|line| before.any(|before| before == line)));
    let again = update(&root, &[&file], 0);
    assert!(stderr(&again).starts_with("commit these changes first"));
    root.commit();
    let again = update(&root, &[&file], 0);
    assert_eq!(stdout(&again), "the document is already this one\n");
}

#[test]
fn a_tree_with_changes_is_refused() {
    let root = Root::new("dirty");
    root.put("tests/snapshots/one.snap", "mine\n");
    let file = root.put("new.yaml", changed());
    let output = update(&root, &[&file], 0);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).ends_with(" M tests/snapshots/one.snap\n"));
    assert_eq!(root.status(), " M tests/snapshots/one.snap\n");
}

#[test]
fn a_file_that_is_no_document_is_refused_and_nothing_changes() {
    let root = Root::new("no-document");
    let good = root.put("good.yaml", document(MDX));
    for (text, date, words) in [
        ("a: [\n", "2027-01-15", "no YAML: line "),
        ("<html></html>", "2027-01-15", "no OpenAPI document"),
        ("openapi: 3.0.0\n", "2027-01-15", "no OpenAPI document"),
        ("a: 1\n", "yesterday", "yesterday is no date"),
    ] {
        let file = root.put("new.yaml", text);
        let error = stderr(&update(&root, &[&file, "--date", date], 0));
        assert!(
            error.starts_with(&format!("{file}: {words}")),
            "{text}: {error}"
        );
    }
    let error = stderr(&update(&root, &["gone.yaml"], 0));
    assert!(error.starts_with("gone.yaml: No such file"), "{error}");
    let none = update(&root, &["--api", "mdx", &good], 0);
    assert_eq!(stdout(&none), "the document is already this one\n");
    assert_eq!(root.status(), "");
}

#[test]
fn a_correction_without_its_place_stops_the_update_until_it_is_repaired() {
    let root = Root::new("stale");
    let path = "/users/{user_id}.json";
    let mut text = document(MDX).replace(path, "/people/{user_id}.json");
    let rule = "          pattern: ^[A-Za-z0-9_-]+$\n";
    edit(&mut text, "\n    UserResponse:\n", rule, "");
    let file = root.put("new.yaml", text);
    let output = update(&root, &["--api", "mdx", &file], 0);
    assert_eq!(output.status.code(), Some(1));
    // The correction that removes the rule is dropped, the one of the path is not.
    let report = stdout(&output);
    let (dropped, findings) = report.rsplit_once("- `$.").unwrap();
    assert!(dropped.starts_with("## Dropped corrections"), "{report}");
    assert!(findings.contains("the target matches nothing"), "{report}");
    let error = stderr(&output);
    assert!(error.starts_with("1 finding\n\nThe update is"), "{error}");
    assert!(!root.0.join("target/log").exists());

    let overlay = "openapi/mdx/overlay.yaml";
    root.edit(overlay, path, "/people/{user_id}.json");
    let output = update(&root, &["--api", "mdx"], 0);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(root.get("target/log"), CARGO);
}

#[test]
fn a_failed_build_says_how_to_undo_the_update() {
    let root = Root::new("build");
    let mut text = document(MDX);
    let field = "        logged_in_at:\n";
    let more = format!("        mood:\n          type: integer\n{field}");
    edit(&mut text, "\n    UserResponse:\n", field, &more);
    let file = root.put("new.yaml", text);
    let output = update(&root, &["--api", "mdx", &file], 101);
    assert_eq!(output.status.code(), Some(1));
    let error = stderr(&output);
    assert!(error.contains("failed: cargo check "), "{error}");
    assert!(stdout(&output).contains("UserResponse.mood"));
    let undo = error.split("undo it:").nth(1).unwrap().trim();
    let mut shell = std::process::Command::new("sh");
    let undone = shell.args(["-c", undo]).current_dir(&root.0).status();
    assert!(undone.unwrap().success());
    assert_eq!(root.git(&["status", "--porcelain"]), "?? new.yaml\n");
}
