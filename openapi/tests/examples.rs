//! Every example of every document keeps to the document's own schema, and holds no field that the schema does not name.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use mx_nexus_openapi::APIS;
use serde_json::{Map, Value, json};

/// How many examples each document has, requests and responses.
const COUNTS: [(&str, usize); 3] = [("nexus", 72), ("sso", 4), ("mdx", 2)];

#[test]
fn every_example_validates_against_its_schema() {
    let mut faults = Vec::new();
    for (api, (name, expected)) in APIS.iter().zip(COUNTS) {
        assert_eq!(api.name, name);
        let generated = api.generate().unwrap();
        let document: Value = serde_json::from_str(&generated.document).unwrap();
        let examples: Value = serde_json::from_str(&generated.examples).unwrap();
        let checked = check_all(&document, &examples, &mut faults);
        assert_eq!(checked, expected, "examples of {name}");
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_wrong_type_a_missing_field_and_an_unknown_field_are_faults() {
    let schema = json!({"$ref": "#/components/schemas/A"});
    let document = json!({"components": {"schemas": {"A": {
        "type": "object", "required": ["a"],
        "properties": {"a": {"type": "string"}, "b": {"type": "integer", "nullable": true}}
    }}}});
    let faults = |example: Value| faults_of(&document, &schema, &example).len();
    assert_eq!(faults(json!({"a": "x", "b": null})), 0);
    for example in [
        json!({"a": 1}),
        json!({"b": 1}),
        json!({"a": "x", "c": 1}),
        json!({"a": null}),
    ] {
        assert_eq!(faults(example.clone()), 1, "{example}");
    }
}

/// Validates what is JSON; answers how many examples that were.
fn check_all(document: &Value, examples: &Value, faults: &mut Vec<String>) -> usize {
    let mut checked = 0;
    let paths = document["paths"].as_object().unwrap().values();
    for operation in paths.flat_map(|item| item.as_object().unwrap().values()) {
        let Some(id) = operation["operationId"].as_str() else {
            continue;
        };
        let sides = [
            ("request", &operation["requestBody"]),
            ("response", &operation["responses"]["2XX"]),
        ];
        for (side, body) in sides {
            let schema = &body["content"]["application/json"]["schema"];
            let example = &examples[id][side];
            if example.is_null() || schema.is_null() {
                continue;
            }
            checked += 1;
            let found = faults_of(document, schema, example).into_iter();
            faults.extend(found.map(|fault| format!("{id} {side} {fault}")));
        }
    }
    checked
}

fn faults_of(document: &Value, schema: &Value, example: &Value) -> Vec<String> {
    let mut whole = as_json_schema(schema);
    whole["components"]["schemas"] = Value::Object(
        document["components"]["schemas"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, schema)| (name.clone(), as_json_schema(schema)))
            .collect(),
    );
    let validator = jsonschema::validator_for(&whole).unwrap();
    validator
        .iter_errors(example)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

/// What MX sends as a string and as a number; that both are read, the hostile answers of the client prove.
const SEEN_BOTH_WAYS: [&str; 3] = ["x-text", "x-digits", "x-personal"];

/// OpenAPI 3.0 as JSON Schema: `nullable` is a type, and an object has the fields it names and no others.
fn as_json_schema(schema: &Value) -> Value {
    let Some(members) = schema.as_object() else {
        return schema.clone();
    };
    let mut converted = Map::new();
    for (name, member) in members {
        match name.as_str() {
            "$ref" | "required" => {
                converted.insert(name.clone(), member.clone());
            }
            "type" => {
                let mut types = vec![member.clone()];
                if members.get("nullable") == Some(&json!(true)) {
                    types.push(json!("null"));
                }
                let format = members.get("format").and_then(Value::as_str);
                if format.is_some_and(|format| SEEN_BOTH_WAYS.contains(&format)) {
                    types.push(json!("number"));
                }
                converted.insert(name.clone(), Value::Array(types));
            }
            "items" => {
                converted.insert(name.clone(), as_json_schema(member));
            }
            "properties" => {
                let properties = member.as_object().unwrap().iter();
                let properties: Map<_, _> = properties
                    .map(|(name, property)| (name.clone(), as_json_schema(property)))
                    .collect();
                converted.insert(name.clone(), Value::Object(properties));
                converted.insert("additionalProperties".to_owned(), json!(false));
            }
            _ => {}
        }
    }
    Value::Object(converted)
}
