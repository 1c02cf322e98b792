//! Balance check: gathers the balances of a member's accounts, and nothing else.

use std::sync::Arc;

use crate::aggregation::Account;
use crate::jobs::api::{Accepted, Answering, KindApi};
use crate::jobs::{JobBuilder, Kind, KindName, Options};
use crate::nexus::User;
use crate::values::{JobGuid, MemberGuid};

/// The kind of job that gathers balances. From [`User::check_balance`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BalanceCheck;

impl Kind for BalanceCheck {
    type Output = Vec<Account>;

    const NAME: KindName = KindName::BalanceCheck;

    fn nexus(user: &User) -> Arc<dyn KindApi<Self>> {
        Arc::new(user.clone())
    }

    #[cfg(feature = "atrium")]
    fn atrium(user: &crate::atrium::User) -> Arc<dyn KindApi<Self>> {
        Arc::new(user.clone())
    }
}

impl KindApi<BalanceCheck> for User {
    fn start<'a>(&'a self, member: &'a MemberGuid, _: Options) -> Answering<'a, Accepted> {
        Box::pin(async move {
            let api = self.api_without_retries();
            let start = api.check_member_balance().member_guid(member);
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
    /// Prepares a balance check; its result is the accounts as they are after it.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # async fn example(user: mx_nexus::User) -> Result<(), mx_nexus::jobs::JobError> {
    /// let accounts = user.check_balance("MBR-1").run(Duration::from_secs(300), async |_| None).await?;
    /// println!("{} accounts", accounts.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn check_balance(&self, member: impl Into<MemberGuid>) -> JobBuilder<BalanceCheck> {
        self.job(member)
    }
}
