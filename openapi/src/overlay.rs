//! Applies an OpenAPI Overlay 1.0 document: what we know better than the published document, one action a fact.
//!
//! Stricter than the standard: an action fails and names itself when its target matches nothing, when one of the names in its
//! target matches nothing, or when a place that it matches stays as it was, so that no part of a correction can outlive what
//! it corrects.

mod change;
mod target;

use serde_json::Value;

use crate::failure::Failure;
use change::{merge, remove};
use target::{Miss, Places};

/// What one action did.
#[derive(Debug)]
pub(crate) struct Applied {
    /// Its place in the list.
    pub index: usize,
    /// Its number and target, for the report.
    pub action: String,
    /// Where it was applied, as JSON pointers.
    pub places: Vec<String>,
}

/// Why an action does not fit the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It cannot be read, whatever the document.
    Malformed,
    /// What it corrects is gone.
    Stale,
    /// The document already has its change.
    Unnecessary,
    /// One of the above is true of some of its places.
    InPart,
}

/// What the actions of an overlay did, and which of them do not fit.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub applied: Vec<Applied>,
    /// The index of the action, its fault, and the failure of the build.
    pub faults: Vec<(usize, Fault, Failure)>,
}

/// Applies every action of `overlay`, in order; it has to be made for the document of this file `name`.
pub(crate) fn apply(
    document: &mut Value,
    name: &str,
    overlay: &Value,
) -> Result<Vec<Applied>, Failure> {
    let Outcome { applied, faults } = apply_where_possible(document, name, overlay)?;
    Failure::several(faults.into_iter().map(|(_, _, failure)| failure).collect())?;
    Ok(applied)
}

/// Like [`apply`], but skips and returns what does not fit. An action that fits in part is applied there: the other places still
/// need it.
pub(crate) fn apply_where_possible(
    document: &mut Value,
    name: &str,
    overlay: &Value,
) -> Result<Outcome, Failure> {
    for (key, expected) in [("overlay", "1.0.0"), ("extends", name)] {
        if overlay[key].as_str() != Some(expected) {
            let reason = format!("it has to say {expected}");
            return Err(Failure::new("overlay", format!("$.{key}"), reason).at(format!("/{key}")));
        }
    }
    let actions = overlay["actions"].as_array().ok_or_else(|| {
        Failure::new("overlay", "$.actions", "there is no list of actions").at("/actions")
    })?;
    let mut outcome = Outcome::default();
    // Where a run of removals began, and the document as it was then.
    let mut removals: Option<(usize, Value)> = None;
    for (index, action) in actions.iter().enumerate() {
        let removes = action["remove"].as_bool().unwrap_or(false);
        if removes && removals.is_none() {
            removals = Some((index, document.clone()));
        }
        let mut faults = Vec::new();
        let applied = apply_action(document, action, index, &mut faults);
        let run = if removes { None } else { removals.take() };
        if let (Some((first, before)), true) = (run, applied.is_some())
            && *document == before
        {
            let mut undone = outcome.applied.split_off(
                outcome
                    .applied
                    .partition_point(|applied| applied.index < first),
            );
            undone.extend(applied);
            for Applied { index, .. } in undone {
                let reason =
                    "together with its neighbours it changes nothing; the document says so already";
                let fault = (Fault::Unnecessary, reason.to_owned());
                outcome.refuse(index, &actions[index], [fault]);
            }
            continue;
        }
        outcome.refuse(index, action, faults);
        outcome.applied.extend(applied);
    }
    Ok(outcome)
}

impl Outcome {
    fn refuse(
        &mut self,
        index: usize,
        action: &Value,
        faults: impl IntoIterator<Item = (Fault, String)>,
    ) {
        for (fault, reason) in faults {
            let failure = Failure::new("overlay", name(action, index), reason)
                .at(format!("/actions/{index}/target"));
            self.faults.push((index, fault, failure));
        }
    }
}

/// The number and the target of an action.
fn name(action: &Value, index: usize) -> String {
    let target = action["target"].as_str().unwrap_or_default();
    format!("action {} ({target})", index + 1)
}

