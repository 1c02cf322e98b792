//! Updates that do not come to their end: what is put back, what is kept for repair, and what is refused in the meantime.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod upstream;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use mx_nexus_openapi::tool::check::check;
use mx_nexus_openapi::tool::update::{Options, Rebuild, Update, Work};
use upstream::edit;
use upstream::updating::{
    Does, GONE, MDX, ONE, broken, grown, options, report, root, run, snapshots, update,
};

#[test]
fn a_failure_puts_everything_back() {
    let root = root("failure");
    let before = root.files();
    let refused = run(&root, Does(broken), &grown(), &options()).unwrap_err();
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
    let root = root("interrupted");
    let before = root.files();
    let flag = AtomicBool::new(false);
    let update = Update {
        root: &root.0,
        rebuild: Does(|root: &Path| {
            snapshots(root)?;
            flag.store(true, Ordering::SeqCst);
            Ok(())
        }),
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
    let root = root("killed");
    let before = root.files();
    let kill = |root: &Path| -> Result<(), String> {
        snapshots(root)?;
        panic!("killed");
    };
    let killed = || {
        let run = || run(&root, Does(kill), &grown(), &options());
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err());
        assert!(root.files() != before);
    };
    killed();
    let refused = run(&root, Does(snapshots), &grown(), &options()).unwrap_err();
    assert!(refused.reason.contains("--restore"), "{}", refused.reason);
    assert_eq!(
        update(&root, Does(snapshots)).restore().unwrap(),
        "5 files were put back."
    );
    assert!(root.files() == before);
    killed();
    root.put(GONE, "gone");
    let text = report(update(&root, Does(snapshots)).resume());
    assert!(text.contains("`UserResponse.mood`"), "{text}");
    assert!(
        update(&root, Does(snapshots)).restore().is_err(),
        "nothing is left behind"
    );
}

