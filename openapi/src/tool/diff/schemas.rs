//! Compares the named schemas, and the fields of any object.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::Rule;
use super::comparison::{Comparison, Side, both, flag};
use super::renames;
use super::shape::{rust_name, type_name};
use super::values::Spot;

impl Comparison<'_> {
    /// Compares all named schemas.
    pub(super) fn schemas(&mut self) {
        let (old_document, new_document) = (&self.old.document, &self.new.document);
        let empty = Map::new();
        let [old, new] = [old_document, new_document].map(|document| {
            document["components"]["schemas"]
                .as_object()
                .unwrap_or(&empty)
        });
        let renamed: BTreeMap<String, String> = self.renamed_schemas.clone();
        for (name, schema) in old {
            let new_name = renamed.get(name).unwrap_or(name);
            let reached = self.old_reach.find(name);
            let Some(new_schema) = new.get(new_name) else {
                let operations = reached
                    .map(|(_, operations)| operations)
                    .unwrap_or_default();
                self.note(Rule::SchemaRemoved, name, "it is gone", &operations);
                continue;
            };
            let new_reached = self.new_reach.find(new_name);
            self.schema([name, new_name], [reached, new_reached], schema, new_schema);
        }
        let added = new.keys().filter(|name| {
            !old.contains_key(*name) && !renamed.values().any(|known| known == *name)
        });
        for name in added {
            let reached = self.new_reach.find(name);
            let operations = reached
                .map(|(_, operations)| operations)
                .unwrap_or_default();
            self.note(Rule::SchemaAdded, name, "it is new", &operations);
        }
    }

    fn schema(
        &mut self,
        [name, new_name]: [&String; 2],
        [reached, new_reached]: [Option<(Side, Vec<String>)>; 2],
        old: &Value,
        new: &Value,
    ) {
        let (old_side, old_operations) = reached.unzip();
        let (new_side, new_operations) = new_reached.unzip();
        let operations = both(
            &old_operations.unwrap_or_default(),
            &new_operations.unwrap_or_default(),
        );
        // What no operation reaches, no build takes; it is judged as an answer.
        let side = new_side.or(old_side).unwrap_or(Side::Response);
        if let (Some(before), Some(after)) = (old_side, new_side)
            && before != after
        {
            let what = match after {
                Side::Request => "it is sent and no longer received",
                Side::Response => "it is received and no longer sent",
            };
            self.note(Rule::SchemaChangedSides, new_name, what, &operations);
        }
        if name != new_name {
            // Names that differ in their spelling alone are the same type in Rust.
            let rule = if type_name(name) == type_name(new_name) {
                Rule::DocumentationChanged
            } else {
                Rule::SchemaRenamed
            };
            self.note(rule, new_name, format!("it was {name}"), &operations);
        }
        match (
            flag(old, "x-one-element-array"),
            flag(new, "x-one-element-array"),
        ) {
            (false, true) => {
                let what = "MX may put it into a list of one";
                self.note(Rule::OneElementArrayAnnounced, new_name, what, &operations);
            }
            (true, false) => {
                let what = "MX no longer puts it into a list of one";
                self.note(Rule::OneElementArrayWithdrawn, new_name, what, &operations);
            }
            _ => {}
        }
        let mut stripped = [old.clone(), new.clone()];
        for value in &mut stripped {
            if let Some(members) = value.as_object_mut() {
                members.remove("x-one-element-array");
            }
        }
        let spot = Spot {
            place: new_name,
            side,
            operations: &operations,
            owners: Some([(name.as_str(), ""), (new_name.as_str(), "")]),
            takes_default: false,
        };
        self.value(spot, &stripped[0], &stripped[1]);
    }

    /// Compares the fields of two objects; `spot` is the object.
    pub(super) fn fields(&mut self, spot: Spot<'_>, old: &Value, new: &Value) {
        let empty = Map::new();
        let [old_fields, new_fields] =
            [old, new].map(|value| value["properties"].as_object().unwrap_or(&empty));
        let [old_required, new_required] = [old, new].map(required);
        let renamed = renames::fields(old_fields, new_fields);
        // Only the fields of a named schema are registered.
        let named = spot.owners.filter(|[(_, field), _]| field.is_empty());
        for (name, field) in old_fields {
            let new_name = renamed.get(name).unwrap_or(name);
            let was_required = old_required.contains(name.as_str());
            let place = format!("{}.{new_name}", spot.place);
            let Some(new_field) = new_fields.get(new_name) else {
                let rule = match (spot.side, was_required) {
                    (Side::Request, true) => Rule::RequestFieldRemovedRequired,
                    (Side::Request, false) => Rule::RequestFieldRemovedOptional,
                    (Side::Response, _) => Rule::ResponseFieldRemoved,
                };
                self.note(rule, place, "it is gone", spot.operations);
                continue;
            };
            let is_required = new_required.contains(new_name.as_str());
            let field_spot = Spot {
                place: &place,
                owners: named.map(|[(owner, _), (new_owner, _)]| {
                    [(owner, name.as_str()), (new_owner, new_name.as_str())]
                }),
                takes_default: spot.side == Side::Request && !is_required,
                ..spot
            };
            if name != new_name {
                let rule = renamed_field(
                    spot.side,
                    is_required,
                    rust_name(name) == rust_name(new_name),
                );
                self.note(rule, &place, format!("it was {name}"), spot.operations);
            }
            self.presence(field_spot, [was_required, is_required], field, new_field);
            self.value(field_spot, field, new_field);
        }
        let added = new_fields.keys().filter(|name| {
            !old_fields.contains_key(*name) && !renamed.values().any(|known| known == *name)
        });
        for name in added {
            let rule = match (spot.side, new_required.contains(name.as_str())) {
                (Side::Request, true) => Rule::RequestFieldAddedRequired,
                (Side::Request, false) => Rule::RequestFieldAddedOptional,
                (Side::Response, _) => Rule::ResponseFieldAdded,
            };
            self.note(
                rule,
                format!("{}.{name}", spot.place),
                "it is new",
                spot.operations,
            );
        }
        // Names that are required without being fields say nothing to the client.
        let of_none = |names: &BTreeSet<&str>, fields: &Map<String, Value>| -> Vec<String> {
            let strays = names.iter().filter(|name| !fields.contains_key(**name));
            strays.map(|name| (*name).to_owned()).collect()
        };
        if of_none(&old_required, old_fields) != of_none(&new_required, new_fields) {
            let what = "the list of required fields names others that are no fields";
            self.note(
                Rule::DocumentationChanged,
                spot.place,
                what,
                spot.operations,
            );
        }
    }

    /// Compares whether a field has to be there, and whether it may be null.
    fn presence(
        &mut self,
        spot: Spot<'_>,
        [was_required, is_required]: [bool; 2],
        old: &Value,
        new: &Value,
    ) {
        // The generator makes an empty list of a list that is absent, and an empty map of a map.
        let is_list = |schema: &Value| schema["type"] == "array" || is_map(schema);
        let is_list = is_list(old) && is_list(new);
        let keeps_type = is_list || flag(old, "nullable") && flag(new, "nullable");
        let rule = match (spot.side, was_required, is_required) {
            (Side::Request, false, true) if keeps_type => {
                Some(Rule::RequestSteadyFieldBecameRequired)
            }
            (Side::Request, true, false) if keeps_type => {
                Some(Rule::RequestSteadyFieldBecameOptional)
            }
            (Side::Request, false, true) => Some(Rule::RequestFieldBecameRequired),
            (Side::Request, true, false) => Some(Rule::RequestFieldBecameOptional),
            (Side::Response, false, true) => Some(Rule::ResponseFieldBecameRequired),
            (Side::Response, true, false) => Some(Rule::ResponseFieldBecameOptional),
            _ => None,
        };
        if let Some(rule) = rule {
            let what = if is_required {
                "it is required"
            } else {
                "it may be left out"
            };
            self.note(rule, spot.place, what, spot.operations);
        }
        let rule = match (spot.side, flag(old, "nullable"), flag(new, "nullable")) {
            (Side::Request, false, true) if is_required => {
                Some(Rule::RequestRequiredFieldBecameNullable)
            }
            (Side::Request, true, false) if is_required => {
                Some(Rule::RequestRequiredFieldBecameNotNullable)
            }
            (Side::Request, false, true) if is_list => {
                Some(Rule::RequestOptionalListBecameNullable)
            }
            (Side::Request, true, false) if is_list => {
                Some(Rule::RequestOptionalListBecameNotNullable)
            }
            (Side::Request, false, true) => Some(Rule::RequestOptionalFieldBecameNullable),
            (Side::Request, true, false) => Some(Rule::RequestOptionalFieldBecameNotNullable),
            (Side::Response, false, true) => Some(Rule::ResponseFieldBecameNullable),
            (Side::Response, true, false) => Some(Rule::ResponseFieldBecameNotNullable),
            _ => None,
        };
        if let Some(rule) = rule {
            let what = if flag(new, "nullable") {
                "it may be null"
            } else {
                "it is never null"
            };
            self.note(rule, spot.place, what, spot.operations);
        }
    }
}

fn renamed_field(side: Side, required: bool, same_in_rust: bool) -> Rule {
    match (side, required, same_in_rust) {
        (Side::Response, _, false) => Rule::ResponseFieldRenamed,
        (Side::Response, _, true) => Rule::ResponseFieldRespelled,
        (Side::Request, true, false) => Rule::RequestFieldRenamedRequired,
        (Side::Request, true, true) => Rule::RequestFieldRespelledRequired,
        (Side::Request, false, false) => Rule::RequestFieldRenamedOptional,
        (Side::Request, false, true) => Rule::RequestFieldRespelledOptional,
    }
}

fn is_map(schema: &Value) -> bool {
    schema["type"] == "object" && schema["properties"].as_object().is_none_or(Map::is_empty)
}

fn required(schema: &Value) -> BTreeSet<&str> {
    let names = schema["required"].as_array();
    names
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}
