//! One rich change of an invented document, as a person and as a machine reads it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;

use mx_nexus_openapi::tool::diff::{Changes, Rule, compare};
use mx_nexus_openapi::tool::{Prepared, revision};
use mx_nexus_openapi::{APIS, Api, folder};

const OVERLAY: &str = include_str!("diff/overlay.yaml");

const OLD: &str = include_str!("diff/old.yaml");

fn changes() -> Changes {
    let [old, new] = [OLD, include_str!("diff/new.yaml")]
        .map(|text| Prepared::from_text(&APIS[0], text, OVERLAY).unwrap());
    assert_eq!(old.refused(), []);
    compare(&old, &new)
}

macro_rules! snapshot {
    ($name:literal, $text:expr) => {
        insta::with_settings!({
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!($name, $text)
        })
    };
}

#[test]
fn for_a_pull_request() {
    snapshot!("diff_markdown", changes().markdown());
}

#[test]
fn for_a_terminal() {
    snapshot!("diff_text", changes().text());
}

#[test]
fn for_a_machine() {
    snapshot!("diff_json", format!("{:#}", changes().json()));
}

#[test]
fn servers_in_another_order_are_the_same_servers() {
    let [first, second] = ["https://try.library.example", "https://library.example"];
    let listed = |one: &str, other: &str| format!("servers:\n  - url: {one}\n  - url: {other}\n");
    let swapped = OLD.replace(&listed(first, second), &listed(second, first));
    assert_ne!(swapped, OLD);
    let [old, new] =
        [OLD, &swapped].map(|text| Prepared::from_text(&APIS[0], text, OVERLAY).unwrap());
    let changes = compare(&old, &new);
    assert_eq!(changes.refused(), []);
    let rules: Vec<_> = changes.list().iter().map(|change| change.rule).collect();
    assert_eq!(rules, [Rule::ServerListChanged]);
}

/// What stands at a position today is something else when the document gets one more.
#[test]
fn no_correction_counts_positions() {
    for api in &APIS {
        let [_, overlay] = api.sources();
        let overlay = std::fs::read_to_string(overlay).unwrap();
        let targets = overlay.lines().filter(|line| line.contains("- target: "));
        for target in targets {
            let digits = |rest: &str| rest.starts_with(|first: char| first.is_ascii_digit());
            assert!(!target.split('[').skip(1).any(digits), "{target}");
        }
    }
}

fn mdx() -> (&'static Api, PathBuf) {
    let api = &APIS[2];
    let [document, _] = api.sources();
    (api, document)
}

/// The document of MDX with one operation renamed.
fn renamed() -> PathBuf {
    let text = std::fs::read_to_string(mdx().1).unwrap();
    let changed = text.replacen("operationId: readUser\n", "operationId: showUser\n", 1);
    assert_ne!(text, changed);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("renamed.yaml");
    std::fs::write(&path, changed).unwrap();
    path
}

#[test]
fn a_name_is_a_file_or_a_revision() {
    let (api, document) = mdx();
    let root = folder().parent().unwrap();
    let file = revision::prepare(root, api, &document.to_string_lossy()).unwrap();
    let [document, overlay] = api
        .sources()
        .map(|path| std::fs::read_to_string(path).unwrap());
    let package = Prepared::from_text(api, &document, &overlay).unwrap();
    assert!(compare(&file, &package).list().is_empty());
    assert!(revision::prepare(root, api, "HEAD").is_ok());
    let reason = revision::prepare(root, api, "no-such-revision").unwrap_err();
    assert!(
        reason.starts_with("no-such-revision is no file, and no revision with openapi/mdx/v5.yaml"),
        "{reason}"
    );
    assert!(!reason.contains(&*folder().to_string_lossy()), "{reason}");
    assert!(revision::prepare(root, api, "--output=x").is_err());
}

#[test]
fn the_exit_code_tells_how_bad_it_is() {
    let code = |words: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_spec"))
            .args(["diff", "--api", "mdx"])
            .args(words)
            .output()
            .unwrap();
        output.status.code().unwrap()
    };
    let (old, new) = (mdx().1, renamed());
    let (old, new) = (&*old.to_string_lossy(), &*new.to_string_lossy());
    assert_eq!(code(&[old, old, "--fail-on", "patch"]), 0);
    assert_eq!(code(&[old, new]), 0);
    assert_eq!(code(&[old, new, "--fail-on", "breaks"]), 0);
    assert_eq!(code(&[old, new, "--fail-on", "major"]), 3);
    assert_eq!(code(&[old, "nowhere.yaml"]), 1);
    assert_eq!(code(&[old]), 2);
    assert_eq!(code(&[old, new, "--fail-on", "everything"]), 2);
}

#[test]
fn what_is_no_document_is_refused_in_words() {
    for (text, words) in [
        ("[]", "it is no OpenAPI document"),
        ("openapi: 3.0.0", "it is no OpenAPI document"),
        ("paths: [", "parsing YAML failed at line "),
    ] {
        let failure = Prepared::from_text(&APIS[0], text, OVERLAY).unwrap_err();
        let message = failure.to_string();
        assert!(message.starts_with("openapi/nexus/v1.yaml: "), "{message}");
        assert!(message.contains(words), "{message}");
    }
}
