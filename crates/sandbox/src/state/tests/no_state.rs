//! The list of the operations without state, which rustdoc shows.

use std::collections::{BTreeMap, BTreeSet};

use super::client::call;
use super::*;
use crate::api;

/// A client with one of everything, and the calls of its users.
struct World {
    client: TestClient,
    nexus: Principal,
    path: BTreeMap<&'static str, String>,
}

impl World {
    async fn new(api: Api) -> Self {
        let client = TestClient::new();
        let (_, user) = client.send(client.nexus("readUser"));
        let user = user["user"]["guid"].as_str().unwrap().to_owned();
        let member = client.member("sandbox_bank", "quick");
        client.start(&member, "aggregateMember");
        let (_, listed) = client.send(client.nexus("listTransactions"));
        let transaction = &listed["transactions"][0];
        let make = |operation: &str, key: &str, body: Value| {
            let (status, made) = client.send(client.nexus(operation).body(body));
            assert_eq!(status, 200, "{operation}");
            made[key]["guid"].as_str().unwrap().to_owned()
        };
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut path: BTreeMap<&'static str, String> = BTreeMap::from([
            ("client_id", client.store.client_id()),
            ("user_id", String::from("ada")),
            ("member_guid", member),
            ("account_guid", text(&transaction["account_guid"])),
            ("transaction_guid", text(&transaction["guid"])),
            (
                "spending_plan_guid",
                make("createSpendingPlan", "spending_plan", Value::Null),
            ),
            (
                "notification_guid",
                make(
                    "createNotification",
                    "notification",
                    json!({"notification": {"subject": "x"}}),
                ),
            ),
            ("start_date", String::from("2000-01-01")),
            ("end_date", String::from("2100-01-01")),
        ]);
        if api == Api::Atrium {
            path.extend(of_atrium(&client));
        }
        Self {
            nexus: Principal::User(user),
            client,
            path,
        }
    }

    /// Whether the handlers leave an operation to the document.
    fn has_no_state(&self, call: &Call) -> bool {
        let partner = Principal::Partner(self.client.store.client_id());
        let token = Principal::TokenHolder(String::new());
        let principal = match (call.api, call.operation.id) {
            (Api::Nexus, "createSession") => &token,
            (Api::Nexus, _) => &self.nexus,
            _ => &partner,
        };
        self.client.reply(principal, call).is_none()
    }
}

/// A user of Atrium, its member and an account.
fn of_atrium(client: &TestClient) -> [(&'static str, String); 3] {
    let added = client.store.add_atrium_user("ada").unwrap();
    let member = crate::world::Member::new("ada").after(JobKind::Aggregation);
    let member = client.store.add_atrium_member(&added, &member).unwrap();
    let partner = Principal::Partner(client.store.client_id());
    let list = call(Api::Atrium, "listUserAccounts").at("user_guid", &added);
    let (_, listed) = client::status_and_body(client.reply(&partner, &list).unwrap());
    let account = listed["accounts"][0]["guid"].as_str().unwrap().to_owned();
    [
        ("user_guid", added),
        ("member_guid", member),
        ("account_guid", account),
    ]
}

#[tokio::test(start_paused = true)]
async fn list_of_operations_without_state_is_complete() {
    let mut groups: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for (api, operation) in api::all_operations() {
        let world = World::new(api).await;
        let mut call = call(api, operation.id);
        for parameter in operation.parameters {
            let value = world.path.get(parameter.name);
            let value = value.map_or("unknown", String::as_str);
            call = call.at(parameter.name, value);
        }
        if world.has_no_state(&call) {
            let group = groups.entry((api.name(), operation.tag)).or_default();
            group.insert(operation.id);
        }
    }
    let mut list = String::from("| API | group | operations |\n|---|---|---|\n");
    for ((api, group), operations) in groups {
        let operations: Vec<String> = operations.iter().map(|id| format!("`{id}`")).collect();
        let operations = operations.join(", ");
        list.push_str(&format!("| `/{api}` | {group} | {operations} |\n"));
    }
    assert_eq!(list, include_str!("../../handlers/no_state.md"), "\n{list}");
}
