//! Makes response schemas lenient: every field may be absent or null, no limit is checked, no default is filled in. Request schemas
//! stay exact.

use serde_json::{Map, Value, json};

use crate::document::change_operations;
use crate::failure::Failure;
use crate::normalise::CHOICES;
use crate::normalise::limits::LIMITS;
use crate::normalise::parameters::id_of;
use crate::normalise::sides::Sides;

const PASS: &str = "lenient responses";

/// Loosens every response schema; returns the fields it changed.
pub(crate) fn apply(document: &mut Value, sides: &Sides) -> Result<Vec<String>, Failure> {
    let mut places = Vec::new();
    let mut failures = Vec::new();
    let schemas = document.pointer_mut("/components/schemas");
    let schemas = schemas.and_then(Value::as_object_mut).into_iter().flatten();
    for (name, schema) in schemas {
        if sides.responses.contains(name) {
            failures.extend(loosen(name, schema, &mut places).err());
        }
    }
    change_operations(document, |_, _, operation| {
        let id = id_of(operation);
        let body = operation.get_mut("responses");
        let body = body.and_then(|body| body.pointer_mut("/2XX/content/application~1json/schema"));
        let loosened = body.map(|body| loosen(&format!("{id}.answer"), body, &mut places));
        failures.extend(loosened.and_then(Result::err));
    });
    Failure::several(failures)?;
    Ok(places)
}

fn loosen(place: &str, schema: &mut Value, places: &mut Vec<String>) -> Result<(), Failure> {
    let Value::Object(members) = schema else {
        return Ok(());
    };
    refuse_choices(place, members)?;
    members.remove("default");
    members.remove("required");
    members.remove("discriminator");
    for limit in LIMITS {
        members.remove(limit);
    }
    // A registered type is tagged by a format of ours.
    let is_tagged = |format: &Value| format.as_str().is_some_and(|text| text.starts_with("x-"));
    if members
        .get("format")
        .is_some_and(|format| !is_tagged(format))
    {
        members.remove("format");
    }
    if members.contains_key("properties") {
        members.insert("type".to_owned(), json!("object"));
        // Further fields are ignored, whatever their schema.
        members.remove("additionalProperties");
    }
    if let Some(items) = members.get_mut("items") {
        loosen(&format!("{place}[]"), items, places)?;
    }
    match members.get_mut("additionalProperties") {
        Some(Value::Bool(false)) => drop(members.remove("additionalProperties")),
        Some(values) => loosen(&format!("{place}{{}}"), values, places)?,
        None => {}
    }
    if let Some(Value::Object(properties)) = members.get_mut("properties") {
        for (name, property) in properties {
            let place = format!("{place}.{name}");
            loosen(&place, property, places)?;
            // A reference cannot have `nullable` beside it, and an optional object decodes from null without.
            if property.get("$ref").is_none()
                && let Some(property) = property.as_object_mut()
                && property.insert("nullable".to_owned(), json!(true)) != Some(json!(true))
            {
                places.push(place);
            }
        }
    }
    Ok(())
}

