//! One rich change of an invented document, as a person and as a machine reads it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use mx_nexus_openapi::APIS;
use mx_nexus_openapi::tool::Prepared;
use mx_nexus_openapi::tool::diff::{Changes, NextRelease, Released, compare};

const OVERLAY: &str = include_str!("diff/overlay.yaml");

fn changes() -> Changes {
    let [old, new] = [include_str!("diff/old.yaml"), include_str!("diff/new.yaml")]
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
fn the_worst_change_decides() {
    let worst = changes().worst().unwrap();
    assert_eq!(worst.released, Released::Breaks);
    assert_eq!(worst.next_release, NextRelease::Major);
}
