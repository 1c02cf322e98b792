//! Makes a value of a schema: with every field, or only with the required ones. Called for each type that [`super::types`] lists.

use serde_json::{Map, Value, json};

use crate::document::follow;
use crate::registry::{Kind, Registry};

/// The depth below which a sample leaves fields out. Only recursive schemas reach it.
const DEEPEST: usize = 8;

/// The day that samples and calls have.
pub(super) const DATE: &str = "2026-11-20";

/// How much of a schema a sample sets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// Every field, and one item in every list.
    Maximal,
    /// What is required, and nothing in a list.
    Minimal,
}

/// What samples are made of.
pub(super) struct Samples<'a> {
    pub(super) document: &'a Value,
    pub(super) registry: &'a Registry,
    pub(super) extent: Extent,
}

impl Samples<'_> {
    /// A value of a schema.
    pub(super) fn of(&self, schema: &Value) -> Value {
        self.sample("body", schema, 0).unwrap_or_default()
    }

    /// A value of the field `name`; none below the greatest depth.
    fn sample(&self, name: &str, schema: &Value, depth: usize) -> Option<Value> {
        if depth > DEEPEST {
            return None;
        }
        let schema = follow(self.document, schema);
        if let Some(properties) = schema["properties"].as_object() {
            let is_wanted = |name: &str| {
                let required = schema["required"].as_array();
                self.extent == Extent::Maximal
                    || required.is_some_and(|names| names.iter().any(|one| one == name))
            };
            let fields = properties
                .iter()
                .filter(|(name, _)| is_wanted(name))
                .filter_map(|(name, property)| {
                    Some((name.clone(), self.sample(name, property, depth + 1)?))
                });
            return Some(Value::Object(fields.collect::<Map<_, _>>()));
        }
        Some(match schema["type"].as_str() {
            Some("object") => json!({}),
            Some("array") if self.extent == Extent::Minimal => json!([]),
            Some("array") => {
                let items = self.sample(name, &schema["items"], depth + 1);
                Value::Array(items.into_iter().collect())
            }
            Some("number") => json!(1.5),
            Some("boolean") => json!(true),
            Some("integer") => self.known_value(schema).unwrap_or(json!(7)),
            _ => self
                .known_value(schema)
                .unwrap_or_else(|| json!(format!("{name}-value"))),
        })
    }

    /// A value that a registered type knows.
    fn known_value(&self, schema: &Value) -> Option<Value> {
        let format = schema["format"].as_str()?;
        let mut entries = self.registry.entries().iter();
        let entry = entries.find(|entry| entry.format() == format)?;
        match entry.kind {
            Kind::OpenCode => Some(json!(entry.values.first()?.code?)),
            Kind::OpenText => Some(json!(entry.values.first()?.name)),
            Kind::Timestamp => Some(json!("2026-11-20T10:00:00Z")),
            Kind::Date => Some(json!(DATE)),
            Kind::Digits => Some(json!("0123456789")),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(extent: Extent) -> Value {
        let registry = Registry::from_value(&json!({
            "Status": {"kind": "open-text", "fields": ["*.status"], "values": [{"name": "CONNECTED"}]}
        }))
        .unwrap();
        let document = json!({"components": {"schemas": {"Body": {
            "required": ["status", "names"],
            "properties": {
                "status": {"type": "string", "format": "x-status"},
                "names": {"type": "array", "items": {"type": "string"}},
                "more": {"$ref": "#/components/schemas/Body"}
            }
        }}}});
        let samples = Samples {
            document: &document,
            registry: &registry,
            extent,
        };
        samples.of(&json!({"$ref": "#/components/schemas/Body"}))
    }

    #[test]
    fn a_maximal_sample_has_every_field_and_an_end() {
        let mut sample = sample(Extent::Maximal);
        assert_eq!(sample["names"], json!(["names-value"]));
        let mut depth = 0;
        while sample["more"].is_object() {
            assert_eq!(sample["status"], "CONNECTED");
            sample = sample["more"].take();
            depth += 1;
        }
        assert_eq!(depth, DEEPEST);
    }

    #[test]
    fn a_minimal_sample_has_what_it_must() {
        let expected = json!({"status": "CONNECTED", "names": []});
        assert_eq!(sample(Extent::Minimal), expected);
    }
}
