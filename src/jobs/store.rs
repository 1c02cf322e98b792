//! Jobs in a table of yours: any process makes the next call of any job, and one process at a time.
//!
//! A [`JobStore`] is the table. It needs two operations, a read and a compare-and-swap, which every database has.
//! [`StoredJobs`] uses it as [`steps`](super::steps) asks for: it takes a lease on the row, saves the job as in flight, makes one
//! call, and saves what came of it. A process that is killed in between loses nothing, nor does a request that is dropped: the lease
//! ends, and the next process reads before it starts. Where the start may have been sent and no reading shows a job, that takes
//! [60 readings](super::machine::SETTLED), about nine minutes at the default polling, during which it is [`Shown::Running`]: give a job
//! a budget of 20 minutes or more.
//!
//! A worker goes on with jobs whose page is closed: every second it selects the rows with `due <= now`, and calls
//! [`StoredJobs::step`] for each, by the user of [`SavedJob::handle`].
//!
//! ```
//! use std::collections::HashMap;
//! use std::convert::Infallible;
//! use std::sync::Mutex;
//!
//! use mx_nexus::jobs::store::{JobStore, SavedJob};
//!
//! /// A table in memory. In SQL: id text primary key, version, due, job as JSON.
//! #[derive(Default)]
//! struct Table(Mutex<HashMap<String, SavedJob>>);
//!
//! impl JobStore for Table {
//!     type Error = Infallible;
//!
//!     /// select job from jobs where id = $1
//!     async fn load(&self, id: &str) -> Result<Option<SavedJob>, Infallible> {
//!         Ok(self.0.lock().unwrap().get(id).cloned())
//!     }
//!
//!     /// Version 1: insert into jobs (id, version, due, job) values ($1, $2, $3, $4) on conflict do nothing.
//!     /// Later: update jobs set version = $2, due = $3, job = $4 where id = $1 and version = $2 - 1.
//!     async fn replace(&self, id: &str, job: &SavedJob) -> Result<bool, Infallible> {
//!         let mut rows = self.0.lock().unwrap();
//!         let found = rows.get(id).map_or(0, SavedJob::version);
//!         if found + 1 == job.version() {
//!             rows.insert(id.to_owned(), job.clone());
//!         }
//!         Ok(found + 1 == job.version())
//!     }
//! }
//! ```

use std::error::Error as StdError;
use std::fmt;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use super::directive::Directive;
use super::{
    Answers, Challenges, Job, JobBuilder, JobError, JobErrorKind, JobHandle, Kind, Remedy, Step,
};
use crate::error::Error;

/// When to come back while another process makes a call.
const BUSY: Duration = Duration::from_secs(1);

/// A job as a table keeps it: ids and times, nothing personal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedJob {
    version: u64,
    handle: JobHandle,
    deadline: SystemTime,
    due: Option<SystemTime>,
    /// Until when the process that makes a call excludes the others.
    leased_until: Option<SystemTime>,
}

impl SavedJob {
    /// Counts the saves of this job, from 1.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The job.
    pub fn handle(&self) -> &JobHandle {
        &self.handle
    }

    /// When a worker should make the next call: none while the user is asked, and after the end. While a call is under way it is
    /// the time from which another process may go on.
    ///
    /// Give it a column with an index, and a worker finds the jobs to go on with, also those of a process that was killed.
    pub fn due(&self) -> Option<SystemTime> {
        self.leased_until.or(self.due)
    }

    /// Whether the job has ended without a result, or could not be started, and goes on by no step: [`StoredJobs::add`] replaces it.
    pub fn is_over(&self) -> bool {
        let is_ended = match self.handle.machine.directive() {
            Directive::Ended(end) => end.remedy() != Remedy::Resume,
            _ => !self.handle.has_started(),
        };
        is_ended && self.due().is_none()
    }

    /// When the budget of the job ends.
    pub fn deadline(&self) -> SystemTime {
        self.deadline
    }

    /// The version after this one.
    fn next(&self, handle: JobHandle, due: Option<SystemTime>) -> Self {
        Self {
            version: self.version + 1,
            handle,
            deadline: self.deadline,
            due,
            leased_until: None,
        }
    }
}

/// A table of jobs.
pub trait JobStore: Sync {
    /// Why the table could not be read or written.
    type Error: StdError + Send + Sync + 'static;

    /// The job with this id, as it was last saved.
    fn load(&self, id: &str) -> impl Future<Output = Result<Option<SavedJob>, Self::Error>> + Send;

    /// Saves `job` and commits, if the row has the version before [`SavedJob::version`]; version 1 is saved if there is no row.
    /// Returns whether it was saved.
    fn replace(
        &self,
        id: &str,
        job: &SavedJob,
    ) -> impl Future<Output = Result<bool, Self::Error>> + Send;
}

