//! Reads the objects of answers. Called by the generated types, in the place of serde's derive.
//!
//! The derive makes for every type an enum of its fields, a variable for each of them, and a second function that reads a list,
//! which takes the compiler long. Here a value is read straight into its field, and an object straight into its field or list:
//! an account is 4 kB, which would be moved several times.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A generated type that is read from a JSON object. All fields may be absent.
pub(crate) trait Object: Default {
    /// The names of the fields in JSON.
    const NAMES: &'static [&'static str];

    /// The number of the field with a name in JSON.
    fn field_number(name: &str) -> Option<u8>;

    /// Reads the value of a field, which is the next value of `map`.
    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        number: u8,
        map: &mut A,
    ) -> Result<(), A::Error>;
}

/// Reads an object. Of a name that occurs twice, the last value counts.
pub(crate) fn read<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut object = T::default();
    Fill(&mut object).deserialize(deserializer)?;
    Ok(object)
}

/// Reads a field by serde: the next value of `map`. Not inlined: the fields of a type would each get a copy.
#[inline(never)]
pub(crate) fn value<'de, T, A>(field: &mut T, map: &mut A) -> Result<(), A::Error>
where
    T: Deserialize<'de>,
    A: MapAccess<'de>,
{
    *field = map.next_value()?;
    Ok(())
}

/// Reads an object into its field.
pub(crate) fn one<'de, T, A>(field: &mut Option<T>, map: &mut A) -> Result<(), A::Error>
where
    T: Object,
    A: MapAccess<'de>,
{
    map.next_value_seed(One(field))
}

/// Reads a list of objects.
pub(crate) fn list<'de, T, A>(field: &mut Option<Vec<T>>, map: &mut A) -> Result<(), A::Error>
where
    T: Object,
    A: MapAccess<'de>,
{
    *field = map.next_value_seed(List(PhantomData))?;
    Ok(())
}

/// Fills an object.
struct Fill<'a, T>(&'a mut T);

impl<'de, T: Object> DeserializeSeed<'de> for Fill<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_struct("an object", T::NAMES, self)
    }
}

impl<'de, T: Object> Visitor<'de> for Fill<'_, T> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(number) = map.next_key_seed(Number::<T>(PhantomData))? {
            match number {
                Some(number) => self.0.read_field(number, &mut map)?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// Reads the name of a field.
struct Number<T>(PhantomData<T>);

impl<'de, T: Object> DeserializeSeed<'de> for Number<T> {
    type Value = Option<u8>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<u8>, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<T: Object> Visitor<'_> for Number<T> {
    type Value = Option<u8>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Option<u8>, E> {
        Ok(T::field_number(name))
    }
}

/// Reads an object into its field; none for null.
struct One<'a, T>(&'a mut Option<T>);

impl<'de, T: Object> DeserializeSeed<'de> for One<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, T: Object> Visitor<'de> for One<'_, T> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        *self.0 = None;
        Ok(())
    }

    // As in a list.
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, object: D) -> Result<(), D::Error> {
        Fill(self.0.insert(T::default())).deserialize(object)
    }
}

/// Reads a list; none for null.
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

    // Null within an object that is flattened into another one.
    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, list: D) -> Result<Self::Value, D::Error> {
        list.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while items.next_element_seed(Append(&mut list))?.is_some() {}
        Ok(Some(list))
    }
}

/// Reads an item into its place at the end of a list.
struct Append<'a, T>(&'a mut Vec<T>);

impl<'de, T: Object> DeserializeSeed<'de> for Append<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        // Unlike `push`, this makes the object in its place.
        self.0.resize_with(self.0.len() + 1, T::default);
        match self.0.last_mut() {
            Some(item) => Fill(item).deserialize(deserializer),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::{Value, from_str, from_value, json};

    use crate::api::types::{AccountOwnersResponseBody, MemberResponse, MemberResponseBody};

    fn cities(text: &str) -> Vec<String> {
        let body: AccountOwnersResponseBody = from_str(text).unwrap();
        let owners = body.account_owners.unwrap().into_iter();
        owners.map(|owner| owner.city.unwrap().into()).collect()
    }

    #[test]
    fn a_list_has_every_item_and_nothing_more() {
        assert_eq!(cities(r#"{"account_owners":[]}"#), [""; 0]);
        assert_eq!(
            cities(r#"{"account_owners":[{"city":"A"},{"city":"B"},{"city":"C"}]}"#),
            ["A", "B", "C"]
        );
        for text in [r#"{"account_owners":null}"#, "{}"] {
            let body: AccountOwnersResponseBody = from_str(text).unwrap();
            assert_eq!(body.account_owners, None);
        }
        for text in [
            r#"{"account_owners":[{},null]}"#,
            r#"{"account_owners":{}}"#,
        ] {
            assert!(from_str::<AccountOwnersResponseBody>(text).is_err());
        }
    }

    #[test]
    fn an_object_within_is_absent_for_null_and_the_last_of_two_counts() {
        let name_in = |text: &str| {
            let body: MemberResponseBody = from_str(text).unwrap();
            body.member.map(|member| member.name.map(String::from))
        };
        assert_eq!(name_in("{}"), None);
        assert_eq!(name_in(r#"{"member":null}"#), None);
        assert_eq!(name_in(r#"{"member":{}}"#), Some(None));
        let named = r#"{"member":{"name":"A"}}"#;
        assert_eq!(name_in(named), Some(Some("A".to_owned())));
        let twice = r#"{"member":{"name":"A"},"member":{"guid":"B"}}"#;
        assert_eq!(name_in(twice), Some(None));
        let then_null = r#"{"member":{"name":"A"},"member":null}"#;
        assert_eq!(name_in(then_null), None);
        for text in [r#"{"member":[]}"#, r#"{"member":"A"}"#] {
            assert!(from_str::<MemberResponseBody>(text).is_err());
        }
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
    fn an_answer_can_be_flattened_into_a_struct_that_keeps_the_rest() {
        #[derive(Deserialize)]
        struct Page {
            #[serde(flatten)]
            body: AccountOwnersResponseBody,
            #[serde(flatten)]
            rest: serde_json::Map<String, Value>,
        }

        let page: Page = from_str(r#"{"account_owners":null,"new":1}"#).unwrap();
        assert_eq!(page.body, AccountOwnersResponseBody::default());
        assert_eq!(Value::Object(page.rest), json!({"new": 1}));
    }

    #[test]
    fn a_list_in_the_place_of_an_object_is_refused() {
        let error = from_str::<MemberResponse>("[]").unwrap_err();
        assert!(error.to_string().contains("expected an object"), "{error}");
    }
}
