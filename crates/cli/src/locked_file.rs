//! A small file that one process at a time owns, and that is replaced as a whole. Used for job files.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::path::{Path, PathBuf};

use fs4::{FileExt, TryLockError};

/// Bytes that are read at most.
const LIMIT: u64 = 1024 * 1024;

/// Symbolic links that are followed at most, as on Linux.
const LINKS: usize = 40;

/// A file, locked until this value is dropped or the process ends, however it ends.
///
/// The lock is held on a file beside it, `PATH.lock`, because every change replaces the file itself.
#[derive(Debug)]
pub(crate) struct LockedFile {
    path: PathBuf,
    lock_path: PathBuf,
    _lock: File,
}

impl LockedFile {
    /// Locks the file, which need not exist. `None` when another process holds the lock.
    ///
    /// A symbolic link is followed, so that all its names have one lock; a lock file that is one is refused.
    pub(crate) fn lock(path: &Path) -> Result<Option<Self>> {
        let path = followed(path)?;
        let lock_path = beside(&path, ".lock");
        loop {
            if lock_path.is_symlink() {
                let reason = format!("{} is a symbolic link; remove it", lock_path.display());
                return Err(Error::new(ErrorKind::InvalidInput, reason));
            }
            let lock = private().create(true).truncate(false).open(&lock_path)?;
            match FileExt::try_lock(&lock) {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // Another process may have removed the file between the two calls.
            if is_at(&lock, &lock_path)? {
                return Ok(Some(Self {
                    path,
                    lock_path,
                    _lock: lock,
                }));
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The text of the file, if it exists.
    pub(crate) fn read(&self) -> Result<Option<String>> {
        read(&self.path)
    }

    /// Replaces the file. After a crash at any moment it has the old text or the new one. Only its owner can read it.
    pub(crate) fn replace(&self, text: &str) -> Result<()> {
        let new_path = beside(&self.path, ".new");
        let mut new = create_private(&new_path)?;
        new.write_all(text.as_bytes())?;
        new.sync_all()?;
        std::fs::rename(&new_path, &self.path)?;
        sync_folder(&self.path)
    }

    /// Removes the file, if it exists.
    pub(crate) fn remove(&self) -> Result<()> {
        remove_if_present(&beside(&self.path, ".new"))?;
        remove_if_present(&self.path)?;
        sync_folder(&self.path)
    }
}

impl Drop for LockedFile {
    fn drop(&mut self) {
        // A lock file that stays is harmless.
        let _ = std::fs::remove_file(&self.lock_path);
    }
}

/// The path behind symbolic links, whether or not a file is there.
fn followed(path: &Path) -> Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        // Fails for a path that is no link, and what else is wrong with it is reported when it is opened.
        let Ok(target) = std::fs::read_link(&path) else {
            return Ok(path);
        };
        path.pop();
        path.push(target);
    }
    let reason = "too many levels of symbolic links";
    Err(Error::new(ErrorKind::InvalidInput, reason))
}

/// The text of a file, if it exists.
pub(crate) fn read(path: &Path) -> Result<Option<String>> {
    let mut text = String::new();
    match File::open(path) {
        Ok(file) => file.take(LIMIT).read_to_string(&mut text)?,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(Some(text))
}

/// A new file that only its owner can read, in the place of an old one.
pub(crate) fn create_private(path: &Path) -> Result<File> {
    remove_if_present(path)?;
    private().create_new(true).open(path)
}

/// The path with an ending, in the same folder.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

pub(crate) fn remove_if_present(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Whether the open file is the one at this path.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let ours = file.metadata()?;
    match std::fs::symlink_metadata(path) {
        Ok(theirs) => Ok((ours.dev(), ours.ino()) == (theirs.dev(), theirs.ino())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Windows does not remove a file that is open.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
fn is_at(_: &File, _: &Path) -> Result<bool> {
    Ok(true)
}

/// Makes a new or removed name survive a power failure.
fn sync_folder(path: &Path) -> Result<()> {
    if cfg!(unix) {
        let folder = match path.parent() {
            Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
            Some(parent) => parent,
            None => return Err(Error::new(ErrorKind::InvalidInput, "it is not a file")),
        };
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_is_replaced_as_a_whole_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("job.json");
        let file = LockedFile::lock(&path).unwrap().unwrap();
        assert_eq!(file.read().unwrap(), None);
        // Left over by a process that was killed in the middle of a change.
        std::fs::write(beside(&path, ".new"), "half").unwrap();
        for text in ["a longer text", "short"] {
            file.replace(text).unwrap();
            assert_eq!(file.read().unwrap().as_deref(), Some(text));
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        file.remove().unwrap();
        drop(file);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn file_is_locked_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("job.json");
        let first = LockedFile::lock(&path).unwrap().unwrap();
        assert!(LockedFile::lock(&path).unwrap().is_none());
        drop(first);
        assert!(LockedFile::lock(&path).unwrap().is_some());
    }

    #[cfg(unix)]
    #[test]
    fn lock_file_that_is_a_symbolic_link_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (path, target) = (folder.path().join("job"), folder.path().join("target"));
        std::os::unix::fs::symlink(&target, folder.path().join("job.lock")).unwrap();
        for _ in 0..2 {
            let error = LockedFile::lock(&path).unwrap_err().to_string();
            assert!(error.contains("job.lock is a symbolic link"), "{error}");
            assert!(!target.exists());
        }
    }

    #[cfg(unix)]
    #[test]
    fn file_behind_symbolic_links_is_locked_and_replaced_itself() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("target");
        let [first, second] = ["first", "second"].map(|name| folder.path().join(name));
        symlink("target", &second).unwrap();
        symlink(&second, &first).unwrap();
        let file = LockedFile::lock(&first).unwrap().unwrap();
        assert!(LockedFile::lock(&second).unwrap().is_none());
        assert!(LockedFile::lock(&target).unwrap().is_none());
        file.replace("text").unwrap();
        assert!(first.is_symlink() && second.is_symlink());
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "text");
        file.remove().unwrap();
        drop(file);
        assert!(!target.exists());
        symlink("circle", folder.path().join("circle")).unwrap();
        assert!(LockedFile::lock(&folder.path().join("circle")).is_err());
    }
}
