//! Account-owner identification: start, poll, answer, read the owners, in one process or in several.
//!
//! ```no_run
//! use std::time::Duration;
//! use mx_nexus::identity::Step;
//!
//! # fn ask(_: &mx_nexus::identity::Challenge) -> Result<String, std::io::Error> { Ok(String::new()) }
//! # async fn example(user: mx_nexus::User) -> Result<(), Box<dyn std::error::Error>> {
//! let mut job = user.identify("MBR-1").start(Duration::from_secs(300)).await?;
//! let owners = loop {
//!     match job.next().await? {
//!         Step::Running(progress) => println!("{progress}"),
//!         Step::Challenged(challenges) => job.answer(challenges.answer_all(ask)?).await?,
//!         Step::Done(owners) => break owners,
//!     }
//! };
//! println!("{} owners", owners.len());
//! # Ok(())
//! # }
//! ```
//!
//! The workflow itself is in [`jobs`](crate::jobs), which every kind of job shares.

use std::sync::Arc;

use crate::api::types;
use crate::jobs::api::{Accepted, Answering, KindApi, with_content};
use crate::jobs::{JobBuilder, Kind, KindName, Options};
use crate::nexus::User;
use crate::values::{InstitutionGuid, JobGuid, MemberGuid};

mod owners;

pub use crate::jobs::{
    Answers, Challenge, ChallengeKind, ChallengeOption, Challenges, End, Image, JobError,
    JobErrorKind, JobHandle, OtherJob, Pace, PollPolicy, Polling, Progress, Remedy, machine,
};
pub use owners::{Owner, Owners};

/// The kind of job that gathers the owners of a member's accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identification;

/// An identification to be started or resumed.
pub type Identify = JobBuilder<Identification>;
/// An identification under way.
pub type Job = crate::jobs::Job<Identification>;
/// A step of an identification.
pub type Step = crate::jobs::Step<Identification>;
/// The steps of an identification as a stream.
pub type JobStream = crate::jobs::JobStream<Identification>;

impl Kind for Identification {
    type Output = Owners;

    const NAME: KindName = KindName::Identification;

    fn nexus(user: &User) -> Arc<dyn KindApi<Self>> {
        Arc::new(user.clone())
    }

    #[cfg(feature = "atrium")]
    fn atrium(user: &crate::atrium::User) -> Arc<dyn KindApi<Self>> {
        Arc::new(user.clone())
    }
}

impl KindApi<Identification> for User {
    fn start<'a>(&'a self, member: &'a MemberGuid, options: Options) -> Answering<'a, Accepted> {
        Box::pin(async move {
            let api = self.api_without_retries();
            let body = types::IdentifyMemberBody {
                include_transactions: Some(options.include_transactions.unwrap_or(false)),
            };
            let start = api.identify_member().member_guid(member).body(body);
            start.send().await.map(Accepted::from)
        })
    }

    fn result<'a>(
        &'a self,
        member: &'a MemberGuid,
        _: Option<&'a JobGuid>,
    ) -> Answering<'a, Option<Owners>> {
        Box::pin(async move {
            let api = self.api_without_retries();
            let answer = api.list_account_owners().member_guid(member).send().await?;
            let owners = answer.into_inner().account_owners.and_then(with_content);
            Ok(owners.map(Owners::from))
        })
    }

    fn supports<'a>(
        &'a self,
        _: &'a MemberGuid,
        institution: Option<&'a InstitutionGuid>,
    ) -> Answering<'a, Option<bool>> {
        self.institution_supports(institution, KindName::Identification, |it| {
            it.supports_account_identification
        })
    }
}

impl User {
    /// Prepares an identification of the owners of a member's accounts. It costs money, and is never started twice by accident.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # async fn example(user: mx_nexus::User) -> Result<(), mx_nexus::jobs::JobError> {
    /// // No user can answer: a question ends it, and the handle in the error resumes it.
    /// let owners = user.identify("MBR-1").run(Duration::from_secs(300), async |_| None).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn identify(&self, member: impl Into<MemberGuid>) -> Identify {
        self.job(member)
    }
}

impl Identify {
    /// Whether transactions are gathered too; by default not.
    pub fn with_transactions(self, include: bool) -> Self {
        self.with_options(|options| options.include_transactions = Some(include))
    }
}
