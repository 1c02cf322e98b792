//! What the command line tool does, for whoever updates a document. Only with the feature `tool`: no build of a client needs it.

pub mod diff;
pub mod mutate;
mod prepared;
pub mod revision;

pub use prepared::Prepared;
