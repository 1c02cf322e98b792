//! MDX Real Time: the partner's users.

use http::StatusCode;
use serde_json::{Value, json};

use super::reply_or_refusal;
use crate::call::{Call, Reply};
use crate::state::State;

pub(super) fn reply(state: &mut State, client: &str, call: &Call) -> Option<Reply> {
    if call.operation.id == "createUser" {
        let made = state.create_user(client, &call.body["user"]);
        return Some(reply_or_refusal(made.map(user_reply)));
    }
    let guid = match state.users.guid(client, call.path("user_id")) {
        Ok(guid) => guid,
        Err(unknown) => return Some(unknown),
    };
    match call.operation.id {
        "readUser" => {
            let user = state.users.get(&guid)?;
            Some(user_reply(user.mdx_json(&state.clock)))
        }
        "updateUser" => {
            let changed = state.update_user(&guid, &call.body["user"]);
            Some(reply_or_refusal(changed.map(user_reply)))
        }
        "remapUserId" => {
            let new = json!({"id": call.body["user"]["id"]});
            Some(reply_or_refusal(
                state.update_user(&guid, &new).map(user_reply),
            ))
        }
        "deleteUser" => {
            state.delete_user(&guid);
            Some(Reply::empty(StatusCode::NO_CONTENT))
        }
        _ => None,
    }
}

fn user_reply(user: Value) -> Reply {
    Reply::ok(json!({"user": user}))
}
