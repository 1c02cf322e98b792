//! What has to follow a mutation by hand, so that the pipeline judges the mutation and not its loose ends: schemas that nothing
//! uses any more, patterns of types that no field has, and patterns that name what was renamed.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::document::{follow, operations, schema_name};
use crate::normalise::{parameters, typing};
use crate::registry::Registry;

/// Drops what a mutation left behind.
pub(super) fn tidy(document: &mut Value) {
    drop_unused_schemas(document);
    drop_unused_patterns(document);
}

fn drop_unused_schemas(document: &mut Value) {
    let mut used = BTreeSet::new();
    for operation in operations(document) {
        if let Some(body) = operation.value.get("requestBody") {
            collect(document, follow(document, body), &mut used);
        }
        let responses = operation.value.get("responses").and_then(Value::as_object);
        for (status, response) in responses.into_iter().flatten() {
            if status.starts_with('2') && operation.method != "delete" {
                collect(document, follow(document, response), &mut used);
            }
        }
    }
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        schemas.retain(|name, _| used.contains(name));
    }
}

/// The schemas of what is no JSON are no types.
fn collect(document: &Value, value: &Value, names: &mut BTreeSet<String>) {
    if let Some(content) = value["content"].as_object() {
        let json = content
            .iter()
            .filter(|(media_type, _)| crate::normalise::media_types::is_json(media_type));
        for (_, media) in json {
            collect_names(document, media, names);
        }
    }
}

fn collect_names(document: &Value, value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(name) = schema_name(value)
                && names.insert(name.to_owned())
            {
                collect_names(document, &document["components"]["schemas"][name], names);
            }
            for member in members.values() {
                collect_names(document, member, names);
            }
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| collect_names(document, item, names)),
        _ => {}
    }
}

fn drop_unused_patterns(document: &mut Value) {
    let mut copy = document.clone();
    let Ok(registry) = Registry::take(&mut copy) else {
        return;
    };
    parameters::spread(&mut copy);
    parameters::inline(&mut copy);
    parameters::drop_authentication(&mut copy, &registry);
    // Two parameters of one name are refused by the build.
    let _ = parameters::separate(&mut copy);
    // What it refuses for another reason was not looked at to the end, so that nothing can be said of the patterns.
    if typing::apply(&mut copy, &registry).is_err() {
        return;
    }
    let unused: Vec<(String, String)> = registry
        .unused()
        .into_iter()
        .map(|(name, pattern)| (name.to_owned(), pattern.to_owned()))
        .collect();
    for (name, pattern) in unused {
        if let Some(patterns) = patterns(document, &name) {
            patterns.retain(|other| *other != pattern.as_str());
        }
    }
}

fn patterns<'a>(document: &'a mut Value, name: &str) -> Option<&'a mut Vec<Value>> {
    let types = document["components"].get_mut("x-types")?;
    types.get_mut(name)?.get_mut("fields")?.as_array_mut()
}

/// Lets the patterns of types follow an operation or a schema to its new name.
pub(super) fn rename_owner(document: &mut Value, old: &str, new: &str) {
    let types = document["components"].get_mut("x-types");
    for (_, entry) in types.and_then(Value::as_object_mut).into_iter().flatten() {
        let patterns = entry.get_mut("fields").and_then(Value::as_array_mut);
        for pattern in patterns.into_iter().flatten() {
            let renamed = pattern
                .as_str()
                .and_then(|text| text.strip_prefix(old)?.strip_prefix('.'))
                .map(|field| format!("{new}.{field}"));
            if let Some(renamed) = renamed {
                *pattern = json!(renamed);
            }
        }
    }
}

/// Gives a field under its new name the type that it has under the old one.
pub(super) fn keep_type(document: &mut Value, owner: &str, old: &str, new: &str) {
    let types = document["components"]["x-types"].clone();
    let Ok(registry) = Registry::from_value(&types) else {
        return;
    };
    let Ok(Some(found)) = registry.find(owner, old) else {
        return;
    };
    let name = found.entry.name.clone();
    if let Some(patterns) = patterns(document, &name) {
        patterns.push(json!(format!("{owner}.{new}")));
    }
}
