//! What a schema is on the wire and in Rust, and whether one reads what another writes.

use std::collections::BTreeMap;

use heck::ToUpperCamelCase;
use serde_json::{Map, Value};

use super::comparison::Side;
use crate::document::{reference, schema_name};
use crate::normalise::limits::FOREIGN_FORMATS;
use crate::registry::{Entry, Kind};

/// Keywords that make a schema something else than its type says.
pub(super) const COMPOSITE: [&str; 5] = ["allOf", "anyOf", "oneOf", "not", "discriminator"];

/// Formats that mean a part of the values only.
pub(super) const FORMATS: [&str; 18] = [
    "date",
    "date-time",
    "uuid",
    "ip",
    "ipv4",
    "ipv6",
    "binary",
    "int8",
    "uint8",
    "int16",
    "uint16",
    "int32",
    "uint32",
    "int64",
    "uint64",
    "float",
    "double",
    "byte",
];

/// What is written on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    Any,
    Text(Option<String>),
    /// Whether it fits the widest integer only.
    Integer(Option<String>),
    Number(Option<String>),
    Boolean,
    Object(String),
    List(Box<Wire>),
    /// One of several, and the schema as it stands.
    OneOf(Vec<Wire>, String),
    /// What is none of these, as it stands.
    Composite(String),
}

/// A schema as the client has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) wire: Wire,
    /// The registered type, if it has one.
    registered: Option<String>,
    /// Whether it reads any scalar.
    reads_scalars: bool,
}

/// How a schema is looked at.
#[derive(Clone, Copy)]
pub(super) struct View<'v> {
    pub(super) side: Side,
    /// The new names of schemas, by old ones.
    pub(super) schemas: &'v BTreeMap<String, String>,
    /// The new names of types, by old ones.
    pub(super) types: &'v BTreeMap<String, String>,
}

/// How much of what is written can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Covers {
    All,
    Some,
    None,
}

impl Shape {
    /// Reads a schema, which may have a registered type.
    pub(super) fn of(schema: &Value, entry: Option<&Entry>, view: View<'_>) -> Self {
        let name = |entry: &Entry| view.types.get(&entry.name).unwrap_or(&entry.name).clone();
        let is_list = schema["type"] == "array";
        let reads_scalars = entry.is_some_and(|entry| {
            // These two are read from text alone, unless the text `null` is looked for, which it is not in lists.
            !matches!(entry.kind, Kind::Identifier | Kind::Timestamp) || entry.null_text && !is_list
        });
        Self {
            wire: wire(schema, entry.is_none(), view),
            registered: entry.map(name),
            reads_scalars,
        }
    }

    /// Whether two are the same Rust type.
    pub(super) fn is_same_type(&self, other: &Self) -> bool {
        match (&self.registered, &other.registered) {
            // Of a list only the items are registered.
            (Some(one), Some(other_name)) => {
                one == other_name
                    && matches!(self.wire, Wire::List(_)) == matches!(other.wire, Wire::List(_))
            }
            (None, None) => self.wire == other.wire,
            _ => false,
        }
    }

    /// How much of what `written` is can be read as this.
    pub(super) fn reads(&self, written: &Self) -> Covers {
        if self.registered.is_some() && self.reads_scalars {
            return match (&self.wire, &written.wire) {
                (Wire::List(_), Wire::List(items)) => scalars(items),
                (Wire::List(_), _) => Covers::None,
                (_, wire) => scalars(wire),
            };
        }
        covers(&self.wire, &written.wire)
    }

    /// The same as the server sees it, which knows nothing of registered types.
    pub(super) fn on_the_wire(&self) -> Self {
        Self {
            wire: self.wire.clone(),
            registered: None,
            reads_scalars: false,
        }
    }

    /// As a person would write it.
    pub(super) fn describe(&self) -> String {
        match (&self.registered, &self.wire) {
            (Some(name), Wire::List(items)) => format!("[{name}, {} on the wire]", words(items)),
            (Some(name), wire) => format!("{name}, {} on the wire", words(wire)),
            (None, wire) => words(wire),
        }
    }
}

