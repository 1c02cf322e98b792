//! The jobs of [`mx_nexus`] as workflows on [Restate](https://restate.dev), for programs of many processes that come and go.
//!
//! - A worker ([`Worker`], or the program `nexus-worker`) runs the workflows: it calls MX, and Restate keeps the state, the timers and the
//!   retries.
//! - The caller's own process, such as a web application, starts them and answers their questions with [`IdentificationClient`] and its
//!   siblings.
//!
#![doc = include_str!("../guide.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs, missing_debug_implementations)]

mod client;
mod error;
mod kinds;
mod messages;
mod mx;
mod services;
mod step;
mod stop;
mod worker;
mod workflow;

pub use client::{
    AggregationClient, BalanceCheckClient, ExtendedHistoryClient, IdentificationClient, JobClient,
    VerificationClient,
};
pub use error::Error;
pub use kinds::DurableKind;
pub use messages::{Outcome, Status};
pub use mx::Mx;
pub use worker::Worker;
