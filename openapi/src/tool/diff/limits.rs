//! Compares what a schema forbids of its type: values that are not listed, lengths, bounds and patterns.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::change::Side;
use super::rules::Rule;
use crate::normalise::limits::LIMITS;
use crate::registry::{Entry, Kind};

/// What is noted of one place: the kind of change and what is different.
type Notes = Vec<(Rule, String)>;

/// Compares the lists of values. Closed in Rust is only a list that is sent and has no registered type.
pub(super) fn listed_values(side: Side, old: &Value, new: &Value, entry: Option<&Entry>) -> Notes {
    let read = |schema: &Value| -> Option<BTreeSet<String>> {
        let values = schema["enum"].as_array()?;
        Some(values.iter().map(Value::to_string).collect())
    };
    let (before, after) = (read(old), read(new));
    let is_closed = side.is_sent() && entry.is_none();
    let (added, removed) = match (side, is_closed) {
        (_, true) => (Rule::RequestValueAdded, Rule::RequestValueRemoved),
        (Side::Response, _) => (
            Rule::ResponseDocumentedValueChanged,
            Rule::ResponseDocumentedValueChanged,
        ),
        _ => (
            Rule::RequestDocumentedValueAdded,
            Rule::RequestDocumentedValueRemoved,
        ),
    };
    let unregistered = |value: &str| entry.filter(|entry| is_open(entry) && !lists(entry, value));
    let come = |value: &String, verb: &str| match unregistered(value) {
        Some(entry) => {
            let what = format!("value {value} {verb}, and {} lacks it", entry.name);
            (Rule::UnregisteredValueAdded, what)
        }
        None => (added, format!("value {value} {verb}")),
    };
    match (&before, &after) {
        (before, after) if before == after => Notes::new(),
        (Some(before), Some(after)) => {
            let gone = before.difference(after);
            let gone = gone.map(|value| (removed, format!("value {value} was removed")));
            let added = after
                .difference(before)
                .map(|value| come(value, "was added"));
            added.chain(gone).collect()
        }
        (None, Some(after)) => {
            let new = after.iter().filter(|value| unregistered(value).is_some());
            let new = new.map(|value| come(value, "is listed"));
            let closed = (removed, "only the listed values remain".to_owned());
            std::iter::once(closed).chain(new).collect()
        }
        _ => vec![(added, "values are no longer listed".to_owned())],
    }
}

/// Compares lengths, bounds and patterns.
pub(super) fn limits(side: Side, old: &Value, new: &Value, is_registered: bool) -> Notes {
    let mut notes = Notes::new();
    for key in LIMITS {
        let (before, after) = (old.get(key), new.get(key));
        let (is_tighter, what) = match (before, after) {
            (before, after) if before == after => continue,
            (Some(before), Some(after)) => {
                let what = format!("{key} {before} became {after}");
                (tightens(key, before, after), what)
            }
            (None, Some(after)) => (true, format!("{key} {after} was added")),
            _ => (false, format!("{key} was removed")),
        };
        let is_in_rust = !is_registered && is_in_rust(key, old, new);
        let rule = match (side, is_in_rust, is_tighter) {
            (Side::Response, ..) => Rule::ResponseLimitChanged,
            (_, true, true) => Rule::RequestConstraintTightened,
            (_, true, false) => Rule::RequestConstraintLoosened,
            (_, false, true) => Rule::RequestLimitTightened,
            (_, false, false) => Rule::RequestLimitLoosened,
        };
        notes.push((rule, what));
    }
    notes
}

/// Whether a type has values that the overlay lists.
fn is_open(entry: &Entry) -> bool {
    matches!(entry.kind, Kind::OpenText | Kind::OpenCode)
}

/// Whether a type lists a value, which is given as JSON: a name, or a code.
fn lists(entry: &Entry, value: &str) -> bool {
    entry.values.iter().any(|known| {
        let is_code = known.code.is_some_and(|code| code.to_string() == value);
        is_code || value.trim_matches('"') == known.name
    })
}

/// Whether the generator makes another type because of a limit of what is sent.
fn is_in_rust(key: &str, old: &Value, new: &Value) -> bool {
    match new["type"].as_str() {
        Some("string") => ["minLength", "maxLength"].contains(&key),
        Some("integer") => integer(old) != integer(new),
        // A list of one certain length is an array.
        Some("array") => {
            let is_array =
                |list: &Value| list["minItems"].is_number() && list["minItems"] == list["maxItems"];
            ["minItems", "maxItems"].contains(&key) && (is_array(old) || is_array(new))
        }
        _ => false,
    }
}

/// The integer that the generator takes for bounds: not zero, or the bounds that are those of a Rust integer.
fn integer(schema: &Value) -> (bool, Option<usize>) {
    const BOUNDS: [(i64, i64); 6] = [
        (i8::MIN as i64, i8::MAX as i64),
        (0, u8::MAX as i64),
        (i16::MIN as i64, i16::MAX as i64),
        (0, u16::MAX as i64),
        (i32::MIN as i64, i32::MAX as i64),
        (0, u32::MAX as i64),
    ];
    let bound = |key: &str, exclusive: &str, step: i64| {
        let exclusive = schema[exclusive].as_i64().map(|bound| bound + step);
        schema[key].as_i64().or(exclusive)
    };
    let least = bound("minimum", "exclusiveMinimum", 1);
    let most = bound("maximum", "exclusiveMaximum", -1);
    let of_type = BOUNDS.iter().position(|(first, last)| {
        let fits =
            least.is_none_or(|least| least == *first) && most.is_none_or(|most| most == *last);
        fits && (least.is_some() || most.is_some())
    });
    (least == Some(1), of_type)
}

fn tightens(key: &str, before: &Value, after: &Value) -> bool {
    match (before.as_f64(), after.as_f64()) {
        (Some(before), Some(after)) if key.starts_with("min") || key == "exclusiveMinimum" => {
            after > before
        }
        (Some(before), Some(after)) if key.starts_with("max") || key == "exclusiveMaximum" => {
            after < before
        }
        _ => *after != json!(false),
    }
}
