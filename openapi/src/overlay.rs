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
pub(crate) enum Misfit {
    /// It cannot be read, whatever the document.
    Malformed,
    /// What it corrects is gone.
    Stale,
    /// The document says by itself what the action would make it say.
    Unnecessary,
    /// One of these is true of one of its places, not of all.
    InPart,
}

/// What the actions of an overlay did, and which of them do not fit.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    pub applied: Vec<Applied>,
    /// The index of the action, what is wrong with it, and the same as the build tells it.
    pub misfits: Vec<(usize, Misfit, Failure)>,
}

/// Applies every action of `overlay`, in order; it has to be made for the document of this file `name`.
pub(crate) fn apply(
    document: &mut Value,
    name: &str,
    overlay: &Value,
) -> Result<Vec<Applied>, Failure> {
    let Survey { applied, misfits } = survey(document, name, overlay)?;
    Failure::several(misfits.into_iter().map(|(_, _, failure)| failure).collect())?;
    Ok(applied)
}

/// Like [`apply`], but what does not fit is passed over and told. An action that fits in part is applied there, so that one place
/// which needs it no longer does not bring back what it corrects at the others.
pub(crate) fn survey(document: &mut Value, name: &str, overlay: &Value) -> Result<Survey, Failure> {
    for (key, expected) in [("overlay", "1.0.0"), ("extends", name)] {
        if overlay[key].as_str() != Some(expected) {
            let reason = format!("it has to say {expected}");
            return Err(Failure::new("overlay", format!("$.{key}"), reason).at(format!("/{key}")));
        }
    }
    let actions = overlay["actions"].as_array().ok_or_else(|| {
        Failure::new("overlay", "$.actions", "there is no list of actions").at("/actions")
    })?;
    let mut survey = Survey::default();
    // Where a run of removals began, and the document as it was then.
    let mut removals: Option<(usize, Value)> = None;
    for (index, action) in actions.iter().enumerate() {
        let removes = action["remove"].as_bool().unwrap_or(false);
        if removes && removals.is_none() {
            removals = Some((index, document.clone()));
        }
        let mut misfits = Vec::new();
        let applied = apply_action(document, action, index, &mut misfits);
        let run = if removes { None } else { removals.take() };
        if let (Some((first, before)), true) = (run, applied.is_some())
            && *document == before
        {
            let mut undone = survey.applied.split_off(
                survey
                    .applied
                    .partition_point(|applied| applied.index < first),
            );
            undone.extend(applied);
            for Applied { index, .. } in undone {
                let reason =
                    "together with its neighbours it changes nothing; the document says so already";
                let misfit = (Misfit::Unnecessary, reason.to_owned());
                survey.refuse(index, &actions[index], [misfit]);
            }
            continue;
        }
        survey.refuse(index, action, misfits);
        survey.applied.extend(applied);
    }
    Ok(survey)
}

impl Survey {
    fn refuse(
        &mut self,
        index: usize,
        action: &Value,
        misfits: impl IntoIterator<Item = (Misfit, String)>,
    ) {
        for (misfit, reason) in misfits {
            let failure = Failure::new("overlay", name(action, index), reason)
                .at(format!("/actions/{index}/target"));
            self.misfits.push((index, misfit, failure));
        }
    }
}

/// The number and the target of an action.
fn name(action: &Value, index: usize) -> String {
    let target = action["target"].as_str().unwrap_or_default();
    format!("action {} ({target})", index + 1)
}

/// The JSON pointers that a JSONPath means, for those who look for a place that is told as one.
#[cfg(feature = "tool")]
pub(crate) fn places(document: &Value, target: &str) -> Vec<String> {
    target::places(document, target).map_or_else(|_| Vec::new(), |places| places.matched)
}

