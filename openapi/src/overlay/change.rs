//! Applies an action to one place. Both functions return whether the document changed.

use serde_json::Value;

use crate::document::unescape;

pub(super) fn remove(document: &mut Value, place: &str) -> bool {
    let Some((parent, last)) = place.rsplit_once('/') else {
        return false;
    };
    let key = unescape(last);
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

/// Overlay 1.0 update: objects merge, arrays grow, everything else is replaced. An array that holds the new items already
/// stays as it is: no list of a document has an item twice.
pub(super) fn merge(target: &mut Value, update: &Value) -> bool {
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
        (Value::Array(items), update) => {
            let more = update
                .as_array()
                .map_or_else(|| std::slice::from_ref(update), Vec::as_slice);
            if more.iter().all(|item| items.contains(item)) {
                return false;
            }
            items.extend(more.iter().cloned());
            true
        }
        (target, update) if target == update => false,
        (target, update) => {
            *target = update.clone();
            true
        }
    }
}