fn refuse_choices(place: &str, members: &Map<String, Value>) -> Result<(), Failure> {
    if members.contains_key("enum") {
        let pattern = place.replace("[]", "").replace("{}", "");
        let reason = format!(
            "a closed list of values fails the whole answer on a new one; add {pattern} to the fields of an open type in x-types"
        );
        return Err(Failure::new(PASS, place, reason));
    }
    let mut choices = CHOICES.iter().chain(&["not"]);
    match choices.find(|key| members.contains_key(**key)) {
        None => Ok(()),
        Some(key) => {
            let reason = format!(
                "a response with {key} cannot be read leniently; write it as one object or one type by overlay"
            );
            Err(Failure::new(PASS, place, reason))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn run(schema: &Value) -> Result<Value, Failure> {
        let mut document =
            json!({"components": {"schemas": {"Answer": schema, "Question": schema}}});
        let sides = Sides {
            requests: BTreeSet::from(["Question".to_owned()]),
            responses: BTreeSet::from(["Answer".to_owned()]),
        };
        apply(&mut document, &sides)?;
        assert_eq!(&document["components"]["schemas"]["Question"], schema);
        Ok(document["components"]["schemas"]["Answer"].take())
    }

    #[test]
    fn fields_become_optional_and_nullable_without_defaults() {
        let answer = run(&json!({
            "required": ["a"],
            "properties": {
                "a": {"type": "string", "default": "x"},
                "list": {"type": "array", "items": {"$ref": "#/x"}},
                "inner": {"type": "object", "required": ["b"], "properties": {"b": {"type": "integer"}}}
            }
        }));
        let expected = json!({
            "type": "object",
            "properties": {
                "a": {"type": "string", "nullable": true},
                "list": {"type": "array", "items": {"$ref": "#/x"}, "nullable": true},
                "inner": {"type": "object", "nullable": true, "properties": {"b": {"type": "integer", "nullable": true}}}
            }
        });
        assert_eq!(answer.unwrap(), expected);
    }

    #[test]
    fn no_limit_stays_in_force() {
        let answer = run(&json!({
            "additionalProperties": false,
            "properties": {
                "count": {"type": "integer", "minimum": 1, "maximum": 9, "format": "int32"},
                "name": {"type": "string", "maxLength": 9, "pattern": "^a"},
                "day": {"type": "string", "format": "date"},
                "kind": {"type": "string", "format": "x-kind"},
                "list": {"type": "array", "maxItems": 3, "uniqueItems": true, "items": {"type": "string", "minLength": 1}},
                "more": {"type": "object", "additionalProperties": {"type": "string", "format": "uuid"}},
                "none": {"type": "object", "additionalProperties": false},
                "inner": {"additionalProperties": {"type": "string"}, "properties": {}}
            }
        }));
        let field = |schema: Value| {
            let mut schema = schema;
            schema["nullable"] = json!(true);
            schema
        };
        let expected = json!({
            "type": "object",
            "properties": {
                "count": field(json!({"type": "integer"})),
                "name": field(json!({"type": "string"})),
                "day": field(json!({"type": "string"})),
                "kind": field(json!({"type": "string", "format": "x-kind"})),
                "list": field(json!({"type": "array", "items": {"type": "string"}})),
                "more": field(json!({"type": "object", "additionalProperties": {"type": "string"}})),
                "none": field(json!({"type": "object"})),
                "inner": field(json!({"type": "object", "properties": {}}))
            }
        });
        assert_eq!(answer.unwrap(), expected);
    }

    #[test]
    fn an_answer_without_a_name_is_as_lenient() {
        let schema =
            json!({"required": ["a"], "properties": {"a": {"type": "string", "maxLength": 3}}});
        let mut document = json!({"paths": {"/a": {"get": {"operationId": "a", "responses": {
            "2XX": {"content": {"application/json": {"schema": schema}}}
        }}}}});
        let places = apply(&mut document, &Sides::default()).unwrap();
        assert_eq!(places, ["a.answer.a"]);
        let loosened = &document["paths"]["/a"]["get"]["responses"]["2XX"]["content"]["application/json"]
            ["schema"];
        let expected =
            json!({"type": "object", "properties": {"a": {"type": "string", "nullable": true}}});
        assert_eq!(*loosened, expected);
    }

    #[test]
    fn what_cannot_be_loosened_is_refused() {
        for closed in [
            json!({"type": "string", "enum": ["A"]}),
            json!({"oneOf": [{"type": "string"}, {"type": "integer"}]}),
            json!({"type": "array", "items": {"anyOf": [{"type": "string"}]}}),
            json!({"allOf": [{"$ref": "#/x"}, {"$ref": "#/y"}]}),
            json!({"not": {"type": "string"}}),
        ] {
            let failure = run(&json!({"properties": {"status": closed}})).unwrap_err();
            assert!(failure.place().starts_with("Answer.status"), "{failure}");
        }
    }
}
