//! The guide: from nothing to owners, to challenges in a web application, to a fleet, to tests of your own. It is
//! documentation only: a program that is compiled does not have these modules.
//!
//! 1. [`owners`]: the first identification, and what can come of it.
//! 2. [`web`]: a challenge that is asked in one request and answered in another, by another process.
//! 3. [`fleets`]: a million users, a few at a time.
//! 4. `testing`: your own code against typed mocks (feature `mock`).
//! 5. [`engines`]: one call a step, for durable engines.

/// The first identification.
///
/// # A partner, a user, a member
///
/// [`Nexus`](crate::Nexus) is the partner: make one and keep it. A [`User`](crate::User) is an end user by the id that you gave it
/// in MDX Real Time; if it is not there yet, [`Users::ensure`](crate::mdx::Users::ensure) makes it. A member is the user's
/// connection to one institution; [`connect`](crate::connect) leads there from the institution's name.
///
/// ```no_run
/// use mx_nexus::connect::{Entries, Search};
/// use mx_nexus::mdx::types::UserCreateRequest;
/// use mx_nexus::{Environment, Nexus};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let nexus = Nexus::builder(Environment::integration())
///     .credentials("my-client", std::env::var("MX_API_KEY")?)
///     .build()?;
/// nexus.users()?.ensure(UserCreateRequest::builder().id("U-39XBF7").try_into()?).await?;
/// let user = nexus.user("U-39XBF7");
///
/// let found = user.search_institutions(Search::by_name("MX Bank").identifying()).await?;
/// let bank = found.into_iter().find_map(|bank| bank.guid).ok_or("no such bank")?;
/// let form = user.connect(bank).await?.with_external_guid("connection-77");
/// let mut entries = Entries::new();
/// for field in form.fields() {
///     entries = entries.with(field.guid(), "what the person entered");
/// }
/// let connection = form.submit(entries).await?;
/// println!("{}", connection.member());
/// # Ok(())
/// # }
/// ```
///
/// Where the form has no fields the bank signs people in by OAuth: submit it as it is, and let the person open
/// [`Connection::oauth_window`](crate::connect::Connection::oauth_window). The identifier of yours is worth its line: when the answer to
/// the creation is lost, it finds the member that was made all the same.
///
/// # See it through
///
/// [`run`](crate::identity::Identify::run) is the shortest way: it polls, and asks you whenever MX asks. The patience is the budget for
/// MX's work; a person's time does not count against it. Some institutions take minutes.
///
/// ```no_run
/// use std::time::Duration;
/// use mx_nexus::identity::{Challenges, Remedy};
///
/// # async fn form_for(_: &Challenges) -> Option<mx_nexus::identity::Answers> { None }
/// # async fn example(user: mx_nexus::User) {
/// let outcome = user
///     .identify("MBR-1")
///     .checking_institution()
///     .patience(Duration::from_secs(300))
///     .run(async |challenges| form_for(&challenges).await)
///     .await;
/// match outcome {
///     Ok(owners) => {
///         for owner in &owners {
///             let name = owner.owner_name.as_deref().unwrap_or("unnamed");
///             println!("{} owns {:?}", name, owner.account_guid);
///         }
///     }
///     Err(error) => match error.remedy() {
///         Some(Remedy::UpdateCredentials) => println!("show the form of user.mend(member)"),
///         Some(Remedy::FinishOauth) => println!("open {:?}", error.oauth_window().is_some()),
///         Some(remedy) => println!("{remedy}"),
///         None if error.is_resumable() => println!("save {:?} and resume", error.handle()),
///         None => println!("{error}"),
///     },
/// }
/// # }
/// ```
///
/// Names, addresses and numbers print as `[personal]` and `[number]` in `Debug`; they dereference to `str` where you need them.
pub mod owners {}

/// A challenge in a web application: two requests, two processes.
///
/// Save the [`JobHandle`](crate::identity::JobHandle) around every call: before it what
/// [`handle_in_flight`](crate::identity::Job::handle_in_flight) says, so that a process that dies in the middle of the start cannot lead
/// to a second one, and after it the handle as it is. It holds ids only, so it may go into a table or a cookie of yours; the process
/// that gets the person's answer need not be the one that started the job.
///
/// ```no_run
/// use std::time::Duration;
/// use mx_nexus::identity::{Answers, Job, JobHandle, Step};
/// use mx_nexus::Nexus;
///
/// # type Failure = Box<dyn std::error::Error>;
/// # async fn save(_: &JobHandle) -> Result<(), Failure> { Ok(()) }
/// # async fn load(_: &str) -> Result<JobHandle, Failure> { Err("nothing".into()) }
/// const PATIENCE: Duration = Duration::from_secs(25);
///
/// /// One call, with its handle saved on both sides.
/// async fn step(job: &mut Job) -> Result<Step, Failure> {
///     save(&job.handle_in_flight()).await?;
///     let step = job.poll().await;
///     save(job.handle()).await?;
///     Ok(step?)
/// }
///
/// /// POST /identifications
/// async fn begin(nexus: &Nexus, user_id: &str, member: &str) -> Result<(), Failure> {
///     let mut job = nexus.user(user_id).identify(member).patience(PATIENCE).prepare();
///     while !job.handle().has_started() {
///         step(&mut job).await?;
///     }
///     Ok(())
/// }
///
/// /// GET /identifications/{id}: what to show now.
/// async fn show(nexus: &Nexus, id: &str) -> Result<String, Failure> {
///     let handle = load(id).await?;
///     let user = nexus.user(handle.user_id().unwrap_or_default());
///     let mut job = user.resume(handle).patience(PATIENCE);
///     Ok(match step(&mut job).await? {
///         Step::Running(_) => "please wait".to_owned(),
///         Step::Challenged(challenges) => {
///             challenges.iter().map(|challenge| challenge.label()).collect::<Vec<_>>().join("\n")
///         }
///         Step::Done(owners) => format!("{} owners", owners.len()),
///         _ => String::new(),
///     })
/// }
///
/// /// POST /identifications/{id}/answers
/// async fn answer(nexus: &Nexus, id: &str, given: Vec<(String, String)>) -> Result<(), Failure> {
///     let handle = load(id).await?;
///     let user = nexus.user(handle.user_id().unwrap_or_default());
///     let mut job = user.resume(handle).patience(PATIENCE);
///     // Finds the open questions again, so that the answers can be checked against them.
///     step(&mut job).await?;
///     let answers = given.into_iter().fold(Answers::new(), |answers, (guid, value)| answers.with(guid, value));
///     job.answer(answers).await?;
///     save(job.handle()).await
/// }
/// ```
pub mod web {}