fn wire(schema: &Value, unregistered: bool, view: View<'_>) -> Wire {
    let empty = Map::new();
    let members = schema.as_object().unwrap_or(&empty);
    if let Some(target) = reference(schema) {
        let name = schema_name(schema).unwrap_or(target);
        let name = view.schemas.get(name).map_or(name, String::as_str);
        return Wire::Object(name.to_owned());
    }
    if let Some(composite) = composite(members, unregistered, view) {
        return composite;
    }
    // An answer is read without its formats, and in what is sent some are not checked.
    let format = || {
        let format = schema["format"].as_str()?;
        let is_typed = view.side == Side::Request
            && FORMATS.contains(&format)
            && !FOREIGN_FORMATS.contains(&format);
        is_typed.then(|| format.to_owned())
    };
    let is_closed = view.side == Side::Request && unregistered && members.contains_key("enum");
    match schema["type"].as_str() {
        Some("string") if is_closed => Wire::Text(Some("enum".to_owned())),
        Some("string") => Wire::Text(format()),
        Some("integer") => Wire::Integer(format().filter(|format| format != "int64")),
        Some("number") => Wire::Number(format().filter(|format| format == "float")),
        Some("boolean") => Wire::Boolean,
        Some("array") => Wire::List(Box::new(wire(&schema["items"], unregistered, view))),
        Some("object") => Wire::Object(inline(schema, view)),
        Some(other) => Wire::Composite(other.to_owned()),
        None if members.contains_key("type") => Wire::Composite(schema["type"].to_string()),
        None if members.contains_key("properties") => Wire::Object(inline(schema, view)),
        None => Wire::Any,
    }
}

fn composite(members: &Map<String, Value>, unregistered: bool, view: View<'_>) -> Option<Wire> {
    let composite: Map<String, Value> = members
        .iter()
        .filter(|(key, _)| COMPOSITE.contains(&key.as_str()))
        .map(|(key, value)| {
            let value = super::renames::rename_references(value, view.schemas);
            (key.clone(), value)
        })
        .collect();
    if composite.is_empty() {
        return None;
    }
    let text = Value::Object(composite).to_string();
    let parts = |key: &str| -> Option<Vec<Wire>> {
        let parts = members.get(key)?.as_array()?.iter();
        Some(parts.map(|part| wire(part, unregistered, view)).collect())
    };
    if let Some(choices) = parts("oneOf").or_else(|| parts("anyOf")) {
        return Some(Wire::OneOf(choices, text));
    }
    let is_object = |wire: &Wire| matches!(wire, Wire::Object(_));
    let whole = parts("allOf").is_some_and(|parts| parts.iter().any(is_object));
    Some(if whole {
        Wire::Object(text)
    } else {
        Wire::Composite(text)
    })
}

/// An object without a name: with fields, or a map.
fn inline(schema: &Value, view: View<'_>) -> String {
    let has_fields = schema["properties"]
        .as_object()
        .is_some_and(|fields| !fields.is_empty());
    let of_values = |values: &Value| words(&wire(values, true, view));
    match &schema["additionalProperties"] {
        values @ Value::Object(_) if has_fields && view.side == Side::Request => {
            format!("object with more of {}", of_values(values))
        }
        Value::Bool(false) if !has_fields && view.side == Side::Request => "nothing".to_owned(),
        values @ Value::Object(_) if !has_fields => format!("map of {}", of_values(values)),
        _ if has_fields => "object".to_owned(),
        _ => "map".to_owned(),
    }
}

/// How much of what is written is a scalar.
fn scalars(written: &Wire) -> Covers {
    match written {
        Wire::Text(_) | Wire::Integer(_) | Wire::Number(_) | Wire::Boolean => Covers::All,
        Wire::OneOf(choices, _) => of_all(choices.iter().map(scalars)),
        Wire::Any | Wire::Composite(_) => Covers::Some,
        Wire::Object(_) | Wire::List(_) => Covers::None,
    }
}

/// What is known of several of which any may come.
fn of_all(several: impl Iterator<Item = Covers>) -> Covers {
    let several: Vec<Covers> = several.collect();
    let is_each = |covers: Covers| several.iter().all(|one| *one == covers);
    match (is_each(Covers::All), is_each(Covers::None)) {
        (true, false) => Covers::All,
        (false, true) => Covers::None,
        _ => Covers::Some,
    }
}

fn covers(reader: &Wire, written: &Wire) -> Covers {
    let unless = |limited: bool| if limited { Covers::Some } else { Covers::All };
    match (reader, written) {
        (reader, written) if reader == written => Covers::All,
        (Wire::Any, _) => Covers::All,
        (_, Wire::Any) => Covers::Some,
        (reader, Wire::OneOf(choices, _)) => {
            of_all(choices.iter().map(|choice| covers(reader, choice)))
        }
        (Wire::OneOf(choices, _), written) => {
            let several: Vec<Covers> = choices
                .iter()
                .map(|choice| covers(choice, written))
                .collect();
            let found = [Covers::All, Covers::Some]
                .into_iter()
                .find(|one| several.contains(one));
            found.unwrap_or(Covers::None)
        }
        (Wire::Composite(_), _) | (_, Wire::Composite(_)) => Covers::Some,
        (Wire::Text(reader), Wire::Text(_)) => unless(reader.is_some()),
        (Wire::Integer(reader), Wire::Integer(_)) => unless(reader.is_some()),
        (Wire::Number(reader), Wire::Number(_)) => unless(reader.is_some()),
        (Wire::Number(_), Wire::Integer(_)) => Covers::All,
        (Wire::Integer(_), Wire::Number(_)) => Covers::Some,
        (Wire::Object(_), Wire::Object(_)) => Covers::Some,
        (Wire::List(reader), Wire::List(written)) => covers(reader, written),
        _ => Covers::None,
    }
}

