//! Compares the parameters of an operation: those that its builder has, and those that the client sets by itself.

use serde_json::{Value, json};

use super::Rule;
use super::comparison::{Comparison, Side, flag};
use super::shape::rust_name;
use super::values::Spot;
use crate::document::{OperationEntry, follow};
use crate::normalise::parameters::name_of;

impl Comparison<'_> {
    /// Compares the parameters of two operations; those given are of the effective documents.
    pub(super) fn parameters(&mut self, old: &OperationEntry<'_>, new: &OperationEntry<'_>) {
        let ids = [new.id.to_owned()];
        let [mut before, mut after] =
            [old, new].map(|operation| list(operation.value.get("parameters")));
        if route(old.path) == route(new.path) {
            self.in_path([old, new], &mut before, &mut after);
        }
        let mut gone: Vec<&Value> = Vec::new();
        for parameter in &before {
            match after.iter().find(|other| is_same(parameter, other)) {
                Some(other) => self.parameter([old.id, new.id], parameter, other),
                None => gone.push(parameter),
            }
        }
        let mut come: Vec<&Value> = after
            .iter()
            .filter(|other| !before.iter().any(|parameter| is_same(parameter, other)))
            .collect();
        for parameter in gone {
            let place = |parameter: &Value| format!("{}.{}", new.id, name_of(parameter));
            let required = is_required(parameter);
            if let Some(index) = counterpart(parameter, &come, &after, &before) {
                let other = come.remove(index);
                if parameter["in"] == other["in"] {
                    let same_in_rust = rust_name(name_of(parameter)) == rust_name(name_of(other));
                    let rule = match (required, same_in_rust) {
                        (false, false) => Rule::ParameterRenamedOptional,
                        (true, false) => Rule::ParameterRenamedRequired,
                        (false, true) => Rule::ParameterRespelledOptional,
                        (true, true) => Rule::ParameterRespelledRequired,
                    };
                    self.note(
                        rule,
                        place(other),
                        format!("it was {}", name_of(parameter)),
                        &ids,
                    );
                } else {
                    let rule = if required {
                        Rule::ParameterMovedRequired
                    } else {
                        Rule::ParameterMovedOptional
                    };
                    let what = format!("it was in {} and is in {}", parameter["in"], other["in"]);
                    self.note(rule, place(other), what.replace('"', ""), &ids);
                }
                self.parameter([old.id, new.id], parameter, other);
            } else {
                let rule = if required {
                    Rule::ParameterRemovedRequired
                } else {
                    Rule::ParameterRemovedOptional
                };
                self.note(rule, place(parameter), "it is gone", &ids);
            }
        }
        for parameter in come {
            let rule = if is_required(parameter) {
                Rule::ParameterAddedRequired
            } else {
                Rule::ParameterAddedOptional
            };
            let place = format!("{}.{}", new.id, name_of(parameter));
            self.note(rule, place, "it is new", &ids);
        }
    }

    /// Compares the parameters of one path: there a value is known by its place, and its name is nobody's but ours.
    fn in_path(
        &mut self,
        [old, new]: [&OperationEntry<'_>; 2],
        before: &mut Vec<Value>,
        after: &mut Vec<Value>,
    ) {
        let take = |list: &mut Vec<Value>, name: &str| {
            let is_it = |parameter: &Value| parameter["in"] == "path" && parameter["name"] == name;
            let index = list.iter().position(is_it)?;
            Some(list.remove(index))
        };
        for (name, other) in names_in(old.path).into_iter().zip(names_in(new.path)) {
            let [Some(parameter), Some(successor)] = [take(before, name), take(after, other)]
            else {
                continue;
            };
            if name != other {
                let rule = if rust_name(name) == rust_name(other) {
                    Rule::PathParameterRespelled
                } else {
                    Rule::PathParameterRenamed
                };
                let place = format!("{}.{other}", new.id);
                self.note(rule, place, format!("it was {name}"), &[new.id.to_owned()]);
            }
            self.parameter([old.id, new.id], &parameter, &successor);
        }
    }

    fn parameter(&mut self, [old_id, new_id]: [&str; 2], old: &Value, new: &Value) {
        let ids = [new_id.to_owned()];
        let place = format!("{new_id}.{}", name_of(new));
        match (is_required(old), is_required(new)) {
            (false, true) => {
                self.note(
                    Rule::ParameterBecameRequired,
                    &place,
                    "it is required",
                    &ids,
                );
            }
            (true, false) => {
                self.note(
                    Rule::ParameterBecameOptional,
                    &place,
                    "it may be left out",
                    &ids,
                );
            }
            _ => {}
        }
        let stays = is_required(old) == is_required(new);
        match [old, new].map(|parameter| flag(&parameter["schema"], "nullable")) {
            // What becomes optional by it is told above.
            [false, true] if stays => {
                self.note(
                    Rule::ParameterBecameNullable,
                    &place,
                    "it may be null",
                    &ids,
                );
            }
            [true, false] if stays => {
                let what = "it is never null";
                self.note(Rule::ParameterBecameNotNullable, &place, what, &ids);
            }
            _ => {}
        }
        let spot = Spot {
            place: &place,
            side: Side::Request,
            operations: &ids,
            owners: Some([(old_id, name_of(old)), (new_id, name_of(new))]),
            takes_default: false,
        };
        self.value(spot, &old["schema"], &new["schema"]);
        let handled = ["name", "in", "required", "schema", "deprecated"];
        self.rest(&place, old, new, &handled, &ids);
        if flag(old, "deprecated") != flag(new, "deprecated") {
            let (rule, what) = if flag(new, "deprecated") {
                (Rule::RequestFieldDeprecated, "MX advises against it")
            } else {
                (
                    Rule::RequestFieldUndeprecated,
                    "MX no longer advises against it",
                )
            };
            self.note(rule, &place, what, &ids);
        }
    }

    /// Compares the parameters that no builder has: headers that the client sets, and doubles of lists.
    pub(super) fn unused_parameters(&mut self, id: [&str; 2], old: &Value, new: &Value) {
        let unused =
            |document: &Value, effective: &Value, operation: &Value, id: &str| -> Vec<Value> {
                let used = crate::document::operations(effective)
                    .iter()
                    .find(|entry| entry.id == id)
                    .map(|entry| list(entry.value.get("parameters")))
                    .unwrap_or_default();
                let all = list(operation.get("parameters")).into_iter();
                let all = all.map(|parameter| follow(document, &parameter).clone());
                all.filter(|parameter| !used.iter().any(|other| is_same(parameter, other)))
                    .collect()
            };
        let mut before = unused(&self.old.document, &self.old.effective, old, id[0]);
        let mut after = unused(&self.new.document, &self.new.effective, new, id[1]);
        for list in [&mut before, &mut after] {
            list.sort_by_key(|parameter| name_of(parameter).to_owned());
        }
        if before != after {
            let what = "a parameter that no builder has changed";
            self.note(
                Rule::UnusedParameterChanged,
                id[1],
                what,
                &[id[1].to_owned()],
            );
        }
    }
}

