//! The kinds of jobs, and the calls that the workflow makes for them, in its own types. The calls are implemented for the
//! users of Nexus and Atrium, and in memory for tests.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::challenge::Challenge;
use super::reading::Reading;
use crate::error::Error;
use crate::nexus::User;
use crate::secret::Secret;
use crate::values::{ChallengeGuid, InstitutionGuid, JobGuid, MemberGuid};

/// An answer that is awaited.
pub(crate) type Answering<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// A member as one answer shows it.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    pub(crate) reading: Reading,
    /// MX's message about the status, meant for the user.
    pub(crate) message: Option<String>,
    pub(crate) oauth_window: Option<Secret>,
    pub(crate) institution: Option<InstitutionGuid>,
    /// The open questions, where the API has them in the same answer.
    pub(crate) challenges: Option<Vec<Challenge>>,
}

/// The answer to an accepted start: 200 starts a job, 202 reports that one of this kind runs.
#[derive(Clone, Debug, Default)]
pub struct Accepted {
    pub(crate) is_running_already: bool,
    pub(crate) member: Snapshot,
}

impl Accepted {
    /// From the status and the member of the answer to a start.
    pub(crate) fn new(status: StatusCode, member: Option<impl Into<Snapshot>>) -> Self {
        Self {
            is_running_already: status == StatusCode::ACCEPTED,
            member: member.map(Into::into).unwrap_or_default(),
        }
    }
}

/// The answer to one question, in the form in which it is sent.
#[derive(Clone, Debug)]
pub struct CheckedAnswer {
    pub(crate) challenge: ChallengeGuid,
    pub(crate) value: Secret,
}

/// The calls that every kind of job makes: one request each, sent once. The workflow itself decides what is sent again.
pub trait MemberApi: Send + Sync {
    /// Reads the member.
    fn observe<'a>(&'a self, member: &'a MemberGuid) -> Answering<'a, Snapshot>;

    /// Lists the open questions.
    fn challenges<'a>(&'a self, member: &'a MemberGuid) -> Answering<'a, Vec<Challenge>>;

    /// Answers them.
    fn answer<'a>(
        &'a self,
        member: &'a MemberGuid,
        answers: Vec<CheckedAnswer>,
    ) -> Answering<'a, ()>;

    /// The address where the user signs in at the institution.
    fn oauth_window<'a>(&'a self, member: &'a MemberGuid) -> Answering<'a, Option<Secret>>;
}

/// The calls of one kind of job.
pub trait KindApi<K: Kind>: MemberApi {
    /// Starts the job.
    fn start<'a>(&'a self, member: &'a MemberGuid, options: Options) -> Answering<'a, Accepted>;

    /// Reads the result at the end; none where the answer holds none.
    fn result<'a>(
        &'a self,
        member: &'a MemberGuid,
        job: Option<&'a JobGuid>,
    ) -> Answering<'a, Option<K::Output>>;

    /// Whether the institution of the member, where a reading has shown it, supports this kind of job; none where that is not
    /// known.
    fn supports<'a>(
        &'a self,
        _member: &'a MemberGuid,
        _institution: Option<&'a InstitutionGuid>,
    ) -> Answering<'a, Option<bool>> {
        Box::pin(async { Ok(None) })
    }
}

/// The name of a kind, as it stands in saved jobs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
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
    /// As in saved jobs, such as `balance_check`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Identification => "identification",
            Self::Verification => "verification",
            Self::Aggregation => "aggregation",
            Self::BalanceCheck => "balance_check",
            Self::ExtendedHistory => "extended_history",
        }
    }

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

impl fmt::Display for KindName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What is gathered besides, as far as the kind has options; `None` is MX's default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
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

/// A list of results, unless it has entries and not one of them holds anything: that is no result, and is read again.
pub(crate) fn with_content<T: Default + PartialEq>(entries: Vec<T>) -> Option<Vec<T>> {
    let is_blank = |entry: &T| *entry == T::default();
    (entries.is_empty() || !entries.iter().all(is_blank)).then_some(entries)
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
    fn nexus(user: &User) -> Arc<dyn KindApi<Self>>;

    #[doc(hidden)]
    #[cfg(feature = "atrium")]
    fn atrium(user: &crate::atrium::User) -> Arc<dyn KindApi<Self>>;
}
