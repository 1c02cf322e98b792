//! Compares what a schema forbids of its type: values that are not listed, lengths, bounds and patterns.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Rule;
use super::comparison::{Comparison, Side};
use super::values::Spot;
use crate::normalise::limits::LIMITS;
use crate::registry::{Entry, Kind};

impl Comparison<'_> {
    /// Compares the lists of values. Closed in Rust is only a list that is sent and has no registered type.
    pub(super) fn listed_values(
        &mut self,
        spot: Spot<'_>,
        old: &Value,
        new: &Value,
        entry: Option<&Entry>,
    ) {
        let read = |schema: &Value| -> Option<BTreeSet<String>> {
            let values = schema["enum"].as_array()?;
            Some(values.iter().map(Value::to_string).collect())
        };
        let (before, after) = (read(old), read(new));
        if before == after {
            return;
        }
        let closed = spot.side == Side::Request && entry.is_none();
        let (added, removed) = if closed {
            (Rule::RequestValueAdded, Rule::RequestValueRemoved)
        } else {
            (
                spot.pick(
                    Rule::RequestDocumentedValueAdded,
                    Rule::ResponseDocumentedValueAdded,
                ),
                spot.pick(
                    Rule::RequestDocumentedValueRemoved,
                    Rule::ResponseDocumentedValueRemoved,
                ),
            )
        };
        let mut notes = Vec::new();
        match (&before, &after) {
            (Some(before), Some(after)) => {
                let told = |value: &String| {
                    let unknown = entry.filter(|entry| is_open(entry) && !knows(entry, value));
                    let unknown = unknown.map(|entry| format!(", and {} lacks it", entry.name));
                    format!("value {value} was added{}", unknown.unwrap_or_default())
                };
                notes.extend(after.difference(before).map(|value| (added, told(value))));
                let gone = before.difference(after);
                notes.extend(gone.map(|value| (removed, format!("value {value} was removed"))));
            }
            (None, Some(after)) => {
                notes.push((removed, "only the listed values remain".to_owned()));
                // Where nothing was listed, what the overlay knows is what there was.
                if let Some(entry) = entry.filter(|entry| is_open(entry)) {
                    let new = after.iter().filter(|value| !knows(entry, value));
                    let told =
                        |value| format!("value {value} is listed, and {} lacks it", entry.name);
                    notes.extend(new.map(|value| (added, told(value))));
                }
            }
            _ => notes.push((added, "values are no longer listed".to_owned())),
        }
        for (rule, what) in notes {
            self.note(rule, spot.place, what, spot.operations);
        }
    }

    /// Compares lengths, bounds and patterns.
    pub(super) fn limits(&mut self, spot: Spot<'_>, old: &Value, new: &Value, registered: bool) {
        for key in LIMITS {
            let (before, after) = (old.get(key), new.get(key));
            if before == after {
                continue;
            }
            let tightened = match (before, after) {
                (None, _) => true,
                (_, None) => false,
                (Some(before), Some(after)) => tightens(key, before, after),
            };
            let in_rust = spot.side == Side::Request && !registered && is_in_rust(key, old, new);
            let rule = match (in_rust, tightened) {
                (true, true) => Rule::RequestConstraintTightened,
                (true, false) => Rule::RequestConstraintLoosened,
                (false, true) => {
                    spot.pick(Rule::RequestLimitTightened, Rule::ResponseLimitTightened)
                }
                (false, false) => {
                    spot.pick(Rule::RequestLimitLoosened, Rule::ResponseLimitLoosened)
                }
            };
            let what = match (before, after) {
                (Some(before), Some(after)) => format!("{key} {before} became {after}"),
                (None, Some(after)) => format!("{key} {after} was added"),
                _ => format!("{key} was removed"),
            };
            self.note(rule, spot.place, what, spot.operations);
        }
    }
}

/// Whether a type has values that the overlay lists.
fn is_open(entry: &Entry) -> bool {
    matches!(entry.kind, Kind::OpenText | Kind::OpenCode)
}

/// Whether a type lists a value, which is given as JSON: a name, or a code.
fn knows(entry: &Entry, value: &str) -> bool {
    entry.values.iter().any(|known| {
        let is_code = known.code.is_some_and(|code| code.to_string() == value);
        is_code || value.trim_matches('"') == known.name
    })
}

/// Whether the generator makes a type of a limit of what is sent.
fn is_in_rust(key: &str, old: &Value, new: &Value) -> bool {
    match new["type"].as_str() {
        Some("string") => ["minLength", "maxLength"].contains(&key),
        Some("integer") => {
            ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"].contains(&key)
        }
        // A list of one certain length is an array.
        Some("array") => {
            let is_array =
                |list: &Value| list["minItems"].is_number() && list["minItems"] == list["maxItems"];
            ["minItems", "maxItems"].contains(&key) && (is_array(old) || is_array(new))
        }
        _ => false,
    }
}

fn tightens(key: &str, before: &Value, after: &Value) -> bool {
    match (before.as_f64(), after.as_f64()) {
        (Some(before), Some(after)) if key.starts_with("min") || key == "exclusiveMinimum" => {
            after > before
        }
        (Some(before), Some(after)) if key.starts_with("max") || key == "exclusiveMaximum" => {
            after < before
        }
        _ => *after != json!(false),
    }
}
