//! Compares a whole folder of snapshots at once, and says which of its files belong to nothing. Every walk ends here.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// Compares each text with `tests/snapshots/<folder>/<name>.snap`: all of them, even when one differs, so that one run shows a
/// whole update. A file that has no text is an orphan: its operation or type is gone, and it has to go as well.
pub(crate) fn pin_all(folder: &str, texts: &BTreeMap<String, String>) {
    let alike: BTreeSet<String> = texts.keys().map(|name| name.to_lowercase()).collect();
    assert_eq!(alike.len(), texts.len(), "some systems ignore case");
    let changed: Vec<&str> = texts
        .iter()
        .filter(|(name, text)| {
            catch_unwind(AssertUnwindSafe(|| compare(folder, name, text))).is_err()
        })
        .map(|(name, _)| name.as_str())
        .collect();
    let orphans = orphans(&path(folder), texts.keys());
    assert!(
        changed.is_empty() && orphans.is_empty(),
        "tests/snapshots/{folder}: {changed:?} differ or are new, accept them with INSTA_UPDATE=always; nothing belongs to \
         {orphans:?}, remove them"
    );
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
    let none = orphans(&folder, ["mdx", "nexus", "sso"].map(str::to_owned).iter());
    assert_eq!(none, Vec::<String>::new());
    let one = orphans(&folder, ["mdx", "nexus"].map(str::to_owned).iter());
    assert_eq!(one, ["sso"]);
}