fn words(wire: &Wire) -> String {
    let formatted = |name: &str, format: &Option<String>| match format {
        Some(format) => format!("{name} ({format})"),
        None => name.to_owned(),
    };
    match wire {
        Wire::Any => "anything".to_owned(),
        Wire::Text(format) => formatted("string", format),
        Wire::Integer(format) => formatted("integer", format),
        Wire::Number(format) => formatted("number", format),
        Wire::Boolean => "boolean".to_owned(),
        Wire::Object(name) => name.clone(),
        Wire::List(items) => format!("[{}]", words(items)),
        Wire::OneOf(_, text) | Wire::Composite(text) => text.clone(),
    }
}

/// The name of a field in Rust.
pub(super) fn rust_name(name: &str) -> String {
    heck::ToSnakeCase::to_snake_case(name)
}

/// The name of a type in Rust.
pub(super) fn type_name(name: &str) -> String {
    name.to_upper_camel_case()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NONE: &BTreeMap<String, String> = &BTreeMap::new();
    const SENT: View<'_> = View {
        side: Side::Request,
        schemas: NONE,
        types: NONE,
    };

    fn shape(schema: Value) -> Shape {
        Shape::of(&schema, None, SENT)
    }

    fn reads(reader: Value, written: Value) -> Covers {
        shape(reader).reads(&shape(written))
    }

    #[test]
    fn of_several_shapes_what_each_of_them_says_counts() {
        let text = json!({"type": "string"});
        let object = json!({"type": "object", "properties": {"a": text}});
        let number = json!({"type": "number"});
        let one_of = |choices: [&Value; 2]| json!({"oneOf": choices});
        assert_eq!(
            reads(text.clone(), one_of([&object, &number])),
            Covers::None
        );
        assert_eq!(reads(text.clone(), one_of([&object, &text])), Covers::Some);
        assert_eq!(
            reads(
                number.clone(),
                one_of([&number, &json!({"type": "integer"})])
            ),
            Covers::All
        );
        assert_eq!(reads(one_of([&object, &text]), text.clone()), Covers::All);
        assert_eq!(
            reads(text, json!({"allOf": [object, {"$ref": "#/x"}]})),
            Covers::None
        );
    }

    #[test]
    fn a_number_reads_integers_and_not_the_other_way_round() {
        let [number, integer] = ["number", "integer"].map(|name| json!({"type": name}));
        assert_eq!(reads(number.clone(), integer.clone()), Covers::All);
        assert_eq!(reads(integer.clone(), number), Covers::Some);
        assert_eq!(
            reads(integer.clone(), json!({"type": "string"})),
            Covers::None
        );
        let small = json!({"type": "integer", "format": "int32"});
        assert_eq!(reads(integer.clone(), small.clone()), Covers::All);
        assert_eq!(reads(small, integer), Covers::Some);
    }

    #[test]
    fn a_registered_text_reads_any_scalar_and_an_identifier_text_alone() {
        let registry = crate::registry::Registry::from_value(&json!({
            "Note": {"kind": "text", "fields": ["*.note"]},
            "NoteGuid": {"kind": "identifier", "fields": ["*.guid"]}
        }))
        .unwrap();
        let registered = |index: usize| {
            let entry = Some(&registry.entries()[index]);
            Shape::of(&json!({"type": "string"}), entry, SENT)
        };
        let number = shape(json!({"type": "number"}));
        assert_eq!(registered(0).reads(&number), Covers::All);
        assert_eq!(registered(1).reads(&number), Covers::None);
        assert_eq!(
            registered(0).reads(&shape(json!({"type": "object"}))),
            Covers::None
        );
    }

    #[test]
    fn a_closed_list_of_values_is_a_type_of_its_own() {
        let closed = json!({"type": "string", "enum": ["A"]});
        let open = json!({"type": "string"});
        assert_eq!(reads(open.clone(), closed.clone()), Covers::All);
        assert_eq!(reads(closed, open), Covers::Some);
    }
}
