//! Adds a member without the workflow, for tests that begin after it.

use serde_json::{Value, json};

use crate::api::Api;
use crate::bank::institutions;
use crate::call::{Body, Reply};
use crate::state::{State, Store, User, unknown_user};

/// The bank of these members: it knows every password of the documentation.
const BANK: &str = "sandbox_bank";

/// MX Bank's documented login; further members of a user get a number after it.
const LOGIN: &str = "mxuser";

impl Store {
    /// Adds a member that was not aggregated to a user of the first partner, who is created if missing. The error is MX's message.
    pub(crate) fn add_member(&self, user_id: &str, password: &str) -> Result<String, String> {
        self.lock()
            .add_member(user_id, password)
            .map_err(|refusal| reason(&refusal))
    }

    /// The guid of the first partner's user of Atrium with this identifier, who is created if missing.
    pub(crate) fn add_atrium_user(&self, identifier: &str) -> Result<String, String> {
        self.lock()
            .known_user(Api::Atrium, identifier)
            .map_err(|refusal| reason(&refusal))
    }

    /// Adds a member that was not aggregated to a user of Atrium.
    pub(crate) fn add_atrium_member(&self, user: &str, password: &str) -> Result<String, String> {
        let mut state = self.lock();
        let is_of_atrium = |user: &User| user.is_of_atrium(&state.settings.client_id);
        let added = match state.users.get(user).is_some_and(is_of_atrium) {
            true => state.seed_member(user, password),
            false => Err(unknown_user()),
        };
        added.map_err(|refusal| reason(&refusal))
    }

    /// The guid of the user that has a member.
    pub(crate) fn user_of_member(&self, member: &str) -> Option<String> {
        let state = self.lock();
        state.members.get(member).map(|member| member.user.clone())
    }
}

impl State {
    fn add_member(&mut self, user_id: &str, password: &str) -> Result<String, Reply> {
        let user = self.known_user(Api::Nexus, user_id)?;
        self.seed_member(&user, password)
    }

    /// The guid of a user of the first partner, who is created if missing.
    fn known_user(&mut self, api: Api, id: &str) -> Result<String, Reply> {
        let client = self.settings.client_id.clone();
        match self.users.guid_in(api, &client, id) {
            Some(guid) => Ok(guid),
            None => self.add_user(api, &client, &json!({ "id": id })),
        }
    }

    fn seed_member(&mut self, user: &str, password: &str) -> Result<String, Reply> {
        let bank = institutions().iter().find(|bank| bank.code == BANK);
        let bank = bank.ok_or_else(|| Reply::problem(404, None, "There is no such bank."))?;
        let login = self.free_login(user);
        let credentials: Vec<Value> = bank
            .fields
            .iter()
            .map(|field| {
                let value = match field.name {
                    "PASSWORD" => password,
                    _ => &login,
                };
                json!({ "credential_guid": field.guid, "value": value })
            })
            .collect();
        let request = json!({
            "institution_guid": bank.guid,
            "credentials": credentials,
            "skip_aggregation": true,
            // Required for partners who opted in, ignored for others.
            "use_cases": ["PFM"],
        });
        let member = self.create_member(user, &request)?;
        Ok(member["guid"].as_str().unwrap_or_default().to_owned())
    }

    /// A login that no member of the user has.
    fn free_login(&self, user: &str) -> String {
        let count = self.users.get(user).map_or(0, |user| user.members.len());
        let mut numbered = (count + 1..).map(|number| match number {
            1 => LOGIN.to_owned(),
            _ => format!("{LOGIN}-{number}"),
        });
        let free = numbered.find(|login| self.logins.members(user, login).is_empty());
        free.unwrap_or_default()
    }
}

fn reason(refusal: &Reply) -> String {
    match &refusal.body {
        Body::Json(body) => body["error"]["message"].as_str().unwrap_or_default(),
        _ => "",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[test]
    fn login_of_deleted_member_can_be_used_again() {
        let store = Store::new(Settings::default());
        let first = store.add_member("U-1", "any").unwrap();
        store.add_member("U-1", "any").unwrap();
        let mut state = store.lock();
        let user = state.users.guid("sandbox-client", "U-1").unwrap();
        state.delete_member(&user, &first).unwrap();
        drop(state);
        store.add_member("U-1", "any").unwrap();
        store.add_member("U-1", "any").unwrap();
    }
}
