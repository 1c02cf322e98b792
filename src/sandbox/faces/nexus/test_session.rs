//! The session `test_session`: static data behind words that stand in the place of a member. Nothing changes here, no job has a
//! guid, and no member is ever at work.

use http::StatusCode;
use serde_json::{Value, json};

use super::{either, institutions, members};
use crate::sandbox::bank::{Country, Question, institutions as all_institutions};
use crate::sandbox::call::{Call, Reply};
use crate::sandbox::people;
use crate::sandbox::world::{Challenge, fixed_guid, message, test_user, unknown};
use crate::values::ConnectionStatus;

/// The words of connected members.
const CONNECTED: [&str; 4] = [
    "test_member",
    "test_nexus_member",
    "unidentified",
    "unverified",
];

/// The login whose people own the static accounts.
const LOGIN: &str = "mxuser";

/// The reply to a call of the test session.
pub(crate) fn answer(call: &Call) -> Option<Reply> {
    if let Some(reply) = institutions::answer(call) {
        return Some(either(reply));
    }
    if call.operation.id == "listMembers" {
        let members = CONNECTED.iter().copied().map(|word| {
            let status = ConnectionStatus::Connected;
            member(word, &status)
        });
        return Some(Reply::ok(json!({"members": members.collect::<Value>()})));
    }
    let word = call.path.get("member_guid")?;
    let Some(status) = status(word) else {
        return Some(unknown());
    };
    let shown = || Reply::ok(json!({"member": member(word, &status)}));
    match call.operation.id {
        "readMember" | "updateMember" => Some(shown()),
        "deleteMember" => Some(Reply::nothing(StatusCode::NO_CONTENT)),
        "listAccountOwners" => Some(Reply::ok(json!({"account_owners": owners(word)}))),
        "readAccountNumbers" => Some(Reply::ok(json!({"account_numbers": numbers(word)}))),
        "listMemberChallenges" => {
            let open = open(&status).map(|challenge| challenge.shown());
            Some(Reply::ok(json!({"challenges": open.collect::<Value>()})))
        }
        "resumeAggregation" if status != ConnectionStatus::Challenged => {
            Some(Reply::problem(405, None, "The member is not CHALLENGED."))
        }
        "resumeAggregation" => Some(shown()),
        operation => members::job_kind(operation).map(|_| shown()),
    }
}

/// The status of the member that a word stands for. MX has no words for EXPIRED and PENDING.
fn status(word: &str) -> Option<ConnectionStatus> {
    use ConnectionStatus::{Connected, Expired, Pending};
    if CONNECTED.contains(&word) {
        return Some(Connected);
    }
    let known = ConnectionStatus::KNOWN.iter();
    let mut known = known.filter(|status| !matches!(status, Expired | Pending));
    known.find(|status| status.as_str() == word).cloned()
}

fn member(word: &str, status: &ConnectionStatus) -> Value {
    let institution = &all_institutions()[0];
    let at = "2016-10-13T18:07:57.000Z";
    json!({
        "aggregated_at": at,
        "background_aggregation_is_disabled": false,
        "connection_status": status.as_str(),
        "connection_status_id": ConnectionStatus::KNOWN.iter().position(|known| known == status),
        "connection_status_message": message(status, &institution.name),
        "external_guid": null,
        "guid": word,
        "institution_code": institution.code,
        "institution_guid": institution.guid,
        "is_being_aggregated": false,
        "is_managed_by_user": true,
        "is_manual": false,
        "is_oauth": false,
        "is_user_created": true,
        "metadata": null,
        "name": institution.name,
        "successfully_aggregated_at": at,
        "user_guid": test_user(),
    })
}

fn open(status: &ConnectionStatus) -> impl Iterator<Item = Challenge> {
    let is_challenged = *status == ConnectionStatus::Challenged;
    let guid = fixed_guid("CRD", "test_session/question");
    is_challenged
        .then(|| Challenge::new(Question::Text, guid))
        .into_iter()
}

fn owners(word: &str) -> Value {
    if word == "unidentified" || !CONNECTED.contains(&word) {
        return json!([]);
    }
    let owners = people::owners(LOGIN, 0).into_iter().map(|person| {
        json!({
            "account_guid": account(word),
            "address": person.address,
            "city": person.city,
            "country": "United States",
            "email": person.email,
            "first_name": null,
            "last_name": null,
            "member_guid": word,
            "owner_name": person.full_name(),
            "phone": person.phone,
            "postal_code": person.postal_code,
            "state": person.state,
            "user_guid": test_user(),
        })
    });
    owners.collect()
}

fn numbers(word: &str) -> Value {
    if word == "unverified" || !CONNECTED.contains(&word) {
        return json!([]);
    }
    let numbers = people::numbers(LOGIN, 0, "mxbank", Country::UnitedStates);
    json!([{
        "account_guid": account(word),
        "account_number": numbers.account_number,
        "guid": account(word).replacen("ACT", "ACN", 1),
        "institution_number": null,
        "member_guid": word,
        "passed_validation": true,
        "routing_number": numbers.routing_number,
        "transit_number": null,
        "user_guid": test_user(),
    }])
}

fn account(word: &str) -> String {
    fixed_guid("ACT", &format!("test_session/{word}"))
}
