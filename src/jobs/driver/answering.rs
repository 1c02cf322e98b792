//! Questions and answers of a job, and the loop that drives it to its end.

use tokio::time::timeout;

use super::{Job, Step};
use crate::jobs::api::CheckedAnswer;
use crate::jobs::api::Kind;
use crate::jobs::error::NOTHING_ASKED;
use crate::jobs::machine::Observation;
use crate::jobs::{Answers, Challenges, JobError};

impl<K: Kind> Job<K> {
    /// Sends the user's answers to all open challenges.
    ///
    /// In a process that has resumed the job and not seen the questions yet, it lists them first.
    ///
    /// Answers whose PUT was lost are kept in memory, and are sent again if the same questions are still open a while later. An
    /// option is sent by its guid, and once by its value if MX then asks the same.
    ///
    /// ```no_run
    /// # async fn example(user: mx_nexus::User, saved: &str, code: String) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use mx_nexus::jobs::Answers;
    ///
    /// let resume = user.resume::<mx_nexus::identity::Identification>(serde_json::from_str(saved)?)?;
    /// let mut job = resume.prepare(Duration::from_secs(60));
    /// job.answer(Answers::new().with("CRD-1", code)).await?;
    /// let saved = serde_json::to_string(job.handle())?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Of kind [`InvalidAnswers`](crate::jobs::JobErrorKind::InvalidAnswers), before anything is sent, when they do not fit what was
    /// asked; and when the call failed for good. Answers that MX refuses are no error here: it asks again.
    ///
    /// When it is dropped in the middle, the answers may have arrived: the job reads until it is sure, and asks again only
    /// if MX still does.
    pub async fn answer(&mut self, answers: Answers) -> Result<(), JobError> {
        while self.asked.is_empty() && self.machine().directive().is_about_questions() {
            self.next().await?;
        }
        let bodies = self.check(&answers)?;
        self.lost_answers = None;
        let seen = self.send(bodies).await?;
        if seen == Observation::AnswerLost {
            self.lost_answers = Some(answers);
        }
        Ok(())
    }

    /// Sends answers that fit what is asked.
    async fn send(&mut self, bodies: Vec<CheckedAnswer>) -> Result<Observation, JobError> {
        self.clock.resume();
        // Until the outcome is known, so that a call that is dropped leaves the right state behind.
        let before = self.handle.machine.clone();
        let asked = std::mem::take(&mut self.asked);
        let bodies = self.option_form.choose(&asked, bodies);
        self.observe(Observation::AnswerLost);
        let scope = self.trace.scope(&self.handle);
        let sent = scope.around(self.put(bodies)).await;
        self.handle.machine = before;
        match sent {
            Ok(seen) => {
                if seen == Observation::AnswerLost {
                    self.option_form.forget();
                }
                self.observe(seen.clone());
                Ok(seen)
            }
            Err(error) => {
                // The question is still open.
                self.asked = asked;
                self.clock.pause();
                Err(self.failed(error))
            }
        }
    }

    /// Sends answers again that were lost, or whose option has another form, if the same questions are open; whether it did.
    pub(super) async fn answer_again(&mut self) -> Result<bool, JobError> {
        let Some(answers) = self.lost_answers.take() else {
            return match self.option_form.again(&self.asked) {
                Some(by_value) => self.send(by_value).await.map(|_| true),
                None => Ok(false),
            };
        };
        let Ok(bodies) = answers.check(&self.asked) else {
            return Ok(false);
        };
        let sent = self.send(bodies).await;
        if !matches!(&sent, Ok(seen) if *seen != Observation::AnswerLost) {
            self.lost_answers = Some(answers);
        }
        sent.map(|_| true)
    }

    /// Drives the job to its end, asking for answers as often as MX does. The closure may answer `None` to give up.
    ///
    /// In a task of its own the closure has to own what it uses: see [`JobBuilder::run`](crate::jobs::JobBuilder::run).
    ///
    /// ```no_run
    /// # async fn ask(_: &mx_nexus::jobs::Challenge) -> String { String::new() }
    /// # async fn example(job: mx_nexus::identity::Job) -> Result<(), mx_nexus::jobs::JobError> {
    /// use mx_nexus::jobs::{Answers, Challenges};
    ///
    /// let owners = job
    ///     .until_done(async |challenges: Challenges| {
    ///         let mut answers = Answers::new();
    ///         for challenge in &challenges {
    ///             answers = answers.with(challenge.guid(), ask(challenge).await);
    ///         }
    ///         answers
    ///     })
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Job::next`] and [`Job::answer`]; of kind [`NoAnswer`](crate::jobs::JobErrorKind::NoAnswer) when the closure
    /// took longer than the user's timeout, or gave up.
    pub async fn until_done<A>(
        mut self,
        mut ask: impl AsyncFnMut(Challenges) -> A,
    ) -> Result<K::Output, JobError>
    where
        A: Into<Option<Answers>>,
    {
        loop {
            self.wait().await;
            self.request().await?;
            // Taken, because a step has a copy of it.
            if let Some(result) = self.result.take() {
                return Ok(result);
            }
            match self.step().await? {
                Step::Running(_) => {}
                Step::Done(result) => return Ok(result),
                Step::Challenged(challenges) => {
                    let answers = timeout(self.driving.user_timeout, ask(challenges)).await;
                    match answers.map(Into::into) {
                        Ok(Some(answers)) => self.answer(answers).await?,
                        Ok(None) => return Err(JobError::not_answered(self.circumstances())),
                        Err(_elapsed) => {
                            return Err(JobError::answer_too_late(self.circumstances()));
                        }
                    }
                }
            }
        }
    }

    /// Whether these answers fit what is asked.
    pub(crate) fn check(&self, answers: &Answers) -> Result<Vec<CheckedAnswer>, JobError> {
        let fitting = if self.asked.is_empty() {
            Err(NOTHING_ASKED.to_owned())
        } else {
            answers.check(&self.asked)
        };
        fitting.map_err(|reason| JobError::invalid_answers(reason, self.circumstances()))
    }
}
