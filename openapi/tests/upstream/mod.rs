//! A copy of the documents to break or to update, and upstream documents that have changed.

#![allow(dead_code, reason = "each of the tests uses its own part")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use mx_nexus_openapi::tool::check::check;
use mx_nexus_openapi::tool::workspace::git;
use mx_nexus_openapi::{APIS, Api, folder};

pub(crate) const NEXUS: &Api = &APIS[0];

/// The smallest of the documents, for what does not depend on the document.
pub(crate) const MDX: &Api = &APIS[2];

/// The document of `api` in this workspace.
pub(crate) fn document(api: &Api) -> String {
    let [document, _] = api.sources();
    fs::read_to_string(document).unwrap()
}

/// The document as MX might publish it next: a new field, a parameter that became required, an operation that is gone, and a
/// slip that MX has corrected.
pub(crate) fn changed() -> String {
    let mut text = document(NEXUS);
    edit(
        &mut text,
        "\n    MemberResponse:\n",
        "        connection_status:\n",
        "        mood:\n          type: integer\n        connection_status:\n",
    );
    edit(
        &mut text,
        "operationId: listTransactions\n",
        "- name: from_date\n          in: query\n          required: false\n",
        "- name: from_date\n          in: query\n          required: true\n",
    );
    let start = place(&text, 0, "\n  /categories/default:\n") + 1;
    let end = start + text[start..].find("\n  /").unwrap() + 1;
    text.replace_range(start..end, "");
    let start = place(&text, 0, "        has_checking_account:\n");
    let end = place(&text, start, "        has_checking_accounts:\n");
    text.replace_range(start..end, "");
    let lines = text.split_inclusive('\n');
    let kept = lines.filter(|line| !line.contains(" has_checking_account: http"));
    kept.collect()
}

/// Replaces the first `old` behind `after`.
pub(crate) fn edit(text: &mut String, after: &str, old: &str, new: &str) {
    let start = place(text, 0, after);
    let start = place(text, start, old);
    text.replace_range(start..start + old.len(), new);
}

fn place(text: &str, start: usize, what: &str) -> usize {
    let found = text[start..].find(what);
    start
        + found.unwrap_or_else(|| {
            panic!("the document no longer has {what:?}: change another place of it here")
        })
}

/// A workspace of documents without code, in git, that is deleted when the test ends.
pub(crate) struct Root(pub(crate) PathBuf);

impl Root {
    pub(crate) fn new(name: &str) -> Self {
        let root = Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name));
        fs::remove_dir_all(&root.0).ok();
        for api in &APIS {
            for entry in fs::read_dir(folder().join(api.name)).unwrap() {
                let entry = entry.unwrap();
                let file = Path::new("openapi").join(api.name).join(entry.file_name());
                root.put(&file, fs::read(entry.path()).unwrap());
            }
        }
        root.put("tests/snapshots/one.snap", "one\n");
        root.git(&["init", "--quiet"]);
        root.git(&["add", "--all"]);
        root.commit();
        root
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        git(&self.0, arguments).unwrap()
    }

    pub(crate) fn commit(&self) {
        let author = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
        let commit = ["commit", "--quiet", "--all", "--message", "Begin"];
        self.git(&[&author[..], &commit[..]].concat());
    }

    /// The tracked files that differ from the last commit.
    pub(crate) fn status(&self) -> String {
        self.git(&["status", "--porcelain", "--untracked-files=no"])
    }

    /// Writes a file and returns its path.
    pub(crate) fn put(&self, file: impl AsRef<Path>, text: impl AsRef<[u8]>) -> String {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path.to_string_lossy().into_owned()
    }

    pub(crate) fn get(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).unwrap()
    }

    pub(crate) fn edit(&self, file: &str, old: &str, new: &str) {
        let text = self.get(file);
        assert!(text.contains(old), "{file} has no {old}");
        self.put(file, text.replacen(old, new, 1));
    }

    /// The findings of `cargo spec check`, without those of the hash, which every edit changes.
    pub(crate) fn findings(&self) -> String {
        let findings = check(&self.0).findings;
        let lines = findings.iter().map(ToString::to_string);
        let lines = lines.filter(|line| !line.contains("another document than this describes"));
        let text = lines.collect::<Vec<_>>().join("\n");
        assert!(!text.contains(&*self.0.to_string_lossy()), "{text}");
        text
    }

    /// Runs `cargo spec` here.
    pub(crate) fn spec(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_spec"));
        command.args(arguments).current_dir(&self.0);
        command
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}