/// What to show of a job after one request.
#[derive(Debug)]
pub enum Shown<K: Kind> {
    /// MX is working, or another process or task makes the call; come back after this time. A call that fails for a reason that may
    /// pass is made again.
    Running(Duration),
    /// MX asks; go on with [`StoredJobs::answer`].
    Challenged(Challenges),
    /// The result.
    Done(K::Output),
    /// The job ended without a result, or a call failed. Only where the error is not [resumable](JobError::is_resumable) is the job over,
    /// and a new one can be added. Answers that do not fit change nothing: show the question again. A job whose budget ran out stays so:
    /// add it by another id, as `user.resume(handle)`.
    Failed(JobError),
}

/// Why no call was made, or its outcome not saved.
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreError<E> {
    /// The table could not be read or written. Try again: the row is as it was, or says that a call is in flight.
    Store(E),
    /// No job has this id.
    Unknown,
    /// Another process or task makes a call of this job; the answers were not sent.
    Busy,
    /// The job cannot be resumed by this user, or as this kind.
    Resume(Error),
}

impl<E> fmt::Display for StoreError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Store(_) => "the table of jobs failed",
            Self::Unknown => "no job has this id",
            Self::Busy => "another process makes a call of this job; try again in a moment",
            Self::Resume(_) => "the job cannot be resumed",
        })
    }
}

impl<E: StdError + 'static> StdError for StoreError<E> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Store(error) => Some(error),
            Self::Resume(error) => Some(error),
            Self::Unknown | Self::Busy => None,
        }
    }
}

/// The jobs of a table.
///
/// `examples/web_app` has a whole application on SQLite, with a worker and a test that kills it.
///
/// ```no_run
/// # use mx_nexus::jobs::store::{JobStore, SavedJob, Shown, StoredJobs};
/// use std::time::Duration;
/// use mx_nexus::identity::Identification;
///
/// # async fn example<S: JobStore>(table: S, user: mx_nexus::User) -> Result<(), Box<dyn std::error::Error>> {
/// let jobs = StoredJobs::new(table);
/// // In one request …
/// jobs.add("order-17", user.identify("MBR-1"), Duration::from_secs(1200)).await?;
/// // … and in each later one, in any process:
/// match jobs.step("order-17", |handle| user.resume::<Identification>(handle)).await? {
///     Shown::Running(wait) => println!("come back in {} s", wait.as_secs()),
///     Shown::Challenged(challenges) => println!("{} questions", challenges.len()),
///     Shown::Done(owners) => println!("{} owners", owners.len()),
///     Shown::Failed(error) => println!("{error}"),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct StoredJobs<S> {
    store: S,
    call_timeout: Duration,
}

impl<S: JobStore> StoredJobs<S> {
    /// The jobs of this table.
    pub fn new(store: S) -> Self {
        let call_timeout = Duration::from_secs(60);
        Self {
            store,
            call_timeout,
        }
    }

    /// How long one call may take, with its retries; default one minute. A lease lasts twice as long, so that is also how long a
    /// job waits for another process after its own was killed during a call. The clocks of the processes may differ by this much.
    #[must_use]
    pub fn with_call_timeout(mut self, timeout: Duration) -> Self {
        self.call_timeout = timeout;
        self
    }

    /// The table.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Saves a new job, whose calls are made by [`StoredJobs::step`]. False if the id has a job already that is not
    /// [over](SavedJob::is_over): nothing is changed. So an id for what the job is needed for, such as an order, makes a second click
    /// harmless, and a click after a failure starts again.
    ///
    /// The budget counts from now, also while the user thinks or no process runs.
    ///
    /// # Errors
    ///
    /// When the table fails.
    pub async fn add<K: Kind>(
        &self,
        id: &str,
        job: JobBuilder<K>,
        budget: Duration,
    ) -> Result<bool, StoreError<S::Error>> {
        let saved = self.store.load(id).await.map_err(StoreError::Store)?;
        if saved.as_ref().is_some_and(|saved| !saved.is_over()) {
            return Ok(false);
        }
        let now = SystemTime::now();
        let job = SavedJob {
            version: saved.map_or(0, |saved| saved.version) + 1,
            handle: job.prepare(budget).handle().clone(),
            deadline: now + budget,
            due: Some(now),
            leased_until: None,
        };
        self.store
            .replace(id, &job)
            .await
            .map_err(StoreError::Store)
    }

