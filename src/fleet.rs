//! Many jobs of one kind at once: one stream of events, a limit on the calls under way.
//!
//! ```no_run
//! use std::time::Duration;
//! use mx_nexus::fleet::{Fleet, Outcome};
//!
//! # fn save(_: &mx_nexus::jobs::JobHandle) {}
//! # fn keep(_: mx_nexus::fleet::FleetJob, _: mx_nexus::jobs::Challenges) {}
//! # async fn example(nexus: mx_nexus::Nexus) {
//! let mut fleet = Fleet::new(Duration::from_secs(600)).with_concurrency(32);
//! for (user, member) in [("U-1", "MBR-1"), ("U-2", "MBR-2")] {
//!     fleet.start(nexus.user(user).identify(member));
//! }
//! while let Some(event) = fleet.next().await {
//!     match event.outcome {
//!         Outcome::Starting => save(&event.handle),
//!         Outcome::Running(progress) => println!("{}: {progress}", event.member),
//!         Outcome::Challenged(challenges) => keep(event.job, challenges),
//!         Outcome::Done(owners) => println!("{}: {} owners", event.member, owners.len()),
//!         Outcome::Failed(error) => println!("{error}"),
//!     }
//! }
//! let unfinished = fleet.stop().await.unfinished;
//! # }
//! ```
//!
//! A program that runs several kinds of jobs has a fleet for each. Calls are made in the order in which they are due, so slow or
//! failing members do not delay the others. A job that waits has no task and no connection, only its state, packed:
//! about a kilobyte when it has been polled, its user and session included (`cargo bench --bench fleet`).

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::fmt;
use std::future::poll_fn;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::identity::Identification;
use crate::jobs::{Answers, Job, JobBuilder, JobError, JobHandle, Kind, PollPolicy, Polling, Step};
use crate::values::MemberGuid;

mod event;
mod tracked;

pub use event::{FleetEvent, FleetJob, NotAnswered, Outcome, Stopped};

use tracked::{InFlight, Slot, Tracked};

/// While started jobs use all calls, one call in this many starts another job. A job makes about as many in all.
const CALLS_PER_START: u32 = 8;

/// Many jobs of one kind under way together, of any number of users.
///
/// It has to be polled inside a tokio runtime with its clock enabled. Dropping it aborts the calls under way and drops the jobs.
/// To resume them later, call [`Fleet::stop`] or save [`Fleet::handles`] before.
///
/// ```no_run
/// use mx_nexus::fleet::Fleet;
///
/// # async fn example(user: mx_nexus::User) {
/// let mut fleet = Fleet::new(std::time::Duration::from_secs(600));
/// fleet.start(user.check_balance("MBR-1"));
/// fleet.start(user.check_balance("MBR-2"));
/// while let Some(event) = fleet.next().await {
///     println!("{}: {} jobs left", event.member, fleet.len());
/// }
/// # }
/// ```
#[must_use = "a fleet does nothing until it is polled"]
pub struct Fleet<K: Kind = Identification> {
    timeout: Duration,
    concurrency: usize,
    polling: Arc<dyn PollPolicy>,
    /// The number of the last job that was added.
    last_number: u64,
    /// The number of the last job that has had a call: those after it are new.
    last_begun: u64,
    /// The jobs that are not over.
    jobs: BTreeMap<FleetJob, Slot<K>>,
    /// The same by the hash of the member, for [`Fleet::wake`]. Where two members share one, a job is polled early.
    members: BTreeSet<(u64, FleetJob)>,
    /// Jobs that wait, by when their next call is due.
    waiting: BTreeSet<(Instant, FleetJob)>,
    /// The calls since a new job had one.
    calls_since_new: u32,
    tasks: JoinSet<Finished<K>>,
    task_jobs: HashMap<Id, FleetJob>,
    events: VecDeque<FleetEvent<K>>,
    timer: Option<Pin<Box<Sleep>>>,
}

