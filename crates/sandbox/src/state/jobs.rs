//! Starts jobs and answers their challenges, with every refusal that MX has for it. The handlers call it.

use std::sync::Arc;
use std::time::Duration;

use crate::api::Api;
use crate::bank::accounts::Chosen;
use crate::bank::{Step, gathering_only};
use crate::call::Reply;
use crate::settings::{JobKind, Settings, Variation};
use crate::state::{AnswerError, Answers, Job, Started, State};

/// How long after an aggregation of a member MX throttles the next (reference, "typically").
const AGGREGATION_WINDOW: Duration = Duration::from_secs(3 * 60 * 60);
/// How many checks of the balance a member has within [`BALANCE_WINDOW`] (reference of Atrium).
const BALANCES: usize = 5;
const BALANCE_WINDOW: Duration = Duration::from_secs(2 * 60 * 60);

impl State {
    /// Starts a job of a member, unless one of the same kind runs. It gathers transactions as asked, or as its kind does.
    pub(crate) fn start(
        &mut self,
        user: &str,
        guid: &str,
        kind: JobKind,
        includes_transactions: Option<bool>,
    ) -> Result<Started, Reply> {
        self.check_permission(user, guid, kind)?;
        let member = self.member(user, guid)?;
        match member.connection.running().map(|job| job.kind) {
            Some(running) if running == kind => return Ok(Started::AlreadyRunning),
            Some(_) => return Err(other_job_runs()),
            None => self.check_throttle(user, guid, kind)?,
        }
        let default = matches!(kind, JobKind::Aggregation | JobKind::ExtendedHistory);
        self.launch(guid, kind, includes_transactions.unwrap_or(default));
        Ok(Started::New)
    }

    /// Aggregates all members of a user that are signed in and not throttled, or refuses when one of them may not be.
    pub(crate) fn start_all(
        &mut self,
        user: &str,
        includes_transactions: Option<bool>,
    ) -> Result<Started, Reply> {
        let kind = JobKind::Aggregation;
        let mut idle = Vec::new();
        let mut is_running = false;
        for guid in &self.member_guids(user) {
            self.check_permission(user, guid, kind)?;
            let running = self.member(user, guid)?.connection.running();
            match running.map(|job| job.kind) {
                Some(running) if running == kind => is_running = true,
                Some(_) => return Err(other_job_runs()),
                None if self.check_throttle(user, guid, kind).is_err() => {}
                None if !self.member(user, guid)?.is_signed_in() => {}
                None => idle.push(guid.clone()),
            }
        }
        for guid in &idle {
            self.launch(guid, kind, includes_transactions.unwrap_or(true));
        }
        if idle.is_empty() && is_running {
            return Ok(Started::AlreadyRunning);
        }
        Ok(Started::New)
    }

    /// Aggregates the members of a user that may be, as opening a session does.
    pub(crate) fn aggregate_permitted(&mut self, user: &str) {
        for guid in self.member_guids(user) {
            self.aggregate_if_permitted(user, &guid);
        }
    }

    /// Aggregates a new or changed member, unless a job runs, it may not be, or its user has not signed in by OAuth. The user did not ask
    /// for it, so nothing is refused.
    pub(crate) fn aggregate_if_permitted(&mut self, user: &str, guid: &str) {
        let member = self.member(user, guid);
        if member.is_ok_and(|member| member.is_signed_in()) {
            let _ = self.start(user, guid, JobKind::Aggregation, None);
        }
    }

    /// Starts a job without a check. Before the user has signed in by OAuth it ends at once with the status of the member.
    fn launch(&mut self, guid: &str, kind: JobKind, includes_transactions: bool) {
        let Some(member) = self.members.get_mut(guid) else {
            return;
        };
        self.launched += 1;
        let drawn = self.settings.job_times.map(|times| Settings {
            job_time: times.draw(0, self.launched),
            ..self.settings.clone()
        });
        let settings = drawn.as_ref().unwrap_or(&self.settings);
        let steps = match &member.oauth {
            _ if !member.is_signed_in() => vec![Step::End(member.connection.status.clone())],
            Some(_) => gathering_only(settings),
            None => member.institution.steps(&member.entries, settings),
        };
        let mut job = Job::new(kind, member.login.clone(), steps, self.now);
        job.half = settings.half();
        job.includes_transactions = includes_transactions;
        job.chosen = Chosen::at(&self.settings.world, &member.institution, &member.login);
        if self.settings.has(Variation::SameQuestionGuids) {
            job.questions_of = Some(guid.to_owned());
        }
        if self.settings.has(Variation::SameJobGuid)
            && let Some(before) = member.connection.jobs.back()
        {
            job.guid.clone_from(&before.guid);
        }
        member.connection.start(job, &self.settings);
    }

