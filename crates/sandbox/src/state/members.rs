//! Creates, finds, changes and deletes members, with credentials or by OAuth. The handlers of Nexus call it.

use std::sync::Arc;

use serde_json::Value;

use crate::bank::{Entries, Institution};
use crate::call::Reply;
use crate::guids::guid;
use crate::state::{Answers, Connection, Member, Oauth, Snapshot, State, User};
use mx_nexus::Secret;
use mx_nexus::values::ConnectionStatus;

impl State {
    /// The member of a user, brought up to date. A member of another user is unknown.
    pub(crate) fn member(&mut self, user: &str, guid: &str) -> Result<&mut Member, Reply> {
        self.remove_if_expired(guid);
        let member = self.members.get_mut(guid);
        let member = member.filter(|member| member.user == user);
        let member = member.ok_or_else(unknown_member)?;
        member.connection.catch_up(self.now, &self.settings);
        Ok(member)
    }

    /// The guids of all members of a user, the oldest first.
    pub(crate) fn member_guids(&mut self, user: &str) -> Vec<String> {
        let guids = self.users.get(user).map(|user| user.members.clone());
        let mut guids = guids.unwrap_or_default();
        guids.retain(|guid| !self.remove_if_expired(guid));
        guids
    }

    /// The JSON of a member in the answer to a call that changes it.
    pub(crate) fn member_json(&mut self, user: &str, guid: &str) -> Result<Value, Reply> {
        let shown = self.changed(user, guid)?;
        self.shown_json(user, guid, shown)
    }

    /// The whole answer to a reading of a member.
    pub(crate) fn read_member_reply(&mut self, user: &str, guid: &str) -> Result<Reply, Reply> {
        let shown = self.reading(user, guid)?.varied(&self.settings);
        let member = self.members.get(guid).ok_or_else(unknown_member)?;
        Ok(Reply::serialised(
            "member",
            &member.shown(&shown, &self.clock),
        ))
    }

    /// What the answer to a call that changes a member shows of it.
    pub(crate) fn changed(&mut self, user: &str, guid: &str) -> Result<Snapshot, Reply> {
        let before = self.before_call.get(guid).cloned();
        let member = self.member(user, guid)?;
        Ok(before.unwrap_or_else(|| member.connection.snapshot()))
    }

    /// What a new reading of a member shows of it.
    pub(crate) fn reading(&mut self, user: &str, guid: &str) -> Result<Snapshot, Reply> {
        let now = self.now;
        Ok(self.member(user, guid)?.connection.read(now))
    }

    /// The JSON of a member that shows this, with the variations.
    pub(crate) fn shown_json(
        &mut self,
        user: &str,
        guid: &str,
        shown: Snapshot,
    ) -> Result<Value, Reply> {
        let clock = self.clock;
        let shown = shown.varied(&self.settings);
        Ok(self.member(user, guid)?.to_json(&shown, &clock))
    }

