//! Compares the examples of a document with its own schemas: types, required fields, and no field that the schema lacks.

use serde_json::{Map, Value, json};

use crate::Generated;
use crate::document::operations;
use crate::examples::{self, Example};

/// What was looked at, and what is wrong with it.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    /// How many examples have a schema.
    pub count: usize,
    /// The pointer into the overlaid document, and the fault.
    pub faults: Vec<(String, String)>,
}

/// Compares every example of a generated document with the schema of its body.
pub(crate) fn check(generated: &Generated) -> Checked {
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let (contract, document) = (read(&generated.contract()), read(&generated.document()));
    let schemas = schemas(&document);
    let mut checked = Checked::default();
    for example in examples::find(&contract) {
        let Some(schema) = schema_of(&document, &example) else {
            continue;
        };
        checked.count += 1;
        let faults = faults_of(&schemas, schema, example.value).into_iter();
        checked.faults.extend(faults.map(|(place, fault)| {
            let reason = format!(
                "the example of {}, {}: {fault}",
                example.operation, example.side
            );
            (format!("{}{place}", example.pointer), reason)
        }));
    }
    checked
}

/// The JSON schema that an example is an example of.
fn schema_of<'a>(document: &'a Value, example: &Example<'_>) -> Option<&'a Value> {
    let operations = operations(document);
    let operation = operations.iter().find(|one| one.id == example.operation)?;
    let body = match example.side {
        "request" => operation.value.get("requestBody")?,
        _ => operation.value.get("responses")?.get("2XX")?,
    };
    body.pointer("/content/application~1json/schema")
}

/// The components of a document as JSON Schema.
fn schemas(document: &Value) -> Value {
    let schemas = document["components"]["schemas"].as_object();
    let converted = schemas
        .into_iter()
        .flatten()
        .map(|(name, schema)| (name.clone(), as_json_schema(schema)));
    Value::Object(converted.collect())
}

/// What is wrong with one example: the pointer within it, and the fault.
fn faults_of(schemas: &Value, schema: &Value, example: &Value) -> Vec<(String, String)> {
    let mut whole = as_json_schema(schema);
    whole["components"] = json!({"schemas": schemas});
    match jsonschema::validator_for(&whole) {
        Ok(validator) => validator
            .iter_errors(example)
            .map(|error| (error.instance_path().to_string(), error.to_string()))
            .collect(),
        Err(error) => vec![(String::new(), format!("its schema cannot be read: {error}"))],
    }
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
                let properties = member.as_object().into_iter().flatten();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_type_a_missing_field_and_an_unknown_field_are_faults() {
        let schema = json!({"$ref": "#/components/schemas/A"});
        let document = json!({"components": {"schemas": {"A": {
            "type": "object", "required": ["a"],
            "properties": {"a": {"type": "string"}, "b": {"type": "integer", "nullable": true}}
        }}}});
        let faults = |example: Value| faults_of(&schemas(&document), &schema, &example);
        assert_eq!(faults(json!({"a": "x", "b": null})), []);
        for (example, place) in [
            (json!({"a": 1}), "/a"),
            (json!({"b": 1}), ""),
            (json!({"a": "x", "c": 1}), ""),
            (json!({"a": null}), "/a"),
        ] {
            let found = faults(example.clone());
            let places: Vec<&str> = found.iter().map(|(place, _)| place.as_str()).collect();
            assert_eq!(places, [place], "{example}");
        }
    }
}
