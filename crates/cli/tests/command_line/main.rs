//! The command line as its users meet it: the built program is run, and what it says and ends with is pinned.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod calling;
mod help;
mod identifying;
#[cfg(unix)]
mod interrupting;
#[cfg(unix)]
mod prompting;
mod resuming;
mod running;
mod usage;
