//! Reads the objects of answers. Called by the generated types, in the place of serde's derive.
//!
//! The derive would make for every type an enum of its fields, a variable for each of them, and a second function that reads a
//! list: a third of what the compiler had to do for this crate. Here a value is read straight into its field, and an object
//! straight into its list: an account is 4 kB, which would be moved several times.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A generated type that is read from a JSON object. All fields may be absent.
pub(crate) trait Object: Default {
    /// The number of the field with a name in JSON.
    fn find(name: &str) -> Option<u8>;

    /// Reads the value of a field.
    fn read<'de, A: MapAccess<'de>>(&mut self, field: u8, values: &mut A) -> Result<(), A::Error>;
}

/// Reads an object. Of a name that occurs twice, the last value counts.
pub(crate) fn read<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut object = T::default();
    Fill(&mut object).deserialize(deserializer)?;
    Ok(object)
}

/// Reads a list of objects, the next value of an object.
pub(crate) fn list<'de, T, A>(values: &mut A) -> Result<Option<Vec<T>>, A::Error>
where
    T: Object,
    A: MapAccess<'de>,
{
    values.next_value_seed(List(PhantomData))
}

/// Fills an object.
struct Fill<'a, T>(&'a mut T);

impl<'de, T: Object> DeserializeSeed<'de> for Fill<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: Object> Visitor<'de> for Fill<'_, T> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut values: A) -> Result<(), A::Error> {
        while let Some(field) = values.next_key_seed(Find::<T>(PhantomData))? {
            match field {
                Some(field) => self.0.read(field, &mut values)?,
                None => {
                    values.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// Finds a field by its name.
struct Find<T>(PhantomData<T>);

impl<'de, T: Object> DeserializeSeed<'de> for Find<T> {
    type Value = Option<u8>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<u8>, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<T: Object> Visitor<'_> for Find<T> {
    type Value = Option<u8>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Option<u8>, E> {
        Ok(T::find(name))
    }
}

struct List<T>(PhantomData<T>);

impl<'de, T: Object> DeserializeSeed<'de> for List<T> {
    type Value = Option<Vec<T>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, T: Object> Visitor<'de> for List<T> {
    type Value = Option<Vec<T>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, list: D) -> Result<Self::Value, D::Error> {
        list.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        loop {
            // Unlike `push`, this makes the object in its place.
            list.resize_with(list.len() + 1, T::default);
            let item = list.last_mut().map(Fill);
            if item
                .map_or(Ok(None), |item| items.next_element_seed(item))?
                .is_none()
            {
                list.pop();
                return Ok(Some(list));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_str, from_value, json};

    use crate::api::types::{MemberResponse, MembersResponseBody};

    fn names(text: &str) -> Vec<String> {
        let body: MembersResponseBody = from_str(text).unwrap();
        let members = body.members.unwrap().into_iter();
        members.map(|member| member.name.unwrap().into()).collect()
    }

    #[test]
    fn a_list_has_every_item_and_nothing_more() {
        assert_eq!(names(r#"{"members":[]}"#), [""; 0]);
        assert_eq!(
            names(r#"{"members":[{"name":"A"},{"name":"B"},{"name":"C"}]}"#),
            ["A", "B", "C"]
        );
        for text in [r#"{"members":null}"#, "{}"] {
            let body: MembersResponseBody = from_str(text).unwrap();
            assert_eq!(body.members, None);
        }
        assert!(from_str::<MembersResponseBody>(r#"{"members":[{},null]}"#).is_err());
    }

    #[test]
    fn names_that_are_not_known_are_skipped_and_the_last_of_two_counts() {
        let text = r#"{"new":[{"name":"X"}],"name":"A","other":{"name":"Y"},"name":"B"}"#;
        let member: MemberResponse = from_str(text).unwrap();
        let expected = MemberResponse {
            name: Some("B".into()),
            ..MemberResponse::default()
        };
        assert_eq!(member, expected);
    }

    #[test]
    fn a_name_is_found_however_it_is_written() {
        let member: MemberResponse = from_str(r#"{"n\u0061me":"A"}"#).unwrap();
        assert_eq!(member.name.as_deref(), Some("A"));
        let member: MemberResponse = from_value(json!({"name": "A"})).unwrap();
        assert_eq!(member.name.as_deref(), Some("A"));
    }

    #[test]
    fn a_list_in_the_place_of_an_object_is_refused() {
        let error = from_str::<MemberResponse>("[]").unwrap_err();
        assert!(error.to_string().contains("expected an object"), "{error}");
    }
}
