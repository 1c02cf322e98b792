//! Text that MX writes in more than one way: times, which `time.rs` parses, and scalars seen as a string and as a number.

/// Any scalar, as text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Text(String);

impl Text {
    /// The scalar as MX would write it in a string.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Text {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl<'de> serde::Deserialize<'de> for Text {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::Scalar::deserialize(deserializer).map(|scalar| Self(scalar.into_text().into_owned()))
    }
}

super::kept_text! {
    /// A time or a date as MX wrote it: ISO 8601, with or without a fraction, `Z` or any offset, or a date alone.
    ///
    /// The text is kept as it came, because MX writes times in several ways and dates in fields of times. [`parse`](Self::parse)
    /// returns which of them it is. There is no order of the texts, since offsets differ: compare what
    /// [`assume_utc`](super::Time::assume_utc) returns. The text `"null"` that some answers hold is read as absent.
    Timestamp
}

impl From<super::Date> for Timestamp {
    fn from(date: super::Date) -> Self {
        Self(date.to_string())
    }
}
