//! The document as the sandbox keeps it, for programs that judge or generate by it: what MX publishes with its corrections, and
//! beside that what MX leaves unsaid and the sandbox has to say. The control plane hands it out.

use serde_json::{Map, Value, json};

use crate::call::Face;
use crate::contract;

/// The shape of every refusal.
const REFUSAL: &str = "SandboxRefusal";

/// The document of a face, with this address in it.
pub(crate) fn document(face: Face, address: &str) -> Value {
    let contract = contract::of(face);
    let mut document = contract.document().clone();
    document["servers"] = json!([{ "url": format!("{address}/{}", face.name()) }]);
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
                complete(responses, &content);
            }
        }
    }
    document
}

/// Says what comes with a refusal, and that there are refusals that the document does not name.
fn complete(responses: &mut Map<String, Value>, content: &Value) {
    for (status, response) in responses.iter_mut() {
        if status.starts_with('4') && response.get("content").is_none() {
            response["content"] = content.clone();
        }
    }
    let others = json!({ "description": "It is refused.", "content": content });
    responses.entry("4XX").or_insert(others);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_of_every_face_says_how_it_refuses() {
        for &face in Face::ALL {
            let document = document(face, "http://127.0.0.1:1");
            let paths = document["paths"].as_object().unwrap();
            for (path, item) in paths {
                let operations = item.as_object().unwrap().values();
                for operation in operations.filter(|one| one.get("responses").is_some()) {
                    let refusal = &operation["responses"]["4XX"]["content"];
                    assert_eq!(refusal.as_object().map(Map::len), Some(1), "{path}");
                }
            }
        }
    }

    #[test]
    fn what_mx_says_itself_stays() {
        let document = document(Face::Nexus, "http://127.0.0.1:1");
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
