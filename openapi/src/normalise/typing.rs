//! Gives fields the types that the registry knows, by a private format that the generator turns into a Rust type.

use serde_json::{Map, Value, json};

use crate::document::change_operations;
use crate::failure::Failure;
use crate::normalise::parameters::{id_of, name_of};
use crate::registry::{Entry, Kind, Registry};

const PASS: &str = "give types";

/// Tags every field that has a registered type.
pub(crate) fn apply(document: &mut Value, registry: &Registry) -> Result<Vec<String>, Failure> {
    let mut places = Vec::new();
    let mut failures = Vec::new();
    if let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") {
        for (owner, schema) in schemas {
            let Some(Value::Object(properties)) = schema.get_mut("properties") else {
                continue;
            };
            for (field, property) in properties {
                if let Err(failure) = tag(owner, field, property, registry, &mut places) {
                    failures.push(failure);
                }
            }
        }
    }
    change_operations(document, |_, _, operation| {
        let id = id_of(operation);
        let parameters = operation
            .get_mut("parameters")
            .and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            let name = name_of(parameter).to_owned();
            let schema = &mut parameter["schema"];
            if let Err(failure) = tag(&id, &name, schema, registry, &mut places) {
                failures.push(failure);
            }
        }
    });
    Failure::several(failures)?;
    Ok(places)
}

fn tag(
    owner: &str,
    field: &str,
    schema: &mut Value,
    registry: &Registry,
    places: &mut Vec<String>,
) -> Result<(), Failure> {
    let place = format!("{owner}.{field}");
    let items = schema.get("type") == Some(&json!("array"));
    let scalar = if items { &mut schema["items"] } else { schema };
    let found = match registry.find(owner, field)? {
        Some(found) if fits(found.entry, scalar) => found,
        Some(found) if found.is_exact() => {
            return Err(Failure::new(
                PASS,
                place,
                format!(
                    "it is no {} and cannot become {}",
                    found.entry.json_type(),
                    found.entry.name
                ),
            ));
        }
        _ if is_identifier(field) && scalar["type"] == "string" => {
            return Err(Failure::new(
                PASS,
                place,
                "it looks like an identifier of no known type; add it to a type in x-types, or to a plain one",
            ));
        }
        _ => return Ok(()),
    };
    registry.mark_used(&found);
    if found.entry.kind != Kind::Plain {
        replace(scalar, found.entry);
        places.push(format!("{place}: {}", found.entry.name));
    }
    Ok(())
}

/// The type that a field is given, for those who compare documents. Nothing where a build would refuse it.
#[cfg(feature = "tool")]
pub(crate) fn given<'a>(
    registry: &'a Registry,
    owner: &str,
    field: &str,
    schema: &Value,
) -> Option<&'a Entry> {
    let items = schema.get("type") == Some(&json!("array"));
    let scalar = if items { &schema["items"] } else { schema };
    let found = registry.find(owner, field).ok()??;
    let replaces = fits(found.entry, scalar) && found.entry.kind != Kind::Plain;
    replaces.then_some(found.entry)
}

/// Whether a field as declared can hold the type. Only what is seen both ways may change its declared type.
fn fits(entry: &Entry, schema: &Value) -> bool {
    // What refers to an object, or is one of several shapes, is no scalar.
    let shapes = ["$ref", "allOf", "anyOf", "oneOf", "properties", "items"];
    if shapes.iter().any(|key| schema.get(key).is_some()) {
        return false;
    }
    let declared = schema.get("type");
    match declared.map(|declared| declared.as_str().unwrap_or_default()) {
        None => entry.kind != Kind::OpenCode,
        Some("string") => true,
        Some("integer") => matches!(entry.kind, Kind::OpenCode | Kind::Text | Kind::Personal),
        Some("number") => matches!(entry.kind, Kind::Text | Kind::Personal),
        Some("boolean") => entry.kind == Kind::Text,
        Some(_) => false,
    }
}

