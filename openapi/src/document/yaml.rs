//! YAML as JSON values. A key that is twice in one mapping is refused: JSON values would silently keep the last one, and lose half
//! a schema or a whole action.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::failure::Failure;

/// Parses YAML text into JSON values.
pub(crate) fn parse(text: &str) -> Result<Value, Failure> {
    let outcome = Node.deserialize(yaml_serde::Deserializer::from_str(text));
    outcome.map_err(|error| {
        let place = error.location().map_or_else(
            || "an unknown line".to_owned(),
            |location| format!("line {} column {}", location.line(), location.column()),
        );
        // The place is in the failure already.
        let reason = error.to_string().replacen(&format!(" at {place}"), "", 1);
        Failure::new("parsing YAML", place, reason)
    })
}

/// Reads any value.
struct Node;

impl<'de> DeserializeSeed<'de> for Node {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value that JSON has")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        let number = Number::from_f64(number);
        number
            .map(Value::Number)
            .ok_or_else(|| E::custom("JSON has no such number"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut read = Vec::new();
        while let Some(item) = items.next_element_seed(Node)? {
            read.push(item);
        }
        Ok(Value::Array(read))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut read = Map::new();
        while let Some(key) = members.next_key_seed(NewKey(&read))? {
            let member = members.next_value_seed(Node)?;
            read.insert(key, member);
        }
        Ok(Value::Object(read))
    }
}

/// Reads a key that is not among those before it; refused here, its error has its own line rather than that of the mapping.
struct NewKey<'a>(&'a Map<String, Value>);

impl<'de> DeserializeSeed<'de> for NewKey<'_> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for NewKey<'_> {
    type Value = String;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<String, E> {
        if self.0.contains_key(key) {
            return Err(E::custom(format!("the key {key} stands here twice")));
        }
        Ok(key.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_kind_of_value_is_read() {
        let text = "200: {a: null, b: ~, c: true}\nlist: [1, -1, 1.5, '1', text, \"2\"]\nfolded: >-\n  one\n  two\n";
        let expected = json!({
            "200": {"a": null, "b": null, "c": true},
            "list": [1, -1, 1.5, "1", "text", "2"],
            "folded": "one two"
        });
        assert_eq!(parse(text).unwrap(), expected);
    }

    #[test]
    fn one_key_in_two_mappings_is_no_duplicate() {
        let text = "- {x: 1}\n- {x: {x: 2}}\n";
        assert_eq!(parse(text).unwrap(), json!([{"x": 1}, {"x": {"x": 2}}]));
    }
}
