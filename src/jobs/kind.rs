//! What distinguishes the kinds of jobs: how one is started, and which result is read at its end.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::api::KindApi;
use crate::nexus::User;

/// The name of a kind, as it stands in saved jobs.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KindName {
    /// Account owners: [`Identification`](crate::identity::Identification).
    #[default]
    Identification,
    /// Account numbers: [`Verification`](crate::verification::Verification).
    Verification,
    /// Accounts and transactions: [`Aggregation`](crate::aggregation::Aggregation).
    Aggregation,
    /// Balances: [`BalanceCheck`](crate::balance::BalanceCheck).
    BalanceCheck,
    /// Up to 24 months of transactions: [`ExtendedHistory`](crate::history::ExtendedHistory).
    ExtendedHistory,
}

impl KindName {
    /// What a job of this kind reads at its end, for messages.
    pub(super) const fn result(self) -> &'static str {
        match self {
            Self::Identification => "owners",
            Self::Verification => "account numbers",
            Self::Aggregation => "aggregation",
            Self::BalanceCheck => "balances",
            Self::ExtendedHistory => "extended history",
        }
    }
}

/// What is gathered besides, as far as the kind has options; `None` is MX's default.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(default)]
#[non_exhaustive]
pub struct Options {
    /// Whether transactions are gathered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_transactions: Option<bool>,
    /// Whether holdings are gathered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_holdings: Option<bool>,
}

/// A kind of job. Implemented here only: by [`Identification`](crate::identity::Identification) and its siblings.
pub trait Kind: Clone + fmt::Debug + PartialEq + Send + Sync + 'static {
    /// What is read at the end.
    type Output: Clone + fmt::Debug + PartialEq + Send + Sync + 'static;

    /// The name in saved jobs.
    const NAME: KindName;

    /// Whether an accepted start may be without effect, because MX limits how often such jobs run.
    #[doc(hidden)]
    const IS_THROTTLED: bool = false;

    #[doc(hidden)]
    fn api(user: &User) -> Arc<dyn KindApi<Self>>;
}
