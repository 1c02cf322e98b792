//! Many identifications at once: one stream of events, a limit on the calls under way.
//!
//! ```no_run
//! use std::time::Duration;
//! use mx_nexus::fleet::Outcome;
//!
//! # fn keep(_: mx_nexus::fleet::FleetJob, _: mx_nexus::identity::Challenges) {}
//! # async fn example(nexus: mx_nexus::Nexus) {
//! let mut fleet = nexus.fleet(Duration::from_secs(600)).concurrency(32);
//! for (user, member) in [("U-1", "MBR-1"), ("U-2", "MBR-2")] {
//!     fleet.identify(&nexus.user(user), member);
//! }
//! while let Some(event) = fleet.next().await {
//!     match event.outcome {
//!         Outcome::Done(owners) => println!("{}: {} owners", event.member, owners.len()),
//!         Outcome::Challenged(challenges) => keep(event.job, challenges),
//!         Outcome::Failed(error) => println!("{error}"),
//!         _ => {}
//!     }
//! }
//! let unfinished = fleet.stop().await.unfinished;
//! # }
//! ```
//!
//! A job that waits has no task and no connection, only its state. Calls are made in the order in which they are due, so slow or
//! failing members do not delay the others. Ten thousand waiting jobs take about 1,250 bytes each, user and session included
//! (`cargo bench --bench fleet`).

use std::collections::{BTreeMap, HashMap, VecDeque};
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

pub use event::{FleetEvent, FleetJob, NotAnswered, Outcome, Stopped};

/// Many identifications under way together, from [`Nexus::fleet`].
///
/// Dropping it aborts the calls under way and drops the jobs. To resume them later, call [`Fleet::stop`] or save
/// [`Fleet::handles`] before.
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
#[must_use = "a fleet does nothing until it is polled"]
pub struct Fleet {
    timeout: Duration,
    concurrency: usize,
    polling: std::sync::Arc<dyn PollPolicy>,
    /// The last number given to a job or to an entry of `waiting`.
    last_number: u64,
    /// Jobs without a call so far, in the order in which they were added. All others that are due come first, so that a
    /// challenge does not wait until every job has started.
    new: VecDeque<Box<Tracked>>,
    /// Jobs that wait, by when their next call is due and then by when they were scheduled.
    waiting: BTreeMap<(Instant, u64), Box<Tracked>>,
    challenged: HashMap<FleetJob, Box<Tracked>>,
    /// The calls under way.
    tasks: JoinSet<Finished>,
    in_flight: HashMap<Id, (FleetJob, JobHandle)>,
    events: VecDeque<FleetEvent>,
    timer: Option<Pin<Box<Sleep>>>,
}

/// A job and the outcome of its call.
type Finished = (Box<Tracked>, Result<Step, JobError>);

/// A job with its state in the fleet.
struct Tracked {
    number: FleetJob,
    job: Job,
    /// When the next call is due.
    due: Instant,
    /// Answers to send with the next call.
    answers: Option<Answers>,
    /// Whether [`Outcome::Starting`] has been returned for the start.
    is_announced: bool,
    last_status: Option<ConnectionStatus>,
}

impl Tracked {
    /// The handle of a job whose call is not under way.
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
            .field("in_flight", &self.in_flight.len())
            .finish_non_exhaustive()
    }
}

impl Nexus {
    /// A fleet in which each job has this timeout.
    ///
    /// It has to be polled inside a tokio runtime with its clock enabled.
    pub fn fleet(&self, timeout: Duration) -> Fleet {
        Fleet::new(timeout)
    }
}

impl Fleet {
    fn new(timeout: Duration) -> Self {
        Self {
            timeout,
            concurrency: 16,
            polling: std::sync::Arc::new(Polling::default()),
            last_number: 0,
            new: VecDeque::new(),
            waiting: BTreeMap::new(),
            challenged: HashMap::new(),
            tasks: JoinSet::new(),
            in_flight: HashMap::new(),
            events: VecDeque::new(),
            timer: None,
        }
    }

