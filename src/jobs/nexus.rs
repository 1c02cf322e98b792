//! The workflow's calls by the Nexus API.

use super::api::{
    Accepted, Answering, CheckedAnswer, Kind, KindName, MemberApi, Snapshot, with_content,
};
use super::builder::JobBuilder;
use super::challenge::Challenge;
use super::handle::JobHandle;
use super::reading::Reading;
use crate::api::{ResponseValue, types};
use crate::error::Error;
use crate::nexus::User;
use crate::operations::{self, Api};
use crate::pages::every_page;
use crate::secret::Secret;
use crate::values::{InstitutionGuid, MemberGuid};

impl MemberApi for User {
    fn observe<'a>(&'a self, member: &'a MemberGuid) -> Answering<'a, Snapshot> {
        Box::pin(async move {
            let api = self.api_without_retries();
            let answer = api.read_member().member_guid(member).send().await?;
            let missing = || {
                let operation = operations::by_id("nexus", "readMember");
                Error::incomplete(operation, "the answer holds no member")
            };
            let member = answer.into_inner().member.ok_or_else(missing)?;
            Ok(Snapshot::from(member))
        })
    }

    fn challenges<'a>(&'a self, member: &'a MemberGuid) -> Answering<'a, Vec<Challenge>> {
        Box::pin(async move {
            let api = self.api_without_retries();
            let list = api.list_member_challenges().member_guid(member);
            let listed = list.send().await?.into_inner().challenges;
            let listed = listed.unwrap_or_default().into_iter();
            Ok(listed.filter_map(Challenge::read).collect())
        })
    }

    fn answer<'a>(
        &'a self,
        member: &'a MemberGuid,
        answers: Vec<CheckedAnswer>,
    ) -> Answering<'a, ()> {
        Box::pin(async move {
            let api = self.api_without_retries();
            let answers = answers.into_iter().map(|answer| types::ResumeRequest {
                guid: answer.challenge,
                value: answer.value,
            });
            let body = types::MemberResumeRequestBody {
                member: types::MemberResumeRequest {
                    challenges: answers.collect(),
                },
            };
            let resume = api.resume_aggregation().member_guid(member).body(body);
            resume.send().await.map(|_| ())
        })
    }

    fn oauth_window<'a>(&'a self, member: &'a MemberGuid) -> Answering<'a, Option<Secret>> {
        Box::pin(async move {
            let api = self.api().await?;
            let answer = api
                .generate_oauth_window_uri()
                .member_guid(member)
                // An aggregation after the sign-in would block the next job.
                .skip_aggregation(true)
                .send()
                .await?;
            let member = answer.into_inner().member;
            Ok(member.and_then(|member| member.oauth_window_uri))
        })
    }
}

impl User {
    /// Resumes a job that was started before, in this or another process. Sends nothing by itself.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # async fn example(nexus: mx_nexus::Nexus, saved: &str) -> Result<(), Box<dyn std::error::Error>> {
    /// use mx_nexus::identity::Identification;
    ///
    /// let handle: mx_nexus::jobs::JobHandle = serde_json::from_str(saved)?;
    /// let user = nexus.user("U-39XBF7");
    /// let mut job = user.resume::<Identification>(handle)?.prepare(Duration::from_secs(300));
    /// let step = job.next().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When the handle is of another user, of another kind of job, or of Atrium.
    pub fn resume<K: Kind>(&self, handle: JobHandle) -> Result<JobBuilder<K>, Error> {
        handle.check(Api::Nexus, self.id(), K::NAME)?;
        Ok(JobBuilder::resumed(K::nexus(self), handle))
    }

    /// A job of a member of this user.
    pub(crate) fn job<K: Kind>(&self, member: impl Into<MemberGuid>) -> JobBuilder<K> {
        JobBuilder::new(K::nexus(self), Api::Nexus, self.id(), member.into())
    }
}

impl User {
    /// Whether the institution supports a kind of job, by its `flag`; read once a day and institution.
    pub(crate) fn institution_supports<'a>(
        &'a self,
        institution: Option<&'a InstitutionGuid>,
        kind: KindName,
        flag: fn(&types::InstitutionResponse) -> Option<bool>,
    ) -> Answering<'a, Option<bool>> {
        let Some(institution) = institution else {
            return Box::pin(async { Ok(None) });
        };
        Box::pin(async move {
            let read = async {
                let api = self.api_without_retries();
                let read = api.read_institution().institution_guid(institution);
                let institution = read.send().await?.into_inner().institution;
                Ok(institution.as_ref().and_then(flag))
            };
            let known = self.nexus().institution_support();
            known.get_or_read(institution.as_str(), kind, read).await
        })
    }

    /// The accounts of a member, of all pages; none where one of them holds no list.
    pub(crate) async fn accounts_of(
        &self,
        member: &MemberGuid,
    ) -> Result<Option<Vec<types::AccountResponse>>, Error> {
        const LARGEST_PAGE: i64 = 1000;
        let api = self.api_without_retries();
        let list = api.list_member_accounts().member_guid(member);
        let list = list.records_per_page(LARGEST_PAGE);
        let accounts = every_page(list, |page| page.accounts).await?;
        Ok(accounts.and_then(with_content))
    }
}

impl From<ResponseValue<types::MemberResponseBody>> for Accepted {
    fn from(answer: ResponseValue<types::MemberResponseBody>) -> Self {
        Self::new(answer.status(), answer.into_inner().member)
    }
}

impl From<types::MemberResponse> for Snapshot {
    fn from(member: types::MemberResponse) -> Self {
        Self {
            reading: Reading {
                status: member.connection_status,
                is_being_aggregated: member.is_being_aggregated,
                job: member.most_recent_job_guid,
                aggregated_at: member.aggregated_at,
                successfully_aggregated_at: member.successfully_aggregated_at,
                is_manual: member.is_manual.unwrap_or(false),
            },
            message: member.connection_status_message,
            oauth_window: member.oauth_window_uri,
            institution: member.institution_guid,
            challenges: None,
        }
    }
}
