//! Alters fields of a JSON answer by their paths, such as `members.*.connection_status`. Answers of faults use it.

use serde_json::Value;

/// Stands for every entry of a list.
const EVERY: &str = "*";

/// Whether this is a path of fields.
pub(super) fn is_path(path: &str) -> bool {
    path.split('.').all(|segment| !segment.is_empty())
}

/// Sets the fields at this path, or adds them to their objects. False when the answer has no such object.
pub(super) fn set(answer: &mut Value, path: &str, value: &Value) -> bool {
    change(answer, path, |parent, name| match parent {
        Value::Object(fields) => {
            fields.insert(name.to_owned(), value.clone());
            true
        }
        list => {
            let entries = at(list, &[name]);
            let is_there = !entries.is_empty();
            entries.into_iter().for_each(|entry| *entry = value.clone());
            is_there
        }
    })
}

/// Removes the fields at this path. False when the answer has none.
pub(super) fn remove(answer: &mut Value, path: &str) -> bool {
    change(answer, path, |parent, name| match parent {
        Value::Object(fields) => fields.remove(name).is_some(),
        Value::Array(entries) if name == EVERY => !std::mem::take(entries).is_empty(),
        Value::Array(entries) => {
            let index = name.parse().ok().filter(|index| *index < entries.len());
            index.map(|index: usize| entries.remove(index)).is_some()
        }
        _ => false,
    })
}

/// Sets everything but lists and objects to null.
pub(super) fn clear(answer: &mut Value) {
    match answer {
        Value::Object(fields) => fields.values_mut().for_each(clear),
        Value::Array(entries) => entries.iter_mut().for_each(clear),
        value => *value = Value::Null,
    }
}

/// Applies a change to every parent of a path, and returns whether any changed.
fn change(answer: &mut Value, path: &str, apply: impl Fn(&mut Value, &str) -> bool) -> bool {
    let segments: Vec<&str> = path.split('.').collect();
    let Some((name, parents)) = segments.split_last() else {
        return false;
    };
    let mut has_changed = false;
    for parent in at(answer, parents) {
        has_changed |= apply(parent, name);
    }
    has_changed
}

/// The values at this path.
fn at<'a>(value: &'a mut Value, path: &[&str]) -> Vec<&'a mut Value> {
    let Some((first, rest)) = path.split_first() else {
        return vec![value];
    };
    match value {
        Value::Array(entries) => {
            let index = first.parse::<usize>().ok();
            let is_meant = |at: usize| *first == EVERY || index == Some(at);
            let entries = entries.iter_mut().enumerate();
            let meant = entries.filter(|(at, _)| is_meant(*at));
            meant.flat_map(|(_, entry)| at(entry, rest)).collect()
        }
        Value::Object(fields) => {
            let field = fields.get_mut(*first);
            field.map_or_else(Vec::new, |field| at(field, rest))
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer() -> Value {
        json!({"members": [{"guid": "MBR-1", "name": "a"}, {"guid": "MBR-2"}], "pagination": {"total_pages": 1}})
    }

    #[test]
    fn set_replaces_or_adds_at_every_match() {
        let mut all = answer();
        assert!(set(&mut all, "members.*.name", &json!(7)));
        assert_eq!(all["members"][0]["name"], 7);
        assert_eq!(all["members"][1]["name"], 7);
        assert!(set(&mut all, "members.1", &json!(null)));
        assert_eq!(all["members"][1], json!(null));
        assert!(set(&mut all, "pagination", &json!({})));
        assert_eq!(all["pagination"], json!({}));
        for missing in ["member.name", "members.5", "members.name", "pagination.a.b"] {
            assert!(!set(&mut answer(), missing, &json!(1)), "{missing}");
        }
    }

    #[test]
    fn remove_leaves_fields_and_entries_out() {
        let mut some = answer();
        assert!(remove(&mut some, "members.*.name"));
        assert!(remove(&mut some, "members.0"));
        assert!(remove(&mut some, "pagination"));
        assert_eq!(some, json!({"members": [{"guid": "MBR-2"}]}));
        assert!(remove(&mut some, "members.*"));
        assert_eq!(some, json!({"members": []}));
        assert!(!remove(&mut some, "members.0"));
        assert!(!remove(&mut some, "pagination.total_pages"));
    }

    #[test]
    fn clear_keeps_lists_and_objects() {
        let mut cleared = answer();
        clear(&mut cleared);
        let wanted = json!({"members": [{"guid": null, "name": null}, {"guid": null}], "pagination": {"total_pages": null}});
        assert_eq!(cleared, wanted);
    }
}
