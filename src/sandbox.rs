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
//! let mut job = user.identify(connection.member()).with_polling(quick).start(patience).await?;
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
//! a state, and so have the accounts that a job gathered; every other operation answers with the example of MX's document, or with a
//! plausible body. It is as strict as the documents: media types, keys, tokens, parameters and bodies have to be right, and a refusal
//! says what to send instead.
//!
//! # Banks and passwords
//!
#![doc = include_str!("sandbox/bank/banks.md")]
//!
//! # In other languages
//!
//! `GET /_sandbox` says what is where. What [`Sandbox`] does can be asked for over HTTP below it, in JSON. The key is not told
//! there: `nexus sandbox` prints it, line by line as `export NAME=VALUE`; in Rust give one with [`SandboxBuilder::credentials`].
//!
//! As at MX, opening a session aggregates the user's members, and an identification meets 409 until that is over. Open it with
//! `{"session": {"skip_aggregation": true}}`, as this library does.
//!
//! | request | answer |
//! |---|---|
//! | `POST /_sandbox/faults` with a [`Fault`] | 201 with the same; 400 `{"error": {"message": …}}` when it cannot be |
//! | `GET /_sandbox/faults` | `{"faults": […]}`, those that have not all happened, with what is left of `times` and `skip` |
//! | `DELETE /_sandbox/faults` | `{"cleared": 2}` |
//! | `POST /_sandbox/sessions/expire` | `{"expired": 1}` |
//! | `GET /_sandbox/requests` | `{"requests": […]}`, each a [`Received`], the oldest first |
//! | `DELETE /_sandbox/requests` | `{"cleared": 12}` |
//! | `GET /_sandbox/jobs` | `{"jobs": […]}`, each a [`JobReport`] |
//! | `POST /_sandbox/jobs/finish` | `{"finished": 1}`: all jobs that run come to their ends, or to their questions |
//! | `POST /_sandbox/members` with `{"user_id": "U-39XBF7", "password": "challenge"}` | 201 `{"member": "MBR-…"}`, as [`Sandbox::add_member`]; 400 `{"error": {"message": …}}` when MX would not take the user |
//! | `POST /_sandbox/oauth/{member}` | `{"signed_in": true}`: the person signs in; 404 when no page of the member is open |
//! | `POST /_sandbox/oauth/{member}/decline` | `{"signed_in": false}`: the person declines; 404 as above |
//! | `GET /_sandbox/openapi/nexus.json` | the document with this address in it; also `sso.json` and `mdx.json` |
//!
//! What is not there, or not right, is refused with `{"error": {"message": …}}`, which says what to do.
//!
//! ## What is answered
//!
#![doc = include_str!("sandbox/control.md")]
//!
//! # The runtime that it lives in
//!
//! A sandbox lives in the tokio runtime that started it, which needs I/O and time (`enable_all`).
//!
//! - It ends with that runtime. One that is started in a `#[tokio::test]` and kept in a `static` is gone when that test is over:
//!   connections of the tests after it are refused. What it knows, such as [`Sandbox::requests`], can still be read. Start one in
//!   every test, which takes a moment only, or keep the runtime as well.
//! - It answers while that runtime runs. A blocking client on the only thread of a `current_thread` runtime waits for ever.
//! - It goes by the clock of that runtime. With `start_paused` the clock jumps ahead whenever nothing else is ready: a job of an hour
//!   takes no time, and `tokio::time::advance` ends sessions, as long as the client is in the same runtime. A client elsewhere,
//!   in another thread or process, is as slow as can be: while the sandbox waits for its next word, the time for that is over
//!   already, and it is cut off. And a fault that delays an answer for longer than the client waits is a timeout, at once.

use std::fmt;
use std::sync::Arc;

use crate::values::MemberGuid;
use crate::{Environment, Error, Nexus, NexusBuilder, Secret};

mod bank;
mod builder;
pub(crate) mod call;
mod contract;
mod control;
mod faces;
mod fault;
mod people;
mod promise;
mod requests;
mod route;
mod server;
mod world;

pub use builder::SandboxBuilder;
pub use fault::{Fault, FaultBody, FaultKind, InvalidFault};
pub use requests::Received;
pub use world::{JobKind, JobReport, JobState};