/// The JSON pointers that a JSONPath matches; none if it cannot be read.
#[cfg(feature = "tool")]
pub(crate) fn places(document: &Value, target: &str) -> Vec<String> {
    target::places(document, target).map_or_else(|_| Vec::new(), |places| places.matched)
}

fn apply_action(
    document: &mut Value,
    action: &Value,
    index: usize,
    faults: &mut Vec<(Fault, String)>,
) -> Option<Applied> {
    let mut refuse = |fault: Fault, reason: String| faults.push((fault, reason));
    let description = action["description"].as_str().unwrap_or_default();
    if description.trim().is_empty() {
        let reason = "it has no description; say why the correction is right";
        refuse(Fault::Malformed, reason.to_owned());
    }
    let removes = action["remove"].as_bool().unwrap_or(false);
    let update = action.get("update");
    if !removes && update.is_none() {
        let reason = "it has neither an update nor remove: true";
        refuse(Fault::Malformed, reason.to_owned());
    }
    let target = action["target"].as_str().unwrap_or_default();
    let Places { matched, gone } = match target::places(document, target) {
        Ok(places) => places,
        Err(miss) => {
            let (fault, reason) = fault_of(miss, removes);
            refuse(fault, reason);
            return None;
        }
    };
    let mut changed = Vec::new();
    let mut unchanged = Vec::new();
    // Backwards, so that removing an item of an array leaves the earlier indices right.
    for place in matched.into_iter().rev() {
        let changes = if removes {
            remove(document, &place)
        } else {
            let target = document.pointer_mut(&place);
            target
                .zip(update)
                .is_some_and(|(target, update)| merge(target, update))
        };
        if changes {
            changed.push(place);
        } else {
            unchanged.push(place);
        }
    }
    changed.reverse();
    for choice in &gone {
        let reason = format!(
            "{choice}, which is part of the target, matches nothing; the document may have been corrected, then drop it"
        );
        refuse(Fault::InPart, reason);
    }
    if let Some(place) = unchanged.first() {
        let fault = if changed.is_empty() && gone.is_empty() {
            Fault::Unnecessary
        } else {
            Fault::InPart
        };
        let reason = format!("it changes nothing at {place}; the document says so already");
        refuse(fault, reason);
    }
    (!changed.is_empty()).then(|| Applied {
        index,
        action: name(action, index),
        places: changed,
    })
}

