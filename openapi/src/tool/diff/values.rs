//! Compares one value on its way: the schema of a field, a parameter or a body.

use serde_json::Value;

use super::Rule;
use super::comparison::{Comparison, Side, flag, went};
use super::shape::{COMPOSITE, Covers, FORMATS, Shape, View};
use crate::normalise::limits::LIMITS;
use crate::normalise::{typing, wrappers};
use crate::registry::Entry;

/// Keywords that `value` and its callers handle.
const HANDLED: [&str; 12] = [
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
];

/// Where a value is.
#[derive(Clone, Copy)]
pub(super) struct Spot<'s> {
    pub(super) place: &'s str,
    pub(super) side: Side,
    pub(super) operations: &'s [String],
    /// Owner and field as the registry knows them, in the old and the new document.
    pub(super) owners: Option<[(&'s str, &'s str); 2]>,
    /// Whether a default makes the Rust type another: only of a field that may be left out.
    pub(super) takes_default: bool,
}

impl Spot<'_> {
    pub(super) fn pick(&self, request: Rule, response: Rule) -> Rule {
        match self.side {
            Side::Request => request,
            Side::Response => response,
        }
    }
}

impl Comparison<'_> {
    /// Compares two schemas of one value. Whether it may be null is for the caller.
    pub(super) fn value(&mut self, spot: Spot<'_>, old: &Value, new: &Value) {
        let [(old, was_wrapped), (new, is_wrapped)] = [old, new].map(wrappers::opened);
        if was_wrapped != is_wrapped {
            let what = "allOf around a single schema came or went";
            self.note(
                Rule::DocumentationChanged,
                spot.place,
                what,
                spot.operations,
            );
        }
        let (old, new) = (&old, &new);
        let (new_prepared, old_prepared) = (self.new, self.old);
        let entries =
            spot.owners
                .map_or([None, None], |[(owner, field), (new_owner, new_field)]| {
                    [
                        typing::given(&old_prepared.registry, owner, field, old),
                        typing::given(&new_prepared.registry, new_owner, new_field, new),
                    ]
                });
        let none = std::collections::BTreeMap::new();
        let view = |schemas, types| View {
            side: spot.side,
            schemas,
            types,
        };
        let (of_old, of_new) = (
            view(&self.renamed_schemas, &self.renamed_types),
            view(&none, &none),
        );
        let before = Shape::of(old, entries[0], of_old);
        let after = Shape::of(new, entries[1], of_new);
        if let Some(rule) = changed_type(spot, &before, &after) {
            let what = format!("{} became {}", before.describe(), after.describe());
            self.note(rule, spot.place, what, spot.operations);
        } else if old["format"] != new["format"] && before.wire == after.wire {
            let what = format!("format {}", went(old.get("format"), new.get("format")));
            let rule = changed_format(spot, &old["format"], &new["format"]);
            self.note(rule, spot.place, what, spot.operations);
        }
        if before.is_same_type(&after) {
            self.inside(spot, old, new, entries[1]);
        } else {
            let mut handled = HANDLED.to_vec();
            handled.extend(LIMITS.iter().chain(&COMPOSITE));
            self.rest(spot.place, old, new, &handled, spot.operations);
        }
    }

    /// Compares what two schemas of one type say besides.
    fn inside(&mut self, spot: Spot<'_>, old: &Value, new: &Value, entry: Option<&Entry>) {
        let registered = entry.is_some();
        self.listed_values(spot, old, new, entry);
        self.limits(spot, old, new, registered);
        self.default(spot, old, new, registered);
        match (flag(old, "deprecated"), flag(new, "deprecated")) {
            (false, true) => {
                let rule = spot.pick(Rule::RequestFieldDeprecated, Rule::ResponseFieldDeprecated);
                self.note(rule, spot.place, "MX advises against it", spot.operations);
            }
            (true, false) => {
                let rule = spot.pick(
                    Rule::RequestFieldUndeprecated,
                    Rule::ResponseFieldUndeprecated,
                );
                self.note(
                    rule,
                    spot.place,
                    "MX no longer advises against it",
                    spot.operations,
                );
            }
            _ => {}
        }
        match (
            flag(old, "x-unwrapped-items"),
            flag(new, "x-unwrapped-items"),
        ) {
            (false, true) => {
                let what = "the items may come wrapped, each in an object of its own";
                self.note(
                    Rule::ResponseItemsWrapped,
                    spot.place,
                    what,
                    spot.operations,
                );
            }
            (true, false) => {
                let what = "the items no longer come wrapped";
                self.note(
                    Rule::ResponseItemsUnwrapped,
                    spot.place,
                    what,
                    spot.operations,
                );
            }
            _ => {}
        }
        if old["properties"].is_object() || new["properties"].is_object() {
            self.fields(spot, old, new);
        }
        if let (Some(old), Some(new)) = (old.get("items"), new.get("items")) {
            let place = format!("{}[]", spot.place);
            let spot = Spot {
                place: &place,
                takes_default: false,
                ..spot
            };
            let (nullable, not_nullable) = match spot.side {
                Side::Request => (
                    Rule::RequestItemsBecameNullable,
                    Rule::RequestItemsBecameNotNullable,
                ),
                Side::Response => (
                    Rule::ResponseItemsBecameNullable,
                    Rule::ResponseItemsBecameNotNullable,
                ),
            };
            match (flag(old, "nullable"), flag(new, "nullable")) {
                (false, true) => self.note(nullable, &place, "items may be null", spot.operations),
                (true, false) => self.note(
                    not_nullable,
                    &place,
                    "items are never null",
                    spot.operations,
                ),
                _ => {}
            }
            self.inside(spot, old, new, entry);
        }
        self.further_fields(spot, old, new);
        let mut handled = HANDLED.to_vec();
        handled.extend(LIMITS.iter().chain(&COMPOSITE));
        self.rest(spot.place, old, new, &handled, spot.operations);
    }

    /// Compares what is said of fields that an object does not list.
    fn further_fields(&mut self, spot: Spot<'_>, old: &Value, new: &Value) {
        let [before, after] = [old, new].map(|schema| &schema["additionalProperties"]);
        if before == after {
            return;
        }
        // Beside listed fields the client reads no others.
        let is_read = spot.side == Side::Request || old["properties"].is_null();
        if is_read && before.is_object() && after.is_object() {
            let place = format!("{}{{}}", spot.place);
            let spot = Spot {
                place: &place,
                owners: None,
                takes_default: false,
                ..spot
            };
            return self.value(spot, before, after);
        }
        let rule = match (*before == false, *after == false) {
            (false, true) => Rule::FurtherFieldsForbidden,
            (true, false) => Rule::FurtherFieldsAllowed,
            _ => Rule::DocumentationChanged,
        };
        let what = "what is said of fields that are not listed";
        self.note(rule, spot.place, what, spot.operations);
    }

    fn default(&mut self, spot: Spot<'_>, old: &Value, new: &Value, registered: bool) {
        let (before, after) = (old.get("default"), new.get("default"));
        if before == after {
            return;
        }
        let what = format!("default {}", went(before, after));
        let in_rust = spot.takes_default && !registered;
        let rule = match (spot.side, before, after) {
            (Side::Response, ..) => Rule::ResponseDefaultChanged,
            (_, Some(_), Some(_)) => Rule::RequestDefaultChanged,
            (_, None, _) if in_rust => Rule::RequestDefaultAdded,
            (_, _, None) if in_rust => Rule::RequestDefaultRemoved,
            _ => Rule::DocumentationChanged,
        };
        self.note(rule, spot.place, what, spot.operations);
    }
}

