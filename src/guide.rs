//! The guide: from nothing to owners, to challenges in a web application, to a fleet, to tests of your own. It is
//! documentation only: a program that is compiled does not have these modules.
//!
//! 1. [`owners`]: the first identification, and its outcomes.
//! 2. [`calls`]: any operation: lists, dates, and how to create, change and delete.
//! 3. [`web`]: a challenge that is shown in one request and answered in another, by another process.
//! 4. [`fleets`]: many users, a limited number of calls at a time.
//! 5. `testing`: your own code against the sandbox, with its faults (package `mx-nexus-sandbox`).
//! 6. `mocking`: your own code against typed mocks, for what the sandbox does not answer (feature `mock`).
//! 7. [`engines`]: one call a step, for durable engines.
//! 8. [`restate`]: many workers that come and go, on the durable engine Restate (package `mx-nexus-restate`).
//! 9. `apis`: Nexus and Atrium in one program (feature `atrium`).
//!
//! Money, times, and the types that `Debug` does not print are in [`values`](crate::values).
//!
//! # Who talks to whom
//!
#![doc = include_str!("guide/systems.svg")]
//!
//! # The states of a job
//!
#![doc = include_str!("guide/states.svg")]
//!
//! What counts as "the job shows" is in [`jobs`](crate::jobs): a reading counts only if it is proved to be of this job.

