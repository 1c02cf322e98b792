//! Compares the parameters of an operation: those that its builder has, and those that the client sets by itself.

use serde_json::{Value, json};

use super::change::{Side, Spot};
use super::comparison::{Comparison, became};
use super::model::{Operation, flag, is_same, names, names_in, route, rust_name};
use super::rules::Rule;
use crate::normalise::parameters::name_of;

impl<'a> Comparison<'a> {
    /// Compares the parameters of two operations.
    pub(super) fn parameters(&mut self, old: &Operation<'a>, new: &Operation<'a>) {
        let spot = |parameter: &Value| {
            let place = format!("{}.{}", new.id, name_of(parameter));
            Spot::new(Side::Parameter, place, &[new.id.to_owned()])
        };
        let (mut before, mut after) = (old.parameters.clone(), new.parameters.clone());
        if route(old.path) == route(new.path) {
            self.in_path([old, new], &mut before, &mut after);
        }
        let missing = |list: &[&'a Value], others: &[&Value]| -> Vec<&'a Value> {
            let list = list.iter().copied();
            list.filter(|one| !others.iter().any(|other| is_same(one, other)))
                .collect()
        };
        let (gone, mut come) = (missing(&before, &after), missing(&after, &before));
        for parameter in &before {
            if let Some(other) = after.iter().find(|other| is_same(parameter, other)) {
                self.parameter(&spot(other), [old.id, new.id], [parameter, other]);
            }
        }
        for parameter in &gone {
            let Some(index) = counterpart(parameter, &gone, &come) else {
                self.note(&spot(parameter), Rule::ParameterRemoved, "it was removed");
                continue;
            };
            let other = come.remove(index);
            let (name, new_name) = (name_of(parameter), name_of(other));
            let is_same_in_rust = rust_name(name) == rust_name(new_name);
            let is_moved = parameter["in"] != other["in"];
            let rule = match (is_moved, is_required(parameter), is_same_in_rust) {
                (true, false, _) => Rule::ParameterMovedOptional,
                (true, true, _) => Rule::ParameterMovedRequired,
                (_, false, false) => Rule::ParameterRenamedOptional,
                (_, true, false) => Rule::ParameterRenamedRequired,
                (_, false, true) => Rule::ParameterRespelledOptional,
                (_, true, true) => Rule::ParameterRespelledRequired,
            };
            let key = if is_moved { "in" } else { "name" };
            let texts = [parameter, other].map(|one| one[key].as_str().unwrap_or_default());
            self.differs(&spot(other), rule, key, texts);
            self.parameter(&spot(other), [old.id, new.id], [parameter, other]);
        }
        for parameter in come {
            let rule = if is_required(parameter) {
                Rule::ParameterAddedRequired
            } else {
                Rule::ParameterAddedOptional
            };
            self.note(&spot(parameter), rule, "it was added");
        }
        if old.other_parameters != new.other_parameters {
            let what = "a parameter that no builder has changed";
            let spot = Spot::new(Side::Parameter, new.id, &[new.id.to_owned()]);
            self.note(&spot, Rule::UnusedParameterChanged, what);
        }
    }

    /// Compares the parameters of one path, where a value is known by its position and the name is not sent.
    fn in_path(
        &mut self,
        [old, new]: [&Operation<'a>; 2],
        before: &mut Vec<&'a Value>,
        after: &mut Vec<&'a Value>,
    ) {
        let take = |list: &mut Vec<&'a Value>, name: &str| {
            let is_it = |parameter: &&Value| parameter["in"] == "path" && parameter["name"] == name;
            let index = list.iter().position(is_it)?;
            Some(list.remove(index))
        };
        for (name, other) in names_in(old.path).into_iter().zip(names_in(new.path)) {
            let [Some(parameter), Some(successor)] = [take(before, name), take(after, other)]
            else {
                continue;
            };
            let place = format!("{}.{other}", new.id);
            let spot = Spot::new(Side::Parameter, place, &[new.id.to_owned()]);
            if name != other {
                let rule = if rust_name(name) == rust_name(other) {
                    Rule::PathParameterRespelled
                } else {
                    Rule::PathParameterRenamed
                };
                self.note(&spot, rule, became("name", name, other));
            }
            self.parameter(&spot, [old.id, new.id], [parameter, successor]);
        }
    }

    fn parameter(&mut self, spot: &Spot, [id, new_id]: [&str; 2], [old, new]: [&'a Value; 2]) {
        let required = [is_required(old), is_required(new)];
        let presence = [Rule::ParameterBecameRequired, Rule::ParameterBecameOptional];
        self.flag(spot, "required", required, presence);
        if required[0] == required[1] {
            let nullable = [old, new].map(|parameter| flag(&parameter["schema"], "nullable"));
            self.differs(spot, Rule::NullChanged, "nullable", nullable);
        }
        let deprecated = [old, new].map(|parameter| flag(parameter, "deprecated"));
        self.differs(spot, Rule::DeprecationChanged, "deprecated", deprecated);
        let schemas = [&old["schema"], &new["schema"]];
        let (owners, fields) = (names(new_id, id), names(name_of(new), name_of(old)));
        let entries = [
            self.old.entry(&[id], &[name_of(old)], schemas[0]),
            self.new.entry(&owners, &fields, schemas[1]),
        ];
        self.value(spot, entries, schemas);
        let handled = ["name", "in", "required", "schema", "deprecated"];
        self.rest(spot, old, new, &handled);
    }
}

/// A parameter that may be null is optional whatever it says, but for one in the path.
fn is_required(parameter: &Value) -> bool {
    let may_be_omitted = parameter["in"] != "path" && flag(&parameter["schema"], "nullable");
    flag(parameter, "required") && !may_be_omitted
}

/// The one parameter among those that came which is this one under another name or in another place.
fn counterpart(parameter: &Value, gone: &[&Value], come: &[&Value]) -> Option<usize> {
    let without = |parameter: &Value, key: &str| {
        let mut copy = parameter.clone();
        copy[key] = json!(null);
        copy
    };
    let fits = |one: &Value, other: &Value| {
        ["name", "in"]
            .iter()
            .any(|key| without(one, key) == without(other, key))
    };
    let mut fitting = come
        .iter()
        .enumerate()
        .filter(|(_, other)| fits(parameter, other));
    let (Some((index, other)), None) = (fitting.next(), fitting.next()) else {
        return None;
    };
    // Another parameter that is gone could be the one as well.
    let rivals = gone.iter().filter(|rival| fits(rival, other));
    (rivals.count() == 1).then_some(index)
}
