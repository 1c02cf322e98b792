//! [`Worker`]: serves the workflows to Restate.

use mx_nexus::jobs::Polling;
use restate_sdk::prelude::{Endpoint, HttpServer};
use tokio::net::TcpListener;

use crate::mx::Mx;
use crate::services;
use crate::step::Calls;
use crate::stop::StopSignal;

/// Runs the workflows of all kinds of jobs. Any number of workers with the same version may run, behind one address.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use mx_nexus_restate::{Mx, Worker};
///
/// let listener = tokio::net::TcpListener::bind("0.0.0.0:9080").await?;
/// let worker = Worker::new(Mx::from_environment()?);
/// worker.serve(listener, async { _ = tokio::signal::ctrl_c().await }).await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a worker does nothing until it serves"]
pub struct Worker {
    calls: Calls,
}

impl Worker {
    /// A worker with the library's polling.
    pub fn new(mx: Mx) -> Self {
        Self {
            calls: Calls {
                mx,
                polling: Polling::default(),
                stop: StopSignal::new(),
            },
        }
    }

    /// How often to poll.
    pub fn with_polling(mut self, polling: Polling) -> Self {
        self.calls.polling = polling;
        self
    }

    /// Serves until `stop` completes. Then calls of MX that are under way end and are journaled, and no call begins; Restate goes on
    /// with another worker.
    pub async fn serve(self, listener: TcpListener, stop: impl Future<Output = ()>) {
        let signal = self.calls.stop.clone();
        let server = HttpServer::new(self.endpoint());
        let stop = async {
            stop.await;
            signal.send();
        };
        server.serve_with_cancel(listener, stop).await;
    }

    /// The workflows, to serve them in another way.
    pub fn endpoint(&self) -> Endpoint {
        services::bind(self.calls.clone()).build()
    }
}