/// The first identification.
///
/// # A partner, a user, a member
///
/// [`Nexus`](crate::Nexus) is the partner: make one and keep it. A [`User`](crate::User) is an end user by the id that you gave it
/// in MDX Real Time; if it does not exist yet, [`Users::ensure`](crate::mdx::Users::ensure) creates it. A member is the user's
/// connection to one institution; [`connect`](crate::connect) finds the institution by its name and creates the member.
///
/// ```no_run
/// use mx_nexus::connect::{FormValues, Search};
/// use mx_nexus::Nexus;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// // By the variables MX_ENVIRONMENT, MX_CLIENT_ID and MX_API_KEY; or Nexus::builder(…).
/// let nexus = Nexus::from_env()?.build()?;
/// nexus.users()?.ensure("U-39XBF7").await?;
/// let user = nexus.user("U-39XBF7");
///
/// let found = user.search_institutions(Search::by_name("MX Bank").identifying()).await?;
/// let bank = found.first().ok_or("no such bank")?;
/// let form = user.connect(bank).await?.identifying()?.with_external_guid("connection-77");
/// let entries: FormValues = form.fields().iter().map(|field| (field.guid(), "what the user entered")).collect();
/// let connection = form.submit(entries).await?;
/// println!("{}", connection.member());
/// # Ok(())
/// # }
/// ```
///
/// The order of the institutions is MX's, and a name may match several: let the user choose.
///
/// Where the form has no fields the institution signs users in by OAuth: submit it as it is, and let the user open
/// [`Connection::oauth_window`](crate::connect::Connection::oauth_window). Give an external guid: when the answer to
/// the creation is lost, the member is found by it.
///
/// # Run it to its end
///
/// [`run`](crate::jobs::JobBuilder::run) is the shortest way: it polls, and calls your function for each challenge. The timeout is
/// the budget for MX's work; the user's time does not count against it. Some institutions take minutes.
///
/// ```no_run
/// use std::time::Duration;
/// use mx_nexus::identity::{Challenges, Remedy};
///
/// # async fn form_for(_: &Challenges) -> Option<mx_nexus::identity::Answers> { None }
/// # fn save(_: &mx_nexus::identity::JobHandle) {}
/// # fn send_user_to(_: &str) {}
/// # async fn example(user: mx_nexus::User) {
/// let outcome = user
///     .identify("MBR-1")
///     .run(Duration::from_secs(300), async |challenges| form_for(&challenges).await)
///     .await;
/// match outcome {
///     Ok(owners) => {
///         for owner in &owners {
///             let name = owner.owner_name.as_deref().unwrap_or("unnamed");
///             println!("{} owns {:?}", name, owner.account_guid);
///         }
///     }
///     // No end yet: the budget ran out, the user is away, a call failed. The handle
///     // resumes the job; `error.has_cost()` is whether it may be paid for.
///     Err(error) if error.is_resumable() => save(error.handle()),
///     Err(error) => match (error.remedy(), error.oauth_window()) {
///         // The form of `user.reconnect(member).await?`, then a new identification; this handle is over.
///         (Some(Remedy::UpdateCredentials), _) => println!("ask for the credentials"),
///         (Some(Remedy::FinishOauth), Some(address)) => send_user_to(address.expose()),
///         (Some(remedy), _) => println!("{remedy}"),
///         (None, _) => println!("{error}"),
///     },
/// }
/// # }
/// ```
///
/// Where every question is answered the same way, [`answer_all`](crate::jobs::Challenges::answer_all) makes the answers that `run` wants:
///
/// ```no_run
/// use std::time::Duration;
/// use mx_nexus::identity::{Challenge, JobError, Owners};
///
/// fn ask(challenge: &Challenge) -> std::io::Result<String> {
///     println!("{}", challenge.label());
///     Ok(std::io::stdin().lines().next().transpose()?.unwrap_or_default())
/// }
///
/// # async fn example(user: mx_nexus::User) -> Result<Owners, JobError> {
/// user.identify("MBR-1")
///     .run(Duration::from_secs(300), async |challenges| challenges.answer_all(ask).ok())
///     .await
/// # }
/// ```
///
/// `None` ends it with an error that [can be resumed](crate::jobs::JobError::is_resumable). Where the answers have to be awaited, ask for
/// one after the other: [`Challenges`](crate::jobs::Challenges) has an example.
///
/// A saved handle is resumed later, also by another process:
///
/// ```no_run
/// use std::time::Duration;
/// use mx_nexus::Nexus;
/// use mx_nexus::identity::{Identification, JobHandle, Owners};
///
/// # async fn example(nexus: Nexus, saved: &str) -> Result<Owners, Box<dyn std::error::Error>> {
/// let handle: JobHandle = serde_json::from_str(saved)?;
/// let user = nexus.user(handle.user_id().ok_or("a job of another session")?);
/// let job = user.resume::<Identification>(handle)?;
/// Ok(job.run(Duration::from_secs(300), async |_| None).await?)
/// # }
/// ```
///
/// The text of an error ends with its remedy. Keep the handle also of a job that has failed for good, where
/// [`has_cost`](crate::jobs::JobError::has_cost) says that it may have been paid: it names the job in a question to MX.
///
/// Names, addresses and numbers print as `[personal]` and `[digits]` in `Debug`; they dereference to `str` and compare with it where you
/// need them: [what is not printed](crate::values#what-is-not-printed). `Owners` and `Challenges` serialize as they are, for your page.
pub mod owners {}

#[doc = include_str!("guide/calls.md")]
pub mod calls {}

