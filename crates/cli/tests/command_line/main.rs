//! Runs the built `nexus`, and pins its output and exit codes.

#![allow(clippy::unwrap_used, reason = "a failed setup fails the test")]

mod atrium;
mod calling;
mod help;
mod identifying;
#[cfg(unix)]
mod interrupting;
mod job_files;
#[cfg(unix)]
mod killing;
mod kinds;
#[cfg(unix)]
mod prompting;
mod questions;
mod resuming;
mod running;
mod serving;
mod usage;
