//! The calls that the workflow makes, in its own types. Implemented for [`User`](crate::User), and in memory for tests.

use std::future::Future;
use std::pin::Pin;

use super::challenge::Challenge;
use super::kind::{Kind, Options};
use super::reading::Reading;
use crate::error::Error;
use crate::secret::Secret;
use crate::values::{ChallengeGuid, InstitutionGuid, JobGuid, MemberGuid};

/// An answer that is awaited.
pub(crate) type Answering<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// A member as one answer shows it.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    pub(crate) reading: Reading,
    /// MX's message about the status, meant for the user.
    pub(crate) message: Option<String>,
    pub(crate) oauth_window: Option<Secret>,
    pub(crate) institution: Option<InstitutionGuid>,
    /// The open questions, where the API has them in the same answer.
    pub(crate) challenges: Option<Vec<Challenge>>,
}

/// The answer to an accepted start: 200 starts a job, 202 says that one of this kind runs.
#[derive(Clone, Debug, Default)]
pub struct Accepted {
    pub(crate) is_running_already: bool,
    pub(crate) member: Snapshot,
}

/// The answer to one question, in the form in which it is sent.
#[derive(Clone, Debug)]
pub struct CheckedAnswer {
    pub(crate) challenge: ChallengeGuid,
    pub(crate) value: Secret,
}

/// The calls that every kind of job makes: one request each, sent once. The workflow itself decides what is sent again.
pub trait MemberApi: Send + Sync {
    /// Reads the member.
    fn observe<'a>(&'a self, member: &'a MemberGuid) -> Answering<'a, Snapshot>;

    /// Lists the open questions.
    fn challenges<'a>(&'a self, member: &'a MemberGuid) -> Answering<'a, Vec<Challenge>>;

    /// Answers them.
    fn answer<'a>(
        &'a self,
        member: &'a MemberGuid,
        answers: Vec<CheckedAnswer>,
    ) -> Answering<'a, ()>;

    /// The address where the user signs in at the institution.
    fn oauth_window<'a>(&'a self, member: &'a MemberGuid) -> Answering<'a, Option<Secret>>;
}

/// The calls of one kind of job.
pub trait KindApi<K: Kind>: MemberApi {
    /// Starts the job.
    fn start<'a>(&'a self, member: &'a MemberGuid, options: Options) -> Answering<'a, Accepted>;

    /// Reads the result at the end; none where the answer holds none.
    fn result<'a>(
        &'a self,
        member: &'a MemberGuid,
        job: Option<&'a JobGuid>,
    ) -> Answering<'a, Option<K::Output>>;

    /// Whether the institution supports this kind of job; none where MX does not say.
    fn supports<'a>(&'a self, _institution: &'a InstitutionGuid) -> Answering<'a, Option<bool>> {
        Box::pin(async { Ok(None) })
    }
}