/// A challenge in a web application: one request shows it, another answers it, by different processes.
///
/// [`jobs::store`](crate::jobs::store) keeps the jobs in a table of yours. The table needs a read and a compare-and-swap, about
/// twenty lines for any database; the rest is there:
///
/// - A **lease** excludes other processes during a call. Two that call one job at once could start it twice, or answer twice.
/// - The job is saved as **in flight** before each call, and with the outcome after it. A process that is killed in between does
///   not lead to a second start.
/// - The row says when the next call is **due**, so that a page that is reloaded quickly while MX works sends no request too many.
/// - One **deadline** for the whole job, which includes the user's time.
///
/// What is left to you: take the user from your own session, never from a parameter of the request. The handle in the row holds
/// ids only, nothing personal.
///
/// ```no_run
/// use std::time::Duration;
/// use mx_nexus::Nexus;
/// use mx_nexus::identity::{Answers, Identification};
/// use mx_nexus::jobs::store::{JobStore, Shown, StoredJobs};
///
/// # type Failure = Box<dyn std::error::Error>;
/// /// POST /members/{member}/owners: a second click finds the job of the first.
/// async fn begin<S: JobStore>(nexus: &Nexus, jobs: &StoredJobs<S>, logged_in: &str, member: &str) -> Result<(), Failure> {
///     let job = nexus.user(logged_in).identify(member);
///     jobs.add(&format!("{logged_in}/{member}"), job, Duration::from_secs(20 * 60)).await?;
///     Ok(())
/// }
///
/// /// GET /members/{member}/owners: makes the call that is due, and returns what to show.
/// async fn show<S: JobStore>(nexus: &Nexus, jobs: &StoredJobs<S>, logged_in: &str, member: &str) -> Result<String, Failure> {
///     let user = nexus.user(logged_in);
///     let id = format!("{logged_in}/{member}");
///     Ok(match jobs.step(&id, |handle| user.resume::<Identification>(handle)).await? {
///         Shown::Running(wait) => format!("please come back in {} s", wait.as_secs()),
///         // The page asks them by this JSON: guid, label and kind of each, its options and images.
///         Shown::Challenged(challenges) => serde_json::to_string(&challenges)?,
///         Shown::Done(owners) => format!("{} owners", owners.len()),
///         Shown::Failed(error) => error.remedy().map_or(error.to_string(), |remedy| remedy.to_string()),
///     })
/// }
///
/// /// POST /members/{member}/owners/answers, by the guids of the challenges.
/// async fn answer<S: JobStore>(
///     nexus: &Nexus,
///     jobs: &StoredJobs<S>,
///     logged_in: &str,
///     member: &str,
///     given: Vec<(String, String)>,
/// ) -> Result<(), Failure> {
///     let user = nexus.user(logged_in);
///     let resume = |handle| user.resume::<Identification>(handle);
///     jobs.answer(&format!("{logged_in}/{member}"), resume, given.into_iter().collect::<Answers>()).await?;
///     Ok(())
/// }
/// ```
///
/// `examples/web_app` is the whole application: axum, SQLite, a worker that goes on when the user has closed the page, and a test
/// that kills it again and again. Which advice to show after a failure is in [`owners`].
pub mod web {}

/// Many users: a [`Fleet`](crate::fleet::Fleet).
///
/// A waiting job takes some memory and no task, so thousands fit into one process;
/// [`with_concurrency`](crate::fleet::Fleet::with_concurrency) limits the calls under way. Before the process ends,
/// [`stop`](crate::fleet::Fleet::stop) waits for those calls and returns the handles of all unfinished jobs. MX's webhooks make polls
/// due at once: [`wake`](crate::fleet::Fleet::wake).
///
/// A process may also be killed. Save the handles of the jobs that were started, because each costs money: `Outcome::Starting` comes
/// before the start of a job is sent, and `event.handle` is what to save then. A job that is resumed from it reads before it
/// starts, and is not started twice.
///
/// A fleet runs one kind of job, here identifications; for two kinds use two fleets.
///
/// ```no_run
/// use std::time::Duration;
/// use mx_nexus::fleet::{Fleet, Outcome};
///
/// # async fn deploy_is_waiting() {}
/// # fn store<T>(_: T) {}
/// # async fn example(nexus: mx_nexus::Nexus, members: Vec<(String, String)>) {
/// let mut fleet = Fleet::new(Duration::from_secs(900)).with_concurrency(64);
/// for (user, member) in &members {
///     fleet.start(nexus.user(user).identify(member.as_str()));
/// }
/// let mut shutdown = std::pin::pin!(deploy_is_waiting());
/// loop {
///     tokio::select! {
///         event = fleet.next() => match event {
///             Some(event) => match event.outcome {
///                 Outcome::Done(owners) => store(owners),
///                 // The user has to answer: the handle goes to the web application.
///                 Outcome::Challenged(_) => store(fleet.remove_challenged(event.job)),
///                 // It may have cost money, so its handle is saved whatever the error is: to resume it, or to ask MX about it.
///                 Outcome::Failed(error) if error.has_cost() => store(error.handle().clone()),
///                 // It has cost nothing: it may be started again, once the remedy allows it.
///                 Outcome::Failed(error) => println!("{error}"),
///                 // Saved before the start is sent, so that it is not sent twice if this process dies.
///                 Outcome::Starting => store(event.handle),
///                 Outcome::Running(progress) => println!("{progress}"),
///             },
///             None => break,
///         },
///         () = &mut shutdown => break,
///     }
/// }
/// let stopped = fleet.stop().await;
/// // The events of the last calls, to be handled as above, and the jobs to resume elsewhere.
/// store(stopped.events);
/// store(stopped.unfinished);
/// # }
/// ```
pub mod fleets {}

