//! Webhooks of a member, as MX's pages show them: docs.mx.com/resources/webhooks.

use serde_json::{Map, Value, json};

use crate::state::Store;
use mx_nexus::values::ConnectionStatus as Is;

/// The statuses in which a user has to do something; each has a webhook of its own.
const ACTIONABLE: [Is; 8] = [
    Is::Challenged,
    Is::Denied,
    Is::Expired,
    Is::Impaired,
    Is::Impeded,
    Is::Locked,
    Is::Prevented,
    Is::Rejected,
];
/// The fields of the webhook of members that MX's page lists and the sandbox has.
const FIELDS: [&str; 9] = [
    "connection_status",
    "connection_status_id",
    "connection_status_message",
    "guid",
    "institution_code",
    "institution_guid",
    "is_being_aggregated",
    "name",
    "user_guid",
];

impl Store {
    /// The webhook that MX sends for the state of a member; none when there is no such member.
    pub(crate) fn webhook(&self, guid: &str) -> Option<Value> {
        let mut state = self.lock();
        let user = state.members.get(guid)?.user.clone();
        let clock = state.clock;
        let member = state.member(&user, guid).ok()?;
        let snapshot = member.connection.snapshot();
        let mut shown = member.to_json(&snapshot, &clock);
        if ACTIONABLE.contains(&snapshot.status) {
            return Some(json!({
                "action": "CHANGED",
                "connection_status": shown["connection_status"].take(),
                "connection_status_id": shown["connection_status_id"].take(),
                "connection_status_message": shown["connection_status_message"].take(),
                "member_guid": guid,
                "type": "CONNECTION_STATUS",
                "user_guid": user,
            }));
        }
        let mut fields = Map::new();
        // Times of webhooks are in seconds since 1970.
        let aggregated = snapshot.aggregated.map(|at| clock.unix(at));
        fields.insert(String::from("aggregated_at"), aggregated.into());
        for name in FIELDS {
            fields.insert(name.to_owned(), shown[name].take());
        }
        Some(json!({"action": "updated", "member": fields}))
    }
}
