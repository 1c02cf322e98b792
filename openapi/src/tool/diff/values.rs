//! Compares two schemas of one value and everything in them: types, fields, items, limits, texts.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::change::{Side, Spot};
use super::comparison::{Comparison, became, went};
use super::limits;
use super::model::{flag, names, rust_name, type_name};
use super::renames;
use super::rules::Rule;
use super::shape::{COMPOSITE, Covers, Look, Shape, is_limiting};
use crate::normalise::limits::LIMITS;
use crate::registry::Entry;

/// Keywords that are compared here one by one.
const HANDLED: [&str; 13] = [
    "type",
    "format",
    "items",
    "$ref",
    "properties",
    "additionalProperties",
    "required",
    "enum",
    "nullable",
    "default",
    "deprecated",
    "x-unwrapped-items",
    "x-one-element-array",
];

/// The registered types of a value, in the old and the new document.
pub(super) type Entries<'a> = [Option<&'a Entry>; 2];

impl<'a> Comparison<'a> {
    /// Compares two schemas of one value. Whether it may be null is for the caller.
    pub(super) fn value(&mut self, spot: &Spot, entries: Entries<'a>, [old, new]: [&Value; 2]) {
        let (before, after) = (self.old.resolve(old), self.new.resolve(new));
        if before.was_wrapped != after.was_wrapped {
            let what = "allOf around a single schema was added or removed";
            self.note(spot, Rule::DocumentationChanged, what);
        }
        let names = [before.name.as_deref(), after.name.as_deref()];
        let [Some(name), Some(new_name)] = names else {
            // The registry knows an object without a name by its place.
            let place = spot.place.replace("[]", "").replace("{}", "");
            let owners = names.map(|name| name.unwrap_or(&place));
            let schemas = [&before.schema, &after.schema];
            return self.shapes(spot, entries, owners, names, schemas);
        };
        let pair = (spot.side, name.to_owned(), new_name.to_owned());
        let is_first = self.compared.insert(pair);
        if self.renames.of_schema(name) != new_name {
            // A pair of components is compared once, each may contain itself.
            let empty = json!({"properties": {}});
            let schemas = [&before.schema, &after.schema];
            let schemas = if is_first { schemas } else { [&empty, &empty] };
            return self.shapes(spot, entries, [name, new_name], names, schemas);
        }
        let mut handled = HANDLED.to_vec();
        handled.push("allOf");
        self.rest(spot, old, new, &handled);
        if is_first {
            self.component(spot.side, name, new_name);
        }
    }

    /// Compares a component of both documents, once a side.
    fn component(&mut self, side: Side, name: &str, new_name: &str) {
        let side = if side.is_sent() { Side::Request } else { side };
        let mut operations = BTreeSet::from_iter(self.new.reaching(new_name, Some(side)));
        for id in self.old.reaching(name, Some(side)) {
            operations.insert(self.renames.of_operation(&id).to_owned());
        }
        let spot = Spot {
            in_new_type: type_name(name) != type_name(new_name),
            ..Spot::new(side, new_name, &Vec::from_iter(operations))
        };
        let component = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let old = self.old.resolve(&component(name)).schema;
        let new = self.new.resolve(&component(new_name)).schema;
        let mark = "x-one-element-array";
        let marked = [flag(&old, mark), flag(&new, mark)];
        let (announced, withdrawn) = (
            Rule::OneElementArrayAnnounced,
            Rule::OneElementArrayWithdrawn,
        );
        self.flag(&spot, mark, marked, [announced, withdrawn]);
        let owners = [name, new_name];
        self.shapes(&spot, [None, None], owners, [None, None], [&old, &new]);
    }

    /// Compares two resolved schemas: `owners` is what the registry calls what owns their fields, `names` are their Rust types
    /// where these are components.
    fn shapes(
        &mut self,
        spot: &Spot,
        entries: Entries<'a>,
        owners: [&str; 2],
        names: [Option<&str>; 2],
        [old, new]: [&Value; 2],
    ) {
        let look = |model, renames| Look {
            model,
            side: spot.side,
            renames,
        };
        let look_at_old = look(&self.old, Some(&self.renames));
        let before = Shape::of(look_at_old, old, names[0], entries[0]);
        let after = Shape::of(look(&self.new, None), new, names[1], entries[1]);
        let rule = changed_type(spot, &before, &after);
        if let Some(rule) = rule {
            let what = format!("{} became {}", before.describe(), after.describe());
            self.note(spot, rule, what);
        } else if old["format"] != new["format"] && before.wire == after.wire {
            let what = went("format", old.get("format"), new.get("format"));
            let rule = changed_format(spot.side, &old["format"], &new["format"]);
            self.note(spot, rule, what);
        }
        let is_same_type = before.is_same_type(&after);
        if is_same_type || before.wire == after.wire {
            let spot = Spot {
                in_new_type: spot.in_new_type || !is_same_type,
                ..spot.clone()
            };
            self.inside(&spot, entries[1], owners, old, new);
            if before.wire == after.wire {
                self.items(&spot, entries[1], old, new);
                self.further_fields(&spot, old, new);
            }
        }
        let mut handled = HANDLED.to_vec();
        handled.extend(LIMITS.iter().chain(&COMPOSITE));
        self.rest(spot, old, new, &handled);
    }

