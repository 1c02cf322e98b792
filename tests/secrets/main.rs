//! The canary: a marker is put into every secret and personal field, every key and token, and must show in no `Debug`, no
//! `Display`, no chain of causes and no log line, at any level.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

#[path = "../support/recorder.rs"]
mod recorder;

mod listener;
mod types;
mod wire;

/// What must never be seen.
const MARK: &str = "S3CR3T-CANARY";

#[track_caller]
fn assert_quiet(text: &str) {
    assert!(!text.contains(MARK), "the marker shows in: {text}");
}
