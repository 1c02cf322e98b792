//! What git knows of the working tree. An update never overwrites what no commit holds.

use std::path::Path;
use std::process::Command;

/// The commit that is checked out; nothing outside of a repository.
pub(crate) fn commit(root: &Path) -> Option<String> {
    let said = git(root, &["rev-parse", "HEAD"]).ok()?;
    Some(said.trim().to_owned())
}

/// Which of `files`, and which snapshots, differ from the last commit. Outside of a repository none are known to.
pub(crate) fn changed(root: &Path, files: &[String]) -> Result<Vec<String>, String> {
    if commit(root).is_none() {
        return Ok(Vec::new());
    }
    let mut arguments = vec!["status", "--porcelain", "--untracked-files=all", "--"];
    arguments.extend(files.iter().map(String::as_str));
    arguments.extend(["*.snap", "*.snap.new"]);
    let said = git(root, &arguments)?;
    let names = said.lines().filter_map(|line| line.get(3..));
    Ok(names.map(ToOwned::to_owned).collect())
}

fn git(root: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(arguments)
        .output()
        .map_err(|error| format!("git does not run: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }
}
