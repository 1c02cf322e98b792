//! [`Worker`]: serves the workflows to Restate.

use mx_nexus::jobs::Polling;
use restate_sdk::prelude::{Endpoint, HttpServer};
use tokio::net::TcpListener;

use crate::error::Error;
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
/// worker.serve(listener, async { _ = tokio::signal::ctrl_c().await }).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a worker does nothing until it serves"]
pub struct Worker {
    calls: Calls,
    identity_key: Option<String>,
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
            identity_key: None,
        }
    }

    /// Refuses requests that are not signed by the server with this public key, `publickeyv1_…`.
    pub fn with_identity_key(mut self, key: impl Into<String>) -> Self {
        self.identity_key = Some(key.into());
        self
    }

    /// How often to poll.
    pub fn with_polling(mut self, polling: Polling) -> Self {
        self.calls.polling = polling;
        self
    }

    /// Serves until `stop` completes. Then calls of MX that are under way end and are journaled, and no call begins; Restate goes on
    /// with another worker.
    ///
    /// # Errors
    ///
    /// When the identity key is invalid.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()>,
    ) -> Result<(), Error> {
        let signal = self.calls.stop.clone();
        let stop = async {
            stop.await;
            signal.send();
        };
        let server = HttpServer::new(self.endpoint()?);
        server.serve_with_cancel(listener, stop).await;
        Ok(())
    }

    /// The workflows, to serve them in another way.
    ///
    /// # Errors
    ///
    /// When the identity key is invalid.
    pub fn endpoint(&self) -> Result<Endpoint, Error> {
        let workflows = services::bind(self.calls.clone());
        let Some(key) = &self.identity_key else {
            return Ok(workflows.build());
        };
        let keyed = workflows.identity_key(key);
        let keyed = keyed
            .map_err(|_| Error::configuration("the identity key is no public key of Restate"))?;
        Ok(keyed.build())
    }
}