    /// The most calls under way at once. Default 16; zero counts as one.
    pub fn concurrency(mut self, calls: usize) -> Self {
        self.concurrency = calls.max(1);
        self
    }

    /// The polling of the jobs that are added from now on.
    pub fn polling(mut self, policy: impl PollPolicy) -> Self {
        self.polling = std::sync::Arc::new(policy);
        self
    }

    /// Adds an identification, with the fleet's timeout and polling.
    ///
    /// The timeout starts with the job's first call. Time in which the job waits only because of the limit on calls does not
    /// count.
    pub fn identify(&mut self, user: &User, member: impl Into<MemberGuid>) -> FleetJob {
        let polling = std::sync::Arc::clone(&self.polling);
        let identify = user.identify(member).with_shared_polling(polling);
        self.start(identify.prepare(self.timeout))
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
        Ok(self.add(resume.prepare(self.timeout)))
    }

    fn add(&mut self, job: Job) -> FleetJob {
        self.last_number += 1;
        let number = FleetJob(self.last_number);
        self.new.push_back(Box::new(Tracked {
            number,
            job,
            due: Instant::now(),
            answers: None,
            is_announced: false,
            last_status: None,
        }));
        number
    }

    /// Answers the challenges of a job. The answers are sent by the following calls of [`Fleet::next`].
    ///
    /// # Errors
    ///
    /// When the answers do not fit the challenges, or the job is not challenged. Nothing is sent, and the job stays as it is.
    pub fn answer(&mut self, job: FleetJob, answers: Answers) -> Result<(), NotAnswered> {
        let Some(tracked) = self.challenged.get(&job) else {
            return Err(NotAnswered::NotChallenged(job));
        };
        tracked.job.check(&answers).map_err(NotAnswered::Unfit)?;
        if let Some(mut tracked) = self.challenged.remove(&job) {
            tracked.answers = Some(answers);
            self.schedule(tracked);
        }
        Ok(())
    }

    /// Removes a challenged job and returns its handle.
    ///
    /// For a job that is answered elsewhere, such as in a web application when the user comes back. `None` when the job is not
    /// challenged.
    pub fn remove_challenged(&mut self, job: FleetJob) -> Option<JobHandle> {
        let tracked = self.challenged.remove(&job)?;
        Some(tracked.job.handle().clone())
    }

