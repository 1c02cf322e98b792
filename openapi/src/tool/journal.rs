//! The originals of every file that an update may touch, kept aside until it is done: all or nothing, whatever happens between.
//!
//! The journal is complete before the first file is changed, and gone when all is well. A run that was killed leaves it behind,
//! and `cargo spec update --restore` puts back what it holds.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Where the journal is, from the root of the workspace: below `target`, which no commit holds.
const FOLDER: &str = "target/spec-update";

const LIST: &str = "journal.json";

/// Folders that hold no file of ours.
const PASSED_OVER: [&str; 2] = ["target", ".git"];

/// What was there before an update.
#[derive(Debug)]
pub(crate) struct Journal {
    root: PathBuf,
    pub entry: Entry,
}

/// What the journal says of itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// The document that is updated.
    pub api: String,
    /// The commit that was checked out, where there is one.
    pub commit: Option<String>,
    /// The files whose originals are kept.
    files: BTreeSet<String>,
    /// What belongs to the update itself, for the run that goes on with it.
    pub note: serde_json::Value,
}

impl Journal {
    /// Keeps the originals of `files` and of every snapshot below `root`.
    pub(crate) fn open(root: &Path, mut entry: Entry, files: &[String]) -> Result<Self, String> {
        entry.files = files.iter().cloned().chain(snapshots(root)).collect();
        let folder = root.join(FOLDER);
        // What is there without a list was left by a run that had changed nothing yet.
        remove(&folder)?;
        for file in &entry.files {
            let copy = folder.join("originals").join(file);
            write(&copy, &read(&root.join(file))?)?;
        }
        let list = serde_json::to_vec_pretty(&entry).map_err(|error| error.to_string())?;
        let unfinished = folder.join("unfinished.json");
        write(&unfinished, &list)?;
        fs::rename(&unfinished, folder.join(LIST)).map_err(|error| error.to_string())?;
        Ok(Self {
            root: root.to_owned(),
            entry,
        })
    }

    /// The journal that an earlier run has left, if it has.
    pub(crate) fn left_behind(root: &Path) -> Result<Option<Self>, String> {
        let list = root.join(FOLDER).join(LIST);
        if !list.exists() {
            return Ok(None);
        }
        let entry = serde_json::from_slice(&read(&list)?)
            .map_err(|error| format!("{} is damaged: {error}", list.display()))?;
        Ok(Some(Self {
            root: root.to_owned(),
            entry,
        }))
    }

    /// What a file held before the update.
    pub(crate) fn original(&self, file: &str) -> Result<String, String> {
        let path = self.root.join(FOLDER).join("originals").join(file);
        String::from_utf8(read(&path)?).map_err(|_| format!("{file} is no UTF-8"))
    }

    /// Puts back every file as it was, removes snapshots that were not there, and answers how many files that changed. The
    /// journal stays until everything is back.
    pub(crate) fn restore(self) -> Result<usize, String> {
        let mut touched = 0;
        for file in &self.entry.files {
            let original = read(&self.root.join(FOLDER).join("originals").join(file))?;
            let path = self.root.join(file);
            // A file that is as it was keeps its time, and nothing is built anew for it.
            if fs::read(&path).ok().as_ref() != Some(&original) {
                write(&path, &original)?;
                touched += 1;
            }
        }
        for file in snapshots(&self.root).difference(&self.entry.files) {
            remove(&self.root.join(file))?;
            touched += 1;
        }
        self.close()?;
        Ok(touched)
    }

    /// Forgets the originals: the update is done.
    pub(crate) fn close(self) -> Result<(), String> {
        let folder = self.root.join(FOLDER);
        // The list goes first: what is left without it is no journal.
        remove(&folder.join(LIST))?;
        remove(&folder)
    }

    /// The snapshots that are new, changed and gone since the journal was opened.
    pub(crate) fn snapshot_changes(&self) -> Result<SnapshotChanges, String> {
        let now = snapshots(&self.root);
        let is_snapshot = |file: &&String| is_snapshot(file);
        let before: BTreeSet<String> = self
            .entry
            .files
            .iter()
            .filter(is_snapshot)
            .cloned()
            .collect();
        let mut changed = Vec::new();
        for file in now.intersection(&before) {
            if read(&self.root.join(file))? != self.original(file)?.into_bytes() {
                changed.push(file.clone());
            }
        }
        Ok(SnapshotChanges {
            added: now.difference(&before).cloned().collect(),
            changed,
            removed: before.difference(&now).cloned().collect(),
        })
    }
}

impl Entry {
    pub(crate) fn new(api: &str, commit: Option<String>, note: serde_json::Value) -> Self {
        Self {
            api: api.to_owned(),
            commit,
            files: BTreeSet::new(),
            note,
        }
    }
}

/// Which snapshots an update touched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SnapshotChanges {
    pub added: Vec<String>,
    pub changed: Vec<String>,
    pub removed: Vec<String>,
}

