//! Compares the registered types: which there are, what they can do, and which values are known of them.

use super::Rule;
use super::comparison::Comparison;
use crate::registry::{Entry, Kind, KnownValue};

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
                    self.note(Rule::RegisteredTypeRemoved, place, "it is gone", &[]);
                }
                None => self.note(Rule::HiddenTypeChanged, place, "it is gone", &[]),
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
                self.note(rule, place, "it is new", &[]);
            }
        }
    }

    fn entry(&mut self, place: &str, old: &Entry, new: &Entry) {
        if old.name != new.name {
            let rule = if old.is_emitted() {
                Rule::RegisteredTypeRenamed
            } else {
                Rule::HiddenTypeChanged
            };
            self.note(rule, place, format!("it was {}", old.name), &[]);
        }
        match (old.is_emitted(), new.is_emitted()) {
            (true, false) => {
                let what = "the document no longer brings it";
                self.note(Rule::RegisteredTypeRemoved, place, what, &[]);
            }
            (false, true) => {
                self.note(
                    Rule::RegisteredTypeAdded,
                    place,
                    "the document brings it",
                    &[],
                );
            }
            _ if old.kind != new.kind => {
                let what = format!("{:?} became {:?}", old.kind, new.kind);
                self.note(Rule::RegisteredKindChanged, place, what, &[]);
            }
            _ => {}
        }
        match (old.null_text, new.null_text) {
            (false, true) => {
                let what = "the text null means that there is no value";
                self.note(Rule::NullTextAnnounced, place, what, &[]);
            }
            (true, false) => {
                let what = "the text null is a value like any other";
                self.note(Rule::NullTextWithdrawn, place, what, &[]);
            }
            _ => {}
        }
        if old.description != new.description {
            self.note(
                Rule::DocumentationChanged,
                place,
                "description changed",
                &[],
            );
        }
        if old.fields != new.fields {
            let what = "it is looked for in other fields; what that changes is told at each";
            self.note(Rule::DocumentationChanged, place, what, &[]);
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
                self.note(Rule::KnownValueRenamed, place, what, &[]);
                continue;
            }
            let Some(other) = new.values.iter().find(|other| other.name == value.name) else {
                let what = format!("value {} was removed", value.name);
                self.note(Rule::KnownValueRemoved, place, what, &[]);
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
                self.note(Rule::KnownValueCodeChanged, place, what, &[]);
            }
            if other.means != value.means {
                let what = format!("meaning of {} changed", value.name);
                self.note(Rule::DocumentationChanged, place, what, &[]);
            }
        }
        for value in &new.values {
            let was_renamed = old
                .values
                .iter()
                .any(|other| renamed(other).is_some_and(|found| found.name == value.name));
            if !has(&old.values, &value.name) && !was_renamed {
                let what = format!("value {} was added", value.name);
                self.note(Rule::KnownValueAdded, place, what, &[]);
            }
        }
    }
}

fn has(values: &[KnownValue], name: &str) -> bool {
    values.iter().any(|value| value.name == name)
}
