//! [`SandboxBuilder`]: the settings of a sandbox before it starts.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use tokio::sync::Semaphore;

use crate::Sandbox;
use crate::origin::{AllowedSites, is_origin};
use crate::router::RequestRouter;
use crate::server::Bound;
use crate::settings::{JobKind, Limits, Settings, Variation};
use crate::shared::Shared;
use crate::times::Times;
use crate::world::{InvalidWorld, World};
use crate::worlds::Worlds;
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
    bind: Option<IpAddr>,
    port: u16,
    hosts: Vec<String>,
    cors: Option<String>,
    settings: Settings,
    limits: Limits,
}

impl SandboxBuilder {
    /// The port; default: any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The address of the network interface; default: `127.0.0.1`, which only this machine reaches.
    ///
    /// On another address, such as `0.0.0.0` in a container, everybody who reaches it can read and change everything. Requests name the
    /// sandbox by an IP address or by a name from [`allow_host`](Self::allow_host).
    pub fn bind(mut self, address: IpAddr) -> Self {
        self.bind = Some(address);
        self
    }

    /// Answers requests to this host name too, such as the name of a container. Other names are refused, because a web page can give
    /// one to this machine. Can be called again. On all interfaces (`0.0.0.0`) the first one is in [`Sandbox::address`].
    pub fn allow_host(mut self, name: impl Into<String>) -> Self {
        self.hosts.push(name.into());
        self
    }

    /// Lets web pages of this origin, such as `http://localhost:3000`, read and change everything (CORS); default: of none.
    pub fn cors(mut self, origin: impl Into<String>) -> Self {
        self.cors = Some(origin.into());
        self
    }

    /// The client id of the partner, with a random key; default: `sandbox-client`.
    pub fn client_id(mut self, client_id: impl Into<String>) -> Self {
        self.settings.client_id = client_id.into();
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

    /// How long ordinary jobs take, drawn anew for each; the draws are the same in every run.
    pub fn job_times(mut self, times: Times) -> Self {
        self.settings.job_times = Some(times);
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

    /// Chosen data: institutions, logins with their accounts and owners, users and members.
    ///
    /// # Errors
    ///
    /// When no sandbox can have this world, with the reason. One from a file was checked before.
    pub fn world(mut self, world: World) -> Result<Self, InvalidWorld> {
        world.check()?;
        self.settings.world = Arc::new(world);
        Ok(self)
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
    /// When the port is not free, or [`cors`](Self::cors) was given no origin.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime, or in one without I/O or time: see [its runtime](crate#runtime).
    pub async fn start(mut self) -> io::Result<Sandbox> {
        // Without time every connection would fail; here tokio panics with the reason.
        drop(tokio::time::sleep(Duration::ZERO));
        let cors = self.cors.as_deref().map(cors_header).transpose()?;
        let interface = self.bind.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let bound = Bound::on(interface, self.port).await?;
        let port = bound.address.port();
        let own = match (interface.is_unspecified(), self.hosts.first()) {
            (false, _) => bound.address.to_string(),
            (true, Some(host)) => format!("{host}:{port}"),
            (true, None) => format!("127.0.0.1:{port}"),
        };
        let address = format!("http://{own}");
        let sites = AllowedSites {
            own,
            hosts: self.hosts,
            is_public: !interface.is_loopback(),
            cors,
        };
        self.settings.address = address;
        let shared = Arc::new(Shared::new(self.settings.clone(), String::new()));
        let worlds = Worlds::new(Arc::clone(&shared), self.settings);
        let router = RequestRouter::new(Arc::clone(&shared), worlds, sites, self.limits);
        Ok(Sandbox {
            shared,
            server: bound.serve(router, self.limits),
        })
    }
}

fn cors_header(origin: &str) -> io::Result<HeaderValue> {
    let header = HeaderValue::from_str(origin).ok();
    header.filter(|_| is_origin(origin)).ok_or_else(|| {
        let message = format!("{origin:?} is no origin; one reads like http://localhost:3000");
        io::Error::new(io::ErrorKind::InvalidInput, message)
    })
}

fn bounded(time: Duration) -> Duration {
    time.clamp(SHORTEST, LONGEST)
}
