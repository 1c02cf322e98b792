//! What the setters of generated requests take.

use std::fmt::Display;

/// A value for an optional field or parameter of type `T`: what converts into a `T`, or an `Option` of it.
///
/// `Form` is inferred. [What setters take](crate::guide::calls#what-setters-take) lists what converts into which type.
///
/// ```
/// use mx_nexus::api::types::MemberUpdateRequest;
///
/// let known: Option<&str> = None;
/// let request = MemberUpdateRequest::builder().metadata("ours").external_guid(known);
/// # let _: MemberUpdateRequest = request.try_into().unwrap();
/// ```
pub trait Input<T, Form> {
    /// The converted value, or why there is none.
    ///
    /// # Errors
    ///
    /// The message of the failed conversion.
    fn convert(self) -> Result<Option<T>, String>;
}

/// The `Form` of a value.
#[derive(Debug)]
pub enum Present {}

/// The `Form` of an `Option`.
#[derive(Debug)]
pub enum Perhaps {}

impl<T, V: TryInto<T, Error: Display>> Input<T, Present> for V {
    fn convert(self) -> Result<Option<T>, String> {
        match self.try_into() {
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(error.to_string()),
        }
    }
}

impl<T, V: TryInto<T, Error: Display>> Input<T, Perhaps> for Option<V> {
    fn convert(self) -> Result<Option<T>, String> {
        self.map_or(Ok(None), Input::<T, Present>::convert)
    }
}

/// The value of an optional field. Generated setters call it.
pub(crate) fn optional<T, F>(value: impl Input<T, F>, name: &str) -> Result<Option<T>, String> {
    value.convert().map_err(|error| refused(name, &error))
}

/// The value of a field that has to be there. Generated setters call it.
pub(crate) fn required<T, V: TryInto<T, Error: Display>>(
    value: V,
    name: &str,
) -> Result<T, String> {
    value
        .try_into()
        .map_err(|error| refused(name, &error.to_string()))
}

#[cold]
fn refused(name: &str, error: &str) -> String {
    format!("{name}: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::MemberGuid;

    #[test]
    fn an_optional_field_takes_a_value_or_an_option() {
        let guid = || Ok(Some(MemberGuid::from("MBR-1")));
        assert_eq!(optional("MBR-1", "guid"), guid());
        assert_eq!(optional(MemberGuid::from("MBR-1"), "guid"), guid());
        assert_eq!(optional(Some("MBR-1"), "guid"), guid());
        assert_eq!(optional::<MemberGuid, _>(None::<String>, "guid"), Ok(None));
    }

    #[test]
    fn a_value_that_does_not_convert_is_refused_with_the_name_of_the_field() {
        let refused = Err("page: out of range integral type conversion attempted".to_owned());
        assert_eq!(optional::<u8, _>(300_i64, "page"), refused);
        assert_eq!(
            required::<u8, _>(300_i64, "page"),
            refused.map(|_: Option<u8>| 0)
        );
    }
}
