//! Limits in request schemas: those that the generator supports stay, the others are dropped. The server checks them all.

use serde_json::Value;

use crate::document::change_operations;
use crate::normalise::parameters::id_of;
use crate::normalise::sides::Sides;

/// Keywords that forbid some values of a type.
pub(crate) const LIMITS: [&str; 13] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// Formats whose types come from crates that the library does not depend on. `pattern` would need one as well.
pub(crate) const FOREIGN_FORMATS: [&str; 3] = ["date", "date-time", "uuid"];

/// Drops the limits for which the generated code would not compile; returns the places.
pub(crate) fn drop_foreign(document: &mut Value, sides: &Sides) -> Vec<String> {
    let mut places = Vec::new();
    let schemas = document.pointer_mut("/components/schemas");
    let schemas = schemas.and_then(Value::as_object_mut).into_iter().flatten();
    for (name, schema) in schemas {
        if sides.requests.contains(name) {
            drop_within(name, schema, &mut places);
        }
    }
    change_operations(document, |_, _, operation| {
        let id = id_of(operation);
        for key in ["parameters", "requestBody"] {
            if let Some(sent) = operation.get_mut(key) {
                drop_within(&format!("{id}.{key}"), sent, &mut places);
            }
        }
    });
    places
}

fn drop_within(place: &str, value: &mut Value, places: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            let is_foreign = |format: &str| FOREIGN_FORMATS.contains(&format);
            // A field may be called `pattern`, then it is a schema.
            for (key, foreign) in [
                (
                    "pattern",
                    members.get("pattern").is_some_and(Value::is_string),
                ),
                (
                    "format",
                    members
                        .get("format")
                        .and_then(Value::as_str)
                        .is_some_and(is_foreign),
                ),
            ] {
                if foreign {
                    members.remove(key);
                    places.push(format!("{place}: {key}"));
                }
            }
            for (name, member) in members.iter_mut().filter(|(name, _)| *name != "example") {
                drop_within(&format!("{place}.{name}"), member, places);
            }
        }
        Value::Array(items) => {
            for item in items {
                drop_within(place, item, places);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeSet;

    #[test]
    fn limits_that_need_another_crate_are_dropped() {
        let text = json!({"type": "string", "pattern": "^a", "maxLength": 9});
        let day = json!({"type": "string", "format": "date"});
        let mut document = json!({
            "components": {"schemas": {
                "Question": {"properties": {"pattern": text, "day": day, "count": {"type": "integer", "format": "int32"}}},
                "Answer": {"properties": {"day": day}}
            }},
            "paths": {"/a": {"get": {"operationId": "a", "parameters": [{"name": "since", "in": "query", "schema": day}]}}}
        });
        let sides = Sides {
            requests: BTreeSet::from(["Question".to_owned()]),
            responses: BTreeSet::from(["Answer".to_owned()]),
        };
        let places = drop_foreign(&mut document, &sides);
        assert_eq!(
            places,
            [
                "Question.properties.day: format",
                "Question.properties.pattern: pattern",
                "a.parameters.schema: format"
            ]
        );
        let expected = json!({
            "pattern": {"type": "string", "maxLength": 9},
            "day": {"type": "string"},
            "count": {"type": "integer", "format": "int32"}
        });
        assert_eq!(
            document["components"]["schemas"]["Question"]["properties"],
            expected
        );
        assert_eq!(
            document["components"]["schemas"]["Answer"]["properties"]["day"],
            day
        );
    }
}
