//! Atrium: users of its own, and the operations on institutions, members, jobs, accounts and transactions that have state.

use http::StatusCode;
use serde_json::{Value, json};

use super::pages::paged;
use super::reply_or_refusal;
use crate::api::Api;
use crate::call::{Call, Reply};
use crate::contract;
use crate::guids::token;
use crate::state::{State, unknown_user};

mod accounts;
mod institutions;
mod members;
mod status;
mod transactions;

/// How many users the development environment has room for (reference).
const MAX_USERS: usize = 100;

/// The reply to a partner.
pub(super) fn reply(state: &mut State, client: &str, call: &Call) -> Option<Reply> {
    let mut reply = reply_or_refusal(handle(state, client, call)?);
    if reply.status.is_success()
        && let Some(body) = reply.body.json_mut()
    {
        let document = contract::of(Api::Atrium).document();
        let name = call.operation.answer_type.unwrap_or_default();
        keep_documented(document, &document["components"]["schemas"][name], body);
    }
    Some(reply)
}

fn handle(state: &mut State, client: &str, call: &Call) -> Option<Result<Reply, Reply>> {
    match call.operation.id {
        "createUser" => return Some(create_user(state, client, &call.body["user"])),
        "listUsers" => {
            let users = state.users.of_atrium(client);
            let users = users.into_iter().map(|user| user.atrium_json());
            return Some(Ok(paged(call, "users", users.collect())));
        }
        _ => {}
    }
    let user = match call.path.get("user_guid") {
        Some(user) => user.as_str(),
        None => return institutions::reply(state, call).or_else(|| transactions::categorize(call)),
    };
    let found = state.users.get(user);
    let Some(found) = found.filter(|user| user.is_of_atrium(client)) else {
        return Some(Err(unknown_user()));
    };
    match call.operation.id {
        "readUser" => return Some(Ok(user_reply(found.atrium_json()))),
        "updateUser" => return Some(update_user(state, user, &call.body["user"])),
        "deleteUser" => {
            state.delete_user(user);
            return Some(Ok(Reply::empty(StatusCode::NO_CONTENT)));
        }
        _ if found.is_disabled => {
            return Some(Err(Reply::problem(403, None, "The user is disabled.")));
        }
        "getConnectWidget" => {
            let address = format!("{}/_sandbox/widgets/{}", state.settings.address, token());
            return Some(Ok(user_reply(
                json!({"connect_widget_url": address, "guid": user}),
            )));
        }
        _ => {}
    }
    if let Some(member) = call.path.get("member_guid")
        && let Err(unknown) = state.member(user, member)
    {
        return Some(Err(unknown));
    }
    members::reply(state, user, call)
        .or_else(|| accounts::reply(state, user, call))
        .or_else(|| transactions::reply(state, user, call))
}

fn create_user(state: &mut State, client: &str, request: &Value) -> Result<Reply, Reply> {
    if request.as_object().is_none_or(|fields| fields.is_empty()) {
        let message = "A user needs an identifier, metadata or is_disabled.";
        return Err(Reply::problem(400, None, message));
    }
    if state.users.of_atrium(client).len() >= MAX_USERS {
        let message = "The development environment has room for 100 users.";
        return Err(Reply::problem(405, None, message));
    }
    let guid = state.add_user(Api::Atrium, client, &mdx_request(request))?;
    let user = state.users.get(&guid).ok_or_else(unknown_user)?;
    Ok(user_reply(user.atrium_json()))
}

fn update_user(state: &mut State, guid: &str, request: &Value) -> Result<Reply, Reply> {
    state.update_user(guid, &mdx_request(request))?;
    let user = state.users.get(guid).ok_or_else(unknown_user)?;
    Ok(user_reply(user.atrium_json()))
}

/// The request as MDX takes it, which names the identifier otherwise.
fn mdx_request(request: &Value) -> Value {
    let mut renamed = json!({"id": request["identifier"], "is_disabled": request["is_disabled"]});
    if let Some(metadata) = request.get("metadata") {
        renamed["metadata"] = metadata.clone();
    }
    renamed
}

fn user_reply(user: Value) -> Reply {
    Reply::ok(json!({"user": user}))
}

/// Removes the fields that a schema does not have: most replies are made from those of Nexus, which have more.
fn keep_documented(document: &Value, schema: &Value, value: &mut Value) {
    let schema = contract::follow(document, schema);
    match value {
        Value::Array(items) => {
            for item in items {
                keep_documented(document, &schema["items"], item);
            }
        }
        Value::Object(fields) => {
            let documented = &schema["properties"];
            fields.retain(|name, _| documented[name].is_object());
            for (name, field) in fields {
                keep_documented(document, &documented[name], field);
            }
        }
        _ => {}
    }
}
