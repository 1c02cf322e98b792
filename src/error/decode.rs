//! Reports where in an answer decoding failed, never the value that stood there.
//!
//! serde's message quotes the value, which may be an account number, so only what was expected is kept of it. The path comes
//! from a second decoding with `serde_path_to_error`, on failure only. An answer can have any key and any depth: a key is
//! part of the path only when it looks like the name of a field, and only the last levels are shown.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

/// How many levels of a path are shown, the innermost.
const LEVELS: usize = 8;

/// The longest key that is taken for the name of a field.
const KEY_LIMIT: usize = 40;

/// Where decoding failed, and what was expected there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct JsonFault {
    path: String,
    reason: String,
}

impl JsonFault {
    /// The fault behind `error`, from decoding `text` as a `T`.
    pub(crate) fn find<T: DeserializeOwned>(text: &[u8], error: &serde_json::Error) -> Self {
        let mut again = serde_json::Deserializer::from_slice(text);
        let path = match serde_path_to_error::deserialize::<_, T>(&mut again) {
            Ok(_) => "$".to_owned(),
            Err(error) => shown(error.path()),
        };
        let reason = match error.classify() {
            serde_json::error::Category::Eof => "it ends too early".to_owned(),
            serde_json::error::Category::Syntax => "it is not JSON there".to_owned(),
            _ => expected(&error.to_string()),
        };
        Self { path, reason }
    }
}

impl fmt::Display for JsonFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "at {}, {}", self.path, self.reason)
    }
}

/// What was expected, from serde's message; the rest of the message may quote a value.
fn expected(message: &str) -> String {
    let end = message.rfind(" at line ").unwrap_or(message.len());
    match message
        .get(..end)
        .and_then(|text| text.rsplit_once(", expected "))
    {
        // The name of a Rust type means nothing to a reader of logs.
        Some((_, wanted)) if wanted.starts_with("struct ") => "expected an object".to_owned(),
        Some((_, wanted)) => format!("expected {wanted}"),
        None => "it has another shape".to_owned(),
    }
}

fn shown(path: &serde_path_to_error::Path) -> String {
    let skipped = path.iter().len().saturating_sub(LEVELS);
    let mut text = if skipped > 0 { "$…" } else { "$" }.to_owned();
    for segment in path.iter().skip(skipped) {
        match segment {
            Segment::Seq { index } => text.push_str(&format!("[{index}]")),
            Segment::Map { key } if is_field_name(key) => text.push_str(&format!(".{key}")),
            Segment::Map { .. } => text.push_str("[…]"),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    text
}

/// Whether a key looks like the name of a field rather than like a value.
fn is_field_name(key: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    let is_word = |byte: u8| is_letter(byte) || byte.is_ascii_digit();
    key.len() <= KEY_LIMIT && key.bytes().next().is_some_and(is_letter) && key.bytes().all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[expect(dead_code, reason = "only decoded into")]
    struct Owners {
        account_owners: Vec<Owner>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[expect(dead_code, reason = "only decoded into")]
    struct Owner {
        name: Option<String>,
        revision: Option<i64>,
    }

    fn fault_of<T: DeserializeOwned + fmt::Debug>(text: &str) -> String {
        let error = serde_json::from_str::<T>(text).unwrap_err();
        JsonFault::find::<T>(text.as_bytes(), &error).to_string()
    }

    fn fault(text: &str) -> String {
        fault_of::<Owners>(text)
    }

    #[test]
    fn the_path_is_named_and_the_value_is_not() {
        let text = r#"{"account_owners":[{"name":"a, b"},
            {"name":"x\"[y","revision":"SECRET"}]}"#;
        assert_eq!(fault(text), "at $.account_owners[1].revision, expected i64");
    }

    #[test]
    fn a_value_that_imitates_the_message_is_not_quoted() {
        let text = r#"{"account_owners":[{"revision":"x, expected SECRET at line 1"}]}"#;
        assert_eq!(fault(text), "at $.account_owners[0].revision, expected i64");
    }

    #[test]
    fn an_expected_struct_is_called_an_object() {
        let wanted = "at $.account_owners[0], expected an object";
        assert_eq!(fault(r#"{"account_owners":["SECRET"]}"#), wanted);
    }

    #[test]
    fn a_key_that_is_not_a_field_name_is_not_shown() {
        let long = "x".repeat(KEY_LIMIT + 1);
        for key in ["Jane Doe", "12-34", "4111", "café", "a\nb", &long] {
            let key = serde_json::to_string(key).unwrap();
            let text = format!(r#"{{"account_owners":[{{{key}:{{"in_it":VALUE}}}}]}}"#);
            let shown = fault(&text);
            assert_eq!(shown, "at $.account_owners[0][…], it is not JSON there");
        }
    }

    #[test]
    fn only_the_innermost_levels_are_shown() {
        let text = format!(r"{}VALUE", r#"{"member":["#.repeat(50));
        let inner = ".member[0]".repeat(LEVELS / 2);
        assert_eq!(
            fault_of::<serde_json::Value>(&text),
            format!("at $…{inner}, it is not JSON there")
        );
    }

    #[test]
    fn text_that_ends_early_or_is_not_json_has_a_place_and_a_reason() {
        assert_eq!(
            fault(r#"{"account_owners":[{"#),
            "at $.account_owners[0], it ends too early"
        );
        assert!(fault("<html>").starts_with("at $, it is not JSON"));
        assert!(fault(r#"{"account_owners":[]} {}"#).starts_with("at $, it is not JSON"));
    }
}
