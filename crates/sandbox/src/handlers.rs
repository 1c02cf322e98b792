//! The operations that have state, as functions from a checked call to a reply: one module per API. The rules are in
//! [`state`](crate::state).

use crate::api::Api;
use crate::call::{Call, Reply};
use crate::state::{Principal, State};

mod atrium;
mod mdx;
mod nexus;
mod pages;
mod sso;
mod transactions;

pub(crate) use nexus::is_test_member;

/// The reply to a call; none for an operation that has no state.
pub(crate) fn reply(state: &mut State, principal: &Principal, call: &Call) -> Option<Reply> {
    match (principal, call.api) {
        (Principal::Partner(client), Api::Sso) => sso::reply(state, client, call),
        (Principal::Partner(client), Api::Mdx) => mdx::reply(state, client, call),
        (Principal::Partner(client), Api::Atrium) => atrium::reply(state, client, call),
        (Principal::TokenHolder(token), Api::Nexus) => nexus::open_session(state, token, call),
        (Principal::User(user), Api::Nexus) => nexus::reply(state, user, call),
        (Principal::Test, Api::Nexus) => nexus::reply_test(state, call),
        _ => None,
    }
}

fn reply_or_refusal(outcome: Result<Reply, Reply>) -> Reply {
    outcome.unwrap_or_else(|refusal| refusal)
}
