//! The graceful stop of a worker: steps under way end early, and no step begins.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

/// Shared by all workflows of a worker.
#[derive(Clone, Debug)]
pub(crate) struct StopSignal(Arc<watch::Sender<bool>>);

impl StopSignal {
    pub(crate) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    pub(crate) fn send(&self) {
        self.0.send_replace(true);
    }

    pub(crate) fn is_sent(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits, and returns early when the worker stops.
    pub(crate) async fn sleep(&self, time: Duration) {
        if time.is_zero() {
            return;
        }
        let mut receiver = self.0.subscribe();
        tokio::select! {
            () = sleep(time) => {}
            _ = receiver.wait_for(|is_sent| *is_sent) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_wait_ends_with_the_signal() {
        let stop = StopSignal::new();
        let begun = tokio::time::Instant::now();
        stop.sleep(Duration::from_secs(5)).await;
        assert_eq!(begun.elapsed(), Duration::from_secs(5));
        stop.send();
        stop.sleep(Duration::from_secs(5)).await;
        assert!(stop.is_sent());
        assert_eq!(begun.elapsed(), Duration::from_secs(5));
    }
}
