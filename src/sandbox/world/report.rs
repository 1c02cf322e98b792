//! The jobs of all members, as a test wants to see them. The sandbox hands them out.

use serde::Serialize;

use crate::sandbox::world::{Job, JobKind, JobState, Member};

/// A job that a member of the sandbox has or had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct JobReport {
    /// The guid of the member.
    pub member: String,
    /// The guid of its user.
    pub user: String,
    /// The code of its institution.
    pub institution: String,
    /// The guid of the job.
    pub guid: String,
    /// What the job is for.
    pub kind: JobKind,
    /// How it stands.
    pub state: JobState,
    /// The status that it gave to the member, once it ended.
    pub connection_status: Option<String>,
    /// How many jobs of this kind the member has had, this one included.
    pub count: usize,
}

impl JobReport {
    pub(super) fn of(member: &Member, job: &Job) -> Self {
        Self {
            member: member.guid.clone(),
            user: member.user.clone(),
            institution: member.institution.code.clone(),
            guid: job.guid.clone(),
            kind: job.kind,
            state: job.state(),
            connection_status: job.end.as_ref().map(|end| end.as_str().to_owned()),
            count: job.count,
        }
    }
}
