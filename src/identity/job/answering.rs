//! Questions and answers of a job, and the loop that drives it to its end.

use tokio::time::timeout;

use super::{Job, Step};
use crate::api::types::ResumeRequest;
use crate::identity::error::NOTHING_ASKED;
use crate::identity::machine::Observation;
use crate::identity::{Answers, Challenges, IdentityError, JobHandle, Owners};

impl Job {
    /// Sends the user's answers to all open challenges.
    ///
    /// In a process that has resumed the job and not seen the questions yet, it lists them first.
    ///
    /// Answers whose PUT was lost are kept in memory, and are sent once more if the same questions are still open a while
    /// later; only then does the job ask again.
    ///
    /// ```no_run
    /// # async fn example(user: mx_nexus::User, saved: &str, code: String) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use mx_nexus::identity::Answers;
    ///
    /// let mut job = user.resume(serde_json::from_str(saved)?).patience(Duration::from_secs(60));
    /// job.answer(Answers::new().with("CRD-1", code)).await?;
    /// let saved = serde_json::to_string(job.handle())?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Of kind [`BadAnswers`](crate::identity::IdentityErrorKind::BadAnswers), before anything is sent, when they do not fit what was
    /// asked; and when the call failed for good. Answers that MX refuses are no error here: it asks again.
    ///
    /// When it is dropped in the middle, the answers may have arrived: the job reads until it is sure, and asks again only
    /// if MX still does.
    pub async fn answer(&mut self, answers: Answers) -> Result<(), IdentityError> {
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
    async fn send(&mut self, bodies: Vec<ResumeRequest>) -> Result<Observation, IdentityError> {
        self.clock.resume();
        // Until the outcome is known, so that a call that is dropped leaves the right state behind.
        let before = self.handle.machine.clone();
        let asked = std::mem::take(&mut self.asked);
        self.observe(Observation::AnswerLost);
        let sent = self.put(bodies).await;
        self.handle.machine = before;
        match sent {
            Ok(seen) => {
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

    /// Sends the answers whose PUT was lost once more, if the same questions are open; whether it did.
    pub(super) async fn send_lost_answers(&mut self) -> Result<bool, IdentityError> {
        let Some(answers) = self.lost_answers.take() else {
            return Ok(false);
        };
        match answers.check(&self.asked) {
            Ok(bodies) => self.send(bodies).await.map(|_| true),
            Err(_) => Ok(false),
        }
    }

    /// What to save *before* [`Job::answer`], for the same reason as [`Job::handle_in_flight`]: a job that is resumed from here
    /// asks the user again only when the answers turn out not to have arrived.
    pub fn handle_while_answering(&self) -> JobHandle {
        let mut handle = self.handle.clone();
        handle.machine.observe(Observation::AnswerLost);
        handle
    }

    /// Drives the job to its end, asking for answers as often as MX does. The closure may answer `None` to give up.
    ///
    /// In a task of its own the closure has to own what it uses, `async move |challenges| …`: the compiler cannot prove (yet)
    /// that one that borrows is `Send`.
    ///
    /// ```no_run
    /// # async fn ask(_: &mx_nexus::identity::Challenge) -> String { String::new() }
    /// # async fn example(job: mx_nexus::identity::Job) -> Result<(), mx_nexus::identity::IdentityError> {
    /// use mx_nexus::identity::{Answers, Challenges};
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
    /// As [`Job::next`] and [`Job::answer`]; of kind [`PersonLeft`](crate::identity::IdentityErrorKind::PersonLeft) when the closure
    /// took longer than the user's timeout, or gave up.
    pub async fn until_done<A>(
        mut self,
        mut ask: impl AsyncFnMut(Challenges) -> A,
    ) -> Result<Owners, IdentityError>
    where
        A: Into<Option<Answers>>,
    {
        loop {
            match self.next().await? {
                Step::Running(_) => {}
                Step::Done(owners) => return Ok(owners),
                Step::Challenged(challenges) => {
                    let answers = timeout(self.terms.person, ask(challenges)).await;
                    match answers.map(Into::into) {
                        Ok(Some(answers)) => self.answer(answers).await?,
                        Ok(None) | Err(_) => {
                            return Err(IdentityError::person_left(self.circumstances()));
                        }
                    }
                }
            }
        }
    }

    /// Whether these answers fit what is asked.
    pub(crate) fn check(&self, answers: &Answers) -> Result<Vec<ResumeRequest>, IdentityError> {
        let fitting = if self.asked.is_empty() {
            Err(NOTHING_ASKED.to_owned())
        } else {
            answers.check(&self.asked)
        };
        fitting.map_err(|reason| IdentityError::bad_answers(reason, self.circumstances()))
    }
}
