//! What a schema is on the wire and in Rust, and whether one reads what another writes.

use serde_json::{Map, Value};

use super::change::Side;
use super::model::{Model, type_name};
use super::renames::Renames;
use crate::normalise::limits::FOREIGN_FORMATS;
use crate::registry::{Entry, Kind};

/// Keywords that make a schema something else than its type says.
pub(super) const COMPOSITE: [&str; 5] = ["allOf", "anyOf", "oneOf", "not", "discriminator"];

/// Formats that mean a part of the values only.
const FORMATS: &str = "date date-time uuid ip ipv4 ipv6 binary int8 uint8 int16 uint16 int32 uint32 int64 uint64 float double byte";

fn is_format(name: &str) -> bool {
    FORMATS.split(' ').any(|format| format == name)
}

/// Whether the server refuses some values of the type because of a format.
pub(super) fn is_limiting(format: &Value) -> bool {
    let name = format.as_str().unwrap_or_default();
    is_format(name) && !["int64", "double", "binary", "byte"].contains(&name)
}

/// How many levels of a list or a map are looked at.
const DEPTH: usize = 6;

/// What is written on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    Any,
    Text(Option<String>),
    Integer(Option<String>),
    Number(Option<String>),
    Boolean,
    /// An object; its fields are compared one by one.
    Object,
    Map(Box<Wire>),
    List(Box<Wire>),
    /// One of several, and the schema as it is written.
    OneOf(Vec<Wire>, String),
    /// None of these, as it is written.
    Other(String),
}

/// A schema as the client has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) wire: Wire,
    /// The Rust type: a registered type, a component, or what the schema itself makes.
    rust: String,
    is_registered: bool,
    /// Whether it reads any scalar.
    reads_scalars: bool,
}

/// Whose schema is looked at, and how.
#[derive(Clone, Copy)]
pub(super) struct Look<'l> {
    pub(super) model: &'l Model<'l>,
    pub(super) side: Side,
    /// Given for the old document, whose names are those of the new one then.
    pub(super) renames: Option<&'l Renames>,
}

/// How much of what is written can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Covers {
    All,
    Some,
    None,
}

impl Shape {
    /// Reads a resolved schema, which may have a registered type or the name of a component.
    pub(super) fn of(
        look: Look<'_>,
        schema: &Value,
        name: Option<&str>,
        entry: Option<&Entry>,
    ) -> Self {
        let is_list = schema["type"] == "array";
        let wire = look.wire(schema, entry.is_none(), DEPTH);
        let rust = match entry {
            Some(entry) => {
                let name = look
                    .renames
                    .map_or(&*entry.name, |renames| renames.of_type(&entry.name));
                if is_list {
                    format!("[{name}]")
                } else {
                    name.to_owned()
                }
            }
            None => look.rust(schema, name, DEPTH),
        };
        Self {
            wire,
            rust,
            is_registered: entry.is_some(),
            reads_scalars: entry.is_some_and(|entry| {
                // These are read from text alone, unless the text `null` is looked for, which it is not in lists.
                let text_only =
                    matches!(entry.kind, Kind::Identifier | Kind::Timestamp | Kind::Date);
                !text_only || entry.null_text && !is_list
            }),
        }
    }

    /// Whether two are the same Rust type.
    pub(super) fn is_same_type(&self, other: &Self) -> bool {
        self.rust == other.rust
    }

    /// How much of what `written` is can be read as this.
    pub(super) fn reads(&self, written: &Self) -> Covers {
        match (&self.wire, &written.wire) {
            (Wire::List(_), Wire::List(items)) if self.reads_scalars => scalars(items),
            (Wire::List(_), _) if self.reads_scalars => Covers::None,
            (_, written) if self.reads_scalars => scalars(written),
            (reader, written) => covers(reader, written),
        }
    }

    /// How much of what the client sends as `sent` a server takes that expects this, on `side`.
    pub(super) fn takes(&self, sent: &Self, side: Side) -> Covers {
        match (&self.wire, &sent.wire) {
            (Wire::Text(None), written) if side == Side::Parameter => scalars(written),
            (Wire::Integer(_) | Wire::Number(_) | Wire::Boolean, Wire::Text(_))
                if side == Side::Parameter =>
            {
                Covers::Some
            }
            (reader, written) => covers(reader, written),
        }
    }

    /// The type in Rust and on the wire, for reports.
    pub(super) fn describe(&self) -> String {
        let on_wire = words(&self.wire);
        if self.is_registered {
            format!("{}, {on_wire} on the wire", self.rust)
        } else if self.wire == Wire::Object {
            self.rust.clone()
        } else {
            on_wire
        }
    }
}

