//! One update of a workspace at a time. Two would write the same files, and the second would keep what the first has half written
//! as the originals.
//!
//! A file says who is at work: the update, and the cargo that it waits for, which outlives it when it is killed.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::process::Process;
use crate::tool::journal;

/// Below `target`, which no commit holds.
const FILE: &str = "target/spec-update.lock";

/// Held while an update is at work; gone when it is dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    path: PathBuf,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Holder {
    update: Process,
    cargo: Option<Process>,
}

impl Lock {
    /// Takes the lock of the workspace at `root`, from one that was killed too.
    pub(crate) fn take(root: &Path) -> Result<Self, String> {
        let path = root.join(FILE);
        let cannot = |error: std::io::Error| format!("cannot write {FILE}: {error}");
        fs::create_dir_all(root.join("target")).map_err(cannot)?;
        loop {
            let mut options = fs::OpenOptions::new();
            match options.write(true).create_new(true).open(&path) {
                Ok(mut file) => {
                    file.write_all(&holder(None)).map_err(cannot)?;
                    return Ok(Self { path });
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => leave(&path)?,
                Err(error) => return Err(cannot(error)),
            }
        }
    }

    /// Tells who comes after a kill that this cargo is still at work.
    pub(crate) fn waits_for(&self, cargo: u32) -> Result<(), String> {
        journal::write(&self.path, &holder(Some(cargo)))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        fs::remove_file(&self.path).ok();
    }
}

/// This process, as the file says it.
fn holder(cargo: Option<u32>) -> Vec<u8> {
    let holder = Holder {
        update: Process::of(std::process::id()),
        cargo: cargo.map(Process::of),
    };
    serde_json::to_vec(&holder).unwrap_or_default()
}

/// Takes away the lock of an update that was killed, or says who holds it.
fn leave(path: &Path) -> Result<(), String> {
    let Some(text) = read(path)? else {
        return Ok(());
    };
    let holder: Holder = serde_json::from_slice(&text).map_err(|_| {
        format!("{FILE} does not say who is at work; if no update is, delete the file")
    })?;
    if holder.update.is_at_work() {
        return Err(format!(
            "another update is at work, process {}: wait until it has come to its end",
            holder.update.number
        ));
    }
    if let Some(cargo) = holder.cargo.filter(Process::is_at_work) {
        return Err(format!(
            "an earlier update was killed, and its cargo, process {}, is still at work: wait until it has come to its end, or end it",
            cargo.number
        ));
    }
    // Whoever else finds it at the same moment: the one that moves it away removes it, and not one that is new by then.
    let mut stale = path.as_os_str().to_owned();
    stale.push(format!(".{}", std::process::id()));
    let stale = PathBuf::from(stale);
    match fs::rename(path, &stale) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        moved => moved.map_err(|error| format!("cannot move {FILE}: {error}"))?,
    }
    let is_the_same = read(&stale)?.as_ref() == Some(&text);
    if is_the_same {
        fs::remove_file(&stale).ok();
        return Ok(());
    }
    fs::rename(&stale, path).ok();
    Err("another update has just begun: wait until it has come to its end".to_owned())
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, String> {
    match fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        read => read
            .map(Some)
            .map_err(|error| format!("cannot read {FILE}: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    fn root(name: &str) -> PathBuf {
        let root = std::env::temp_dir().join(format!("spec-lock-{name}-{}", std::process::id()));
        fs::remove_dir_all(&root).ok();
        root
    }

    /// What an update leaves that was killed while it waited for `cargo`.
    fn killed(root: &Path, cargo: Option<u32>) {
        let lock = Lock::take(root).unwrap();
        let update = Process::of(u32::MAX);
        let cargo = cargo.map(Process::of);
        let left = serde_json::to_vec(&Holder { update, cargo }).unwrap();
        fs::write(&lock.path, left).unwrap();
        std::mem::forget(lock);
    }

    #[test]
    fn it_is_held_once_and_free_again() {
        let root = root("held");
        let lock = Lock::take(&root).unwrap();
        let refused = Lock::take(&root).unwrap_err();
        assert!(
            refused.contains(&format!("process {}", std::process::id())),
            "{refused}"
        );
        drop(lock);
        drop(Lock::take(&root).unwrap());
        assert!(!root.join(FILE).exists());
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn the_lock_of_a_killed_update_is_taken_when_its_cargo_has_ended() {
        let root = root("killed");
        killed(&root, None);
        drop(Lock::take(&root).unwrap());
        // A process that waits until nobody talks to it any more.
        let mut cargo = Command::new("rustc")
            .args(["--crate-type=lib", "--emit=metadata=-", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        killed(&root, Some(cargo.id()));
        let refused = Lock::take(&root).unwrap_err();
        assert!(refused.contains("still at work"), "{refused}");
        drop(cargo.stdin.take());
        cargo.wait().unwrap();
        drop(Lock::take(&root).unwrap());
        assert_eq!(fs::read_dir(root.join("target")).unwrap().count(), 0);
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn a_lock_that_says_nothing_is_not_taken() {
        let root = root("nothing");
        fs::create_dir_all(root.join("target")).unwrap();
        fs::write(root.join(FILE), "").unwrap();
        let refused = Lock::take(&root).unwrap_err();
        assert!(refused.contains("delete the file"), "{refused}");
        fs::remove_dir_all(&root).unwrap();
    }
}
