//! Members: create, read, list, update, delete; start their jobs, read their status, list and answer their challenges.

use http::StatusCode;
use serde_json::{Value, json};

use super::institutions::credentials_reply;
use super::status::Progress;
use crate::call::{Call, Reply};
use crate::handlers::nexus::members as nexus;
use crate::handlers::pages::paged;
use crate::settings::JobKind;
use crate::state::{Challenge, Snapshot, State};
use mx_nexus::values::ConnectionStatus;

/// How many members a user may have (reference).
const MAX_MEMBERS: usize = 25;

/// The reply to an operation on members; the member is the user's.
pub(super) fn reply(state: &mut State, user: &str, call: &Call) -> Option<Result<Reply, Reply>> {
    let guid = call.path("member_guid");
    let request = &call.body["member"];
    Some(match call.operation.id {
        "createMember" => create(state, user, request),
        "listMembers" => {
            let guids = state.member_guids(user).into_iter();
            let members = guids.filter_map(|guid| read(state, user, &guid).ok());
            let members = members.collect();
            Ok(paged(call, "members", members))
        }
        "readMember" | "readMemberStatus" => read(state, user, guid).map(member_reply),
        "updateMember" => update(state, user, guid, request),
        "deleteMember" => state
            .delete_member(user, guid)
            .map(|()| Reply::empty(StatusCode::NO_CONTENT)),
        "listMemberCredentials" => state.member(user, guid).map(|member| match member.oauth {
            Some(_) => Reply::ok(json!({"credentials": []})),
            None => credentials_reply(&member.institution),
        }),
        "listMemberMFAChallenges" => {
            let now = state.now;
            let member = state.member(user, guid);
            member.map(|member| match &*member.connection.shown(now).open {
                [] => Reply::empty(StatusCode::NO_CONTENT),
                open => Reply::ok(json!({"challenges": challenges(open)})),
            })
        }
        "resumeMember" => nexus::resume(state, user, guid, request)
            .and_then(|_| changed(state, user, guid))
            .map(member_reply),
        "readOauthWindowUri" => oauth_window(state, user, guid).map(member_reply),
        "fetchStatements" => match state.member(user, guid) {
            Ok(member) if member.institution.supports_statements() => return None,
            Ok(_) => Err(Reply::problem(
                400,
                None,
                "Member's institution does not support statements",
            )),
            Err(unknown) => Err(unknown),
        },
        operation => start(state, user, guid, job_kind(operation)?),
    })
}

/// The kind of job that an operation starts.
fn job_kind(operation: &str) -> Option<JobKind> {
    Some(match operation {
        "aggregateMember" => JobKind::Aggregation,
        "aggregateMemberBalances" => JobKind::Balance,
        "extendHistory" => JobKind::ExtendedHistory,
        "identifyMember" => JobKind::Identification,
        "verifyMember" => JobKind::Verification,
        _ => return None,
    })
}

fn start(state: &mut State, user: &str, guid: &str, kind: JobKind) -> Result<Reply, Reply> {
    let started = state.start(user, guid, kind, None)?;
    let member = changed(state, user, guid)?;
    Ok(Reply::json(
        nexus::status(started),
        json!({"member": member}),
    ))
}

fn create(state: &mut State, user: &str, request: &Value) -> Result<Reply, Reply> {
    let code = request["institution_code"].as_str().unwrap_or_default();
    let institution = state.institution_by_code(code);
    let institution = institution.filter(|institution| !institution.is_hidden);
    let institution = institution.cloned().ok_or_else(|| {
        let message = "The institution is unknown, or takes no new members.";
        Reply::problem(422, None, message)
    })?;
    if state.member_guids(user).len() >= MAX_MEMBERS {
        let message = "A user has 25 members at most.";
        return Err(Reply::problem(405, None, message));
    }
    let mut request = nexus_request(request);
    request["institution_guid"] = json!(institution.guid);
    let made = state.create_member(user, &request).map_err(clash)?;
    let guid = made["guid"].as_str().unwrap_or_default();
    let mut member = changed(state, user, guid)?;
    if let Some(address) = made.get("oauth_window_uri") {
        member["oauth_window_uri"] = address.clone();
    }
    Ok(member_reply(member))
}

fn update(state: &mut State, user: &str, guid: &str, request: &Value) -> Result<Reply, Reply> {
    let mut request = nexus_request(request);
    // MX's sample of an update with new credentials shows no running job.
    request["skip_aggregation"] = json!(true);
    state.update_member(user, guid, &request).map_err(clash)?;
    changed(state, user, guid).map(member_reply)
}

/// The request as Nexus takes it, which names the identifiers otherwise.
fn nexus_request(request: &Value) -> Value {
    let mut renamed = request.clone();
    if request.get("identifier").is_some() {
        renamed["external_guid"] = request["identifier"].clone();
    }
    for entry in renamed["credentials"].as_array_mut().into_iter().flatten() {
        entry["credential_guid"] = entry["guid"].clone();
    }
    // Nexus asks partners who opted in for these; Atrium has none.
    renamed["use_cases"] = json!(["PFM"]);
    renamed
}

/// The refusal of an object that exists already, which Nexus refuses with 422.
fn clash(refusal: Reply) -> Reply {
    match refusal.status {
        StatusCode::UNPROCESSABLE_ENTITY => Reply {
            status: StatusCode::CONFLICT,
            ..refusal
        },
        _ => refusal,
    }
}

fn oauth_window(state: &mut State, user: &str, guid: &str) -> Result<Value, Reply> {
    let address = state.oauth_window(user, guid, None)?;
    let mut member = changed(state, user, guid)?;
    member["oauth_window_uri"] = json!(address);
    Ok(member)
}

/// The JSON of a member in the answer to a reading.
fn read(state: &mut State, user: &str, guid: &str) -> Result<Value, Reply> {
    let shown = state.reading(user, guid)?;
    member_json(state, user, guid, shown)
}

/// The JSON of a member in the answer to a call that changes it.
fn changed(state: &mut State, user: &str, guid: &str) -> Result<Value, Reply> {
    let shown = state.changed(user, guid)?;
    member_json(state, user, guid, shown)
}

/// A member with its status: all fields of `MemberResponse` and of `MemberStatusResponse`.
fn member_json(state: &mut State, user: &str, guid: &str, shown: Snapshot) -> Result<Value, Reply> {
    let stage = shown.stage.clone();
    let progress = stage.as_ref().map(|stage| Progress::of(stage, state.now));
    let is_challenged = shown.status == ConnectionStatus::Challenged;
    let open = is_challenged.then(|| challenges(&shown.open));
    // New credentials have no job yet.
    let is_new = shown.status == ConnectionStatus::Updated && !shown.is_aggregating;
    let mut member = state.shown_json(user, guid, shown)?;
    let status = match &progress {
        Some(progress) if !is_new => progress.status,
        _ => "INITIATED",
    };
    member["status"] = json!(status);
    member["is_authenticated"] = json!(stage.is_some_and(|stage| stage.is_authenticated));
    let has = |part: fn(&Progress) -> bool| json!(progress.as_ref().is_some_and(part));
    member["has_processed_accounts"] = has(|progress| progress.has_processed_accounts);
    member["has_processed_transactions"] = has(|progress| progress.has_processed_transactions);
    member["identifier"] = member["external_guid"].take();
    if let Some(open) = open {
        member["challenges"] = open;
    }
    Ok(member)
}

fn challenges(open: &[Challenge]) -> Value {
    open.iter().map(Challenge::to_json).collect()
}

fn member_reply(member: Value) -> Reply {
    Reply::ok(json!({"member": member}))
}
