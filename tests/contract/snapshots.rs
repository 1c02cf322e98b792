//! Compares a whole folder of snapshots at once, and says which of its files belong to nothing. Every walk ends here.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// A folder of `tests/snapshots`, and the texts of its files by their names.
pub(crate) type Folder = (String, BTreeMap<String, String>);

/// Compares each text with `tests/snapshots/<folder>/<name>.snap`: all of all folders, even when one differs, so that one run
/// shows a whole update. A file that has no text is an orphan: its operation or type is gone, and it goes as well when the new
/// snapshots are accepted. Callers pass all texts at once, so a text that a test has not reached is no orphan.
pub(crate) fn pin_all(folders: impl IntoIterator<Item = Folder>) {
    let mut faults = Vec::new();
    for (folder, texts) in folders {
        let alike: BTreeSet<String> = texts.keys().map(|name| name.to_lowercase()).collect();
        assert_eq!(alike.len(), texts.len(), "some systems ignore case");
        let changed: Vec<&str> = texts
            .iter()
            .filter(|(name, text)| {
                catch_unwind(AssertUnwindSafe(|| compare(&folder, name, text))).is_err()
            })
            .map(|(name, _)| name.as_str())
            .collect();
        if !changed.is_empty() {
            faults.push(format!(
                "tests/snapshots/{folder}: {changed:?} differ or are new"
            ));
        }
        let orphans = orphans(&path(&folder), texts.keys());
        if are_accepted() {
            for orphan in orphans {
                std::fs::remove_file(path(&folder).join(format!("{orphan}.snap"))).unwrap();
            }
        } else if !orphans.is_empty() {
            faults.push(format!(
                "tests/snapshots/{folder}: nothing belongs to {orphans:?}"
            ));
        }
    }
    assert!(
        faults.is_empty(),
        "{}\nINSTA_UPDATE=always accepts what is new, and removes what nothing belongs to",
        faults.join("\n")
    );
}

/// Whether new snapshots are accepted, by insta's own variable.
fn are_accepted() -> bool {
    std::env::var("INSTA_UPDATE").is_ok_and(|word| matches!(word.as_str(), "always" | "1"))
}

fn compare(folder: &str, name: &str, text: &str) {
    insta::with_settings!({
        snapshot_path => format!("../snapshots/{folder}"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name, text);
    });
}

fn path(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/snapshots")
        .join(folder)
}

/// The snapshots of a folder whose name is not among the expected.
fn orphans<'a>(folder: &Path, expected: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut found: BTreeSet<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let name = entry.expect("it can be listed").file_name();
            Some(name.to_str()?.strip_suffix(".snap")?.to_owned())
        })
        .collect();
    for name in expected {
        found.remove(name);
    }
    found.into_iter().collect()
}

#[test]
fn a_snapshot_of_what_is_gone_is_an_orphan() {
    let folder = path("operations");
    let none = orphans(&folder, ["nexus"].map(str::to_owned).iter());
    assert_eq!(none, Vec::<String>::new());
    assert_eq!(orphans(&folder, [].iter()), ["nexus"]);
}
