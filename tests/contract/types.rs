//! The generated lists of all types, and what their rows are made of.

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Who sends a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Request,
    Response,
}

impl Side {
    /// What the side is called in the examples.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
        }
    }
}

/// A type that is sent or received.
pub(crate) struct Type {
    pub(crate) name: &'static str,
    pub(crate) side: Side,
    /// JSON of it with every field.
    pub(crate) maximal: &'static str,
    /// JSON of it with what has to be there.
    pub(crate) minimal: &'static str,
    /// Its JSON Schema.
    pub(crate) schema: fn() -> Value,
    /// Reads JSON into it, and writes it again.
    pub(crate) rewrite: fn(&Value) -> Result<Value, serde_json::Error>,
}

/// A type of a string or a code.
pub(crate) struct Registered {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Its JSON Schema.
    pub(crate) schema: fn() -> Value,
    /// Its `Debug` of a JSON value.
    pub(crate) show: fn(&Value) -> Result<String, serde_json::Error>,
}

/// What a registered type is, as the overlay says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Identifier,
    OpenText,
    OpenCode,
    Secret,
    Personal,
    Digits,
    Timestamp,
    Date,
    Amount,
    Text,
}

/// A JSON text of the generated code.
pub(crate) fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("generated as JSON")
}

fn schema<T: JsonSchema>() -> Value {
    schemars::schema_for!(T).to_value()
}

fn rewrite<T: DeserializeOwned + Serialize>(value: &Value) -> Result<Value, serde_json::Error> {
    // From text, as on the wire: borrowed and owned strings take different ways through serde.
    let decoded: T = serde_json::from_str(&value.to_string())?;
    serde_json::to_value(decoded)
}

fn show<T: DeserializeOwned + std::fmt::Debug>(value: &Value) -> Result<String, serde_json::Error> {
    let decoded: T = serde_json::from_str(&value.to_string())?;
    Ok(format!("{decoded:?}"))
}

include!(concat!(env!("OUT_DIR"), "/apis.rs"));
pub(crate) use each_api;

macro_rules! generated {
    ($($name:ident, $variant:ident, $title:literal, $client:ident, $($values:ident)::+;)*) => {$(
        pub(crate) mod $name {
            #[allow(unused_imports, reason = "not every API has types of its own or shares some")]
            use mx_nexus::{$client::types, $($values)::+ as values, values as shared};

            use super::{Kind, Registered, Side, Type, rewrite, schema, show};

            include!(concat!(env!("OUT_DIR"), "/", stringify!($name), "_types.rs"));
        }
    )*};
}

each_api!(generated);
