//! The sandbox: the whole workflow runs on it, every fault has its effect, and no input harms it. That every answer conforms to the
//! documents is tested beside the client, in `tests/conformance`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod control;
mod echoes;
mod extremes;
mod faults;
mod hostile;
mod journal;
mod load;
mod oauth;
mod odd;
mod raw;
mod refused;
mod runtime;
mod seeding;
mod shapes;
mod unread;
mod way;

use support::{
    ADA, MX_BANK, PATIENCE, apis, connect, find, known_user, open, polling, quick, session,
};
