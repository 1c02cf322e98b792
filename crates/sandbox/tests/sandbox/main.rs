//! The sandbox: the workflow with the real client, every fault, and input that is malformed or slow. That every response is as
//! documented is tested in `tests/conformance`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

/// Checks responses without the sandbox's code.
#[path = "../../../../tests/conformance/document.rs"]
mod document;

mod altered_answers;
mod atrium;
mod control;
mod control_docs;
mod faults;
mod http;
mod invalid_faults;
mod isolated_worlds;
mod limits;
mod load;
mod malformed;
mod oauth;
mod page;
mod protocol;
mod raw;
mod requests;
mod runtime;
mod seeding;
mod sites;
mod slow_readers;
mod variations;
mod webhooks;
mod workflow;
mod worlds;

use support::{
    ADA, MX_BANK, PATIENCE, VENDOR, apis, connect, find, known_user, open, polling, quick, session,
};
