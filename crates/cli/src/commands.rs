//! The commands, one a file. Called by `main` with their arguments.

pub(crate) mod call;
pub(crate) mod documents;
pub(crate) mod identify;
pub(crate) mod operations;
pub(crate) mod resume;
pub(crate) mod sandbox;

mod credentials;
mod member;
