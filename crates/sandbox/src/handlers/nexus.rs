//! Nexus: sessions, and the operations of a user that have state.

use serde_json::json;

use super::reply_or_refusal;
use crate::call::{Call, Reply};
use crate::state::{State, invalid_token, unknown_member};

pub(super) mod accounts;
mod collections;
pub(super) mod institutions;
mod jobs;
pub(super) mod members;
mod test_session;
mod transactions;

pub(crate) use test_session::is_test_member;
pub(super) use test_session::reply as reply_test;

pub(super) fn open_session(state: &mut State, token: &str, call: &Call) -> Option<Reply> {
    let now = state.now;
    let Some(user) = state.api_tokens.spend(token, now) else {
        return Some(invalid_token());
    };
    let session = state.sessions.issue(&user, now);
    if let Some(user) = state.users.get_mut(&user) {
        user.logged_in = Some(now);
    }
    let skips_aggregation = call.body["session"]["skip_aggregation"].as_bool();
    if skips_aggregation != Some(true) {
        state.aggregate_permitted(&user);
    }
    Some(Reply::ok(json!({"session": {"token": session}})))
}

/// The reply to a user.
pub(super) fn reply(state: &mut State, user: &str, call: &Call) -> Option<Reply> {
    if call.operation.id == "readUser" {
        let Some(user) = state.users.get(user) else {
            return Some(unknown_member());
        };
        let shown = user.nexus_json(&state.clock);
        return Some(Reply::ok(json!({"user": shown})));
    }
    if call.path.contains_key("member_guid")
        && let Err(unknown) = state.member(user, call.path("member_guid"))
    {
        return Some(unknown);
    }
    institutions::reply(state, call)
        .or_else(|| members::reply(state, user, call))
        .or_else(|| jobs::reply(state, user, call))
        .or_else(|| transactions::reply(state, user, call))
        .or_else(|| accounts::reply(state, user, call))
        .or_else(|| collections::reply(state, user, call))
        .map(reply_or_refusal)
}
