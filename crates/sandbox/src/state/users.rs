//! The users of the partners: created, changed, renamed and deleted by MDX, and read by Nexus. Atrium has users of its own.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use tokio::time::Instant;

use crate::api::Api;
use crate::call::Reply;
use crate::guids::guid;
use crate::state::{Clock, State};

/// The fields that a partner may set besides `id` and `is_disabled`.
const FIELDS: [&str; 10] = [
    "birthdate",
    "credit_score",
    "email",
    "first_name",
    "gender",
    "is_excluded_from_analytics",
    "last_name",
    "metadata",
    "phone",
    "zip_code",
];

/// The longest id (MX's table of user fields).
const LONGEST_ID: usize = 1024;

pub(crate) struct User {
    /// Its identifier at MX.
    pub guid: String,
    /// Atrium, or Nexus for the users that the other APIs share.
    pub api: Api,
    /// Its identifier at the partner; empty for a user of Atrium that has none.
    pub id: String,
    /// The partner's client id.
    pub client: String,
    /// Its members, the oldest first.
    pub members: Vec<String>,
    pub is_disabled: bool,
    pub logged_in: Option<Instant>,
    fields: Map<String, Value>,
    revision: u32,
    /// How many users were added before it.
    number: usize,
}

/// All users, by guid, and by API, partner and id.
#[derive(Default)]
pub(crate) struct Users {
    by_guid: HashMap<String, User>,
    guids: HashMap<(Api, String, String), String>,
    added: usize,
}

impl Users {
    pub(crate) fn get(&self, guid: &str) -> Option<&User> {
        self.by_guid.get(guid)
    }

    pub(crate) fn get_mut(&mut self, guid: &str) -> Option<&mut User> {
        self.by_guid.get_mut(guid)
    }

    /// The guid of a partner's user of Nexus.
    pub(crate) fn guid(&self, client: &str, id: &str) -> Result<String, Reply> {
        self.guid_in(Api::Nexus, client, id)
            .ok_or_else(unknown_user)
    }

    /// The guid of a partner's user of Nexus or of Atrium.
    pub(super) fn guid_in(&self, api: Api, client: &str, id: &str) -> Option<String> {
        let key = (api, client.to_owned(), id.to_owned());
        self.guids.get(&key).cloned()
    }

    /// The partner's users of Atrium, the oldest first.
    pub(crate) fn of_atrium(&self, client: &str) -> Vec<&User> {
        let users = self.by_guid.values();
        let mut users: Vec<&User> = users.filter(|user| user.is_of_atrium(client)).collect();
        users.sort_by_key(|user| user.number);
        users
    }

    fn claim(&mut self, api: Api, client: &str, id: &str, guid: &str) -> Result<(), Reply> {
        match api {
            Api::Atrium if id.is_empty() => return Ok(()),
            Api::Atrium => {}
            _ => check_id(id)?,
        }
        let key = (api, client.to_owned(), id.to_owned());
        if self.guids.contains_key(&key) {
            return Err(Reply::problem(409, None, "The id of the user is in use."));
        }
        self.guids.insert(key, guid.to_owned());
        Ok(())
    }

    fn rename(&mut self, guid: &str, id: &str) -> Result<(), Reply> {
        let Some(user) = self.by_guid.get(guid) else {
            return Ok(());
        };
        let (api, client, old) = (user.api, user.client.clone(), user.id.clone());
        if old == id {
            return Ok(());
        }
        self.claim(api, &client, id, guid)?;
        self.guids.remove(&(api, client, old));
        if let Some(user) = self.by_guid.get_mut(guid) {
            id.clone_into(&mut user.id);
        }
        Ok(())
    }
}

impl State {
    pub(crate) fn create_user(&mut self, client: &str, request: &Value) -> Result<Value, Reply> {
        let guid = self.add_user(Api::Nexus, client, request)?;
        let user = self.users.get(&guid).ok_or_else(unknown_user)?;
        Ok(user.mdx_json(&self.clock))
    }

    /// Adds a user of Nexus or of Atrium, and returns its guid. The request is one of MDX.
    pub(crate) fn add_user(
        &mut self,
        api: Api,
        client: &str,
        request: &Value,
    ) -> Result<String, Reply> {
        let id = request["id"].as_str().unwrap_or_default();
        let guid = guid("USR");
        self.users.claim(api, client, id, &guid)?;
        self.users.added += 1;
        let mut user = User {
            guid: guid.clone(),
            api,
            id: id.to_owned(),
            client: client.to_owned(),
            members: Vec::new(),
            is_disabled: false,
            logged_in: None,
            fields: Map::new(),
            revision: 0,
            number: self.users.added,
        };
        user.set_fields(request);
        self.users.by_guid.insert(guid.clone(), user);
        Ok(guid)
    }