/// Every snapshot below `root`, pending ones too.
pub(crate) fn snapshots(root: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name();
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() && !PASSED_OVER.iter().any(|passed| name == *passed) {
                folders.push(path);
            } else if kind.is_file() && is_snapshot(&name.to_string_lossy()) {
                let file = path.strip_prefix(root).unwrap_or(&path);
                found.insert(file.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found
}

fn is_snapshot(file: &str) -> bool {
    file.ends_with(".snap") || file.ends_with(".snap.new")
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// Writes a file whole or not at all.
pub(crate) fn write(path: &Path, content: &[u8]) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("cannot write {}: {error}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".unfinished");
    let unfinished = path.with_file_name(name);
    fs::write(&unfinished, content).map_err(failed)?;
    fs::rename(&unfinished, path).map_err(failed)
}

fn remove(path: &Path) -> Result<(), String> {
    let outcome = if path.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    match outcome {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("cannot remove {}: {error}", path.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that goes when the test ends.
    struct Root(PathBuf);

    impl Root {
        fn new(name: &str) -> Self {
            let root = std::env::temp_dir().join(format!("spec-{name}-{}", std::process::id()));
            fs::remove_dir_all(&root).ok();
            fs::create_dir_all(&root).unwrap();
            Self(root)
        }

        fn put(&self, file: &str, text: &str) {
            write(&self.0.join(file), text.as_bytes()).unwrap();
        }

        fn get(&self, file: &str) -> Option<String> {
            fs::read_to_string(self.0.join(file)).ok()
        }

        fn open(&self) -> Journal {
            let entry = Entry::new("nexus", None, serde_json::Value::Null);
            Journal::open(&self.0, entry, &["a.yaml".to_owned()]).unwrap()
        }
    }

    impl Drop for Root {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).ok();
        }
    }

    fn filled(name: &str) -> Root {
        let root = Root::new(name);
        root.put("a.yaml", "a");
        root.put("other.yaml", "o");
        root.put("tests/snapshots/one.snap", "1");
        root.put("tests/snapshots/two.snap", "2");
        root.put("target/x/three.snap", "3");
        root
    }

    fn meddle(root: &Root) {
        root.put("a.yaml", "changed");
        root.put("other.yaml", "somebody's own work");
        root.put("tests/snapshots/one.snap", "changed");
        fs::remove_file(root.0.join("tests/snapshots/two.snap")).unwrap();
        root.put("tests/snapshots/new.snap", "new");
        root.put("tests/snapshots/pending.snap.new", "new");
    }

    #[test]
    fn everything_comes_back_and_nothing_new_stays() {
        let root = filled("restore");
        let journal = root.open();
        meddle(&root);
        assert_eq!(journal.original("a.yaml").unwrap(), "a");
        let changes = journal.snapshot_changes().unwrap();
        assert_eq!(changes.changed, ["tests/snapshots/one.snap"]);
        assert_eq!(changes.removed, ["tests/snapshots/two.snap"]);
        assert_eq!(changes.added.len(), 2);
        assert_eq!(journal.restore().unwrap(), 5);
        for (file, content) in [
            ("a.yaml", Some("a")),
            ("other.yaml", Some("somebody's own work")),
            ("tests/snapshots/one.snap", Some("1")),
            ("tests/snapshots/two.snap", Some("2")),
            ("tests/snapshots/new.snap", None),
            ("tests/snapshots/pending.snap.new", None),
            ("target/x/three.snap", Some("3")),
        ] {
            assert_eq!(root.get(file).as_deref(), content, "{file}");
        }
        assert!(Journal::left_behind(&root.0).unwrap().is_none());
    }

    #[test]
    fn a_run_that_was_killed_leaves_its_journal() {
        let root = filled("killed");
        drop(root.open());
        meddle(&root);
        let journal = Journal::left_behind(&root.0).unwrap().unwrap();
        assert_eq!(journal.entry.api, "nexus");
        journal.restore().unwrap();
        assert_eq!(root.get("a.yaml").as_deref(), Some("a"));
        assert!(!root.0.join(FOLDER).exists());
    }

    #[test]
    fn a_run_that_was_killed_while_it_kept_the_originals_has_changed_nothing() {
        let root = filled("early");
        drop(root.open());
        fs::remove_file(root.0.join(FOLDER).join(LIST)).unwrap();
        assert!(Journal::left_behind(&root.0).unwrap().is_none());
        root.open().close().unwrap();
        assert!(!root.0.join(FOLDER).exists());
    }

    #[test]
    fn a_file_that_cannot_be_kept_stops_the_update_before_it_begins() {
        let root = filled("missing");
        let entry = Entry::new("nexus", None, serde_json::Value::Null);
        let failed = Journal::open(&root.0, entry, &["gone.yaml".to_owned()]);
        assert!(failed.unwrap_err().contains("gone.yaml"));
        assert!(Journal::left_behind(&root.0).unwrap().is_none());
    }
}
