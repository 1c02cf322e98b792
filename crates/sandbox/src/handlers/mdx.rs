//! MDX Real Time: the partner's users.

use http::StatusCode;
use serde_json::{Value, json};

use super::either;
use crate::call::{Call, Reply};
use crate::world::State;

/// The reply of MDX to a partner.
pub(super) fn answer(state: &mut State, client: &str, call: &Call) -> Option<Reply> {
    if call.operation.id == "createUser" {
        let made = state.create_user(client, &call.body["user"]);
        return Some(either(made.map(rooted)));
    }
    let guid = match state.users.guid(client, call.path("user_id")) {
        Ok(guid) => guid,
        Err(unknown) => return Some(unknown),
    };
    match call.operation.id {
        "readUser" => {
            let user = state.users.get(&guid)?;
            Some(rooted(user.as_mdx_shows_it(&state.clock)))
        }
        "updateUser" => {
            let changed = state.update_user(&guid, &call.body["user"]);
            Some(either(changed.map(rooted)))
        }
        "remapUserId" => {
            let new = json!({"id": call.body["user"]["id"]});
            Some(either(state.update_user(&guid, &new).map(rooted)))
        }
        "deleteUser" => {
            state.delete_user(&guid);
            Some(Reply::empty(StatusCode::NO_CONTENT))
        }
        _ => None,
    }
}

fn rooted(user: Value) -> Reply {
    Reply::ok(json!({"user": user}))
}
