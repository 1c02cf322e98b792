//! The state of the sandbox and its rules: partners, users, tokens, sessions, members and their jobs. No I/O and no tasks: every
//! call reads the clock and first brings what it uses up to date. The router authorises a call, then the handlers use the state.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use crate::bank::{self, Institution};
use crate::call::{Call, Reply};
use crate::fault::Lag;
use crate::settings::{JobKind, Settings, Variation};
use crate::world::World;
use mx_nexus::Secret;

mod account;
mod challenges;
mod clock;
mod collections;
mod connection;
mod duplicates;
pub(crate) mod fields;
mod job;
mod jobs;
mod lag;
mod manual_accounts;
mod member;
mod members;
mod oauth;
mod partners;
mod principal;
mod report;
mod seeding;
#[cfg(test)]
mod tests;
mod tokens;
mod transactions;
mod users;
mod webhook;

pub(crate) use account::{Account, AccountAction, not_manual};
pub(crate) use challenges::{Answers, Challenge};
pub(crate) use clock::Clock;
pub(crate) use collections::{COLLECTIONS, Collection};
pub(crate) use connection::{AnswerError, Connection, Snapshot};
pub use job::JobState;
pub(crate) use job::{Job, Stage};
pub(crate) use lag::LaggingChange;
pub(crate) use member::{Member, Oauth, status_message};
pub(crate) use members::unknown_member;
pub(crate) use oauth::Consent;
pub(crate) use principal::{Principal, invalid_token, test_user};
pub use report::JobReport;
pub use seeding::InvalidUser;
pub(crate) use transactions::UserTransactions;
pub(crate) use users::{User, is_user_id, unknown_user};

use collections::Collections;
use duplicates::Logins;
use manual_accounts::ManualAccount;
use partners::Partners;
use tokens::Tokens;
use users::Users;

/// The state behind a lock. Clones share it.
#[derive(Clone)]
pub(crate) struct Store {
    state: Arc<Mutex<State>>,
}

pub(crate) struct State {
    /// The time of the call.
    pub now: Instant,
    pub clock: Clock,
    pub settings: Settings,
    /// The settings at the start, for a reset.
    initial: Settings,
    /// Those of the world, and those of every sandbox.
    pub institutions: Vec<Arc<Institution>>,
    pub partners: Partners,
    pub users: Users,
    /// API tokens that are not spent.
    pub api_tokens: Tokens,
    pub sessions: Tokens,
    /// All members, by guid.
    pub members: HashMap<String, Member>,
    pub logins: Logins,
    pub manual_accounts: Vec<ManualAccount>,
    /// By the guid of their user.
    pub collections: HashMap<String, Collections>,
    /// By the guid of their user.
    pub transactions: HashMap<String, UserTransactions>,
    /// How many jobs were started.
    pub launched: u64,
    /// What members show in the answer to the call, where it does not show its change.
    pub before_call: HashMap<String, Snapshot>,
}

impl State {
    fn new(settings: Settings, partners: Partners) -> Self {
        let world = Arc::clone(&settings.world);
        let mut state = Self {
            now: Instant::now(),
            clock: Clock::new(),
            initial: settings.clone(),
            institutions: bank::institutions_of(&world),
            partners,
            users: Users::default(),
            api_tokens: Tokens::new(settings.api_token_lifetime),
            sessions: Tokens::new(settings.session_lifetime),
            members: HashMap::new(),
            logins: Logins::default(),
            manual_accounts: Vec::new(),
            collections: HashMap::new(),
            transactions: HashMap::new(),
            launched: 0,
            before_call: HashMap::new(),
            settings,
        };
        state.add_users_of(&world);
        state
    }

    pub(crate) fn institution(&self, guid: &str) -> Option<&Arc<Institution>> {
        self.institutions.iter().find(|one| one.guid == guid)
    }

    /// The institution with this code, which Atrium uses.
    pub(crate) fn institution_by_code(&self, code: &str) -> Option<&Arc<Institution>> {
        self.institutions.iter().find(|one| one.code == code)
    }
}

/// The result of starting a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Started {
    New,
    /// A job of the same kind runs.
    AlreadyRunning,
}

impl Store {
    /// A state with one partner and the users of the world.
    pub(crate) fn new(settings: Settings) -> Self {
        let partners = Partners::new(&settings);
        Self {
            state: Arc::new(Mutex::new(State::new(settings, partners))),
        }
    }

    /// Goes back to the start, or to another world; the partners stay. Returns how many members there are.
    pub(crate) fn reset(&self, world: Option<World>) -> usize {
        let mut state = self.lock();
        let mut settings = state.initial.clone();
        if let Some(world) = world {
            settings.world = Arc::new(world);
        }
        let partners = std::mem::take(&mut state.partners);
        *state = State::new(settings, partners);
        state.members.len()
    }

    /// The chosen data.
    pub(crate) fn world(&self) -> Arc<World> {
        Arc::clone(&self.lock().settings.world)
    }

    /// The client id of the first partner.
    pub(crate) fn client_id(&self) -> String {
        self.lock().settings.client_id.clone()
    }

    pub(crate) fn api_key(&self, client_id: &str) -> Option<Secret> {
        let state = self.lock();
        let partner = state.partners.get(client_id)?;
        Some(partner.key.clone())
    }

    /// Adds a partner, or changes its key.
    pub(crate) fn add_partner(&self, client_id: &str, key: Secret) {
        self.lock().partners.add(client_id, key);
    }

    /// Enables or disables a kind of jobs for a partner. False when there is no such partner.
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

    pub(crate) fn variations(&self) -> Vec<Variation> {
        self.lock().settings.variations.iter().copied().collect()
    }

    pub(crate) fn set_variations(&self, variations: BTreeSet<Variation>) {
        self.lock().settings.variations = variations;
    }

    /// Authenticates a call, or refuses it; the body is not checked yet.
    pub(crate) fn authorise(&self, call: &mut Call) -> Result<Principal, Reply> {
        let mut state = self.lock();
        call.has_pages = !state.settings.has(Variation::ListsWithoutPagination);
        principal::authorise(&mut state, call)
    }

    /// Handles one call on the state. With a lag, readings lag behind what it changes of the user's members.
    pub(crate) fn handle<T>(
        &self,
        user: Option<&str>,
        lag: Option<Lag>,
        answer: impl FnOnce(&mut State) -> T,
    ) -> T {
        let mut state = self.lock();
        match user.zip(lag) {
            Some((user, lag)) => state.handle_lagging(user, lag, answer),
            None => answer(&mut state),
        }
    }

    /// Ends all sessions, and returns how many.
    pub(crate) fn expire_sessions(&self) -> usize {
        let mut state = self.lock();
        let now = state.now;
        state.sessions.expire(None, now)
    }

    /// Ends the sessions of a user of the first partner, and returns how many.
    pub(crate) fn expire_sessions_of(&self, user_id: &str) -> usize {
        let mut state = self.lock();
        let now = state.now;
        match state.users.guid(&state.settings.client_id, user_id) {
            Ok(user) => state.sessions.expire(Some(&user), now),
            Err(_) => 0,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.now = Instant::now();
        state
    }
}
