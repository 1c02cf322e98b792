//! What readings of the member and lists of questions show, in each phase. Called by `observe`.

use super::{BASELINE_READS, END_READS, LINGERING_READS, REJECTED_READS, REPOSTS};
use super::{End, Machine, OtherJob, Reading};
use crate::jobs::directive::Phase;
use crate::jobs::proof::Weight;
use crate::jobs::status::{Class, classify};
use crate::values::{ChallengeGuid, ConnectionStatus};

impl Machine {
    pub(super) fn read(&mut self, phase: Phase, reading: Reading) -> Phase {
        if matches!(phase, Phase::Start | Phase::Result) {
            return phase;
        }
        let is_first = phase == Phase::Baseline && self.proof.baseline().is_none();
        if is_first && reading.is_manual {
            return Phase::Ended(End::Manual);
        }
        let polled = u32::from(phase != Phase::Baseline);
        self.polls = self.polls.saturating_add(polled);
        let Some(status) = reading.status.clone() else {
            return self.read_nothing(phase, reading);
        };
        self.empty_reads = 0;
        if let (None, ConnectionStatus::Unknown(name)) = (&self.unknown_status, &status) {
            self.unknown_status = Some(name.clone());
        }
        self.proof.note(&reading);
        let is_challenged = classify(&status) == Class::Challenged;
        match phase {
            // Reading while the user answers does not disturb a question that is still open.
            Phase::Ask(_) if is_challenged => phase,
            Phase::Baseline | Phase::Sent | Phase::OtherJob => {
                self.read_before_start(&phase, reading)
            }
            _ if self.is_blocked => self.read_before_start(&Phase::OtherJob, reading),
            _ => self.judge(&reading, &status),
        }
    }

    /// A reading without a status is taken again. Only a member that never had one, and was never seen running, ends as manual.
    fn read_nothing(&mut self, phase: Phase, reading: Reading) -> Phase {
        self.empty_reads = self.empty_reads.saturating_add(1);
        self.proof.note_running(&reading);
        self.has_failed = true;
        match phase {
            Phase::Baseline if self.proof.baseline().is_some() => phase,
            Phase::Baseline if self.empty_reads >= BASELINE_READS => {
                self.empty_reads = 0;
                self.has_failed = false;
                self.proof.set_baseline(reading);
                Phase::Start
            }
            Phase::Sent | Phase::OtherJob | Phase::Follow
                if self.proof.is_enough(self.empty_reads) && self.proof.shows_nothing() =>
            {
                Phase::Ended(End::Manual)
            }
            _ => phase,
        }
    }

    /// A reading for a job that is not known to have started.
    fn read_before_start(&mut self, phase: &Phase, reading: Reading) -> Phase {
        let baseline = self.proof.baseline();
        let has_other_job = baseline.is_some_and(Reading::is_under_way);
        // A POST whose answer was lost may have started the job, and so may one that met another job which nothing shows.
        let is_lost = *phase == Phase::Sent
            || *phase == Phase::OtherJob
                && (self.reposts > 0 || self.is_start_lost || !has_other_job);
        // It was settled that the POST had no effect, and then another process took over.
        let is_due_again = *phase == Phase::Baseline && self.reposts > 0;
        if (is_lost || is_due_again)
            && self.proof.shows_start(&reading)
            && let Some(status) = reading.status.clone()
        {
            return self.judge(&reading, &status);
        }
        match phase {
            Phase::Baseline if is_due_again && self.proof.baseline() != Some(&reading) => {
                // Something has changed meanwhile, so it has to settle anew.
                self.reposts -= 1;
                Phase::Sent
            }
            Phase::OtherJob if self.proof.is_older(&reading) => Phase::OtherJob,
            Phase::OtherJob
                if self.other_job == OtherJob::Refuse
                    && reading.is_under_way()
                    && !self.is_start_lost =>
            {
                Phase::Ended(End::OtherJobRuns)
            }
            Phase::Sent | Phase::OtherJob
                if reading.status == Some(ConnectionStatus::Challenged) =>
            {
                self.is_blocked = true;
                self.is_start_lost |= *phase == Phase::Sent;
                let is_anew = self.proof.is_settled();
                Phase::List { is_anew }
            }
            Phase::OtherJob
                if reading.is_running() || reading.is_under_way() && !self.proof.is_settled() =>
            {
                self.answered.clear();
                Phase::OtherJob
            }
            Phase::Sent if reading.is_running() => Phase::Sent,
            Phase::Sent | Phase::OtherJob if is_lost && !self.proof.is_settled() => phase.clone(),
            _ if is_lost && (self.reposts >= REPOSTS || !self.proof.would_show_job()) => {
                Phase::Ended(End::StartUnknown)
            }
            _ => {
                self.reposts += u8::from(is_lost);
                self.unblock();
                self.answered.clear();
                self.proof.set_baseline(reading);
                Phase::Start
            }
        }
    }

