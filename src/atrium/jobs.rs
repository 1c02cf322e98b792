//! The workflow's calls by the Atrium API, and its jobs: [`User::identify`] and its siblings.
//!
//! What a member shows is read from its status, which has every stamp of proof that Atrium has: `aggregated_at`,
//! `successfully_aggregated_at` and `is_being_aggregated`. Jobs have no guids here, and the member itself shows no more stamps.

use progenitor_client::ResponseValue;

use super::{User, as_nexus, types};
use crate::aggregation::Aggregation;
use crate::balance::BalanceCheck;
use crate::error::Error;
use crate::history::ExtendedHistory;
use crate::identity::Identify;
use crate::jobs::api::{Accepted, Answering, CheckedAnswer, MemberApi, Snapshot};
use crate::jobs::machine::Reading;
use crate::jobs::{Challenge, JobBuilder, JobHandle, Kind, KindName};
use crate::operations::{self, Api};
use crate::secret::Secret;
use crate::values::{ConnectionStatus, MemberGuid, Timestamp};
use crate::verification::Verification;

impl User {
    /// Prepares an identification of the owners of a member's accounts. It costs money, and is never started twice by accident.
    pub fn identify(&self, member: impl Into<MemberGuid>) -> Identify {
        self.job(member)
    }

    /// Prepares a verification: it gathers the account numbers of a member. It costs money.
    pub fn verify(&self, member: impl Into<MemberGuid>) -> JobBuilder<Verification> {
        self.job(member)
    }

    /// Prepares an aggregation; its result is the accounts as they are after it.
    ///
    /// MX aggregates a member at most once in three hours; where it does not start one, the job ends as
    /// [`Throttled`](crate::jobs::JobErrorKind::Throttled). What it gathers cannot be chosen here, so an option is an error of
    /// kind [`Request`](crate::ErrorKind::Request) before anything is started.
    pub fn aggregate(&self, member: impl Into<MemberGuid>) -> JobBuilder<Aggregation> {
        self.job(member)
    }

    /// Prepares a balance check; its result is the accounts as they are after it. MX allows five of a member in two hours.
    pub fn check_balance(&self, member: impl Into<MemberGuid>) -> JobBuilder<BalanceCheck> {
        self.job(member)
    }

    /// Prepares an extension of a member's history. Its result is what the status of the member reports of its latest job; the
    /// transactions are read as a paged list.
    pub fn extend_history(&self, member: impl Into<MemberGuid>) -> JobBuilder<ExtendedHistory> {
        self.job(member)
    }

    /// Resumes a job that was started before, in this or another process; as [`User::resume`](crate::User::resume) of Nexus.
    ///
    /// # Errors
    ///
    /// When the handle is of another user, of another kind of job, or of Nexus.
    pub fn resume<K: Kind>(&self, handle: JobHandle) -> Result<JobBuilder<K>, Error> {
        handle.check(Api::Atrium, Some(self.guid.as_str()), K::NAME)?;
        Ok(JobBuilder::resumed(K::atrium(self), handle))
    }

    fn job<K: Kind>(&self, member: impl Into<MemberGuid>) -> JobBuilder<K> {
        let user = Some(self.guid.as_str());
        JobBuilder::new(K::atrium(self), Api::Atrium, user, member.into())
    }

    /// Whether the institution of the member supports a kind of job, by its `flag`; read once a day and institution. The status
    /// does not show the institution, so the member is read for it.
    pub(super) async fn institution_supports(
        &self,
        member: &MemberGuid,
        kind: KindName,
        flag: fn(&types::InstitutionResponse) -> Option<bool>,
    ) -> Result<Option<bool>, Error> {
        let api = self.api_without_retries();
        let read = api.read_member().user_guid(&self.guid).member_guid(member);
        let member = read.send().await?.into_inner().member;
        let Some(institution) = member.and_then(|member| member.institution_code) else {
            return Ok(None);
        };
        let read = async {
            let read = api
                .read_institution()
                .institution_code(&institution)
                .send()
                .await?;
            Ok(read.into_inner().institution.as_ref().and_then(flag))
        };
        let known = &self.atrium.inner.institution_support;
        known.get_or_read(institution.as_str(), kind, read).await
    }