/// Tests of your own code: the sandbox, package `mx-nexus-sandbox`.
///
/// It has state, so a test sets up members and faults instead of answers. Make `mx-nexus-sandbox` a
/// `dev-dependency`, and let your code take the [`Nexus`](crate::Nexus) that it calls with. With `#[tokio::test(start_paused = true)]`
/// (tokio's feature `test-util`, which `full` does not include) waits take no time, and your code needs nothing for tests. Without it,
/// jobs of milliseconds need a polling of milliseconds too: [`with_polling`](crate::jobs::JobBuilder::with_polling).
///
/// ```
/// use std::time::Duration;
/// use mx_nexus::Nexus;
/// use mx_nexus::identity::{JobError, Polling, Remedy};
/// use mx_nexus_sandbox::{Fault, JobKind, Sandbox};
///
/// /// Your code: the names of the owners at this member.
/// async fn names(nexus: &Nexus, polling: Polling, user: &str, member: &str) -> Result<Vec<String>, JobError> {
///     let identify = nexus.user(user).identify(member).with_polling(polling);
///     let owners = identify.run(Duration::from_secs(60), async |_| None).await?;
///     Ok(owners.iter().filter_map(|owner| Some(owner.owner_name.as_ref()?.to_string())).collect())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sandbox = Sandbox::builder().job_time(Duration::from_millis(20)).start().await?;
/// let nexus = sandbox.nexus().build()?;
/// let quick = || Polling::between(Duration::from_millis(5), Duration::from_millis(20));
///
/// // The bank has locked the login: the user has to unlock it there.
/// let member = sandbox.add_member("U-1", "LOCKED")?;
/// let error = names(&nexus, quick(), "U-1", member.as_str()).await.unwrap_err();
/// assert_eq!(error.remedy(), Some(Remedy::ActAtInstitution));
///
/// // MX starts the job, and the answer is lost: it costs once.
/// let member = sandbox.add_member("U-2", "any other password")?;
/// sandbox.fault(Fault::reset_after_processing().on_operation("identifyMember"))?;
/// assert!(!names(&nexus, quick(), "U-2", member.as_str()).await?.is_empty());
/// let paid = sandbox.jobs().into_iter().filter(|job| job.kind == JobKind::Identification && job.member == member.as_str());
/// assert_eq!(paid.count(), 1);
/// assert!(sandbox.faults().is_empty(), "the fault was used");
/// # Ok(())
/// # }
/// ```
///
/// Choose owners by a `World`, and add a member by `Sandbox::add_chosen_member`, which returns its guid. End sessions by
/// `Sandbox::expire_sessions`, or in the middle of a job by `Fault::expired_sessions().on_operation("readMember").skip(1)`. The
/// passwords, and what else its banks do, are in the documentation of `mx-nexus-sandbox`. Tests in other languages start
/// `nexus sandbox`, and do all of this over HTTP.
pub mod testing {}

