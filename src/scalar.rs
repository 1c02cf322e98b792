//! Reads values that MX sends as a string or as a number. Called by the generated types.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Error, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::{Deserialize, Deserializer};

/// One JSON scalar. A text without escapes is borrowed from the answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar<'de> {
    Text(Cow<'de, str>),
    Integer(i64),
    Other(String),
}

impl<'de> Scalar<'de> {
    /// The scalar as text.
    pub(crate) fn into_text(self) -> Cow<'de, str> {
        match self {
            Self::Text(text) => text,
            Self::Integer(number) => number.to_string().into(),
            Self::Other(text) => text.into(),
        }
    }
}

impl<'de> Deserialize<'de> for Scalar<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string or a number")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(text.to_owned().into()))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(text.into()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(text.into()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Integer(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Scalar<'de>, E> {
        Ok(i64::try_from(number)
            .map_or_else(|_| Scalar::Other(number.to_string()), Scalar::Integer))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Scalar<'de>, E> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if number.fract() == 0.0 && number.abs() <= EXACT {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "whole and within 2^53, as checked"
            )]
            return Ok(Scalar::Integer(number as i64));
        }
        Ok(Scalar::Other(number.to_string()))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Other(value.to_string()))
    }

    fn visit_map<A: MapAccess<'de>>(self, number: A) -> Result<Scalar<'de>, A::Error> {
        let text = arbitrary_number(number)?;
        if let Ok(number) = text.parse() {
            return Ok(Scalar::Integer(number));
        }
        match text
            .parse()
            .map(|number| self.visit_f64::<A::Error>(number))
        {
            Ok(Ok(Scalar::Integer(number))) => Ok(Scalar::Integer(number)),
            _ => Ok(Scalar::Other(text)),
        }
    }
}

/// The text of a number, which serde_json gives as a map where another crate of the program turns on its feature
/// `arbitrary_precision`.
pub(crate) fn arbitrary_number<'de, A: MapAccess<'de>>(mut number: A) -> Result<String, A::Error> {
    match number.next_key::<String>()?.as_deref() {
        Some("$serde_json::private::Number") => number.next_value(),
        _ => Err(A::Error::invalid_type(
            Unexpected::Map,
            &"a string or a number",
        )),
    }
}

/// Absent for null, and for the text `"null"` that MX writes in some answers. Not inlined, as [`crate::object::value`].
#[inline(never)]
pub(crate) fn absent_or_null_text<'de, A, T>(
    field: &mut Option<T>,
    map: &mut A,
) -> Result<(), A::Error>
where
    A: MapAccess<'de>,
    T: From<String>,
{
    let text = map.next_value::<Option<Scalar>>()?.map(Scalar::into_text);
    let text = text.filter(|text| text != "null");
    *field = text.map(|text| T::from(text.into_owned()));
    Ok(())
}

#[allow(dead_code, reason = "some groups of operations have no such list")]
/// Items plain, or each inside an object of its own, as MX is seen to send them.
pub(crate) fn unwrapped_items<'de, A, T>(
    field: &mut Option<Vec<T>>,
    map: &mut A,
) -> Result<(), A::Error>
where
    A: MapAccess<'de>,
    T: DeserializeOwned,
{
    *field = map.next_value_seed(UnwrappedItems(PhantomData))?;
    Ok(())
}

#[allow(dead_code, reason = "as `unwrapped_items`")]
struct UnwrappedItems<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for UnwrappedItems<T> {
    type Value = Option<Vec<T>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for UnwrappedItems<T> {
    type Value = Option<Vec<T>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        // All are read first, so that serde_json places an error at the end of the list.
        let items = Vec::<serde_json::Value>::deserialize(SeqAccessDeserializer::new(items))?;
        let unwrapped = items.into_iter().map(|item| {
            // The error of the inner value may quote it, so it is not passed on.
            serde_json::from_value(unwrap(item)).map_err(|_| {
                A::Error::invalid_type(Unexpected::Other("another shape"), &"an item of the list")
            })
        });
        unwrapped.collect::<Result<_, _>>().map(Some)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// A list, or one item in its place.
pub(crate) fn one_or_many<'de, A, T>(
    field: &mut Option<Vec<T>>,
    map: &mut A,
) -> Result<(), A::Error>
where
    A: MapAccess<'de>,
    T: Deserialize<'de>,
{
    *field = map.next_value_seed(OneOrMany(PhantomData))?;
    Ok(())
}

struct OneOrMany<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for OneOrMany<T> {
    type Value = Option<Vec<T>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrMany<T> {
    type Value = Option<Vec<T>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(items)).map(Some)
    }

