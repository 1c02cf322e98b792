//! Nexus: sessions, and the operations on institutions, members, jobs and accounts that the state stands behind.

use serde_json::json;

use super::either;
use crate::call::{Call, Reply};
use crate::world::{State, spent, unknown};

mod accounts;
mod institutions;
mod jobs;
mod members;
mod test_session;

pub(super) use test_session::answer as answer_test;
pub(crate) use test_session::stands_for_a_member;

/// Spends an API token on a session.
pub(super) fn open_session(state: &mut State, token: &str, call: &Call) -> Option<Reply> {
    let now = state.now;
    let Some(user) = state.api_tokens.spend(token, now) else {
        return Some(spent());
    };
    let session = state.sessions.mint(&user, now);
    if let Some(user) = state.users.get_mut(&user) {
        user.logged_in = Some(now);
    }
    let skips_aggregation = call.body["session"]["skip_aggregation"].as_bool();
    if skips_aggregation != Some(true) {
        state.start_where_possible(&user);
    }
    Some(Reply::ok(json!({"session": {"token": session}})))
}

/// The reply of Nexus to a user.
pub(super) fn answer(state: &mut State, user: &str, call: &Call) -> Option<Reply> {
    if call.operation.id == "readUser" {
        let Some(user) = state.users.get(user) else {
            return Some(unknown());
        };
        let shown = user.as_nexus_shows_it(&state.clock);
        return Some(Reply::ok(json!({"user": shown})));
    }
    if call.path.contains_key("member_guid")
        && let Err(unknown) = state.member(user, call.path("member_guid"))
    {
        return Some(unknown);
    }
    institutions::answer(call)
        .or_else(|| members::answer(state, user, call))
        .or_else(|| jobs::answer(state, user, call))
        .or_else(|| accounts::answer(state, user, call))
        .map(either)
}
