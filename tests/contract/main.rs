//! The contract with MX: what every operation sends, and what every answer may look like. One binary, because the tables of
//! all calls and types are large to compile; one file a subject, and the snapshots in `tests/snapshots`:
//!
//! | folder | what | from |
//! |---|---|---|
//! | `operations/` | a line for each operation | the operations table |
//! | `wire/` | what an operation sends, at most and at least | two calls of each |
//! | `decode/` | what becomes of the document's example | the examples |
//! | `schema/` | the JSON Schema of each type | the list of types |
//! | `surface/` | the public Rust of the generated modules | the generated code |
//!
//! Those of the other APIs are below `atrium/`, `sso/` and `mdx/`. What the last two send is pinned in `tests/sso.rs` and
//! `tests/mdx.rs`, since their clients are not public. An update of the document shows here: `INSTA_UPDATE=always cargo test
//! --test contract`, and read the difference.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod answers;
mod apis;
mod decode;
mod document;
mod exerciser;
mod hostile;
mod meaning;
mod operations;
mod printing;
mod refusals;
mod schemas;
mod server;
mod snapshots;
mod surface;
mod types;
mod variants;
mod wire;
