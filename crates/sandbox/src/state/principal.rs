//! Authentication: a partner by its key, an API token, a user by its session, or the test session.

use crate::call::{Call, Reply};
use crate::guids::fixed_guid;
use crate::state::State;

/// The session with static data.
const TEST_SESSION: &str = "test_session";

/// Who sent a call.
pub(crate) enum Principal {
    /// By client id.
    Partner(String),
    /// By its API token, which is not spent.
    TokenHolder(String),
    /// By guid.
    User(String),
    Test,
}

impl Principal {
    /// The guid of the user whose data it reads.
    pub(crate) fn user(&self) -> Option<String> {
        match self {
            Self::User(guid) => Some(guid.clone()),
            Self::Test => Some(test_user()),
            Self::Partner(_) | Self::TokenHolder(_) => None,
        }
    }
}

pub(crate) fn test_user() -> String {
    fixed_guid("USR", TEST_SESSION)
}

/// Authenticates a call, and renews its session.
pub(super) fn authorise(state: &mut State, call: &Call) -> Result<Principal, Reply> {
    let header = call.operation.credential_header;
    let credential = call.header(header).unwrap_or_default();
    let now = state.now;
    let client_id_header = call.operation.client_id_header;
    if header.eq_ignore_ascii_case("MD-API-KEY") || client_id_header.is_some() {
        let client_id = client_id_header.map_or(call.path("client_id"), |name| {
            call.header(name).unwrap_or_default()
        });
        let partner = state.partners.get(client_id);
        let is_right = partner.is_some_and(|partner| partner.key.expose() == credential);
        // An empty key is no key.
        if is_right && !credential.is_empty() && !client_id.is_empty() {
            return Ok(Principal::Partner(client_id.to_owned()));
        }
        let message = "The API key or the client id is missing, wrong, or of another environment.";
        return Err(Reply::problem(401, None, message));
    }
    if header.eq_ignore_ascii_case("MD-API-TOKEN") {
        if state.api_tokens.user(credential, now).is_some() {
            return Ok(Principal::TokenHolder(credential.to_owned()));
        }
        return Err(invalid_token());
    }
    if credential == TEST_SESSION {
        return Ok(Principal::Test);
    }
    match state.sessions.renew(credential, now) {
        Some(user) => Ok(Principal::User(user)),
        None if credential.is_empty() => {
            Err(Reply::problem(401, None, "The session token is missing."))
        }
        None => Err(Reply::problem(
            401,
            Some(4011),
            "The session token is unknown, or has expired.",
        )),
    }
}

pub(crate) fn invalid_token() -> Reply {
    let message = "The API token is missing, unknown, already used, or expired.";
    Reply::problem(401, None, message)
}
