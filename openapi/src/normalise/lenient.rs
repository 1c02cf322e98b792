//! Makes what the server sends lenient: every field may be absent or null, and nothing is filled in. Requests stay exact.

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::normalise::sides::Sides;

/// Loosens every response schema; answers the fields it changed.
pub(crate) fn apply(document: &mut Value, sides: &Sides) -> Result<Vec<String>, Failure> {
    let mut places = Vec::new();
    let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") else {
        return Ok(places);
    };
    for (name, schema) in schemas {
        if sides.responses.contains(name) {
            loosen(name, schema, &mut places)?;
        }
    }
    Ok(places)
}

fn loosen(place: &str, schema: &mut Value, places: &mut Vec<String>) -> Result<(), Failure> {
    let Value::Object(members) = schema else {
        return Ok(());
    };
    if members.contains_key("enum") {
        return Err(Failure::new(
            "lenient responses",
            place,
            "a closed list of values fails the whole answer on a new one; make it an open type in x-types",
        ));
    }
    members.remove("default");
    members.remove("required");
    if members.contains_key("properties") {
        members.insert("type".to_owned(), json!("object"));
    }
    if let Some(items) = members.get_mut("items") {
        loosen(&format!("{place}[]"), items, places)?;
    }
    if let Some(Value::Object(properties)) = members.get_mut("properties") {
        for (name, property) in properties {
            let place = format!("{place}.{name}");
            loosen(&place, property, places)?;
            // A reference cannot carry `nullable`, and need not: an optional object decodes from null.
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
    fn a_closed_enum_is_refused() {
        let failure = run(&json!({"properties": {"status": {"type": "string", "enum": ["A"]}}}));
        assert_eq!(failure.unwrap_err().place(), "Answer.status");
    }
}
