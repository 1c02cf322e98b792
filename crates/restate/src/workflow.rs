//! A job from its start to its end, as Restate runs it. Everything here is replayed after a failure, so it depends on the journal only.

use std::pin::Pin;
use std::time::Duration;

use mx_nexus::jobs::steps::Event;
use mx_nexus::jobs::{JobHandle, Remedy};
use mx_nexus::values::ChallengeGuid;
use restate_sdk::context::DurableFuture;
use restate_sdk::prelude::{
    ContextPromises, ContextSideEffects, ContextTimers, ContextWriteState, DurableFuturesUnordered,
    HandlerError, Json, RunFuture, TerminalError, WorkflowContext,
};

use crate::kinds::DurableKind;
use crate::messages::{OpenQuestions, Outcome, Request, Status, StepRecord};
use crate::mx::check_user;
use crate::step::{Calls, SHORT, SHORT_POLLS, Step, may_start};

/// The state with the [`Status`].
pub(crate) const STATUS: &str = "status";
/// The state with the [`OpenQuestions`].
pub(crate) const OPEN: &str = "open";
/// The promise that no user will answer.
pub(crate) const GIVE_UP: &str = "give_up";

/// The longest time between two looks at an open question.
const LONGEST_LOOK: Duration = Duration::from_secs(6 * 60 * 60);

/// The promise of the answers to a round of questions.
pub(crate) fn answers_to(round: u32) -> String {
    format!("answers_{round}")
}

/// Runs a job to its end.
pub(crate) async fn run<K: DurableKind>(
    context: &WorkflowContext<'_>,
    calls: &Calls,
    request: Request,
) -> Result<Json<Outcome>, HandlerError> {
    check::<K>(&request.handle)?;
    let mut workflow = Workflow {
        context,
        calls,
        handle: request.handle,
        delay: Duration::ZERO,
        spent: Duration::ZERO,
        timeout: Duration::from_secs(request.timeout_seconds),
        user_timeout: Duration::from_secs(request.user_timeout_seconds),
        status: None,
        pause: Duration::ZERO,
        round: 0,
        failures: 0,
    };
    let outcome = workflow.drive::<K>().await?;
    context.clear(OPEN);
    context.set(STATUS, Json(Status::Ended(Box::new(outcome.clone()))));
    Ok(Json(outcome))
}

fn check<K: DurableKind>(handle: &JobHandle) -> Result<(), TerminalError> {
    let refuse = |message: String| Err(TerminalError::new_with_code(400, message));
    if handle.kind() != K::NAME {
        let kind = handle.kind();
        return refuse(format!(
            "the handle is of a job of kind {kind:?}, not {:?}",
            K::NAME
        ));
    }
    check_user(handle).or_else(|error| refuse(error.to_string()))
}

struct Workflow<'a> {
    context: &'a WorkflowContext<'a>,
    calls: &'a Calls,
    handle: JobHandle,
    /// The wait before the next call.
    delay: Duration,
    /// How long the job was worked on: outages of the workers and the user's time do not count.
    spent: Duration,
    timeout: Duration,
    user_timeout: Duration,
    status: Option<Status>,
    /// The wait before the first look at an open question, and after a call that failed.
    pause: Duration,
    /// How often MX has asked.
    round: u32,
    /// How often in a row a call has failed for good.
    failures: u32,
}

/// What ended the wait for answers.
enum Woken {
    Answered(Box<JobHandle>),
    GivenUp,
    TimePassed,
}

type Waking<'a> = Pin<Box<dyn DurableFuture<Output = Result<Woken, TerminalError>> + Send + 'a>>;

