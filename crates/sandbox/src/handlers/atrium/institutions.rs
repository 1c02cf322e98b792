//! Institutions: search, read, credentials.

use serde_json::{Value, json};

use crate::bank::Institution;
use crate::call::{Call, Reply};
use crate::handlers::nexus::institutions::{self as nexus, institution_json};
use crate::handlers::pages::paged;
use crate::state::State;

pub(super) fn reply(state: &State, call: &Call) -> Option<Result<Reply, Reply>> {
    let found = || {
        let found = state.institution_by_code(call.path("institution_code"));
        found.ok_or_else(|| Reply::problem(404, None, "The institution is unknown."))
    };
    Some(match call.operation.id {
        "listInstitutions" => Ok(list(state, call)),
        "readInstitution" => found().map(|found| Reply::ok(json!({"institution": shown(found)}))),
        "readInstitutionCredentials" => found().map(|found| credentials_reply(found)),
        _ => return None,
    })
}

/// The credentials of an institution, with the name of the type in `type`.
pub(super) fn credentials_reply(institution: &Institution) -> Reply {
    let mut credentials = nexus::credentials(institution);
    for credential in credentials.as_array_mut().into_iter().flatten() {
        credential["type"] = credential["field_type_name"].take();
        // Only a choice has options.
        if credential["options"].as_array().is_some_and(Vec::is_empty)
            && let Some(fields) = credential.as_object_mut()
        {
            fields.remove("options");
        }
    }
    Reply::ok(json!({"credentials": credentials}))
}

fn list(state: &State, call: &Call) -> Reply {
    let name = call.query("name").unwrap_or_default().to_lowercase();
    let flags = call
        .query
        .iter()
        .filter(|(key, _)| key.starts_with("supports_"));
    let flags: Vec<(&str, bool)> = flags
        .map(|(key, value)| (key.as_str(), value == "true"))
        .collect();
    let listed = state.institutions.iter();
    let listed = listed.filter(|one| !one.is_hidden && one.name.to_lowercase().contains(&name));
    let listed = listed.map(|one| shown(one));
    let listed = listed.filter(|one| {
        let mut flags = flags.iter();
        // A flag that institutions do not have restricts nothing.
        flags.all(|(flag, wanted)| one[*flag].as_bool().is_none_or(|has| has == *wanted))
    });
    paged(call, "institutions", listed.collect())
}

fn shown(institution: &Institution) -> Value {
    let mut shown = institution_json(institution);
    shown["supports_account_statement"] = json!(institution.supports_statements());
    shown
}
