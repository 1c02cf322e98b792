//! Unwraps `allOf` around a single schema. OpenAPI 3.0 ignores what is beside a `$ref`, so documents wrap one to describe it.

use serde_json::{Map, Value};

use crate::document::change_operations;
use crate::normalise::parameters::id_of;
use crate::normalise::sides::Sides;

/// Unwraps every wrapper but that of a nullable reference in a request, which needs it; returns the places.
pub(crate) fn apply(document: &mut Value, sides: &Sides) -> Vec<String> {
    let mut places = Vec::new();
    let schemas = document.pointer_mut("/components/schemas");
    let schemas = schemas.and_then(Value::as_object_mut).into_iter().flatten();
    for (name, schema) in schemas {
        let nullable = if sides.requests.contains(name) {
            Nullable::Stays
        } else {
            Nullable::Opens
        };
        // A wrapper that is a whole named schema stays: it gives the inner schema a second name.
        let members = schema.as_object_mut().into_iter().flatten();
        let opened = members.fold(false, |opened, (key, member)| {
            key != "allOf" && open(member, nullable) || opened
        });
        if opened {
            places.push(name.clone());
        }
    }
    change_operations(document, |_, _, operation| {
        for (key, nullable) in [
            ("parameters", Nullable::Opens),
            ("requestBody", Nullable::Stays),
            ("responses", Nullable::Opens),
        ] {
            if let Some(part) = operation.get_mut(key)
                && open(part, nullable)
            {
                places.push(format!("{}.{key}", id_of(operation)));
            }
        }
    });
    places
}

/// What happens to a wrapper around a nullable reference.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nullable {
    Opens,
    Stays,
}

/// A schema without the wrappers around it and around the items of its lists, and whether there were any. For comparisons.
#[cfg(feature = "tool")]
pub(crate) fn opened(schema: &Value) -> (Value, bool) {
    let mut schema = schema.clone();
    let mut opened = false;
    let mut place = Some(&mut schema);
    while let Some(Value::Object(members)) = place {
        opened |= open_one(members, Nullable::Opens);
        place = members.get_mut("items");
    }
    (schema, opened)
}

/// Unwraps a schema and everything in it; returns whether there was a wrapper.
fn open(value: &mut Value, nullable: Nullable) -> bool {
    let mut opened = false;
    match value {
        Value::Object(members) => {
            for (_, member) in members.iter_mut().filter(|(key, _)| *key != "example") {
                opened |= open(member, nullable);
            }
            opened |= open_one(members, nullable);
        }
        Value::Array(items) => {
            for item in items {
                opened |= open(item, nullable);
            }
        }
        _ => {}
    }
    opened
}

fn open_one(members: &mut Map<String, Value>, nullable: Nullable) -> bool {
    let stays = nullable == Nullable::Stays && members.get("nullable") == Some(&Value::Bool(true));
    let inner = single(members).filter(|inner| !(stays && inner.contains_key("$ref")));
    let Some(mut inner) = inner.cloned() else {
        return false;
    };
    members.remove("allOf");
    inner.append(members);
    *members = inner;
    true
}

/// The schema in a wrapper that has no shape of its own.
fn single(members: &Map<String, Value>) -> Option<&Map<String, Value>> {
    const SHAPE: [&str; 7] = [
        "oneOf",
        "anyOf",
        "not",
        "properties",
        "items",
        "required",
        "additionalProperties",
    ];
    let [inner] = members.get("allOf")?.as_array()?.as_slice() else {
        return None;
    };
    let alone = !SHAPE.iter().any(|key| members.contains_key(*key));
    inner.as_object().filter(|_| alone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeSet;

    fn run(field: Value) -> [Value; 2] {
        let schema = json!({"properties": {"field": field}});
        let mut document =
            json!({"components": {"schemas": {"Answer": schema, "Question": schema}}, "paths": {}});
        let sides = Sides {
            requests: BTreeSet::from(["Question".to_owned()]),
            responses: BTreeSet::from(["Answer".to_owned()]),
        };
        apply(&mut document, &sides);
        let schemas = &document["components"]["schemas"];
        ["Answer", "Question"].map(|name| schemas[name]["properties"]["field"].clone())
    }

    #[test]
    fn a_wrapper_is_removed_and_its_description_kept() {
        let wrapped = json!({"description": "d", "allOf": [{"type": "string", "maxLength": 3}]});
        let opened = json!({"description": "d", "type": "string", "maxLength": 3});
        assert_eq!(run(wrapped.clone()), [opened.clone(), opened.clone()]);
        let list = run(json!({"type": "array", "items": wrapped}));
        assert_eq!(list[0]["items"], opened);
    }

    #[test]
    fn the_wrapper_of_a_nullable_reference_stays_in_requests() {
        let wrapped = json!({"nullable": true, "allOf": [{"$ref": "#/x"}]});
        let opened = json!({"nullable": true, "$ref": "#/x"});
        assert_eq!(run(wrapped.clone()), [opened, wrapped]);
    }

    #[test]
    fn several_schemas_and_fields_of_that_name_stay() {
        for kept in [
            json!({"allOf": [{"$ref": "#/x"}, {"$ref": "#/y"}]}),
            json!({"allOf": [{"$ref": "#/x"}], "properties": {"a": {"type": "string"}}}),
            json!({"properties": {"allOf": {"type": "string"}}}),
        ] {
            assert_eq!(run(kept.clone()), [kept.clone(), kept]);
        }
    }
}
