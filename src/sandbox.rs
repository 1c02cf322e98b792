//! The whole of MX on this machine: an embedded, stateful server with invented banks and people.

pub(crate) mod call;
mod contract;
