//! A server with a hidden truth, whose readings lag behind and may lack any of the stamps.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::super::*;
use super::any_status;
use crate::jobs::status::{Class, classify};
use crate::values::ConnectionStatus;

/// What the job does next, read by read.
#[derive(Clone, Debug)]
enum Course {
    Works,
    /// Works while the status from before is shown.
    WorksUnseen,
    Delays,
    RejectsAndGoesOn,
    Asks(u8),
}

/// The outcome of a request that changes something.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Answered,
    LostAfterEffect,
    LostBeforeEffect,
    /// The process dies before it gets the answer.
    CrashAfterEffect,
    NeverSent,
    Refused,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Guids {
    Renewed,
    Unchanged,
    Null,
}

/// The member in the answer to the POST.
#[derive(Clone, Copy, Debug)]
enum Answer {
    Fresh,
    Stale,
    Empty,
}

/// Which stamps a reading has.
#[derive(Clone, Copy, Debug)]
struct Stamps {
    guids: Guids,
    has_start: bool,
    has_success: bool,
    has_flag: bool,
    answer: Answer,
}

#[derive(Clone, Debug)]
pub(super) struct World {
    before: ConnectionStatus,
    /// What readings that lag behind the change of credentials before the baseline show.
    before_credentials: Option<ConnectionStatus>,
    /// Whether the member had a job before.
    had_job: bool,
    stamps: Stamps,
    /// For how many reads a job of another kind runs at first.
    other_job: usize,
    /// Whether an identification runs at first.
    runs_already: bool,
    /// Whether the member is being aggregated while MX waits for an answer.
    asks_at_work: bool,
    course: Vec<Course>,
    pub(super) end: ConnectionStatus,
    fates: Vec<Fate>,
    /// Which of the GETs bring nothing.
    lost_reads: Vec<bool>,
    /// For how many reads after a change the member looks as before.
    lag: usize,
    lists_lag: bool,
    /// How many waits one budget of the driver has.
    pub(super) budget: usize,
    /// Whether every call is made by another process.
    pub(super) is_handed_on: bool,
}

impl World {
    /// Whether a new job shows in a job guid or a start.
    pub(super) fn moves_a_stamp(&self) -> bool {
        self.stamps.guids == Guids::Renewed || self.stamps.has_start
    }

    /// Whether the start of the latest job is never shown.
    pub(super) fn has_no_start(&self) -> bool {
        !self.stamps.has_start
    }

    /// Whether no stamp distinguishes jobs at all.
    pub(super) fn has_no_stamp(&self) -> bool {
        self.stamps.guids == Guids::Null && !self.stamps.has_start
    }
}

fn conclusive() -> impl Strategy<Value = ConnectionStatus> {
    let is_end = |status: &&ConnectionStatus| {
        matches!(
            classify(status),
            Class::Pending | Class::Rejected | Class::Ended(_)
        )
    };
    let ends: Vec<_> = ConnectionStatus::KNOWN
        .iter()
        .filter(is_end)
        .cloned()
        .collect();
    prop_oneof![Just(ConnectionStatus::Connected), select(ends)]
}

fn stamps() -> impl Strategy<Value = Stamps> {
    let guids = select(vec![Guids::Renewed, Guids::Unchanged, Guids::Null]);
    let answer = select(vec![Answer::Fresh, Answer::Stale, Answer::Empty]);
    let present = || prop::bool::weighted(0.75);
    (guids, present(), present(), present(), answer).prop_map(
        |(guids, has_start, has_success, has_flag, answer)| Stamps {
            guids,
            has_start,
            has_success,
            has_flag,
            answer,
        },
    )
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    use Fate::{Answered, CrashAfterEffect, LostAfterEffect, LostBeforeEffect, NeverSent, Refused};
    let failures = vec![
        CrashAfterEffect,
        LostAfterEffect,
        LostBeforeEffect,
        NeverSent,
        Refused,
    ];
    vec(
        prop_oneof![3 => Just(Answered), 1 => select(failures)],
        0..8,
    )
}

