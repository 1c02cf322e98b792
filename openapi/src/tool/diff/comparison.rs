//! The state of one comparison, and what all its parts need: noting a change, and comparing the keys that no part handles.

use std::collections::BTreeSet;
use std::fmt::Display;

use serde_json::{Map, Value};

use super::change::{Change, Side, Spot};
use super::model::Model;
use super::renames::Renames;
use super::rules::Rule;
use crate::tool::prepared::View;

/// Texts for people.
const DOCUMENTATION: [&str; 6] = [
    "description",
    "summary",
    "title",
    "externalDocs",
    "x-statuses",
    "x-examples",
];

pub(super) struct Comparison<'a> {
    pub(super) old: Model<'a>,
    pub(super) new: Model<'a>,
    pub(super) renames: Renames,
    /// The pairs of components that have been compared.
    pub(super) compared: BTreeSet<(Side, String, String)>,
    pub(super) changes: Vec<Change>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(old: &'a View, new: &'a View) -> Self {
        Self {
            old: Model::of(old),
            new: Model::of(new),
            renames: Renames::between(old, new),
            compared: BTreeSet::new(),
            changes: Vec::new(),
        }
    }

    /// Notes a change of what concerns the document as a whole.
    pub(super) fn note_whole(&mut self, rule: Rule, place: &str, what: impl Into<String>) {
        self.note(&Spot::new(Side::Request, place, &[]), rule, what);
    }

    pub(super) fn note(&mut self, spot: &Spot, rule: Rule, what: impl Into<String>) {
        self.changes.push(Change {
            rule,
            released: rule.released(),
            next_release: rule.next_release(),
            place: spot.place.clone(),
            what: what.into(),
            why: rule.why(),
            operations: spot.operations.clone(),
            hidden: false,
        });
    }

    /// Notes a flag that was set or withdrawn.
    pub(super) fn flag(
        &mut self,
        spot: &Spot,
        name: &str,
        [was, is]: [bool; 2],
        [on, off]: [Rule; 2],
    ) {
        if was != is {
            self.note(spot, if is { on } else { off }, became(name, was, is));
        }
    }

    /// Notes a value that became another one.
    pub(super) fn differs<T: PartialEq + Display>(
        &mut self,
        spot: &Spot,
        rule: Rule,
        name: &str,
        [before, after]: [T; 2],
    ) {
        if before != after {
            self.note(spot, rule, became(name, before, after));
        }
    }

    /// Notes a key that was added, removed or changed.
    pub(super) fn key(&mut self, spot: &Spot, rule: Rule, key: &str, [old, new]: [&Value; 2]) {
        let (before, after) = (old.get(key), new.get(key));
        if before != after {
            self.note(spot, rule, went(key, before, after));
        }
    }

    /// Notes every difference in keys that the caller does not handle itself, so that none is missed.
    pub(super) fn rest(&mut self, spot: &Spot, old: &Value, new: &Value, handled: &[&str]) {
        let empty = Map::new();
        let [old, new] = [old, new].map(|value| value.as_object().unwrap_or(&empty));
        let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let unhandled = keys
            .into_iter()
            .filter(|key| !handled.contains(&key.as_str()));
        for key in unhandled {
            let (before, after) = (old.get(key), new.get(key));
            if before == after {
                continue;
            }
            let rule = match key.as_str() {
                "example" | "examples" => Rule::ExampleChanged,
                "x-evidence" => Rule::EvidenceChanged,
                key if DOCUMENTATION.contains(&key) => Rule::DocumentationChanged,
                _ => Rule::UnknownKeywordChanged,
            };
            self.note(spot, rule, went(key, before, after));
        }
    }
}

/// `key was added`, `was removed` or `changed`.
pub(super) fn went(key: &str, before: Option<&Value>, after: Option<&Value>) -> String {
    match (before, after) {
        (None, Some(_)) => format!("{key} was added"),
        (Some(_), None) => format!("{key} was removed"),
        _ => format!("{key} changed"),
    }
}

/// `name: before became after`.
pub(super) fn became(name: &str, before: impl Display, after: impl Display) -> String {
    format!("{name}: {before} became {after}")
}
