//! What was removed under one name and added, the same, under another: one change rather than two.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::model::route;
use crate::document::{self, OperationEntry};
use crate::tool::prepared::View;

/// The new names of what was renamed and is otherwise the same, by old ones.
#[derive(Debug, Default)]
pub(super) struct Renames {
    pub(super) schemas: BTreeMap<String, String>,
    pub(super) types: BTreeMap<String, String>,
    pub(super) operations: BTreeMap<String, String>,
}

impl Renames {
    pub(super) fn between(old: &View, new: &View) -> Self {
        Self {
            schemas: schemas(&old.document, &new.document),
            types: types(&old.types, &new.types),
            operations: operations(&old.document, &new.document),
        }
    }

    /// The new name of a schema.
    pub(super) fn of_schema<'n>(&'n self, name: &'n str) -> &'n str {
        self.schemas.get(name).map_or(name, String::as_str)
    }

    /// The new name of a registered type.
    pub(super) fn of_type<'n>(&'n self, name: &'n str) -> &'n str {
        self.types.get(name).map_or(name, String::as_str)
    }

    /// The new id of an operation.
    pub(super) fn of_operation<'n>(&'n self, id: &'n str) -> &'n str {
        self.operations.get(id).map_or(id, String::as_str)
    }

    /// A value with its references as the new document writes them.
    pub(super) fn in_value(&self, value: &Value) -> Value {
        rename_references(value, &self.schemas)
    }
}

/// New names of schemas by old ones. A schema may hold itself or another one that was renamed as well.
fn schemas(old: &Value, new: &Value) -> BTreeMap<String, String> {
    let empty = Map::new();
    let [old, new] = [old, new].map(|document| {
        document["components"]["schemas"]
            .as_object()
            .unwrap_or(&empty)
    });
    let mut renamed = BTreeMap::new();
    loop {
        let known = renamed.len();
        let found = pairs(old, new, &renamed, |name, other, value| {
            let mut names = renamed.clone();
            names.insert(name.to_owned(), other.to_owned());
            rename_references(value, &names)
        });
        renamed.extend(found);
        if renamed.len() == known {
            return renamed;
        }
    }
}

/// New names of registered types by old ones.
fn types(old: &Value, new: &Value) -> BTreeMap<String, String> {
    let empty = Map::new();
    let [old, new] = [old, new].map(|types| types.as_object().unwrap_or(&empty));
    pairs(old, new, &BTreeMap::new(), |_, _, value| value.clone())
}

/// New names of fields by old ones: the same in everything, which is more than a type when they are described, and otherwise
/// with a word of the name in common.
pub(super) fn fields(
    old: &Map<String, Value>,
    new: &Map<String, Value>,
) -> BTreeMap<String, String> {
    let mut found = pairs(old, new, &BTreeMap::new(), |_, _, value| value.clone());
    found.retain(|name, other| {
        old[name.as_str()].get("description").is_some() || share_a_word(name, other)
    });
    found
}

/// New ids by old ones: of what is reached at the same place, or is the same in everything but its place and its texts.
fn operations(old: &Value, new: &Value) -> BTreeMap<String, String> {
    let [old, new] = [old, new].map(document::operations);
    let gone: Vec<_> = old
        .iter()
        .filter(|operation| !new.iter().any(|other| other.id == operation.id))
        .collect();
    let come: Vec<_> = new
        .iter()
        .filter(|operation| !old.iter().any(|other| other.id == operation.id))
        .collect();
    let mut renamed = BTreeMap::new();
    for operation in &gone {
        let at_same_place = |other: &&&OperationEntry<'_>| {
            route(other.path) == route(operation.path) && other.method == operation.method
        };
        if let Some(other) = come.iter().find(at_same_place) {
            renamed.insert(operation.id.to_owned(), other.id.to_owned());
        }
    }
    for operation in &gone {
        if renamed.contains_key(operation.id) {
            continue;
        }
        let is_equal = |one: &OperationEntry<'_>, other: &OperationEntry<'_>| {
            one.method == other.method && essence(one) == essence(other)
        };
        let mut equal = come.iter().filter(|other| is_equal(operation, other));
        let rivals = gone
            .iter()
            .filter(|rival| is_equal(rival, operation))
            .count();
        if let (Some(other), None, 1) = (equal.next(), equal.next(), rivals)
            && !renamed.values().any(|id| id == other.id)
        {
            renamed.insert(operation.id.to_owned(), other.id.to_owned());
        }
    }
    renamed
}

