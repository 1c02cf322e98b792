//! Session leases: one-time API token to sliding 30-minute session token.
//!
//! A Nexus session belongs to one user, lives for 30 minutes after each call, and is opened by an [`Exchange`] with a one-time API
//! token. [`Sessions`] has the session of one user. Before a call the client takes a [`Lease`] from it; after an answer it calls
//! [`Sessions::touch`], and after a 401 [`Sessions::reject`].
//!
//! An exchange runs in its own task, so that a cancelled call does not waste the API token: the next call uses the session. There
//! is one exchange at a time, shared by all waiting calls; its failure is returned to them and not stored. Leases are numbered by
//! generation, so that a late 401 cannot drop a newer session. Nothing runs in the background between calls.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use crate::error::Error;
use crate::secret::Secret;
use crate::telemetry::{self, metrics};

/// How long MX keeps a session, counted anew from each call (reference).
pub(crate) const LIFETIME: Duration = Duration::from_secs(30 * 60);

/// How much longer than the timeout a call waits for an exchange.
///
/// The task of the exchange has the timeout itself; this matters only when the task cannot run.
const OVERRUN: Duration = Duration::from_secs(1);

/// The future of an exchange.
pub(crate) type Exchanging<'a> = Pin<Box<dyn Future<Output = Result<Secret, Error>> + Send + 'a>>;

/// Opens sessions: mints a one-time API token and exchanges it for a session token.
///
/// An implementation must not hold the [`Sessions`] that it serves: neither would ever be freed.
pub(crate) trait Exchange: Send + Sync + 'static {
    /// Opens one session. Dropped when it takes longer than [`LeasePolicy::exchange_timeout`].
    fn open(&self) -> Exchanging<'_>;
}

/// How long a session is used, and how long opening one may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LeasePolicy {
    /// How long the server keeps a session after the last call.
    pub(crate) lifetime: Duration,
    /// How much sooner we stop using it, so that it does not expire on the way to the server.
    pub(crate) slack: Duration,
    /// How long one exchange may take, both of its calls together.
    pub(crate) exchange_timeout: Duration,
}

impl Default for LeasePolicy {
    fn default() -> Self {
        Self {
            lifetime: LIFETIME,
            slack: Duration::from_secs(60),
            exchange_timeout: Duration::from_secs(30),
        }
    }
}

/// The right to call with a session token, and the number to report the outcome under.
#[derive(Clone, Debug)]
pub(crate) struct Lease {
    /// The session token.
    pub(crate) token: Secret,
    /// Which session this is; later sessions have greater numbers, not necessarily the next.
    pub(crate) generation: u64,
}

/// The session of one user, shared by all clones.
#[derive(Clone)]
pub(crate) struct Sessions {
    shared: Arc<Shared>,
}

impl Sessions {
    /// Sessions opened by `exchange` when they are needed.
    pub(crate) fn renewing(
        exchange: Arc<dyn Exchange>,
        policy: impl Into<Arc<LeasePolicy>>,
    ) -> Self {
        let policy = policy.into();
        Self::starting(Source::Exchange { exchange, policy }, State::default())
    }

    /// A session opened elsewhere. It is used until the server rejects it, and cannot be renewed.
    pub(crate) fn fixed(token: Secret) -> Self {
        let generation = 1;
        let session = Session {
            lease: Lease { token, generation },
            counted_from: Instant::now(),
        };
        let state = State {
            generation,
            session: Some(session),
            opening: None,
        };
        Self::starting(Source::Elsewhere, state)
    }

    fn starting(source: Source, state: State) -> Self {
        let state = Mutex::new(state);
        Self {
            shared: Arc::new(Shared { source, state }),
        }
    }

    /// The session to call with: the present one, or else a new one, opened at most once however many ask.
    ///
    /// May be dropped at any point without wasting an API token. Needs a tokio runtime with its clock enabled.
    ///
    /// # Errors
    ///
    /// The exchange's own error, a timeout, or, for a fixed session that was rejected, that it has expired.
    pub(crate) async fn lease(&self) -> Result<Lease, Error> {
        match self.lease_or_opening()? {
            Leasing::Held(lease) => Ok(lease),
            Leasing::Opening(opening) => opening.outcome().await,
        }
    }

    /// The server answered a call made under `generation`, and so counts the session anew.
    ///
    /// From the start of the request, since when the server saw it is not known: a slow answer must not make the
    /// session look younger than it is.
    pub(crate) fn touch(&self, generation: u64, request_started: Instant) {
        let mut state = self.shared.state();
        if let Some(session) = state.session_of(generation) {
            session.counted_from = session.counted_from.max(request_started);
        }
    }

    /// The server refused the session of `generation` (401). Changes nothing when another has taken its place.
    pub(crate) fn reject(&self, generation: u64) {
        let mut state = self.shared.state();
        if state.session_of(generation).is_some() {
            state.session = None;
        }
    }

    /// Whether a session that the server rejects can be followed by another.
    pub(crate) fn are_renewable(&self) -> bool {
        matches!(self.shared.source, Source::Exchange { .. })
    }

