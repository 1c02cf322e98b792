//! [`SandboxBuilder`]: how a sandbox is to be, until it starts.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::Sandbox;
use crate::fault::FaultQueue;
use crate::requests::RequestLog;
use crate::router::RequestRouter;
use crate::server::Bound;
use crate::settings::{JobKind, Limits, Settings};
use crate::shared::Shared;
use crate::state::Store;
use mx_nexus::Secret;

/// The shortest time that leaves a client the chance to be in it.
const SHORTEST: Duration = Duration::from_millis(1);
/// A longer time than this is as good as endless, and would overflow the clock.
const LONGEST: Duration = Duration::from_secs(60 * 60 * 24 * 365);

/// How a [`Sandbox`] is to be. From [`Sandbox::builder`].
///
/// Every time may be anything from nothing to [`Duration::MAX`]. What lives for no time, a token or a session, is expired when it
/// is made; what takes no time, such as a job, is over at once.
///
/// ```
/// use std::time::Duration;
/// use mx_nexus_sandbox::Sandbox;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let sandbox = Sandbox::builder()
///     .job_time(Duration::from_millis(50))
///     .session_lifetime(Duration::from_secs(1))
///     .start()
///     .await?;
/// assert!(sandbox.address().starts_with("http://127.0.0.1:"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct SandboxBuilder {
    port: u16,
    settings: Settings,
    limits: Limits,
}

impl SandboxBuilder {
    /// The port; any that is free unless told otherwise.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The client id and the API key of its partner; `sandbox-client` and a random key unless told otherwise.
    pub fn credentials(mut self, client_id: impl Into<String>, api_key: impl Into<Secret>) -> Self {
        self.settings.client_id = client_id.into();
        self.settings.api_key = Some(api_key.into());
        self
    }

    /// How long an ordinary job takes, without the time that a person needs to answer. Two seconds unless told otherwise.
    pub fn job_time(mut self, time: Duration) -> Self {
        self.settings.job_time = time;
        self
    }

    /// How many times longer a slow or delayed job takes. Ten unless told otherwise.
    pub fn slow_factor(mut self, factor: u32) -> Self {
        self.settings.slow_factor = factor;
        self
    }

    /// How long a question stays open before the job ends EXPIRED. Five minutes unless told otherwise.
    pub fn challenge_timeout(mut self, time: Duration) -> Self {
        self.settings.challenge_timeout = time;
        self
    }

    /// How long an API token can be spent. Ten minutes unless told otherwise, as at MX.
    pub fn api_token_lifetime(mut self, time: Duration) -> Self {
        self.settings.api_token_lifetime = time;
        self
    }

    /// How long a session lives after each call. Thirty minutes unless told otherwise, as at MX.
    pub fn session_lifetime(mut self, time: Duration) -> Self {
        self.settings.session_lifetime = time;
        self
    }

    /// How long a member may stay PENDING before it is deleted. An hour unless told otherwise, as at MX.
    pub fn oauth_lifetime(mut self, time: Duration) -> Self {
        self.settings.oauth_lifetime = time;
        self
    }

    /// Whether owners come with first and last name beside the full one, as MX does for those who ask. Not unless told.
    pub fn split_names(mut self) -> Self {
        self.settings.splits_names = true;
        self
    }

    /// The partner opted in to use cases, and has to name them.
    pub fn use_cases(mut self) -> Self {
        self.settings.has_use_cases = true;
        self
    }

    /// The partner may not start jobs of this kind: 403.
    pub fn without(mut self, product: JobKind) -> Self {
        self.settings.disabled_products.push(product);
        self
    }

    /// How long a client may take for the head of a request, and how long for its body. Thirty seconds each unless told
    /// otherwise; a millisecond at least, and a year at most.
    pub fn request_timeouts(mut self, head: Duration, body: Duration) -> Self {
        self.limits.head_time = bounded(head);
        self.limits.body_time = bounded(body);
        self
    }

    /// How long a client may take to read an answer before its connection is reset. Thirty seconds unless told otherwise; a millisecond
    /// at least, and a year at most.
    pub fn answer_timeout(mut self, time: Duration) -> Self {
        self.limits.answer_time = bounded(time);
        self
    }

    /// The largest body that is taken, in bytes. 1 MiB unless told otherwise; with 0 none is.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.limits.body_bytes = bytes;
        self
    }

    /// How many connections are served at a time; more wait. 10,000 unless told otherwise; one at least.
    pub fn connection_limit(mut self, connections: usize) -> Self {
        self.limits.connections = connections.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// Starts it.
    ///
    /// # Errors
    ///
    /// When the port cannot be had.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime, or in one without I/O or time: see [the runtime that it lives in](super#the-runtime-that-it-lives-in).
    pub async fn start(mut self) -> std::io::Result<Sandbox> {
        // Without time every connection would end in silence; here tokio says what is missing.
        drop(tokio::time::sleep(Duration::ZERO));
        let bound = Bound::on(self.port).await?;
        let address = format!("http://{}", bound.address);
        self.settings.address.clone_from(&address);
        let store = Store::new(self.settings);
        let client_id = store.client_id();
        let shared = Arc::new(Shared {
            address,
            client_id,
            store,
            faults: FaultQueue::default(),
            requests: RequestLog::default(),
        });
        let router = RequestRouter::new(Arc::clone(&shared), self.limits);
        Ok(Sandbox {
            shared,
            server: bound.serve(router, self.limits),
        })
    }
}

fn bounded(time: Duration) -> Duration {
    time.clamp(SHORTEST, LONGEST)
}
