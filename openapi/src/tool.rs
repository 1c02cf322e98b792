//! What the command line tool does, for whoever updates a document. Only with the feature `tool`: no build of a client needs it.

pub mod check;
pub mod diff;
mod editing;
mod examined;
mod examples;
mod finding;
mod journal;
mod lines;
mod prepared;
mod provenance;
pub mod revision;
pub mod update;
mod workflows;

pub use finding::{Finding, counted};
pub use lines::Lines;
pub use prepared::Prepared;
