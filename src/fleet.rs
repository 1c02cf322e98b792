//! Many identifications at once, of many users: one stream of events, a bound on the calls under way.
//!
//! ```no_run
//! use std::time::Duration;
//! use mx_nexus::fleet::Outcome;
//!
//! # fn remember(_: mx_nexus::fleet::FleetJob, _: mx_nexus::identity::Challenges) {}
//! # async fn example(nexus: mx_nexus::Nexus) {
//! let mut fleet = nexus.fleet(Duration::from_secs(600)).concurrency(32);
//! for (user, member) in [("U-1", "MBR-1"), ("U-2", "MBR-2")] {
//!     fleet.identify(&nexus.user(user), member);
//! }
//! while let Some(event) = fleet.next().await {
//!     match event.outcome {
//!         Outcome::Done(owners) => println!("{}: {} owners", event.member, owners.len()),
//!         Outcome::Challenged(challenges) => remember(event.job, challenges),
//!         Outcome::Failed(error) => println!("{error}"),
//!         _ => {}
//!     }
//! }
//! let unfinished = fleet.stop().await.unfinished;
//! # }
//! ```
//!
//! A job that waits holds no task and no connection, only its state. Jobs are served in the order in which they are due, so a
//! slow or failing member holds nobody up. Ten thousand waiting jobs take about 1,150 bytes each, user and session included
//! (`cargo bench --bench fleet`).

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::error::Error;
use crate::identity::{
    Answers, Identification, Job, JobError, JobHandle, PollPolicy, Polling, Step,
};
use crate::nexus::{Nexus, User};
use crate::values::{ConnectionStatus, MemberGuid};

mod event;
mod queue;

pub use event::{FleetEvent, FleetJob, NotAnswered, Outcome, Stopped};

use queue::Waiting;

/// Identifications under way together. From [`Nexus::fleet`].
///
/// Dropping it stops polling, cuts off the calls under way, and forgets the jobs: [`Fleet::stop`] it instead, or keep what
/// [`Fleet::handles`] says.
///
/// ```no_run
/// # async fn example(nexus: mx_nexus::Nexus) {
/// let mut fleet = nexus.fleet(std::time::Duration::from_secs(600));
/// fleet.identify(&nexus.user("U-1"), "MBR-1");
/// while let Some(event) = fleet.next().await {
///     println!("{}: {} jobs left", event.member, fleet.len());
/// }
/// # }
/// ```
#[must_use = "a fleet does nothing until its events are asked for"]
pub struct Fleet {
    patience: Duration,
    concurrency: usize,
    polling: std::sync::Arc<dyn PollPolicy>,
    numbers: u64,
    /// Jobs that have not made a call yet, in the order in which they came. They stand behind those that have: a person's
    /// challenge does not wait until everybody else has started.
    fresh: VecDeque<Waiting>,
    waiting: BinaryHeap<Reverse<Waiting>>,
    challenged: HashMap<FleetJob, Crew>,
    working: JoinSet<Worked>,
    in_flight: HashMap<Id, (FleetJob, JobHandle)>,
    events: VecDeque<FleetEvent>,
    alarm: Option<Pin<Box<Sleep>>>,
}

/// A job after a call, and what came of it.
type Worked = (Crew, Result<Step, JobError>);

/// A job, and what the fleet knows of it.
struct Crew {
    number: FleetJob,
    job: Job,
    answers: Option<Answers>,
    /// Whether the owner has been told that the start is about to be sent.
    is_announced: bool,
    last_status: Option<ConnectionStatus>,
}

impl Crew {
    /// What to save of a job that is not under way.
    fn handle(&self) -> JobHandle {
        if self.is_announced {
            self.job.handle().in_flight()
        } else {
            self.job.handle().clone()
        }
    }

    fn event(&self, outcome: Outcome) -> FleetEvent {
        FleetEvent::new(self.number, self.handle(), outcome)
    }
}

impl fmt::Debug for Fleet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Fleet")
            .field("waiting", &self.waiting.len())
            .field("challenged", &self.challenged.len())
            .field("working", &self.working.len())
            .finish_non_exhaustive()
    }
}

impl Nexus {
    /// A fleet whose jobs have this patience each.
    ///
    /// Its events have to be asked for inside a tokio runtime with its clock enabled.
    pub fn fleet(&self, patience: Duration) -> Fleet {
        Fleet::new(patience)
    }
}

impl Fleet {
    fn new(patience: Duration) -> Self {
        Self {
            patience,
            concurrency: 16,
            polling: std::sync::Arc::new(Polling::default()),
            numbers: 0,
            fresh: VecDeque::new(),
            waiting: BinaryHeap::new(),
            challenged: HashMap::new(),
            working: JoinSet::new(),
            in_flight: HashMap::new(),
            events: VecDeque::new(),
            alarm: None,
        }
    }

