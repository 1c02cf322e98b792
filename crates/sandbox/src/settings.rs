//! The settings of a sandbox and its limits for clients, filled in by [`SandboxBuilder`](crate::SandboxBuilder), and the kinds of jobs.

use std::time::Duration;

use mx_nexus::Secret;
use serde::Serialize;

/// The kind of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JobKind {
    /// Gathers accounts and transactions.
    Aggregation,
    /// Reads the owners of the accounts.
    Identification,
    /// Reads account and routing numbers.
    Verification,
    /// Reads transactions of up to two years.
    ExtendedHistory,
    /// Reads balances.
    Balance,
}

/// The settings; the builder documents them. The defaults are MX's where MX has one, but jobs are much faster than at a bank.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The address of the sandbox, for the addresses in its replies.
    pub address: String,
    pub client_id: String,
    pub api_key: Option<Secret>,
    pub job_time: Duration,
    pub slow_factor: u32,
    pub challenge_timeout: Duration,
    pub api_token_lifetime: Duration,
    pub session_lifetime: Duration,
    pub oauth_lifetime: Duration,
    pub splits_names: bool,
    pub has_use_cases: bool,
    pub disabled_products: Vec<JobKind>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            address: String::from("http://127.0.0.1"),
            client_id: String::from("sandbox-client"),
            api_key: None,
            job_time: Duration::from_secs(2),
            slow_factor: 10,
            challenge_timeout: Duration::from_secs(300),
            api_token_lifetime: Duration::from_secs(10 * 60),
            session_lifetime: Duration::from_secs(30 * 60),
            oauth_lifetime: Duration::from_secs(60 * 60),
            splits_names: false,
            has_use_cases: false,
            disabled_products: Vec::new(),
        }
    }
}

impl Settings {
    /// Half of an ordinary job: one for the sign-in, one for gathering.
    pub(crate) fn half(&self) -> Duration {
        self.job_time / 2
    }

    /// How much longer a slow job takes.
    pub(crate) fn long(&self) -> Duration {
        self.job_time.saturating_mul(self.slow_factor)
    }
}

/// The limits for clients: time, memory, connections.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) head_time: Duration,
    pub(crate) body_time: Duration,
    pub(crate) answer_time: Duration,
    pub(crate) body_bytes: usize,
    pub(crate) connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head_time: Duration::from_secs(30),
            body_time: Duration::from_secs(30),
            answer_time: Duration::from_secs(30),
            body_bytes: 1024 * 1024,
            connections: 10_000,
        }
    }
}
