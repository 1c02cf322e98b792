//! The schemas of a document as JSON Schema, so that a body can be judged by a validator that others wrote and tested.

use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// The schema of a body. Compiled when it is first needed: most runs use few of the hundreds.
pub(super) struct Schema {
    written: Value,
    compiled: OnceLock<Option<Validator>>,
}

impl Schema {
    pub(super) fn new(written: Value) -> Self {
        Self {
            written,
            compiled: OnceLock::new(),
        }
    }

    /// As it stands in the document.
    pub(super) fn written(&self) -> &Value {
        &self.written
    }

    /// Where and why a value does not fit; the value itself is not told. None when it fits.
    pub(super) fn mismatch(&self, document: &Value, value: &Value) -> Option<String> {
        let compiled = self
            .compiled
            .get_or_init(|| jsonschema::validator_for(&standalone(document, &self.written)).ok());
        // A test compiles every schema, so that none is let pass unjudged.
        let error = compiled.as_ref()?.iter_errors(value).next()?;
        let place = error.instance_path().as_str();
        let place = if place.is_empty() { "the top" } else { place };
        Some(format!(
            "at {place}: {}",
            error.masked_with("what is there")
        ))
    }

    #[cfg(test)]
    pub(super) fn compiles(&self, document: &Value) -> bool {
        jsonschema::validator_for(&standalone(document, &self.written)).is_ok()
    }
}

/// A schema of OpenAPI 3.0 as JSON Schema, with everything that it refers to.
fn standalone(document: &Value, schema: &Value) -> Value {
    let mut wanted = Vec::new();
    let mut root = convert(schema, &mut wanted);
    let mut definitions = Map::new();
    while let Some(name) = wanted.pop() {
        if !definitions.contains_key(&name) {
            let referred = &document["components"]["schemas"][&name];
            let converted = convert(referred, &mut wanted);
            definitions.insert(name, converted);
        }
    }
    root["$defs"] = Value::Object(definitions);
    root
}

/// Keeps what judges, turns `nullable` into the type null, and notes the names of the schemas that are referred to.
fn convert(schema: &Value, wanted: &mut Vec<String>) -> Value {
    let Some(keywords) = schema.as_object() else {
        return json!({});
    };
    let nullable = keywords.get("nullable") == Some(&Value::Bool(true));
    let mut converted = Map::new();
    for (keyword, value) in keywords {
        let value = match (keyword.as_str(), value) {
            ("$ref", Value::String(reference)) => {
                let name = reference.rsplit('/').next().unwrap_or_default();
                wanted.push(name.to_owned());
                json!(format!("#/$defs/{name}"))
            }
            ("properties", Value::Object(properties)) => properties
                .iter()
                .map(|(name, property)| (name.clone(), convert(property, wanted)))
                .collect(),
            ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => {
                parts.iter().map(|part| convert(part, wanted)).collect()
            }
            ("items" | "not", part) => convert(part, wanted),
            ("additionalProperties", Value::Object(_)) => convert(value, wanted),
            (
                "type"
                | "enum"
                | "required"
                | "additionalProperties"
                | "pattern"
                | "minimum"
                | "maximum"
                | "minLength"
                | "maxLength"
                | "minItems"
                | "maxItems"
                | "uniqueItems"
                | "minProperties"
                | "maxProperties"
                | "multipleOf",
                value,
            ) => value.clone(),
            _ => continue,
        };
        converted.insert(keyword.clone(), value);
    }
    match nullable {
        true => or_null(converted),
        false => Value::Object(converted),
    }
}

/// The same schema, which takes null besides. Where the type says so, a mismatch inside keeps its own place.
fn or_null(mut schema: Map<String, Value>) -> Value {
    if schema.contains_key("$ref") || !schema.contains_key("type") {
        return json!({"anyOf": [schema, {"type": "null"}]});
    }
    if let Some(kind) = schema.get_mut("type") {
        *kind = json!([kind.take(), "null"]);
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.push(Value::Null);
    }
    Value::Object(schema)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mismatch(value: Value) -> Option<String> {
        let document = json!({"components": {"schemas": {
            "Person": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "nullable": true, "example": "Ada", "x-secret": true},
                    "example": {"type": "integer"},
                    "friend": {"$ref": "#/components/schemas/Person"}
                }
            }
        }}});
        let schema = json!({"type": "array", "items": {"$ref": "#/components/schemas/Person"}});
        Schema::new(schema).mismatch(&document, &value)
    }

    #[test]
    fn what_is_nullable_may_be_null_and_what_is_not_may_not() {
        assert_eq!(
            mismatch(json!([{"name": null}, {"name": "Ada", "example": 1}])),
            None
        );
        let text = mismatch(json!([{"name": "Ada", "example": null}])).unwrap();
        assert!(text.starts_with("at /0/example: "), "{text}");
    }

    #[test]
    fn a_mismatch_names_the_place_and_never_the_value() {
        let text = mismatch(json!([{"name": "Ada", "friend": {"name": 7_654_321}}])).unwrap();
        assert!(text.starts_with("at /0/friend/name: "), "{text}");
        assert!(!text.contains("7654321"), "{text}");
        let text = mismatch(json!([{}])).unwrap();
        assert!(text.contains("at /0: ") && text.contains("name"), "{text}");
        let text = mismatch(json!("hunter2")).unwrap();
        assert!(
            text.starts_with("at the top: ") && !text.contains("hunter2"),
            "{text}"
        );
    }
}