/// The fault of an action whose target has no match.
fn fault_of(miss: Miss, removes: bool) -> (Fault, String) {
    match miss {
        Miss::Malformed(error) => (
            Fault::Malformed,
            format!("the target is not a JSONPath: {error}"),
        ),
        Miss::Removed if removes => (
            Fault::Unnecessary,
            "the target matches nothing; the document has dropped it by itself, then drop the action"
                .to_owned(),
        ),
        Miss::Removed | Miss::Gone => (
            Fault::Stale,
            "the target matches nothing; the document may have been corrected, then drop the action"
                .to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn run(document: &Value, action: Value) -> Result<Value, Failure> {
        let mut document = document.clone();
        let overlay = json!({"overlay": "1.0.0", "extends": "v1.yaml", "actions": [action]});
        apply(&mut document, "v1.yaml", &overlay).map(|_| document)
    }

    #[test]
    fn an_update_merges_objects_and_grows_arrays() {
        let document = json!({"a": {"b": 1, "list": [1]}});
        let changed = run(
            &document,
            json!({"target": "$.a", "description": "why", "update": {"c": 2, "list": [2]}}),
        );
        assert_eq!(
            changed.unwrap(),
            json!({"a": {"b": 1, "c": 2, "list": [1, 2]}})
        );
    }

    #[test]
    fn several_items_of_one_array_are_removed_at_once() {
        let document = json!({"list": [{"n": 1}, {"n": 2}, {"n": 1}]});
        let changed = run(
            &document,
            json!({"target": "$.list[?(@.n == 1)]", "description": "why", "remove": true}),
        );
        assert_eq!(changed.unwrap(), json!({"list": [{"n": 2}]}));
    }

    #[test]
    fn names_with_slashes_and_tildes_are_found() {
        let document = json!({"paths": {"/a/~b": {"get": 1}}});
        let changed = run(
            &document,
            json!({"target": "$.paths['/a/~b'].get", "description": "why", "remove": true}),
        );
        assert_eq!(changed.unwrap(), json!({"paths": {"/a/~b": {}}}));
    }

    #[test]
    fn items_of_one_array_are_removed_in_whatever_order_they_are_named() {
        let action = json!({"target": "$.list[2, 0]", "description": "why", "remove": true});
        let changed = run(&json!({"list": [1, 2, 3]}), action);
        assert_eq!(changed.unwrap(), json!({"list": [2]}));
    }

    fn faults(document: &Value, actions: Value) -> Vec<(usize, Fault)> {
        let mut document = document.clone();
        let overlay = json!({"overlay": "1.0.0", "extends": "v1.yaml", "actions": actions});
        let outcome = apply_where_possible(&mut document, "v1.yaml", &overlay).unwrap();
        let faults = outcome.faults.iter();
        faults.map(|(index, fault, _)| (*index, *fault)).collect()
    }

    #[test]
    fn each_action_that_does_not_fit_has_its_fault() {
        let document = json!({"a": {"b": 1, "list": [1, 2]}, "c": {"b": 2}});
        let actions = json!([
            {"target": "$.gone.x", "description": "why", "remove": true},
            {"target": "$.a.gone", "description": "why", "remove": true},
            {"target": "$.a.gone", "description": "why", "update": {"x": 1}},
            {"target": "$['a', 'c']", "description": "why", "update": {"b": 1}},
            {"target": "$['a', 'gone']", "description": "why", "update": {"d": 1}},
            {"target": "$.a.list", "description": "why", "update": [2]},
            {"target": "a b", "description": "why", "remove": true},
            {"target": "$.a", "description": "why", "update": {"e": 1}},
        ]);
        assert_eq!(
            faults(&document, actions),
            [
                (0, Fault::Stale),
                (1, Fault::Unnecessary),
                (2, Fault::Stale),
                (3, Fault::InPart),
                (4, Fault::InPart),
                (5, Fault::Unnecessary),
                (6, Fault::Malformed),
            ]
        );
    }

    #[test]
    fn an_action_that_fits_in_part_is_applied_there() {
        let mut document = json!({"a": {"b": 1}, "c": {"b": 2}, "d": {"b": 2}});
        let actions = json!([
            {"target": "$['a', 'gone', 'd']", "description": "why", "update": {"x": 1}},
            {"target": "$['a', 'c', 'd']", "description": "why", "update": {"b": 2}},
            {"target": "$['c', 'gone'].b", "description": "why", "remove": true},
        ]);
        let overlay = json!({"overlay": "1.0.0", "extends": "v1.yaml", "actions": actions});
        let outcome = apply_where_possible(&mut document, "v1.yaml", &overlay).unwrap();
        let expected = json!({"a": {"b": 2, "x": 1}, "c": {}, "d": {"b": 2, "x": 1}});
        assert_eq!(document, expected);
        let faults: Vec<_> = outcome.faults.iter().map(|(index, ..)| *index).collect();
        assert_eq!(faults, [0, 1, 2]);
        let places = outcome.applied.into_iter().map(|applied| applied.places);
        assert_eq!(
            places.collect::<Vec<_>>(),
            [vec!["/a", "/d"], vec!["/a"], vec!["/c/b"]]
        );
    }

    #[test]
    fn a_removal_that_the_next_action_undoes_is_unnecessary_with_it() {
        let actions = json!([
            {"target": "$.a.b", "description": "why", "remove": true},
            {"target": "$.a.c", "description": "why", "remove": true},
            {"target": "$.a", "description": "why", "update": {"b": 1, "c": 2}},
            {"target": "$.a", "description": "why", "update": {"d": 1}},
        ]);
        let all = [0, 1, 2].map(|index| (index, Fault::Unnecessary));
        assert_eq!(
            faults(&json!({"a": {"b": 1, "c": 2}}), actions.clone()),
            all
        );
        assert_eq!(faults(&json!({"a": {"b": 1, "c": 3}}), actions), []);
    }

    #[test]
    fn action_without_a_description_is_refused() {
        let failure = run(&json!({"a": 1}), json!({"target": "$.a", "remove": true})).unwrap_err();
        assert!(failure.to_string().contains("no description"), "{failure}");
    }
}
