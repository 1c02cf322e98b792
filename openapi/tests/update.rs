//! An update of a document, all but the compiling: what it tells, what it writes, what it refuses, and that it puts everything
//! back. The rehearsal compiles.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod upstream;

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use mx_nexus_openapi::tool::check::check;
use mx_nexus_openapi::tool::update::{Options, Outcome, Rebuild, Refused, Update};
use mx_nexus_openapi::{APIS, Api};
use upstream::{Root, changed, document, edit};

const NEXUS: &Api = &APIS[0];

/// The smallest of the documents, for what does not depend on the document.
const MDX: &Api = &APIS[2];

static NEVER: AtomicBool = AtomicBool::new(false);

const ONE: &str = "tests/snapshots/wire/one.snap";
const NEW: &str = "tests/snapshots/wire/new.snap";
const GONE: &str = "tests/snapshots/wire/listDefaultCategories.snap";

/// Writes snapshots as the tests would, and compiles nothing.
struct Snapshots;

impl Rebuild for Snapshots {
    fn rebuild(&self, root: &Path) -> Result<(), String> {
        std::fs::write(root.join(ONE), "changed").unwrap();
        std::fs::write(root.join(NEW), "new").unwrap();
        std::fs::remove_file(root.join(GONE)).unwrap();
        Ok(())
    }
}

/// Writes snapshots, and then the code does not compile.
struct Broken;

impl Rebuild for Broken {
    fn rebuild(&self, root: &Path) -> Result<(), String> {
        Snapshots.rebuild(root)?;
        Err(
            "the code no longer compiles with the new document:\nerror[E0599]: no method"
                .to_owned(),
        )
    }
}

fn root(name: &str) -> Root {
    let root = Root::of_documents(name);
    root.put(ONE, "one");
    root.put(GONE, "gone");
    root
}

fn options() -> Options {
    Options {
        date: Some("2027-01-15".to_owned()),
        ..Options::default()
    }
}

fn run<R: Rebuild>(
    root: &Root,
    rebuild: R,
    document: &str,
    options: &Options,
) -> Result<Outcome, Refused> {
    let api = if document.contains("title: Nexus API") {
        NEXUS
    } else {
        MDX
    };
    update(root, rebuild).run(api, document, options)
}

/// The document of MDX with one more field.
fn grown() -> String {
    let mut text = document(MDX);
    let field = "        logged_in_at:\n";
    let more = format!("        mood:\n          type: string\n{field}");
    edit(&mut text, "\n    UserResponse:\n", field, &more);
    text
}

fn update<R: Rebuild>(root: &Root, rebuild: R) -> Update<'_, R> {
    Update {
        root: &root.0,
        rebuild,
        interrupted: &NEVER,
    }
}

fn report(outcome: Result<Outcome, Refused>) -> String {
    match outcome {
        Ok(Outcome::Updated(report)) => report,
        other => panic!("not updated: {other:?}"),
    }
}

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
    let text = report(run(&root, Snapshots, &changed(), &options));
    pinned("update", &text);
    pinned("update_changelog", &root.get("CHANGELOG.md"));
    assert_eq!(root.get("openapi/nexus/v1.yaml"), changed());
    let provenance = root.get("openapi/nexus/PROVENANCE.toml");
    for line in [
        "transcribed_on = \"2027-01-15\"",
        "sources = [\"https://example.com/nexus.yaml\"]",
        "operations = 127",
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
    let again = run(&root, Broken, &changed(), &options);
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
    let text = report(run(&root, Broken, &grown(), &options));
    assert!(text.contains("`UserResponse.mood`"), "{text}");
    assert!(!text.contains("## Snapshots"), "{text}");
    assert!(root.files() == before);
}

#[test]
fn a_failure_puts_everything_back() {
    let root = root("failure");
    let before = root.files();
    let refused = run(&root, Broken, &grown(), &options()).unwrap_err();
    assert!(refused.reason.contains("E0599"), "{}", refused.reason);
    assert!(
        refused.reason.contains("5 files were put back"),
        "{}",
        refused.reason
    );
    assert!(refused.report.unwrap().contains("`UserResponse.mood`"));
    assert!(root.files() == before);
    assert!(!root.0.join("target/spec-update").exists());
}

#[test]
fn an_interruption_puts_everything_back() {
    struct Interrupted<'a>(&'a AtomicBool);
    impl Rebuild for Interrupted<'_> {
        fn rebuild(&self, root: &Path) -> Result<(), String> {
            Snapshots.rebuild(root)?;
            self.0.store(true, Ordering::SeqCst);
            Ok(())
        }
    }
    let root = root("interrupted");
    let before = root.files();
    let flag = AtomicBool::new(false);
    let update = Update {
        root: &root.0,
        rebuild: Interrupted(&flag),
        interrupted: &flag,
    };
    let keep = Options {
        keep: true,
        ..options()
    };
    let refused = update.run(MDX, &grown(), &keep).unwrap_err();
    assert!(
        refused.reason.starts_with("interrupted"),
        "{}",
        refused.reason
    );
    assert!(root.files() == before);
}