    /// Answers the open challenges of a member.
    pub(crate) fn answer(
        &mut self,
        user: &str,
        guid: &str,
        answers: &Answers,
    ) -> Result<(), Reply> {
        self.member(user, guid)?;
        let Some(member) = self.members.get_mut(guid) else {
            return Ok(());
        };
        let taken = member.connection.answer(answers, self.now, &self.settings);
        taken.map_err(|reason| match reason {
            AnswerError::NotChallenged => {
                Reply::problem(405, None, "The member is not CHALLENGED.")
            }
            AnswerError::Mismatch => {
                let message =
                    "The answers do not fit the open challenges: list them again, answer each.";
                Reply::problem(400, None, message)
            }
        })
    }

    /// Refuses a job that is one too many for MX: a check of the balance in Atrium, and with the variation in both APIs. What MX answers
    /// to an aggregation is not documented; it is the answer to a check of the balance.
    fn check_throttle(&mut self, user: &str, guid: &str, kind: JobKind) -> Result<(), Reply> {
        let api = self.users.get(user).map(|user| user.api);
        let is_always = api == Some(Api::Atrium) && kind == JobKind::Balance;
        if !is_always && !self.settings.has(Variation::Throttled) {
            return Ok(());
        }
        let (count, window, message) = match kind {
            JobKind::Aggregation => {
                let message = "A member can be aggregated once within three hours.";
                (1, AGGREGATION_WINDOW, message)
            }
            JobKind::Balance => {
                let message = "The balance of a member can be checked five times within two hours.";
                (BALANCES, BALANCE_WINDOW, message)
            }
            _ => return Ok(()),
        };
        let now = self.now;
        let member = self.member(user, guid)?;
        if kind == JobKind::Aggregation && member.institution.is_never_throttled() {
            return Ok(());
        }
        let jobs = member.connection.jobs.iter();
        let recent = jobs
            .filter(|job| job.kind == kind && now.saturating_duration_since(job.started) < window);
        if recent.count() < count {
            return Ok(());
        }
        Err(Reply::problem(429, None, message))
    }

    /// Refuses jobs that the partner, the institution or the member does not allow.
    fn check_permission(&mut self, user: &str, guid: &str, kind: JobKind) -> Result<(), Reply> {
        let member = self.member(user, guid)?;
        let institution = Arc::clone(&member.institution);
        let use_cases = member.use_cases.clone();
        let client = self.users.get(user).map(|user| user.client.as_str());
        let partner = client.and_then(|client| self.partners.get(client));
        let is_product = !matches!(kind, JobKind::Aggregation | JobKind::Balance);
        let is_disabled = partner.is_some_and(|partner| partner.disabled.contains(&kind));
        if is_disabled || is_product && institution.has_no_products {
            return Err(Reply::problem(
                403,
                None,
                "The product is not enabled for the client.",
            ));
        }
        let lacks_pfm = use_cases.is_some_and(|named| named.iter().all(|name| name != "PFM"));
        if kind == JobKind::Aggregation && lacks_pfm {
            return Err(Reply::problem(
                403,
                None,
                "The member lacks the PFM use case.",
            ));
        }
        if is_product && !institution.supports.contains(&kind) {
            let message = match kind {
                JobKind::Identification => {
                    "Member's institution does not support instant account identification"
                }
                JobKind::Verification => {
                    "Member's institution does not support instant account verification"
                }
                _ => "Member's institution does not support extended transaction history",
            };
            return Err(Reply::problem(400, None, message));
        }
        Ok(())
    }
}

fn other_job_runs() -> Reply {
    Reply::problem(409, None, "A job of another type runs on the member.")
}
