//! [`JobClient`]: starts workflows and answers their questions, from the caller's own process.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use mx_nexus::aggregation::Aggregation;
use mx_nexus::balance::BalanceCheck;
use mx_nexus::history::ExtendedHistory;
use mx_nexus::identity::Identification;
use mx_nexus::jobs::steps;
use mx_nexus::jobs::{Answers, Challenges, JobBuilder, JobHandle};
use mx_nexus::verification::Verification;
use restate_sdk::ingress::{ClientError, RequestTarget, ReqwestClient, SendStatus};
use restate_sdk::prelude::Json;
use tokio::time::sleep;

use crate::error::Error;
use crate::kinds::DurableKind;
use crate::messages::{Answered, OpenQuestions, Outcome, Request, Status, a_day};
use crate::mx::{Mx, check_user};

/// Starts identifications and answers their questions.
pub type IdentificationClient = JobClient<Identification>;
/// Starts verifications and answers their questions.
pub type VerificationClient = JobClient<Verification>;
/// Starts aggregations and answers their questions.
pub type AggregationClient = JobClient<Aggregation>;
/// Starts balance checks and answers their questions.
pub type BalanceCheckClient = JobClient<BalanceCheck>;
/// Starts jobs of extended history and answers their questions.
pub type ExtendedHistoryClient = JobClient<ExtendedHistory>;

/// How long a call of this client may work on questions and answers.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a request to Restate is sent until it is answered.
const SENDINGS: u32 = 5;

/// Starts workflows of one kind of job, shows their status, and answers their questions.
///
/// It is for the caller's own process, such as a web application: texts of questions, answers and results go between that process and
/// MX, and never to Restate. Each job has an id of the caller's, which Restate stores in clear.
///
/// ```no_run
/// # async fn example(nexus: mx_nexus::Nexus, code: String) -> Result<(), mx_nexus_restate::Error> {
/// use std::time::Duration;
/// use mx_nexus::identity::Answers;
/// use mx_nexus_restate::{IdentificationClient, Mx};
///
/// let mx = Mx::new().with_nexus(nexus.clone());
/// let client = IdentificationClient::new("http://127.0.0.1:8080", mx)?;
/// client.start("order-17", nexus.user("U-1").identify("MBR-1"), Duration::from_secs(3600)).await?;
///
/// // In later requests of the web application:
/// if let Some(challenges) = client.questions("order-17").await? {
///     let answers = challenges.iter().fold(Answers::new(), |answers, it| answers.with(it.guid(), code.as_str()));
///     client.answer("order-17", answers).await?;
/// }
/// let outcome = client.outcome("order-17").await?;
/// let owners = client.result(outcome.handle()).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct JobClient<K> {
    restate: ReqwestClient,
    mx: Mx,
    user_timeout_seconds: u64,
    kind: PhantomData<fn() -> K>,
}

impl<K> fmt::Debug for JobClient<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("JobClient")
            .field("mx", &self.mx)
            .finish_non_exhaustive()
    }
}

impl<K: DurableKind> JobClient<K> {
    /// A client of the server whose ingress has this address, such as `http://127.0.0.1:8080`.
    ///
    /// # Errors
    ///
    /// When the address is invalid.
    pub fn new(ingress: &str, mx: Mx) -> Result<Self, Error> {
        let address = ingress.parse();
        let address =
            address.map_err(|_| Error::configuration("the address of Restate is invalid"))?;
        Ok(Self {
            restate: ReqwestClient::connect(address)?,
            mx,
            user_timeout_seconds: a_day(),
            kind: PhantomData,
        })
    }

    /// How long the user may take to answer one round of questions; by default a day. MX may wait less long.
    #[must_use]
    pub fn with_user_timeout(mut self, timeout: Duration) -> Self {
        self.user_timeout_seconds = timeout.as_secs();
        self
    }

    /// Starts a job, or resumes one with a handle of an earlier workflow. The timeout is how long to wait for MX in all; the user's
    /// time and outages of the workers do not count. False when there is a workflow with this id already: then nothing is started.
    ///
    /// # Errors
    ///
    /// When Restate cannot be reached, and for a user of a session token.
    pub async fn start(
        &self,
        id: &str,
        job: JobBuilder<K>,
        timeout: Duration,
    ) -> Result<bool, Error> {
        let handle = job.prepare(timeout).handle().clone();
        check_user(&handle)?;
        let request = Request {
            handle,
            timeout_seconds: timeout.as_secs(),
            user_timeout_seconds: self.user_timeout_seconds,
        };
        let send = || {
            let target = target::<K>(id, "run");
            let run = self
                .restate
                .request::<_, Json<Outcome>>(target, Json(request.clone()));
            run.send()
        };
        Ok(retried(send).await?.send_status() == SendStatus::Accepted)
    }