/// Many users: a [`Fleet`](crate::fleet::Fleet).
///
/// A job that waits costs its state and nothing else, so thousands fit into one process. The bound is on calls under way. When the
/// process has to go, [`stop`](crate::fleet::Fleet::stop) lets those end and hands out the rest as handles.
///
/// ```no_run
/// use std::time::Duration;
/// use mx_nexus::fleet::Outcome;
///
/// # async fn deploy_is_waiting() {}
/// # fn store<T>(_: T) {}
/// # async fn example(nexus: mx_nexus::Nexus, members: Vec<(String, String)>) {
/// let mut fleet = nexus.fleet(Duration::from_secs(900)).concurrency(64);
/// for (user, member) in &members {
///     fleet.identify(&nexus.user(user), member.as_str());
/// }
/// let mut goodbye = std::pin::pin!(deploy_is_waiting());
/// loop {
///     tokio::select! {
///         event = fleet.next() => match event {
///             Some(event) => match event.outcome {
///                 Outcome::Done(owners) => store(owners),
///                 // A person is needed: the handle goes to the web application.
///                 Outcome::Challenged(_) => store(fleet.hand_over(event.job)),
///                 // Out of patience, or of luck: another fleet may go on later.
///                 Outcome::Failed(error) if error.is_resumable() => store(error.handle().clone()),
///                 _ => {}
///             },
///             None => break,
///         },
///         () = &mut goodbye => break,
///     }
/// }
/// let stopped = fleet.stop().await;
/// store(stopped.events);
/// store(stopped.unfinished);
/// # }
/// ```
pub mod fleets {}

/// Tests of your own code: typed mocks, feature `mock`.
///
/// The mocks are made of the same document as the client. In a test point the client at the mock server, and poll without delay.
///
/// ```
/// use std::time::Duration;
/// use mx_nexus::api::types;
/// use mx_nexus::identity::Polling;
/// use mx_nexus::mock::nexus::MockServerExt;
/// use mx_nexus::values::ConnectionStatus;
/// use mx_nexus::{Environment, Nexus};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut member = types::MemberResponse::default();
/// member.connection_status = Some(ConnectionStatus::Connected);
/// member.is_being_aggregated = Some(false);
/// let mut body = types::MemberResponseBody::default();
/// body.member = Some(member);
///
/// let server = mx_nexus::httpmock::MockServer::start_async().await;
/// server.read_member(|_, then| { then.success(200, &body); });
/// let start = server.identify_member(|when, then| {
///     when.member_guid(&"test_nexus_member".into());
///     then.success(200, &body);
/// });
/// server.list_account_owners(|_, then| { then.success(200, &Default::default()); });
///
/// let nexus = Nexus::builder(Environment::at(server.base_url())).build()?;
/// let owners = nexus
///     .with_session_token("test_session")
///     .identify("test_nexus_member")
///     .polling(Polling::between(Duration::from_millis(1), Duration::from_millis(1)))
///     .patience(Duration::from_secs(10))
///     .run(async |_| None)
///     .await?;
/// assert!(owners.is_empty());
/// start.assert();
/// # Ok(())
/// # }
/// ```
#[cfg(feature = "mock")]
pub mod testing {}

/// Durable engines: one call a step, and they sleep themselves.
///
/// [`prepare`](crate::identity::Identify::prepare), [`poll`](crate::identity::Job::poll) and
/// [`delay`](crate::identity::Job::delay) are all that such an engine needs. What a step takes and gives is the handle, which an engine
/// may journal in clear.
///
/// A job that is resumed when its start is due reads the member anew, and posts at once: that step makes two calls.
///
/// The one step that must not be repeated by the engine is the start, because it costs. Journal
/// [`handle_in_flight`](crate::identity::Job::handle_in_flight) before that step, let the engine run it once, and if it fails without an
/// answer go on from what was journaled: the job then reads until it is sure.
///
/// ```no_run
/// use std::time::Duration;
/// use mx_nexus::identity::{IdentityError, JobHandle, Step};
/// use mx_nexus::Nexus;
///
/// /// One activity: one call, and how long to sleep before the next.
/// async fn step(nexus: &Nexus, handle: JobHandle) -> Result<(JobHandle, Step, Duration), IdentityError> {
///     let user = nexus.user(handle.user_id().unwrap_or_default());
///     let mut job = user.resume(handle).patience(Duration::from_secs(60));
///     let step = job.poll().await?;
///     Ok((job.handle().clone(), step, job.delay()))
/// }
/// ```
pub mod engines {}