pub(super) fn worlds() -> impl Strategy<Value = World> {
    let step = prop_oneof![
        2 => (0..3u8).prop_map(Course::Asks),
        5 => select(vec![
            Course::Works,
            Course::WorksUnseen,
            Course::Delays,
            Course::RejectsAndGoesOn,
        ]),
    ];
    let other_job = prop_oneof![3 => Just(0), 1 => 1..12usize];
    let at_first = (
        any_status(),
        prop::option::weighted(0.3, any_status()),
        any::<bool>(),
        other_job,
        prop::bool::weighted(0.2),
    );
    let lag = prop_oneof![3 => 0..4usize, 1 => 4..=50usize];
    let habits = (stamps(), any::<bool>(), lag, any::<bool>(), any::<bool>());
    let lost_reads = vec(prop::bool::weighted(0.2), 0..40);
    (
        at_first,
        habits,
        vec(step, 0..7),
        conclusive(),
        (fates(), lost_reads),
        1..40usize,
    )
        .prop_map(|(at_first, habits, mut course, end, failures, budget)| {
            let (fates, lost_reads) = failures;
            let (before, before_credentials, had_job, other_job, runs_already) = at_first;
            let (stamps, asks_at_work, lag, lists_lag, is_handed_on) = habits;
            // A rejection that rests longer than a few readings is an end.
            course.dedup_by(|next, step| {
                matches!(
                    (next, step),
                    (Course::RejectsAndGoesOn, Course::RejectsAndGoesOn)
                )
            });
            let is_visible = |step: &Course| !matches!(step, Course::RejectsAndGoesOn);
            let runs_already = runs_already
                && other_job == 0
                && stamps.has_flag
                && course.iter().take(2).all(is_visible);
            let had_job = had_job || other_job > 0 || runs_already;
            let mut world = World {
                before,
                before_credentials,
                had_job,
                stamps,
                other_job,
                runs_already,
                asks_at_work,
                course,
                end,
                fates,
                lost_reads,
                lag,
                lists_lag,
                budget,
                is_handed_on,
            };
            if world.has_no_stamp() || !had_job || other_job > 0 || runs_already {
                // Without a stamp nothing separates the state before the credentials from an end.
                world.before_credentials = None;
            }
            if world.before_credentials.is_some() {
                world.before = ConnectionStatus::Updated;
            } else if !had_job {
                world.before = ConnectionStatus::Created;
            }
            world
        })
}

/// A running world: the truth, what was shown of it, and what was done to it.
pub(super) struct Server {
    pub(super) world: World,
    /// How far the identification is, once one runs.
    job: Option<usize>,
    /// How many jobs our POSTs have started.
    jobs: usize,
    /// How many more reads look as before.
    stale_reads: usize,
    shown: Reading,
    shown_challenges: Vec<ChallengeGuid>,
    has_lost_answers: bool,
    requests: usize,
    reads: usize,
    pub(super) refusals: u8,
    /// How many POSTs were lost, or met another job.
    pub(super) vain_posts: u8,
}

impl Server {
    pub(super) fn new(world: World) -> Self {
        Self {
            job: world.runs_already.then_some(0),
            world,
            jobs: 0,
            stale_reads: 0,
            shown: Reading::default(),
            shown_challenges: vec![],
            has_lost_answers: false,
            requests: 0,
            reads: 0,
            refusals: 0,
            vain_posts: 0,
        }
    }

    /// Whether the next GET brings nothing.
    pub(super) fn loses_read(&mut self) -> bool {
        self.reads += 1;
        let lost = self.world.lost_reads.get(self.reads - 1);
        lost.copied().unwrap_or(false)
    }

    pub(super) fn has_ended(&self) -> bool {
        self.job.is_some_and(|step| step >= self.world.course.len())
    }

    /// The question that is open in truth.
    fn asks(&self) -> Vec<ChallengeGuid> {
        match self.job.and_then(|step| self.world.course.get(step)) {
            Some(Course::Asks(id)) => vec![format!("q{id}").into()],
            _ => vec![],
        }
    }

    pub(super) fn list(&self) -> Vec<ChallengeGuid> {
        if self.world.lists_lag {
            self.shown_challenges.clone()
        } else {
            self.asks()
        }
    }

    pub(super) fn read(&mut self) -> Reading {
        if self.stale_reads > 0 {
            self.stale_reads -= 1;
            return self.shown.clone();
        }
        self.shown = self.truth();
        self.shown_challenges = self.asks();
        self.world.other_job = self.world.other_job.saturating_sub(1);
        if self.shown_challenges.is_empty() {
            self.job = self.job.map(|step| step + 1);
        }
        self.shown.clone()
    }

