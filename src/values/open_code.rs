//! Open codes: integers with named values, that keep unknown numbers, and read the name or the number as text as well.

macro_rules! open_code {
    ($(#[$meta:meta])* $name:ident {
        $($(#[$variant_meta:meta])* $variant:ident = $text:literal ($code:literal)),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)*
            /// A code that this version does not know.
            Unknown(i64),
            /// A name that this version does not know, sent in the place of a code.
            UnknownName(String),
        }

        impl $name {
            /// Every value that this version knows.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),*];

            /// The code as MX writes it.
            pub fn code(&self) -> Option<i64> {
                match self {
                    $(Self::$variant => Some($code),)*
                    Self::Unknown(code) => Some(*code),
                    Self::UnknownName(_) => None,
                }
            }

            /// The name that MX gives the code, where this version knows it.
            pub fn name(&self) -> Option<&str> {
                match self {
                    $(Self::$variant => Some($text),)*
                    Self::Unknown(_) => None,
                    Self::UnknownName(name) => Some(name),
                }
            }

            /// Whether this version knows the value.
            pub fn is_known(&self) -> bool {
                !matches!(self, Self::Unknown(_) | Self::UnknownName(_))
            }
        }

        impl From<i64> for $name {
            fn from(code: i64) -> Self {
                match code {
                    $($code => Self::$variant,)*
                    other => Self::Unknown(other),
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    other => match other.parse::<i64>() {
                        Ok(code) => Self::from(code),
                        Err(_) => Self::UnknownName(other.to_owned()),
                    },
                }
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
                match (self.name(), self.code()) {
                    (Some(name), _) => formatter.write_str(name),
                    (None, Some(code)) => write!(formatter, "{code}"),
                    (None, None) => Ok(()),
                }
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match (self.code(), self.name()) {
                    (Some(code), _) => serializer.serialize_i64(code),
                    (None, name) => serializer.serialize_str(name.unwrap_or_default()),
                }
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Ok(match $crate::values::Scalar::deserialize(deserializer)? {
                    $crate::values::Scalar::Integer(code) => Self::from(code),
                    other => Self::from(&*other.into_text()),
                })
            }
        }

        #[cfg(feature = "schemars")]
        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                ::schemars::json_schema!({"type": ["integer", "string"], "examples": [$($code),*]})
            }
        }
    };
}
pub(crate) use open_code;

#[cfg(test)]
mod tests {
    use crate::values::AccountType;

    fn read(json: &str) -> AccountType {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_code_reads_from_number_text_and_name() {
        for json in ["1", "1.0", "\"1\"", "\"CHECKING\""] {
            assert_eq!(read(json), AccountType::Checking);
        }
        assert_eq!(serde_json::to_string(&AccountType::Checking).unwrap(), "1");
    }
}
