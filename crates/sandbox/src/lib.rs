//! MX's APIs on a loopback port: an embedded, stateful server with fictitious banks and users, for a first try of the client
//! `mx-nexus` and for tests of your own code.
//!
//! ```
//! use std::time::Duration;
//! use mx_nexus::connect::{FormValues, Search};
//! use mx_nexus::identity::{Polling, Step};
//! use mx_nexus_sandbox::Sandbox;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::builder().job_time(Duration::from_millis(20)).start().await?;
//! let nexus = sandbox.nexus().build()?;
//! nexus.users()?.ensure("U-39XBF7").await?;
//! let user = nexus.user("U-39XBF7");
//!
//! let banks = user.search_institutions(Search::by_name("MX Bank").identifying()).await?;
//! let bank = banks.into_iter().find_map(|bank| bank.guid).ok_or("there is no such bank")?;
//! let form = user.connect(bank).await?;
//! let entries = form.fields().iter().map(|field| {
//!     let entry = if field.html_input() == "password" { "challenge" } else { "mxuser" };
//!     (field.guid(), entry)
//! });
//! let connection = form.submit(entries.collect()).await?;
//!
//! let quick = Polling::between(Duration::from_millis(5), Duration::from_millis(20));
//! let timeout = Duration::from_secs(60);
//! let mut job = user.identify(connection.member()).with_polling(quick).start(timeout).await?;
//! let owners = loop {
//!     match job.next().await? {
//!         Step::Challenged(challenges) => job.answer(challenges.answer_all(|_| Ok::<_, std::io::Error>("correct"))?).await?,
//!         Step::Done(owners) => break owners,
//!         Step::Running(_) => {}
//!     }
//! };
//! assert!(!owners.is_empty());
//! sandbox.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! # APIs
//!
//! Nexus, SSO and MDX Real Time are below `/nexus`, `/sso` and `/mdx`, Atrium below `/atrium`. They have state: what a call creates, changes
//! or deletes is what the user's later calls list and read, and an identifier that is unknown or another user's is refused with 404. Beats,
//! holdings, the accounts of a spending plan and the monthly cash flow profile, which no call creates, are the document's example at first.
//! These operations have no state, and answer with the example of MX's document, or with a sample of its schema:
//!
#![doc = include_str!("handlers/no_state.md")]
//!
//! Requests are checked against the documents: media types, keys, tokens, parameters and bodies. A refusal names what to send instead. Only
//! what is no HTTP/1.1 request (400), or has a head of more than 64 KiB (431), is refused without a body, and is not in the log.
//!
//! Transactions are there after a job that included them (`include_transactions`). Those of a [`World`] have its dates, at noon (UTC). Accounts
//! without chosen ones have 30 invented ones, one every three days: the first at the time when the member was created, the others before. They
//! were created and updated at that time too, until the user changes them. Lists are of all dates unless a call limits them; MX's are of the last
//! 120 days. The default categories have names like MX's and guids of their own; a category of a [`World`] is a default category too.
//!
//! Atrium has the same institutions, passwords, jobs and faults, and the key and client id of the same partner, but users of its own:
//! no API reads the users of the other. A user of Atrium is created in Atrium, or by [`Sandbox::add_atrium_user`].
//! Its limits are those of MX's development environment: 100 users and 25 members a user (405), and five checks of the balance of a
//! member within two hours (429). New credentials of a member start no job. [`Variation::Throttled`] has MX's other limits.
//!
//! MX's test session is there too: `MD-SESSION-TOKEN: test_session`, with static data. MX's guide reads
//! `GET /members/test_nexus_member/identity` in it, which is answered, but is probably a slip for `POST …/identify`.
//!
//! # Banks and passwords
//!
#![doc = include_str!("bank/banks.md")]
//!
//! # Chosen data
//!
//! A [`World`], in code or from a file, has institutions, what logins find at their banks, and users with members. Results of a login of
//! the world are as they are there, whichever job gathered them.
//!
//! # Control API
//!
//! Programs in other languages start `nexus sandbox` (package `mx-nexus-cli`), which prints the addresses and the key as lines
//! `export NAME=VALUE`, and do over HTTP, in JSON, what [`Sandbox`] does in Rust. `GET /_sandbox` lists everything but the key, and a browser gets a page at `/`.
//! Parallel tests share a sandbox by isolated worlds: `POST /_sandbox/worlds`.
//!
//! As at MX, opening a session aggregates the user's members, and an identification is refused with 409 until that is finished. Open
//! it with `{"session": {"skip_aggregation": true}}`, as the client does.
//!
//! A refusal is `{"error": {"message": …}}`, with advice in the message. A body needs `Content-Type: application/json` (415).
//!
#![doc = include_str!("control.md")]
//!
//! # Who can use it
//!
//! The sandbox listens on the loopback address only, unless [`SandboxBuilder::bind`] sets another. What a web page sends through a browser
//! on this machine is refused: 421 when the header `Host` does not name this machine, 403 for a change from another origin. There are no CORS
//! headers. [`SandboxBuilder::allow_host`] and [`SandboxBuilder::cors`] make exceptions.
//!
//! # Runtime
//!
//! A sandbox runs in the tokio runtime that started it, which needs I/O and time (`enable_all`).
//!
//! - It stops with that runtime. A sandbox that a `#[tokio::test]` starts and keeps in a `static` refuses the connections of later
//!   tests; only its records, such as [`Sandbox::requests`], can still be read. Start one in every test, which is cheap, or keep
//!   the runtime too.
//! - It needs that runtime to run. A blocking client on the only thread of a `current_thread` runtime waits for ever.
//! - It uses the clock of that runtime. With `start_paused` the clock jumps whenever all tasks wait: a job of an hour takes no time,
//!   and `tokio::time::advance` expires sessions, if the client is in the same runtime. A client in another thread or process times
//!   out at once, and so does a client that waits less long than a fault delays its response.

