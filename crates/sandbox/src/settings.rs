//! The settings of a sandbox and its limits for clients, filled in by [`SandboxBuilder`](crate::SandboxBuilder), and the kinds of jobs.

use std::time::Duration;

use mx_nexus::Secret;
use serde::Serialize;

/// What a job is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JobKind {
    /// Accounts and transactions.
    Aggregation,
    /// Who owns the accounts.
    Identification,
    /// Account and routing numbers.
    Verification,
    /// Transactions of up to two years.
    ExtendedHistory,
    /// Balances alone.
    Balance,
}

/// The settings of a world. The defaults are MX's where MX names one; jobs are much quicker than at a bank.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The address of the sandbox, for the addresses in its answers.
    pub address: String,
    /// The client id of the partner that the world starts with.
    pub client_id: String,
    /// Its key; none makes a random one.
    pub api_key: Option<Secret>,
    /// How long an ordinary job takes, without the time that a person needs to answer.
    pub job_time: Duration,
    /// How many times longer a slow or delayed job takes.
    pub slow_factor: u32,
    /// How long a question stays open before the job ends EXPIRED.
    pub challenge_timeout: Duration,
    /// How long an API token can be spent.
    pub api_token_lifetime: Duration,
    /// How long a session lives without a call.
    pub session_lifetime: Duration,
    /// How long a member may stay PENDING before it is deleted.
    pub oauth_lifetime: Duration,
    /// Whether owners come with first and last name beside the full one.
    pub splits_names: bool,
    /// Whether the first partner opted in to use cases.
    pub has_use_cases: bool,
    /// Which products the first partner may not use: their jobs are refused with 403.
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
    /// Half of an ordinary job: signing in takes one, gathering the other.
    pub(crate) fn half(&self) -> Duration {
        self.job_time / 2
    }

    /// What a slow job takes longer.
    pub(crate) fn long(&self) -> Duration {
        self.job_time.saturating_mul(self.slow_factor)
    }
}

/// What a client may take: time, memory, connections.
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
