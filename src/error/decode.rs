//! Says where an answer could not be read, without saying what stood there.
//!
//! serde's message quotes the value, which may be somebody's account number. It also gives a line and a column, and a walk
//! through the text up to there gives the path. A key of the answer is part of it only when it reads like the name of a field,
//! and no more than the last few levels are: an answer can be keyed by anything, and be of any depth.

use std::fmt;

/// How many levels of a path are told, the innermost.
const LEVELS: usize = 8;

/// The longest key that is taken for the name of a field.
const KEY_LIMIT: usize = 40;

/// A place in a JSON text, and what was wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct JsonFault {
    path: String,
    reason: String,
}

impl JsonFault {
    /// The fault behind `error`, which came of reading `text`.
    pub(crate) fn find(text: &[u8], error: &serde_json::Error) -> Self {
        let path = if error.line() == 0 {
            "$".to_owned()
        } else {
            path_at(text, error.line(), error.column())
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

/// The part of serde's message that comes of our types: what was expected, never what was found.
fn expected(message: &str) -> String {
    let end = message.rfind(" at line ").unwrap_or(message.len());
    match message
        .get(..end)
        .and_then(|text| text.rsplit_once(", expected "))
    {
        // The name of a type of ours tells a reader of logs nothing.
        Some((_, wanted)) if wanted.starts_with("struct ") => "expected an object".to_owned(),
        Some((_, wanted)) => format!("expected {wanted}"),
        None => "it has another shape".to_owned(),
    }
}

/// The path of the value that ends at, or stands before, a position.
fn path_at(text: &[u8], line: usize, column: usize) -> String {
    let mut walk = Walk::default();
    let (mut at_line, mut at_column) = (1, 0);
    for &byte in text {
        if byte == b'\n' {
            at_line += 1;
            at_column = 0;
        } else {
            at_column += 1;
        }
        if at_line > line || (at_line == line && at_column > column) {
            break;
        }
        walk.step(byte);
    }
    walk.path()
}

/// Which container the walk is in, and at which of its members.
enum Level {
    Object { key: String, reading_key: bool },
    Array { index: usize },
}

#[derive(Default)]
struct Walk {
    levels: Vec<Level>,
    in_string: bool,
    escaped: bool,
    text: Vec<u8>,
}

impl Walk {
    fn step(&mut self, byte: u8) {
        if self.in_string {
            self.step_in_string(byte);
            return;
        }
        match byte {
            b'"' => {
                self.in_string = true;
                self.text.clear();
            }
            b'{' => self.levels.push(Level::Object {
                key: String::new(),
                reading_key: true,
            }),
            b'[' => self.levels.push(Level::Array { index: 0 }),
            b'}' | b']' => {
                self.levels.pop();
            }
            b':' => {
                if let Some(Level::Object { reading_key, .. }) = self.levels.last_mut() {
                    *reading_key = false;
                }
            }
            b',' => match self.levels.last_mut() {
                Some(Level::Object { reading_key, .. }) => *reading_key = true,
                Some(Level::Array { index }) => *index += 1,
                None => {}
            },
            _ => {}
        }
    }

    fn step_in_string(&mut self, byte: u8) {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' => {
                self.escaped = true;
                // Kept, so that a key with an escape in it does not read like the name of a field.
                self.text.push(byte);
            }
            b'"' => {
                self.in_string = false;
                if let Some(Level::Object {
                    key,
                    reading_key: true,
                }) = self.levels.last_mut()
                {
                    *key = String::from_utf8_lossy(&self.text).into_owned();
                }
            }
            other => self.text.push(other),
        }
    }

    fn path(&self) -> String {
        let skipped = self.levels.len().saturating_sub(LEVELS);
        let mut path = "$".to_owned();
        if skipped > 0 {
            path.push('…');
        }
        for level in self.levels.iter().skip(skipped) {
            match level {
                Level::Object { key, .. } if key.is_empty() => {}
                Level::Object { key, .. } if is_field_name(key) => {
                    path.push('.');
                    path.push_str(key);
                }
                Level::Object { .. } => path.push_str("[…]"),
                Level::Array { index } => path.push_str(&format!("[{index}]")),
            }
        }
        path
    }
}

/// Whether a key reads like the name of a field rather than like data.
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

    fn fault(text: &str) -> String {
        let error = serde_json::from_str::<Owners>(text).unwrap_err();
        JsonFault::find(text.as_bytes(), &error).to_string()
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
    fn a_type_of_ours_is_an_object_to_others() {
        let wanted = "at $.account_owners[0], expected an object";
        assert_eq!(fault(r#"{"account_owners":["SECRET"]}"#), wanted);
    }

    #[test]
    fn a_key_that_is_no_name_of_a_field_is_not_repeated() {
        let long = "x".repeat(KEY_LIMIT + 1);
        for key in ["Jane Doe", "12-34", "4111", "café", "a\nb", &long] {
            let key = serde_json::to_string(key).unwrap();
            let text = format!(r#"{{"account_owners":[{{{key}:{{"in_it":VALUE}}}}]}}"#);
            let told = fault(&text);
            assert_eq!(
                told,
                "at $.account_owners[0][…].in_it, it is not JSON there"
            );
        }
    }

    #[test]
    fn only_the_innermost_levels_are_told() {
        let depth = 100;
        let text = format!(r#"{}VALUE"#, r#"{"member":["#.repeat(depth / 2));
        let told = fault(&text);
        let inner = ".member[0]".repeat(LEVELS / 2);
        assert_eq!(told, format!("at $…{inner}, it is not JSON there"));
    }

    #[test]
    fn a_text_that_ends_or_is_none_says_so() {
        assert_eq!(
            fault(r#"{"account_owners":[{"#),
            "at $.account_owners[0], it ends too early"
        );
        assert!(fault("<html>").starts_with("at $, it is not JSON"));
    }
}