/// A job and the outcome of its call.
type Finished<K> = (Box<Tracked<K>>, Result<Step<K>, JobError>);

fn hash(member: &MemberGuid) -> u64 {
    let mut hasher = DefaultHasher::new();
    member.hash(&mut hasher);
    hasher.finish()
}

impl<K: Kind> fmt::Debug for Fleet<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Fleet")
            .field("jobs", &self.jobs.len())
            .field("new", &(self.last_number - self.last_begun))
            .field("waiting", &self.waiting.len())
            .field("in_flight", &self.tasks.len())
            .finish_non_exhaustive()
    }
}

impl<K: Kind> Fleet<K> {
    /// A fleet in which each job has this timeout.
    pub fn new(timeout: Duration) -> Self {
        Self {
            timeout,
            concurrency: 16,
            polling: Arc::new(Polling::default()),
            last_number: 0,
            last_begun: 0,
            jobs: BTreeMap::new(),
            members: BTreeSet::new(),
            waiting: BTreeSet::new(),
            calls_since_new: 0,
            tasks: JoinSet::new(),
            task_jobs: HashMap::new(),
            events: VecDeque::new(),
            timer: None,
        }
    }

    /// The most calls under way at once. Default 16; zero counts as one.
    pub fn with_concurrency(mut self, calls: usize) -> Self {
        self.concurrency = calls.max(1);
        self
    }

    /// The polling of the jobs that are started from now on.
    pub fn with_polling(mut self, policy: impl PollPolicy) -> Self {
        self.polling = Arc::new(policy);
        self
    }