/// The rule for a type that is another, on the wire or in Rust.
fn changed_type(spot: Spot<'_>, before: &Shape, after: &Shape) -> Option<Rule> {
    let same_wire = before.wire == after.wire;
    if before.is_same_type(after) {
        if same_wire {
            return None;
        }
        return Some(match spot.side {
            Side::Response => match (before.reads(after), after.reads(before)) {
                (Covers::All, Covers::All) => Rule::ResponseDeclaredTypeChanged,
                (Covers::All, _) => Rule::ResponseDeclaredTypeNarrowed,
                (Covers::Some, _) => Rule::ResponseDeclaredTypeWidened,
                (Covers::None, _) => Rule::ResponseTypeChanged,
            },
            Side::Request => match after.on_the_wire().reads(&before.on_the_wire()) {
                Covers::All => Rule::RequestLimitLoosened,
                Covers::Some => Rule::RequestLimitTightened,
                Covers::None => Rule::RequestDeclaredTypeChanged,
            },
        });
    }
    if same_wire {
        return Some(spot.pick(Rule::RequestRustTypeChanged, Rule::ResponseRustTypeChanged));
    }
    Some(match spot.side {
        Side::Request => match after.on_the_wire().reads(&before.on_the_wire()) {
            Covers::All => Rule::RequestTypeLoosened,
            Covers::Some => Rule::RequestTypeTightened,
            Covers::None => Rule::RequestTypeChanged,
        },
        Side::Response => match before.reads(after) {
            Covers::All => Rule::ResponseTypeNarrowed,
            Covers::Some => Rule::ResponseTypeWidened,
            Covers::None => Rule::ResponseTypeChanged,
        },
    })
}

/// The rule for a format that the Rust type knows nothing of.
fn changed_format(spot: Spot<'_>, before: &Value, after: &Value) -> Rule {
    let limits = |format: &Value| {
        let name = format.as_str().unwrap_or_default();
        FORMATS.contains(&name) && !["int64", "double", "binary", "byte"].contains(&name)
    };
    match (spot.side, limits(before), limits(after)) {
        (Side::Request, _, true) => Rule::RequestLimitTightened,
        (Side::Request, true, false) => Rule::RequestLimitLoosened,
        _ => Rule::DocumentationChanged,
    }
}
