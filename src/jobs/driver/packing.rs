//! A job of a fleet between its calls, packed.

use std::sync::Arc;

use tokio::time::Instant;

use super::Job;
use super::options::OptionForm;
use crate::error::Error;
use crate::jobs::api::{Kind, KindApi};
use crate::jobs::builder::USER_TIMEOUT;
use crate::jobs::clock::Clock;
use crate::jobs::packed::{Packed, State};
use crate::jobs::{Driving, JobHandle, PollPolicy};
use crate::secret::Secret;
use crate::telemetry::job::JobTrace;
use crate::values::ConnectionStatus;

/// A job that waits, in little memory.
pub(crate) struct PackedJob<K: Kind> {
    api: Arc<dyn KindApi<K>>,
    polling: Arc<dyn PollPolicy>,
    clock: Clock,
    oauth_window: Option<Secret>,
    last_error: Option<Error>,
    not_before: Option<Instant>,
    packed: Packed,
    checks_institution: bool,
    is_woken: bool,
    has_warned: bool,
    trace: JobTrace,
}

impl<K: Kind> Job<K> {
    /// Whether it can be packed: it has no questions, no answers and no result.
    pub(crate) fn is_packable(&self) -> bool {
        self.asked.is_empty()
            && self.result.is_none()
            && self.lost_answers.is_none()
            && self.option_form.is_unused()
            && self.over.is_none()
            && Packed::fits(&self.handle)
    }

    /// Packs a job that [can be packed](Self::is_packable), with the status that the fleet has reported last. The fleet also
    /// knows when the next call is due, and has no use for the timeout of the user.
    pub(crate) fn pack(self, reported: Option<ConnectionStatus>) -> PackedJob<K> {
        let checks_institution = self.driving.checks_institution;
        PackedJob {
            packed: Packed::new(State {
                handle: self.handle,
                message: self.message,
                institution: self.institution.filter(|_| checks_institution),
                reported,
            }),
            api: self.api,
            polling: self.driving.polling,
            clock: self.clock,
            oauth_window: self.oauth_window,
            last_error: self.last_error,
            not_before: self.not_before,
            checks_institution,
            is_woken: self.is_woken,
            has_warned: self.has_warned,
            trace: self.trace,
        }
    }
}

impl<K: Kind> PackedJob<K> {
    pub(crate) fn handle(&self) -> JobHandle {
        self.packed.unpack().handle
    }

    /// The job, whose next call is due then, and the status that was reported last.
    pub(crate) fn unpack(self, due: Instant) -> (Job<K>, Option<ConnectionStatus>) {
        let state = self.packed.unpack();
        let job = Job {
            api: self.api,
            handle: state.handle,
            driving: Driving {
                polling: self.polling,
                checks_institution: self.checks_institution,
                user_timeout: USER_TIMEOUT,
                // The trace knows it.
                #[cfg(feature = "tracing")]
                has_traced_ids: false,
            },
            clock: self.clock,
            asked: Vec::new(),
            result: None,
            message: state.message,
            oauth_window: self.oauth_window,
            last_error: self.last_error,
            not_before: self.not_before,
            due: Some(due),
            is_woken: self.is_woken,
            institution: state.institution,
            lost_answers: None,
            option_form: OptionForm::default(),
            has_warned: self.has_warned,
            over: None,
            trace: self.trace,
        };
        (job, state.reported)
    }
}