impl Look<'_> {
    fn wire(self, schema: &Value, is_unregistered: bool, depth: usize) -> Wire {
        let empty = Map::new();
        let members = schema.as_object().unwrap_or(&empty);
        let Some(depth) = depth.checked_sub(1) else {
            return Wire::Any;
        };
        let inner = |schema: &Value| {
            let schema = self.model.resolve(schema).schema;
            self.wire(&schema, is_unregistered, depth)
        };
        if let Some(text) = self.composite(members) {
            let choices = ["oneOf", "anyOf"]
                .iter()
                .find_map(|key| members.get(*key)?.as_array());
            return match choices {
                Some(choices) => Wire::OneOf(choices.iter().map(inner).collect(), text),
                None => Wire::Other(text),
            };
        }
        // A response is read without its formats, and in what is sent some are not checked.
        let format = || {
            let format = schema["format"].as_str()?;
            let is_typed =
                self.side.is_sent() && is_format(format) && !FOREIGN_FORMATS.contains(&format);
            is_typed.then(|| format.to_owned())
        };
        let is_closed = self.side.is_sent() && is_unregistered && members.contains_key("enum");
        match schema["type"].as_str() {
            Some("string") if is_closed => Wire::Text(Some("enum".to_owned())),
            Some("string") => Wire::Text(format()),
            Some("integer") => Wire::Integer(format().filter(|format| format != "int64")),
            Some("number") => Wire::Number(format().filter(|format| format == "float")),
            Some("boolean") => Wire::Boolean,
            Some("array") => Wire::List(Box::new(inner(&schema["items"]))),
            Some("object") => self.object(schema, inner),
            Some(other) => Wire::Other(other.to_owned()),
            None if members.contains_key("type") => Wire::Other(schema["type"].to_string()),
            None if members.contains_key("properties") => self.object(schema, inner),
            None => Wire::Any,
        }
    }

    fn object(self, schema: &Value, inner: impl Fn(&Value) -> Wire) -> Wire {
        let fields = schema["properties"].as_object();
        if fields.is_some_and(|fields| !fields.is_empty()) {
            return Wire::Object;
        }
        match &schema["additionalProperties"] {
            Value::Bool(false) if self.side.is_sent() => Wire::Other("nothing".to_owned()),
            values @ Value::Object(_) => Wire::Map(Box::new(inner(values))),
            _ => Wire::Map(Box::new(Wire::Any)),
        }
    }

    fn composite(self, members: &Map<String, Value>) -> Option<String> {
        let members = members
            .iter()
            .filter(|(key, _)| COMPOSITE.contains(&key.as_str()));
        let composite: Map<String, Value> = members
            .map(|(key, value)| {
                let value = self
                    .renames
                    .map_or_else(|| value.clone(), |renames| renames.in_value(value));
                (key.clone(), value)
            })
            .collect();
        (!composite.is_empty()).then(|| Value::Object(composite).to_string())
    }

    fn rust(self, schema: &Value, name: Option<&str>, depth: usize) -> String {
        if let Some(name) = name {
            let name = self.renames.map_or(name, |renames| renames.of_schema(name));
            return type_name(name);
        }
        let Some(depth) = depth.checked_sub(1) else {
            return "anything".to_owned();
        };
        let inner = |schema: &Value| {
            let resolved = self.model.resolve(schema);
            self.rust(&resolved.schema, resolved.name.as_deref(), depth)
        };
        let more = &schema["additionalProperties"];
        match self.wire(schema, true, DEPTH) {
            Wire::List(_) => format!("[{}]", inner(&schema["items"])),
            Wire::Map(_) if more.is_object() => format!("map of {}", inner(more)),
            Wire::Object if more.is_object() && self.side.is_sent() => {
                format!("object without a name, with more fields of {}", inner(more))
            }
            Wire::Object => "object without a name".to_owned(),
            wire => words(&wire),
        }
    }
}

/// How much of what is written is a scalar.
fn scalars(written: &Wire) -> Covers {
    match written {
        Wire::Text(_) | Wire::Integer(_) | Wire::Number(_) | Wire::Boolean => Covers::All,
        Wire::OneOf(choices, _) => of_all(choices.iter().map(scalars)),
        Wire::Any | Wire::Other(_) => Covers::Some,
        Wire::Object | Wire::Map(_) | Wire::List(_) => Covers::None,
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
        (Wire::Other(_), _) | (_, Wire::Other(_)) => Covers::Some,
        (Wire::Text(reader), Wire::Text(_)) => unless(reader.is_some()),
        (Wire::Integer(reader), Wire::Integer(_)) => unless(reader.is_some()),
        (Wire::Number(reader), Wire::Number(_)) => unless(reader.is_some()),
        (Wire::Number(_), Wire::Integer(_)) => Covers::All,
        (Wire::Integer(_), Wire::Number(_)) => Covers::Some,
        (Wire::Object, Wire::Object) => Covers::All,
        (Wire::Map(reader), Wire::Map(written)) => covers(reader, written),
        (Wire::Object | Wire::Map(_), Wire::Object | Wire::Map(_)) => Covers::Some,
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
        Wire::Object => "object".to_owned(),
        Wire::Map(values) if **values == Wire::Any => "map".to_owned(),
        Wire::Map(values) => format!("map of {}", words(values)),
        Wire::List(items) => format!("[{}]", words(items)),
        Wire::OneOf(_, text) | Wire::Other(text) => text.clone(),
    }
}
