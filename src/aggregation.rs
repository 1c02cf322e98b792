//! Aggregation: gathers a member's accounts and transactions anew.

use std::sync::Arc;

use crate::api::types;
use crate::jobs::api::{Accepted, Answering, KindApi};
use crate::jobs::{JobBuilder, Kind, KindName, Options};
use crate::nexus::User;
use crate::values::{JobGuid, MemberGuid};

/// One account of a member.
pub type Account = types::AccountResponse;

/// The kind of job that gathers accounts and transactions. From [`User::aggregate`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Aggregation;

impl Kind for Aggregation {
    type Output = Vec<Account>;

    const NAME: KindName = KindName::Aggregation;
    const IS_THROTTLED: bool = true;

    fn nexus(user: &User) -> Arc<dyn KindApi<Self>> {
        Arc::new(user.clone())
    }

    #[cfg(feature = "atrium")]
    fn atrium(user: &crate::atrium::User) -> Arc<dyn KindApi<Self>> {
        Arc::new(user.clone())
    }
}

impl KindApi<Aggregation> for User {
    fn start<'a>(&'a self, member: &'a MemberGuid, options: Options) -> Answering<'a, Accepted> {
        Box::pin(async move {
            let api = self.api_without_retries();
            let mut start = api.aggregate_member().member_guid(member);
            if let Some(include) = options.include_transactions {
                start = start.include_transactions(include);
            }
            if let Some(include) = options.include_holdings {
                start = start.include_holdings(include);
            }
            start.send().await.map(Accepted::from)
        })
    }

    fn result<'a>(
        &'a self,
        member: &'a MemberGuid,
        _: Option<&'a JobGuid>,
    ) -> Answering<'a, Option<Vec<Account>>> {
        Box::pin(self.accounts_of(member))
    }
}

impl User {
    /// Prepares an aggregation; its result is the accounts as they are after it. Transactions are read as a paged list.
    ///
    /// MX aggregates a member about once in three hours; where it does not start one, the job ends as
    /// [`Throttled`](crate::jobs::JobErrorKind::Throttled).
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # async fn example(user: mx_nexus::User) -> Result<(), mx_nexus::jobs::JobError> {
    /// let accounts = user.aggregate("MBR-1").run(Duration::from_secs(300), async |_| None).await?;
    /// println!("{} accounts", accounts.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn aggregate(&self, member: impl Into<MemberGuid>) -> JobBuilder<Aggregation> {
        self.job(member)
    }
}

impl JobBuilder<Aggregation> {
    /// Whether transactions are gathered; by default they are.
    pub fn with_transactions(self, include: bool) -> Self {
        self.with_options(|options| options.include_transactions = Some(include))
    }

    /// Whether holdings are gathered; by default they are.
    pub fn with_holdings(self, include: bool) -> Self {
        self.with_options(|options| options.include_holdings = Some(include))
    }
}