/// Tests of your own code: typed mocks, feature `mock`.
///
/// For an invented answer, or a call that must not be made. The mocks are generated from the same document as the client. A test
/// points the client at the mock server, and polls without delay.
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
/// // A list that is present and empty: without it the job would read again.
/// let mut owners = types::AccountOwnersResponseBody::default();
/// owners.account_owners = Some(Vec::new());
/// server.list_account_owners(|_, then| { then.success(200, &owners); });
///
/// let nexus = Nexus::builder(Environment::custom(server.base_url())).build()?;
/// let owners = nexus
///     .with_session_token("test_session")
///     .identify("test_nexus_member")
///     .with_polling(Polling::between(Duration::from_millis(1), Duration::from_millis(1)))
///     .run(Duration::from_secs(10), async |_| None)
///     .await?;
/// assert!(owners.is_empty());
/// start.assert();
/// # Ok(())
/// # }
/// ```
#[cfg(feature = "mock")]
pub mod mocking {}

/// Durable engines: one call a step; the engine waits between the steps.
///
/// [`jobs::steps`](crate::jobs::steps) is all that such an engine needs: one activity is one call of
/// [`step`](crate::jobs::steps::step). What it takes is the handle, and what it returns, [`Stepped`](crate::jobs::steps::Stepped), may
/// be journaled in clear. The owners may not: the activity stores them where personal data belongs.
///
/// The one call that must not be repeated is the start, because it costs money. So a step has its checkpoint: before the call it
/// journals [`in_flight`](crate::jobs::JobHandle::in_flight), and an engine that has to run the step again, because the process died in it, runs
/// it from there. The job then reads before it starts, and is not started twice.
///
/// ```no_run
/// use std::time::{Duration, SystemTime};
/// use mx_nexus::Nexus;
/// use mx_nexus::identity::{Identification, JobHandle, Owners};
/// use mx_nexus::jobs::steps::{self, Event, Stepped};
///
/// # type Failure = Box<dyn std::error::Error>;
/// # async fn checkpoint(_: &JobHandle) -> Result<(), Failure> { Ok(()) }
/// # async fn store(_: &Owners) -> Result<(), Failure> { Ok(()) }
/// # async fn sleep(_: Duration) {}
/// # async fn wait_for_answers() {}
/// fn left(deadline: SystemTime) -> Duration {
///     deadline.duration_since(SystemTime::now()).unwrap_or(Duration::ZERO)
/// }
///
/// /// One activity: one call. Run again after a crash, it gets the checkpoint in place of the handle.
/// async fn step(nexus: &Nexus, handle: JobHandle, deadline: SystemTime) -> Result<Stepped, Failure> {
///     let user = nexus.user(handle.user_id().ok_or("the handle names no user")?);
///     checkpoint(&handle.in_flight()).await?;
///     let (stepped, owners) = steps::step(user.resume::<Identification>(handle)?, left(deadline)).await;
///     if let Some(owners) = owners {
///         store(&owners).await?;
///     }
///     Ok(stepped)
/// }
///
/// /// The workflow: the engine journals what each step returns, and sleeps before the next.
/// async fn identify(nexus: &Nexus, user_id: &str, member: &str, deadline: SystemTime) -> Result<Event, Failure> {
///     let mut handle = nexus.user(user_id).identify(member).prepare(left(deadline)).handle().clone();
///     loop {
///         let stepped = step(nexus, handle, deadline).await?;
///         handle = stepped.handle;
///         match stepped.event {
///             Event::Running { .. } => sleep(stepped.delay).await,
///             // Another activity reads the questions and sends the answers: steps::questions and steps::answer.
///             Event::Challenged { .. } => wait_for_answers().await,
///             end => return Ok(end),
///         }
///     }
/// }
/// ```
///
/// A job that is resumed when its start is due reads the member again, and posts at once: that step makes two calls. A job that failed
/// for now (`is_resumable`) goes on from its journaled handle, with a later deadline.
pub mod engines {}

