//! What the command line tool does, for whoever updates a document. Only with the feature `tool`: no build of a client needs it.

pub mod check;
mod editing;
mod examined;
mod examples;
mod finding;
mod journal;
mod lines;
mod provenance;
mod workflows;

pub use finding::Finding;
pub use lines::Lines;