    /// Compares what two schemas of one shape say besides.
    fn inside(
        &mut self,
        spot: &Spot,
        entry: Option<&'a Entry>,
        owners: [&str; 2],
        old: &Value,
        new: &Value,
    ) {
        let listed = limits::listed_values(spot.side, old, new, entry);
        let limits = limits::limits(spot.side, old, new, entry.is_some());
        for (rule, what) in listed.into_iter().chain(limits) {
            self.note(spot, rule, what);
        }
        self.default(spot, old, new, entry.is_some());
        let both = |name| [flag(old, name), flag(new, name)];
        let deprecated = both("deprecated");
        self.differs(spot, Rule::DeprecationChanged, "deprecated", deprecated);
        let wrapping = [Rule::ResponseItemsWrapped, Rule::ResponseItemsUnwrapped];
        let marked = both("x-unwrapped-items");
        self.flag(spot, "x-unwrapped-items", marked, wrapping);
        if old["properties"].is_object() || new["properties"].is_object() {
            self.fields(spot, owners, old, new);
        }
    }

    fn items(&mut self, spot: &Spot, entry: Option<&'a Entry>, old: &Value, new: &Value) {
        let (Some(old), Some(new)) = (old.get("items"), new.get("items")) else {
            return;
        };
        let spot = spot.below(format!("{}[]", spot.place));
        let nullable = [self.old.is_nullable(old), self.new.is_nullable(new)];
        let rules = match spot.side {
            Side::Response => [
                Rule::ResponseItemsBecameNullable,
                Rule::ResponseItemsBecameNotNullable,
            ],
            _ => [
                Rule::RequestItemsBecameNullable,
                Rule::RequestItemsBecameNotNullable,
            ],
        };
        self.flag(&spot, "nullable", nullable, rules);
        self.value(&spot, [entry, entry], [old, new]);
    }

    /// Compares the fields of two objects; `spot` is the object.
    fn fields(&mut self, spot: &Spot, owners: [&str; 2], old: &Value, new: &Value) {
        let empty = Map::new();
        let [old_fields, new_fields] =
            [old, new].map(|value| value["properties"].as_object().unwrap_or(&empty));
        let [old_required, new_required] = [old, new].map(required);
        let renamed = renames::fields(old_fields, new_fields);
        for (name, field) in old_fields {
            let new_name = renamed.get(name).unwrap_or(name);
            let was_required = old_required.contains(name.as_str());
            let mut field_spot = spot.below(format!("{}.{new_name}", spot.place));
            let Some(new_field) = new_fields.get(new_name) else {
                let rule = spot
                    .side
                    .pick(Rule::RequestFieldRemoved, Rule::ResponseFieldRemoved);
                self.note(&field_spot, rule, "it was removed");
                continue;
            };
            let is_required = new_required.contains(new_name.as_str());
            if name != new_name {
                let is_same_in_rust = rust_name(name) == rust_name(new_name);
                let rule = renamed_field(spot.side, is_required, is_same_in_rust);
                self.note(&field_spot, rule, became("name", name, new_name));
            }
            self.presence(&field_spot, [was_required, is_required], field, new_field);
            let [owner, new_owner] = owners;
            let (owners, fields) = (names(new_owner, owner), names(new_name, name));
            let before = self.old.entry(&[owner], &[name], field);
            let entries = [before, self.new.entry(&owners, &fields, new_field)];
            field_spot.takes_default = spot.side.is_sent() && !is_required;
            self.value(&field_spot, entries, [field, new_field]);
        }
        let added = new_fields.keys().filter(|name| {
            !old_fields.contains_key(*name) && !renamed.values().any(|known| known == *name)
        });
        for name in added {
            let rule = match (spot.side, new_required.contains(name.as_str())) {
                (Side::Response, _) => Rule::ResponseFieldAdded,
                (_, true) => Rule::RequestFieldAddedRequired,
                (_, false) => Rule::RequestFieldAddedOptional,
            };
            let spot = spot.below(format!("{}.{name}", spot.place));
            self.note(&spot, rule, "it was added");
        }
        // Names that are required without being fields have no effect on the client.
        let of_none = |names: &BTreeSet<&str>, fields: &Map<String, Value>| -> Vec<String> {
            let strays = names.iter().filter(|name| !fields.contains_key(**name));
            strays.map(|name| (*name).to_owned()).collect()
        };
        if of_none(&old_required, old_fields) != of_none(&new_required, new_fields) {
            let what = "the list of required fields has other names that are no fields";
            self.note(spot, Rule::DocumentationChanged, what);
        }
    }

