//! The calls that the workflow makes: over the generated client for users, and in memory for the tests of time.

use std::future::Future;
use std::pin::Pin;

use crate::api::types;
use crate::error::Error;
use crate::nexus::User;
use crate::operations;
use crate::secret::Secret;
use crate::values::MemberGuid;

/// An answer on its way.
pub(crate) type Answering<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// What an accepted POST answers: 200 starts an identification, 202 says that one runs.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) is_running_already: bool,
    pub(crate) member: types::MemberResponse,
}

/// What the machine asks for is one request, sent once: the workflow itself decides what is asked again.
pub(crate) trait Calls: Send + Sync {
    fn read_member<'a>(&'a self, member: &'a MemberGuid) -> Answering<'a, types::MemberResponse>;

    fn identify<'a>(
        &'a self,
        member: &'a MemberGuid,
        include_transactions: bool,
    ) -> Answering<'a, Accepted>;

    fn list_challenges<'a>(
        &'a self,
        member: &'a MemberGuid,
    ) -> Answering<'a, Vec<types::ChallengeResponse>>;

    fn resume<'a>(
        &'a self,
        member: &'a MemberGuid,
        answers: Vec<types::ResumeRequest>,
    ) -> Answering<'a, ()>;

    fn list_owners<'a>(
        &'a self,
        member: &'a MemberGuid,
    ) -> Answering<'a, Vec<types::AccountOwnerResponse>>;

    /// What the member's institution says; nothing where it says nothing.
    fn supports_identification<'a>(&'a self, member: &'a MemberGuid)
    -> Answering<'a, Option<bool>>;

    fn oauth_window<'a>(&'a self, member: &'a MemberGuid) -> Answering<'a, Option<Secret>>;
}

impl Calls for User {
    fn read_member<'a>(&'a self, member: &'a MemberGuid) -> Answering<'a, types::MemberResponse> {
        Box::pin(async move {
            let api = self.api_without_retries().await?;
            let answer = api.read_member().member_guid(member).send().await?;
            // Without a status it would pass for a manual member.
            let operation = operations::by_id("nexus", "readMember");
            let missing = || Error::incomplete(operation, "the answer holds no member");
            answer.into_inner().member.ok_or_else(missing)
        })
    }

    fn identify<'a>(
        &'a self,
        member: &'a MemberGuid,
        include_transactions: bool,
    ) -> Answering<'a, Accepted> {
        Box::pin(async move {
            let api = self.api_without_retries().await?;
            let body = types::IdentifyMemberBody {
                include_transactions: Some(include_transactions),
            };
            let answer = api
                .identify_member()
                .member_guid(member)
                .body(body)
                .send()
                .await?;
            Ok(Accepted {
                is_running_already: answer.status().as_u16() == 202,
                member: answer.into_inner().member.unwrap_or_default(),
            })
        })
    }

    fn list_challenges<'a>(
        &'a self,
        member: &'a MemberGuid,
    ) -> Answering<'a, Vec<types::ChallengeResponse>> {
        Box::pin(async move {
            let api = self.api_without_retries().await?;
            let answer = api
                .list_member_challenges()
                .member_guid(member)
                .send()
                .await?;
            Ok(answer.into_inner().challenges.unwrap_or_default())
        })
    }

    fn resume<'a>(
        &'a self,
        member: &'a MemberGuid,
        answers: Vec<types::ResumeRequest>,
    ) -> Answering<'a, ()> {
        Box::pin(async move {
            let api = self.api_without_retries().await?;
            let body = types::MemberResumeRequestBody {
                member: types::MemberResumeRequest {
                    challenges: answers,
                },
            };
            api.resume_aggregation()
                .member_guid(member)
                .body(body)
                .send()
                .await
                .map(|_| ())
        })
    }

    fn list_owners<'a>(
        &'a self,
        member: &'a MemberGuid,
    ) -> Answering<'a, Vec<types::AccountOwnerResponse>> {
        Box::pin(async move {
            let api = self.api_without_retries().await?;
            let answer = api.list_account_owners().member_guid(member).send().await?;
            Ok(answer.into_inner().account_owners.unwrap_or_default())
        })
    }

    fn supports_identification<'a>(
        &'a self,
        member: &'a MemberGuid,
    ) -> Answering<'a, Option<bool>> {
        Box::pin(async move {
            let api = self.api().await?;
            let member = api.read_member().member_guid(member).send().await?;
            let institution = member
                .into_inner()
                .member
                .unwrap_or_default()
                .institution_guid;
            let Some(institution) = institution else {
                return Ok(None);
            };
            let read = api.read_institution().institution_guid(institution);
            let institution = read.send().await?.into_inner().institution;
            Ok(institution.and_then(|it| it.supports_account_identification))
        })
    }

    fn oauth_window<'a>(&'a self, member: &'a MemberGuid) -> Answering<'a, Option<Secret>> {
        Box::pin(async move {
            let api = self.api().await?;
            let answer = api
                .generate_oauth_window_uri()
                .member_guid(member)
                // An aggregation after the sign-in would be in the way of the next identification.
                .skip_aggregation(true)
                .send()
                .await?;
            Ok(answer
                .into_inner()
                .member
                .and_then(|member| member.oauth_window_uri))
        })
    }
}
