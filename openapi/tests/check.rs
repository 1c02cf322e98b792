//! The documents of this workspace keep to every rule, and a workspace with slips is told all of them, with file and line.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use mx_nexus_openapi::tool::Finding;
use mx_nexus_openapi::tool::check::check;
use mx_nexus_openapi::{APIS, folder};

#[test]
fn nothing_is_wrong_with_the_documents() {
    let checked = check(folder().parent().unwrap());
    let lines: Vec<String> = checked.findings.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
    assert_eq!(checked.documents, 3);
    // Counted by the text, so that a check which looks past them would be noticed.
    let texts = APIS.each_ref().map(|api| {
        api.sources()
            .map(|path| std::fs::read_to_string(path).unwrap())
    });
    let count = |of: usize, words: &str| -> usize {
        let counts = texts.iter().map(|texts| texts[of].matches(words).count());
        counts.sum()
    };
    let operations = count(0, "\n      operationId: ");
    let corrections = count(1, "\n  - target: ");
    assert_eq!(checked.operations, operations);
    assert_eq!(checked.corrections, corrections);
    assert!(operations > 0 && corrections > 0 && checked.examples > 0);
}

/// A copy of the documents that goes when the test ends.
struct Copy(PathBuf);

impl Copy {
    fn new(name: &str) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::remove_dir_all(&root).ok();
        for api in ["nexus", "sso", "mdx"] {
            let from = folder().join(api);
            let to = root.join("openapi").join(api);
            std::fs::create_dir_all(&to).unwrap();
            for entry in std::fs::read_dir(from).unwrap() {
                let entry = entry.unwrap();
                std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
            }
        }
        Self(root)
    }

    fn edit(&self, file: &str, old: &str, new: &str) {
        let path = self.0.join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(old), "{file} has no {old}");
        std::fs::write(path, text.replacen(old, new, 1)).unwrap();
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

#[test]
fn every_slip_is_told_at_once_with_file_and_line() {
    let copy = Copy::new("slips");
    let nexus = "openapi/nexus/v1.yaml";
    copy.edit(
        nexus,
        "$ref: '#/components/schemas/MemberResponse'",
        "$ref: '#/components/schemas/GoneResponse'",
    );
    copy.edit(
        nexus,
        "operationId: readMember\n",
        "operationId: listMembers\n",
    );
    copy.edit(
        "openapi/nexus/overlay.yaml",
        "CORRECTIONS 6.20;",
        "CORRECTIONS 6.99;",
    );
    copy.edit(
        "openapi/nexus/overlay.yaml",
        "- target: $.servers[?@.url == 'https://data.",
        "- target: $.servers[?@.url == 'https://gone.",
    );
    copy.edit(
        "openapi/sso/v3.yaml",
        "openapi: 3.0.0\n",
        "openapi: 3.0.0\nopenapi: 3.0.1\n",
    );
    copy.edit(
        "openapi/mdx/PROVENANCE.toml",
        "\noperations = ",
        "\noperations = 6",
    );
    copy.edit(
        "openapi/mdx/overlay.yaml",
        "extends: v5.yaml",
        "extends: v6.yaml",
    );
    insta::with_settings!({
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!("check", told(&copy));
    });
}

#[test]
fn examples_fields_and_types_are_told_where_they_were_written() {
    let copy = Copy::new("fields");
    let nexus = "openapi/nexus/v1.yaml";
    copy.edit(
        nexus,
        "        connection_status:\n",
        "        state_of_connection:\n          type: string\n        other_guid:\n          type: string\n        another_guid:\n",
    );
    let types = told(&copy);
    copy.edit(nexus, "        other_guid:\n", "        other_id:\n");
    copy.edit(nexus, "        another_guid:\n", "        another_id:\n");
    let patterns = told(&copy);
    let copy = Copy::new("fields");
    copy.edit(
        nexus,
        "is_being_aggregated: false\n",
        "is_being_aggregate: false\n",
    );
    copy.edit(
        "openapi/nexus/overlay.yaml",
        "            is_being_aggregated: false\n",
        "            is_being_aggregated: no one knows\n",
    );
    let examples = told(&copy);
    insta::with_settings!({
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!("check_fields", [types, patterns, examples].join("\n\n"));
    });
}

#[test]
fn text_without_a_type_is_a_finding_with_a_snippet_for_the_overlay() {
    let copy = Copy::new("untyped");
    let mdx = "openapi/mdx/v5.yaml";
    copy.edit(
        mdx,
        "        first_name:\n",
        "        maiden:\n          type: string\n        first_name:\n",
    );
    let checked = check(&copy.0);
    let asked = |finding: &&Finding| finding.message.contains("personal or secret");
    let found: Vec<&Finding> = checked.findings.iter().filter(asked).collect();
    let [finding] = found[..] else {
        panic!("{:#?}", checked.findings);
    };
    assert_eq!(finding.file, mdx);
    assert!(finding.message.contains(".maiden: "), "{finding}");
    let [(overlay, snippet)] = &checked.snippets[..] else {
        panic!("{:?}", checked.snippets);
    };
    assert_eq!(overlay, "openapi/mdx/overlay.yaml");
    assert!(snippet.contains(".maiden'"), "{snippet}");
}

/// The findings of a copy as a person reads them. The hash is that of another document every time.
fn told(copy: &Copy) -> String {
    let findings = check(&copy.0).findings;
    let lines = findings.iter().map(ToString::to_string);
    let lines = lines.filter(|line| !line.contains("another document than this describes"));
    let text = lines.collect::<Vec<_>>().join("\n");
    assert!(!text.contains(&*copy.0.to_string_lossy()), "{text}");
    text
}
