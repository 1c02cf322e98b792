//! Account verification: the account and routing numbers of a member's accounts.

use std::sync::Arc;

use crate::api::types;
use crate::jobs::api::{Accepted, Answering, KindApi, with_content};
use crate::jobs::{JobBuilder, Kind, KindName, Options};
use crate::nexus::User;
use crate::values::{InstitutionGuid, JobGuid, MemberGuid};

/// The numbers of one account.
pub type AccountNumbers = types::AccountNumberResponse;

/// The kind of job that gathers account numbers. From [`User::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verification;

impl Kind for Verification {
    type Output = Vec<AccountNumbers>;

    const NAME: KindName = KindName::Verification;

    fn nexus(user: &User) -> Arc<dyn KindApi<Self>> {
        Arc::new(user.clone())
    }

    #[cfg(feature = "atrium")]
    fn atrium(user: &crate::atrium::User) -> Arc<dyn KindApi<Self>> {
        Arc::new(user.clone())
    }
}

impl KindApi<Verification> for User {
    fn start<'a>(&'a self, member: &'a MemberGuid, options: Options) -> Answering<'a, Accepted> {
        Box::pin(async move {
            let api = self.api_without_retries();
            let body = types::VerifyMemberBody {
                include_transactions: options.include_transactions,
            };
            let start = api.verify_member().member_guid(member).body(body);
            start.send().await.map(Accepted::from)
        })
    }

    fn result<'a>(
        &'a self,
        member: &'a MemberGuid,
        _: Option<&'a JobGuid>,
    ) -> Answering<'a, Option<Vec<AccountNumbers>>> {
        Box::pin(async move {
            let api = self.api_without_retries();
            let answer = api
                .read_account_numbers()
                .member_guid(member)
                .send()
                .await?;
            Ok(answer.into_inner().account_numbers.and_then(with_content))
        })
    }

    fn supports<'a>(
        &'a self,
        _: &'a MemberGuid,
        institution: Option<&'a InstitutionGuid>,
    ) -> Answering<'a, Option<bool>> {
        self.institution_supports(institution, KindName::Verification, |it| {
            it.supports_account_verification
        })
    }
}

impl User {
    /// Prepares a verification: it gathers the account numbers of a member. It costs money.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # async fn example(user: mx_nexus::User) -> Result<(), mx_nexus::jobs::JobError> {
    /// let numbers = user.verify("MBR-1").run(Duration::from_secs(300), async |_| None).await?;
    /// println!("{} accounts have numbers", numbers.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn verify(&self, member: impl Into<MemberGuid>) -> JobBuilder<Verification> {
        self.job(member)
    }
}

impl JobBuilder<Verification> {
    /// Whether transactions are gathered too; by default not.
    pub fn with_transactions(self, include: bool) -> Self {
        self.with_options(|options| options.include_transactions = Some(include))
    }
}
