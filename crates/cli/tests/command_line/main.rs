//! Runs the built `nexus`, and pins its output and exit codes.

#![allow(clippy::unwrap_used, reason = "a failed setup fails the test")]

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
