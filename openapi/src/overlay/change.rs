//! What an action does to one place, and how far that goes: a correction that has come down to words may be needed no longer.

use serde_json::Value;

use crate::document::unescape;

/// How far a change goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Change {
    Nothing,
    /// Descriptions and examples.
    Words,
    Shape,
}

/// What only people read.
const WORDS: [&str; 5] = ["description", "summary", "title", "example", "x-evidence"];

impl Change {
    /// The change of a member of this name, which was made by putting `value` there.
    fn of(name: &str, value: &Value) -> Self {
        // A field may be called `description`, then it is a schema.
        if WORDS.contains(&name) && (name == "example" || value.is_string()) {
            Self::Words
        } else {
            Self::Shape
        }
    }
}

pub(super) fn remove(document: &mut Value, place: &str) -> Change {
    let Some((parent, last)) = place.rsplit_once('/') else {
        return Change::Nothing;
    };
    let key = unescape(last);
    match document.pointer_mut(parent) {
        Some(Value::Object(members)) => members
            .remove(&key)
            .map_or(Change::Nothing, |removed| Change::of(&key, &removed)),
        Some(Value::Array(items)) => match key.parse::<usize>() {
            Ok(index) if index < items.len() => {
                items.remove(index);
                Change::Shape
            }
            _ => Change::Nothing,
        },
        _ => Change::Nothing,
    }
}

/// Overlay 1.0 update: objects merge, arrays grow, everything else is replaced. An array that holds the new items already
/// stays as it is: no list of a document says a thing twice.
pub(super) fn merge(target: &mut Value, update: &Value) -> Change {
    match (target, update) {
        (Value::Object(target), Value::Object(update)) => {
            let mut changed = Change::Nothing;
            for (name, value) in update {
                let change = match target.get_mut(name) {
                    Some(existing) => merge(existing, value),
                    None => {
                        target.insert(name.clone(), value.clone());
                        Change::Shape
                    }
                };
                let words = Change::of(name, value) == Change::Words;
                changed = changed.max(if words {
                    change.min(Change::Words)
                } else {
                    change
                });
            }
            changed
        }
        (Value::Array(items), Value::Array(more)) => {
            if more.iter().all(|item| items.contains(item)) {
                return Change::Nothing;
            }
            items.extend(more.iter().cloned());
            Change::Shape
        }
        (Value::Array(items), one) => {
            if items.contains(one) {
                return Change::Nothing;
            }
            items.push(one.clone());
            Change::Shape
        }
        (target, update) if target == update => Change::Nothing,
        (target, update) => {
            *target = update.clone();
            Change::Shape
        }
    }
}
