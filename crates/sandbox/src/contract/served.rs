//! The document that `/_sandbox/openapi` serves: MX's, with the overlay, the address of the sandbox, and the answers and rules that MX
//! does not document.

use serde_json::{Map, Value, json};

use crate::api::{self, Api};
use crate::bank;

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
            let statuses = operation["x-statuses"].take();
            if let Some(responses) = operation["responses"].as_object_mut() {
                add_statuses(responses, &statuses);
                add_refusals(responses, &content);
            }
            if statuses.is_object() {
                operation["x-statuses"] = statuses;
            }
        }
    }
    add_rules(api, &mut document["components"]["schemas"]);
    replace_examples(api, contract.media_type(), &mut document["paths"]);
    document
}

/// Adds the responses that only the overlay knows, such as the 202 of a job that runs. A success has the body of 200.
fn add_statuses(responses: &mut Map<String, Value>, statuses: &Value) {
    let content = responses.get("200").and_then(|one| one.get("content"));
    let content = content.cloned();
    for (status, meaning) in statuses.as_object().into_iter().flatten() {
        let response = responses.entry(status);
        let response = response.or_insert_with(|| json!({ "description": meaning }));
        if let Some(content) = content.as_ref().filter(|_| status.starts_with('2')) {
            response["content"] = content.clone();
        }
    }
}

/// Adds what the sandbox checks besides the schemas: MX writes it in words.
fn add_rules(api: Api, schemas: &mut Value) {
    match api {
        Api::Mdx => {
            for name in ["UserCreateRequest", "UserUpdateRequest", "UserRemapRequest"] {
                let id = &mut schemas[name]["properties"]["id"];
                id["pattern"] = json!("^[A-Za-z0-9_-]+$");
                id["minLength"] = json!(1);
                id["maxLength"] = json!(1024);
            }
        }
        Api::Nexus => {
            let by = [json!({"required": ["name"]}), json!({"required": ["url"]})];
            schemas["InstitutionRequest"]["anyOf"] = json!(by);
            schemas["MemberCreateRequest"]["anyOf"] = credentials_or_oauth();
        }
        Api::Atrium => {
            let fields = ["identifier", "metadata", "is_disabled"];
            let one_of = fields.map(|field| json!({ "required": [field] }));
            schemas["UserCreateRequest"]["anyOf"] = json!(one_of);
            schemas["MemberCreateRequest"]["anyOf"] = credentials_or_oauth();
        }
        _ => {}
    }
}

/// A new member has credentials, except by OAuth.
fn credentials_or_oauth() -> Value {
    json!([
        { "required": ["credentials"], "properties": { "credentials": { "minItems": 1 } } },
        { "required": ["is_oauth"], "properties": { "is_oauth": { "enum": [true] } } },
    ])
}

/// Replaces the institution of MX's example of a new member by one that the sandbox has.
fn replace_examples(api: Api, media_type: &str, paths: &mut Value) {
    let Some(bank) = bank::institutions().first().filter(|_| api == Api::Nexus) else {
        return;
    };
    let body = &mut paths["/members"]["post"]["requestBody"]["content"][media_type];
    let credentials = bank
        .fields
        .iter()
        .map(|field| json!({ "credential_guid": field.guid, "value": field.label }));
    let member = &mut body["example"]["member"];
    member["institution_guid"] = bank.guid.clone().into();
    member["credentials"] = credentials.collect();
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
    fn answer_to_a_running_job_is_documented() {
        let document = served_document(Api::Nexus, "http://127.0.0.1:1");
        for (path, method) in [
            ("/members/{member_guid}/aggregate", "get"),
            ("/members/{member_guid}/refresh", "get"),
            ("/members/aggregate", "get"),
            ("/members/refresh", "get"),
            ("/members/{member_guid}/check_balance", "post"),
            ("/members/{member_guid}/identify", "post"),
            ("/members/{member_guid}/verify", "post"),
            ("/members/{member_guid}/extend_history", "post"),
        ] {
            let responses = &document["paths"][path][method]["responses"];
            let content = &responses["202"]["content"];
            assert!(content.is_object(), "{path}");
            assert_eq!(*content, responses["200"]["content"], "{path}");
            assert!(responses["409"]["content"].is_object(), "{path}");
        }
    }

    #[test]
    fn rules_in_words_are_in_the_schemas() {
        let mdx = served_document(Api::Mdx, "http://127.0.0.1:1");
        let id = &mdx["components"]["schemas"]["UserUpdateRequest"]["properties"]["id"];
        assert_eq!(id["maxLength"], 1024);
        let nexus = served_document(Api::Nexus, "http://127.0.0.1:1");
        let search = &nexus["components"]["schemas"]["InstitutionRequest"]["anyOf"];
        assert_eq!(search[1]["required"][0], "url");
        let member = &nexus["components"]["schemas"]["MemberCreateRequest"]["anyOf"];
        assert_eq!(member[0]["required"][0], "credentials");
        let atrium = served_document(Api::Atrium, "http://127.0.0.1:1");
        let user = &atrium["components"]["schemas"]["UserCreateRequest"]["anyOf"];
        assert_eq!(user[0]["required"][0], "identifier");
    }

    #[test]
    fn example_of_a_new_member_names_an_institution_of_the_sandbox() {
        let nexus = served_document(Api::Nexus, "http://127.0.0.1:1");
        let content = &nexus["paths"]["/members"]["post"]["requestBody"]["content"];
        let (_, body) = content.as_object().unwrap().iter().next().unwrap();
        let member = &body["example"]["member"];
        let named = member["institution_guid"].as_str().unwrap();
        let bank = bank::institutions().iter().find(|one| one.guid == named);
        let credential = member["credentials"][1]["credential_guid"]
            .as_str()
            .unwrap();
        assert!(bank.unwrap().field(credential).is_some());
    }

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