    /// Compares whether a field has to be there, and whether it may be null.
    fn presence(&mut self, spot: &Spot, required: [bool; 2], old: &Value, new: &Value) {
        // The generator makes an empty list of a list that is absent, and an empty map of a map.
        let is_list = |schema: &Value| schema["type"] == "array" || is_map(schema);
        let is_list = is_list(old) && is_list(new);
        let nullable = [self.old.is_nullable(old), self.new.is_nullable(new)];
        let keeps_type = is_list || nullable == [true, true];
        let rules = match (spot.side, keeps_type) {
            (Side::Response, _) => [Rule::ResponsePresenceChanged; 2],
            (_, true) => [
                Rule::RequestSteadyFieldBecameRequired,
                Rule::RequestSteadyFieldBecameOptional,
            ],
            (_, false) => [
                Rule::RequestFieldBecameRequired,
                Rule::RequestFieldBecameOptional,
            ],
        };
        self.flag(spot, "required", required, rules);
        let rules = match (spot.side, required[1]) {
            (Side::Response, _) => [Rule::ResponsePresenceChanged; 2],
            (_, true) => [
                Rule::RequestRequiredFieldBecameNullable,
                Rule::RequestRequiredFieldBecameNotNullable,
            ],
            (_, false) if is_list => [Rule::RequestListNullChanged; 2],
            (_, false) => [Rule::NullChanged; 2],
        };
        self.flag(spot, "nullable", nullable, rules);
    }

    /// Compares what is said of fields that an object does not list.
    fn further_fields(&mut self, spot: &Spot, old: &Value, new: &Value) {
        let [before, after] = [old, new].map(|schema| &schema["additionalProperties"]);
        if before == after {
            return;
        }
        // Beside listed fields the client reads no others.
        let is_read = spot.side.is_sent() || old["properties"].is_null();
        if is_read && before.is_object() && after.is_object() {
            let spot = spot.below(format!("{}{{}}", spot.place));
            return self.value(&spot, [None, None], [before, after]);
        }
        let closed = [*before == false, *after == false];
        let rule = if closed[0] == closed[1] {
            Rule::DocumentationChanged
        } else {
            Rule::FurtherFieldsChanged
        };
        self.note(spot, rule, "additionalProperties changed");
    }

    fn default(&mut self, spot: &Spot, old: &Value, new: &Value, is_registered: bool) {
        let (before, after) = (old.get("default"), new.get("default"));
        if before == after {
            return;
        }
        let rule = match (spot.side, before, after) {
            (Side::Response, ..) => Rule::ResponseDefaultChanged,
            (_, Some(_), Some(_)) => Rule::RequestDefaultChanged,
            _ if spot.takes_default && !is_registered => Rule::RequestDefaultPresenceChanged,
            _ => Rule::DocumentationChanged,
        };
        self.note(spot, rule, went("default", before, after));
    }
}

/// The rule for a type that is another, on the wire or in Rust.
fn changed_type(spot: &Spot, before: &Shape, after: &Shape) -> Option<Rule> {
    let side = spot.side;
    let is_same_type = before.is_same_type(after);
    if before.wire == after.wire {
        let is_new = !is_same_type && !spot.in_new_type;
        return is_new
            .then(|| side.pick(Rule::RequestRustTypeChanged, Rule::ResponseRustTypeChanged));
    }
    let covers = match side {
        Side::Response => before.reads(after),
        _ => after.takes(before, side),
    };
    Some(match (side, is_same_type, covers) {
        (Side::Response, true, Covers::All) => Rule::ResponseDeclaredTypeChanged,
        (Side::Response, true, Covers::Some) => Rule::ResponseDeclaredTypeWidened,
        (Side::Response, false, Covers::All) => Rule::ResponseTypeNarrowed,
        (Side::Response, false, Covers::Some) => Rule::ResponseTypeWidened,
        (Side::Response, _, Covers::None) => Rule::ResponseTypeChanged,
        (_, true, Covers::All) => Rule::RequestLimitLoosened,
        (_, true, Covers::Some) => Rule::RequestLimitTightened,
        (_, true, Covers::None) => Rule::RequestDeclaredTypeChanged,
        (_, false, Covers::All) => Rule::RequestTypeLoosened,
        (_, false, Covers::Some) => Rule::RequestTypeTightened,
        (_, false, Covers::None) => Rule::RequestTypeChanged,
    })
}

/// The rule for a format that makes no other Rust type.
fn changed_format(side: Side, before: &Value, after: &Value) -> Rule {
    match (side, is_limiting(before), is_limiting(after)) {
        (Side::Response, ..) | (_, false, false) => Rule::DocumentationChanged,
        (_, _, true) => Rule::RequestLimitTightened,
        (_, true, false) => Rule::RequestLimitLoosened,
    }
}

fn renamed_field(side: Side, is_required: bool, is_same_in_rust: bool) -> Rule {
    match (side, is_required, is_same_in_rust) {
        (Side::Response, _, false) => Rule::ResponseFieldRenamed,
        (Side::Response, _, true) => Rule::ResponseFieldRespelled,
        (_, true, false) => Rule::RequestFieldRenamedRequired,
        (_, true, true) => Rule::RequestFieldRespelledRequired,
        (_, false, false) => Rule::RequestFieldRenamedOptional,
        (_, false, true) => Rule::RequestFieldRespelledOptional,
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