    /// How many calls are under way at once at most. Sixteen unless told otherwise; zero counts as one.
    pub fn concurrency(mut self, calls: usize) -> Self {
        self.concurrency = calls.max(1);
        self
    }

    /// How often the jobs added from now on are polled.
    pub fn polling(mut self, policy: impl PollPolicy) -> Self {
        self.polling = std::sync::Arc::new(policy);
        self
    }

    /// Adds an identification, with the fleet's patience and polling. The patience begins with the job's first call, and what
    /// it has to stand in line for the bound on calls does not count.
    pub fn identify(&mut self, user: &User, member: impl Into<MemberGuid>) -> FleetJob {
        let polling = std::sync::Arc::clone(&self.polling);
        let identify = user.identify(member).with_shared_polling(polling);
        self.start(identify.prepare(self.patience))
    }

    /// Adds an identification with options and a budget of its own.
    pub fn start(&mut self, job: Job) -> FleetJob {
        self.add(job)
    }

    /// Adds a job that was started before.
    ///
    /// # Errors
    ///
    /// When the handle is of another user, or of another kind of job.
    pub fn resume(&mut self, user: &User, handle: JobHandle) -> Result<FleetJob, Error> {
        let polling = std::sync::Arc::clone(&self.polling);
        let resume = user.resume::<Identification>(handle)?;
        let resume = resume.with_shared_polling(polling);
        Ok(self.add(resume.prepare(self.patience)))
    }

    fn add(&mut self, job: Job) -> FleetJob {
        self.numbers += 1;
        let number = FleetJob(self.numbers);
        let crew = Crew {
            number,
            job,
            answers: None,
            is_announced: false,
            last_status: None,
        };
        self.fresh.push_back(Waiting {
            due: Instant::now(),
            turn: self.numbers,
            crew,
        });
        number
    }

    /// Answers the challenges of a job. The answers are sent when the fleet is asked for events.
    ///
    /// # Errors
    ///
    /// When they do not fit what was asked, or the job is not challenged; nothing is sent, and the job still waits.
    pub fn answer(&mut self, job: FleetJob, answers: Answers) -> Result<(), NotAnswered> {
        let Some(crew) = self.challenged.get(&job) else {
            return Err(NotAnswered::NotChallenged(job));
        };
        crew.job.check(&answers).map_err(NotAnswered::Unfit)?;
        if let Some(mut crew) = self.challenged.remove(&job) {
            crew.answers = Some(answers);
            self.put_down(crew);
        }
        Ok(())
    }

    /// Takes a challenged job out of the fleet, to be answered elsewhere: in a web application, when the person comes back.
    /// None when the job does not wait for answers.
    pub fn hand_over(&mut self, job: FleetJob) -> Option<JobHandle> {
        let crew = self.challenged.remove(&job)?;
        Some(crew.job.handle().clone())
    }

    /// The next event; none when there is nothing left that MX works at. Jobs that are challenged wait for answers: answer
    /// them, and go on asking for events.
    ///
    /// May be dropped at any point.
    pub async fn next(&mut self) -> Option<FleetEvent> {
        poll_fn(|context| self.poll_event(context)).await
    }

    /// How many jobs are not over.
    pub fn len(&self) -> usize {
        self.fresh.len() + self.waiting.len() + self.challenged.len() + self.in_flight.len()
    }

    /// Whether all jobs are over.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The handles of all jobs that are not over.
    ///
    /// For a program that may die at any moment, save the handle of every [`Outcome::Starting`] as well: no start is sent
    /// before that event has been handed out and the fleet is asked for another.
    pub fn handles(&self) -> Vec<JobHandle> {
        let waiting = self.waiting.iter().map(|Reverse(waiting)| &waiting.crew);
        let fresh = self.fresh.iter().map(|waiting| &waiting.crew);
        let resting = waiting.chain(fresh).chain(self.challenged.values());
        let in_flight = self.in_flight.values().map(|(_, handle)| handle.clone());
        resting.map(Crew::handle).chain(in_flight).collect()
    }

    /// Stops: lets the calls under way end, starts no other, and hands out what they brought and what is left unfinished.
    /// Answers that have not been sent are dropped; their questions are asked again when the job is resumed.
    ///
    /// May be dropped, by a timeout for instance: [`Fleet::handles`] still knows every job.
    pub async fn stop(&mut self) -> Stopped {
        while let Some(ended) = self.working.join_next_with_id().await {
            self.take_up(ended);
        }
        Stopped {
            unfinished: self.handles(),
            events: std::mem::take(&mut self.events).into(),
        }
    }