fn is_identifier(field: &str) -> bool {
    let name = field.trim_end_matches("[]");
    name == "guid" || name.ends_with("_guid") || name.ends_with("_guids")
}

/// Keeps what documents the field, and leaves nothing that would keep the generator from recognising it.
fn replace(schema: &mut Value, entry: &Entry) {
    let mut tagged = Map::new();
    tagged.insert("type".to_owned(), json!(entry.json_type()));
    tagged.insert("format".to_owned(), json!(entry.format()));
    for kept in ["description", "nullable", "deprecated"] {
        if let Some(value) = schema.get(kept) {
            tagged.insert(kept.to_owned(), value.clone());
        }
    }
    *schema = Value::Object(tagged);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(types: &Value, properties: &Value) -> Result<Value, Failure> {
        let mut document =
            json!({"components": {"schemas": {"Member": {"properties": properties}}}, "paths": {}});
        let registry = Registry::from_value(types).unwrap();
        apply(&mut document, &registry)?;
        registry.check_all_used()?;
        Ok(document["components"]["schemas"]["Member"]["properties"].take())
    }

    #[test]
    fn a_field_is_tagged_and_keeps_its_description() {
        let types = json!({"MemberGuid": {"kind": "identifier", "fields": ["Member.guid"]}});
        let properties = json!({"guid": {"type": "string", "description": "d", "example": "MBR-1", "x-evidence": "table"}});
        let tagged = run(&types, &properties).unwrap();
        let expected =
            json!({"guid": {"type": "string", "format": "x-member-guid", "description": "d"}});
        assert_eq!(tagged, expected);
    }

    #[test]
    fn a_list_is_tagged_by_its_items() {
        let types = json!({"AccountGuid": {"kind": "identifier", "fields": ["*.account_guids"]}});
        let properties = json!({"account_guids": {"type": "array", "items": {"type": "string"}}});
        let tagged = run(&types, &properties).unwrap();
        assert_eq!(tagged["account_guids"]["items"]["format"], "x-account-guid");
    }

    #[test]
    fn an_identifier_of_no_type_is_refused() {
        let failure = run(&json!({}), &json!({"owner_guid": {"type": "string"}})).unwrap_err();
        assert_eq!(failure.place(), "Member.owner_guid");
    }

    #[test]
    fn a_glob_passes_over_other_types_but_a_name_does_not() {
        let glob = json!({"SetBy": {"kind": "open-code", "values": [{"name": "FEED", "code": 1}], "fields": ["*.*_by"]}});
        let properties = json!({"made_by": {"type": "integer"}, "known_by": {"type": "object"}});
        let tagged = run(&glob, &properties).unwrap();
        assert_eq!(tagged["known_by"], json!({"type": "object"}));
        let name = json!({"SetBy": {"kind": "open-code", "values": [{"name": "FEED", "code": 1}], "fields": ["Member.known_by"]}});
        assert!(run(&name, &properties).is_err());
    }

    #[test]
    fn what_has_several_shapes_is_no_scalar() {
        let several = json!({"oneOf": [{"type": "string"}, {"type": "object"}]});
        let glob = json!({"Text": {"kind": "text", "fields": ["*.*_by"]}});
        let properties = json!({"made_by": {"type": "string"}, "known_by": several});
        let tagged = run(&glob, &properties).unwrap();
        assert_eq!(tagged["known_by"], several);
        let name = json!({"Text": {"kind": "text", "fields": ["Member.known_by"]}});
        assert!(run(&name, &properties).is_err());
    }

    #[test]
    fn a_conversion_without_a_field_is_refused() {
        let types = json!({"MemberGuid": {"kind": "identifier", "fields": ["Gone.guid"]}});
        let failure = run(&types, &json!({})).unwrap_err();
        assert!(failure.to_string().contains("Gone.guid"), "{failure}");
    }
}