    /// Creates a member, and starts its first job unless the request skips it.
    pub(crate) fn create_member(&mut self, user: &str, request: &Value) -> Result<Value, Reply> {
        if request["external_guid"].is_string() {
            self.remove_expired();
        }
        let owner = self.users.get(user).ok_or_else(unknown_member)?;
        let wanted = request["institution_guid"].as_str().unwrap_or_default();
        let institution = self
            .institution(wanted)
            .filter(|institution| !institution.is_hidden);
        let institution = institution.cloned().ok_or_else(|| {
            let message = "The institution is unknown, or takes no new members.";
            Reply::problem(422, Some(4220), message)
        })?;
        let is_oauth = request["is_oauth"].as_bool().unwrap_or(false);
        let entries = if is_oauth {
            check_oauth(&institution)?;
            Entries::new()
        } else {
            entries(&institution, &request["credentials"])?
        };
        let external_guid = text(request, "external_guid");
        self.check_unique(
            owner,
            None,
            &institution,
            &entries,
            external_guid.as_deref(),
        )?;
        let use_cases = self.use_cases(owner, request)?;
        let login = entries.get("LOGIN").map(|login| login.expose().to_owned());
        let skips_aggregation = request["skip_aggregation"].as_bool().unwrap_or(false);
        let status = if is_oauth {
            ConnectionStatus::Pending
        } else {
            ConnectionStatus::Created
        };
        let name = text(request, "name").unwrap_or_else(|| institution.name.clone());
        let member = Member {
            guid: guid("MBR"),
            user: user.to_owned(),
            institution,
            login: login.unwrap_or_else(|| owner.id.clone()),
            entries,
            oauth: is_oauth.then(|| Oauth::new(self.now, skips_aggregation)),
            external_guid,
            metadata: text(request, "metadata"),
            name,
            use_cases,
            background_aggregation_is_disabled: request["background_aggregation_is_disabled"]
                .as_bool()
                .unwrap_or(false),
            revision: 0,
            created: self.now,
            connection: Connection::new(status),
        };
        let guid = member.guid.clone();
        let is_paused = owner.is_disabled;
        self.logins.add(user, &member.login, &guid);
        if let Some(user) = self.users.get_mut(user) {
            user.members.push(guid.clone());
        }
        self.members.insert(guid.clone(), member);
        let now = self.now;
        self.member(user, &guid)?.connection.pause(is_paused, now);
        if !is_oauth && !skips_aggregation {
            self.aggregate_if_permitted(user, &guid);
        }
        let mut shown = self.member_json(user, &guid)?;
        if is_oauth {
            shown["oauth_window_uri"] = self.window_address(&guid).into();
        }
        Ok(shown)
    }

    /// Changes a member. New credentials start a job unless one runs or the request skips it.
    pub(crate) fn update_member(
        &mut self,
        user: &str,
        guid: &str,
        request: &Value,
    ) -> Result<Value, Reply> {
        if request["external_guid"].is_string() {
            self.remove_expired();
        }
        let member = self.member(user, guid)?;
        let institution = Arc::clone(&member.institution);
        let is_oauth = member.oauth.is_some();
        let asked = member.connection.open().iter();
        let asked: Vec<String> = asked.map(|challenge| challenge.guid.clone()).collect();
        let mut entered = request["credentials"].as_array().cloned();
        let mut answers = Answers::new();
        // The older way to answer a challenge: as a credential.
        if let Some(entered) = &mut entered {
            entered.retain(|entry| {
                let (guid, value) = parts(entry);
                let is_answer = asked.iter().any(|asked| asked == guid);
                if is_answer {
                    answers.insert(guid.to_owned(), Secret::new(value));
                }
                !is_answer
            });
        }
        let entered = entered.filter(|entered| !entered.is_empty());
        if entered.is_some() && is_oauth {
            return Err(no_credentials());
        }
        let entries = entered.map(|entered| entries(&institution, &Value::Array(entered)));
        let entries = entries.transpose()?;
        let external_guid = text(request, "external_guid");
        let owner = self.users.get(user).ok_or_else(unknown_member)?;
        let new = entries.as_ref().unwrap_or(const { &Entries::new() });
        self.check_unique(
            owner,
            Some(guid),
            &institution,
            new,
            external_guid.as_deref(),
        )?;
        let use_cases = match request.get("use_cases") {
            Some(_) => self.use_cases(owner, request)?,
            None => None,
        };
        if !answers.is_empty() {
            self.answer(user, guid, &answers)?;
        }
        let is_new_login = entries.is_some();
        let member = self.member(user, guid)?;
        member.revision += 1;
        member.external_guid = external_guid.or(member.external_guid.take());
        member.metadata = text(request, "metadata").or(member.metadata.take());
        member.use_cases = use_cases.or(member.use_cases.take());
        if let Some(is_disabled) = request["background_aggregation_is_disabled"].as_bool() {
            member.background_aggregation_is_disabled = is_disabled;
        }
        if let Some(entries) = entries {
            self.set_entries(guid, entries);
        }
        let skips_aggregation = request["skip_aggregation"].as_bool().unwrap_or(false);
        if is_new_login && !skips_aggregation {
            self.aggregate_if_permitted(user, guid);
        }
        self.member_json(user, guid)
    }

