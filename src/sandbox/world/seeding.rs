//! A member without the way to it: for tests that begin where the member is there. The sandbox's owner calls it.

use serde_json::{Value, json};

use crate::sandbox::bank::institutions;
use crate::sandbox::call::{Body, Reply};
use crate::sandbox::world::{State, World};

/// The bank of such members: it knows every password that means something.
const BANK: &str = "sandbox_bank";

/// The login that is documented for MX Bank; a second member of one user has a number behind it.
const LOGIN: &str = "mxuser";

impl World {
    /// A member that has not been aggregated, of the first partner's user with this id, who is made when it is not there. The
    /// refusal is what MX would say to a client.
    pub(crate) fn add_member(&self, user_id: &str, password: &str) -> Result<String, String> {
        self.state()
            .add_member(user_id, password)
            .map_err(|refusal| reason(&refusal))
    }
}

impl State {
    fn add_member(&mut self, user_id: &str, password: &str) -> Result<String, Reply> {
        let client = self.settings.client_id.clone();
        let user = match self.users.guid(&client, user_id) {
            Ok(user) => user,
            Err(_) => {
                self.create_user(&client, &json!({ "id": user_id }))?;
                self.users.guid(&client, user_id)?
            }
        };
        let bank = institutions().iter().find(|bank| bank.code == BANK);
        let bank = bank.ok_or_else(|| Reply::problem(404, None, "There is no such bank."))?;
        let login = match self.member_guids(&user).len() {
            0 => LOGIN.to_owned(),
            others => format!("{LOGIN}-{}", others + 1),
        };
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
        });
        let member = self.create_member(&user, &request)?;
        Ok(member["guid"].as_str().unwrap_or_default().to_owned())
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
    use crate::sandbox::world::Settings;

    #[test]
    fn one_user_may_have_several() {
        let world = World::new(Settings::default());
        let first = world.add_member("U-1", "challenge").unwrap();
        let second = world.add_member("U-1", "challenge").unwrap();
        assert_ne!(first, second);
        assert!(world.jobs().iter().all(|job| job.count == 0));
    }

    #[test]
    fn a_user_whom_mx_would_not_take_is_refused_in_its_words() {
        let world = World::new(Settings::default());
        let refusal = world.add_member("no spaces", "challenge").unwrap_err();
        assert!(refusal.contains("letters"), "{refusal}");
    }
}
