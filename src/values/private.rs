//! Personal text and account numbers: strings that `Debug` does not print.

macro_rules! private_text {
    ($(#[$meta:meta])* $name:ident, $shown:literal) => {
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize)]
        #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                formatter.write_str($shown)
            }
        }

        impl ::std::ops::Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }

        impl PartialEq<String> for $name {
            fn eq(&self, other: &String) -> bool {
                self.0 == *other
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use $crate::values::Scalar;
                Scalar::deserialize(deserializer).map(|scalar| Self(scalar.into_text().into_owned()))
            }
        }
    };
}

private_text! {
    /// A name, an address, a contact, a note: personal data. `Debug` prints `[personal]`; it dereferences to `str` and compares
    /// with it. See [what is not printed](crate::values#what-is-not-printed).
    ///
    /// ```
    /// let owner = mx_nexus::values::Personal::from("Ada Example");
    /// assert_eq!(owner, "Ada Example");
    /// assert_eq!(format!("{owner:?}"), "[personal]");
    /// ```
    Personal, "[personal]"
}

private_text! {
    /// An account, routing, institution or transit number. MX sends it as a string, which keeps leading zeros, or as a number;
    /// `Debug` prints `[digits]`; it dereferences to `str` and compares with it. See
    /// [what is not printed](crate::values#what-is-not-printed).
    Digits, "[digits]"
}
