//! The calls that the workflow makes: by the generated client for users, and in memory for the tests of time.

use std::future::Future;
use std::pin::Pin;

use crate::api::types;
use crate::error::Error;
use crate::nexus::User;
use crate::operations;
use crate::secret::Secret;
use crate::values::{InstitutionGuid, MemberGuid};

/// An answer that is awaited.
pub(crate) type Answering<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// The answer to an accepted POST: 200 starts an identification, 202 says that one runs.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) is_running_already: bool,
    pub(crate) member: types::MemberResponse,
}

/// One request each, sent once: the workflow itself decides what is sent again.
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
    ) -> Answering<'a, Option<Vec<types::AccountOwnerResponse>>>;

    /// Whether the institution supports identification; none where MX does not say.
    fn supports_identification<'a>(
        &'a self,
        institution: &'a InstitutionGuid,
    ) -> Answering<'a, Option<bool>>;

    fn oauth_window<'a>(&'a self, member: &'a MemberGuid) -> Answering<'a, Option<Secret>>;
}

impl Calls for User {
    fn read_member<'a>(&'a self, member: &'a MemberGuid) -> Answering<'a, types::MemberResponse> {
        Box::pin(async move {
            let api = self.api_without_retries().await?;
            let answer = api.read_member().member_guid(member).send().await?;
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
    ) -> Answering<'a, Option<Vec<types::AccountOwnerResponse>>> {
        Box::pin(async move {
            let api = self.api_without_retries().await?;
            let answer = api.list_account_owners().member_guid(member).send().await?;
            Ok(answer.into_inner().account_owners)
        })
    }

    fn supports_identification<'a>(
        &'a self,
        institution: &'a InstitutionGuid,
    ) -> Answering<'a, Option<bool>> {
        Box::pin(async move {
            let known = self.nexus().identifying_institutions();
            if let Some(supported) = known.get(institution) {
                return Ok(Some(supported));
            }
            let api = self.api_without_retries().await?;
            let read = api.read_institution().institution_guid(institution);
            let read = read.send().await?.into_inner().institution;
            let supported = read.and_then(|it| it.supports_account_identification);
            if let Some(supported) = supported {
                known.set(institution.clone(), supported);
            }
            Ok(supported)
        })
    }

    fn oauth_window<'a>(&'a self, member: &'a MemberGuid) -> Answering<'a, Option<Secret>> {
        Box::pin(async move {
            let api = self.api().await?;
            let answer = api
                .generate_oauth_window_uri()
                .member_guid(member)
                // An aggregation after the sign-in would block the next identification.
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
