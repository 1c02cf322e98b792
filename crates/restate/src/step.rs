//! One journaled step: one call of MX, or several polls that are close together.

use std::time::Duration;

use mx_nexus::jobs::steps::{self, Event, Stepped};
use mx_nexus::jobs::{JobHandle, Pace, PollPolicy, Polling};
use mx_nexus::values::ConnectionStatus;
use restate_sdk::prelude::{HandlerError, Json, TerminalError};
use tokio::time::Instant;

use crate::error::Error;
use crate::kinds::DurableKind;
use crate::messages::StepRecord;
use crate::mx::Mx;
use crate::stop::StopSignal;

/// How long polls share a step at first. Also the longest wait inside a step: longer ones are timers of Restate.
pub(crate) const SHORT: Duration = Duration::from_secs(25);
/// How long polls share a step in a job that takes long.
const LONG: Duration = Duration::from_secs(120);
/// So many short polls are a pause: half a minute by default.
pub(crate) const SHORT_POLLS: u32 = 10;

/// What every step of a worker needs.
#[derive(Clone, Debug)]
pub(crate) struct Calls {
    pub(crate) mx: Mx,
    pub(crate) polling: Polling,
    pub(crate) stop: StopSignal,
}

/// A step to be made.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) calls: Calls,
    pub(crate) handle: JobHandle,
    /// The wait before the first call.
    pub(crate) delay: Duration,
    /// What the job has spent of its budget.
    pub(crate) spent: Duration,
    /// What is left of it.
    pub(crate) left: Duration,
    /// The last status that was journaled; a change ends the step.
    pub(crate) status: Option<ConnectionStatus>,
}

/// Whether the next call of this job may be the start, so that it has to be the only one of a step.
pub(crate) fn may_start(handle: &JobHandle) -> bool {
    handle.in_flight() != *handle
}

/// How long polls share a step in a job that was worked on for so long.
fn length(spent: Duration) -> Duration {
    (spent / 6).clamp(SHORT, LONG)
}

impl Step {
    /// Makes one call, and more while the job runs and their waits are short.
    pub(crate) async fn make<K: DurableKind>(self) -> Result<Json<StepRecord>, HandlerError> {
        let begun = Instant::now();
        let length = length(self.spent);
        let (mut handle, mut delay) = (self.handle.clone(), self.delay);
        let mut last = None;
        loop {
            let left = self.left.saturating_sub(begun.elapsed());
            self.calls.stop.sleep(delay.min(left)).await;
            if self.calls.stop.is_sent() {
                break;
            }
            let is_start = may_start(&handle);
            let (stepped, count) = self.calls.call::<K>(handle, left).await?;
            (handle, delay) = (stepped.handle.clone(), stepped.delay);
            let is_next = self.has_room(&stepped, begun.elapsed(), length);
            last = Some((stepped, count));
            if is_start || !is_next {
                break;
            }
        }
        let (stepped, count) = last.ok_or("the worker stops")?;
        Ok(Json(StepRecord {
            stepped,
            count,
            pause: self.calls.pause(),
            took: begun.elapsed(),
        }))
    }

    /// Whether another poll belongs to this step.
    fn has_room(&self, stepped: &Stepped, elapsed: Duration, length: Duration) -> bool {
        let is_unchanged =
            matches!(&stepped.event, Event::Running { status, .. } if *status == self.status);
        is_unchanged && !may_start(&stepped.handle) && elapsed + stepped.delay <= length
    }
}

impl Calls {
    /// The wait before the first look at an open question, and after a call that failed.
    fn pause(&self) -> Duration {
        self.polling
            .delay(Pace::Quick, 0)
            .saturating_mul(SHORT_POLLS)
    }

    /// One call, and at the end the number of results.
    pub(crate) async fn call<K: DurableKind>(
        &self,
        handle: JobHandle,
        left: Duration,
    ) -> Result<(Stepped, Option<usize>), HandlerError> {
        let job = self.mx.resume::<K>(handle).map_err(refusal)?;
        let (stepped, result) = steps::step(job.with_polling(self.polling), left).await;
        Ok((stepped, result.as_ref().map(K::count)))
    }
}

/// A worker that lacks credentials lets another one try; a job that no worker can run ends.
pub(crate) fn refusal(error: Error) -> HandlerError {
    match error {
        Error::Mx(error) => TerminalError::new_with_code(400, error.to_string()).into(),
        error => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn journal_of_an_hour_has_less_than_a_hundred_entries() {
        let (mut spent, mut steps) = (Duration::ZERO, 0);
        while spent < Duration::from_secs(3600) {
            spent += length(spent);
            steps += 1;
        }
        // A step is a command and its completion. The input, the output, the mark and changes of the status are a dozen.
        assert_eq!(2 * steps + 12, 92);
    }
}