#[test]
fn a_killed_run_is_taken_back_or_finished() {
    struct Killed;
    impl Rebuild for Killed {
        fn rebuild(&self, root: &Path) -> Result<(), String> {
            Snapshots.rebuild(root)?;
            panic!("killed");
        }
    }
    let root = root("killed");
    let before = root.files();
    let killed = || {
        let run = || run(&root, Killed, &grown(), &options());
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err());
        assert!(root.files() != before);
    };
    killed();
    let refused = run(&root, Snapshots, &grown(), &options()).unwrap_err();
    assert!(refused.reason.contains("--restore"), "{}", refused.reason);
    assert_eq!(update(&root, Snapshots).restore(), Ok(5));
    assert!(root.files() == before);
    killed();
    root.put(GONE, "gone");
    let text = report(update(&root, Snapshots).resume());
    assert!(text.contains("`UserResponse.mood`"), "{text}");
    assert!(
        update(&root, Snapshots).restore().is_err(),
        "nothing is left behind"
    );
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
    let refused = run(&root, Snapshots, &renamed(), &options()).unwrap_err();
    pinned("update_stale", &refused.reason);
    assert!(root.files() == before);
    let options = Options {
        drop_stale: true,
        ..options()
    };
    let told = report(run(&root, Snapshots, &renamed(), &options));
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
    let refused = run(&root, Snapshots, &text, &options).unwrap_err();
    let part =
        "$.components.schemas['UserResponse'].properties.gender.enum, which is part of the target";
    assert!(refused.reason.contains(part), "{}", refused.reason);
    assert!(refused.reason.contains("--keep"), "{}", refused.reason);
    assert!(root.files() == before);
}

#[test]
fn what_was_kept_is_repaired_and_finished() {
    let root = root("kept");
    let before = root.files();
    let keep = Options {
        keep: true,
        ..options()
    };
    let document = grown().replace("mood", "other_guid");
    let refused = run(&root, Snapshots, &document, &keep).unwrap_err();
    assert!(
        refused.reason.contains("UserResponse.other_guid"),
        "{}",
        refused.reason
    );
    assert!(refused.reason.contains("--continue"), "{}", refused.reason);
    assert_eq!(root.get("openapi/mdx/v5.yaml"), document);
    let refused = update(&root, Snapshots).resume().unwrap_err();
    assert!(
        refused.reason.contains("UserResponse.other_guid"),
        "{}",
        refused.reason
    );
    let mut overlay = root.get("openapi/mdx/overlay.yaml");
    edit(
        &mut overlay,
        "        UserGuid:\n",
        "fields:\n",
        "fields:\n            - UserResponse.other_guid\n",
    );
    root.put("openapi/mdx/overlay.yaml", &overlay);
    let text = report(update(&root, Snapshots).resume());
    assert!(text.contains("`UserResponse.other_guid`"), "{text}");
    assert!(
        root.get("CHANGELOG.md")
            .contains("`UserResponse.other_guid`")
    );
    assert!(
        root.get("openapi/mdx/PROVENANCE.toml")
            .contains("2027-01-15")
    );
    assert_eq!(check(&root.0).findings, []);
    assert!(root.files() != before);
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
    let refused = run(&root, Snapshots, &grown(), &options()).unwrap_err();
    let told: Vec<&str> = refused.reason.lines().skip(1).collect();
    assert_eq!(told, ["  openapi/mdx/overlay.yaml", &format!("  {NEW}")]);
    assert!(root.files() == before);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "Mine"]);
    let keep = Options {
        keep: true,
        ..options()
    };
    run(&root, Broken, &grown(), &keep).unwrap_err();
    git(&["commit", "--quiet", "--all", "--message", "Half an update"]);
    let refused = update(&root, Snapshots).restore().unwrap_err();
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
        ("<html>", "openapi/mdx/v5.yaml:"),
        ("openapi: [", "this is no YAML"),
        ("openapi: 3.0.0\n", "there is no operation"),
        ("openapi: 3.0.0\nopenapi: 3.0.0\n", "stands twice"),
    ] {
        let refused = run(&root, Snapshots, document, &options()).unwrap_err();
        assert!(
            refused.reason.contains(told),
            "{document}: {}",
            refused.reason
        );
        assert!(root.files() == before, "{document}");
    }
    let options = Options {
        date: Some("tomorrow".to_owned()),
        ..Options::default()
    };
    let refused = run(&root, Snapshots, &grown(), &options).unwrap_err();
    assert!(refused.reason.contains("no date"), "{}", refused.reason);
}
