//! Applies an OpenAPI Overlay 1.0 document: what we know better than the published document, one action a fact.
//!
//! Stricter than the standard: an action fails and names itself when its target matches nothing, when one of the names in its
//! target matches nothing, or when a place that it matches stays as it was, so that no part of a correction can outlive what
//! it corrects.

mod target;

use serde_json::Value;

use crate::failure::Failure;

/// What one action did, for the report.
pub(crate) struct Applied {
    pub action: String,
    pub touched: usize,
}

/// Applies every action of `overlay`, in order; it has to be made for the document of this file `name`.
pub(crate) fn apply(
    document: &mut Value,
    name: &str,
    overlay: &Value,
) -> Result<Vec<Applied>, Failure> {
    for (key, expected) in [("overlay", "1.0.0"), ("extends", name)] {
        if overlay[key].as_str() != Some(expected) {
            let reason = format!("it has to say {expected}");
            return Err(Failure::new("overlay", format!("$.{key}"), reason));
        }
    }
    let actions = overlay["actions"]
        .as_array()
        .ok_or_else(|| Failure::new("overlay", "$.actions", "there is no list of actions"))?;
    actions
        .iter()
        .enumerate()
        .map(|(index, action)| apply_action(document, action, index))
        .collect()
}

/// Applies the action at `index` of an overlay. A refusal may leave the document changed in part.
pub(crate) fn apply_action(
    document: &mut Value,
    action: &Value,
    index: usize,
) -> Result<Applied, Failure> {
    let target = action["target"].as_str().unwrap_or_default();
    let name = format!("action {} ({target})", index + 1);
    let refuse = |reason: &str| Failure::new("overlay", name.clone(), reason);
    let description = action["description"].as_str().unwrap_or_default();
    if description.trim().is_empty() {
        return Err(refuse(
            "it has no description; say why the correction is right",
        ));
    }
    let places = target::places(document, target).map_err(|reason| refuse(&reason))?;
    let removes = action["remove"].as_bool().unwrap_or(false);
    // Backwards, so that removing an item of an array leaves the earlier indices right.
    for place in places.iter().rev() {
        let done = if removes {
            remove(document, place)
        } else {
            let update = action
                .get("update")
                .ok_or_else(|| refuse("it has neither an update nor remove: true"))?;
            document
                .pointer_mut(place)
                .is_some_and(|target| merge(target, update))
        };
        if !done {
            return Err(refuse(&format!(
                "it changes nothing at {place}; the document says so already"
            )));
        }
    }
    Ok(Applied {
        action: name,
        touched: places.len(),
    })
}

fn remove(document: &mut Value, place: &str) -> bool {
    let Some((parent, last)) = place.rsplit_once('/') else {
        return false;
    };
    let key = last.replace("~1", "/").replace("~0", "~");
    match document.pointer_mut(parent) {
        Some(Value::Object(members)) => members.remove(&key).is_some(),
        Some(Value::Array(items)) => match key.parse::<usize>() {
            Ok(index) if index < items.len() => {
                items.remove(index);
                true
            }
            _ => false,
        },
        _ => false,
    }
}

/// Overlay 1.0 update: objects merge, arrays grow, everything else is replaced. Answers whether anything changed.
fn merge(target: &mut Value, update: &Value) -> bool {
    match (target, update) {
        (Value::Object(target), Value::Object(update)) => {
            let mut changed = false;
            for (name, value) in update {
                changed |= match target.get_mut(name) {
                    Some(existing) => merge(existing, value),
                    None => {
                        target.insert(name.clone(), value.clone());
                        true
                    }
                };
            }
            changed
        }
        (Value::Array(items), Value::Array(more)) => {
            items.extend(more.iter().cloned());
            !more.is_empty()
        }
        (Value::Array(items), one) => {
            items.push(one.clone());
            true
        }
        (target, update) => {
            let changed = target != update;
            *target = update.clone();
            changed
        }
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

    #[test]
    fn an_action_has_to_say_why() {
        let failure = run(&json!({"a": 1}), json!({"target": "$.a", "remove": true})).unwrap_err();
        assert!(failure.to_string().contains("no description"), "{failure}");
    }
}