    /// Makes the call that is due, if one is, and returns what to show. `resume` takes the user from your own session, and
    /// refuses a job of another one: `|handle| user.resume(handle)`. The polling is not saved, so it is set there too.
    ///
    /// The result of a job that is done and the open questions are read again at each step; a job that has failed for good fails the
    /// same.
    ///
    /// # Errors
    ///
    /// When the table fails, when no job has this id, and when it cannot be resumed.
    pub async fn step<K: Kind>(
        &self,
        id: &str,
        resume: impl FnOnce(JobHandle) -> Result<JobBuilder<K>, Error>,
    ) -> Result<Shown<K>, StoreError<S::Error>> {
        let (saved, job) = self.load(id, resume).await?;
        if saved.leased_until.and_then(left).is_some() {
            return Ok(Shown::Running(BUSY));
        }
        if let Some(wait) = saved.due.and_then(left) {
            return Ok(Shown::Running(wait));
        }
        let Some(leased) = self.lease(id, &saved, saved.handle.in_flight()).await? else {
            return Ok(Shown::Running(BUSY));
        };
        let mut job = job.prepare(left(saved.deadline).unwrap_or_default());
        let stepped = timeout(self.call_timeout, job.poll()).await;
        self.finish(id, &leased, &job, stepped).await
    }

    /// Sends the user's answers, after it has listed the open questions and checked the answers against them.
    ///
    /// # Errors
    ///
    /// As [`StoredJobs::step`]; and [`StoreError::Busy`] while another process makes a call, with nothing sent.
    pub async fn answer<K: Kind>(
        &self,
        id: &str,
        resume: impl FnOnce(JobHandle) -> Result<JobBuilder<K>, Error>,
        answers: Answers,
    ) -> Result<Shown<K>, StoreError<S::Error>> {
        let (saved, job) = self.load(id, resume).await?;
        if saved.leased_until.and_then(left).is_some() {
            return Err(StoreError::Busy);
        }
        let handle = saved.handle.while_answering();
        let Some(leased) = self.lease(id, &saved, handle).await? else {
            return Err(StoreError::Busy);
        };
        let mut job = job.prepare(left(saved.deadline).unwrap_or_default());
        let answered = timeout(self.call_timeout, job.answer(answers)).await;
        let stepped = answered.map(|answered| answered.map(|()| Step::Running(job.progress())));
        self.finish(id, &leased, &job, stepped).await
    }

    async fn load<K: Kind>(
        &self,
        id: &str,
        resume: impl FnOnce(JobHandle) -> Result<JobBuilder<K>, Error>,
    ) -> Result<(SavedJob, JobBuilder<K>), StoreError<S::Error>> {
        let saved = self.store.load(id).await.map_err(StoreError::Store)?;
        let saved = saved.ok_or(StoreError::Unknown)?;
        let job = resume(saved.handle.clone()).map_err(StoreError::Resume)?;
        Ok((saved, job))
    }

    /// Saves the job as in flight; none if another process was faster.
    async fn lease(
        &self,
        id: &str,
        saved: &SavedJob,
        handle: JobHandle,
    ) -> Result<Option<SavedJob>, StoreError<S::Error>> {
        let leased = SavedJob {
            leased_until: Some(SystemTime::now() + 2 * self.call_timeout),
            ..saved.next(handle, saved.due)
        };
        let is_ours = self.store.replace(id, &leased).await;
        Ok(is_ours.map_err(StoreError::Store)?.then_some(leased))
    }

    /// Saves what came of the call, and ends the lease.
    async fn finish<K: Kind>(
        &self,
        id: &str,
        leased: &SavedJob,
        job: &Job<K>,
        stepped: Result<Result<Step<K>, JobError>, tokio::time::error::Elapsed>,
    ) -> Result<Shown<K>, StoreError<S::Error>> {
        let delay = job.delay();
        let again = Some(SystemTime::now() + delay);
        let handle = match stepped {
            // What became of the call is not known: the job stays in flight.
            Err(_) => &leased.handle,
            Ok(_) => job.handle(),
        };
        let (due, shown) = match stepped {
            Err(_) | Ok(Ok(Step::Running(_))) => (again, Shown::Running(delay)),
            Ok(Ok(Step::Challenged(asked))) => (None, Shown::Challenged(asked)),
            Ok(Ok(Step::Done(result))) => (None, Shown::Done(result)),
            Ok(Err(error)) => {
                let may_pass = error.kind() == JobErrorKind::Call && error.is_resumable();
                (again.filter(|_| may_pass), Shown::Failed(error))
            }
        };
        // Where another process has saved since, because the lease was over, its row is the newer one.
        let saved = self
            .store
            .replace(id, &leased.next(handle.clone(), due))
            .await;
        saved.map_err(StoreError::Store)?;
        Ok(shown)
    }
}

/// The time until then, if it is not over.
fn left(until: SystemTime) -> Option<Duration> {
    until.duration_since(SystemTime::now()).ok()
}