    /// The outcome of a POST, if the client lives to get it.
    pub(super) fn post(&mut self) -> Option<Observation> {
        let fate = self.fate();
        let is_in_vain = fate != Fate::Answered || self.world.other_job > 0;
        self.vain_posts += u8::from(is_in_vain);
        let outcome = match fate {
            Fate::LostBeforeEffect => return Some(Observation::AnswerLost),
            Fate::NeverSent => return Some(Observation::NoEffect),
            _ if self.world.other_job > 0 => Observation::OtherJobRuns,
            _ if self.job.is_some() && !self.has_ended() => Observation::Joined(self.answered()),
            _ => {
                assert!(self.jobs == 0, "a second paid job");
                self.world.before = self.shown.status.clone().expect("no world has null");
                (self.job, self.jobs) = (Some(0), self.jobs + 1);
                self.stale_reads = self.world.lag;
                let answer = self.answered();
                if let Some(status) = &self.world.before_credentials {
                    self.shown.status = Some(status.clone());
                }
                Observation::Started(answer)
            }
        };
        match fate {
            Fate::LostAfterEffect => Some(Observation::AnswerLost),
            Fate::CrashAfterEffect => None,
            _ => Some(outcome),
        }
    }

    /// The member in the answer to a POST.
    fn answered(&self) -> Reading {
        match self.world.stamps.answer {
            Answer::Fresh => self.truth(),
            Answer::Stale => self.shown.clone(),
            Answer::Empty => Reading::default(),
        }
    }

    /// The outcome of a PUT with answers to these questions.
    pub(super) fn answer(&mut self, challenges: &[ChallengeGuid]) -> Observation {
        let is_asked = self.asks() == challenges;
        // A question whose answers were lost may be asked again while readings lag.
        assert!(
            is_asked || self.has_lost_answers,
            "asked what MX does not ask now"
        );
        match self.fate() {
            Fate::LostBeforeEffect => {
                self.has_lost_answers = true;
                Observation::AnswerLost
            }
            Fate::NeverSent => Observation::NoEffect,
            _ if self.asks().is_empty() => Observation::NotChallenged,
            Fate::Refused => {
                self.refusals += 1;
                Observation::AnswersRefused
            }
            _ if !is_asked => {
                self.refusals += 1;
                Observation::AnswersRefused
            }
            fate => {
                self.job = self.job.map(|step| step + 1);
                self.stale_reads = self.world.lag;
                let is_known = fate == Fate::Answered;
                self.has_lost_answers |= !is_known;
                if is_known {
                    Observation::Answered
                } else {
                    Observation::AnswerLost
                }
            }
        }
    }

    fn fate(&mut self) -> Fate {
        self.requests += 1;
        self.world
            .fates
            .get(self.requests - 1)
            .copied()
            .unwrap_or(Fate::Answered)
    }

    fn truth(&self) -> Reading {
        use ConnectionStatus::{Challenged, Connected, Created, Delayed, Rejected};
        let world = &self.world;
        let (status, is_running) = match self.job.map(|step| world.course.get(step)) {
            None => (world.before.clone(), world.other_job > 0),
            Some(None) => (world.end.clone(), false),
            Some(Some(Course::Works)) => (Created, true),
            Some(Some(Course::WorksUnseen)) => (world.before.clone(), true),
            Some(Some(Course::Delays)) => (Delayed, false),
            Some(Some(Course::RejectsAndGoesOn)) => (Rejected, false),
            Some(Some(Course::Asks(_))) => (Challenged, world.asks_at_work),
        };
        // Job 1 is the one before ours. Job n starts in the hour 2n and succeeds in the hour after.
        let latest = usize::from(world.had_job) + self.jobs;
        let is_open = match self.job {
            Some(_) => !(self.has_ended() && world.end == Connected),
            None => world.other_job > 0,
        };
        let hour = |hour: usize| (hour > 0).then(|| format!("2026-11-28T{hour:0>2}:00:00Z").into());
        let stamps = world.stamps;
        let job = match stamps.guids {
            _ if latest == 0 => None,
            Guids::Null => None,
            Guids::Renewed => Some(JobGuid::from(format!("JOB-{latest}"))),
            Guids::Unchanged => Some(JobGuid::from("JOB-0")),
        };
        let success = if latest == 0 {
            0
        } else {
            2 * latest + 1 - 2 * usize::from(is_open)
        };
        let success = if latest == 1 && !world.had_job && is_open {
            0
        } else {
            success
        };
        Reading {
            status: Some(status),
            is_being_aggregated: stamps.has_flag.then_some(is_running),
            job,
            aggregated_at: hour(2 * latest).filter(|_| stamps.has_start),
            successfully_aggregated_at: hour(success).filter(|_| stamps.has_success),
            is_manual: false,
        }
    }
}
