//! The SSO API: one-time API tokens as JSON and XML, addresses of widgets, the end of sessions.

use http::StatusCode;
use serde_json::json;

use crate::call::{Body, Call, Reply};
use crate::guids::token;
use crate::state::State;

const XML: &str = "application/vnd.moneydesktop.sso.v3+xml";

pub(super) fn reply(state: &mut State, client: &str, call: &Call) -> Option<Reply> {
    let guid = match state.users.guid(client, call.path("user_id")) {
        Ok(guid) => guid,
        Err(unknown) => return Some(unknown),
    };
    if call.operation.id == "deleteUserSessions" {
        state.sessions.end(&guid);
        return Some(Reply::empty(StatusCode::NO_CONTENT));
    }
    if state.users.get(&guid).is_some_and(|user| user.is_disabled) {
        return Some(Reply::problem(403, None, "The user is disabled."));
    }
    match call.operation.id {
        "getApiToken" => {
            let token = state.api_tokens.issue(&guid, state.now);
            Some(Reply::ok(json!({"api_token": {"token": token}})))
        }
        "getApiTokenXml" => {
            let token = state.api_tokens.issue(&guid, state.now);
            let xml = format!("<api_token>\n  <token>{token}</token>\n</api_token>");
            Some(Reply {
                body: Body::Bytes {
                    media_type: XML,
                    bytes: xml.into_bytes(),
                },
                ..Reply::empty(StatusCode::OK)
            })
        }
        "getWidgetUrl" => {
            // MX aggregates all members for every type of widget (reference).
            state.aggregate_permitted(&guid);
            Some(widget(state, call, call.path("type")))
        }
        "getWidgetUrlWithOptions" => {
            let kind = call.body["url"]["type"].as_str().unwrap_or_default();
            Some(widget(state, call, kind))
        }
        _ => None,
    }
}

fn widget(state: &State, call: &Call, kind: &str) -> Reply {
    let address = format!("{}/_sandbox/widgets/{}", state.settings.address, token());
    let user_id = call.path("user_id");
    Reply::ok(json!({"url": {"url": address, "type": kind, "user_id": user_id}}))
}
