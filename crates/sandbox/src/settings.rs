//! The settings of a sandbox and its limits for clients, filled in by [`SandboxBuilder`](crate::SandboxBuilder), and the kinds of jobs.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use mx_nexus::Secret;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::times::Times;
use crate::world::World;

/// The kind of a job.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
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

/// A way in which MX may answer that is not the usual one; all are off by default. For
/// [`SandboxBuilder::vary`](crate::SandboxBuilder::vary) and, in JSON, `PUT /_sandbox/variations`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Variation {
    /// Every job of a member has the guid of its first one.
    SameJobGuid,
    /// Members do not show the guid of a job.
    NoJobGuid,
    /// The questions of a member have the same guids every time.
    SameQuestionGuids,
    /// `is_being_aggregated` is false while a member is CHALLENGED.
    IdleWhileChallenged,
    /// Institutions take an option by its guid only; its value is refused with 400, and the question stays open. With
    /// [`OptionsByValue`](Self::OptionsByValue) too they take either, as without.
    OptionsByGuid,
    /// Institutions take an option by its value only; its guid is refused with 400, and the question stays open.
    OptionsByValue,
    /// Lists are whole and have no `pagination`.
    ListsWithoutPagination,
    /// One aggregation of a member within three hours, except at MX Bank, and five checks of its balance within two; the next is refused
    /// with 429. A session that aggregates all members, and `aggregateAllMembers`, skip those whose time has not passed. Atrium always
    /// throttles checks of the balance.
    Throttled,
}

/// The settings; the builder documents them. The defaults are MX's where MX has one, but jobs are much faster than at a bank.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The address of the sandbox, for the addresses in its replies.
    pub address: String,
    pub client_id: String,
    pub api_key: Option<Secret>,
    pub job_time: Duration,
    /// Instead of it, for each job.
    pub job_times: Option<Times>,
    pub slow_factor: u32,
    pub challenge_timeout: Duration,
    pub api_token_lifetime: Duration,
    pub session_lifetime: Duration,
    pub oauth_lifetime: Duration,
    pub splits_names: bool,
    pub has_use_cases: bool,
    pub disabled_products: Vec<JobKind>,
    pub variations: BTreeSet<Variation>,
    pub world: Arc<World>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            address: String::from("http://127.0.0.1"),
            client_id: String::from("sandbox-client"),
            api_key: None,
            job_time: Duration::from_secs(2),
            job_times: None,
            slow_factor: 10,
            challenge_timeout: Duration::from_secs(300),
            api_token_lifetime: Duration::from_secs(10 * 60),
            session_lifetime: Duration::from_secs(30 * 60),
            oauth_lifetime: Duration::from_secs(60 * 60),
            splits_names: false,
            has_use_cases: false,
            disabled_products: Vec::new(),
            variations: BTreeSet::new(),
            world: Arc::default(),
        }
    }
}

impl Settings {
    pub(crate) fn has(&self, variation: Variation) -> bool {
        self.variations.contains(&variation)
    }

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
