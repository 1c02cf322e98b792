//! `PROVENANCE.toml` says what stands beside it: a document that changes without it fails here.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use mx_nexus_openapi::{APIS, Api, folder};
use sha2::{Digest, Sha256};

/// What every PROVENANCE.toml says, in this order.
const KEYS: [&str; 9] = [
    "title",
    "document",
    "contract_version",
    "transcribed_on",
    "sources",
    "made",
    "sha256",
    "operations",
    "schemas",
];

#[test]
fn every_provenance_says_the_same_things() {
    for api in &APIS {
        let text = text_of(api);
        let keys: Vec<&str> = pairs(&text).map(|(key, _)| key).collect();
        assert_eq!(keys, KEYS, "{}", api.name);
        for (key, value) in pairs(&text) {
            assert!(!value.is_empty(), "{}: {key} is empty", api.name);
        }
    }
}

#[test]
fn every_document_is_the_one_that_its_provenance_describes() {
    for api in &APIS {
        let [document, _] = api.sources();
        let text = std::fs::read(&document).unwrap();
        let provenance = provenance_of(api);
        let name = api.name;
        assert_eq!(
            provenance["sha256"],
            hash(&text),
            "{name}: the document is another one; say where it comes from and put this hash into PROVENANCE.toml"
        );
        let text = String::from_utf8(text).unwrap();
        let count = |found: usize| found.to_string();
        assert_eq!(provenance["operations"], count(operations(&text)), "{name}");
        assert_eq!(provenance["schemas"], count(schemas(&text)), "{name}");
        assert_eq!(provenance["contract_version"], version(&text), "{name}");
        let file = document.file_name().unwrap().to_string_lossy();
        assert_eq!(provenance["document"], file, "{name}");
    }
}

#[test]
fn a_changed_document_has_another_hash() {
    assert_ne!(hash(b"openapi: 3.0.0\n"), hash(b"openapi: 3.0.0\n\n"));
    assert_eq!(
        hash(b""),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
}

fn provenance_of(api: &Api) -> BTreeMap<String, String> {
    pairs(&text_of(api))
        .map(|(key, value)| {
            let value = value.split(" #").next().unwrap_or_default();
            (key.to_owned(), value.trim().trim_matches('"').to_owned())
        })
        .collect()
}

fn text_of(api: &Api) -> String {
    std::fs::read_to_string(folder().join(api.name).join("PROVENANCE.toml")).unwrap()
}

/// Keys and values of a PROVENANCE.toml. They stand one a line, so that reading them needs no crate.
fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(|line| line.split_once(" = "))
}

fn hash(text: &[u8]) -> String {
    let digest = Sha256::digest(text);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn operations(text: &str) -> usize {
    let lines = text.lines();
    lines
        .filter(|line| line.trim_start().starts_with("operationId: "))
        .count()
}

/// The names one step below `components.schemas`.
fn schemas(text: &str) -> usize {
    let lines = text
        .lines()
        .skip_while(|line| *line != "  schemas:")
        .skip(1);
    lines
        .take_while(|line| line.starts_with("    "))
        .filter(|line| line.trim_end().ends_with(':') && !line.starts_with("     "))
        .count()
}

/// `info.version`, the first version of a document.
fn version(text: &str) -> String {
    let mut lines = text.lines();
    let line = lines
        .find_map(|line| line.strip_prefix("  version: "))
        .unwrap();
    line.trim_matches(['\'', '"']).to_owned()
}
