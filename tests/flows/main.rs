//! Whole jobs over the wire, each a transcript: the requests, the answers of MX, and what the caller got.
//!
//! Every transcript is a snapshot in `snapshots/`, to be read from top to bottom. Lines that are not indented are requests with
//! the status of their answer and the member in it: `CREATED~#2` is a member in status CREATED, being aggregated, its latest
//! job the second. Indented lines are the steps of the job. Equal polls in a row are shown once, with their number.
//!
//! `flow.rs` and its modules are compiled once for each API: the same scripts, with transcripts of their own.

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::duplicate_mod, reason = "one source for both APIs")]

#[cfg(feature = "atrium")]
#[path = "flow.rs"]
mod atrium;
#[path = "flow.rs"]
mod nexus;
#[path = "../support/script.rs"]
mod script;

#[cfg(feature = "atrium")]
mod atrium_only;
mod nexus_only;
