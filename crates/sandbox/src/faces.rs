//! The systems of MX as functions from a checked call to a reply: what they say stands here, what is true stands in the world. A
//! new face is a module here.

use crate::call::{Call, Face, Reply};
use crate::world::{Principal, State};

mod mdx;
mod nexus;
mod sso;

pub(crate) use nexus::stands_for_a_member;

/// The reply of the face that was called; none where no state stands behind the operation.
pub(crate) fn answer(state: &mut State, principal: &Principal, call: &Call) -> Option<Reply> {
    match (principal, call.face) {
        (Principal::Partner(client), Face::Sso) => sso::answer(state, client, call),
        (Principal::Partner(client), Face::Mdx) => mdx::answer(state, client, call),
        (Principal::Holder(token), Face::Nexus) => nexus::open_session(state, token, call),
        (Principal::User(user), Face::Nexus) => nexus::answer(state, user, call),
        (Principal::Test, Face::Nexus) => nexus::answer_test(call),
        _ => None,
    }
}

/// A reply or a refusal is a reply.
fn either(outcome: Result<Reply, Reply>) -> Reply {
    outcome.unwrap_or_else(|refusal| refusal)
}
