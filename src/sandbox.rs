//! The whole of MX on this machine: an embedded, stateful server with invented banks and people. For the first minute with this
//! library, and for the tests of your own code. Needs the feature `sandbox`.
//!
//! ```
//! use std::time::Duration;
//! use mx_nexus::connect::{Entries, Search};
//! use mx_nexus::identity::{Polling, Step};
//! use mx_nexus::mdx::types::UserCreateRequest;
//! use mx_nexus::sandbox::Sandbox;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::builder().job_time(Duration::from_millis(20)).start().await?;
//! let nexus = sandbox.nexus().build()?;
//! nexus.users()?.ensure(UserCreateRequest::builder().id("U-39XBF7").try_into()?).await?;
//! let user = nexus.user("U-39XBF7");
//!
//! let banks = user.search_institutions(Search::by_name("MX Bank").identifying()).await?;
//! let bank = banks.into_iter().find_map(|bank| bank.guid).ok_or("there is no such bank")?;
//! let form = user.connect(bank).await?;
//! let mut entries = Entries::new();
//! for field in form.fields() {
//!     let entry = if field.html_input() == "password" { "challenge" } else { "mxuser" };
//!     entries = entries.with(field.guid(), entry);
//! }
//! let connection = form.submit(entries).await?;
//!
//! let quick = Polling::between(Duration::from_millis(5), Duration::from_millis(20));
//! let patience = Duration::from_secs(60);
//! let mut job = user.identify(connection.member()).polling(quick).patience(patience).start().await?;
//! let owners = loop {
//!     match job.next().await? {
//!         Step::Challenged(challenges) => job.answer(challenges.answer_all(|_| Ok::<_, std::io::Error>("correct"))?).await?,
//!         Step::Done(owners) => break owners,
//!         _ => {}
//!     }
//! };
//! assert!(!owners.is_empty());
//! sandbox.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! # What is there
//!
//! Three systems under one address: `/nexus`, `/sso` and `/mdx`. Users, tokens, sessions, members, jobs, questions and owners have
//! a state; every other operation answers with the example of MX's document, or with a plausible body. It is as strict as the
//! documents: media types, keys, tokens, parameters and bodies have to be right, and a refusal says what to send instead.
//!
//! # In other languages
//!
//! `GET /_sandbox` says what is where. Everything that [`Sandbox`] does can be asked for over HTTP below it: faults ([`Fault`] has
//! the JSON), the end of all sessions, the list of requests ([`Received`]), the jobs, and the documents with this address in them.
//! The key is not told there.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::{Environment, Nexus, NexusBuilder, Secret};

mod bank;
pub(crate) mod call;
mod contract;
mod control;
mod faces;
mod fault;
mod people;
mod requests;
mod route;
mod server;
mod world;

pub use fault::{Fault, FaultBody, FaultKind, InvalidFault};
pub use requests::Received;
pub use world::{JobKind, JobReport, JobState};

use route::{Premises, Route};
use server::{Bound, Limits, Server};
use world::{Settings, World};

/// MX on a port of this machine. From [`Sandbox::start`] or [`Sandbox::builder`]; when it is dropped, it ends.
///
/// ```
/// use mx_nexus::mdx::types::UserCreateRequest;
/// use mx_nexus::sandbox::Sandbox;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sandbox = Sandbox::start().await?;
/// let nexus = sandbox.nexus().build()?;
/// nexus.users()?.ensure(UserCreateRequest::builder().id("U-39XBF7").try_into()?).await?;
/// let members = nexus.user("U-39XBF7").api().await?.list_members().send().await?;
/// assert_eq!(members.members.as_deref().unwrap_or_default().len(), 0);
/// # Ok(())
/// # }
/// ```
#[must_use = "it ends when it is dropped"]
pub struct Sandbox {
    premises: Arc<Premises>,
    api_key: Secret,
    server: Server,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Sandbox")
            .field("address", &self.premises.address)
            .field("client_id", &self.premises.client_id)
            .finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Starts one on a free port, as MX is but for its jobs, which take two seconds.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub async fn start() -> std::io::Result<Self> {
        Self::builder().start().await
    }

