//! Extended history: gathers up to 24 months of a member's transactions.

use std::sync::Arc;

use crate::api::types;
use crate::jobs::api::{Accepted, Answering, KindApi};
use crate::jobs::{JobBuilder, Kind, KindName, Options};
use crate::nexus::User;
use crate::values::{JobGuid, MemberGuid};

/// What MX reports of the job; empty where the job has no guid.
pub type HistoryJob = types::JobResponse;

/// The kind of job that gathers older transactions. From [`User::extend_history`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExtendedHistory;

impl Kind for ExtendedHistory {
    type Output = HistoryJob;

    const NAME: KindName = KindName::ExtendedHistory;

    fn nexus(user: &User) -> Arc<dyn KindApi<Self>> {
        Arc::new(user.clone())
    }

    #[cfg(feature = "atrium")]
    fn atrium(user: &crate::atrium::User) -> Arc<dyn KindApi<Self>> {
        Arc::new(user.clone())
    }
}

impl KindApi<ExtendedHistory> for User {
    fn start<'a>(&'a self, member: &'a MemberGuid, _: Options) -> Answering<'a, Accepted> {
        Box::pin(async move {
            let api = self.api_without_retries();
            let start = api.extend_transaction_history().member_guid(member);
            start.send().await.map(Accepted::from)
        })
    }

    fn result<'a>(
        &'a self,
        _: &'a MemberGuid,
        job: Option<&'a JobGuid>,
    ) -> Answering<'a, Option<HistoryJob>> {
        Box::pin(async move {
            let Some(job) = job else {
                return Ok(Some(HistoryJob::default()));
            };
            let api = self.api_without_retries();
            let answer = api.read_job().job_guid(job).send().await?;
            let job = answer.into_inner().job;
            Ok(job.filter(|job| *job != HistoryJob::default()))
        })
    }
}

impl User {
    /// Prepares an extension of a member's history to up to 24 months. Its result is what MX reports of the job; the
    /// transactions are read as a paged list.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # async fn example(user: mx_nexus::User) -> Result<(), mx_nexus::jobs::JobError> {
    /// let job = user.extend_history("MBR-1").run(Duration::from_secs(600), async |_| None).await?;
    /// println!("finished at {:?}", job.finished_at);
    /// # Ok(())
    /// # }
    /// ```
    pub fn extend_history(&self, member: impl Into<MemberGuid>) -> JobBuilder<ExtendedHistory> {
        self.job(member)
    }
}
