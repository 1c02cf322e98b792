//! The clone that a command works on, and git in it.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The nearest folder at or above `start` that holds `openapi/nexus`. The folder that this code was compiled in may be another clone.
///
/// # Errors
///
/// That there is none.
pub fn find(start: &Path) -> Result<PathBuf, String> {
    let found = start
        .ancestors()
        .find(|folder| folder.join("openapi/nexus").is_dir());
    found.map(Path::to_path_buf).ok_or_else(|| {
        format!(
            "no workspace: neither {} nor a folder above it has openapi/nexus",
            start.display()
        )
    })
}

/// Runs git in `folder` and returns its output.
///
/// # Errors
///
/// The first line of git's error output.
pub fn git(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .output()
        .map_err(|error| format!("cannot run git: {error}"))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(errors.lines().next().unwrap_or("git failed").to_owned());
    }
    String::from_utf8(output.stdout).map_err(|_| "the output of git is not UTF-8".to_owned())
}
