//! A workspace to be updated and an upstream document that has changed, for the tests of updates.

#![allow(dead_code, reason = "each of the tests uses its own part")]

pub(crate) mod updating;

use std::fs;
use std::path::{Path, PathBuf};

use mx_nexus_openapi::{APIS, Api, folder};

/// The document of `api` in this workspace.
pub(crate) fn document(api: &Api) -> String {
    let [document, _] = api.sources();
    fs::read_to_string(document).unwrap()
}

/// The document as MX might publish it next: a field of the member is new, a use case too, the states of its connection are listed
/// for the first time and one is new, an operation is gone, a parameter has become required, and a slip is mended.
pub(crate) fn changed() -> String {
    let [nexus, ..] = &APIS;
    let mut text = document(nexus);
    edit(
        &mut text,
        "\n    MemberResponse:\n",
        "        connection_status:\n",
        "        mood:\n          type: string\n          description: How the connection feels.\n          nullable: true\n        connection_status:\n",
    );
    edit(
        &mut text,
        "\n    MemberResponse:\n",
        "              - PFM\n",
        "              - PFM\n              - PAYMENTS\n",
    );
    edit(
        &mut text,
        "\n    MemberResponse:\n",
        "          example: CONNECTED\n",
        "          enum: [CONNECTED, DENIED, DREAMING]\n          example: CONNECTED\n",
    );
    let start = place(&text, 0, "\n  /categories/default:\n") + 1;
    let end = start + text[start..].find("\n  /").unwrap() + 1;
    assert!(text[start..end].contains("operationId: listDefaultCategories"));
    text.replace_range(start..end, "");
    edit(
        &mut text,
        "operationId: listTransactions\n",
        "- name: from_date\n          in: query\n          required: false\n",
        "- name: from_date\n          in: query\n          required: true\n",
    );
    without_slip(&mut text);
    text
}

/// How many operations a document has, by its text.
pub(crate) fn operations(document: &str) -> usize {
    document.matches("\n      operationId: ").count()
}

/// MX drops the misnamed field of institutions by itself.
fn without_slip(text: &mut String) {
    let start = text.find("        has_checking_account:\n").unwrap();
    let end = start
        + text[start..]
            .find("        has_checking_accounts:\n")
            .unwrap();
    text.replace_range(start..end, "");
    let lines = text.split_inclusive('\n');
    let kept = lines.filter(|line| !line.contains(" has_checking_account: http"));
    *text = kept.collect();
}

/// Replaces the first `old` behind `after`.
pub(crate) fn edit(text: &mut String, after: &str, old: &str, new: &str) {
    let start = place(text, 0, after);
    let start = place(text, start, old);
    text.replace_range(start..start + old.len(), new);
}

/// Where something stands. An update of the real document may take it away: then this needs another place.
fn place(text: &str, start: usize, what: &str) -> usize {
    let found = text[start..].find(what);
    start
        + found.unwrap_or_else(|| {
            panic!("the document no longer has {what:?}: change another place of it here")
        })
}

/// A folder that goes when the test ends.
pub(crate) struct Root(pub(crate) PathBuf);

impl Root {
    /// The documents and what is written beside them, and no code.
    pub(crate) fn of_documents(name: &str) -> Self {
        let root = Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name));
        fs::remove_dir_all(&root.0).ok();
        for api in ["nexus", "sso", "mdx"] {
            for entry in fs::read_dir(folder().join(api)).unwrap() {
                let name = entry.unwrap().file_name();
                let file = format!("openapi/{api}/{}", name.to_string_lossy());
                root.take(&file);
            }
        }
        root.put(
            "CHANGELOG.md",
            "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A thing.\n",
        );
        let [nexus, ..] = &APIS;
        let count = operations(&document(nexus));
        let readme = format!(
            "# About\n\nAll {count} operations of Nexus, at 127.0.{count}.1.\n\n    nexus call   # `nexus operations` lists all {count}\n"
        );
        root.put("README.md", &readme);
        root
    }

    /// Copies a file of this workspace.
    pub(crate) fn take(&self, file: &str) {
        let workspace = folder().parent().unwrap();
        let content = fs::read(workspace.join(file)).unwrap();
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn put(&self, file: &str, text: &str) {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn get(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).unwrap_or_default()
    }

    /// Every file with its content.
    pub(crate) fn files(&self) -> std::collections::BTreeMap<PathBuf, Vec<u8>> {
        let mut files = std::collections::BTreeMap::new();
        let mut folders = vec![self.0.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    if !path.ends_with("target") && !path.ends_with(".git") {
                        folders.push(path);
                    }
                } else {
                    files.insert(path.clone(), fs::read(path).unwrap());
                }
            }
        }
        files
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}
