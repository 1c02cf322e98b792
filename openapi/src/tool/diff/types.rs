//! Compares the registered types: which there are, what they can do, and which values are known of them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::change::{Side, Spot};
use super::comparison::{Comparison, became};
use super::model::Model;
use super::rules::Rule;
use crate::document::operations;
use crate::normalise::parameters::name_of;
use crate::registry::{Entry, Kind, KnownValue};

impl Comparison<'_> {
    /// Compares all registered types.
    pub(super) fn types(&mut self) {
        let (old, new) = (
            self.old.view.registry.entries(),
            self.new.view.registry.entries(),
        );
        let rule = |entry: &Entry, rule| {
            if entry.is_emitted() {
                rule
            } else {
                Rule::HiddenTypeChanged
            }
        };
        for entry in old {
            let name = self.renames.of_type(&entry.name);
            if self.old.view.types[&entry.name] == self.new.view.types[name] && entry.name == name {
                continue;
            }
            let spot = self.spot_of_type(name);
            match new.iter().find(|other| other.name == name) {
                Some(other) => self.entry(&spot, entry, other),
                None => {
                    let rule = rule(entry, Rule::RegisteredTypeRemoved);
                    self.note(&spot, rule, "it was removed");
                }
            }
        }
        for entry in new {
            let mut before = old.iter().map(|other| self.renames.of_type(&other.name));
            if before.all(|name| name != entry.name) {
                let spot = self.spot_of_type(&entry.name);
                let rule = rule(entry, Rule::RegisteredTypeAdded);
                self.note(&spot, rule, "it was added");
            }
        }
    }

    /// The place of a type, with the operations that have it somewhere.
    fn spot_of_type(&self, name: &str) -> Spot {
        let mut operations = having(&self.new, name);
        if operations.is_empty() {
            operations = having(&self.old, name);
        }
        Spot::new(Side::Request, format!("x-types.{name}"), &operations)
    }

    fn entry(&mut self, spot: &Spot, old: &Entry, new: &Entry) {
        if old.name != new.name {
            let rule = if old.is_emitted() {
                Rule::RegisteredTypeRenamed
            } else {
                Rule::HiddenTypeChanged
            };
            self.note(spot, rule, became("name", &old.name, &new.name));
        }
        let emitted = [old.is_emitted(), new.is_emitted()];
        let rules = [Rule::RegisteredTypeAdded, Rule::RegisteredTypeRemoved];
        self.flag(spot, "made by the document", emitted, rules);
        if old.kind != new.kind && emitted[0] == emitted[1] {
            let what = became("kind", format!("{:?}", old.kind), format!("{:?}", new.kind));
            self.note(spot, Rule::RegisteredKindChanged, what);
        }
        let null_text = [Rule::NullTextAnnounced, Rule::NullTextWithdrawn];
        self.flag(spot, "null_text", [old.null_text, new.null_text], null_text);
        if old.description != new.description {
            self.note(spot, Rule::DocumentationChanged, "description changed");
        }
        if old.fields != new.fields {
            let what = "fields changed; see each field";
            self.note(spot, Rule::DocumentationChanged, what);
        }
        self.known_values(spot, old, new);
    }

    fn known_values(&mut self, spot: &Spot, old: &Entry, new: &Entry) {
        // A value of which the code goes over the wire may have another name and be the same.
        let renamed = |value: &KnownValue| {
            let by_code = new.kind == Kind::OpenCode && !has(&new.values, &value.name);
            let other = new.values.iter().find(|other| other.code == value.code);
            other.filter(|other| by_code && !has(&old.values, &other.name))
        };
        for value in &old.values {
            if let Some(other) = renamed(value) {
                let what = became("value", &value.name, &other.name);
                self.note(spot, Rule::KnownValueRenamed, what);
                continue;
            }
            let Some(other) = new.values.iter().find(|other| other.name == value.name) else {
                let what = format!("value {} was removed", value.name);
                self.note(spot, Rule::KnownValueRemoved, what);
                continue;
            };
            let codes = [value.code, other.code]
                .map(|code| code.map_or_else(|| "none".to_owned(), |code| code.to_string()));
            let name = format!("code of {}", value.name);
            self.differs(spot, Rule::KnownValueCodeChanged, &name, codes);
            if other.means != value.means {
                let what = format!("meaning of {} changed", value.name);
                self.note(spot, Rule::DocumentationChanged, what);
            }
        }
        for value in new
            .values
            .iter()
            .filter(|value| !has(&old.values, &value.name))
        {
            let mut before = old.values.iter().filter_map(renamed);
            if !before.any(|other| other.name == value.name) {
                let what = format!("value {} was added", value.name);
                self.note(spot, Rule::KnownValueAdded, what);
            }
        }
    }
}

/// The operations that reach a field of the type, or have it as a parameter.
fn having(model: &Model<'_>, name: &str) -> Vec<String> {
    let has_type = |owner: &str, field: &str, schema: &Value| {
        let entry = model.entry(&[owner], &[field], schema);
        entry.is_some_and(|entry| entry.name == name)
    };
    let mut found = BTreeSet::new();
    let schemas = model.view.document["components"]["schemas"].as_object();
    for (schema, value) in schemas.into_iter().flatten() {
        let mut fields = value["properties"].as_object().into_iter().flatten();
        if fields.any(|(field, property)| has_type(schema, field, property)) {
            found.extend(model.reaching(schema, None));
        }
    }
    for operation in operations(&model.view.effective) {
        let mut parameters = operation.parameters().iter();
        if parameters
            .any(|parameter| has_type(operation.id, name_of(parameter), &parameter["schema"]))
        {
            found.insert(operation.id.to_owned());
        }
    }
    Vec::from_iter(found)
}

fn has(values: &[KnownValue], name: &str) -> bool {
    values.iter().any(|value| value.name == name)
}
