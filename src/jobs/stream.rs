//! A job as a stream of steps.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::api::Kind;
use super::error::{Circumstances, NOTHING_ASKED};
use super::{Answers, Job, JobError, JobHandle, Step};

type Stepping<K> = Pin<Box<dyn Future<Output = (Job<K>, Result<Step<K>, JobError>)> + Send>>;

/// The steps of a job, as they come. From [`Job::updates`].
///
/// It ends after [`Step::Done`] or an error. After [`Step::Challenged`] it ends until [`JobStream::answer`] has
/// been called; then it goes on.
///
/// ```no_run
/// # fn ask(label: &str) -> Result<String, std::io::Error> { Ok(label.to_owned()) }
/// # async fn example(job: mx_nexus::identity::Job) -> Result<(), mx_nexus::jobs::JobError> {
/// use futures_util::StreamExt;
/// use mx_nexus::identity::Step;
///
/// let mut updates = job.updates();
/// while let Some(step) = updates.next().await {
///     match step? {
///         Step::Running(progress) => println!("{progress}"),
///         Step::Challenged(challenges) => {
///             let answers = challenges.answer_all(|challenge| ask(challenge.label()));
///             updates.answer(answers.unwrap_or_default()).await?;
///         }
///         Step::Done(owners) => println!("{} owners", owners.len()),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream does nothing until it is polled"]
pub struct JobStream<K: Kind> {
    state: State<K>,
    /// As it was after the last step.
    handle: JobHandle,
}

enum State<K: Kind> {
    Resting(Box<Job<K>>),
    Stepping(Stepping<K>),
    /// A question is open.
    Asking(Box<Job<K>>),
    Over,
}

impl<K: Kind> fmt::Debug for JobStream<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("JobStream")
            .field("handle", &self.handle)
            .finish_non_exhaustive()
    }
}

impl<K: Kind> JobStream<K> {
    pub(super) fn new(job: Job<K>) -> Self {
        Self {
            handle: job.handle().clone(),
            state: State::Resting(Box::new(job)),
        }
    }

    /// What to save: the job as it was after the last step.
    pub fn handle(&self) -> &JobHandle {
        &self.handle
    }

    /// Sends the user's answers.
    ///
    /// # Errors
    ///
    /// As [`Job::answer`]; also when a step is under way, since no question is open then.
    pub async fn answer(&mut self, answers: Answers) -> Result<(), JobError> {
        let (State::Resting(job) | State::Asking(job)) = &mut self.state else {
            let circumstances = Circumstances::of(self.handle.clone());
            return Err(JobError::invalid_answers(NOTHING_ASKED, circumstances));
        };
        let answered = job.answer(answers).await;
        self.handle.clone_from(job.handle());
        if answered.is_ok()
            && let State::Asking(job) = std::mem::replace(&mut self.state, State::Over)
        {
            self.state = State::Resting(job);
        }
        answered
    }
}

impl<K: Kind> Stream for JobStream<K> {
    type Item = Result<Step<K>, JobError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match std::mem::replace(&mut self.state, State::Over) {
                State::Over => return Poll::Ready(None),
                State::Asking(job) => {
                    self.state = State::Asking(job);
                    return Poll::Ready(None);
                }
                State::Resting(mut job) => {
                    self.state = State::Stepping(Box::pin(async move {
                        let step = job.next().await;
                        (*job, step)
                    }));
                }
                State::Stepping(mut stepping) => match stepping.as_mut().poll(context) {
                    Poll::Pending => {
                        self.state = State::Stepping(stepping);
                        return Poll::Pending;
                    }
                    Poll::Ready((job, step)) => {
                        self.handle.clone_from(job.handle());
                        self.state = match step {
                            Ok(Step::Running(_)) => State::Resting(Box::new(job)),
                            Ok(Step::Challenged(_)) => State::Asking(Box::new(job)),
                            _ => State::Over,
                        };
                        return Poll::Ready(Some(step));
                    }
                },
            }
        }
    }
}
