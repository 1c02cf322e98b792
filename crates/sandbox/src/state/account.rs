//! An account that a job gathered, and what its user made of it. The connection of a member keeps them; the faces show them.

use serde_json::{Map, Value, json};

use crate::api::Api;
use crate::bank::accounts::ACCOUNTS;
use crate::call::Reply;
use crate::contract;
use crate::guids::guid;
use crate::state::{Member, State};
use mx_nexus::values::{AccountSubtype, AccountType, PropertyType, SetBy};

/// An account that a job gathered.
pub(crate) struct Account {
    /// Its identifier.
    pub guid: String,
    /// Its index in [`ACCOUNTS`].
    pub index: usize,
    changes: Map<String, Value>,
    is_blocked: bool,
}

/// What may be done to an account that a job gathered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AccountAction<'a> {
    /// It is shown as it is.
    Read,
    /// Its fields become these.
    Update(&'a Value),
    /// Its data goes, and does not come back.
    Block,
    /// Refused: only an account that the user made by hand can be deleted.
    Delete,
}

impl Account {
    /// One at every index, as a first job finds them.
    pub(crate) fn gathered() -> Vec<Self> {
        let indexes = 0..ACCOUNTS.len();
        indexes.map(|index| Self::new(guid("ACT"), index)).collect()
    }

    /// The account at this index.
    pub(crate) fn new(guid: String, index: usize) -> Self {
        Self {
            guid,
            index,
            changes: Map::new(),
            is_blocked: false,
        }
    }

    /// Puts over what the bank says what the user says.
    pub(crate) fn apply_changes(&self, shown: &mut Value) {
        for (field, value) in &self.changes {
            shown[field] = value.clone();
        }
    }

    /// Takes what the user says, of what the document lets them say.
    pub(crate) fn update(&mut self, request: &Value) {
        let schemas = &contract::of(Api::Nexus).document()["components"]["schemas"];
        let may_be_set = &schemas["AccountUpdateRequest"]["properties"];
        let is_shown = &schemas["AccountResponse"]["properties"];
        let fields = request.as_object().into_iter().flatten();
        let fields = fields
            .filter(|(field, _)| may_be_set[*field].is_object() && is_shown[*field].is_object());
        for (field, value) in fields {
            let mut set = |name: &str, value: Value| {
                self.changes.insert(format!("{field}{name}"), value);
            };
            set("", value.clone());
            if let Some(name) = name_of(field, value) {
                set("_name", name);
            }
            if is_shown[format!("{field}_set_by")].is_object() {
                set("_set_by", json!(SetBy::User.code()));
                set("_set_by_name", json!(SetBy::User.name()));
            }
        }
    }
}

fn name_of(field: &str, value: &Value) -> Option<Value> {
    let code = value.as_i64()?;
    Some(match field {
        "account_type" => json!(AccountType::from(code).name()),
        "account_subtype" => json!(AccountSubtype::from(code).name()),
        "property_type" => json!(PropertyType::from(code).name()),
        _ => return None,
    })
}

/// The refusal to delete an account that was gathered.
pub(crate) fn not_manual() -> Reply {
    let message = "Only a manual account can be deleted; this one can be blocked.";
    Reply::problem(400, None, message)
}

impl Member {
    /// Its accounts, but for those that are blocked.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = &Account> {
        let accounts = self.connection.accounts.iter();
        accounts.filter(|account| !account.is_blocked)
    }
}

impl State {
    /// Does something to an account that a job gathered for the user, and gives it with its member. None when no job gathered it for anybody:
    /// it may be one that a user made by hand, of which nothing is kept here.
    pub(crate) fn account(
        &mut self,
        user: &str,
        wanted: &str,
        action: AccountAction<'_>,
    ) -> Option<Result<(&Member, &Account), Reply>> {
        for member in self.member_guids(user) {
            // It lets the member catch up: its accounts may be gathered by now.
            let _ = self.member(user, &member);
        }
        let mut members = self.members.values_mut();
        let member = members.find(|member| {
            let mut accounts = member.connection.accounts.iter();
            accounts.any(|account| account.guid == wanted)
        })?;
        let is_theirs = member.user == user;
        let mut accounts = member.connection.accounts.iter_mut();
        let account = accounts.find(|account| account.guid == wanted)?;
        if !is_theirs || account.is_blocked {
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
}
