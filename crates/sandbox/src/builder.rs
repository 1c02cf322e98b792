//! [`SandboxBuilder`]: the settings of a sandbox before it starts.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::Sandbox;
use crate::fault::FaultQueue;
use crate::requests::RequestLog;
use crate::router::RequestRouter;
use crate::server::Bound;
use crate::settings::{JobKind, Limits, Settings, Variation};
use crate::shared::Shared;
use crate::state::Store;
use mx_nexus::Secret;

/// The shortest timeout that a client can meet.
const SHORTEST: Duration = Duration::from_millis(1);
/// A longer timeout would overflow the clock.
const LONGEST: Duration = Duration::from_secs(60 * 60 * 24 * 365);

/// Settings of a [`Sandbox`]. From [`Sandbox::builder`].
///
/// Every time may be from zero to [`Duration::MAX`]. A token or session with a lifetime of zero is expired when it is issued; a job
/// that takes no time is finished at once.
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
    /// The port; default: any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The client id and the API key of the partner; default: `sandbox-client` and a random key.
    pub fn credentials(mut self, client_id: impl Into<String>, api_key: impl Into<Secret>) -> Self {
        self.settings.client_id = client_id.into();
        self.settings.api_key = Some(api_key.into());
        self
    }

    /// How long an ordinary job takes, without waiting for answers; default: two seconds.
    pub fn job_time(mut self, time: Duration) -> Self {
        self.settings.job_time = time;
        self
    }

    /// How many times longer a slow or delayed job takes; default: ten.
    pub fn slow_factor(mut self, factor: u32) -> Self {
        self.settings.slow_factor = factor;
        self
    }

    /// How long a challenge stays open before the job ends EXPIRED; default: five minutes.
    pub fn challenge_timeout(mut self, time: Duration) -> Self {
        self.settings.challenge_timeout = time;
        self
    }

    /// How long an API token is valid; default: ten minutes, as at MX.
    pub fn api_token_lifetime(mut self, time: Duration) -> Self {
        self.settings.api_token_lifetime = time;
        self
    }

    /// How long a session is valid after each call; default: thirty minutes, as at MX.
    pub fn session_lifetime(mut self, time: Duration) -> Self {
        self.settings.session_lifetime = time;
        self
    }

    /// How long a member may stay PENDING before it is deleted; default: an hour, as at MX.
    pub fn oauth_lifetime(mut self, time: Duration) -> Self {
        self.settings.oauth_lifetime = time;
        self
    }

    /// Owners have a first and a last name besides the full one, as MX does on request; default: no.
    pub fn split_names(mut self) -> Self {
        self.settings.splits_names = true;
        self
    }

    /// The partner opted in to use cases, so members need them.
    pub fn use_cases(mut self) -> Self {
        self.settings.has_use_cases = true;
        self
    }

    /// The partner may not start jobs of this kind: 403.
    pub fn without(mut self, product: JobKind) -> Self {
        self.settings.disabled_products.push(product);
        self
    }

    /// Answers in a way that is not the usual one. Can be called again for another one.
    pub fn vary(mut self, variation: Variation) -> Self {
        self.settings.variations.insert(variation);
        self
    }

    /// Timeouts for the head and for the body of a request; default: thirty seconds each. At least a millisecond, at most a year.
    pub fn request_timeouts(mut self, head: Duration, body: Duration) -> Self {
        self.limits.head_time = bounded(head);
        self.limits.body_time = bounded(body);
        self
    }

    /// Timeout for reading a response, after which the connection is reset; default: thirty seconds. At least a millisecond, at most a
    /// year.
    pub fn answer_timeout(mut self, time: Duration) -> Self {
        self.limits.answer_time = bounded(time);
        self
    }

    /// The largest request body, in bytes; default: 1 MiB. With 0 no body is accepted.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.limits.body_bytes = bytes;
        self
    }

    /// How many connections are open at a time; more wait. Default: 10,000; at least one.
    pub fn connection_limit(mut self, connections: usize) -> Self {
        self.limits.connections = connections.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// Starts the sandbox.
    ///
    /// # Errors
    ///
    /// When the port is not free.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime, or in one without I/O or time: see [its runtime](crate#runtime).
    pub async fn start(mut self) -> std::io::Result<Sandbox> {
        // Without time every connection would fail; here tokio panics with the reason.
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
            documents: Default::default(),
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