    /// Sets one credential, with the checks of an update.
    pub(crate) fn set_credential(
        &mut self,
        user: &str,
        guid: &str,
        entry: &Value,
    ) -> Result<(), Reply> {
        let member = self.member(user, guid)?;
        let institution = Arc::clone(&member.institution);
        if member.oauth.is_some() {
            return Err(no_credentials());
        }
        let entries = entries(&institution, &Value::Array(vec![entry.clone()]))?;
        let owner = self.users.get(user).ok_or_else(unknown_member)?;
        self.check_unique(owner, Some(guid), &institution, &entries, None)?;
        self.set_entries(guid, entries);
        Ok(())
    }

    pub(crate) fn delete_member(&mut self, user: &str, guid: &str) -> Result<(), Reply> {
        self.member(user, guid)?;
        self.remove_member(guid);
        Ok(())
    }

    pub(super) fn remove_member(&mut self, guid: &str) {
        let Some(member) = self.members.remove(guid) else {
            return;
        };
        self.logins.remove(&member.user, &member.login, guid);
        if let Some(user) = self.users.get_mut(&member.user) {
            user.members.retain(|member| member != guid);
        }
    }

    /// Adds or replaces credentials of a member.
    fn set_entries(&mut self, guid: &str, entries: Entries) {
        if let Some(member) = self.members.get_mut(guid) {
            self.logins.remove(&member.user, &member.login, guid);
            member.set_entries(entries);
            self.logins.add(&member.user, &member.login, guid);
        }
    }

    fn remove_if_expired(&mut self, guid: &str) -> bool {
        let lifetime = self.settings.oauth_lifetime;
        let member = self.members.get(guid);
        let has_expired = member.is_some_and(|member| member.has_expired(self.now, lifetime));
        if has_expired {
            self.remove_member(guid);
        }
        has_expired
    }

    /// Removes every member whose OAuth was not finished in time: before a search through all users.
    pub(crate) fn remove_expired(&mut self) {
        let lifetime = self.settings.oauth_lifetime;
        let members = self.members.values();
        let expired = members.filter(|member| member.has_expired(self.now, lifetime));
        let expired: Vec<String> = expired.map(|member| member.guid.clone()).collect();
        for guid in expired {
            self.remove_member(&guid);
        }
    }

    /// The use cases of a request; ignored for partners who did not opt in.
    fn use_cases(&self, owner: &User, request: &Value) -> Result<Option<Vec<String>>, Reply> {
        let partner = self.partners.get(&owner.client);
        if !partner.is_some_and(|partner| partner.has_use_cases) {
            return Ok(None);
        }
        let named = request["use_cases"].as_array().into_iter().flatten();
        let named = named.filter_map(Value::as_str).map(str::to_owned);
        let named: Vec<String> = named.collect();
        if named.is_empty() {
            let message = "The client opted in to use cases: at least one is required.";
            return Err(Reply::problem(400, Some(4001), message));
        }
        Ok(Some(named))
    }
}

pub(crate) fn unknown_member() -> Reply {
    Reply::problem(404, None, "The member is unknown.")
}

fn no_credentials() -> Reply {
    let message = "A member that signs in by OAuth has no credentials.";
    Reply::problem(400, None, message)
}

fn check_oauth(institution: &Institution) -> Result<(), Reply> {
    if institution.supports_oauth {
        return Ok(());
    }
    let message = "The institution does not support OAuth.";
    Err(Reply::problem(400, None, message))
}

/// Credentials by the names of the institution's fields.
fn entries(institution: &Institution, entered: &Value) -> Result<Entries, Reply> {
    let entered = entered.as_array().filter(|entered| !entered.is_empty());
    let entered = entered.ok_or_else(|| {
        Reply::problem(
            400,
            Some(4001),
            "A member needs credentials, except by OAuth.",
        )
    })?;
    let mut entries = Entries::new();
    for entry in entered {
        let (guid, value) = parts(entry);
        let field = institution.field(guid).ok_or_else(|| {
            let message = "A credential is not of this institution: read its credentials again.";
            Reply::problem(400, None, message)
        })?;
        entries.insert(field.name, Secret::new(value));
    }
    Ok(entries)
}

fn parts(entry: &Value) -> (&str, &str) {
    let part = |name: &str| entry[name].as_str().unwrap_or_default();
    (part("credential_guid"), part("value"))
}

fn text(request: &Value, name: &str) -> Option<String> {
    request[name].as_str().map(str::to_owned)
}