    fn visit_map<A: MapAccess<'de>>(self, item: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(item)).map(|item| Some(vec![item]))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

#[allow(dead_code, reason = "as `unwrapped_items`")]
/// An object whose only member is an object is a wrapper.
fn unwrap(item: serde_json::Value) -> serde_json::Value {
    match item {
        serde_json::Value::Object(mut members) if members.len() == 1 => {
            let name = members.keys().next().cloned().unwrap_or_default();
            match members.remove(&name) {
                Some(inner @ serde_json::Value::Object(_)) => inner,
                Some(other) => {
                    serde_json::Value::Object(serde_json::Map::from_iter([(name, other)]))
                }
                None => serde_json::Value::Null,
            }
        }
        plain => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    type Map = serde::de::value::MapDeserializer<
        'static,
        std::iter::Once<(&'static str, serde_json::Value)>,
        serde_json::Error,
    >;

    /// An object whose next value is this one.
    fn map_with(value: serde_json::Value) -> Map {
        let mut map = Map::new(std::iter::once(("name", value)));
        map.next_key::<String>().unwrap();
        map
    }

    #[test]
    fn strings_and_numbers_give_the_same_text() {
        for (value, text) in [
            (json!("007"), "007"),
            (json!(7), "7"),
            (json!(7.0), "7"),
            (json!(-7), "-7"),
            (json!(7.5), "7.5"),
            (json!(u64::MAX), "18446744073709551615"),
        ] {
            assert_eq!(Scalar::deserialize(&value).unwrap().into_text(), text);
        }
    }

    #[test]
    fn numbers_read_alike_with_arbitrary_precision() {
        let read = |key: &str, text: &str| {
            let entry = [(key.to_owned(), text.to_owned())].into_iter();
            let number = serde::de::value::MapDeserializer::<_, serde_json::Error>::new(entry);
            Scalar::deserialize(number).map(|it| it.into_text().into_owned())
        };
        for (text, expected) in [("7", "7"), ("7.0", "7"), ("1000.10", "1000.10")] {
            let read = read("$serde_json::private::Number", text);
            assert_eq!(read.unwrap(), expected);
        }
        assert!(read("guid", "MBR-1").is_err());
    }

    #[test]
    fn a_list_and_one_item_read_alike() {
        fn read<T: DeserializeOwned>(
            value: serde_json::Value,
        ) -> serde_json::Result<Option<Vec<T>>> {
            let mut list = None;
            one_or_many(&mut list, &mut map_with(value))?;
            Ok(list)
        }
        assert_eq!(
            read(json!(["a", "b"])).unwrap(),
            Some(vec!["a".to_owned(), "b".to_owned()])
        );
        assert_eq!(read::<String>(json!(null)).unwrap(), None);
        assert!(read::<String>(json!("a")).is_err());
        let item = json!({"guid": "MBR-1"});
        assert_eq!(read(item.clone()).unwrap(), Some(vec![item]));
    }

    #[test]
    fn wrapped_and_plain_items_read_alike() {
        let read = |value| {
            let mut list: Option<Vec<serde_json::Value>> = None;
            unwrapped_items(&mut list, &mut map_with(value)).unwrap();
            list
        };
        let item = json!({"guid": "MIC-1", "status": 3});
        assert_eq!(
            read(json!([{"micro_deposit": item}])),
            Some(vec![item.clone()])
        );
        assert_eq!(read(json!([item])), Some(vec![item]));
        assert_eq!(
            read(json!([{"guid": "MIC-1"}])),
            Some(vec![json!({"guid": "MIC-1"})])
        );
        assert_eq!(read(json!(null)), None);
    }
}
