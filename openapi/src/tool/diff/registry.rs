//! Compares the registered types: which there are, what they can do, and which values are known of them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Rule;
use super::comparison::{Comparison, Reach};
use crate::document::operations;
use crate::normalise::parameters::name_of;
use crate::normalise::typing;
use crate::registry::{Entry, Kind, KnownValue};
use crate::tool::Prepared;

impl Comparison<'_> {
    /// Compares all registered types.
    pub(super) fn registry(&mut self) {
        let (old_prepared, new_prepared) = (self.old, self.new);
        let (old, new) = (
            old_prepared.registry.entries(),
            new_prepared.registry.entries(),
        );
        let renamed = self.renamed_types.clone();
        for entry in old {
            let name = renamed.get(&entry.name).unwrap_or(&entry.name);
            let place = format!("x-types.{name}");
            match new.iter().find(|other| other.name == *name) {
                Some(other) => self.entry(&place, entry, other),
                None if entry.is_emitted() => {
                    self.note_type(Rule::RegisteredTypeRemoved, place, "it is gone");
                }
                None => self.note_type(Rule::HiddenTypeChanged, place, "it is gone"),
            }
        }
        for entry in new {
            let is_known = old.iter().any(|other| other.name == entry.name)
                || renamed.values().any(|name| *name == entry.name);
            if !is_known {
                let place = format!("x-types.{}", entry.name);
                let rule = if entry.is_emitted() {
                    Rule::RegisteredTypeAdded
                } else {
                    Rule::HiddenTypeChanged
                };
                self.note_type(rule, place, "it is new");
            }
        }
    }

    /// Notes a change of the type that is the last part of `place`, with the operations that have it somewhere.
    fn note_type(&mut self, rule: Rule, place: impl Into<String>, what: impl Into<String>) {
        let place = place.into();
        let name = place.rsplit('.').next().unwrap_or_default();
        let mut operations = having(self.new, &self.new_reach, name);
        if operations.is_empty() {
            operations = having(self.old, &self.old_reach, name);
        }
        self.note(rule, place, what, &operations);
    }

    fn entry(&mut self, place: &str, old: &Entry, new: &Entry) {
        if old.name != new.name {
            let rule = if old.is_emitted() {
                Rule::RegisteredTypeRenamed
            } else {
                Rule::HiddenTypeChanged
            };
            self.note_type(rule, place, format!("it was {}", old.name));
        }
        match (old.is_emitted(), new.is_emitted()) {
            (true, false) => {
                let what = "the document no longer brings it";
                self.note_type(Rule::RegisteredTypeRemoved, place, what);
            }
            (false, true) => {
                self.note_type(Rule::RegisteredTypeAdded, place, "the document brings it");
            }
            _ if old.kind != new.kind => {
                let what = format!("{:?} became {:?}", old.kind, new.kind);
                self.note_type(Rule::RegisteredKindChanged, place, what);
            }
            _ => {}
        }
        match (old.null_text, new.null_text) {
            (false, true) => {
                let what = "the text null means that there is no value";
                self.note_type(Rule::NullTextAnnounced, place, what);
            }
            (true, false) => {
                let what = "the text null is a value like any other";
                self.note_type(Rule::NullTextWithdrawn, place, what);
            }
            _ => {}
        }
        if old.description != new.description {
            self.note_type(Rule::DocumentationChanged, place, "description changed");
        }
        if old.fields != new.fields {
            let what = "it is looked for in other fields; what that changes is told at each";
            self.note_type(Rule::DocumentationChanged, place, what);
        }
        self.known_values(place, old, new);
    }

    fn known_values(&mut self, place: &str, old: &Entry, new: &Entry) {
        // A value of which the code goes over the wire may be called otherwise and be the same.
        let renamed = |value: &KnownValue| {
            let by_code = new.kind == Kind::OpenCode && !has(&new.values, &value.name);
            let other = new.values.iter().find(|other| other.code == value.code);
            other.filter(|other| by_code && !has(&old.values, &other.name))
        };
        for value in &old.values {
            if let Some(other) = renamed(value) {
                let what = format!("value {} became {}", value.name, other.name);
                self.note_type(Rule::KnownValueRenamed, place, what);
                continue;
            }
            let Some(other) = new.values.iter().find(|other| other.name == value.name) else {
                let what = format!("value {} was removed", value.name);
                self.note_type(Rule::KnownValueRemoved, place, what);
                continue;
            };
            if other.code != value.code {
                let number =
                    |code: Option<i64>| code.map_or("none".to_owned(), |code| code.to_string());
                let what = format!(
                    "code of {}: {} became {}",
                    value.name,
                    number(value.code),
                    number(other.code)
                );
                self.note_type(Rule::KnownValueCodeChanged, place, what);
            }
            if other.means != value.means {
                let what = format!("meaning of {} changed", value.name);
                self.note_type(Rule::DocumentationChanged, place, what);
            }
        }
        for value in &new.values {
            let was_renamed = old
                .values
                .iter()
                .any(|other| renamed(other).is_some_and(|found| found.name == value.name));
            if !has(&old.values, &value.name) && !was_renamed {
                let what = format!("value {} was added", value.name);
                self.note_type(Rule::KnownValueAdded, place, what);
            }
        }
    }
}

/// The operations that reach a field of the type, or have it as a parameter.
fn having(prepared: &Prepared, reach: &Reach, name: &str) -> Vec<String> {
    let has_type = |owner: &str, field: &str, schema: &Value| {
        let given = typing::given(&prepared.registry, owner, field, schema);
        given.is_some_and(|entry| entry.name == name)
    };
    let mut found = BTreeSet::new();
    let schemas = prepared.document["components"]["schemas"].as_object();
    for (schema, value) in schemas.into_iter().flatten() {
        let mut fields = value["properties"].as_object().into_iter().flatten();
        if fields.any(|(field, property)| has_type(schema, field, property)) {
            found.extend(
                reach
                    .find(schema)
                    .into_iter()
                    .flat_map(|(_, operations)| operations),
            );
        }
    }
    for operation in operations(&prepared.effective) {
        let parameters = operation.value.get("parameters").and_then(Value::as_array);
        let mut parameters = parameters.into_iter().flatten();
        if parameters
            .any(|parameter| has_type(operation.id, name_of(parameter), &parameter["schema"]))
        {
            found.insert(operation.id.to_owned());
        }
    }
    found.into_iter().collect()
}

fn has(values: &[KnownValue], name: &str) -> bool {
    values.iter().any(|value| value.name == name)
}