use route::Premises;
use server::Server;
use world::Consent;

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
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime, or in one without I/O or time: see [the runtime that it lives in](self#the-runtime-that-it-lives-in).
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
        Nexus::builder(self.environment()).credentials(self.client_id(), self.api_key())
    }

    /// The client id of its partner.
    pub fn client_id(&self) -> &str {
        &self.premises.client_id
    }

    /// The API key of its partner: the latest one, when [`add_partner`](Self::add_partner) has changed it.
    pub fn api_key(&self) -> Secret {
        let key = self.premises.world.api_key(self.client_id());
        // A partner is never taken away, and this one is there from the start.
        key.unwrap_or_else(|| Secret::new(""))
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

    /// Forgets the requests so far, and says how many they were: for a test that counts from here.
    ///
    /// ```
    /// # use mx_nexus::mdx::types::UserCreateRequest;
    /// use mx_nexus::sandbox::Sandbox;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = Sandbox::start().await?;
    /// let nexus = sandbox.nexus().build()?;
    /// # nexus.users()?.ensure(UserCreateRequest::builder().id("U-39XBF7").try_into()?).await?;
    /// let api = nexus.user("U-39XBF7").api().await?;
    ///
    /// sandbox.clear_requests();
    /// api.list_members().send().await?;
    /// let operations: Vec<_> = sandbox.requests().iter().map(|one| one.operation).collect();
    /// assert_eq!(operations, [Some("listMembers")]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn clear_requests(&self) -> usize {
        self.premises.requests.clear()
    }

    /// The requests to the systems of MX, with nothing secret in them, in the order in which they were answered. A request under
    /// way is not among them: one that a fault holds back comes when its answer goes out. Those to `/_sandbox`, and what was
    /// no HTTP, are not noted. The last 10,000 are kept.
    pub fn requests(&self) -> Vec<Received> {
        self.premises.requests.list()
    }

    /// Lets every job that runs come to its end now, or to the question that it has to wait with, and says how many they were: for
    /// tests that have no time for banks.
    ///
    /// ```
    /// # use std::time::Duration;
    /// use mx_nexus::sandbox::Sandbox;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = Sandbox::builder().job_time(Duration::from_secs(3600)).start().await?;
    /// let member = sandbox.add_member("U-39XBF7", "challenge")?;
    /// let api = sandbox.nexus().build()?.user("U-39XBF7").api().await?;
    /// api.identify_member().member_guid(&member).send().await?;
    ///
    /// assert_eq!(sandbox.finish_jobs(), 1);
    /// let open = api.list_member_challenges().member_guid(&member).send().await?;
    /// assert_eq!(open.challenges.as_deref().unwrap_or_default().len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn finish_jobs(&self) -> usize {
        self.premises.world.finish_jobs()
    }

    /// The jobs of all members, by the guid of the member, and each member's in the order in which they started. The last 20 of a
    /// member are kept, until it is deleted; [`JobReport::count`] goes on counting. How they stand is looked up now.
    pub fn jobs(&self) -> Vec<JobReport> {
        self.premises.world.jobs()
    }

    /// Adds a member of a user without the way to it; the user is made when it is not there. The member is of a bank that knows
    /// the passwords of MX Bank and more besides, and has not been aggregated.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use mx_nexus::identity::Polling;
    /// use mx_nexus::sandbox::Sandbox;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let quick = Polling::between(Duration::from_millis(5), Duration::from_millis(20));
    /// let sandbox = Sandbox::builder().job_time(Duration::from_millis(20)).start().await?;
    /// let member = sandbox.add_member("U-39XBF7", "LOCKED")?;
    ///
    /// let user = sandbox.nexus().build()?.user("U-39XBF7");
    /// let job = user.identify(member).with_polling(quick);
    /// let error = job.run(Duration::from_secs(60), async |_| None).await.unwrap_err();
    /// assert_eq!(error.remedy(), Some(mx_nexus::identity::Remedy::ActAtInstitution));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When MX would not take the id of the user.
    pub fn add_member(&self, user_id: &str, password: &str) -> Result<MemberGuid, Error> {
        let added = self.premises.world.add_member(user_id, password);
        added
            .map(MemberGuid::from)
            .map_err(|reason| Error::request(None, reason))
    }

    /// Takes in one more partner, with all products; its client is of [`Nexus::builder`] with the same
    /// [`environment`](Self::environment). A partner that is there keeps what it has and gets the new key, its first one as well:
    /// a key that is changed in the middle. Then [`api_key`](Self::api_key) and [`nexus`](Self::nexus) have the new key, and clients
    /// from before are refused where they need a key, while their sessions live on.
    pub fn add_partner(&self, client_id: &str, api_key: impl Into<Secret>) {
        self.premises.world.add_partner(client_id, api_key.into());
    }

    /// The partner may start jobs of this kind from now on.
    pub fn permit(&self, product: JobKind) {
        let world = &self.premises.world;
        world.set_product(self.client_id(), product, true);
    }

    /// The partner may not start jobs of this kind from now on: 403. Nor do they start by the way, as an aggregation does when a member
    /// is made.
    pub fn forbid(&self, product: JobKind) {
        let world = &self.premises.world;
        world.set_product(self.client_id(), product, false);
    }

    /// The person has signed in on the OAuth page of a member. False when no such page was open, or the user is disabled.
    pub fn finish_oauth(&self, member: &str) -> bool {
        let world = &self.premises.world;
        world.finish_oauth(member, Consent::Given)
    }

    /// The person has declined on the OAuth page of a member, which becomes DENIED until they sign in at a fresh address. False when
    /// no such page was open.
    pub fn decline_oauth(&self, member: &str) -> bool {
        let world = &self.premises.world;
        world.finish_oauth(member, Consent::Declined)
    }

    /// Ends it, and waits until the port is free and every connection closed: a quarter of a second at most for requests that are under
    /// way. Dropping it does the same without waiting.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}
