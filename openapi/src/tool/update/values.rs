//! The values that a new document lists for the first time: whether one of them asks for another line in the overlay, only a
//! person can say.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::Api;
use crate::document;
use crate::tool::check::Texts;
use crate::tool::{Finding, Lines};

/// The values that the new document lists and the old one did not. An overlay opens lists of values, and with the list goes
/// from sight what was added to it.
pub(crate) fn new_values(api: &Api, texts: &Texts, old: &Value, new: &Value) -> Vec<Finding> {
    let mut found = Vec::new();
    collect_new_values(old, new, "", &mut found);
    let known = named_values(&texts.overlay);
    let lines = Lines::read(&texts.document).unwrap_or_default();
    let file = format!("openapi/{}/{}", api.name, api.document);
    let mut findings = Vec::new();
    for (pointer, mut values) in found {
        values.retain(|value| !value.as_str().is_some_and(|value| known.contains(value)));
        let values: Vec<String> = values.iter().map(Value::to_string).collect();
        let are = match values.len() {
            0 => continue,
            1 => "is a new value",
            _ => "are new values",
        };
        let reason = format!(
            "{} {are}; if a type in x-types names the values of this field, add it there",
            values.join(", ")
        );
        findings.push(Finding::new(&file, lines.line(&pointer), reason));
    }
    findings
}

/// The values that the types of an overlay name already.
fn named_values(overlay: &str) -> BTreeSet<String> {
    fn collect(value: &Value, names: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                let values = members.get("values").and_then(Value::as_array);
                let named = values.into_iter().flatten();
                names.extend(named.filter_map(|one| Some(one["name"].as_str()?.to_owned())));
                members.values().for_each(|member| collect(member, names));
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
            _ => {}
        }
    }
    let mut names = BTreeSet::new();
    collect(&document::parse(overlay).unwrap_or_default(), &mut names);
    names
}

/// The places of lists of values, with what is new in them. Of what is new itself, all is.
fn collect_new_values(
    old: &Value,
    new: &Value,
    pointer: &str,
    found: &mut Vec<(String, Vec<Value>)>,
) {
    match new {
        Value::Object(members) => {
            for (name, member) in members {
                let pointer = format!("{pointer}/{}", document::escape(name));
                let before = old.get(name).unwrap_or(&Value::Null);
                let known = before.as_array().map(Vec::as_slice).unwrap_or_default();
                if let ("enum", Some(values), true) =
                    (name.as_str(), member.as_array(), old.is_object())
                {
                    let added = values.iter().filter(|value| !known.contains(value));
                    found.push((pointer, added.cloned().collect()));
                } else {
                    collect_new_values(before, member, &pointer, found);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let before = old.get(index).unwrap_or(&Value::Null);
                collect_new_values(before, item, &format!("{pointer}/{index}"), found);
            }
        }
        _ => {}
    }
}
