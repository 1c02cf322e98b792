//! Reports where in an answer decoding failed, never the value that stood there.
//!
//! serde's message quotes the value, which may be an account number, so only what was expected is kept of it. The path comes
//! from the text before the place that serde_json names. An answer can have any key and any depth: a key is part of the path only
//! when it looks like the name of a field, and only the last levels are shown.

use std::fmt;

/// How many levels of a path are shown, the innermost.
const LEVELS: usize = 8;

/// How many levels are looked at. Known fields are not as deep.
const DEPTH: usize = 128;

/// The longest key that is taken for the name of a field.
const KEY_LIMIT: usize = 40;

/// Where decoding failed, and what was expected there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct JsonFault {
    path: String,
    reason: String,
}

impl JsonFault {
    /// The fault behind `error`, from decoding `text`.
    pub(crate) fn find(text: &[u8], error: &serde_json::Error) -> Self {
        let (before, after) = text.split_at(offset(text, error));
        let message = error.to_string();
        let mut levels = open_levels(before);
        // A list where something else was expected: serde_json has read its `[`, but not that of a list within a list.
        let is_list = message.starts_with("invalid type: sequence");
        let is_opened = before.trim_ascii_end().ends_with(b"[");
        if is_list && is_opened && !after.trim_ascii_start().starts_with(b"[") {
            levels.pop();
        }
        let path = shown(&levels);
        let reason = match error.classify() {
            serde_json::error::Category::Eof => "it ends too early".to_owned(),
            serde_json::error::Category::Syntax => "it is not JSON there".to_owned(),
            _ => expected(&message),
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
        Some((_, wanted)) => format!("expected {wanted}"),
        None => "it has another shape".to_owned(),
    }
}

/// How many bytes serde_json had read.
fn offset(text: &[u8], error: &serde_json::Error) -> usize {
    let before = text.split_inclusive(|byte| *byte == b'\n');
    let before: usize = before
        .take(error.line().saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    text.len().min(before + error.column())
}

/// An object or a list that is not closed yet.
enum Level<'a> {
    /// With the key whose value is read.
    Object(Option<&'a [u8]>),
    /// With the index of the item that is read.
    List(usize),
}

/// What is open at the end of `text`, the first part of a JSON text.
fn open_levels(text: &[u8]) -> Vec<Level<'_>> {
    let mut open = Vec::new();
    let mut deeper = 0_usize;
    let mut key = None;
    let mut rest = text;
    while let [byte, tail @ ..] = rest {
        rest = tail;
        let is_full = open.len() == DEPTH;
        match (byte, open.last_mut()) {
            (b'"', level) => {
                let string = &tail[..string_length(tail)];
                let Some(tail) = tail.get(string.len() + 1..) else {
                    return open;
                };
                // A string in the place of a value must not be shown.
                key = matches!(level, Some(Level::Object(None))).then_some(string);
                rest = tail;
            }
            (b'{' | b'[', _) if is_full => deeper += 1,
            (b'}' | b']', _) if deeper > 0 => deeper -= 1,
            _ if deeper > 0 => {}
            (b'{', _) => open.push(Level::Object(None)),
            (b'[', _) => open.push(Level::List(0)),
            (b':', Some(Level::Object(of_value @ None))) => *of_value = key.take(),
            (b',', Some(Level::Object(of_value))) => (*of_value, key) = (None, None),
            (b',', Some(Level::List(index))) => *index += 1,
            (b'}', Some(Level::Object(_))) | (b']', Some(Level::List(_))) => {
                open.pop();
            }
            _ => {}
        }
    }
    open
}

/// The length of the string that `text` begins with, up to its closing quote.
fn string_length(text: &[u8]) -> usize {
    let mut is_escaped = false;
    let end = text.iter().position(|byte| {
        let ends = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        ends
    });
    end.unwrap_or(text.len())
}

fn shown(levels: &[Level<'_>]) -> String {
    let inner = &levels[levels.len().saturating_sub(LEVELS)..];
    let mut text = String::from("$");
    if inner.len() < levels.len() {
        text.push('…');
    }
    for level in inner {
        match level {
            Level::List(index) => text.push_str(&format!("[{index}]")),
            Level::Object(Some(key)) => match str::from_utf8(key) {
                Ok(key) if is_field_name(key) => text.push_str(&format!(".{key}")),
                _ => text.push_str("[…]"),
            },
            Level::Object(None) => {}
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

    use crate::api::types::AccountOwnersResponseBody;

    fn fault_of<T: serde::de::DeserializeOwned + fmt::Debug>(text: &str) -> String {
        let error = serde_json::from_str::<T>(text).unwrap_err();
        JsonFault::find(text.as_bytes(), &error).to_string()
    }

    fn fault(text: &str) -> String {
        fault_of::<AccountOwnersResponseBody>(text)
    }

    #[test]
    fn the_path_is_named_and_the_value_is_not() {
        let text = r#"{"account_owners":[{"city":"a, b"},
            {"city":"x\"[y","guid":4111}]}"#;
        let wanted = "at $.account_owners[1].guid, expected a string";
        assert_eq!(fault(text), wanted);
    }

    #[test]
    fn a_value_that_imitates_the_message_is_not_quoted() {
        let text = r#"{"pagination":{"per_page":"x, expected SECRET at line 1"}}"#;
        assert_eq!(fault(text), "at $.pagination.per_page, expected i64");
    }

    #[test]
    fn the_path_of_a_value_is_the_same_wherever_it_stands() {
        for (text, path) in [
            (
                r#"{"account_owners":7,"pagination":{}}"#,
                "$.account_owners",
            ),
            (
                r#"{"pagination":{},"account_owners":7}"#,
                "$.account_owners",
            ),
            (r#"{"account_owners":["SECRET"]}"#, "$.account_owners[0]"),
            (
                r#"{"account_owners":[{},{},"SECRET",{}]}"#,
                "$.account_owners[2]",
            ),
            (r#"{"account_owners":[[1]]}"#, "$.account_owners[0]"),
            (
                r#"{"account_owners":[{"city":[ 1]}]}"#,
                "$.account_owners[0].city",
            ),
            (
                r#"{"account_owners":[{"city":[]}]}"#,
                "$.account_owners[0].city",
            ),
            (
                r#"{"account_owners":[{"city":{"a":1}}]}"#,
                "$.account_owners[0].city",
            ),
            (
                r#"{"account_owners":[{"city":[{"a":1}]}]}"#,
                "$.account_owners[0].city",
            ),
            (
                r#"{"x":{"y":[1,{"z":"]}"}]},"pagination":[]}"#,
                "$.pagination",
            ),
            ("[]", "$"),
            (r#"[{"account_owners":[]}]"#, "$"),
            (
                r#"{"account_owners":[{"guid":"a"},{"guid":{}}]}"#,
                "$.account_owners[1].guid",
            ),
        ] {
            let shown = fault(text);
            assert!(
                shown.starts_with(&format!("at {path}, expected ")),
                "{text}: {shown}"
            );
        }
    }

    #[test]
    fn a_list_whose_items_are_read_twice_has_its_path_wherever_it_stands() {
        use crate::api::types::MicrodepositsResponseBody;
        for (text, path) in [
            (r#"{"micro_deposits":[7]}"#, "$.micro_deposits"),
            (
                r#"{"micro_deposits":[7],"pagination":{}}"#,
                "$.micro_deposits",
            ),
            (r#"{"micro_deposits":[{},7,{}]}"#, "$.micro_deposits"),
        ] {
            let shown = fault_of::<MicrodepositsResponseBody>(text);
            assert_eq!(shown, format!("at {path}, expected an item of the list"));
        }
    }

    #[test]
    fn a_text_of_any_depth_needs_little_memory() {
        let text = format!(r#"{{"x":{}{{"y":"#, "[".repeat(1_000_000));
        assert_eq!(open_levels(text.as_bytes()).len(), DEPTH);
        let closed = format!(
            r#"{}{}],"z":"#,
            &text[..text.len() - 5],
            "]".repeat(999_999)
        );
        let open = open_levels(closed.as_bytes());
        assert!(
            matches!(&open[..], [Level::Object(Some(b"z"))]),
            "{}",
            open.len()
        );
    }

    #[test]
    fn a_key_that_is_not_a_field_name_is_not_shown() {
        let long = "x".repeat(KEY_LIMIT + 1);
        for key in ["Jane Doe", "12-34", "4111", "café", "a\nb", &long] {
            let key = serde_json::to_string(key).unwrap();
            let text = format!(r#"{{"account_owners":[{{{key}:{{"in_it":VALUE}}}}]}}"#);
            let shown = fault(&text);
            assert_eq!(
                shown,
                "at $.account_owners[0][…].in_it, it is not JSON there"
            );
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
