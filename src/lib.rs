#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs, missing_debug_implementations)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod aggregation;
pub mod api;
#[cfg(feature = "atrium")]
pub mod atrium;
pub mod balance;
pub mod call;
pub mod connect;
pub mod fleet;
#[cfg(any(doc, doctest))]
pub mod guide;
pub mod history;
pub mod identity;
pub mod jobs;
pub mod mdx;
#[cfg(feature = "mock")]
pub mod mock;
pub mod operations;
pub mod pages;
pub mod sso;
pub mod telemetry;
pub mod values;
pub mod verification;

mod environment;
mod error;
mod nearest;
mod nexus;
mod retry;
mod scalar;
mod secret;
mod session;
mod settings;
mod wire;

#[cfg(feature = "atrium")]
pub use atrium::Atrium;
pub use environment::Environment;
pub use error::{Error, ErrorKind};
pub use nexus::{ApiTokenFuture, ApiTokenSource, Nexus, NexusBuilder, SessionAggregation, User};
pub use retry::RetryPolicy;
pub use secret::Secret;
pub use settings::Settings;

/// The HTTP client, in the version that [`NexusBuilder::http`] takes.
#[doc(no_inline)]
pub use reqwest;

/// The mock server, in the version that the traits of [`mock`] are for.
#[cfg(feature = "mock")]
#[doc(no_inline)]
pub use httpmock;