#![forbid(unsafe_code)]
#![deny(missing_docs, missing_debug_implementations)]

use std::fmt;
use std::sync::Arc;

use mx_nexus::atrium::AtriumBuilder;
use mx_nexus::values::{MemberGuid, UserGuid};
use mx_nexus::{Atrium, Environment, Nexus, NexusBuilder, Secret};

mod api;
mod bank;
mod body;
mod builder;
mod call;
mod contract;
mod control;
mod fault;
mod guids;
mod handlers;
mod origin;
mod requests;
mod router;
mod server;
mod settings;
mod shared;
mod socket;
mod state;
mod times;
pub mod world;
mod worlds;

pub use builder::SandboxBuilder;
pub use fault::{Fault, FaultBody, FaultKind, InvalidFault, Lag};
pub use requests::RecordedRequest;
pub use settings::{JobKind, Variation};
pub use state::{InvalidUser, JobReport, JobState};
pub use times::Times;

use server::Server;
use shared::Shared;
use state::Consent;
use world::{InvalidWorld, Member, World};

/// MX's APIs on a loopback port. From [`Sandbox::start`] or [`Sandbox::builder`]; dropped, it stops.
#[must_use = "it stops when it is dropped"]
pub struct Sandbox {
    shared: Arc<Shared>,
    server: Server,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Sandbox")
            .field("address", &self.shared.address)
            .field("client_id", &self.shared.client_id)
            .finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Starts a sandbox with MX's settings on a free port; its jobs take two seconds.
    ///
    /// # Errors
    ///
    /// When no port is free.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime, or in one without I/O or time: see [its runtime](crate#runtime).
    pub async fn start() -> std::io::Result<Self> {
        Self::builder().start().await
    }

