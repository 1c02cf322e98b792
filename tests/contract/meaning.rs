//! When two JSON values mean the same. Requests are exact; an answer that is read and written again may differ from what
//! came in these ways, and no other:
//!
//! - a field that came as null, or as the text `"null"` that MX writes in times, is absent when it is written again;
//! - a number is the number it is: `1000` and `1000.0` are one;
//! - text that MX sends as a number comes back as text: `4711` and `"4711"` are one.

use serde_json::{Map, Number, Value};

/// What counts as absent: in what MX sends, the text `"null"` too; in what is written again, it would be a slip of ours.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Sent,
    CameBack,
}

/// A value in the one form that all values of the same meaning have.
fn canonical(value: &Value, side: Side) -> Value {
    match value {
        Value::Object(members) => {
            let is_absent =
                |member: &Value| member.is_null() || (side == Side::Sent && member == "null");
            let members = members
                .iter()
                .filter(|(_, member)| !is_absent(member))
                .map(|(name, member)| (name.clone(), canonical(member, side)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(|item| canonical(item, side)).collect(),
        Value::Number(number) => Value::String(as_text(number)),
        other => other.clone(),
    }
}

/// A number without the sign of how it was written.
fn as_text(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if float.fract() == 0.0 && float.abs() < 1e15 => format!("{float:.0}"),
        _ => number.to_string(),
    }
}

/// The first place where two canonical values differ.
fn difference(left: &Value, right: &Value) -> Option<String> {
    match (left, right) {
        (Value::Object(a), Value::Object(b)) => {
            let names = a
                .keys()
                .chain(b.keys().filter(|name| !a.contains_key(*name)));
            names
                .filter_map(|name| {
                    let member = |side: &Map<String, Value>| side.get(name).cloned();
                    difference_in(name, member(a), member(b))
                })
                .next()
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => a
            .iter()
            .zip(b)
            .enumerate()
            .find_map(|(index, (a, b))| Some(format!("[{index}]{}", difference(a, b)?))),
        _ if left == right => None,
        _ => Some(format!(": {left} became {right}")),
    }
}

fn difference_in(name: &str, left: Option<Value>, right: Option<Value>) -> Option<String> {
    match (left, right) {
        (Some(left), Some(right)) => Some(format!(".{name}{}", difference(&left, &right)?)),
        (Some(left), None) => Some(format!(".{name}: {left} is lost")),
        (None, Some(right)) => Some(format!(".{name}: {right} came from nowhere")),
        (None, None) => None,
    }
}

/// Says where what came back does not mean what was sent.
pub(crate) fn check(what: &str, sent: &Value, came_back: &Value) -> Result<(), String> {
    match difference(
        &canonical(sent, Side::Sent),
        &canonical(came_back, Side::CameBack),
    ) {
        Some(place) => Err(format!("{what}{place}")),
        None => Ok(()),
    }
}

/// Says where a request body is not exactly what the caller gave: only `1000` and `1000.0` are one.
pub(crate) fn check_exactly(what: &str, given: &Value, sent: &Value) -> Result<(), String> {
    match difference(&with_floats(given), &with_floats(sent)) {
        Some(place) => Err(format!("{what}{place}")),
        None => Ok(()),
    }
}

fn with_floats(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter();
            let members = members.map(|(name, member)| (name.clone(), with_floats(member)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(with_floats).collect(),
        Value::Number(number) => Value::from(number.as_f64()),
        other => other.clone(),
    }
}

#[test]
fn a_request_is_exact() {
    use serde_json::json;
    let given = json!({"a": 1, "b": null});
    assert_eq!(
        check_exactly("x", &given, &json!({"a": 1.0, "b": null})),
        Ok(())
    );
    for sent in [json!({"a": "1", "b": null}), json!({"a": 1})] {
        assert!(check_exactly("x", &given, &sent).is_err(), "{sent}");
    }
}

#[test]
fn what_is_lost_added_or_changed_is_a_difference() {
    use serde_json::json;
    let sent = json!({"a": [{"b": 1, "gone": null, "at": "null"}]});
    assert!(check("x", &sent, &json!({"a": [{"b": "1.0"}]})).is_err());
    assert_eq!(check("x", &sent, &json!({"a": [{"b": 1.0}]})), Ok(()));
    assert_eq!(check("x", &sent, &json!({"a": [{"b": "1"}]})), Ok(()));
    for (other, place) in [
        (json!({"a": [{}]}), "x.a[0].b: \"1\" is lost"),
        (json!({"a": [{"b": 2}]}), "x.a[0].b: \"1\" became \"2\""),
        (
            json!({"a": [{"b": 1, "at": "null"}]}),
            "x.a[0].at: \"null\" came from nowhere",
        ),
        (
            json!({"a": [{"b": 1, "c": 3}]}),
            "x.a[0].c: \"3\" came from nowhere",
        ),
    ] {
        assert_eq!(check("x", &sent, &other), Err(place.to_owned()));
    }
}