    /// Puts a job down until it is due.
    fn put_down(&mut self, mut crew: Crew) {
        let due = if crew.answers.is_some() {
            Instant::now()
        } else {
            crew.job.next_due()
        };
        self.numbers += 1;
        self.waiting.push(Reverse(Waiting {
            due,
            turn: self.numbers,
            crew,
        }));
    }

    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Option<FleetEvent>> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Poll::Ready(Some(event));
            }
            self.dispatch();
            if !self.events.is_empty() {
                continue;
            }
            match self.working.poll_join_next_with_id(context) {
                Poll::Ready(Some(ended)) => self.take_up(ended),
                Poll::Ready(None) if self.waiting.is_empty() => return Poll::Ready(None),
                _ => ready!(self.poll_alarm(context)),
            }
        }
    }

    /// Ready when another job is due and there is room for it.
    fn poll_alarm(&mut self, context: &mut Context<'_>) -> Poll<()> {
        match self.waiting.peek() {
            Some(Reverse(next)) if self.working.len() < self.concurrency => {
                let due = next.due;
                let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(due)));
                alarm.as_mut().reset(due);
                alarm.as_mut().poll(context)
            }
            _ => Poll::Pending,
        }
    }

    /// The job that is next, if there is one that is due.
    fn next_due(&mut self, now: Instant) -> Option<Crew> {
        let is_due = matches!(self.waiting.peek(), Some(Reverse(next)) if next.due <= now);
        let next = if is_due {
            self.waiting.pop().map(|Reverse(next)| next)
        } else {
            self.fresh.pop_front()
        };
        let Waiting { mut crew, due, .. } = next?;
        crew.job.extend(now.saturating_duration_since(due));
        Some(crew)
    }

    /// Sends out every job that is due, as far as there is room. A start is announced first, and sent when the owner has heard.
    fn dispatch(&mut self) {
        let now = Instant::now();
        while self.working.len() < self.concurrency {
            let Some(mut crew) = self.next_due(now) else {
                return;
            };
            let in_flight = if crew.answers.is_some() {
                crew.job.handle().while_answering()
            } else {
                crew.job.handle().in_flight()
            };
            if crew.answers.is_none() && !crew.is_announced && in_flight != *crew.job.handle() {
                crew.is_announced = true;
                self.events.push_back(crew.event(Outcome::Starting));
                self.put_down(crew);
                return;
            }
            let entry = (crew.number, in_flight);
            let task = self.working.spawn(async move {
                let step = match crew.answers.take() {
                    Some(answers) => crew
                        .job
                        .answer(answers)
                        .await
                        .map(|()| Step::Running(crew.job.progress())),
                    None => crew.job.call().await,
                };
                (crew, step)
            });
            self.in_flight.insert(task.id(), entry);
        }
    }

    /// Takes note of a call that has ended.
    fn take_up(&mut self, ended: Result<(Id, Worked), JoinError>) {
        let (crew, step) = match ended {
            Ok((task, done)) => {
                self.in_flight.remove(&task);
                done
            }
            Err(error) => {
                if let Some((number, handle)) = self.in_flight.remove(&error.id()) {
                    let outcome = Outcome::Failed(JobError::interrupted(handle.clone()));
                    self.events
                        .push_back(FleetEvent::new(number, handle, outcome));
                }
                return;
            }
        };
        let mut crew = crew;
        crew.is_announced &= !crew.job.handle().has_started();
        match step {
            Ok(Step::Running(progress)) => {
                if crew.last_status != progress.last_status {
                    crew.last_status.clone_from(&progress.last_status);
                    self.report(&crew, Outcome::Running(progress));
                }
                self.put_down(crew);
            }
            Ok(Step::Challenged(challenges)) => {
                self.report(&crew, Outcome::Challenged(challenges));
                self.challenged.insert(crew.number, crew);
            }
            Ok(Step::Done(owners)) => self.report(&crew, Outcome::Done(owners)),
            Err(error) => self.report(&crew, Outcome::Failed(error)),
        }
    }

    fn report(&mut self, crew: &Crew, outcome: Outcome) {
        self.events.push_back(crew.event(outcome));
    }
}

/// The events, as [`Fleet::next`] gives them: it ends when nothing is left that MX works at, also while jobs wait for answers,
/// and goes on after an answer.
impl Stream for Fleet {
    type Item = FleetEvent;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<FleetEvent>> {
        self.get_mut().poll_event(context)
    }
}

#[cfg(test)]
mod tests;