    /// What a reading shows of the job that is followed.
    fn judge(&mut self, reading: &Reading, status: &ConnectionStatus) -> Phase {
        self.unblock();
        let weight = self.proof.weigh(reading);
        let (repeats, is_settled) = (self.proof.repeats(), self.proof.is_settled());
        match weight {
            Weight::Later { is_proved: true } if repeats >= END_READS => {
                return Phase::Ended(End::Overtaken);
            }
            Weight::Earlier if self.is_throttled && is_settled && !reading.is_running() => {
                return Phase::Ended(End::Throttled);
            }
            Weight::Later { .. } | Weight::Earlier => return Phase::Follow,
            Weight::Proved | Weight::Lingering | Weight::Unproved => {}
        }
        let class = classify(status);
        let is_believed = weight == Weight::Proved || is_settled;
        let is_success = || class == Class::Succeeded && self.proof.shows_success(reading);
        let is_at_rest = match reading.is_being_aggregated {
            Some(is_running) => !is_running,
            None => is_settled || is_success(),
        };
        match class {
            // After an answer the list itself shows whether the question is another one.
            Class::Challenged if !self.answered.is_empty() => Phase::List {
                is_anew: is_settled || is_believed && weight != Weight::Lingering,
            },
            Class::Challenged if weight == Weight::Lingering => {
                if repeats >= LINGERING_READS {
                    Phase::List { is_anew: true }
                } else {
                    Phase::Follow
                }
            }
            Class::Challenged if is_believed || self.proof.has_moved(reading) => {
                Phase::List { is_anew: true }
            }
            _ if !is_at_rest || !is_believed => Phase::Follow,
            Class::Succeeded => Phase::Result,
            Class::Rejected if repeats < REJECTED_READS => Phase::Follow,
            Class::Pending | Class::Rejected | Class::Ended(_) if repeats >= END_READS => {
                Phase::Ended(End::Status(status.clone()))
            }
            _ => Phase::Follow,
        }
    }

    pub(super) fn unblock(&mut self) {
        self.is_blocked = false;
        self.is_start_lost = false;
    }

    /// What to do with a list of questions: in `List` the due one, in `Ask` one read meanwhile.
    pub(super) fn list(&mut self, phase: Phase, challenges: Vec<ChallengeGuid>) -> Phase {
        let waiting = self.waiting();
        let is_old = challenges
            .iter()
            .all(|challenge| self.answered.contains(challenge));
        match phase {
            // Nothing is asked for so long that the other job must be over.
            _ if challenges.is_empty() && self.is_blocked && self.proof.is_settled() => {
                if self.is_start_lost {
                    if self.reposts >= REPOSTS || !self.proof.would_show_job() {
                        return Phase::Ended(End::StartUnknown);
                    }
                    self.reposts += 1;
                }
                self.unblock();
                self.proof.reset_baseline();
                Phase::Start
            }
            _ if challenges.is_empty() => waiting,
            Phase::List { is_anew: false } if is_old => waiting,
            Phase::Ask(_) if is_old => phase,
            _ => Phase::Ask(challenges),
        }
    }
}