    pub(super) async fn status(
        &self,
        member: &MemberGuid,
    ) -> Result<types::MemberStatusResponse, Error> {
        let read = self.api_without_retries().read_member_status();
        let answer = read
            .user_guid(&self.guid)
            .member_guid(member)
            .send()
            .await?;
        let operation = operations::by_id("atrium", "readMemberStatus");
        let missing = || Error::incomplete(operation, "the answer holds no member");
        answer.into_inner().member.ok_or_else(missing)
    }
}

impl MemberApi for User {
    fn observe<'a>(&'a self, member: &'a MemberGuid) -> Answering<'a, Snapshot> {
        Box::pin(async move {
            let status = self.status(member).await?;
            let asked = status.challenges.filter(|asked| !asked.is_empty());
            Ok(Snapshot {
                reading: reading(
                    status.connection_status,
                    status.is_being_aggregated,
                    status.aggregated_at,
                    status.successfully_aggregated_at,
                ),
                challenges: asked.map(questions).transpose()?,
                ..Snapshot::default()
            })
        })
    }

    fn challenges<'a>(&'a self, member: &'a MemberGuid) -> Answering<'a, Vec<Challenge>> {
        Box::pin(async move {
            let list = self.api_without_retries().list_member_mfa_challenges();
            let listed = list
                .user_guid(&self.guid)
                .member_guid(member)
                .send()
                .await?;
            questions(listed.into_inner().challenges.unwrap_or_default())
        })
    }

    fn answer<'a>(
        &'a self,
        member: &'a MemberGuid,
        answers: Vec<CheckedAnswer>,
    ) -> Answering<'a, ()> {
        Box::pin(async move {
            let answers = answers.into_iter().map(|answer| types::ResumeRequest {
                guid: answer.challenge,
                value: answer.value,
            });
            let body = types::MemberResumeRequestBody {
                member: types::MemberResumeRequest {
                    challenges: answers.collect(),
                },
            };
            let resume = self.api_without_retries().resume_member();
            let resume = resume.user_guid(&self.guid).member_guid(member).body(body);
            resume.send().await.map(|_| ())
        })
    }

    fn oauth_window<'a>(&'a self, member: &'a MemberGuid) -> Answering<'a, Option<Secret>> {
        Box::pin(async move {
            let read = self.api().read_oauth_window_uri();
            let answer = read
                .user_guid(&self.guid)
                .member_guid(member)
                .send()
                .await?;
            let member = answer.into_inner().member;
            Ok(member.and_then(|member| member.oauth_window_uri))
        })
    }
}

fn reading(
    status: Option<ConnectionStatus>,
    is_being_aggregated: Option<bool>,
    aggregated_at: Option<Timestamp>,
    successfully_aggregated_at: Option<Timestamp>,
) -> Reading {
    Reading {
        status,
        is_being_aggregated,
        aggregated_at,
        successfully_aggregated_at,
        ..Reading::default()
    }
}

fn questions(asked: Vec<types::ChallengeResponse>) -> Result<Vec<Challenge>, Error> {
    let asked: Vec<_> = as_nexus(asked, &[])?;
    Ok(asked.into_iter().filter_map(Challenge::read).collect())
}

impl From<ResponseValue<types::MemberResponseBody>> for Accepted {
    fn from(answer: ResponseValue<types::MemberResponseBody>) -> Self {
        Self::new(answer.status(), answer.into_inner().member)
    }
}

impl From<types::MemberResponse> for Snapshot {
    fn from(member: types::MemberResponse) -> Self {
        Self {
            reading: reading(
                member.connection_status,
                member.is_being_aggregated,
                member.aggregated_at,
                member.successfully_aggregated_at,
            ),
            oauth_window: member.oauth_window_uri,
            ..Self::default()
        }
    }
}
