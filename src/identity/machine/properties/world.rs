//! A server with a hidden truth that its readings lag behind.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::super::*;
use super::any_status;

/// What the job does next, read by read.
#[derive(Clone, Debug)]
enum Course {
    Works,
    /// Works while the status from before lingers.
    WorksUnseen,
    Delays,
    RejectsAndGoesOn,
    Asks(u8),
}

/// What becomes of a request that changes something.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Answered,
    LostAfterEffect,
    LostBeforeEffect,
    /// The process dies before it learns anything.
    CrashAfterEffect,
    NeverSent,
    Refused,
}

#[derive(Clone, Copy, Debug)]
enum Guids {
    Renewed,
    Unchanged,
    Null,
}

#[derive(Clone, Debug)]
pub(super) struct World {
    before: ConnectionStatus,
    guids: Guids,
    /// For how many reads a job of another type runs at first.
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
    /// How many waits the driver has before it must renew its patience.
    pub(super) budget: usize,
    /// Whether every call is made by another process.
    pub(super) is_handed_on: bool,
}

fn conclusive() -> impl Strategy<Value = ConnectionStatus> {
    let is_end = |status: &&ConnectionStatus| {
        matches!(
            classify(Some(status)),
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

pub(super) fn worlds() -> impl Strategy<Value = World> {
    use Fate::{Answered, CrashAfterEffect, LostAfterEffect, LostBeforeEffect, NeverSent, Refused};
    let step = prop_oneof![
        2 => (0..3u8).prop_map(Course::Asks),
        5 => select(vec![
            Course::Works,
            Course::WorksUnseen,
            Course::Delays,
            Course::RejectsAndGoesOn,
        ]),
    ];
    let mishaps = vec![
        CrashAfterEffect,
        LostAfterEffect,
        LostBeforeEffect,
        NeverSent,
        Refused,
    ];
    let fate = prop_oneof![3 => Just(Answered), 1 => select(mishaps)];
    let guids = select(vec![Guids::Renewed, Guids::Unchanged, Guids::Null]);
    let other_job = prop_oneof![3 => Just(0), 1 => 1..12usize];
    let at_first = (any_status(), other_job, prop::bool::weighted(0.2));
    let habits = (
        guids,
        any::<bool>(),
        0..3usize,
        any::<bool>(),
        any::<bool>(),
    );
    (
        at_first,
        habits,
        vec(step, 0..7),
        conclusive(),
        (vec(fate, 0..8), vec(prop::bool::weighted(0.2), 0..40)),
        1..40usize,
    )
        .prop_map(|(at_first, habits, mut course, end, mishaps, budget)| {
            let (fates, lost_reads) = mishaps;
            let (before, other_job, runs_already) = at_first;
            let (guids, asks_at_work, lag, lists_lag, is_handed_on) = habits;
            // A rejection that rests longer than an echo is an end.
            course.dedup_by(|next, step| {
                matches!(
                    (next, step),
                    (Course::RejectsAndGoesOn, Course::RejectsAndGoesOn)
                )
            });
            let runs_already = runs_already && other_job == 0;
            World {
                before,
                guids,
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
            }
        })
}

/// A world that is running: the truth, what was shown of it, and what was done to it.
pub(super) struct Server {
    pub(super) world: World,
    /// How far the identification is, once one runs.
    job: Option<usize>,
    /// How many our POSTs have started.
    jobs: usize,
    /// How many more reads look as before.
    echoes: usize,
    shown: Reading,
    shown_challenges: Vec<ChallengeGuid>,
    before_post: Reading,
    has_shown_our_job: bool,
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
            echoes: 0,
            shown: Reading::default(),
            shown_challenges: vec![],
            before_post: Reading::default(),
            has_shown_our_job: false,
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
    pub(super) fn asks(&self) -> Vec<ChallengeGuid> {
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
        if self.echoes > 0 {
            self.echoes -= 1;
            return self.shown.clone();
        }
        self.shown = self.truth();
        self.shown_challenges = self.asks();
        let (shown, before) = (&self.shown, &self.before_post);
        let differs = shown.is_being_aggregated || shown.status != before.status;
        let tells = shown.job != before.job || differs && !before.is_being_aggregated;
        self.has_shown_our_job |= self.jobs > 0 && tells;
        self.world.other_job = self.world.other_job.saturating_sub(1);
        if self.shown_challenges.is_empty() {
            self.job = self.job.map(|step| step + 1);
        }
        self.shown.clone()
    }

    /// The outcome of a POST, if the client lives to learn it.
    pub(super) fn post(&mut self) -> Option<Observation> {
        assert!(
            !self.has_shown_our_job,
            "a second POST although a read had shown the first job"
        );
        assert!(
            self.jobs == 0 || self.echoes == 0,
            "a second POST while reads may still lag"
        );
        let fate = self.fate();
        let is_in_vain = fate != Fate::Answered || self.world.other_job > 0;
        self.vain_posts += u8::from(is_in_vain);
        let outcome = match fate {
            Fate::LostBeforeEffect => return Some(Observation::AnswerLost),
            Fate::NeverSent => return Some(Observation::NoEffect),
            _ if self.world.other_job > 0 => Observation::OtherJobRuns,
            _ if self.job.is_some() && !self.has_ended() => Observation::Joined(self.truth()),
            _ => {
                self.before_post = self.shown.clone();
                self.world.before = self.shown.status.clone().expect("no world has null");
                (self.job, self.jobs) = (Some(0), self.jobs + 1);
                self.echoes = self.world.lag;
                Observation::Started(self.truth())
            }
        };
        match fate {
            Fate::LostAfterEffect => Some(Observation::AnswerLost),
            Fate::CrashAfterEffect => None,
            _ => Some(outcome),
        }
    }

    /// The outcome of a PUT with answers.
    pub(super) fn answer(&mut self) -> Observation {
        match self.fate() {
            Fate::LostBeforeEffect => Observation::AnswerLost,
            Fate::NeverSent => Observation::NoEffect,
            Fate::Refused => {
                self.refusals += 1;
                Observation::AnswersRefused
            }
            _ if self.asks().is_empty() => Observation::NotChallenged,
            fate => {
                self.job = self.job.map(|step| step + 1);
                self.echoes = self.world.lag;
                let is_known = fate == Fate::Answered;
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
        use ConnectionStatus::{Challenged, Created, Delayed, Rejected};
        let world = &self.world;
        let (status, is_being_aggregated) = match self.job.map(|step| world.course.get(step)) {
            None => (world.before.clone(), world.other_job > 0),
            Some(None) => (world.end.clone(), false),
            Some(Some(Course::Works)) => (Created, true),
            Some(Some(Course::WorksUnseen)) => (world.before.clone(), true),
            Some(Some(Course::Delays)) => (Delayed, false),
            Some(Some(Course::RejectsAndGoesOn)) => (Rejected, false),
            Some(Some(Course::Asks(_))) => (Challenged, world.asks_at_work),
        };
        let job = match world.guids {
            Guids::Null => None,
            Guids::Renewed => Some(JobGuid::from(format!("JOB-{}", self.jobs))),
            Guids::Unchanged => Some(JobGuid::from("JOB-0")),
        };
        Reading {
            status: Some(status),
            is_being_aggregated,
            job,
        }
    }
}
