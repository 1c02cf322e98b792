//! A marker is put into every secret and personal field, every key and token, and must be in no `Debug`, no `Display`, no
//! cause of an error and no log line, at any level.

#![allow(clippy::unwrap_used, reason = "set-up fails by panicking")]

#[path = "../support/recorder.rs"]
mod recorder;

mod connect;
mod logs;
mod types;
mod wire;

use recorder::Recorder;

/// The value of every secret in these tests.
const MARK: &str = "S3CR3T-CANARY";

/// Checks an error and its causes, in every form that can be printed.
#[track_caller]
fn assert_error_quiet(error: &dyn std::error::Error) {
    assert_quiet(&format!("{error} {error:?} {error:#?}"));
    if let Some(cause) = error.source() {
        assert_error_quiet(cause);
    }
}

#[track_caller]
fn assert_quiet(text: &str) {
    assert!(!text.contains(MARK), "the marker shows in: {text}");
}

/// Whether a request has carried the marker, as a test of what is not printed has to.
fn has_sent_mark(server: &Recorder) -> bool {
    let received = server.received();
    received.iter().any(|received| received.body.contains(MARK))
}
