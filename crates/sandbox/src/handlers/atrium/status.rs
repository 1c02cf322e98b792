//! The progress of a job, which Atrium shows in more steps than Nexus.

use std::time::Duration;

use tokio::time::Instant;

use crate::bank::Step;
use crate::state::{JobState, Stage};
use mx_nexus::values::ConnectionStatus;

/// The progress of a job.
pub(super) struct Progress {
    /// The status of the job, by name.
    pub status: &'static str,
    pub has_processed_accounts: bool,
    pub has_processed_transactions: bool,
}

impl Progress {
    pub(super) fn of(stage: &Stage, now: Instant) -> Self {
        let status = match &stage.step {
            Some(Step::Show {
                status, duration, ..
            }) => {
                let passed = now.saturating_duration_since(stage.step_started);
                running_status(status.as_ref(), passed, *duration, now == stage.started)
            }
            _ => None,
        };
        let status = status.unwrap_or(stage.status);
        let has_succeeded = stage.state == JobState::Succeeded;
        Self {
            status,
            has_processed_accounts: has_succeeded || status == "PROCESSED",
            has_processed_transactions: has_succeeded && stage.includes_transactions,
        }
    }
}

/// The status of a job that signs in or gathers. Accounts are processed in the second half of gathering.
fn running_status(
    shown: Option<&ConnectionStatus>,
    passed: Duration,
    duration: Duration,
    is_new: bool,
) -> Option<&'static str> {
    match shown {
        None if is_new => Some("INITIATED"),
        Some(ConnectionStatus::Resumed) => Some("RECEIVED"),
        Some(ConnectionStatus::Connected) if passed < duration / 2 => Some("TRANSFERRED"),
        Some(ConnectionStatus::Connected) => Some("PROCESSED"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gathering_is_transferred_then_processed() {
        let status = |shown: Option<ConnectionStatus>, millis| {
            let passed = Duration::from_millis(millis);
            running_status(
                shown.as_ref(),
                passed,
                Duration::from_millis(100),
                millis == 0,
            )
        };
        assert_eq!(status(None, 0), Some("INITIATED"));
        assert_eq!(status(None, 1), None);
        assert_eq!(status(Some(ConnectionStatus::Resumed), 1), Some("RECEIVED"));
        let gathering = Some(ConnectionStatus::Connected);
        assert_eq!(status(gathering.clone(), 49), Some("TRANSFERRED"));
        assert_eq!(status(gathering, 50), Some("PROCESSED"));
        assert_eq!(status(Some(ConnectionStatus::Delayed), 50), None);
    }
}
