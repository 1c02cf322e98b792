//! Ctrl-C, and what a supervisor of processes sends to end one, heard from the beginning of a command to its end: between two waits
//! none gets lost.

use std::future::Future;
use std::task::{Context, Waker};

use tokio::sync::watch;

use crate::exit::{Exit, Failure};

/// Whether the command shall end. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Interrupt {
    heard: watch::Receiver<bool>,
}

impl Interrupt {
    /// Listens from now on. The first signal is for the command, which ends in order; a second one ends the process.
    pub(crate) fn listen() -> Self {
        let (tell, heard) = watch::channel(false);
        let mut first = Box::pin(signal());
        // Polled once, it has taken the signal over before anything else happens.
        let is_over = first
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_ready();
        tokio::spawn(async move {
            if !is_over {
                first.await;
            }
            tell.send_replace(true);
            signal().await;
            std::process::exit(Exit::Interrupted.code().into());
        });
        Self { heard }
    }

    /// Ends when the command shall end.
    pub(crate) async fn heard(&self) {
        let mut heard = self.heard.clone();
        if heard.wait_for(|heard| *heard).await.is_err() {
            std::future::pending().await
        }
    }

    /// What comes first: the end of the work, or a signal.
    pub(crate) async fn unless<T>(
        &self,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        tokio::select! {
            outcome = work => outcome,
            () = self.heard() => Err(Failure::interrupted()),
        }
    }
}

/// Ends with the next signal; never, where signals cannot be heard at all.
async fn signal() {
    tokio::select! {
        () = from_person() => {}
        () = from_supervisor() => {}
    }
}

async fn from_person() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

async fn from_supervisor() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            terminate.recv().await;
            return;
        }
    }
    std::future::pending().await
}