    /// The next event; `None` when no job is running.
    ///
    /// Challenged jobs do not run: answer them, and call `next` again. Cancel safe: dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<FleetEvent> {
        poll_fn(|context| self.poll_event(context)).await
    }

    /// The number of jobs that are not over.
    pub fn len(&self) -> usize {
        self.new.len() + self.waiting.len() + self.challenged.len() + self.in_flight.len()
    }

    /// Whether all jobs are over.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The handles of all jobs that are not over.
    ///
    /// A program that may be killed at any time also saves the handle of every [`Outcome::Starting`]: the start is sent only by
    /// a later call of [`Fleet::next`].
    pub fn handles(&self) -> Vec<JobHandle> {
        let idle = self.new.iter().chain(self.waiting.values());
        let idle = idle.chain(self.challenged.values());
        let in_flight = self.in_flight.values().map(|(_, handle)| handle.clone());
        idle.map(|tracked| tracked.handle())
            .chain(in_flight)
            .collect()
    }

    /// Stops: waits for the calls under way, starts no others, returns events and handles.
    ///
    /// Answers that have not been sent are dropped; a resumed job is challenged again. Cancel safe: after a timeout
    /// [`Fleet::handles`] still has every job.
    pub async fn stop(&mut self) -> Stopped {
        while let Some(ended) = self.tasks.join_next_with_id().await {
            self.finish(ended);
        }
        Stopped {
            unfinished: self.handles(),
            events: std::mem::take(&mut self.events).into(),
        }
    }

    /// Queues a job for its next call: now when it has answers to send, else when its polling says.
    fn schedule(&mut self, mut tracked: Box<Tracked>) {
        tracked.due = match &tracked.answers {
            Some(_) => Instant::now(),
            None => tracked.job.next_due(),
        };
        self.last_number += 1;
        self.waiting
            .insert((tracked.due, self.last_number), tracked);
    }

    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Option<FleetEvent>> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Poll::Ready(Some(event));
            }
            self.start_calls();
            if !self.events.is_empty() {
                continue;
            }
            match self.tasks.poll_join_next_with_id(context) {
                Poll::Ready(Some(ended)) => self.finish(ended),
                Poll::Ready(None) if self.waiting.is_empty() => return Poll::Ready(None),
                _ => ready!(self.poll_timer(context)),
            }
        }
    }

    /// Ready when another job is due and the limit allows a call.
    fn poll_timer(&mut self, context: &mut Context<'_>) -> Poll<()> {
        match self.waiting.first_key_value() {
            Some((&(due, _), _)) if self.tasks.len() < self.concurrency => {
                let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(due)));
                timer.as_mut().reset(due);
                timer.as_mut().poll(context)
            }
            _ => Poll::Pending,
        }
    }

    /// The next job whose call is due.
    fn take_due(&mut self, now: Instant) -> Option<Box<Tracked>> {
        let first = self.waiting.first_entry();
        let mut tracked = match first.filter(|entry| entry.key().0 <= now) {
            Some(entry) => entry.remove(),
            None => self.new.pop_front()?,
        };
        // Time spent waiting for the limit is not the job's.
        let late = now.saturating_duration_since(tracked.due);
        tracked.job.extend(late);
        Some(tracked)
    }

    /// Starts the calls that are due, up to the limit. Before a start it returns [`Outcome::Starting`] and waits for a poll.
    fn start_calls(&mut self) {
        let now = Instant::now();
        while self.tasks.len() < self.concurrency {
            let Some(mut tracked) = self.take_due(now) else {
                return;
            };
            let in_flight = if tracked.answers.is_some() {
                tracked.job.handle().while_answering()
            } else {
                tracked.job.handle().in_flight()
            };
            let is_start = tracked.answers.is_none() && in_flight != *tracked.job.handle();
            if is_start && !tracked.is_announced {
                tracked.is_announced = true;
                self.report(&tracked, Outcome::Starting);
                self.schedule(tracked);
                return;
            }
            let entry = (tracked.number, in_flight);
            let task = self.tasks.spawn(async move {
                let step = match tracked.answers.take() {
                    Some(answers) => tracked
                        .job
                        .answer(answers)
                        .await
                        .map(|()| Step::Running(tracked.job.progress())),
                    None => tracked.job.call().await,
                };
                (tracked, step)
            });
            self.in_flight.insert(task.id(), entry);
        }
    }

    /// Takes a job back after its call, and reports the outcome.
    fn finish(&mut self, ended: Result<(Id, Finished), JoinError>) {
        let (mut tracked, step) = match ended {
            Ok((task, finished)) => {
                self.in_flight.remove(&task);
                finished
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
        tracked.is_announced &= !tracked.job.handle().has_started();
        match step {
            Ok(Step::Running(progress)) => {
                if tracked.last_status != progress.last_status {
                    tracked.last_status.clone_from(&progress.last_status);
                    self.report(&tracked, Outcome::Running(progress));
                }
                self.schedule(tracked);
            }
            Ok(Step::Challenged(challenges)) => {
                self.report(&tracked, Outcome::Challenged(challenges));
                self.challenged.insert(tracked.number, tracked);
            }
            Ok(Step::Done(owners)) => self.report(&tracked, Outcome::Done(owners)),
            Err(error) => self.report(&tracked, Outcome::Failed(error)),
        }
    }

    fn report(&mut self, tracked: &Tracked, outcome: Outcome) {
        self.events.push_back(tracked.event(outcome));
    }
}

/// The events of [`Fleet::next`].
///
/// The stream ends when no job is running, also while challenged jobs wait; after an answer it continues.
impl Stream for Fleet {
    type Item = FleetEvent;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<FleetEvent>> {
        self.get_mut().poll_event(context)
    }
}

#[cfg(test)]
mod tests;
