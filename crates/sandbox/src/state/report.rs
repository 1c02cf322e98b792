//! The jobs of all members, for tests.

use serde::Serialize;

use crate::settings::JobKind;
use crate::state::{Job, JobState, Member, State, Store};

/// A job of a member.
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
    /// Its kind.
    pub kind: JobKind,
    /// Its state.
    pub state: JobState,
    /// The status with which it ended.
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

/// A member with its user.
#[derive(Debug, Serialize)]
pub(crate) struct MemberReport {
    guid: String,
    user: String,
    user_id: String,
    institution: String,
    connection_status: String,
    has_open_page: bool,
}

impl Store {
    /// All members, by the id of the user and the oldest first.
    pub(crate) fn members(&self) -> Vec<MemberReport> {
        let mut state = self.lock();
        state.catch_up_all();
        let mut members: Vec<&Member> = state.members.values().collect();
        members.sort_by_key(|member| member.created);
        let report = |member: &Member| MemberReport {
            guid: member.guid.clone(),
            user: member.user.clone(),
            user_id: state
                .users
                .get(&member.user)
                .map_or_else(String::new, |user| user.id.clone()),
            institution: member.institution.code.clone(),
            connection_status: member.connection.status.as_str().to_owned(),
            has_open_page: member
                .oauth
                .as_ref()
                .is_some_and(|oauth| !oauth.open_pages.is_empty()),
        };
        let mut reports: Vec<MemberReport> = members.into_iter().map(report).collect();
        reports.sort_by(|one, other| one.user_id.cmp(&other.user_id));
        reports
    }

    /// The jobs of all members, by member, the oldest first.
    pub(crate) fn jobs(&self) -> Vec<JobReport> {
        let mut state = self.lock();
        state.catch_up_all();
        let mut reports = Vec::new();
        for member in state.members.values() {
            let jobs = member.connection.jobs.iter();
            reports.extend(jobs.map(|job| (job.started, JobReport::of(member, job))));
        }
        reports.sort_by(|(at, one), (other_at, other)| {
            (&one.member, at).cmp(&(&other.member, other_at))
        });
        reports.into_iter().map(|(_, report)| report).collect()
    }

    /// Finishes all running jobs, or plays them to their questions, and returns how many.
    pub(crate) fn finish_jobs(&self) -> usize {
        let mut state = self.lock();
        state.catch_up_all();
        let now = state.now;
        let members = state.members.values_mut();
        members
            .map(|member| usize::from(member.connection.finish_job(now)))
            .sum()
    }
}

impl State {
    fn catch_up_all(&mut self) {
        self.remove_expired();
        for member in self.members.values_mut() {
            member.connection.catch_up(self.now, &self.settings);
        }
    }
}