    /// Changes the fields of the request; disabling the user pauses the members.
    pub(crate) fn update_user(&mut self, guid: &str, request: &Value) -> Result<Value, Reply> {
        if let Some(id) = request["id"].as_str() {
            self.users.rename(guid, id)?;
        }
        let user = self.users.by_guid.get_mut(guid);
        let user = user.ok_or_else(unknown_user)?;
        let was_disabled = user.is_disabled;
        user.set_fields(request);
        user.revision += 1;
        let is_disabled = user.is_disabled;
        let shown = user.mdx_json(&self.clock);
        if is_disabled {
            // SSO issues none to a disabled user.
            self.api_tokens.end(guid);
        }
        if is_disabled != was_disabled {
            for member in &user.members {
                if let Some(member) = self.members.get_mut(member) {
                    member.connection.catch_up(self.now, &self.settings);
                    member.connection.pause(is_disabled, self.now);
                }
            }
        }
        Ok(shown)
    }

    /// Deletes a user with its members, tokens and sessions.
    pub(crate) fn delete_user(&mut self, guid: &str) {
        let Some(user) = self.users.by_guid.remove(guid) else {
            return;
        };
        self.users.guids.remove(&(user.api, user.client, user.id));
        for member in &user.members {
            self.remove_member(member);
        }
        self.manual_accounts.retain(|account| account.user != guid);
        self.collections.remove(guid);
        self.transactions.remove(guid);
        self.api_tokens.end(guid);
        self.sessions.end(guid);
    }
}

impl User {
    /// The user in MDX: the credit score as a number, the phone number in groups.
    pub(crate) fn mdx_json(&self, clock: &Clock) -> Value {
        let field = |name: &str| self.fields.get(name).cloned().unwrap_or(Value::Null);
        let excluded = field("is_excluded_from_analytics");
        json!({
            "id": self.id,
            "guid": self.guid,
            "birthdate": field("birthdate"),
            "credit_score": self.credit_score(),
            "email": field("email"),
            "first_name": field("first_name"),
            "gender": field("gender"),
            "is_disabled": self.is_disabled,
            "is_excluded_from_analytics": excluded.as_bool().unwrap_or(false),
            "last_name": field("last_name"),
            "logged_in_at": self.logged_in.map(|at| clock.unix(at)),
            "metadata": field("metadata"),
            "phone": self.phone(),
            "zip_code": field("zip_code"),
        })
    }

    /// The user in Nexus.
    pub(crate) fn nexus_json(&self, clock: &Clock) -> Value {
        let field = |name: &str| self.fields.get(name).cloned().unwrap_or(Value::Null);
        let gender = match field("gender").as_str() {
            Some("MALE") => json!(0),
            Some("FEMALE") => json!(1),
            _ => Value::Null,
        };
        json!({
            "accepted_terms_and_conditions_at": null,
            "birthday": field("birthdate"),
            "credit_score": self.credit_score(),
            "email": field("email"),
            "email_is_verified": false,
            "external_guid": self.id,
            "failed_token_login_attempts_count": 0,
            "first_name": field("first_name"),
            "gender": gender,
            "guid": self.guid,
            "has_accepted_terms_and_conditions": false,
            "has_updated_terms_and_conditions": false,
            "is_disabled": self.is_disabled,
            "is_restricted": false,
            "last_name": field("last_name"),
            "logged_in_at": self.logged_in.map(|at| clock.iso(at)),
            "metadata": field("metadata"),
            "phone": self.phone(),
            "phone_is_verified": false,
            "postal_code": field("zip_code"),
            "revision": self.revision,
        })
    }

    /// The user in Atrium.
    pub(crate) fn atrium_json(&self) -> Value {
        json!({
            "guid": self.guid,
            "identifier": (!self.id.is_empty()).then_some(&self.id),
            "is_disabled": self.is_disabled,
            "metadata": self.fields.get("metadata"),
        })
    }

    /// Whether it is this partner's user of Atrium.
    pub(crate) fn is_of_atrium(&self, client: &str) -> bool {
        self.api == Api::Atrium && self.client == client
    }

    fn set_fields(&mut self, request: &Value) {
        for name in FIELDS {
            if let Some(value) = request.get(name) {
                self.fields.insert(name.to_owned(), value.clone());
            }
        }
        if let Some(is_disabled) = request["is_disabled"].as_bool() {
            self.is_disabled = is_disabled;
        }
    }

    fn credit_score(&self) -> Option<i64> {
        let score = self.fields.get("credit_score")?;
        score.as_i64().or_else(|| score.as_str()?.parse().ok())
    }

    fn phone(&self) -> Option<String> {
        let phone = self.fields.get("phone")?.as_str()?;
        let is_plain = phone.len() == 10 && phone.bytes().all(|byte| byte.is_ascii_digit());
        Some(match (phone.get(..3), phone.get(3..6), phone.get(6..)) {
            (Some(area), Some(exchange), Some(line)) if is_plain => {
                format!("({area}) {exchange}-{line}")
            }
            _ => phone.to_owned(),
        })
    }
}

pub(crate) fn unknown_user() -> Reply {
    Reply::problem(404, None, "The user is unknown.")
}

/// Whether MX takes this as the id of a user.
pub(crate) fn is_user_id(id: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    !id.is_empty() && id.len() <= LONGEST_ID && id.bytes().all(is_allowed)
}

fn check_id(id: &str) -> Result<(), Reply> {
    if is_user_id(id) {
        return Ok(());
    }
    let message = "The id of the user has to be 1 to 1024 letters, digits, hyphens or underscores.";
    Err(Reply::problem(400, Some(4001), message))
}
