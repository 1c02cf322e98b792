//! The contract with MX: the request of every operation, and the answers that decode. One binary, because the tables of all
//! calls and types take long to compile. The snapshots are in `tests/snapshots`:
//!
//! | folder | what | from |
//! |---|---|---|
//! | `operations/` | a line for each operation | the operations table |
//! | `wire/` | the requests of an operation with all and with required parameters | two calls of each |
//! | `decode/` | the document's examples after a round trip | the examples |
//! | `schema/` | the JSON Schema of each type | the list of types |
//! | `surface/` | the public Rust of the generated modules | the generated code |
//!
//! Those of SSO and MDX are in `sso/` and `mdx/`; their clients are not public, so their requests are pinned by
//! `tests/sso.rs` and `tests/mdx.rs`. After an update of the document run
//! `INSTA_UPDATE=always cargo test --test contract` and read the difference.

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
mod schemas;
mod server;
mod snapshots;
mod surface;
mod types;
mod variants;
mod wire;
