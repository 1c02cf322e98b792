//! Reads an error answer: bounded, lenient, whatever it is. Called by the hooks, once an answer.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use serde_json::Value;

/// The longest message that is kept: it goes into logs.
const MESSAGE_LIMIT: usize = 300;

/// What an error answer says, as far as it says anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Problem {
    pub summary: Option<String>,
    pub code: Option<String>,
    pub message: Option<String>,
    pub retry_after: Option<Duration>,
}

impl Problem {
    /// Reads headers and the beginning of a body.
    pub(crate) fn read(headers: &HeaderMap, body: &[u8]) -> Self {
        let parsed: Option<Value> = serde_json::from_slice(body).ok();
        let found = parsed.as_ref().map(inner).unwrap_or(&Value::Null);
        Self {
            summary: None,
            code: text_of(&found["code"]),
            message: text_of(&found["message"])
                .or_else(|| text_of(found))
                .map(printable),
            retry_after: retry_after(headers, SystemTime::now()),
        }
    }

    /// Says in words what the status means for this operation.
    pub(crate) fn meaning(mut self, summary: impl Into<String>) -> Self {
        self.summary = Some(summary.into());
        self
    }
}

/// The object with code and message: MX's reference names both, and shows no shape.
fn inner(body: &Value) -> &Value {
    if body["error"].is_object() || body["error"].is_string() {
        return &body["error"];
    }
    match body["errors"].as_array().and_then(|errors| errors.first()) {
        Some(first) => first,
        None => body,
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// One line, without control characters, of a bounded length.
fn printable(text: String) -> String {
    let mut line: String = text
        .chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .take(MESSAGE_LIMIT)
        .collect();
    if text.chars().count() > MESSAGE_LIMIT {
        line.push('…');
    }
    line
}

/// `Retry-After` in seconds or as a date.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers
        .get(http::header::RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> (Option<String>, Option<String>) {
        let problem = Problem::read(&HeaderMap::new(), body.as_bytes());
        (problem.code, problem.message)
    }

    fn some(code: &str, message: &str) -> (Option<String>, Option<String>) {
        (Some(code.to_owned()), Some(message.to_owned()))
    }

    #[test]
    fn code_and_message_are_found_in_every_shape() {
        assert_eq!(
            read(r#"{"error":{"code":4011,"message":"expired"}}"#),
            some("4011", "expired")
        );
        assert_eq!(
            read(r#"{"code":"4011","message":"expired"}"#),
            some("4011", "expired")
        );
        assert_eq!(
            read(r#"{"errors":[{"code":1,"message":"m"}]}"#),
            some("1", "m")
        );
        assert_eq!(read(r#"{"error":"gone"}"#), (None, Some("gone".to_owned())));
    }

    #[test]
    fn anything_else_is_no_message() {
        for body in [
            "",
            "<html>502</html>",
            "null",
            "[]",
            "17",
            "{\"error\":{}}",
            "{",
        ] {
            let (code, message) = read(body);
            assert_eq!(code, None, "{body}");
            assert!(message.is_none() || body == "17", "{body}");
        }
    }

    #[test]
    fn a_message_is_one_bounded_line() {
        let long = format!("{{\"message\":\"a\\nb{}\"}}", "x".repeat(1000));
        let (_, message) = read(&long);
        let message = message.unwrap();
        assert!(message.starts_with("a b") && message.chars().count() == MESSAGE_LIMIT + 1);
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let now = httpdate::parse_http_date("Fri, 20 Nov 2026 10:00:00 GMT").unwrap();
        let read = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", http::HeaderValue::from_static(text));
            retry_after(&headers, now)
        };
        assert_eq!(read("7"), Some(Duration::from_secs(7)));
        assert_eq!(
            read("Fri, 20 Nov 2026 10:00:09 GMT"),
            Some(Duration::from_secs(9))
        );
        assert_eq!(read("Fri, 20 Nov 2026 09:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(read("soon"), None);
    }
}
