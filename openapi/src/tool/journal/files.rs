//! Files as the journal handles them: written whole or not at all, and which of them are snapshots.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold no file of ours.
const PASSED_OVER: [&str; 2] = ["target", ".git"];

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

pub(crate) fn is_snapshot(file: &str) -> bool {
    file.ends_with(".snap") || file.ends_with(".snap.new")
}

pub(crate) fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// Writes a file whole or not at all.
pub(crate) fn write(path: &Path, content: &[u8]) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("cannot write {}: {error}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let unfinished = unfinished(path);
    let written = fs::write(&unfinished, content).and_then(|()| fs::rename(&unfinished, path));
    written.map_err(|error| {
        fs::remove_file(&unfinished).ok();
        failed(error)
    })
}

/// What a file is called while it is being written. One that is left of a run that was killed belongs to nobody.
pub(crate) fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".unfinished");
    path.with_file_name(name)
}

pub(crate) fn remove(path: &Path) -> Result<(), String> {
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
