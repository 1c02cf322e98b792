//! The schemas of a document as JSON Schema, for the validator of the crate `jsonschema`.

use std::sync::OnceLock;

use jsonschema::{Registry, Validator};
use serde_json::{Value, json};

use crate::call::LARGEST_INTEGER;

/// The URI under which the components of the document are registered.
const COMPONENTS: &str = "urn:mx:document";

/// The schema of a body. Compiled on first use: most runs need few of the hundreds.
pub(crate) struct Schema {
    raw: Value,
    compiled: OnceLock<Option<Validator>>,
}

impl Schema {
    pub(crate) fn new(raw: Value) -> Self {
        Self {
            raw,
            compiled: OnceLock::new(),
        }
    }

    /// The schema of OpenAPI.
    pub(crate) fn raw(&self) -> &Value {
        &self.raw
    }

    /// Where and why a value does not fit, without the value. None when it fits.
    pub(crate) fn mismatch(&self, schemas: Option<&Registry<'_>>, value: &Value) -> Option<String> {
        let compiled = self.compiled.get_or_init(|| self.compile(schemas));
        // A schema that does not compile would check nothing; a test compiles them all.
        let error = compiled.as_ref()?.iter_errors(value).next()?;
        let place = match error.instance_path().as_str() {
            "" => "the top",
            place => place,
        };
        let reason = error.masked_with("the value");
        Some(format!("at {place}: {reason}"))
    }

    pub(crate) fn compile(&self, schemas: Option<&Registry<'_>>) -> Option<Validator> {
        let mut schema = self.raw.clone();
        to_json_schema(&mut schema);
        let options = jsonschema::options().with_registry(schemas?);
        options.build(&schema).ok()
    }
}

/// Registers the components of a document as JSON Schema.
pub(crate) fn registry(document: &Value) -> Option<Registry<'static>> {
    let mut components = json!({"components": document["components"]});
    to_json_schema(&mut components);
    let registry = Registry::new().add(COMPONENTS, components).ok()?;
    registry.prepare().ok()
}

/// Gives all integers bounds. One of more than 64 bits would be read as a decimal number, and answered as one.
pub(crate) fn limit_integers(value: &mut Value) {
    let keywords = match value {
        Value::Array(items) => return items.iter_mut().for_each(limit_integers),
        Value::Object(keywords) => keywords,
        _ => return,
    };
    keywords.values_mut().for_each(limit_integers);
    if keywords.get("type").is_some_and(|kind| kind == "integer") {
        for (bound, limit) in [("minimum", -LARGEST_INTEGER), ("maximum", LARGEST_INTEGER)] {
            keywords.entry(bound).or_insert_with(|| json!(limit));
        }
    }
}

/// Turns schemas of OpenAPI 3.0 into JSON Schema: `nullable` becomes the type null, and references become absolute.
pub(crate) fn to_json_schema(value: &mut Value) {
    let keywords = match value {
        Value::Array(items) => return items.iter_mut().for_each(to_json_schema),
        Value::Object(keywords) => keywords,
        _ => return,
    };
    keywords.values_mut().for_each(to_json_schema);
    if let Some(Value::String(reference)) = keywords.get_mut("$ref") {
        reference.insert_str(0, COMPONENTS);
    }
    if keywords.get("nullable") != Some(&Value::Bool(true)) {
        return;
    }
    match keywords.get_mut("type") {
        // Not `anyOf`, so that a mismatch inside keeps its place.
        Some(kind) => {
            *kind = json!([kind.take(), "null"]);
            if let Some(Value::Array(values)) = keywords.get_mut("enum") {
                values.push(Value::Null);
            }
        }
        None => *value = json!({"anyOf": [value.take(), {"type": "null"}]}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mismatch(value: Value) -> Option<String> {
        let mut document = json!({"components": {"schemas": {
            "Owner": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "nullable": true, "example": "Ada", "x-secret": true},
                    "example": {"type": "integer"},
                    "friend": {"nullable": true, "allOf": [{"$ref": "#/components/schemas/Owner"}]}
                }
            }
        }}});
        limit_integers(&mut document);
        let schema = json!({"type": "array", "items": {"$ref": "#/components/schemas/Owner"}});
        Schema::new(schema).mismatch(registry(&document).as_ref(), &value)
    }

    #[test]
    fn only_nullable_fields_accept_null() {
        let value = json!([{"name": null, "friend": null}, {"name": "Ada", "example": 1}]);
        assert_eq!(mismatch(value), None);
        let text = mismatch(json!([{"name": "Ada", "example": null}])).unwrap();
        assert!(text.starts_with("at /0/example: "), "{text}");
    }

    #[test]
    fn integer_of_more_than_53_bits_does_not_fit() {
        let owner = |number: &str| {
            let text = format!(r#"[{{"name": "Ada", "example": {number}}}]"#);
            mismatch(serde_json::from_str(&text).unwrap())
        };
        for number in ["9007199254740991", "-9007199254740991", "7.0"] {
            assert_eq!(owner(number), None, "{number}");
        }
        for number in ["9007199254740992", "-9223372036854775809", "1e35"] {
            let text = owner(number).unwrap();
            assert!(text.starts_with("at /0/example: "), "{text}");
        }
    }

    #[test]
    fn mismatch_names_the_place_and_not_the_value() {
        let text = mismatch(json!([{"name": 7_654_321}])).unwrap();
        assert!(
            text.starts_with("at /0/name: ") && !text.contains("7654321"),
            "{text}"
        );
        let text = mismatch(json!([{}])).unwrap();
        assert!(text.contains("at /0: ") && text.contains("name"), "{text}");
        let text = mismatch(json!("hunter2")).unwrap();
        assert!(
            text.starts_with("at the top: ") && !text.contains("hunter2"),
            "{text}"
        );
    }
}