impl Workflow<'_> {
    async fn drive<K: DurableKind>(&mut self) -> Result<Outcome, TerminalError> {
        let mut record = self.step::<K>().await?;
        loop {
            let count = record.count.unwrap_or_default();
            match record.stepped.event {
                Event::Running { .. } => record = self.step::<K>().await?,
                Event::Challenged { questions } => {
                    match self.wait_for_answers::<K>(questions).await? {
                        Some(next) => record = next,
                        None => return Ok(self.unanswered()),
                    }
                }
                Event::Done => {
                    let handle = self.handle.clone();
                    return Ok(Outcome::Done { count, handle });
                }
                // The key may be corrected, or the proxy: the job runs at MX meanwhile.
                Event::Failed {
                    is_resumable: true,
                    remedy: None,
                    ..
                } if self.left() > Duration::ZERO => {
                    self.pause().await?;
                    record = self.step::<K>().await?;
                }
                Event::Failed {
                    message,
                    is_resumable,
                    remedy,
                } => {
                    let handle = self.handle.clone();
                    return Ok(Outcome::Failed {
                        message,
                        is_resumable,
                        remedy,
                        handle,
                    });
                }
            }
        }
    }

    /// Makes the calls that are due.
    async fn step<K: DurableKind>(&mut self) -> Result<StepRecord, TerminalError> {
        if self.delay > SHORT {
            let delay = std::mem::take(&mut self.delay).min(self.left());
            self.context.sleep(delay).await?;
            self.spent += delay;
        }
        let mut handle = self.handle.clone();
        if may_start(&handle) && !self.is_first_attempt().await? {
            // An attempt before this one may have sent the start: read first.
            handle = handle.in_flight();
        }
        let status = match &self.status {
            Some(Status::Running { member }) => member.clone(),
            _ => None,
        };
        let step = Step {
            calls: self.calls.clone(),
            handle,
            delay: self.delay,
            spent: self.spent,
            left: self.left(),
            status,
        };
        let made = self.context.run(|| step.make::<K>()).name("step");
        let record = made.await?.into_inner();
        self.spent += record.took;
        self.note(&record);
        Ok(record)
    }

    /// Whether no earlier attempt of this workflow can have come to this point: the one that journals the mark knows its own.
    async fn is_first_attempt(&self) -> Result<bool, TerminalError> {
        let mark = fastrand::u64(..);
        let journaled = self
            .context
            .run(|| async move { Ok(mark) })
            .name("mark")
            .await?;
        Ok(journaled == mark)
    }

    fn note(&mut self, record: &StepRecord) {
        let stepped = &record.stepped;
        self.handle = stepped.handle.clone();
        self.delay = stepped.delay;
        self.pause = record.pause;
        if !matches!(stepped.event, Event::Failed { .. }) {
            self.failures = 0;
        }
        let status = Status::of(&stepped.event);
        if status.is_some() && status != self.status {
            self.context.set(STATUS, Json(status.clone()));
            self.status = status;
        }
    }

    /// Waits until the answers were sent, or a look at MX shows something else; none when no user answers.
    async fn wait_for_answers<K: DurableKind>(
        &mut self,
        questions: Vec<ChallengeGuid>,
    ) -> Result<Option<StepRecord>, TerminalError> {
        self.round += 1;
        let (round, handle) = (self.round, self.handle.clone());
        self.context
            .set(OPEN, Json(OpenQuestions { round, handle }));
        let woken = self.wait::<K>(&questions).await?;
        self.context.clear(OPEN);
        Ok(woken)
    }

    async fn wait<K: DurableKind>(
        &mut self,
        questions: &[ChallengeGuid],
    ) -> Result<Option<StepRecord>, TerminalError> {
        let context = self.context;
        let key = answers_to(self.round);
        let mut wakings = DurableFuturesUnordered::<Waking<'_>>::new();
        let answers = context.promise::<Json<JobHandle>>(&key);
        wakings.push(Box::pin(
            answers.map_ok(|handle| Woken::Answered(Box::new(handle.into_inner()))),
        ));
        let given_up = context.promise::<bool>(GIVE_UP);
        wakings.push(Box::pin(given_up.map_ok(|_| Woken::GivenUp)));
        let mut waited = Duration::ZERO;
        loop {
            let next = (waited / 2).clamp(self.pause.min(LONGEST_LOOK), LONGEST_LOOK);
            let next = next.min(self.user_timeout.saturating_sub(waited));
            if next.is_zero() {
                return Ok(None);
            }
            wakings.push(Box::pin(context.sleep(next).map_ok(|()| Woken::TimePassed)));
            match wakings.next().await?.map(|(_, woken)| woken).transpose()? {
                Some(Woken::Answered(handle)) => {
                    self.handle = *handle;
                    self.delay = self.pause / SHORT_POLLS;
                    return self.step::<K>().await.map(Some);
                }
                Some(Woken::GivenUp) => return Ok(None),
                Some(Woken::TimePassed) | None => waited += next,
            }
            // The answers may have been sent by a process that died before it reported them.
            let record = self.step::<K>().await?;
            match &record.stepped.event {
                Event::Challenged { questions: open } if open == questions => {}
                Event::Failed {
                    is_resumable: true,
                    remedy: None,
                    ..
                } => {}
                _ => return Ok(Some(record)),
            }
        }
    }

    fn unanswered(&self) -> Outcome {
        Outcome::Failed {
            message: "the user gave no answer in time".to_owned(),
            is_resumable: true,
            remedy: Some(Remedy::Resume),
            handle: self.handle.clone(),
        }
    }

    /// Waits after a call that failed, longer each time.
    async fn pause(&mut self) -> Result<(), TerminalError> {
        let factor = 1 << self.failures.min(5);
        self.failures += 1;
        let pause = self.pause.saturating_mul(factor).min(self.left());
        self.context.sleep(pause).await?;
        self.spent += pause;
        Ok(())
    }

    fn left(&self) -> Duration {
        self.timeout.saturating_sub(self.spent)
    }
}
