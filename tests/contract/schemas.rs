//! The JSON Schema of every generated type, each in a snapshot of its own, and what the samples of the types are worth.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::apis::{self, APIS, Api};
use crate::document;
use crate::types::{Side, Type, parse};

#[test]
fn the_types_that_are_sent() {
    pin("schema/requests", Side::Request);
}

#[test]
fn the_types_that_are_received() {
    pin("schema/responses", Side::Response);
}

fn pin(folder: &str, side: Side) {
    apis::pin_each(folder, |api| {
        let texts = of_side(api, side).map(|one| {
            let schema = own_words(api, (one.schema)());
            (one.name.to_owned(), a_line_a_property(&schema))
        });
        texts.collect()
    });
}

#[test]
fn the_types_of_strings_and_codes() {
    apis::pin_each("schema/values", |api| {
        let mut lines: Vec<String> = api
            .registered
            .iter()
            .map(|one| format!("{}: {}", one.name, own_words(api, (one.schema)())))
            .collect();
        lines.sort();
        BTreeMap::from([(api.name.to_owned(), lines.join("\n"))])
    });
}

fn of_side(api: &'static Api, side: Side) -> impl Iterator<Item = &'static Type> {
    api.types.iter().filter(move |one| one.side == side)
}

#[test]
fn every_schema_is_sent_or_received_and_none_is_both() {
    for api in &APIS {
        let document = document::of(api);
        let requests = document.schemas_below("requestBody");
        let responses = document.schemas_below("responses");
        assert_eq!(requests.intersection(&responses).count(), 0, "{}", api.name);
        let both = requests.len() + responses.len();
        assert_eq!(both, document.schemas().count(), "{}", api.name);
    }
}

/// The surface lists the structs of the generated code, and the tables come from the document.
#[test]
fn the_tables_have_every_type_of_the_generated_code() {
    for api in &APIS {
        let named = |line: &'static str| line.strip_prefix("struct ")?.split(' ').next();
        let mut structs: Vec<&str> = api.surface.lines().filter_map(named).collect();
        structs.sort_unstable();
        let names: Vec<&str> = api.types.iter().map(|one| one.name).collect();
        assert_eq!(structs, names, "{}", api.name);
        assert!(!api.surface.contains("\nenum "), "{}", api.name);
    }
}

#[test]
fn a_request_is_read_and_written_as_it_is_with_every_field_and_with_the_fewest() {
    for request in APIS.iter().flat_map(|api| of_side(api, Side::Request)) {
        for text in [request.maximal, request.minimal] {
            let written = (request.rewrite)(&parse(text)).unwrap();
            assert_eq!(written, parse(text), "{}", request.name);
        }
    }
}

#[test]
fn the_fewest_fields_of_a_request_are_the_fewest() {
    let mut count = 0;
    for request in APIS.iter().flat_map(|api| of_side(api, Side::Request)) {
        let minimal = parse(request.minimal);
        for (name, less) in with_one_field_less(&minimal) {
            let outcome = (request.rewrite)(&less);
            assert!(outcome.is_err(), "{} without {name}: {less}", request.name);
            count += 1;
        }
    }
    assert!(count > 0, "no field is required");
}

/// The value without each of its fields, at any depth.
fn with_one_field_less(value: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (name, member) in value.as_object().into_iter().flatten() {
        let mut less = value.clone();
        less.as_object_mut().unwrap().remove(name);
        found.push((name.clone(), less));
        for (inner, member) in with_one_field_less(member) {
            let mut less = value.clone();
            less[name] = member;
            found.push((format!("{name}.{inner}"), less));
        }
    }
    found
}

/// What a schema says itself: without words, which change without meaning, and with the names of other types in the place of
/// what these say, so that a change of one type is a change of one snapshot.
fn own_words(api: &Api, mut schema: Value) -> Value {
    if let Some(members) = schema.as_object_mut() {
        members.remove("$defs");
        members.remove("title");
    }
    strip(api, &mut schema, false);
    schema
}

/// The same JSON, laid out so that a property is a line.
fn a_line_a_property(schema: &Value) -> String {
    let lines = |value: &Value, indent: &str| {
        let members = value.as_object().into_iter().flatten();
        members
            .map(|(name, member)| format!("{indent}\"{name}\": {member}"))
            .collect::<Vec<_>>()
            .join(",\n")
    };
    let mut rest = schema.clone();
    let properties = rest
        .as_object_mut()
        .and_then(|members| members.remove("properties"))
        .expect("every type has fields");
    let (properties, rest) = (lines(&properties, "    "), lines(&rest, "  "));
    let text = format!("{{\n  \"properties\": {{\n{properties}\n  }},\n{rest}\n}}");
    assert_eq!(parse(&text), *schema);
    text
}

fn strip(api: &Api, value: &mut Value, names_are_fields: bool) {
    match value {
        Value::Object(members) => {
            if !names_are_fields {
                members.retain(|name, _| {
                    !["$schema", "description", "examples"].contains(&name.as_str())
                });
                if let Some(Value::String(reference)) = members.get_mut("$ref") {
                    *reference = reference.trim_start_matches("#/$defs/").to_owned();
                    let is_type = api.types.iter().any(|one| one.name == reference);
                    let is_value = api.registered.iter().any(|one| one.name == reference);
                    assert!(is_type || is_value, "{reference} is in no table");
                }
            }
            for (name, member) in members.iter_mut() {
                strip(api, member, !names_are_fields && name == "properties");
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| strip(api, item, false)),
        _ => {}
    }
}