    /// Starts or resumes a job, with the fleet's timeout and polling.
    ///
    /// ```no_run
    /// # use mx_nexus::fleet::Fleet;
    /// # fn example(
    /// #     user: mx_nexus::User,
    /// #     fleet: &mut Fleet,
    /// #     saved: mx_nexus::jobs::JobHandle,
    /// # ) -> Result<(), mx_nexus::Error> {
    /// fleet.start(user.identify("MBR-1").with_transactions(true));
    /// fleet.start(user.resume(saved)?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn start(&mut self, job: JobBuilder<K>) -> FleetJob {
        let polling = Arc::clone(&self.polling);
        self.add(job.with_shared_polling(polling).prepare(self.timeout))
    }

    /// Adds a job with a timeout and polling of its own.
    ///
    /// The timeout counts from the job's first call. Time in which the job waits only because of the limit on calls does not
    /// count.
    pub fn add(&mut self, job: Job<K>) -> FleetJob {
        self.last_number += 1;
        let number = FleetJob(self.last_number);
        self.members.insert((hash(job.handle().member()), number));
        let tracked = Box::new(Tracked::new(number, job));
        self.jobs.insert(number, Slot::new(tracked));
        number
    }

    /// Makes the next call of a member's jobs due now, because a webhook reported something about it.
    ///
    /// When a call is under way, the next one follows at once. A `Retry-After` is still waited for, and a challenged job still
    /// waits for its answers.
    ///
    /// ```no_run
    /// # use mx_nexus::fleet::Fleet;
    /// # use mx_nexus::values::MemberGuid;
    /// # async fn example(mut fleet: Fleet, mut webhooks: tokio::sync::mpsc::Receiver<MemberGuid>) {
    /// loop {
    ///     tokio::select! {
    ///         Some(event) = fleet.next() => println!("{}", event.member),
    ///         Some(member) = webhooks.recv() => fleet.wake(&member),
    ///         else => break,
    ///     }
    /// }
    /// # }
    /// ```
    pub fn wake(&mut self, member: &MemberGuid) {
        let key = hash(member);
        let all = (key, FleetJob(0))..=(key, FleetJob(u64::MAX));
        let numbers: Vec<_> = self.members.range(all).map(|(_, number)| *number).collect();
        for number in numbers {
            if let Some(Slot::InFlight(call)) = self.jobs.get_mut(&number) {
                call.is_woken = true;
                continue;
            }
            let Some(mut tracked) = self.take_idle(number) else {
                continue;
            };
            if self.waiting.remove(&(tracked.due, number)) {
                tracked.job.wake();
                self.wait(tracked);
            } else {
                self.jobs.insert(number, Slot::new(tracked));
            }
        }
    }

    /// Answers the challenges of a job. The answers are sent by the following calls of [`Fleet::next`].
    ///
    /// # Errors
    ///
    /// When the answers do not fit the challenges, or the job is not challenged. Nothing is sent, and the job stays as it is.
    pub fn answer(&mut self, job: FleetJob, answers: Answers) -> Result<(), NotAnswered> {
        match self.jobs.get_mut(&job) {
            Some(Slot::Idle(tracked)) if tracked.is_challenged => {
                tracked.job.check(&answers).map_err(NotAnswered::Unfit)?;
                tracked.answers = Some(answers);
                tracked.is_challenged = false;
                tracked.due = Instant::now();
                self.waiting.insert((tracked.due, job));
                Ok(())
            }
            _ => Err(NotAnswered::NotChallenged(job)),
        }
    }

    /// Removes a challenged job and returns its handle.
    ///
    /// For a job that is answered elsewhere, such as in a web application when the user comes back. `None` when the job is not
    /// challenged.
    pub fn remove_challenged(&mut self, job: FleetJob) -> Option<JobHandle> {
        let Entry::Occupied(entry) = self.jobs.entry(job) else {
            return None;
        };
        match entry.get() {
            Slot::Idle(tracked) if tracked.is_challenged => {}
            _ => return None,
        }
        let handle = entry.remove().handle();
        self.members.remove(&(hash(handle.member()), job));
        Some(handle)
    }

    /// The next event; `None` when no job is running.
    ///
    /// Challenged jobs do not run: answer them, and call `next` again. Cancel safe: dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<FleetEvent<K>> {
        poll_fn(|context| self.poll_event(context)).await
    }

    /// The number of jobs that are not over.
    pub fn len(&self) -> usize {
        self.jobs.len()
    }

    /// Whether all jobs are over.
    pub fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }

    /// The handles of all jobs that are not over, in the order in which they were added.
    ///
    /// A program that may be killed at any time also saves the handle of every [`Outcome::Starting`]: the start is sent only by
    /// a later call of [`Fleet::next`].
    pub fn handles(&self) -> Vec<JobHandle> {
        self.jobs.values().map(Slot::handle).collect()
    }

    /// Stops: waits for the calls under way, starts no others, returns events and handles.
    ///
    /// Answers that have not been sent are dropped; a resumed job is challenged again. Cancel safe: after a timeout
    /// [`Fleet::handles`] still has every job.
    pub async fn stop(&mut self) -> Stopped<K> {
        while let Some(ended) = self.tasks.join_next_with_id().await {
            self.finish(ended);
        }
        Stopped {
            unfinished: self.handles(),
            events: std::mem::take(&mut self.events).into(),
        }
    }

    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Option<FleetEvent<K>>> {
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
        match self.waiting.first() {
            Some(&(due, _)) if self.tasks.len() < self.concurrency => {
                let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(due)));
                timer.as_mut().reset(due);
                timer.as_mut().poll(context)
            }
            _ => Poll::Pending,
        }
    }

    /// The next job whose call is due: a started one, so that a challenge does not wait until every job has started, but for
    /// one call in [`CALLS_PER_START`].
    fn take_due(&mut self, now: Instant) -> Option<FleetJob> {
        let is_due = self.waiting.first().is_some_and(|(due, _)| *due <= now);
        if (!is_due || self.calls_since_new + 1 >= CALLS_PER_START)
            && self.last_begun < self.last_number
        {
            self.calls_since_new = 0;
            self.last_begun += 1;
            return Some(FleetJob(self.last_begun));
        }
        if !is_due {
            return None;
        }
        self.calls_since_new = self.calls_since_new.saturating_add(1);
        self.waiting.pop_first().map(|(_, job)| job)
    }

    /// Starts the calls that are due, up to the limit. Before a start it returns [`Outcome::Starting`] and waits for a poll.
    fn start_calls(&mut self) {
        let now = Instant::now();
        while self.tasks.len() < self.concurrency {
            let Some(number) = self.take_due(now) else {
                return;
            };
            let Some(mut tracked) = self.take_idle(number) else {
                continue;
            };
            tracked.extend_budget(now);
            let handle = tracked.before_call();
            if tracked.is_start(&handle) && !tracked.is_announced {
                tracked.is_announced = true;
                self.report(&tracked, Outcome::Starting);
                return self.wait(tracked);
            }
            let call = Box::new(InFlight {
                handle,
                is_woken: false,
            });
            self.jobs.insert(number, Slot::InFlight(call));
            let task = self.tasks.spawn(async move {
                let step = tracked.call().await;
                (tracked, step)
            });
            self.task_jobs.insert(task.id(), number);
        }
    }

    /// Takes a job that has no call under way.
    fn take_idle(&mut self, number: FleetJob) -> Option<Box<Tracked<K>>> {
        self.jobs.remove(&number)?.into_tracked()
    }

    /// Queues a job for its next call.
    fn wait(&mut self, mut tracked: Box<Tracked<K>>) {
        tracked.due = tracked.next_due();
        self.waiting.insert((tracked.due, tracked.number));
        self.jobs.insert(tracked.number, Slot::new(tracked));
    }

    /// Takes a job back after its call, and reports the outcome.
    fn finish(&mut self, ended: Result<(Id, Finished<K>), JoinError>) {
        let task = match &ended {
            Ok((task, _)) => *task,
            Err(error) => error.id(),
        };
        let Some(number) = self.task_jobs.remove(&task) else {
            return;
        };
        let Some(Slot::InFlight(call)) = self.jobs.remove(&number) else {
            return;
        };
        let InFlight { handle, is_woken } = *call;
        let Ok((_, (mut tracked, step))) = ended else {
            self.members.remove(&(hash(handle.member()), number));
            let outcome = Outcome::Failed(JobError::interrupted(handle.clone()));
            let event = FleetEvent::new(number, handle, outcome);
            return self.events.push_back(event);
        };
        if is_woken {
            tracked.job.wake();
        }
        tracked.is_announced &= !tracked.job.handle().has_started();
        let outcome = match step {
            Ok(Step::Running(progress)) => {
                if tracked.last_status != progress.last_status {
                    tracked.last_status.clone_from(&progress.last_status);
                    self.report(&tracked, Outcome::Running(progress));
                }
                return self.wait(tracked);
            }
            Ok(Step::Challenged(challenges)) => {
                self.report(&tracked, Outcome::Challenged(challenges));
                tracked.is_challenged = true;
                self.jobs.insert(number, Slot::Idle(tracked));
                return;
            }
            Ok(Step::Done(result)) => Outcome::Done(result),
            Err(error) => Outcome::Failed(error),
        };
        self.members.remove(&(hash(handle.member()), number));
        self.report(&tracked, outcome);
    }

    fn report(&mut self, tracked: &Tracked<K>, outcome: Outcome<K>) {
        let event = FleetEvent::new(tracked.number, tracked.handle(), outcome);
        self.events.push_back(event);
    }
}

/// Nothing in it is pinned in place.
impl<K: Kind> Unpin for Fleet<K> {}

/// The events of [`Fleet::next`].
///
/// The stream ends when no job is running, also while challenged jobs wait; after an answer it continues.
impl<K: Kind> Stream for Fleet<K> {
    type Item = FleetEvent<K>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<FleetEvent<K>>> {
        self.get_mut().poll_event(context)
    }
}

#[cfg(test)]
mod tests;