#[test]
fn what_was_kept_is_repaired_and_finished() {
    let root = root("kept");
    let before = root.files();
    let keep = Options {
        keep: true,
        ..options()
    };
    let mut document = grown().replace("mood", "other_guid");
    // A rule that the overlay removes.
    let rule = "          pattern: ^[A-Za-z0-9_-]+$\n";
    edit(&mut document, "\n    UserResponse:\n", rule, "");
    let refused = run(&root, Does(snapshots), &document, &keep).unwrap_err();
    assert!(
        refused.reason.contains("UserResponse.other_guid"),
        "{}",
        refused.reason
    );
    assert!(refused.reason.contains("--continue"), "{}", refused.reason);
    assert_eq!(root.get("openapi/mdx/v5.yaml"), document);
    let refused = update(&root, Does(snapshots)).resume().unwrap_err();
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
    let text = report(update(&root, Does(snapshots)).resume());
    assert!(text.contains("`UserResponse.other_guid`"), "{text}");
    // What was dropped before the repair is told.
    let gone =
        "## Corrections that are gone since the update began\n\n- `openapi/mdx/overlay.yaml:";
    assert!(text.contains(gone), "{text}");
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
fn a_tree_that_is_not_in_order_is_not_updated() {
    struct Red;
    impl Rebuild for Red {
        fn try_out(&self, _: &Path, _: &Work<'_>) -> Result<(), String> {
            Err("a test of the documents fails as it is, before the update".to_owned())
        }

        fn rebuild(&self, _: &Path, _: &Work<'_>) -> Result<(), String> {
            panic!("it is not rebuilt");
        }
    }
    let root = root("red");
    let before = root.files();
    let keep = Options {
        keep: true,
        ..options()
    };
    let refused = run(&root, Red, &grown(), &keep).unwrap_err();
    assert!(
        refused.reason.contains("Mend that first"),
        "{}",
        refused.reason
    );
    assert!(root.files() == before);
    assert!(!root.0.join("target/spec-update").exists());
}

#[test]
fn what_the_person_writes_during_an_update_is_not_lost() {
    let root = root("beside");
    let mine = format!("{}\n### Fixed\n\n- Mine.\n", root.get("CHANGELOG.md"));
    let write = |end: Result<(), String>| {
        let (root, mine) = (&root, &mine);
        Does(move |path: &Path| {
            snapshots(path)?;
            root.put("CHANGELOG.md", mine);
            end.clone()
        })
    };
    let failed = write(Err("error[E0599]: no method".to_owned()));
    run(&root, failed, &grown(), &options()).unwrap_err();
    assert_eq!(root.get("CHANGELOG.md"), mine);
    report(run(&root, write(Ok(())), &grown(), &options()));
    let now = root.get("CHANGELOG.md");
    for line in ["- Mine.", "- `UserResponse.mood`: it is new."] {
        assert!(now.contains(line), "{now}");
    }
}

#[test]
fn a_repair_that_is_taken_back_is_kept_aside() {
    let root = root("aside");
    let before = root.files();
    let keep = Options {
        keep: true,
        ..options()
    };
    run(&root, Does(broken), &grown(), &keep).unwrap_err();
    let overlay = format!("{}# Mine.\n", root.get("openapi/mdx/overlay.yaml"));
    root.put("openapi/mdx/overlay.yaml", &overlay);
    root.put("tests/snapshots/wire/mine.snap", "mine");
    let told = update(&root, Does(broken)).restore().unwrap();
    let lines: Vec<&str> = told.lines().skip(1).collect();
    assert_eq!(
        lines,
        [
            "  openapi/mdx/overlay.yaml",
            "  tests/snapshots/wire/mine.snap"
        ]
    );
    assert!(root.files() == before);
    let aside = |file: &str| root.get(&format!("target/spec-update-aside/{file}"));
    assert_eq!(aside("openapi/mdx/overlay.yaml"), overlay);
    assert_eq!(aside("tests/snapshots/wire/mine.snap"), "mine");
    assert_eq!(aside(ONE), "");
}

#[test]
fn nobody_updates_or_restores_while_an_update_is_at_work() {
    let root = root("twice");
    let other = Does(|path: &Path| {
        snapshots(path)?;
        let update = update(&root, Does(snapshots));
        let refusals = [
            update.run(MDX, &grown(), &options()).unwrap_err(),
            update.resume().unwrap_err(),
            update.restore().unwrap_err(),
        ];
        for refused in refusals {
            assert!(refused.reason.contains("is at work"), "{}", refused.reason);
        }
        Ok(())
    });
    report(run(&root, other, &grown(), &options()));
    // It is over.
    let refused = update(&root, Does(snapshots)).restore().unwrap_err();
    assert!(refused.reason.contains("no update"), "{}", refused.reason);
}

/// The cargo of an update outlives it when only the update is killed.
#[test]
fn what_a_killed_update_has_begun_comes_to_its_end_first() {
    struct Killed;
    impl Rebuild for Killed {
        fn try_out(&self, _: &Path, _: &Work<'_>) -> Result<(), String> {
            Ok(())
        }

        fn rebuild(&self, root: &Path, work: &Work<'_>) -> Result<(), String> {
            snapshots(root)?;
            work.waits_for(std::process::id())?;
            // As the file system looks after a kill: nothing that would be done on the way out is done.
            let lock = root.join("target/spec-update.lock");
            let left = std::fs::read_to_string(&lock).unwrap();
            std::fs::write(root.join("target/lock"), left).unwrap();
            panic!("killed");
        }
    }
    let root = root("outlived");
    let before = root.files();
    let run = || run(&root, Killed, &grown(), &options());
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err());
    let held = root.get("target/lock");
    // The update itself is a process that has never been.
    let update_of = format!("{{\"update\":{{\"number\":{}", std::process::id());
    assert!(held.starts_with(&update_of), "{held}");
    let killed = held.replacen(
        &update_of,
        &format!("{{\"update\":{{\"number\":{}", u32::MAX),
        1,
    );
    root.put("target/spec-update.lock", &killed);
    let refused = update(&root, Does(snapshots)).restore().unwrap_err();
    assert!(
        refused.reason.contains("its cargo, process"),
        "{}",
        refused.reason
    );
    std::fs::remove_file(root.0.join("target/spec-update.lock")).unwrap();
    update(&root, Does(snapshots)).restore().unwrap();
    assert!(root.files() == before);
}