    /// Begins to configure one.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::default()
    }

    /// Where it is, such as `http://127.0.0.1:49152`.
    pub fn address(&self) -> &str {
        &self.premises.address
    }

    /// The environment for [`Nexus::builder`].
    pub fn environment(&self) -> Environment {
        Self::environment_at(self.address())
    }

    /// The environment of a sandbox that another process serves, such as `nexus sandbox`, by its address.
    ///
    /// ```
    /// # fn example() -> Result<(), mx_nexus::Error> {
    /// use mx_nexus::Nexus;
    /// use mx_nexus::sandbox::Sandbox;
    ///
    /// let environment = Sandbox::environment_at("http://127.0.0.1:49152");
    /// let nexus = Nexus::builder(environment).credentials("sandbox-client", "the-printed-key").build()?;
    /// # Ok(())
    /// # }
    /// # example().unwrap();
    /// ```
    pub fn environment_at(address: &str) -> Environment {
        let address = address.trim_end_matches('/');
        Environment::at(format!("{address}/nexus"))
            .with_sso(format!("{address}/sso"))
            .with_mdx(format!("{address}/mdx"))
    }

    /// A client of this sandbox, with the credentials of its partner; only [`build`](NexusBuilder::build) is missing.
    pub fn nexus(&self) -> NexusBuilder {
        Nexus::builder(self.environment()).credentials(self.client_id(), self.api_key.clone())
    }

    /// The client id of its partner.
    pub fn client_id(&self) -> &str {
        &self.premises.client_id
    }

    /// The API key of its partner.
    pub fn api_key(&self) -> &Secret {
        &self.api_key
    }

    /// Asks for something to go wrong.
    ///
    /// ```
    /// use mx_nexus::RetryPolicy;
    /// # use mx_nexus::mdx::types::UserCreateRequest;
    /// use mx_nexus::sandbox::{Fault, Sandbox};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = Sandbox::start().await?;
    /// let nexus = sandbox.nexus().retry(RetryPolicy::off()).build()?;
    /// # nexus.users()?.ensure(UserCreateRequest::builder().id("U-39XBF7").try_into()?).await?;
    /// let api = nexus.user("U-39XBF7").api().await?;
    ///
    /// sandbox.fault(Fault::status(503).on("GET", "/members"))?;
    /// let error = api.list_members().send().await.unwrap_err();
    /// assert!(error.is_transient());
    /// assert!(api.list_members().send().await.is_ok());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When it cannot be, with the reason.
    pub fn fault(&self, fault: Fault) -> Result<(), InvalidFault> {
        self.premises.faults.add(fault)
    }

    /// The faults that have not all happened yet, with what is left of them.
    pub fn faults(&self) -> Vec<Fault> {
        self.premises.faults.list()
    }

    /// Forgets the faults that have not happened yet, and says how many they were.
    pub fn clear_faults(&self) -> usize {
        self.premises.faults.clear()
    }

    /// Ends all sessions now, and says how many they were: the next call with one is answered 401, code 4011.
    pub fn expire_sessions(&self) -> usize {
        self.premises.world.expire_sessions()
    }

    /// The last 10,000 requests to the systems of MX, the oldest first, with nothing secret in them.
    pub fn requests(&self) -> Vec<Received> {
        self.premises.requests.list()
    }

    /// The jobs of all members.
    pub fn jobs(&self) -> Vec<JobReport> {
        self.premises.world.jobs()
    }

    /// Takes in one more partner, with all products; its client is of [`Nexus::builder`] with the same
    /// [`environment`](Self::environment). A partner that is there gets the new key.
    pub fn add_partner(&self, client_id: &str, api_key: impl Into<Secret>) {
        self.premises.world.add_partner(client_id, api_key.into());
    }

    /// The partner may start jobs of this kind from now on.
    pub fn permit(&self, product: JobKind) {
        let world = &self.premises.world;
        world.set_product(self.client_id(), product, true);
    }

    /// The partner may not start jobs of this kind from now on: 403.
    pub fn forbid(&self, product: JobKind) {
        let world = &self.premises.world;
        world.set_product(self.client_id(), product, false);
    }

    /// The person has signed in on the OAuth page of a member. False when no such page was open.
    pub fn finish_oauth(&self, member: &str) -> bool {
        self.premises.world.authorise_oauth(member)
    }

    /// Ends it, and waits until the port is free and every connection closed: half a second at most for requests that are under
    /// way. Dropping it does the same without waiting.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

/// How a [`Sandbox`] is to be. From [`Sandbox::builder`].
///
/// ```
/// use std::time::Duration;
/// use mx_nexus::sandbox::Sandbox;
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
    /// otherwise.
    pub fn request_timeouts(mut self, head: Duration, body: Duration) -> Self {
        self.limits.head_time = head;
        self.limits.body_time = body;
        self
    }

    /// The largest body that is taken, in bytes. 1 MiB unless told otherwise.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.limits.body_bytes = bytes;
        self
    }

    /// How many connections are served at a time; more wait. 10,000 unless told otherwise.
    pub fn connection_limit(mut self, connections: usize) -> Self {
        self.limits.connections = connections;
        self
    }

    /// Starts it.
    ///
    /// # Errors
    ///
    /// When the port cannot be had.
    pub async fn start(self) -> std::io::Result<Sandbox> {
        let bound = Bound::on(self.port).await?;
        let address = format!("http://{}", bound.address);
        let world = World::new(self.settings);
        world.set_address(&address);
        let client_id = world.client_id();
        let api_key = world.api_key(&client_id).unwrap_or_else(|| Secret::new(""));
        let premises = Arc::new(Premises {
            address,
            client_id,
            world,
            faults: fault::board::FaultBoard::default(),
            requests: requests::RequestLog::default(),
        });
        let route = Arc::new(Route::new(Arc::clone(&premises), self.limits));
        Ok(Sandbox {
            premises,
            api_key,
            server: bound.serve(route, self.limits),
        })
    }
}
