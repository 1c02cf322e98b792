//! The state of the sandbox and its rules: partners, users, tokens, sessions, members and their jobs. No I/O and no tasks: every
//! call looks at the clock and lets what it touches catch up. The server asks who calls, then for the answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use crate::call::{Call, Reply};
use crate::settings::{JobKind, Settings};
use mx_nexus::Secret;

mod account;
mod challenges;
mod clock;
mod connection;
mod job;
mod jobs;
mod member;
mod members;
mod oauth;
mod pages;
mod partners;
mod principal;
mod report;
mod seeding;
#[cfg(test)]
mod tests;
mod tokens;
mod users;

pub(crate) use account::{Account, AccountAction, not_manual};
pub(crate) use challenges::{Answers, Challenge};
pub(crate) use clock::Clock;
pub(crate) use connection::{AnswerError, Connection, Snapshot};
pub(crate) use job::Job;
pub use job::JobState;
pub(crate) use member::{Member, Oauth, status_message};
pub(crate) use members::unknown_member;
pub(crate) use oauth::Consent;
pub(crate) use pages::Page;
pub(crate) use principal::{Principal, invalid_token, test_user};
pub use report::JobReport;
pub(crate) use users::User;

use partners::Partners;
use tokens::Tokens;
use users::Users;

/// A world. Clones are the same world.
#[derive(Clone)]
pub(crate) struct Store {
    state: Arc<Mutex<State>>,
}

/// All that a world knows.
pub(crate) struct State {
    /// The moment of the call that is being answered.
    pub now: Instant,
    /// The calendar.
    pub clock: Clock,
    /// How the world is set.
    pub settings: Settings,
    /// Who may call SSO and MDX.
    pub partners: Partners,
    /// Their users.
    pub users: Users,
    /// API tokens that nobody has spent.
    pub api_tokens: Tokens,
    /// Sessions that live.
    pub sessions: Tokens,
    /// All members, by guid.
    pub members: HashMap<String, Member>,
    /// Whether the call that is being answered shows members as they were before their latest job.
    pub is_stale: bool,
}

/// What became of a start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Started {
    /// A job started.
    New,
    /// One of the same kind runs already.
    AlreadyRunning,
}

impl Store {
    /// A world with one partner and no users.
    pub(crate) fn new(settings: Settings) -> Self {
        let state = State {
            now: Instant::now(),
            clock: Clock::new(),
            partners: Partners::new(&settings),
            users: Users::default(),
            api_tokens: Tokens::new(settings.api_token_lifetime),
            sessions: Tokens::new(settings.session_lifetime),
            members: HashMap::new(),
            is_stale: false,
            settings,
        };
        Self {
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// The client id of the partner that is there from the start.
    pub(crate) fn client_id(&self) -> String {
        self.lock().settings.client_id.clone()
    }

    /// The key of a partner.
    pub(crate) fn api_key(&self, client_id: &str) -> Option<Secret> {
        let state = self.lock();
        let partner = state.partners.get(client_id)?;
        Some(partner.key.clone())
    }

    /// Takes in one more partner.
    pub(crate) fn add_partner(&self, client_id: &str, key: Secret) {
        self.lock().partners.add(client_id, key);
    }

    /// Allows a partner a kind of jobs, or forbids it. False when there is no such partner.
    pub(crate) fn set_product(&self, client_id: &str, kind: JobKind, is_enabled: bool) -> bool {
        let mut state = self.lock();
        let Some(partner) = state.partners.get_mut(client_id) else {
            return false;
        };
        if is_enabled {
            partner.disabled.remove(&kind);
        } else {
            partner.disabled.insert(kind);
        }
        true
    }

    /// Who calls? The refusal is for whoever has no right to; the body does not matter yet.
    pub(crate) fn authorise(&self, call: &Call) -> Result<Principal, Reply> {
        principal::authorise(&mut self.lock(), call)
    }

    /// Runs a function on the state, for one call. A stale reading shows members as they were before their latest job.
    pub(crate) fn read<T>(&self, is_stale: bool, answer: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        state.is_stale = is_stale;
        answer(&mut state)
    }

    /// Ends all sessions, and counts them.
    pub(crate) fn expire_sessions(&self) -> usize {
        let mut state = self.lock();
        let now = state.now;
        state.sessions.end_all(now)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.now = Instant::now();
        state.is_stale = false;
        state
    }
}
