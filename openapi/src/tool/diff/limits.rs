//! Compares what a schema forbids of its type: values that are not listed, lengths, bounds and patterns.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Rule;
use super::comparison::{Comparison, Side};
use super::values::Spot;

/// Keywords that forbid some values of a type.
pub(super) const LIMITS: [&str; 13] = [
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

impl Comparison<'_> {
    /// Compares the lists of values. Closed in Rust is only a list that is sent and has no registered type.
    pub(super) fn listed_values(
        &mut self,
        spot: Spot<'_>,
        old: &Value,
        new: &Value,
        registered: bool,
    ) {
        let read = |schema: &Value| -> Option<BTreeSet<String>> {
            let values = schema["enum"].as_array()?;
            Some(values.iter().map(Value::to_string).collect())
        };
        let (before, after) = (read(old), read(new));
        if before == after {
            return;
        }
        let closed = spot.side == Side::Request && !registered;
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
        match (before, after) {
            (Some(before), Some(after)) => {
                for value in after.difference(&before) {
                    self.note(
                        added,
                        spot.place,
                        format!("value {value} was added"),
                        spot.operations,
                    );
                }
                for value in before.difference(&after) {
                    self.note(
                        removed,
                        spot.place,
                        format!("value {value} was removed"),
                        spot.operations,
                    );
                }
            }
            (None, Some(_)) => {
                self.note(
                    removed,
                    spot.place,
                    "only the listed values remain",
                    spot.operations,
                );
            }
            _ => self.note(
                added,
                spot.place,
                "values are no longer listed",
                spot.operations,
            ),
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
            let in_rust = !registered && is_in_rust(key, &new["type"]);
            let rule = match (in_rust, tightened) {
                (true, true) => spot.pick(
                    Rule::RequestConstraintTightened,
                    Rule::ResponseConstraintTightened,
                ),
                (true, false) => spot.pick(
                    Rule::RequestConstraintLoosened,
                    Rule::ResponseConstraintLoosened,
                ),
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

/// Whether the generator makes a type of a limit.
fn is_in_rust(key: &str, kind: &Value) -> bool {
    match kind.as_str() {
        Some("string") => ["minLength", "maxLength", "pattern"].contains(&key),
        Some("integer") => {
            ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"].contains(&key)
        }
        Some("array") => ["minItems", "maxItems", "uniqueItems"].contains(&key),
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
