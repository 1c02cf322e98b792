//! What a schema is on the wire and in Rust, and whether one reads what another writes.

use std::collections::BTreeMap;

use heck::ToUpperCamelCase;
use serde_json::{Map, Value};

use crate::document::{reference, schema_name};
use crate::registry::{Entry, Kind};

/// Keywords that make a schema something else than its type says.
pub(super) const COMPOSITE: [&str; 6] = [
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "additionalProperties",
    "discriminator",
];

/// Formats that the generator has types for.
const FORMATS: [&str; 18] = [
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
    /// A schema of several, as it stands.
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

/// How much of what is written can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Covers {
    All,
    Some,
    None,
}

impl Shape {
    /// Reads a schema; `names` are the new names of schemas and of types, by old ones.
    pub(super) fn of(
        schema: &Value,
        entry: Option<&Entry>,
        exhaustive: bool,
        schemas: &BTreeMap<String, String>,
        types: &BTreeMap<String, String>,
    ) -> Self {
        let name = entry.map(|entry| types.get(&entry.name).unwrap_or(&entry.name).clone());
        let reads_scalars = entry.is_some_and(|entry| {
            // These two are read from text alone, unless the text `null` is looked for.
            !matches!(entry.kind, Kind::Identifier | Kind::Timestamp) || entry.null_text
        });
        Self {
            wire: wire(schema, exhaustive, schemas),
            registered: name,
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
            let is_scalar = |wire: &Wire| {
                matches!(
                    wire,
                    Wire::Text(_) | Wire::Integer(_) | Wire::Number(_) | Wire::Boolean
                )
            };
            return match (&self.wire, &written.wire) {
                (Wire::List(_), Wire::List(items)) if is_scalar(items) => Covers::All,
                (Wire::List(_), _) => Covers::None,
                (_, wire) if is_scalar(wire) => Covers::All,
                (_, Wire::Any | Wire::Composite(_)) => Covers::Some,
                _ => Covers::None,
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

fn wire(schema: &Value, exhaustive: bool, schemas: &BTreeMap<String, String>) -> Wire {
    let empty = Map::new();
    let members = schema.as_object().unwrap_or(&empty);
    if let Some(target) = reference(schema) {
        let name = schema_name(schema).unwrap_or(target);
        let name = schemas.get(name).map_or(name, String::as_str);
        return Wire::Object(name.to_owned());
    }
    let composite: Map<String, Value> = members
        .iter()
        .filter(|(key, _)| COMPOSITE.contains(&key.as_str()))
        .map(|(key, value)| {
            (
                key.clone(),
                super::renames::rename_references(value, schemas),
            )
        })
        .collect();
    if !composite.is_empty() {
        return Wire::Composite(Value::Object(composite).to_string());
    }
    let format = || {
        let format = schema["format"].as_str()?;
        FORMATS.contains(&format).then(|| format.to_owned())
    };
    match schema["type"].as_str() {
        Some("string") if exhaustive && members.contains_key("enum") => {
            Wire::Text(Some("enum".to_owned()))
        }
        Some("string") => Wire::Text(format()),
        Some("integer") => Wire::Integer(format().filter(|format| format != "int64")),
        Some("number") => Wire::Number(format().filter(|format| format == "float")),
        Some("boolean") => Wire::Boolean,
        Some("array") => Wire::List(Box::new(wire(&schema["items"], exhaustive, schemas))),
        Some("object") => Wire::Object(inline(schema)),
        Some(other) => Wire::Composite(other.to_owned()),
        None if members.contains_key("properties") => Wire::Object(inline(schema)),
        None => Wire::Any,
    }
}

/// An object without a name: with fields, or a map.
fn inline(schema: &Value) -> String {
    let has_fields = schema["properties"]
        .as_object()
        .is_some_and(|fields| !fields.is_empty());
    if has_fields { "object" } else { "map" }.to_owned()
}

fn covers(reader: &Wire, written: &Wire) -> Covers {
    let unless = |limited: bool| if limited { Covers::Some } else { Covers::All };
    match (reader, written) {
        (reader, written) if reader == written => Covers::All,
        (Wire::Any, _) => Covers::All,
        (_, Wire::Any) => Covers::Some,
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
        Wire::Composite(text) => text.clone(),
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

    fn shape(schema: Value) -> Shape {
        Shape::of(&schema, None, true, &BTreeMap::new(), &BTreeMap::new())
    }

    fn reads(reader: Value, written: Value) -> Covers {
        shape(reader).reads(&shape(written))
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
            Shape::of(
                &json!({"type": "string"}),
                entry,
                true,
                &BTreeMap::new(),
                &BTreeMap::new(),
            )
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