fn essence(operation: &OperationEntry<'_>) -> Map<String, Value> {
    let mut essence = operation.value.clone();
    for text in ["operationId", "summary", "description", "x-evidence"] {
        essence.remove(text);
    }
    essence
}

/// Members that are gone and new ones that equal them, where there is one of either.
fn pairs(
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    known: &BTreeMap<String, String>,
    as_new: impl Fn(&str, &str, &Value) -> Value,
) -> BTreeMap<String, String> {
    let gone = old
        .iter()
        .filter(|(name, _)| !new.contains_key(*name) && !known.contains_key(*name));
    let come: Vec<(&String, &Value)> = new
        .iter()
        .filter(|(name, _)| !old.contains_key(*name) && !known.values().any(|known| known == *name))
        .collect();
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for (name, value) in gone {
        let mut equal = come
            .iter()
            .filter(|(other, candidate)| as_new(name, other, value) == **candidate);
        if let (Some((other, _)), None) = (equal.next(), equal.next()) {
            *taken.entry((*other).clone()).or_default() += 1;
            found.insert(name.clone(), (*other).clone());
        }
    }
    found.retain(|_, other| taken[other.as_str()] == 1);
    found
}

/// A value with its references as the new document writes them.
fn rename_references(value: &Value, names: &BTreeMap<String, String>) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(key, member)| {
                let name = (key == "$ref")
                    .then(|| crate::document::schema_name(value))
                    .flatten();
                let member = match name.and_then(|name| names.get(name)) {
                    Some(name) => json!(format!("#/components/schemas/{name}")),
                    None => rename_references(member, names),
                };
                (key.clone(), member)
            })
            .collect(),
        Value::Array(items) => items
            .iter()
            .map(|item| rename_references(item, names))
            .collect(),
        other => other.clone(),
    }
}

fn share_a_word(one: &str, other: &str) -> bool {
    let words = |name: &str| -> Vec<String> {
        let name = heck::ToSnakeCase::to_snake_case(name);
        name.split('_').map(str::to_owned).collect()
    };
    let others = words(other);
    words(one).iter().any(|word| others.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(schemas: Value) -> Value {
        json!({"components": {"schemas": schemas}})
    }

    #[test]
    fn schemas_that_hold_each_other_are_followed() {
        let one = |name: &str| json!({"properties": {"inner": {"$ref": format!("#/components/schemas/{name}")}}});
        let old =
            document(json!({"A": one("B"), "B": {"type": "object", "properties": {"x": {}}}}));
        let new =
            document(json!({"C": one("D"), "D": {"type": "object", "properties": {"x": {}}}}));
        let found = schemas(&old, &new);
        assert_eq!(found["A"], "C");
        assert_eq!(found["B"], "D");
    }

    #[test]
    fn what_two_could_be_is_neither() {
        let old = document(json!({"A": {"type": "object"}}));
        let new = document(json!({"B": {"type": "object"}, "C": {"type": "object"}}));
        assert!(schemas(&old, &new).is_empty());
        assert!(schemas(&new, &old).is_empty());
    }

    #[test]
    fn fields_of_a_plain_type_need_a_word_in_common() {
        let map = |value: Value| value.as_object().cloned().unwrap();
        let old = map(json!({"is_closed": {"type": "boolean"}}));
        assert!(fields(&old, &map(json!({"hidden": {"type": "boolean"}}))).is_empty());
        let found = fields(&old, &map(json!({"closed": {"type": "boolean"}})));
        assert_eq!(found["is_closed"], "closed");
    }
}