    /// Whether another clone exists.
    pub(crate) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.shared) > 1
    }

    /// The present session, or the exchange under way, which is started if necessary.
    ///
    /// Without an await, so that dropping the caller's future cannot stop the exchange.
    pub(crate) fn lease_or_opening(&self) -> Result<Leasing, Error> {
        let mut state = self.shared.state();
        if let Some(session) = &state.session
            && self.shared.source.is_fresh(session)
        {
            return Ok(Leasing::Held(session.lease.clone()));
        }
        let Source::Exchange { exchange, policy } = &self.shared.source else {
            return Err(Error::session_expired());
        };
        if let Some(opening) = &state.opening
            && !opening.time_left().is_zero()
        {
            return Ok(Leasing::Opening((**opening).clone()));
        }
        let runtime = Handle::try_current().map_err(|_| {
            Error::configuration("a session can only be opened inside a tokio runtime")
        })?;

        let (publish, outcome) = watch::channel(None);
        let opening = Opening {
            generation: state.generation + 1,
            started: Instant::now(),
            limit: policy.exchange_timeout,
            outcome,
        };
        state.generation = opening.generation;
        // Now, and not when the new one comes: a late touch must not revive what is being replaced.
        state.session = None;
        state.opening = Some(Box::new(opening.clone()));
        // Before spawning: a runtime that is shutting down drops the task at once, and with it the settlement, which
        // locks the state.
        drop(state);

        let settlement = Settlement {
            shared: Arc::clone(&self.shared),
            generation: opening.generation,
            started: opening.started,
            result: None,
            publish,
        };
        let task = open(Arc::clone(exchange), opening.limit, settlement);
        runtime.spawn(telemetry::in_current_span(task));
        Ok(Leasing::Opening(opening))
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.shared.state();
        out.debug_struct("Sessions")
            .field("source", &self.shared.source)
            .field("lease", &state.session.as_ref().map(|it| &it.lease))
            .field("opening", &state.opening.as_ref().map(|it| it.generation))
            .finish()
    }
}

/// What all clones of one [`Sessions`] share.
struct Shared {
    source: Source,
    /// Never locked across an await.
    state: Mutex<State>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // Every change to the state is a plain assignment, so a panic elsewhere cannot have left it half made.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where sessions come from.
enum Source {
    Exchange {
        exchange: Arc<dyn Exchange>,
        policy: Arc<LeasePolicy>,
    },
    Elsewhere,
}

impl Source {
    /// Whether the session can be used: it is too young to have expired, as far as is known here.
    fn is_fresh(&self, session: &Session) -> bool {
        match self {
            Self::Exchange { policy, .. } => {
                session.counted_from.elapsed() < policy.lifetime.saturating_sub(policy.slack)
            }
            // Its age is not known here; only the server can reject it.
            Self::Elsewhere => true,
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Not the exchange: it holds the API key.
            Self::Exchange { policy, .. } => out
                .debug_struct("Exchange")
                .field("policy", policy)
                .finish_non_exhaustive(),
            Self::Elsewhere => out.write_str("Elsewhere"),
        }
    }
}

/// The session that is leased out, if any, and the exchange under way, if any.
#[derive(Default)]
struct State {
    /// The last number given to an exchange.
    generation: u64,
    session: Option<Session>,
    /// Boxed, because few of many users open a session at a time.
    opening: Option<Box<Opening>>,
}

impl State {
    fn session_of(&mut self, generation: u64) -> Option<&mut Session> {
        self.session
            .as_mut()
            .filter(|session| session.lease.generation == generation)
    }
}

/// A session that the server has opened, and has not refused since.
struct Session {
    lease: Lease,
    /// The latest moment from which the server surely counts the lifetime.
    counted_from: Instant,
}

/// What [`Sessions::lease_or_opening`] finds.
pub(crate) enum Leasing {
    Held(Lease),
    Opening(Opening),
}

/// An exchange under way, as seen by waiting calls.
#[derive(Clone)]
pub(crate) struct Opening {
    generation: u64,
    started: Instant,
    limit: Duration,
    outcome: watch::Receiver<Option<Result<Lease, Error>>>,
}

impl Opening {
    /// What is left of the timeout.
    fn time_left(&self) -> Duration {
        self.limit
            .saturating_add(OVERRUN)
            .saturating_sub(self.started.elapsed())
    }

    pub(crate) async fn outcome(mut self) -> Result<Lease, Error> {
        let left = self.time_left();
        match timeout(left, self.outcome.wait_for(Option::is_some)).await {
            Ok(Ok(outcome)) => outcome.clone().unwrap_or_else(|| Err(unanswered())),
            Ok(Err(_closed)) => Err(unanswered()),
            Err(_elapsed) => Err(Error::session_timeout(self.started.elapsed())),
        }
    }
}

/// The exchange's task. It gives its result to the settlement, whose drop does the rest.
async fn open(exchange: Arc<dyn Exchange>, limit: Duration, mut settlement: Settlement) {
    let result = match timeout(limit, exchange.open()).await {
        Ok(result) => result,
        Err(_elapsed) => Err(Error::session_timeout(limit)),
    };
    metrics::session_ended(result.as_ref().err());
    settlement.result = Some(result);
}

/// Ends an exchange when dropped, and so also when its task panics or is dropped by its runtime.
struct Settlement {
    shared: Arc<Shared>,
    generation: u64,
    started: Instant,
    result: Option<Result<Secret, Error>>,
    publish: watch::Sender<Option<Result<Lease, Error>>>,
}

impl Drop for Settlement {
    fn drop(&mut self) {
        let generation = self.generation;
        let outcome = self
            .result
            .take()
            .unwrap_or_else(|| Err(unanswered()))
            .map(|token| Lease { token, generation });

        let mut state = self.shared.state();
        // Not ours any more when it overran and another exchange was started instead.
        if state.opening.as_ref().map(|it| it.generation) == Some(generation) {
            state.opening = None;
            // The server counts from some moment during the exchange; its start is before all of them.
            state.session = outcome.as_ref().ok().map(|lease| Session {
                lease: lease.clone(),
                counted_from: self.started,
            });
        }
        drop(state);
        self.publish.send_replace(Some(outcome));
    }
}

/// An exchange that ended without a result. Not with the panic's message: it could quote a token.
fn unanswered() -> Error {
    Error::session("the session exchange panicked, or its runtime was shut down")
}

#[cfg(test)]
mod tests;
