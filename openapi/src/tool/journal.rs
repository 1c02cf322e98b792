//! The originals of every file that an update may touch, kept aside until it is done: all or nothing, whatever happens between.
//!
//! The journal is complete before the first file is changed, and gone when all is well. A run that was killed leaves it behind,
//! and `cargo spec update --restore` puts back what it holds. It knows what the update itself has written: what somebody else
//! has written in the meantime is never thrown away.

mod files;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::tool::provenance;
pub(crate) use files::write;
use files::{is_snapshot, read, remove, snapshots, unfinished};

/// Where the journal is, from the root of the workspace: below `target`, which no commit holds.
const FOLDER: &str = "target/spec-update";

const LIST: &str = "journal.json";

/// Where a restore lays what it finds and the update has not written.
const ASIDE: &str = "target/spec-update-aside";

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
    /// What the update has written, as hashes.
    written: BTreeMap<String, String>,
    /// The snapshots as the tests have left them, as hashes; nothing while the tests are at work.
    snapshots: Option<BTreeMap<String, String>>,
    /// What belongs to the update itself, for the run that goes on with it.
    pub note: serde_json::Value,
}

/// What a restore has done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Restored {
    /// How many files are again what they were.
    pub put_back: usize,
    /// The files that somebody else had changed: the original is back, and what they held lies aside.
    pub aside: Vec<String>,
    /// Where that is.
    pub folder: String,
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
        let journal = Self {
            root: root.to_owned(),
            entry,
        };
        journal.remove_unfinished()?;
        journal.save()?;
        Ok(journal)
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

    fn save(&self) -> Result<(), String> {
        let list = serde_json::to_vec_pretty(&self.entry).map_err(|error| error.to_string())?;
        write(&self.root.join(FOLDER).join(LIST), &list)
    }

    /// What a file held before the update.
    pub(crate) fn original(&self, file: &str) -> Result<String, String> {
        let path = self.root.join(FOLDER).join("originals").join(file);
        String::from_utf8(read(&path)?).map_err(|_| format!("{file} is no UTF-8"))
    }

    /// Writes a file, unless it says so already. One that was not kept from the beginning is kept as it stands now.
    pub(crate) fn write(&mut self, file: &str, text: &str) -> Result<(), String> {
        let path = self.root.join(file);
        let now = read(&path)?;
        if now == text.as_bytes() {
            return Ok(());
        }
        if !self.entry.files.contains(file) {
            write(&self.root.join(FOLDER).join("originals").join(file), &now)?;
            self.entry.files.insert(file.to_owned());
        }
        let hash = provenance::hash(text.as_bytes());
        self.entry.written.insert(file.to_owned(), hash);
        self.save()?;
        write(&path, text.as_bytes())
    }

    /// From now on the tests write snapshots.
    pub(crate) fn begin_snapshots(&mut self) -> Result<(), String> {
        self.entry.snapshots = None;
        self.save()
    }

    /// The tests have come to their end: whatever becomes of the snapshots now is somebody else's work.
    pub(crate) fn end_snapshots(&mut self) -> Result<(), String> {
        let files = snapshots(&self.root).into_iter();
        let hashed = files.map(|file| {
            let hash = provenance::hash(&read(&self.root.join(&file))?);
            Ok((file, hash))
        });
        self.entry.snapshots = Some(hashed.collect::<Result<_, String>>()?);
        self.save()
    }

    /// Puts back every file as it was, and removes snapshots that were not there. The journal stays until everything is back.
    pub(crate) fn restore(self) -> Result<Restored, String> {
        let mut restored = Restored {
            folder: self.aside(),
            ..Restored::default()
        };
        self.remove_unfinished()?;
        let found = snapshots(&self.root);
        for file in self.entry.files.union(&found) {
            let path = self.root.join(file);
            let now = fs::read(&path).ok();
            let original = match self.entry.files.contains(file) {
                true => Some(read(&self.root.join(FOLDER).join("originals").join(file))?),
                false => None,
            };
            // A file that is as it was keeps its time, and nothing is built anew for it.
            if now == original {
                continue;
            }
            if let Some(now) = now.filter(|now| !self.is_own(file, now)) {
                write(&self.root.join(&restored.folder).join(file), &now)?;
                restored.aside.push(file.clone());
            }
            match original {
                Some(original) => write(&path, &original)?,
                None => remove(&path)?,
            }
            restored.put_back += 1;
        }
        self.close()?;
        Ok(restored)
    }

    /// Whether the update itself has written that.
    fn is_own(&self, file: &str, content: &[u8]) -> bool {
        let known = match &self.entry.snapshots {
            None if is_snapshot(file) => return true,
            Some(snapshots) if is_snapshot(file) => snapshots.get(file),
            _ => self.entry.written.get(file),
        };
        known.is_some_and(|known| *known == provenance::hash(content))
    }

    /// A folder that is not there yet.
    fn aside(&self) -> String {
        let mut folder = ASIDE.to_owned();
        let mut number = 1;
        while self.root.join(&folder).exists() {
            number += 1;
            folder = format!("{ASIDE}-{number}");
        }
        folder
    }

    /// Removes what a run that was killed was about to write.
    fn remove_unfinished(&self) -> Result<(), String> {
        for file in &self.entry.files {
            remove(&unfinished(&self.root.join(file)))?;
        }
        Ok(())
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
            written: BTreeMap::new(),
            snapshots: Some(BTreeMap::new()),
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

#[cfg(test)]
mod tests;
