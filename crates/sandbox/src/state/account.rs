//! Accounts that a job gathered, with the changes of the user. The connection of a member has them.

use serde_json::{Map, Value};

use crate::api::Api;
use crate::call::Reply;
use crate::contract;
use crate::state::{Member, State, fields};

pub(crate) struct Account {
    pub guid: String,
    /// Its index among the accounts of the login.
    pub index: usize,
    changes: Map<String, Value>,
    is_blocked: bool,
}

/// What a call does to an account.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AccountAction<'a> {
    Read,
    /// Sets these fields.
    Update(&'a Value),
    /// Removes it for good.
    Block,
    /// Refused: only an account that the user created can be deleted.
    Delete,
}

impl Account {
    pub(crate) fn new(guid: String, index: usize) -> Self {
        Self {
            guid,
            index,
            changes: Map::new(),
            is_blocked: false,
        }
    }

    /// Replaces the bank's values with those of the user.
    pub(crate) fn apply_changes(&self, shown: &mut Value) {
        for (field, value) in &self.changes {
            shown[field] = value.clone();
        }
    }

    /// Keeps the fields that the document allows a user to set.
    pub(crate) fn update(&mut self, request: &Value) {
        let schemas = &contract::of(Api::Nexus).document()["components"]["schemas"];
        let may_be_set = &schemas["AccountUpdateRequest"]["properties"];
        let is_shown = &schemas["AccountResponse"]["properties"];
        self.changes
            .extend(fields::set_by_user(request, may_be_set, is_shown));
    }
}

pub(crate) fn not_manual() -> Reply {
    let message = "Only a manual account can be deleted; this one can be blocked.";
    Reply::problem(400, None, message)
}

impl Member {
    /// Its accounts without the blocked ones, and without those of an earlier login that had more.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = &Account> {
        let count = self.connection.accounts_source.count();
        let accounts = self.connection.accounts.iter().take(count);
        accounts.filter(|account| !account.is_blocked)
    }
}

impl State {
    /// Applies an action to an account that a job gathered for the user, and returns it with its member. None when no job gathered it:
    /// then it may be one that the user created.
    pub(crate) fn account(
        &mut self,
        user: &str,
        wanted: &str,
        action: AccountAction<'_>,
    ) -> Option<Result<(&Member, &Account), Reply>> {
        for member in self.member_guids(user) {
            // A job may have gathered its accounts by now.
            let _ = self.member(user, &member);
        }
        let mut members = self.members.values_mut();
        let member = members.find(|member| {
            let mut accounts = member.connection.accounts.iter();
            accounts.any(|account| account.guid == wanted)
        })?;
        let is_of_user = member.user == user;
        let mut accounts = member.connection.accounts.iter_mut();
        let account = accounts.find(|account| account.guid == wanted)?;
        if !is_of_user || account.is_blocked {
            return Some(Err(Reply::problem(404, None, "The account is unknown.")));
        }
        match action {
            AccountAction::Read => {}
            AccountAction::Update(request) => account.update(request),
            AccountAction::Block => account.is_blocked = true,
            AccountAction::Delete => return Some(Err(not_manual())),
        }
        let member: &Member = member;
        let mut accounts = member.connection.accounts.iter();
        let account = accounts.find(|account| account.guid == wanted)?;
        Some(Ok((member, account)))
    }

    /// Refuses an account that is not the user's: neither a job gathered it nor the user created it.
    pub(crate) fn check_account(&mut self, user: &str, wanted: &str) -> Result<(), Reply> {
        match self.account(user, wanted, AccountAction::Read) {
            Some(found) => found.map(|_| ()),
            None => self
                .manual_account(user, wanted, AccountAction::Read)
                .map(|_| ()),
        }
    }
}
