//! Edits of a document in one line, for the tables of this folder: `set POINTER JSON`, `append POINTER JSON`, `del POINTER`,
//! `move POINTER POINTER`, `text OLD NEW` (in the whole document). Several are separated by ` ; `.
//!
//! A pointer that begins with `#id` is in that operation, one with `@Schema` or `@Schema.field` in that schema.

use serde_json::Value;

use crate::document::{escape, operations, unescape};

/// The rows of a table: its lines but comments, cut at `|`.
pub(super) fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = table.lines().map(str::trim);
    let rows = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
    rows.map(|row| row.split(" | ").map(str::trim).collect())
}

/// Makes the edits of one row.
pub(super) fn edit(document: &mut Value, edits: &str) {
    for edit in edits
        .split(" ; ")
        .map(str::trim)
        .filter(|edit| !edit.is_empty())
    {
        let words: Vec<&str> = edit.splitn(3, ' ').collect();
        match words[..] {
            ["set", place, value] => put(document, &pointer(document, place), json(value)),
            ["append", place, value] => {
                let list = document.pointer_mut(&pointer(document, place));
                list.unwrap().as_array_mut().unwrap().push(json(value));
            }
            ["del", place] => drop(take(document, &pointer(document, place))),
            ["move", from, to] => {
                let to = pointer(document, to);
                let value = take(document, &pointer(document, from));
                put(document, &to, value);
            }
            ["text", old, new] => {
                let text = document.to_string();
                assert!(text.contains(old), "{edit}");
                *document = json(&text.replace(old, new));
            }
            _ => panic!("{edit} is no edit"),
        }
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn pointer(document: &Value, place: &str) -> String {
    let (head, rest) = match place[1..].find('/') {
        Some(end) => place.split_at(end + 1),
        None => (place, ""),
    };
    if let Some(id) = head.strip_prefix('#') {
        let operations = operations(document);
        let found = operations.iter().find(|operation| operation.id == id);
        let found = found.unwrap_or_else(|| panic!("no operation {id}"));
        return format!("/paths/{}/{}{rest}", escape(found.path), found.method);
    }
    match head
        .strip_prefix('@')
        .map(|name| name.split_once('.').unwrap_or((name, "")))
    {
        Some((schema, "")) => format!("/components/schemas/{schema}{rest}"),
        Some((schema, field)) => format!("/components/schemas/{schema}/properties/{field}{rest}"),
        None => place.to_owned(),
    }
}

fn holder<'d>(document: &'d mut Value, place: &str) -> (&'d mut Value, String) {
    let (holder, key) = place.rsplit_once('/').unwrap();
    let found = document.pointer_mut(holder);
    (
        found.unwrap_or_else(|| panic!("nothing at {holder}")),
        unescape(key),
    )
}

fn put(document: &mut Value, place: &str, value: Value) {
    let (holder, key) = holder(document, place);
    match key.parse::<usize>() {
        Ok(index) if holder.is_array() => holder[index] = value,
        _ => holder[key] = value,
    }
}

fn take(document: &mut Value, place: &str) -> Value {
    let (holder, key) = holder(document, place);
    let found = match holder {
        Value::Array(items) => Some(items.remove(key.parse().unwrap())),
        other => other.as_object_mut().unwrap().remove(&key),
    };
    found.unwrap_or_else(|| panic!("nothing at {place}"))
}
