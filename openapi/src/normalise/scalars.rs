//! Schemas that are a string, a number or a boolean: they go into the fields that refer to them, where the registry gives types
//! and opens closed lists of values.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::document::schema_name;

/// Replaces references to scalar schemas by what they refer to, and drops those schemas. What a field says of itself stays.
pub(crate) fn inline(document: &mut Value) -> Vec<String> {
    let schemas = document.pointer_mut("/components/schemas");
    let Some(schemas) = schemas.and_then(Value::as_object_mut) else {
        return Vec::new();
    };
    let is_scalar = |schema: &Value| {
        let kind = schema["type"].as_str();
        matches!(kind, Some("string" | "integer" | "number" | "boolean"))
    };
    let names = schemas.iter().filter(|(_, schema)| is_scalar(schema));
    let names: Vec<String> = names.map(|(name, _)| name.clone()).collect();
    let scalars: BTreeMap<String, Value> = names
        .iter()
        .filter_map(|name| schemas.remove_entry(name))
        .collect();
    if !scalars.is_empty() {
        replace(document, &scalars);
    }
    names
}

fn replace(value: &mut Value, scalars: &BTreeMap<String, Value>) {
    let scalar = schema_name(value).and_then(|name| scalars.get(name));
    if let (Some(Value::Object(scalar)), Value::Object(field)) = (scalar.cloned(), &mut *value) {
        field.remove("$ref");
        let own: Map<String, Value> = std::mem::replace(field, scalar);
        field.extend(own);
    }
    match value {
        Value::Object(members) => members
            .values_mut()
            .for_each(|member| replace(member, scalars)),
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, scalars)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_reference_to_a_scalar_becomes_the_scalar_and_keeps_its_own_description() {
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let mut described = reference("Mood");
        described["description"] = json!("Own.");
        let mut document = json!({
            "components": {"schemas": {
                "Mood": {"type": "string", "enum": ["GOOD"], "description": "Shared."},
                "Answer": {"properties": {
                    "mood": described, "moods": {"type": "array", "items": reference("Mood")}, "next": reference("Answer")
                }}
            }},
            "paths": {}
        });
        assert_eq!(inline(&mut document), ["Mood"]);
        let expected = json!({"Answer": {"properties": {
            "mood": {"type": "string", "enum": ["GOOD"], "description": "Own."},
            "moods": {"type": "array", "items": {"type": "string", "enum": ["GOOD"], "description": "Shared."}},
            "next": reference("Answer")
        }}});
        assert_eq!(document["components"]["schemas"], expected);
    }
}