fn apply_action(
    document: &mut Value,
    action: &Value,
    index: usize,
    misfits: &mut Vec<(Misfit, String)>,
) -> Option<Applied> {
    let mut refuse = |misfit: Misfit, reason: String| misfits.push((misfit, reason));
    let description = action["description"].as_str().unwrap_or_default();
    if description.trim().is_empty() {
        let reason = "it has no description; say why the correction is right";
        refuse(Misfit::Malformed, reason.to_owned());
    }
    let removes = action["remove"].as_bool().unwrap_or(false);
    let update = action.get("update");
    if !removes && update.is_none() {
        let reason = "it has neither an update nor remove: true";
        refuse(Misfit::Malformed, reason.to_owned());
    }
    let target = action["target"].as_str().unwrap_or_default();
    let Places { matched, gone } = match target::places(document, target) {
        Ok(places) => places,
        Err(miss) => {
            let (misfit, reason) = judge(miss, removes);
            refuse(misfit, reason);
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
        refuse(Misfit::InPart, reason);
    }
    if let Some(place) = unchanged.first() {
        let misfit = if changed.is_empty() && gone.is_empty() {
            Misfit::Unnecessary
        } else {
            Misfit::InPart
        };
        let reason = format!("it changes nothing at {place}; the document says so already");
        refuse(misfit, reason);
    }
    (!changed.is_empty()).then(|| Applied {
        index,
        action: name(action, index),
        places: changed,
    })
}

/// What a missing target means for an action.
fn judge(miss: Miss, removes: bool) -> (Misfit, String) {
    match miss {
        Miss::Malformed(error) => (
            Misfit::Malformed,
            format!("the target is not a JSONPath: {error}"),
        ),
        Miss::Removed if removes => (
            Misfit::Unnecessary,
            "the target matches nothing; the document has dropped it by itself, then drop the action"
                .to_owned(),
        ),
        Miss::Removed | Miss::Gone => (
            Misfit::Stale,
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
    fn an_overlay_names_its_standard_and_its_document() {
        for (overlay, place) in [
            (json!({"extends": "v1.yaml", "actions": []}), "$.overlay"),
            (json!({"overlay": "1.0.0", "actions": []}), "$.extends"),
            (
                json!({"overlay": "1.0.0", "extends": "v2.yaml", "actions": []}),
                "$.extends",
            ),
        ] {
            let failure = apply(&mut json!({}), "v1.yaml", &overlay);
            assert_eq!(
                failure.err().map(|failure| failure.place().to_owned()),
                Some(place.to_owned())
            );
        }
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
    fn an_action_without_a_match_names_itself() {
        let failure = run(
            &json!({}),
            json!({"target": "$.gone", "description": "why", "remove": true}),
        );
        let text = failure.unwrap_err().to_string();
        assert!(
            text.contains("action 1 ($.gone)") && text.contains("matches nothing"),
            "{text}"
        );
    }

    #[test]
    fn an_action_that_changes_nothing_names_itself() {
        let action = json!({"target": "$.a", "description": "why", "update": {"b": 1}});
        let failure = run(&json!({"a": {"b": 1}}), action).unwrap_err();
        assert!(failure.to_string().contains("changes nothing"), "{failure}");
    }

    #[test]
    fn every_place_has_to_change() {
        let action = json!({"target": "$['a', 'c']", "description": "why", "update": {"b": 1}});
        let failure = run(&json!({"a": {}, "c": {"b": 1}}), action).unwrap_err();
        let text = failure.to_string();
        assert!(text.contains("changes nothing at /c"), "{text}");
    }

    #[test]
    fn items_of_one_array_are_removed_in_whatever_order_they_are_named() {
        let action = json!({"target": "$.list[2, 0]", "description": "why", "remove": true});
        let changed = run(&json!({"list": [1, 2, 3]}), action);
        assert_eq!(changed.unwrap(), json!({"list": [2]}));
    }

    fn misfits(document: &Value, actions: Value) -> Vec<(usize, Misfit)> {
        let mut document = document.clone();
        let overlay = json!({"overlay": "1.0.0", "extends": "v1.yaml", "actions": actions});
        let survey = survey(&mut document, "v1.yaml", &overlay).unwrap();
        let misfits = survey.misfits.iter();
        misfits
            .map(|(index, misfit, _)| (*index, *misfit))
            .collect()
    }

    #[test]
    fn every_action_that_does_not_fit_is_told_with_what_is_wrong() {
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
            misfits(&document, actions),
            [
                (0, Misfit::Stale),
                (1, Misfit::Unnecessary),
                (2, Misfit::Stale),
                (3, Misfit::InPart),
                (4, Misfit::InPart),
                (5, Misfit::Unnecessary),
                (6, Misfit::Malformed),
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
        let survey = survey(&mut document, "v1.yaml", &overlay).unwrap();
        let expected = json!({"a": {"b": 2, "x": 1}, "c": {}, "d": {"b": 2, "x": 1}});
        assert_eq!(document, expected);
        let misfits: Vec<_> = survey.misfits.iter().map(|(index, ..)| *index).collect();
        assert_eq!(misfits, [0, 1, 2]);
        let places = survey.applied.into_iter().map(|applied| applied.places);
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
        let all = [0, 1, 2].map(|index| (index, Misfit::Unnecessary));
        assert_eq!(
            misfits(&json!({"a": {"b": 1, "c": 2}}), actions.clone()),
            all
        );
        assert_eq!(misfits(&json!({"a": {"b": 1, "c": 3}}), actions), []);
    }

    #[test]
    fn an_action_has_to_say_why() {
        let failure = run(&json!({"a": 1}), json!({"target": "$.a", "remove": true})).unwrap_err();
        assert!(failure.to_string().contains("no description"), "{failure}");
    }
}
