//! The contract with MX: what every operation sends, and what every answer may look like. One binary, because the table
//! of all calls is large to compile; one file a subject, and the snapshots in `tests/snapshots`.
//!
//! An update of the document shows here: `INSTA_UPDATE=always cargo test --test contract`, and read the difference.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

/// Compares a text with `tests/snapshots/<name>@<suffix>.snap`.
macro_rules! snapshot {
    ($name:literal, $suffix:expr, $text:expr) => {
        insta::with_settings!({
            snapshot_path => "../snapshots",
            prepend_module_to_snapshot => false,
            snapshot_suffix => $suffix,
            omit_expression => true,
        }, {
            insta::assert_snapshot!($name, $text)
        })
    };
}

mod answers;
mod document;
mod examples;
mod exerciser;
mod hostile;
mod meaning;
mod operations;
mod refusals;
mod schemas;
mod server;
mod variants;
