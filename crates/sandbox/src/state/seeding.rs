//! Adds a member without the workflow, for tests that begin after it.

use serde_json::{Value, json};

use crate::bank::institutions;
use crate::call::{Body, Reply};
use crate::state::{State, Store};

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
}

impl State {
    fn add_member(&mut self, user_id: &str, password: &str) -> Result<String, Reply> {
        let client = self.settings.client_id.clone();
        if let Ok(user) = self.users.guid(&client, user_id) {
            return self.seed_member(&user, password);
        }
        self.create_user(&client, &json!({ "id": user_id }))?;
        let user = self.users.guid(&client, user_id)?;
        let made = self.seed_member(&user, password);
        if made.is_err() {
            self.delete_user(&user);
        }
        made
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
