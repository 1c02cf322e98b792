//! The start and the result of each kind of job by the Atrium API.

use super::{User, as_nexus, types};
use crate::aggregation::{Account, Aggregation};
use crate::balance::BalanceCheck;
use crate::error::Error;
use crate::history::{ExtendedHistory, HistoryJob};
use crate::identity::{Identification, Owner, Owners};
use crate::jobs::api::{Accepted, Answering, KindApi, with_content};
use crate::jobs::{KindName, Options};
use crate::operations;
use crate::pages::every_page;
use crate::values::{InstitutionGuid, JobGuid, MemberGuid};
use crate::verification::{AccountNumbers, Verification};

impl KindApi<Identification> for User {
    fn start<'a>(&'a self, member: &'a MemberGuid, options: Options) -> Answering<'a, Accepted> {
        Box::pin(async move {
            let start = self.api_without_retries().identify_member();
            let start = start.user_guid(self.guid()).member_guid(member);
            start.body(body(options)).send().await.map(Accepted::from)
        })
    }

    fn result<'a>(
        &'a self,
        member: &'a MemberGuid,
        _: Option<&'a JobGuid>,
    ) -> Answering<'a, Option<Owners>> {
        Box::pin(async move {
            let list = self.api_without_retries().list_account_owners();
            let list = list.user_guid(self.guid()).member_guid(member);
            let owners = every_page(list, |page| page.account_owners).await?;
            let owners = owners.map(|owners| as_nexus::<Vec<Owner>>(owners, &[]));
            let owners = owners.transpose()?.and_then(with_content);
            Ok(owners.map(Owners::from))
        })
    }

    fn supports<'a>(
        &'a self,
        member: &'a MemberGuid,
        _: Option<&'a InstitutionGuid>,
    ) -> Answering<'a, Option<bool>> {
        Box::pin(
            self.institution_supports(member, KindName::Identification, |it| {
                it.supports_account_identification
            }),
        )
    }
}

impl KindApi<Verification> for User {
    fn start<'a>(&'a self, member: &'a MemberGuid, options: Options) -> Answering<'a, Accepted> {
        Box::pin(async move {
            let start = self.api_without_retries().verify_member();
            let start = start.user_guid(self.guid()).member_guid(member);
            start.body(body(options)).send().await.map(Accepted::from)
        })
    }

    fn result<'a>(
        &'a self,
        member: &'a MemberGuid,
        _: Option<&'a JobGuid>,
    ) -> Answering<'a, Option<Vec<AccountNumbers>>> {
        Box::pin(async move {
            let list = self.api_without_retries().list_account_numbers();
            let answer = list
                .user_guid(self.guid())
                .member_guid(member)
                .send()
                .await?;
            let numbers = answer.into_inner().account_numbers;
            let numbers = numbers.map(|numbers| as_nexus(numbers, &[]));
            Ok(numbers.transpose()?.and_then(with_content))
        })
    }

    fn supports<'a>(
        &'a self,
        member: &'a MemberGuid,
        _: Option<&'a InstitutionGuid>,
    ) -> Answering<'a, Option<bool>> {
        Box::pin(
            self.institution_supports(member, KindName::Verification, |it| {
                it.supports_account_verification
            }),
        )
    }
}

impl KindApi<Aggregation> for User {
    fn start<'a>(&'a self, member: &'a MemberGuid, options: Options) -> Answering<'a, Accepted> {
        Box::pin(async move {
            if options != Options::default() {
                let operation = operations::by_id("atrium", "aggregateMember");
                return Err(Error::request(operation, "it has no options in Atrium"));
            }
            let start = self.api_without_retries().aggregate_member();
            let start = start.user_guid(self.guid()).member_guid(member);
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

impl KindApi<BalanceCheck> for User {
    fn start<'a>(&'a self, member: &'a MemberGuid, _: Options) -> Answering<'a, Accepted> {
        Box::pin(async move {
            let start = self.api_without_retries().aggregate_member_balances();
            let start = start.user_guid(self.guid()).member_guid(member);
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

impl KindApi<ExtendedHistory> for User {
    fn start<'a>(&'a self, member: &'a MemberGuid, _: Options) -> Answering<'a, Accepted> {
        Box::pin(async move {
            let start = self.api_without_retries().extend_history();
            let start = start.user_guid(self.guid()).member_guid(member);
            start.send().await.map(Accepted::from)
        })
    }

    /// Atrium has no jobs to read, so this is what the status of the member shows of the latest one.
    fn result<'a>(
        &'a self,
        member: &'a MemberGuid,
        _: Option<&'a JobGuid>,
    ) -> Answering<'a, Option<HistoryJob>> {
        const NAMES: [(&str, &str); 4] = [
            ("aggregated_at", "started_at"),
            ("guid", "member_guid"),
            ("status", "status_name"),
            ("successfully_aggregated_at", "finished_at"),
        ];
        Box::pin(async move {
            let job: HistoryJob = as_nexus(self.status(member).await?, &NAMES)?;
            Ok((job != HistoryJob::default()).then_some(job))
        })
    }
}

impl User {
    /// The accounts of a member, of all pages; none where one of them holds no list.
    async fn accounts_of(&self, member: &MemberGuid) -> Result<Option<Vec<Account>>, Error> {
        const NAMES: [(&str, &str); 2] = [
            ("type", "account_type_name"),
            ("subtype", "account_subtype_name"),
        ];
        let list = self.api_without_retries().list_member_accounts();
        let list = list.user_guid(self.guid()).member_guid(member);
        let accounts = every_page(list, |page| page.accounts).await?;
        let accounts = accounts.map(|it| as_nexus(it, &NAMES)).transpose()?;
        Ok(accounts.and_then(with_content))
    }
}

fn body(options: Options) -> types::JobRequestBody {
    types::JobRequestBody {
        include_transactions: options.include_transactions,
    }
}
