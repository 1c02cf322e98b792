//! [`Problem`]: code, message and `Retry-After` of an error answer, read leniently and bounded.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use reqwest::Request;
use serde_json::Value;

/// The longest message that is kept, because it goes into logs.
const MESSAGE_LIMIT: usize = 300;

/// The parts of an error answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Problem {
    pub summary: Option<String>,
    pub code: Option<String>,
    pub message: Option<String>,
    pub retry_after: Option<Duration>,
}

impl Problem {
    /// Reads headers and the beginning of a body.
    ///
    /// Strings of the request are replaced by `[sent]`: an answer that quotes a password or token would bring it into a log.
    pub(crate) fn read(headers: &HeaderMap, body: &[u8], request: Option<&Request>) -> Self {
        let parsed: Option<Value> = serde_json::from_slice(body).ok();
        let found = parsed.as_ref().map(inner).unwrap_or(&Value::Null);
        let sent = request.map(sent_texts).unwrap_or_default();
        let without_echo = |text: String| {
            let redact = |text: String, sent: &String| text.replace(sent, "[sent]");
            sent.iter().fold(text, redact)
        };
        Self {
            summary: None,
            code: text_of(&found["code"])
                .or_else(|| text_of(&found["type"]))
                .map(without_echo)
                .map(printable),
            message: text_of(&found["message"])
                .or_else(|| text_of(found))
                .map(without_echo)
                .map(printable),
            retry_after: retry_after(headers, SystemTime::now()),
        }
    }

    /// Sets the meaning of the status.
    pub(crate) fn with_summary(mut self, summary: impl Into<String>) -> Self {
        self.summary = Some(summary.into());
        self
    }
}

/// The credentials of a request and the strings of its body, longest first.
///
/// Without the shortest, which are part of many other words.
fn sent_texts(request: &Request) -> Vec<String> {
    const SHORTEST: usize = 3;
    let headers = request.headers().values();
    let credentials = headers.filter(|value| value.is_sensitive());
    let mut texts: Vec<String> = credentials
        .filter_map(|value| value.to_str().ok().map(str::to_owned))
        .collect();
    let body = request.body().and_then(reqwest::Body::as_bytes);
    let mut open: Vec<Value> = body
        .and_then(|body| serde_json::from_slice(body).ok())
        .into_iter()
        .collect();
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) => texts.push(text.trim().to_owned()),
            Value::Array(items) => open.extend(items),
            Value::Object(members) => open.extend(members.into_iter().map(|(_, value)| value)),
            _ => {}
        }
    }
    texts.retain(|text| text.chars().count() >= SHORTEST);
    texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
    texts
}

/// The object with code and message: MX's reference names both without a shape.
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
        let problem = Problem::read(&HeaderMap::new(), body.as_bytes(), None);
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
    fn other_bodies_have_no_code_or_message() {
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
    fn strings_of_the_request_are_redacted() {
        let mut token = http::HeaderValue::from_static("session-1");
        token.set_sensitive(true);
        let request = reqwest::Client::new()
            .post("http://localhost/")
            .header("md-session-token", token)
            .header("accept", "words")
            .body(r#"{"challenges":[{"guid":"CHA-1","value":"hunter2"},{"value":"no"}]}"#);
        let request = request.build().unwrap();
        let body =
            r#"{"code":"hunter2","message":"hunter2 is no answer of session-1, in other words"}"#;
        let problem = Problem::read(&HeaderMap::new(), body.as_bytes(), Some(&request));
        assert_eq!(problem.code.as_deref(), Some("[sent]"));
        assert_eq!(
            problem.message.as_deref(),
            Some("[sent] is no answer of [sent], in other words")
        );
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
