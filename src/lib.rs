//! The client of MX's Nexus API: it identifies the owners of an account, and calls all 128 operations.
//!
//! ```toml
//! [dependencies]
//! mx-nexus = "0.1"
//! tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
//!
//! [dev-dependencies]
//! mx-nexus-sandbox = "0.1"
//! ```
//!
//! A first program. MX is played by the sandbox, so it needs no credentials. Save it as `examples/first.rs` and run
//! `cargo run --example first`, since a program in `src` does not see dev-dependencies:
//!
//! ```
//! use std::time::Duration;
//! use mx_nexus::identity::Challenge;
//! use mx_nexus_sandbox::Sandbox;
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let sandbox = Sandbox::start().await?;
//!     let member = sandbox.add_member("U-39XBF7", "challenge")?;
//!     let user = sandbox.nexus().build()?.user("U-39XBF7");
//!
//!     // Starts the job, polls it, and asks each question that the bank has for the user.
//!     let owners = user.identify(member)
//! #       .with_polling(mx_nexus::identity::Polling::between(Duration::from_millis(50), Duration::from_millis(200)))
//!         .run(Duration::from_secs(60), async |challenges| challenges.answer_all(ask).ok())
//!         .await?;
//!     for owner in &owners {
//!         println!("{:?} owns {:?}", owner.owner_name.as_deref(), owner.account_guid);
//!     }
//! #   assert!(!owners.is_empty());
//!     Ok(())
//! }
//!
//! fn ask(question: &Challenge) -> std::io::Result<String> {
//!     println!("{}", question.label());
//!     Ok("correct".to_owned())
//! }
//! ```
//!
//! With credentials of MX, the second and third line of `main` become
//! `Nexus::builder(Environment::integration()).credentials(client_id, api_key).build()?`, see [`NexusBuilder`].
//!
//! # Where to read on
//!
//! - [The guide](guide): from creating a user to a fleet of jobs, in chapters that compile.
//! - [`jobs`]: how a job runs, is saved and resumed; [`identity`], [`verification`], [`aggregation`], [`balance`] and [`history`] are
//!   the kinds. [`jobs::store`] keeps jobs in a table of yours, [`fleet`] runs many at once.
//! - [`connect`]: from the name of a bank to a member.
//! - [`api`]: all operations of Nexus, typed, with [a chapter of the guide](guide::calls); [`call`] calls one by its name.
//! - [`Error`], and [`jobs::JobError`] for jobs: what failed, whether it may pass, and what can be done about it.
//! - `mx-nexus-sandbox`: MX on a port of your machine, with state, challenges and faults, for your own tests.
//!
//! Keys, tokens, credentials, answers, names and account numbers are in no log, no `Debug` output and no error of this crate:
//! [`values`] explains the types that keep them.
//!
//! This is not a product of MX, and MX does not endorse it.
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
pub mod input;
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
mod object;
mod retry;
mod scalar;
mod secret;
mod session;
mod settings;
mod wire;

#[cfg(feature = "atrium")]
#[doc(inline)]
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

/// The programs of the README are compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
