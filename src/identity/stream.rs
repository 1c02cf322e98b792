//! A job as a stream of steps.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::{Answers, IdentityError, Job, JobHandle, Step};

type Stepping = Pin<Box<dyn Future<Output = (Job, Result<Step, IdentityError>)> + Send>>;

/// The steps of a job, as they come. From [`Job::into_stream`].
///
/// It ends after [`Step::Done`] or an error. After [`Step::Challenged`], call [`JobStream::answer`] and go on.
#[must_use = "a stream does nothing until it is polled"]
pub struct JobStream {
    state: State,
}

enum State {
    Resting(Box<Job>),
    Stepping(Stepping),
    Over(Option<Box<Job>>),
}

impl fmt::Debug for JobStream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("JobStream")
            .field("handle", &self.handle())
            .finish_non_exhaustive()
    }
}

impl JobStream {
    pub(super) fn new(job: Job) -> Self {
        Self {
            state: State::Resting(Box::new(job)),
        }
    }

    /// What to save; none while a step is under way.
    pub fn handle(&self) -> Option<&JobHandle> {
        match &self.state {
            State::Resting(job) | State::Over(Some(job)) => Some(job.handle()),
            _ => None,
        }
    }

    /// Sends a person's answers.
    ///
    /// # Errors
    ///
    /// As [`Job::answer`]. Between two steps only: nothing happens while one is under way or after the last.
    pub async fn answer(&mut self, answers: Answers) -> Result<(), IdentityError> {
        match &mut self.state {
            State::Resting(job) => job.answer(answers).await,
            _ => Ok(()),
        }
    }
}

impl Stream for JobStream {
    type Item = Result<Step, IdentityError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match std::mem::replace(&mut self.state, State::Over(None)) {
                State::Over(job) => {
                    self.state = State::Over(job);
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
                        let job = Box::new(job);
                        self.state = match step {
                            Ok(Step::Done(_)) | Err(_) => State::Over(Some(job)),
                            Ok(_) => State::Resting(job),
                        };
                        return Poll::Ready(Some(step));
                    }
                },
            }
        }
    }
}
