//! Jobs: read, and the older way to list and answer their challenges.

use serde_json::{Value, json};

use super::institutions::bare_credential;
use crate::call::{Call, Reply};
use crate::state::{Clock, Job, JobState, Member, State, status_message};

pub(super) fn reply(state: &mut State, user: &str, call: &Call) -> Option<Result<Reply, Reply>> {
    if !call.path.contains_key("job_guid") {
        return None;
    }
    let wanted = call.path("job_guid");
    let guid = match owner(state, user, wanted) {
        Ok(guid) => guid,
        Err(unknown) => return Some(Err(unknown)),
    };
    let clock = state.clock;
    let now = state.now;
    let read = |state: &mut State, show: fn(&Member, &Job, &Clock) -> Value| {
        let member = state.member(user, &guid)?;
        // The latest, where all have the same guid.
        let mut jobs = member.connection.jobs.iter().rev();
        let job = jobs.find(|job| job.guid == wanted).ok_or_else(unknown)?;
        let mut shown = show(member, job, &clock);
        if job.is_running() && shown.get("job").is_some() {
            shown["job"]["updated_at"] = json!(clock.iso(now));
        }
        Ok(Reply::ok(shown))
    };
    Some(match call.operation.id {
        "readJob" => read(state, job_json),
        "listJobMfaCredentials" => read(state, challenges_json),
        "resumeJob" => resume(state, user, &guid, wanted).and_then(|()| read(state, job_json)),
        _ => return None,
    })
}

/// The guid of the member that has this job.
fn owner(state: &mut State, user: &str, wanted: &str) -> Result<String, Reply> {
    for guid in state.member_guids(user) {
        let member = state.member(user, &guid)?;
        if member.connection.jobs.iter().any(|job| job.guid == wanted) {
            return Ok(guid);
        }
    }
    Err(unknown())
}

/// Answers the challenges with the stored answers.
fn resume(state: &mut State, user: &str, guid: &str, wanted: &str) -> Result<(), Reply> {
    let running = state.member(user, guid)?.connection.running();
    let running = running.filter(|job| job.guid == wanted);
    let left = running.map(|job| job.stored_answers.clone());
    state.answer(user, guid, &left.unwrap_or_default())
}

fn job_json(member: &Member, job: &Job, clock: &Clock) -> Value {
    let (status, status_name) = job.status();
    let is_failed = job.state() == JobState::Failed;
    let error = job.end.as_ref().filter(|_| is_failed);
    let error = error.map(|end| status_message(end, &member.institution.name));
    let finished = job.end.as_ref().map(|_| clock.iso(job.step_started));
    json!({"job": {
        "created_at": clock.iso(job.started),
        "error_message": error,
        "error_message_code": null,
        "finished_at": finished,
        "guid": job.guid,
        "institution_guid": member.institution.guid,
        "is_authenticated": job.is_authenticated,
        "member_guid": member.guid,
        "started_at": clock.iso(job.started),
        "status": status,
        "status_name": status_name,
        "updated_at": clock.iso(job.step_started),
        "user_guid": member.user,
    }})
}

fn challenges_json(member: &Member, job: &Job, _: &Clock) -> Value {
    let open = job.open.iter().enumerate().map(|(index, challenge)| {
        let mut shown = bare_credential(&member.institution, &challenge.guid, index);
        shown["field_name"] = json!(challenge.label());
        shown["label"] = json!(challenge.label());
        let (code, name) = challenge.kind();
        shown["field_type"] = json!(code);
        shown["field_type_name"] = json!(name);
        shown["mfa"] = json!(true);
        if let Some(options) = challenge.to_json().get("options") {
            shown["options"] = options.clone();
        }
        shown
    });
    json!({"credentials": open.collect::<Value>()})
}

fn unknown() -> Reply {
    Reply::problem(404, None, "The job is unknown.")
}
