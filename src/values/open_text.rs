//! Open values: strings with known values, that keep unknown values.

macro_rules! open_text {
    ($(#[$meta:meta])* $name:ident {
        $($(#[$variant_meta:meta])* $variant:ident = $text:literal $(($code:literal))?),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)*
            /// A value that this version does not know, as MX sent it.
            Unknown(String),
        }

        impl $name {
            /// Every value that this version knows.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),*];

            /// The value as MX writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Unknown(text) => text,
                }
            }

            /// The number that MX uses for the value in other places, where it has one.
            pub fn code(&self) -> Option<i64> {
                match self {
                    $(Self::$variant => $crate::values::open_text!(@code $($code)?),)*
                    Self::Unknown(_) => None,
                }
            }

            /// Whether this version knows the value.
            pub fn is_known(&self) -> bool {
                !matches!(self, Self::Unknown(_))
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    other => Self::Unknown(other.to_owned()),
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::from(text.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let scalar = $crate::values::Scalar::deserialize(deserializer)?;
                // Some places send the number of a value instead of its name.
                if let $crate::values::Scalar::Integer(number) = scalar
                    && let Some(known) = Self::KNOWN.iter().find(|known| known.code() == Some(number))
                {
                    return Ok(known.clone());
                }
                Ok(Self::from(&*scalar.into_text()))
            }
        }

        #[cfg(feature = "schemars")]
        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                ::schemars::json_schema!({"type": "string", "examples": [$($text),*]})
            }
        }
    };
    (@code $code:literal) => { Some($code) };
    (@code) => { None };
}
pub(crate) use open_text;

#[cfg(test)]
mod tests {
    use crate::values::ConnectionStatus;

    #[test]
    fn known_values_unknown_values_and_codes_round_trip() {
        for known in ConnectionStatus::KNOWN {
            let text = serde_json::to_string(known).unwrap();
            assert_eq!(
                &serde_json::from_str::<ConnectionStatus>(&text).unwrap(),
                known
            );
            let code = known.code().expect("every status has a code").to_string();
            assert_eq!(
                &serde_json::from_str::<ConnectionStatus>(&code).unwrap(),
                known
            );
        }
        let unknown: ConnectionStatus = serde_json::from_str("\"MOON_PHASE\"").unwrap();
        assert_eq!(unknown, ConnectionStatus::Unknown("MOON_PHASE".to_owned()));
        assert_eq!(serde_json::to_string(&unknown).unwrap(), "\"MOON_PHASE\"");
        assert!(!unknown.is_known());
    }
}
