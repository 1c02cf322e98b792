//! What `cargo spec` does, for those who update a document. Only with the feature `tool`: no build of a client needs it.

pub mod check;
pub mod diff;
mod editing;
mod examined;
mod examples;
mod finding;
mod lines;
mod prepared;
mod provenance;
pub mod revision;
pub mod update;
pub mod workspace;

pub use examined::Correction;
pub use finding::{Finding, counted};
pub use prepared::Prepared;
