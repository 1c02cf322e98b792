//! The types as the document declares them, and the JSON Schema of those that an identification passes through.
//! Snapshots only: they show what an update of the document does to the public types.

use mx_nexus::api::types;
use schemars::{JsonSchema, schema_for};
use serde_json::Value;

use crate::document;

#[test]
fn the_types_of_either_side() {
    for (side, key) in [("requests", "requestBody"), ("responses", "responses")] {
        let reached = document::schemas_below(key);
        let lines: Vec<String> = document::schemas()
            .filter(|(name, _)| reached.contains(name.as_str()))
            .map(|(name, schema)| describe(name, schema))
            .collect();
        snapshot!("types", side, lines.join("\n"));
    }
}

#[test]
fn every_schema_is_sent_or_received_and_none_is_both() {
    let requests = document::schemas_below("requestBody");
    let responses = document::schemas_below("responses");
    assert_eq!(requests.intersection(&responses).count(), 0);
    assert_eq!(
        requests.len() + responses.len(),
        document::schemas().count()
    );
}

/// `Name: field type, …`, with `!` after what has to be there.
fn describe(name: &str, schema: &Value) -> String {
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut fields: Vec<String> = schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(field, property)| {
            let mark = if required.contains(&field.as_str()) {
                "!"
            } else {
                ""
            };
            format!("{field} {}{mark}", type_of(property))
        })
        .collect();
    fields.sort();
    format!("{name}: {}", fields.join(", "))
}

fn type_of(schema: &Value) -> String {
    if let Some(name) = document::name_of_reference(schema) {
        return name.to_owned();
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("array"), _) => format!("[{}]", type_of(&schema["items"])),
        (_, Some(format)) => format.trim_start_matches("x-").to_owned(),
        (Some(plain), None) => plain.to_owned(),
        (None, None) => "anything".to_owned(),
    }
}

#[test]
fn the_types_of_an_identification() {
    pin::<types::MemberResponse>("MemberResponse");
    pin::<types::AccountOwnerResponse>("AccountOwnerResponse");
    pin::<types::ChallengeResponse>("ChallengeResponse");
    pin::<types::MemberCreateRequestBody>("MemberCreateRequestBody");
    pin::<types::MemberResumeRequestBody>("MemberResumeRequestBody");
    pin::<types::SessionCreateRequestBody>("SessionCreateRequestBody");
    pin::<types::SessionResponse>("SessionResponse");
    pin::<types::JobResponse>("JobResponse");
}

/// The JSON Schema without its words, which change without meaning.
fn pin<T: JsonSchema>(name: &str) {
    let mut schema = schema_for!(T).to_value();
    strip_words(&mut schema, false);
    snapshot!("json_schema", name, format!("{schema:#}"));
}

fn strip_words(value: &mut Value, names_are_fields: bool) {
    match value {
        Value::Object(members) => {
            if !names_are_fields {
                members.retain(|name, _| {
                    !["$schema", "description", "examples"].contains(&name.as_str())
                });
            }
            for (name, member) in members.iter_mut() {
                strip_words(
                    member,
                    !names_are_fields && (name == "properties" || name == "$defs"),
                );
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| strip_words(item, false)),
        _ => {}
    }
}