/// Many workers that come and go: jobs as workflows on [Restate](https://restate.dev), package `mx-nexus-restate`.
///
/// A handle and a table are enough for one web application ([`web`]) and for one process with many jobs ([`fleets`]). Many workers need more:
/// one owner of each job, timers that outlive a worker, and a way for an answer that comes days later. Restate is one server that does
/// this: it stores each step of a job, and calls any worker for the next one.
///
/// ```text
/// web application ── start, answered ──> Restate ── next step ──> workers ── calls ──> MX
///        └──────────── texts of questions, answers, owners ─────────────────────────────┘
/// ```
///
/// - **Workers** run the program `nexus-worker`, with the variables of the command `nexus`. Any number of them may run, behind one
///   address; one that dies loses nothing.
/// - **The caller** has a client of each kind, such as `IdentificationClient`: `start` with an id of its own and the same
///   [`JobBuilder`](crate::jobs::JobBuilder) as without Restate, `status`, `questions`, `answer`, `give_up`, `outcome`, `result`. A second
///   start with the same id starts nothing.
/// - **One paid job although steps repeat.** Restate repeats a step whose result it has not stored. A random mark, stored before the start,
///   shows an attempt whether it is the first one; any other goes on with [`in_flight`](crate::jobs::JobHandle::in_flight), and reads
///   before it starts again.
/// - **Restate stores ids, statuses and counts.** The caller reads the texts of questions from MX, sends the answers to MX, and reads the
///   owners from MX. If it dies after it has sent the answers, the workflow finds by reading that the questions are gone.
/// - **Time.** The timeout of a job is how long to wait for MX in all. Outages of the workers do not count, nor does the user's time, which
///   has a limit of its own, a day by default. Quick polls share a step, so that a job of an hour has less than a hundred entries.
///
/// The README of the package has the commands from nothing to a running flow, how to upgrade workers while jobs wait, and what a job costs.
pub mod restate {}

/// Nexus and Atrium, feature `atrium`.
///
/// Atrium is the older sister API: the same institutions, jobs, statuses and questions. A job is a [`JobBuilder`](crate::jobs::JobBuilder)
/// of its kind, whichever API runs it, so only the line that makes it differs. The results are the same types too.
///
/// ```
/// use std::time::Duration;
/// use mx_nexus::identity::{Identify, JobError, Polling};
/// use mx_nexus_sandbox::Sandbox;
///
/// /// Your code: the same for both APIs.
/// async fn count(identify: Identify) -> Result<usize, JobError> {
///     let quick = Polling::between(Duration::from_millis(5), Duration::from_millis(20));
///     let owners = identify.with_polling(quick).run(Duration::from_secs(60), async |_| None).await?;
///     Ok(owners.len())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sandbox = Sandbox::builder().job_time(Duration::from_millis(20)).start().await?;
///
/// let nexus = sandbox.nexus().build()?;
/// let member = sandbox.add_member("U-1", "any password")?;
/// let by_nexus = count(nexus.user("U-1").identify(member)).await?;
///
/// let atrium = sandbox.atrium().build()?;
/// let user = sandbox.add_atrium_user("U-1")?;
/// let member = sandbox.add_atrium_member(&user, "any password")?;
/// let by_atrium = count(atrium.user(user).identify(member)).await?;
/// assert_eq!(by_nexus, by_atrium);
/// # Ok(())
/// # }
/// ```
///
/// | | Nexus | Atrium |
/// |---|---|---|
/// | client | [`Nexus::builder`](crate::Nexus::builder), client id and API key | [`Atrium::builder`](crate::Atrium::builder), client id and API key of Atrium |
/// | user | your id of it, made in MDX Real Time; a session is opened for it | the guid that Atrium gave it, `USR-…`; no session |
/// | a saved job | [`User::resume`](crate::User::resume) | [`atrium::User::resume`](crate::atrium::User::resume); each refuses the handles of the other |
/// | proof that a reading is of our job | job guid and times | times: Atrium shows no job guids |
/// | questions | a call of their own | often in the status itself, which saves the call |
/// | limits | | 25 members a user, 100 users in development, a balance check 5 times in 2 hours |
///
/// A [`Fleet`](crate::fleet::Fleet) takes jobs of both. The command line takes `--api atrium`, the sandbox serves both over one world of
/// institutions, each with users of its own.
#[cfg(feature = "atrium")]
pub mod apis {}
