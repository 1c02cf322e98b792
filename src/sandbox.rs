//! The whole of MX on this machine: an embedded, stateful server with invented banks and people.

pub(crate) mod bank;
pub(crate) mod call;
pub(crate) mod faces;
pub(crate) mod people;
pub(crate) mod world;

pub use world::{JobKind, JobReport, JobState};
