//! Ctrl-C, heard from the beginning of a command to its end: between two waits none gets lost.

use std::future::Future;
use std::task::{Context, Waker};

use tokio::signal::ctrl_c;
use tokio::sync::watch;

use crate::exit::{Exit, Failure};

/// Whether the person wants to stop. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Interrupt {
    heard: watch::Receiver<bool>,
}

impl Interrupt {
    /// Listens from now on. The first Ctrl-C is for the command, which ends in order; a second one ends the process.
    pub(crate) fn listen() -> Self {
        let (tell, heard) = watch::channel(false);
        let mut first = Box::pin(ctrl_c());
        // Polled once, it has taken the signal over before anything else happens.
        let is_over = first
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_ready();
        tokio::spawn(async move {
            if is_over || first.await.is_ok() {
                tell.send_replace(true);
            }
            if ctrl_c().await.is_ok() {
                std::process::exit(Exit::Interrupted.code().into());
            }
            // Where signals cannot be heard at all, nobody is told that one was.
            tell.closed().await;
        });
        Self { heard }
    }

    /// Ends when the person has pressed Ctrl-C.
    pub(crate) async fn heard(&self) {
        let mut heard = self.heard.clone();
        if heard.wait_for(|heard| *heard).await.is_err() {
            std::future::pending().await
        }
    }

    /// What comes first: the end of the work, or Ctrl-C.
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