    /// A builder with MX's settings.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::default()
    }

    /// Its address, such as `http://127.0.0.1:49152`.
    pub fn address(&self) -> &str {
        &self.shared.address
    }

    /// The environment for [`Nexus::builder`] and [`Atrium::builder`]. For a sandbox in another process, such as `nexus sandbox`,
    /// [`Environment::sandbox`] makes it of the address.
    pub fn environment(&self) -> Environment {
        Environment::sandbox(self.address())
    }

    /// A builder of a client for this sandbox, with the credentials of its partner.
    pub fn nexus(&self) -> NexusBuilder {
        Nexus::builder(self.environment()).credentials(self.client_id(), self.api_key())
    }

    /// A builder of a client of Atrium for this sandbox, with the same credentials.
    pub fn atrium(&self) -> AtriumBuilder {
        Atrium::builder(self.environment()).credentials(self.client_id(), self.api_key())
    }

    /// The client id of the first partner.
    pub fn client_id(&self) -> &str {
        &self.shared.client_id
    }

    /// The API key of the first partner; [`add_partner`](Self::add_partner) can change it.
    pub fn api_key(&self) -> Secret {
        let key = self.shared.store.api_key(self.client_id());
        // Partners are never removed, and this one is added by the constructor.
        key.unwrap_or_else(|| Secret::new(""))
    }

    /// Adds a fault.
    ///
    /// ```
    /// use mx_nexus::RetryPolicy;
    /// # use mx_nexus::mdx::types::UserCreateRequest;
    /// use mx_nexus_sandbox::{Fault, Sandbox};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = Sandbox::start().await?;
    /// let nexus = sandbox.nexus().retry(RetryPolicy::off()).build()?;
    /// # nexus.users()?.ensure("U-39XBF7").await?;
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
    /// When it cannot happen, with the reason.
    pub fn fault(&self, fault: Fault) -> Result<(), InvalidFault> {
        self.shared.faults.add(fault)
    }

    /// The faults that have not all happened; their `times` and `skip` count down.
    pub fn faults(&self) -> Vec<Fault> {
        self.shared.faults.list()
    }

    /// Removes all faults, and returns how many.
    pub fn clear_faults(&self) -> usize {
        self.shared.faults.clear()
    }

    /// Ends all sessions, and returns how many: the next call of each is refused with 401, code 4011.
    pub fn expire_sessions(&self) -> usize {
        self.shared.store.expire_sessions()
    }

    /// Ends the sessions of one user of the first partner, by the partner's id of it, and returns how many.
    pub fn expire_sessions_of(&self, user_id: &str) -> usize {
        self.shared.store.expire_sessions_of(user_id)
    }

    /// Clears the log of requests, and returns how many there were.
    pub fn clear_requests(&self) -> usize {
        self.shared.requests.clear()
    }

    /// The last 10,000 requests to MX's APIs, without secrets, in the order of their responses: a request that a fault delays is
    /// added with its response. Requests to `/_sandbox` and malformed ones are not in it. [`jobs`](Self::jobs) counts all starts.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.requests.list()
    }

    /// Finishes all running jobs now, or plays them to their challenges, and returns how many.
    ///
    /// ```
    /// # use std::time::Duration;
    /// use mx_nexus_sandbox::Sandbox;
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
        self.shared.store.finish_jobs()
    }

    /// The jobs of all members with their current state, by the guid of the member and in the order of their starts. The last 20 of
    /// a member are kept, until it is deleted; [`JobReport::count`] counts all.
    pub fn jobs(&self) -> Vec<JobReport> {
        self.shared.store.jobs()
    }

    /// Adds a member to a user, who is created if missing. The bank of the member knows all passwords, and the member was not
    /// aggregated.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use mx_nexus::identity::Polling;
    /// use mx_nexus_sandbox::Sandbox;
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
    /// When MX would refuse the id of the user.
    pub fn add_member(&self, user_id: &str, password: &str) -> Result<MemberGuid, InvalidUser> {
        let added = self
            .shared
            .store
            .add_member(user_id, &member_with(password));
        added.map(MemberGuid::from)
    }

    /// Adds a member with a chosen login, institution or jobs before to a user, who is created if missing.
    ///
    /// ```
    /// use mx_nexus_sandbox::world::Member;
    /// use mx_nexus_sandbox::{JobKind, Sandbox};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = Sandbox::start().await?;
    /// let member = Member::new("ann").at("MX Bank").after(JobKind::Aggregation);
    /// let member = sandbox.add_chosen_member("U-39XBF7", member)?;
    ///
    /// let api = sandbox.nexus().build()?.user("U-39XBF7").api().await?;
    /// let accounts = api.list_member_accounts().member_guid(member).send().await?.into_inner();
    /// assert_eq!(accounts.accounts.unwrap_or_default().len(), 3);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When MX would refuse the id of the user, the member or one of its jobs, or there is no such institution.
    pub fn add_chosen_member(
        &self,
        user_id: &str,
        member: Member,
    ) -> Result<MemberGuid, InvalidUser> {
        let added = self.shared.store.add_member(user_id, &member);
        added.map(MemberGuid::from)
    }

    /// Goes back to the start: the users and members of the world, no session, no fault, an empty log, the variations of the builder.
    /// The partners stay, with their keys and products.
    pub fn reset(&self) {
        self.shared.reset(None);
    }

    /// Replaces the chosen data, and [resets](Self::reset).
    ///
    /// # Errors
    ///
    /// When no sandbox can have this world, with the reason.
    pub fn set_world(&self, world: World) -> Result<(), InvalidWorld> {
        world.check()?;
        self.shared.reset(Some(world));
        Ok(())
    }

    /// The user of Atrium with this identifier, who is created if missing. Atrium's limit of 100 users is not applied.
    ///
    /// # Errors
    ///
    /// None now: Atrium takes any identifier.
    pub fn add_atrium_user(&self, identifier: &str) -> Result<UserGuid, InvalidUser> {
        let added = self.shared.store.add_atrium_user(identifier);
        added.map(UserGuid::from)
    }

    /// Adds a member to a user of Atrium, as [`add_member`](Self::add_member) does to a user of Nexus.
    ///
    /// ```
    /// use mx_nexus_sandbox::Sandbox;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = Sandbox::start().await?;
    /// let user = sandbox.add_atrium_user("U-39XBF7")?;
    /// let member = sandbox.add_atrium_member(&user, "challenge")?;
    ///
    /// let atrium = sandbox.atrium().build()?;
    /// let read = atrium.api().read_member().user_guid(&user).member_guid(&member).send().await?;
    /// let read = read.into_inner().member.ok_or("no member")?;
    /// assert_eq!(read.user_guid, Some(user));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When Atrium does not have the user.
    pub fn add_atrium_member(
        &self,
        user: &UserGuid,
        password: &str,
    ) -> Result<MemberGuid, InvalidUser> {
        let added = self
            .shared
            .store
            .add_atrium_member(user.as_str(), &member_with(password));
        added.map(MemberGuid::from)
    }

    /// Adds a partner with all products, or changes the key of an existing one, also of the first. Then [`api_key`](Self::api_key) and
    /// [`nexus`](Self::nexus) have the new key; earlier clients are refused where they need a key, but keep their sessions.
    pub fn add_partner(&self, client_id: &str, api_key: impl Into<Secret>) {
        self.shared.store.add_partner(client_id, api_key.into());
    }

    /// Allows the partner to start jobs of this kind.
    pub fn permit(&self, product: JobKind) {
        let store = &self.shared.store;
        store.set_product(self.client_id(), product, true);
    }

    /// Forbids the partner to start jobs of this kind: 403. Nor do they start with another request, as an aggregation does with a
    /// new member.
    pub fn forbid(&self, product: JobKind) {
        let store = &self.shared.store;
        store.set_product(self.client_id(), product, false);
    }

    /// The variations that are on.
    pub fn variations(&self) -> Vec<Variation> {
        self.shared.store.variations()
    }

    /// Turns these variations on, and all others off.
    pub fn set_variations(&self, variations: impl IntoIterator<Item = Variation>) {
        let store = &self.shared.store;
        store.set_variations(variations.into_iter().collect());
    }

    /// Signs in on the OAuth page of a member. False when no page is open, or the user is disabled.
    pub fn finish_oauth(&self, member: &str) -> bool {
        let store = &self.shared.store;
        store.finish_oauth(member, Consent::Given)
    }

    /// Declines on the OAuth page of a member, which is DENIED until a sign-in at a new address. False when no page is open.
    pub fn decline_oauth(&self, member: &str) -> bool {
        let store = &self.shared.store;
        store.finish_oauth(member, Consent::Declined)
    }

    /// Stops the sandbox, and waits until the port is free and every connection closed; open requests have a quarter of a second.
    /// Dropping it stops it without waiting.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

fn member_with(password: &str) -> Member {
    Member::default().password(password)
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
