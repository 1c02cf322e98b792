//! Replaces real hosts in the documents' examples, so that no response of a sandbox links to one. Names reserved for
//! documentation (RFC 2606) stay.

use serde_json::Value;

/// The host that replaces them.
const REPLACEMENT: &str = "sandbox.example";

/// Reserved names and domains.
const RESERVED: [&str; 8] = [
    "example",
    "test",
    "invalid",
    "localhost",
    "example.com",
    "example.net",
    "example.org",
    "127.0.0.1",
];

/// A text that is only a host is recognised by these ends.
const TOP_LEVEL: [&str; 3] = [".com", ".net", ".org"];

/// Replaces every real host in a value.
pub(super) fn replace_real_hosts(value: &mut Value) {
    match value {
        Value::Object(fields) => fields.values_mut().for_each(replace_real_hosts),
        Value::Array(items) => items.iter_mut().for_each(replace_real_hosts),
        Value::String(text) => {
            for mark in ["://", "@"] {
                *text = replace_after(text, mark);
            }
            if TOP_LEVEL.iter().any(|end| text.ends_with(end))
                && host(text) == *text
                && !is_reserved(text)
            {
                REPLACEMENT.clone_into(text);
            }
        }
        _ => {}
    }
}

/// Replaces the real host after every mark.
fn replace_after(text: &str, mark: &str) -> String {
    let mut parts = text.split(mark);
    let mut replaced = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let host = host(part);
        replaced.push_str(mark);
        match host.contains('.') && !is_reserved(host) {
            true => replaced.push_str(REPLACEMENT),
            false => replaced.push_str(host),
        }
        replaced.push_str(&part[host.len()..]);
    }
    replaced
}

/// The longest start of a text that can be a host.
fn host(text: &str) -> &str {
    let is_of_host = |letter: char| letter.is_ascii_alphanumeric() || ".-".contains(letter);
    let end = text.find(|letter: char| !is_of_host(letter));
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

fn is_reserved(host: &str) -> bool {
    RESERVED.iter().any(|name| {
        let front = host.strip_suffix(name);
        front.is_some_and(|front| front.is_empty() || front.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn real_hosts_are_replaced_and_reserved_ones_stay() {
        let mut value = json!({
            "url": "https://www.mx.com/a?b=https://dev.moneydesktop.com:8080/c",
            "csv": "Bank,,https://www.bank.com/x.rf,1\nhttps://content.mx.com",
            "email": ["fake.email@mxexample.com", "example@example.com", "mxuser.mx.com"],
            "kept": ["https://a.sandbox.example/x", "http://127.0.0.1:7/", "1.0", "Example Dot Com.", 7],
        });
        replace_real_hosts(&mut value);
        assert_eq!(
            value,
            json!({
                "url": "https://sandbox.example/a?b=https://sandbox.example:8080/c",
                "csv": "Bank,,https://sandbox.example/x.rf,1\nhttps://sandbox.example",
                "email": ["fake.email@sandbox.example", "example@example.com", "sandbox.example"],
                "kept": ["https://a.sandbox.example/x", "http://127.0.0.1:7/", "1.0", "Example Dot Com.", 7],
            })
        );
    }
}
