//! Adds users and members without the workflow: those of the world, and for tests that begin after it.

use std::fmt;

use serde_json::{Value, json};

use crate::api::Api;
use crate::call::{Body, Reply};
use crate::state::{State, Store, User, unknown_user};
use crate::world::{Member, UserApi, World};

/// The bank of members that name none: it knows every password of the documentation.
const BANK: &str = "sandbox_bank";

/// MX Bank's documented login; further members of a user get a number after it.
const LOGIN: &str = "mxuser";

/// A password with which jobs succeed.
const PASSWORD: &str = "any";

/// MX's refusal of a user id, or of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidUser(String);

impl fmt::Display for InvalidUser {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for InvalidUser {}

impl Store {
    /// Adds a member to a user of the first partner, who is created if missing. The error is MX's message.
    pub(crate) fn add_member(&self, user_id: &str, member: &Member) -> Result<String, InvalidUser> {
        let mut state = self.lock();
        let user = state.known_user(Api::Nexus, user_id);
        let added = user.and_then(|user| state.seed_member(&user, member));
        added.map_err(|refusal| invalid(&refusal))
    }

    /// The guid of the first partner's user of Atrium with this identifier, who is created if missing.
    pub(crate) fn add_atrium_user(&self, identifier: &str) -> Result<String, InvalidUser> {
        self.lock()
            .known_user(Api::Atrium, identifier)
            .map_err(|refusal| invalid(&refusal))
    }

    /// Adds a member to a user of Atrium.
    pub(crate) fn add_atrium_member(
        &self,
        user: &str,
        member: &Member,
    ) -> Result<String, InvalidUser> {
        let mut state = self.lock();
        let is_of_atrium = |user: &User| user.is_of_atrium(&state.settings.client_id);
        let added = match state.users.get(user).is_some_and(is_of_atrium) {
            true => state.seed_member(user, member),
            false => Err(unknown_user()),
        };
        added.map_err(|refusal| invalid(&refusal))
    }

    /// The guid of the user that has a member.
    pub(crate) fn user_of_member(&self, member: &str) -> Option<String> {
        let state = self.lock();
        state.members.get(member).map(|member| member.user.clone())
    }
}

impl State {
    /// Adds the users of a world with their members. It was checked, so nothing is refused.
    pub(super) fn add_users_of(&mut self, world: &World) {
        for user in &world.users {
            let api = match user.api {
                UserApi::Nexus => Api::Nexus,
                UserApi::Atrium => Api::Atrium,
            };
            let Ok(guid) = self.known_user(api, &user.id) else {
                continue;
            };
            for member in &user.members {
                let _ = self.seed_member(&guid, member);
            }
        }
    }

    /// The guid of a user of the first partner, who is created if missing.
    fn known_user(&mut self, api: Api, id: &str) -> Result<String, Reply> {
        let client = self.settings.client_id.clone();
        match self.users.guid_in(api, &client, id) {
            Some(guid) => Ok(guid),
            None => self.add_user(api, &client, &json!({ "id": id })),
        }
    }

    fn seed_member(&mut self, user: &str, member: &Member) -> Result<String, Reply> {
        let named = member.institution.as_deref().unwrap_or(BANK);
        let bank = self.institutions.iter().find(|bank| bank.is_named(named));
        let bank = bank.ok_or_else(|| Reply::problem(404, None, "There is no such bank."))?;
        let login = member.login.clone();
        let login = login.unwrap_or_else(|| self.free_login(user));
        let credentials = bank.fields.iter().map(|field| {
            let value = match field.name {
                "PASSWORD" => member.password.as_deref().unwrap_or(PASSWORD),
                "LOGIN" => &login,
                // A choice.
                _ => field.options.first().map_or("", |(value, _)| value),
            };
            json!({ "credential_guid": field.guid, "value": value })
        });
        let request = json!({
            "institution_guid": bank.guid,
            "is_oauth": bank.fields.is_empty(),
            "credentials": credentials.collect::<Value>(),
            "skip_aggregation": true,
            // Required for partners who opted in, ignored for others.
            "use_cases": ["PFM"],
        });
        let created = self.create_member(user, &request)?;
        let guid = created["guid"].as_str().unwrap_or_default();
        for kind in &member.jobs {
            self.start(user, guid, *kind, None)?;
            let now = self.now;
            self.member(user, guid)?.connection.finish_job(now);
        }
        Ok(guid.to_owned())
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

fn invalid(refusal: &Reply) -> InvalidUser {
    let message = match &refusal.body {
        Body::Json(body) => body["error"]["message"].as_str().unwrap_or_default(),
        _ => "",
    };
    InvalidUser(message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[test]
    fn login_of_deleted_member_can_be_used_again() {
        let store = Store::new(Settings::default());
        let first = store.add_member("U-1", &Member::default()).unwrap();
        store.add_member("U-1", &Member::default()).unwrap();
        let mut state = store.lock();
        let user = state.users.guid("sandbox-client", "U-1").unwrap();
        state.delete_member(&user, &first).unwrap();
        drop(state);
        store.add_member("U-1", &Member::default()).unwrap();
        store.add_member("U-1", &Member::default()).unwrap();
    }
}
