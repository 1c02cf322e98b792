//! The documents of this workspace have no findings, and a workspace with slips gets all of them at once, with file and line.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod upstream;

use mx_nexus_openapi::tool::Finding;
use mx_nexus_openapi::tool::check::check;
use mx_nexus_openapi::{APIS, folder};
use upstream::Root;

#[test]
fn nothing_is_wrong_with_the_documents() {
    let checked = check(folder().parent().unwrap());
    let lines: Vec<String> = checked.findings.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
    assert_eq!(checked.documents, APIS.len());
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

#[test]
fn slips_of_all_documents_are_found_at_once_with_file_and_line() {
    let root = Root::new("slips");
    let nexus = "openapi/nexus/v1.yaml";
    root.edit(
        nexus,
        "$ref: '#/components/schemas/MemberResponse'",
        "$ref: '#/components/schemas/GoneResponse'",
    );
    root.edit(
        nexus,
        "operationId: readMember\n",
        "operationId: listMembers\n",
    );
    root.edit(
        "openapi/nexus/overlay.yaml",
        "CORRECTIONS 6.20;",
        "CORRECTIONS 6.99;",
    );
    root.edit(
        "openapi/nexus/overlay.yaml",
        "- target: $.servers[?@.url == 'https://data.",
        "- target: $.servers[?@.url == 'https://gone.",
    );
    root.edit(
        "openapi/sso/v3.yaml",
        "openapi: 3.0.0\n",
        "openapi: 3.0.0\nopenapi: 3.0.1\n",
    );
    root.edit(
        "openapi/mdx/PROVENANCE.toml",
        "\noperations = ",
        "\noperations = 6",
    );
    root.edit(
        "openapi/mdx/overlay.yaml",
        "extends: v5.yaml",
        "extends: v6.yaml",
    );
    pinned("check", &root.findings());
}

#[test]
fn examples_fields_and_types_are_found_where_they_were_written() {
    let root = Root::new("fields");
    let nexus = "openapi/nexus/v1.yaml";
    root.edit(
        nexus,
        "        connection_status:\n",
        "        state_of_connection:\n          type: string\n          enum: [GOOD, BAD]\n        other_guid:\n          type: string\n        another_guid:\n",
    );
    let types = root.findings();
    let root = Root::new("examples");
    root.edit(
        nexus,
        "is_being_aggregated: false\n",
        "is_being_aggregate: false\n",
    );
    root.edit(
        "openapi/nexus/overlay.yaml",
        "            is_being_aggregated: false\n",
        "            is_being_aggregated: no one knows\n",
    );
    pinned("check_fields", &[types, root.findings()].join("\n\n"));
}

fn pinned(name: &str, text: &str) {
    insta::with_settings!({
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn text_without_a_type_is_a_finding_with_a_snippet_for_the_overlay() {
    let root = Root::new("untyped");
    let mdx = "openapi/mdx/v5.yaml";
    root.edit(
        mdx,
        "        first_name:\n",
        "        maiden:\n          type: string\n        first_name:\n",
    );
    let checked = check(&root.0);
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
