//! Members: create, read, list, update, delete; start their jobs, list and answer their challenges.

use http::StatusCode;
use serde_json::{Value, json};

use super::institutions;
use crate::call::{Call, Reply};
use crate::handlers::pages::paged;
use crate::settings::JobKind;
use crate::state::{Answers, Challenge, Started, State};
use mx_nexus::Secret;

/// The reply to an operation on members; the member is the user's.
pub(super) fn reply(state: &mut State, user: &str, call: &Call) -> Option<Result<Reply, Reply>> {
    let guid = call.path("member_guid");
    let member = &call.body["member"];
    Some(match call.operation.id {
        "createMember" => state.create_member(user, member).map(member_reply),
        "listMembers" => Ok(list(state, user, call)),
        "readMember" => state.read_member_reply(user, guid),
        "updateMember" => state.update_member(user, guid, member).map(member_reply),
        "deleteMember" => state
            .delete_member(user, guid)
            .map(|()| Reply::empty(StatusCode::NO_CONTENT)),
        "listMemberCredentials" => state.member(user, guid).map(|member| {
            let credentials = match &member.oauth {
                // The institution's fields are for members with credentials.
                Some(_) => json!([]),
                None => institutions::credentials(&member.institution),
            };
            Reply::ok(json!({"credentials": credentials}))
        }),
        "createMemberCredentials" => store_answer(state, user, guid, member),
        "listMemberChallenges" => {
            let now = state.now;
            state.member(user, guid).map(|member| {
                let shown = member.connection.shown(now);
                let open = shown.open.iter().map(Challenge::to_json);
                Reply::ok(json!({"challenges": open.collect::<Value>()}))
            })
        }
        "resumeAggregation" => resume(state, user, guid, member),
        "generateOauthWindowUri" => {
            let skips_aggregation = call.query("skip_aggregation").map(|text| text == "true");
            let address = state.oauth_window(user, guid, skips_aggregation);
            address.map(|address| member_reply(json!({"guid": guid, "oauth_window_uri": address})))
        }
        "aggregateAllMembers" | "refreshAllMembers" => {
            let started = state.start_all(user, includes_transactions(call));
            started.map(|started| Reply {
                status: status(started),
                ..list(state, user, call)
            })
        }
        operation => start(state, user, call, job_kind(operation)?),
    })
}

/// The kind of job that an operation starts.
pub(super) fn job_kind(operation: &str) -> Option<JobKind> {
    Some(match operation {
        "aggregateMember" | "refreshMember" => JobKind::Aggregation,
        "identifyMember" => JobKind::Identification,
        "verifyMember" => JobKind::Verification,
        "extendTransactionHistory" => JobKind::ExtendedHistory,
        "checkMemberBalance" => JobKind::Balance,
        _ => return None,
    })
}

fn start(state: &mut State, user: &str, call: &Call, kind: JobKind) -> Result<Reply, Reply> {
    let guid = call.path("member_guid");
    let started = state.start(user, guid, kind, includes_transactions(call))?;
    let member = state.member_json(user, guid)?;
    Ok(Reply::json(status(started), json!({"member": member})))
}

fn includes_transactions(call: &Call) -> Option<bool> {
    let in_query = call
        .query("include_transactions")
        .map(|text| text == "true");
    call.body["include_transactions"].as_bool().or(in_query)
}

pub(in crate::handlers) fn resume(
    state: &mut State,
    user: &str,
    guid: &str,
    member: &Value,
) -> Result<Reply, Reply> {
    let given = member["challenges"].as_array().into_iter().flatten();
    let answers = given.map(|answer| {
        let part = |name: &str| answer[name].as_str().unwrap_or_default();
        (part("guid").to_owned(), Secret::new(part("value")))
    });
    let answers: Answers = answers.collect();
    state.answer(user, guid, &answers)?;
    state.member_json(user, guid).map(member_reply)
}

/// The older way: stores the answer, which `resumeJob` gives to the bank.
fn store_answer(state: &mut State, user: &str, guid: &str, entry: &Value) -> Result<Reply, Reply> {
    let wanted = entry["credential_guid"].as_str().unwrap_or_default();
    let value = entry["value"].as_str().unwrap_or_default();
    let at = state.clock.iso(state.now);
    let member = state.member(user, guid)?;
    let is_open = |challenge: &Challenge| challenge.guid == wanted;
    if member.connection.open().iter().any(is_open) {
        if let Some(job) = member.connection.jobs.back_mut() {
            job.stored_answers
                .insert(wanted.to_owned(), Secret::new(value));
        }
    } else {
        state.set_credential(user, guid, entry)?;
    }
    Ok(Reply::ok(json!({"member_credential": {
        "created_at": at,
        "credential_guid": wanted,
        "guid": crate::guids::guid("MCR"),
        "member_guid": guid,
        "metadata": entry["metadata"],
        "updated_at": at,
    }})))
}

fn list(state: &mut State, user: &str, call: &Call) -> Reply {
    let mut readings = Vec::new();
    for guid in state.member_guids(user) {
        let shown = match call.operation.starts_work {
            true => state.changed(user, &guid),
            false => state.reading(user, &guid),
        };
        readings.extend(shown.map(|shown| (guid, shown.varied(&state.settings))));
    }
    let shown = readings.iter().filter_map(|(guid, shown)| {
        let member = state.members.get(guid)?;
        Some(member.shown(shown, &state.clock))
    });
    let mut members: Vec<_> = shown.collect();
    if let Some(use_case) = call.query("use_case") {
        members.retain(|member| {
            let named = member.use_cases;
            named.is_none_or(|named| named.iter().any(|name| name == use_case))
        });
    }
    paged(call, "members", members)
}

pub(in crate::handlers) fn status(started: Started) -> StatusCode {
    match started {
        Started::New => StatusCode::OK,
        Started::AlreadyRunning => StatusCode::ACCEPTED,
    }
}

fn member_reply(member: Value) -> Reply {
    Reply::ok(json!({"member": member}))
}
