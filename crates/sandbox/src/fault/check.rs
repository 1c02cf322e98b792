//! Whether a fault can happen, apart from its filter; the queue asks before it adds one.

use std::time::Duration;

use super::answer::BODILESS;
use super::{Ending, Fault, FaultBody, InvalidFault, Rate, RequestEffect, fields};

/// The longest time that a fault delays an answer.
const MAX_DELAY: Duration = Duration::from_secs(10 * 60);
/// The largest answer of a fault as JSON, in bytes: faults are kept in memory.
const MAX_ANSWER: usize = 64 * 1024;

impl Fault {
    /// Whether it can happen.
    pub(super) fn check(&self) -> Result<(), InvalidFault> {
        let checked = match self.problem() {
            Some(reason) => Err(reason.to_owned()),
            None => self.check_filter(),
        };
        checked.map_err(|reason| InvalidFault(format!("this fault cannot happen: {reason}")))
    }

    fn problem(&self) -> Option<&'static str> {
        let answer = &self.answer;
        let without = matches!(answer.connection, Some(Ending::Reset | Ending::Closed));
        let is_bodiless = answer.status.is_some_and(|one| BODILESS.contains(&one));
        let has_body = answer.body.is_some_and(|body| body != FaultBody::Empty);
        let mut paths = answer.set.keys().chain(&answer.remove);
        let size = serde_json::to_vec(answer).map_or(0, |json| json.len());
        let is_processed = self.request != RequestEffect::NotProcessed;
        let problems = [
            (
                answer.status.is_some_and(|one| !(200..=599).contains(&one)),
                "its status has to be from 200 to 599",
            ),
            (
                without
                    && *answer != super::Answer::ending(answer.connection.unwrap_or(Ending::Reset)),
                "reset or closed, the connection has no answer; leave the rest of the answer out",
            ),
            (
                !is_processed && !without && answer.status.is_none(),
                "a request that is not processed has no true answer: it needs a status, or a connection that is reset or closed",
            ),
            (
                is_bodiless && (has_body || answer.alters_fields()),
                "204 and 304 have no body; leave it out",
            ),
            (
                answer.retry_after.is_some() && answer.retry_after_date.is_some(),
                "it has retry_after or retry_after_date: leave one out",
            ),
            (
                !paths.all(|path| fields::is_path(path)),
                "the path of a field has names with dots between, like member.connection_status",
            ),
            (size > MAX_ANSWER, "its answer may have 64 KiB at most"),
            (
                self.delay_ms
                    .is_some_and(|delay| delay.longest() > MAX_DELAY),
                "its delay may be ten minutes at most",
            ),
            (
                self.lag.is_some() && !is_processed,
                "readings lag behind a request only when it is processed",
            ),
            (
                self.lag.is_some_and(|lag| !lag.is_count_or_time()),
                "its lag has readings or ms: one of them",
            ),
            (
                self.lag.is_some_and(|lag| lag.time_span() > MAX_DELAY),
                "its lag may be ten minutes at most",
            ),
            (
                self.times == Some(0),
                "it has to happen at least once; see times",
            ),
            (
                self.every == Some(0),
                "it happens to every so-manieth request: 1 or more",
            ),
            (
                self.rate
                    .is_some_and(|Rate(rate)| !(0.0..=1.0).contains(&rate)),
                "its rate is a probability, from 0 to 1",
            ),
            (
                self.delay_ms.is_some_and(|delay| !delay.is_valid()),
                "its random delay has from not above to, or a median with a sigma from 0 to 5",
            ),
            (
                self.request == RequestEffect::Processed
                    && answer.is_true()
                    && self.delay_ms.is_none()
                    && self.lag.is_none(),
                "it changes nothing: give it an answer, a lag or a delay_ms",
            ),
        ];
        let found = problems.into_iter().find(|(is_there, _)| *is_there);
        found.map(|(_, reason)| reason)
    }
}
