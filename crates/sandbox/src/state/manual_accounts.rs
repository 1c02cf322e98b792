//! Accounts that users created; no job gathers them. The handlers of accounts call it.

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::call::Reply;
use crate::guids::{fixed_guid, guid};
use crate::state::{Account, AccountAction, Clock, State};

pub(crate) struct ManualAccount {
    /// The guid of its user.
    pub user: String,
    account: Account,
    created: Instant,
    updated: Instant,
}

impl State {
    pub(crate) fn create_manual_account(&mut self, user: &str, request: &Value) -> Value {
        let mut account = Account::new(guid("ACT"), 0);
        account.update(request);
        let made = ManualAccount {
            user: user.to_owned(),
            account,
            created: self.now,
            updated: self.now,
        };
        let shown = made.to_json(&self.clock);
        self.manual_accounts.push(made);
        shown
    }

    /// The accounts that a user created, the oldest first.
    pub(crate) fn list_manual_accounts(&self, user: &str) -> Vec<Value> {
        let accounts = self.manual_accounts.iter();
        let accounts = accounts.filter(|account| account.user == user);
        accounts
            .map(|account| account.to_json(&self.clock))
            .collect()
    }

    /// Applies an action to an account that the user created, and returns it.
    pub(crate) fn manual_account(
        &mut self,
        user: &str,
        wanted: &str,
        action: AccountAction<'_>,
    ) -> Result<Value, Reply> {
        let mut accounts = self.manual_accounts.iter();
        let position = accounts.position(|one| one.user == user && one.account.guid == wanted);
        let unknown = || Reply::problem(404, None, "The account is unknown.");
        let position = position.ok_or_else(unknown)?;
        let found = self.manual_accounts.get_mut(position).ok_or_else(unknown)?;
        match action {
            AccountAction::Read => {}
            AccountAction::Update(request) => {
                found.account.update(request);
                found.updated = self.now;
            }
            AccountAction::Block => {
                let message = "A manual account cannot be blocked; it can be deleted.";
                return Err(Reply::problem(400, None, message));
            }
            AccountAction::Delete => {
                return Ok(self.manual_accounts.remove(position).to_json(&self.clock));
            }
        }
        Ok(found.to_json(&self.clock))
    }
}

impl ManualAccount {
    fn to_json(&self, clock: &Clock) -> Value {
        let guid = &self.account.guid;
        let mut shown = json!({
            "account_guid": guid,
            "created_at": clock.iso(self.created),
            "guid": guid,
            "is_closed": false,
            "is_hidden": false,
            "is_manual": true,
            "member_guid": fixed_guid("MBR", &format!("{}/manual", self.user)),
            "member_is_managed_by_user": true,
            "updated_at": clock.iso(self.updated),
            "user_guid": self.user,
        });
        self.account.apply_changes(&mut shown);
        shown
    }
}
