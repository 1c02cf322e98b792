//! The jobs of [`mx_nexus`] as workflows on [Restate](https://restate.dev), for programs of many processes that come and go.
//!
//! - A worker ([`Worker`], or the program `nexus-worker`) runs the workflows: it calls MX, and Restate keeps the state, the timers and the
//!   retries.
//! - The caller's own process, such as a web application, starts them and answers their questions with [`IdentificationClient`] and its
//!   siblings.
//!
//! | what | where |
//! |---|---|
//! | the state of a job, its timers and retries | Restate: ids, statuses and counts, in clear |
//! | credentials of MX | the environment of the workers and of the caller |
//! | texts of questions, answers, results | between the caller and MX only |
//!
//! The README has the commands from nothing to a running flow, and what a job costs.
//!
//! # One paid job although steps repeat
//!
//! Restate repeats a step whose result it has not stored. Before a call that may start the job a random mark is journaled: the attempt that
//! drew it knows that no other one has come further, and sends the start. Any other attempt finds the mark of an earlier one, and goes on
//! with [`JobHandle::in_flight`](mx_nexus::jobs::JobHandle::in_flight): it reads until it is sure before it starts again.
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