    /// How far the job has come; none before the first step, and for an unknown id. For a day after the end it is the outcome.
    ///
    /// # Errors
    ///
    /// When Restate cannot be reached.
    pub async fn status(&self, id: &str) -> Result<Option<Status>, Error> {
        self.ask::<Option<Status>>(id, "status").await
    }

    /// The open questions, as text to show to the user; none when no question is open.
    ///
    /// # Errors
    ///
    /// When Restate or MX cannot be reached.
    pub async fn questions(&self, id: &str) -> Result<Option<Challenges>, Error> {
        let Some(open) = self.open(id).await? else {
            return Ok(None);
        };
        Ok(steps::questions(self.mx.resume::<K>(open.handle)?, PATIENCE).await?)
    }

    /// Sends the user's answers to MX, and wakes the workflow. When Restate cannot be reached after MX has the answers, the workflow
    /// finds out by itself a little later.
    ///
    /// # Errors
    ///
    /// [`Error::NothingAsked`]; [`Error::Job`] when the answers do not fit what is asked, or the call failed. Answers that MX refuses are
    /// no error: it asks again.
    pub async fn answer(&self, id: &str, answers: Answers) -> Result<(), Error> {
        let OpenQuestions { round, handle } = self.open(id).await?.ok_or(Error::NothingAsked)?;
        let mut job = self.mx.resume::<K>(handle)?.prepare(PATIENCE);
        job.answer(answers).await?;
        let handle = job.handle().clone();
        let answered = || {
            let answered = Answered {
                round,
                handle: handle.clone(),
            };
            let target = target::<K>(id, "answered");
            self.restate.request::<_, ()>(target, Json(answered)).send()
        };
        // MX has the answers, so this is no failure of theirs.
        let _ = retried(answered).await;
        Ok(())
    }

    /// Ends the job at the open question, or at the next one, because no user will answer.
    ///
    /// # Errors
    ///
    /// When Restate cannot be reached.
    pub async fn give_up(&self, id: &str) -> Result<(), Error> {
        let give_up = || {
            self.restate
                .request::<_, ()>(target::<K>(id, "give_up"), ())
                .send()
        };
        retried(give_up).await.map(|_| ())
    }

    /// Waits for the end of the job.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], also a day after the end; and when Restate cannot be reached.
    pub async fn outcome(&self, id: &str) -> Result<Outcome, Error> {
        let lookup = || {
            self.restate
                .lookup_workflow::<Json<Outcome>>(K::WORKFLOW, id, None)
        };
        let workflow = retried(lookup).await?;
        let outcome = retried(|| workflow.attach()).await;
        let outcome = outcome.map_err(|error| match error {
            Error::Restate {
                status: Some(404), ..
            } => Error::NotFound,
            error => error,
        })?;
        Ok(outcome.into_body().into_inner())
    }

    /// Reads the result of a job that is done from MX, such as the owners.
    ///
    /// # Errors
    ///
    /// When MX cannot be reached, or has no result.
    pub async fn result(&self, handle: &JobHandle) -> Result<K::Output, Error> {
        let job = self.mx.resume::<K>(handle.clone())?;
        Ok(job.run(PATIENCE, async |_| None).await?)
    }

    async fn open(&self, id: &str) -> Result<Option<OpenQuestions>, Error> {
        self.ask::<Option<OpenQuestions>>(id, "questions").await
    }

    /// Calls a handler without an input.
    async fn ask<T: serde::de::DeserializeOwned>(
        &self,
        id: &str,
        handler: &str,
    ) -> Result<T, Error> {
        let call = || async {
            let request = self
                .restate
                .request::<_, Json<T>>(target::<K>(id, handler), ());
            request.call().await?.into_body()
        };
        retried(call).await.map(Json::into_inner)
    }
}

fn target<K: DurableKind>(id: &str, handler: &str) -> RequestTarget {
    RequestTarget::workflow(K::WORKFLOW, id, handler)
}

/// Sends a request again while Restate cannot be reached; every request of this client may be sent twice.
async fn retried<T, F: Future<Output = Result<T, ClientError>>>(
    send: impl Fn() -> F,
) -> Result<T, Error> {
    let mut sendings = 1;
    loop {
        let error = match send().await {
            Ok(answer) => return Ok(answer),
            Err(error) => Error::from(error),
        };
        if !error.is_transient() || sendings == SENDINGS {
            return Err(error);
        }
        sleep(Duration::from_millis(100) * 2_u32.pow(sendings)).await;
        sendings += 1;
    }
}
