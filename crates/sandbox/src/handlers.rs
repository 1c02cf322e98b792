//! The operations that have state, as functions from a checked call to a reply: one module per API. The state itself is in
//! `world`.

use crate::api::Api;
use crate::call::{Call, Reply};
use crate::world::{Principal, State};

mod mdx;
mod nexus;
mod sso;

pub(crate) use nexus::stands_for_a_member;

/// The reply of the API that was called; none for an operation that has no state.
pub(crate) fn reply(state: &mut State, principal: &Principal, call: &Call) -> Option<Reply> {
    match (principal, call.api) {
        (Principal::Partner(client), Api::Sso) => sso::answer(state, client, call),
        (Principal::Partner(client), Api::Mdx) => mdx::answer(state, client, call),
        (Principal::Holder(token), Api::Nexus) => nexus::open_session(state, token, call),
        (Principal::User(user), Api::Nexus) => nexus::answer(state, user, call),
        (Principal::Test, Api::Nexus) => nexus::answer_test(call),
        _ => None,
    }
}

fn either(outcome: Result<Reply, Reply>) -> Reply {
    outcome.unwrap_or_else(|refusal| refusal)
}
