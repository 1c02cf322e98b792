//! [`Problem`]: code, message and `Retry-After` of an error answer, read leniently and bounded.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use serde_json::Value;

/// The header in which a server names its request; MX does not document one, and this is the usual name.
const REQUEST_ID: &str = "x-request-id";

/// The longest message that is kept, because it goes into logs.
const MESSAGE_LIMIT: usize = 300;

/// The parts of an error answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Problem {
    pub code: Option<String>,
    pub message: Option<String>,
    pub retry_after: Option<Duration>,
    pub request_id: Option<String>,
}

impl Problem {
    /// Reads headers and the beginning of a body.
    ///
    /// The secrets of the request, and the secret and personal values of its body `sent`, are replaced by `[sent]`: an answer that quotes a password would bring it into a
    /// log. See [`is_printable`].
    pub(crate) fn read(
        headers: &HeaderMap,
        body: &[u8],
        secrets: &[&str],
        sent: Option<&[u8]>,
    ) -> Self {
        let parsed: Option<Value> = serde_json::from_slice(without_bom(body)).ok();
        let found = parsed.as_ref().map(inner).unwrap_or(&Value::Null);
        let sent = sent_texts(secrets, sent);
        let without_echo = |text: String| {
            let redact = |text: String, sent: &String| text.replace(sent, "[sent]");
            sent.iter().fold(text, redact)
        };
        Self {
            code: text_of(&found["code"])
                .or_else(|| text_of(&found["type"]))
                .map(without_echo)
                .map(printable),
            message: text_of(&found["message"])
                .or_else(|| text_of(found))
                .map(without_echo)
                .map(printable),
            retry_after: retry_after(headers, SystemTime::now()),
            request_id: request_id(headers).map(without_echo).map(printable),
        }
    }
}

/// The value of `X-Request-Id`, if it is text.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(REQUEST_ID)?.to_str().ok()?.trim();
    (!text.is_empty()).then(|| printable(text.to_owned()))
}

/// JSON without the UTF-8 byte-order mark that some servers put before it.
pub(crate) fn without_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

/// The credentials of a request and the values of its body that are not printable, longest first.
///
/// Without the shortest, which are part of many other words.
fn sent_texts(secrets: &[&str], body: Option<&[u8]>) -> Vec<String> {
    const SHORTEST: usize = 3;
    let mut texts: Vec<String> = secrets.iter().copied().map(str::to_owned).collect();
    if let Some(body) = body.and_then(|body| serde_json::from_slice(body).ok()) {
        collect_texts(body, &mut texts);
    }
    texts.retain(|text| text.chars().count() >= SHORTEST);
    texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
    texts
}

/// Adds the texts of a value, but not those of printable fields in it.
fn collect_texts(value: Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            // Inside a quoted body, quotes and backslashes have a backslash before them.
            let quoted = Value::from(text.trim()).to_string();
            texts.extend(quoted.get(1..quoted.len() - 1).map(str::to_owned));
            texts.push(text.trim().to_owned());
        }
        Value::Number(number) => texts.push(number.to_string()),
        Value::Array(items) => items
            .into_iter()
            .for_each(|item| collect_texts(item, texts)),
        Value::Object(members) => members
            .into_iter()
            .filter(|(name, value)| !is_printable(name) || value.is_object())
            .for_each(|(_, value)| collect_texts(value, texts)),
        Value::Null | Value::Bool(_) => {}
    }
}

/// Whether the values of a field may be in a log: identifiers, kinds, flags and times.
///
/// The wire does not know the types, and a call by name can have any field. So fields are printable by name and all others are
/// not, also those that no document has. A test compares this with the fields that the documents mark as secret or personal.
fn is_printable(field: &str) -> bool {
    const NAMES: [&str; 9] = [
        "guid",
        "guids",
        "id",
        "user_id",
        "type",
        "status",
        "mode",
        "use_cases",
        "color_scheme",
    ];
    const ENDINGS: [&str; 5] = ["_guid", "_guids", "_type", "_at", "_on"];
    NAMES.contains(&field) || ENDINGS.iter().any(|ending| field.ends_with(ending))
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
        let problem = Problem::read(&HeaderMap::new(), body.as_bytes(), &[], None);
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
    fn credentials_and_secret_values_of_the_request_are_redacted() {
        let sent =
            r#"{"challenges":[{"guid":"CHA-1","value":"hunter2"},{"value":"no"},{"value":1234}]}"#;
        let body = r#"{"code":"hunter2","message":"hunter2 and 1234 are no answers of session-1 to CHA-1, in other words"}"#;
        let sent = Some(sent.as_bytes());
        let problem = Problem::read(&HeaderMap::new(), body.as_bytes(), &["session-1"], sent);
        assert_eq!(problem.code.as_deref(), Some("[sent]"));
        assert_eq!(
            problem.message.as_deref(),
            Some("[sent] and [sent] are no answers of [sent] to CHA-1, in other words")
        );
    }

    #[test]
    fn a_secret_inside_a_quoted_body_is_redacted_in_its_escaped_form() {
        let body = r#"{"value":"a\"b\\c"}"#;
        let answer = serde_json::json!({ "message": format!("bad body {body}") }).to_string();
        let sent = Some(body.as_bytes());
        let problem = Problem::read(&HeaderMap::new(), answer.as_bytes(), &[], sent);
        assert_eq!(
            problem.message.as_deref(),
            Some(r#"bad body {"value":"[sent]"}"#)
        );
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        assert_eq!(read("\u{feff}{\"message\":\"m\"}").1.as_deref(), Some("m"));
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
