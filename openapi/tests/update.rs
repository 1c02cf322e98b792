//! An update of a document, all but the compiling: what it tells, what it writes, what it refuses, and that it puts everything
//! back. The rehearsal compiles.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod upstream;

use std::process::Command;

use mx_nexus_openapi::tool::check::check;
use mx_nexus_openapi::tool::update::{Options, Outcome};
use upstream::updating::{
    Does, MDX, NEW, NEXUS, broken, grown, options, report, root, run, snapshots, update,
};
use upstream::{changed, document, edit, operations};

/// The report without the hash, which is another after every edit of the document.
fn pinned(name: &str, text: &str) {
    let lines = text.lines().filter(|line| !line.starts_with("| sha256"));
    insta::with_settings!({
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name, lines.collect::<Vec<_>>().join("\n"));
    });
}

#[test]
fn a_changed_document_takes_its_place_with_all_that_follows() {
    let root = root("update");
    let overlay = root.get("openapi/nexus/overlay.yaml");
    let options = Options {
        source: Some("https://example.com/nexus.yaml".to_owned()),
        ..options()
    };
    let text = report(run(&root, Does(snapshots), &changed(), &options));
    pinned("update", &text);
    pinned("update_changelog", &root.get("CHANGELOG.md"));
    assert_eq!(root.get("openapi/nexus/v1.yaml"), changed());
    let provenance = root.get("openapi/nexus/PROVENANCE.toml");
    assert!(operations(&changed()) < operations(&document(NEXUS)));
    for line in [
        "transcribed_on = \"2027-01-15\"",
        "sources = [\"https://example.com/nexus.yaml\"]",
        &format!("operations = {}", operations(&changed())),
    ] {
        assert!(provenance.contains(line), "{provenance}");
    }
    // Two actions are gone, and every other line is as it was.
    let now = root.get("openapi/nexus/overlay.yaml");
    let mut rest = now.lines();
    let dropped = overlay.lines().filter(|line| {
        let same = rest.clone().next() == Some(*line);
        if same {
            rest.next();
        }
        !same
    });
    let dropped: Vec<&str> = dropped.collect();
    assert_eq!(rest.next(), None);
    let targets = dropped.iter().filter(|line| line.starts_with("  - target"));
    assert_eq!(targets.count(), 2, "{dropped:?}");
    assert!(dropped.len() < 16, "{dropped:?}");
    assert_eq!(check(&root.0).findings, []);
    assert!(!root.0.join("target/spec-update").exists());
    // The same document again is no update.
    let again = run(&root, Does(broken), &changed(), &options);
    assert_eq!(again, Ok(Outcome::Unchanged));
}

#[test]
fn a_dry_run_tells_the_same_and_changes_nothing() {
    let root = root("dry");
    let before = root.files();
    let options = Options {
        dry_run: true,
        ..options()
    };
    let text = report(run(&root, Does(broken), &grown(), &options));
    assert!(text.contains("`UserResponse.mood`"), "{text}");
    assert!(!text.contains("## Snapshots"), "{text}");
    assert!(root.files() == before);
}

/// A document of MDX in which the place of a correction and the field of a pattern are gone, and a rule that the overlay removes.
fn renamed() -> String {
    let mut text = document(MDX)
        .replace("logged_in_at", "seen_at")
        .replace("/users/{user_id}.json", "/people/{user_id}.json");
    let rule = "          pattern: ^[A-Za-z0-9_-]+$\n";
    edit(&mut text, "\n    UserResponse:\n", rule, "");
    text
}

#[test]
fn what_is_stale_stops_an_update_unless_it_may_be_dropped() {
    let root = root("stale");
    let before = root.files();
    let refused = run(&root, Does(snapshots), &renamed(), &options()).unwrap_err();
    pinned("update_stale", &refused.reason);
    assert!(root.files() == before);
    let options = Options {
        drop_stale: true,
        ..options()
    };
    let told = report(run(&root, Does(snapshots), &renamed(), &options));
    pinned("update_drop_stale", told.split("\n## mdx").next().unwrap());
    assert_eq!(check(&root.0).findings, []);
}

#[test]
fn what_is_stale_in_part_is_never_dropped() {
    let root = root("part");
    let before = root.files();
    let mut text = document(MDX);
    let list = "          enum:\n            - MALE\n            - FEMALE\n";
    edit(&mut text, "\n    UserResponse:\n", list, "");
    let options = Options {
        drop_stale: true,
        ..options()
    };
    let refused = run(&root, Does(snapshots), &text, &options).unwrap_err();
    let part =
        "$.components.schemas['UserResponse'].properties.gender.enum, which is part of the target";
    assert!(refused.reason.contains(part), "{}", refused.reason);
    assert!(refused.reason.contains("--keep"), "{}", refused.reason);
    assert!(root.files() == before);
}

#[test]
fn what_no_commit_holds_is_not_overwritten() {
    let root = root("dirty");
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=Test", "-c", "user.email=test@example.com"]);
        let output = command
            .arg("-C")
            .arg(&root.0)
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "Begin"]);
    root.put(
        "openapi/mdx/overlay.yaml",
        &format!("{}# Mine.\n", root.get("openapi/mdx/overlay.yaml")),
    );
    root.put(NEW, "mine");
    root.put("notes.txt", "mine, and no file of an update");
    let before = root.files();
    let refused = run(&root, Does(snapshots), &grown(), &options()).unwrap_err();
    let told: Vec<&str> = refused.reason.lines().skip(1).collect();
    assert_eq!(told, ["  openapi/mdx/overlay.yaml", &format!("  {NEW}")]);
    assert!(root.files() == before);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "Mine"]);
    let keep = Options {
        keep: true,
        ..options()
    };
    run(&root, Does(broken), &grown(), &keep).unwrap_err();
    git(&["commit", "--quiet", "--all", "--message", "Half an update"]);
    let refused = update(&root, Does(snapshots)).restore().unwrap_err();
    assert!(
        refused.reason.contains("another commit"),
        "{}",
        refused.reason
    );
}

#[test]
fn what_is_no_document_changes_nothing() {
    let root = root("nonsense");
    let before = root.files();
    for (document, told) in [
        ("<html>", "there is no operation"),
        ("openapi: [", "this is no YAML"),
        ("openapi: 3.0.0\n", "there is no operation"),
        ("openapi: 3.0.0\nopenapi: 3.0.0\n", "stands twice"),
    ] {
        let options = Options {
            file: Some("new.yaml".to_owned()),
            ..options()
        };
        let refused = run(&root, Does(snapshots), document, &options).unwrap_err();
        // That alone, and of the file that was given.
        let lines: Vec<&str> = refused.reason.lines().collect();
        let [only, finding, _] = lines.as_slice() else {
            panic!("{document}: {}", refused.reason);
        };
        assert_eq!(*only, "1 thing stands against the update:");
        assert!(finding.starts_with("  new.yaml:"), "{finding}");
        assert!(finding.contains(told), "{document}: {finding}");
        let report = refused.report.unwrap();
        assert!(!report.contains("## Proposal"), "{report}");
        assert!(root.files() == before, "{document}");
    }
    let options = Options {
        date: Some("tomorrow".to_owned()),
        ..Options::default()
    };
    let refused = run(&root, Does(snapshots), &grown(), &options).unwrap_err();
    assert!(refused.reason.contains("no date"), "{}", refused.reason);
}
