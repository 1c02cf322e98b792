//! Applies an OpenAPI Overlay 1.0 document: what we know better than the published document, one action a fact.
//!
//! Stricter than the standard: an action that matches nothing, or that changes nothing, fails and names itself, so that a
//! correction cannot outlive what it corrects.

use serde_json::Value;
use serde_json_path::{JsonPath, NormalizedPath, PathElement};

use crate::failure::Failure;

/// What one action did, for the report.
pub(crate) struct Applied {
    pub action: String,
    pub touched: usize,
}

/// Applies every action of `overlay`, in order.
pub(crate) fn apply(document: &mut Value, overlay: &Value) -> Result<Vec<Applied>, Failure> {
    if overlay["overlay"].as_str() != Some("1.0.0") {
        return Err(Failure::new("overlay", "$.overlay", "it has to say 1.0.0"));
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

fn apply_action(document: &mut Value, action: &Value, index: usize) -> Result<Applied, Failure> {
    let target = action["target"].as_str().unwrap_or_default();
    let name = format!("action {} ({target})", index + 1);
    let refuse = |reason: &str| Failure::new("overlay", name.clone(), reason);
    let description = action["description"].as_str().unwrap_or_default();
    if description.trim().is_empty() {
        return Err(refuse(
            "it has no description; say why the correction is right",
        ));
    }
    let path = JsonPath::parse(target)
        .map_err(|error| refuse(&format!("the target is not a JSONPath: {error}")))?;
    let places = locate(&path, document);
    if places.is_empty() {
        return Err(refuse(
            "the target matches nothing; the document may have been corrected, then drop the action",
        ));
    }
    let removes = action["remove"].as_bool().unwrap_or(false);
    let mut changed = 0;
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
        changed += usize::from(done);
    }
    if changed == 0 {
        return Err(refuse("it changes nothing; the document says so already"));
    }
    Ok(Applied {
        action: name,
        touched: changed,
    })
}

/// The JSON pointers of all matches, in document order.
fn locate(path: &JsonPath, document: &Value) -> Vec<String> {
    path.query_located(document)
        .locations()
        .map(pointer)
        .collect()
}

fn pointer(path: &NormalizedPath<'_>) -> String {
    path.iter()
        .map(|element| match element {
            PathElement::Name(name) => format!("/{}", escape(name)),
            PathElement::Index(index) => format!("/{index}"),
        })
        .collect()
}

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
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
        let overlay = json!({"overlay": "1.0.0", "actions": [action]});
        apply(&mut document, &overlay).map(|_| document)
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
    fn an_action_has_to_say_why() {
        let failure = run(&json!({"a": 1}), json!({"target": "$.a", "remove": true})).unwrap_err();
        assert!(failure.to_string().contains("no description"), "{failure}");
    }
}
