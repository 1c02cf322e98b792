//! The document that `/_sandbox/openapi` serves: MX's, with the overlay, the address of the sandbox, and the refusals that MX
//! does not document.

use serde_json::{Map, Value, json};

use crate::api::{self, Api};

/// The name of the schema of every refusal.
const REFUSAL: &str = "SandboxRefusal";

/// The document of an API, with this address in it.
pub(crate) fn served_document(api: Api, address: &str) -> Value {
    let contract = super::of(api);
    let mut document = contract.document().clone();
    document["servers"] = json!([{ "url": format!("{address}{}", api::prefix(api)) }]);
    document["components"]["schemas"][REFUSAL] = json!({
        "type": "object",
        "required": ["error"],
        "additionalProperties": false,
        "properties": { "error": {
            "type": "object",
            "required": ["message"],
            "additionalProperties": false,
            "properties": {
                "message": { "type": "string" },
                "code": { "type": "integer" },
            },
        } },
    });
    let content = json!({
        contract.media_type(): { "schema": { "$ref": format!("#/components/schemas/{REFUSAL}") } },
    });
    let paths = document["paths"].as_object_mut();
    for (_, item) in paths.into_iter().flatten() {
        for (_, operation) in item.as_object_mut().into_iter().flatten() {
            if let Some(responses) = operation["responses"].as_object_mut() {
                add_refusals(responses, &content);
            }
        }
    }
    document
}

/// Adds the body of the documented refusals, and one response for all others.
fn add_refusals(responses: &mut Map<String, Value>, content: &Value) {
    for (status, response) in responses.iter_mut() {
        if status.starts_with('4') && response.get("content").is_none() {
            response["content"] = content.clone();
        }
    }
    let others = json!({ "description": "The request is refused.", "content": content });
    responses.entry("4XX").or_insert(others);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documented_refusals_stay() {
        let document = served_document(Api::Nexus, "http://127.0.0.1:1");
        let history = &document["paths"]["/members/{member_guid}/extend_history"]["post"];
        let refusals = &history["responses"];
        assert_eq!(
            refusals["409"]["description"],
            "A job of another type runs on the member."
        );
        assert!(refusals["409"]["content"].is_object());
        assert_eq!(document["servers"][0]["url"], "http://127.0.0.1:1/nexus");
    }
}
