//! What a user of Nexus did to transactions: created, changed, split and deleted ones. The handlers of transactions call it.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};

use crate::state::{State, fields};

#[derive(Default)]
pub(crate) struct UserTransactions {
    /// Manual transactions and parts of split ones, as they were created.
    created: Vec<Value>,
    /// The changed fields, by the guid of the transaction.
    changes: HashMap<String, Map<String, Value>>,
    /// The guids of deleted ones.
    deleted: BTreeSet<String>,
}

impl UserTransactions {
    pub(crate) fn create(&mut self, transaction: Value) {
        self.created.push(transaction);
    }

    pub(crate) fn change(&mut self, guid: &str, fields: impl IntoIterator<Item = (String, Value)>) {
        let changes = self.changes.entry(guid.to_owned()).or_default();
        changes.extend(fields);
    }

    /// Whether a transaction has parts.
    pub(crate) fn set_split(&mut self, guid: &str, is_split: bool) {
        self.change(guid, [("has_been_split".to_owned(), Value::Bool(is_split))]);
    }

    /// Deletes a transaction with its parts.
    pub(crate) fn delete(&mut self, guid: &str) {
        self.delete_parts(guid);
        self.created.retain(|one| one["guid"] != guid);
        self.deleted.insert(guid.to_owned());
    }

    pub(crate) fn delete_parts(&mut self, parent: &str) {
        self.created.retain(|one| one["parent_guid"] != parent);
    }
}

impl State {
    /// The transactions that jobs gathered for a user with those that the user created, as they are after all changes.
    pub(crate) fn with_changes(&mut self, user: &str, mut gathered: Vec<Value>) -> Vec<Value> {
        let Some(created) = self.transactions.get(user).map(|own| own.created.clone()) else {
            return gathered;
        };
        for transaction in created {
            let account = transaction["account_guid"].as_str().unwrap_or_default();
            if self.check_account(user, account).is_ok() {
                gathered.push(transaction);
            }
        }
        let Some(own) = self.transactions.get(user) else {
            return gathered;
        };
        let guid = |one: &Value| one["guid"].as_str().map(str::to_owned).unwrap_or_default();
        gathered.retain(|one| !own.deleted.contains(&guid(one)));
        for transaction in &mut gathered {
            let changes = own.changes.get(&guid(transaction));
            if let Some(changes) = changes {
                fields::set(transaction, changes.clone());
            }
        }
        gathered
    }
}
