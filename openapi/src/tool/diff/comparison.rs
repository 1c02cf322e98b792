//! The state of one comparison, and what all parts of it need: noting a change, and looking at the keys that no part handles.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Change, Rule, renames};
use crate::document::{follow, operations, reference, schema_name};
use crate::tool::Prepared;

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
    pub(super) old: &'a Prepared,
    pub(super) new: &'a Prepared,
    /// New names of schemas, by old ones.
    pub(super) renamed_schemas: BTreeMap<String, String>,
    /// New names of registered types, by old ones.
    pub(super) renamed_types: BTreeMap<String, String>,
    /// New ids of operations, by old ones.
    pub(super) renamed_operations: BTreeMap<String, String>,
    pub(super) old_reach: Reach,
    pub(super) new_reach: Reach,
    changes: Vec<Change>,
}

/// Which way a value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Request,
    Response,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(old: &'a Prepared, new: &'a Prepared) -> Self {
        let renamed_operations = renames::operations(&old.document, &new.document);
        Self {
            old,
            new,
            old_reach: Reach::of(&old.document, &renamed_operations),
            new_reach: Reach::of(&new.document, &BTreeMap::new()),
            renamed_operations,
            renamed_schemas: renames::schemas(&old.document, &new.document),
            renamed_types: renames::types(&old.types, &new.types),
            changes: Vec::new(),
        }
    }

    pub(super) fn run(mut self) -> Vec<Change> {
        self.document();
        self.registry();
        self.operations();
        self.schemas();
        let differ = self.old.document != self.new.document || self.old.types != self.new.types;
        if differ && self.changes.is_empty() {
            let what = "something stands in another order, or nothing uses it";
            self.note(Rule::DocumentationChanged, "$", what, &[]);
        }
        self.changes
    }

    pub(super) fn note(
        &mut self,
        rule: Rule,
        place: impl Into<String>,
        what: impl Into<String>,
        operations: &[String],
    ) {
        self.changes.push(Change {
            rule,
            released: rule.released(),
            next_release: rule.next_release(),
            direction: rule.direction(),
            place: place.into(),
            what: what.into(),
            why: rule.why(),
            operations: operations.to_vec(),
        });
    }

    /// Notes every difference in keys that the caller does not handle itself, so that nothing passes in silence.
    pub(super) fn rest(
        &mut self,
        place: &str,
        old: &Value,
        new: &Value,
        handled: &[&str],
        operations: &[String],
    ) {
        let empty = Map::new();
        let [old, new] = [old, new].map(|value| value.as_object().unwrap_or(&empty));
        let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for key in keys
            .into_iter()
            .filter(|key| !handled.contains(&key.as_str()))
        {
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
            self.note(
                rule,
                place,
                format!("{key} {}", went(before, after)),
                operations,
            );
        }
    }
}

/// `was added`, `was removed` or `changed`.
pub(super) fn went(before: Option<&Value>, after: Option<&Value>) -> &'static str {
    match (before, after) {
        (None, Some(_)) => "was added",
        (Some(_), None) => "was removed",
        _ => "changed",
    }
}

/// Whether a flag of a document is set.
pub(super) fn flag(value: &Value, name: &str) -> bool {
    value[name] == true
}

/// Which operations reach a schema on either side.
pub(super) struct Reach(BTreeMap<(String, Side), BTreeSet<String>>);

impl Reach {
    /// Operations are called by their new ids.
    fn of(document: &Value, renamed: &BTreeMap<String, String>) -> Self {
        let mut reach = Self(BTreeMap::new());
        for operation in operations(document) {
            let id = renamed
                .get(operation.id)
                .map_or(operation.id, String::as_str);
            let body = operation.value.get("requestBody");
            if let Some(body) = body {
                reach.walk(document, follow(document, body), Side::Request, id);
            }
            let responses = operation.value.get("responses").and_then(Value::as_object);
            for (status, response) in responses.into_iter().flatten() {
                if status.starts_with('2') && operation.method != "delete" {
                    let response = follow(document, response);
                    reach.walk(document, response, Side::Response, id);
                }
            }
        }
        reach
    }

    fn walk(&mut self, document: &Value, value: &Value, side: Side, id: &str) {
        match value {
            Value::Object(members) => {
                if let Some(name) = schema_name(value) {
                    let found = self.0.entry((name.to_owned(), side)).or_default();
                    if found.insert(id.to_owned())
                        && let Some(target) =
                            reference(value).and_then(|pointer| document.pointer(pointer))
                    {
                        self.walk(document, target, side, id);
                    }
                }
                for member in members.values() {
                    self.walk(document, member, side, id);
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.walk(document, item, side, id);
                }
            }
            _ => {}
        }
    }

    /// The side of a schema, and the operations that reach it; answers come first where it is both.
    pub(super) fn find(&self, schema: &str) -> Option<(Side, Vec<String>)> {
        [Side::Response, Side::Request]
            .into_iter()
            .find_map(|side| {
                let found = self.0.get(&(schema.to_owned(), side))?;
                Some((side, found.iter().cloned().collect()))
            })
    }
}

/// The operations of two lists, each once.
pub(super) fn both(one: &[String], other: &[String]) -> Vec<String> {
    let all: BTreeSet<&String> = one.iter().chain(other).collect();
    all.into_iter().cloned().collect()
}