fn list(parameters: Option<&Value>) -> Vec<Value> {
    parameters
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default()
}

fn is_same(one: &Value, other: &Value) -> bool {
    one["name"] == other["name"] && one["in"] == other["in"]
}

/// A parameter that may be null is optional whatever it says, but for one in the path.
fn is_required(parameter: &Value) -> bool {
    let may_be_left_out = parameter["in"] != "path" && flag(&parameter["schema"], "nullable");
    flag(parameter, "required") && !may_be_left_out
}

/// The one parameter among the new ones that is the old one under another name or in another place.
fn counterpart(
    parameter: &Value,
    come: &[&Value],
    after: &[Value],
    before: &[Value],
) -> Option<usize> {
    let without = |parameter: &Value, key: &str| {
        let mut copy = parameter.clone();
        copy[key] = json!(null);
        copy
    };
    let fits = |other: &Value| {
        ["name", "in"]
            .iter()
            .any(|key| without(parameter, key) == without(other, key))
    };
    let mut fitting = come.iter().enumerate().filter(|(_, other)| fits(other));
    let found = match (fitting.next(), fitting.next()) {
        (Some((index, _)), None) => Some(index),
        _ => None,
    }?;
    // Another parameter that is gone could be the one as well.
    let rivals = before
        .iter()
        .filter(|rival| !after.iter().any(|other| is_same(rival, other)))
        .filter(|rival| {
            ["name", "in"]
                .iter()
                .any(|key| without(rival, key) == without(come[found], key))
        });
    (rivals.count() == 1).then_some(found)
}

/// A path without the names in it, as the server sees it.
pub(super) fn route(path: &str) -> String {
    let named = names_in(path).into_iter();
    named.fold(path.to_owned(), |route, name| {
        route.replacen(&format!("{{{name}}}"), "{}", 1)
    })
}

/// The names of the parameters in a path, in their order.
fn names_in(path: &str) -> Vec<&str> {
    let pieces = path.split('{').skip(1);
    pieces
        .filter_map(|piece| piece.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}
