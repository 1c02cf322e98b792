//! The hosts in what is made: examples of the documents name real ones, and nobody shall be sent there by a sandbox. Names that are
//! kept for documentation (RFC 2606) stay.

use serde_json::Value;

/// Who stands for everybody.
const INVENTED: &str = "sandbox.example";

/// The names, and the ends of names, that lead nowhere.
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

/// The ends by which a text that is nothing but a host is told from others.
const COMMON: [&str; 3] = [".com", ".net", ".org"];

/// Puts an invented host in the place of every real one.
pub(super) fn invent(value: &mut Value) {
    match value {
        Value::Object(fields) => fields.values_mut().for_each(invent),
        Value::Array(items) => items.iter_mut().for_each(invent),
        Value::String(text) => {
            for mark in ["://", "@"] {
                *text = behind(text, mark);
            }
            if COMMON.iter().any(|end| text.ends_with(end))
                && host(text) == *text
                && !is_reserved(text)
            {
                INVENTED.clone_into(text);
            }
        }
        _ => {}
    }
}

/// The text with an invented host behind every mark.
fn behind(text: &str, mark: &str) -> String {
    let mut parts = text.split(mark);
    let mut invented = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let host = host(part);
        invented.push_str(mark);
        match host.contains('.') && !is_reserved(host) {
            true => invented.push_str(INVENTED),
            false => invented.push_str(host),
        }
        invented.push_str(&part[host.len()..]);
    }
    invented
}

/// What may be a host at the beginning of a text.
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
    fn real_hosts_give_way_and_reserved_ones_stay() {
        let mut value = json!({
            "url": "https://www.mx.com/a?b=https://dev.moneydesktop.com:8080/c",
            "csv": "Bank,,https://www.bank.com/x.rf,1\nhttps://content.mx.com",
            "email": ["fake.email@mxexample.com", "example@example.com", "mxuser.mx.com"],
            "kept": ["https://a.sandbox.example/x", "http://127.0.0.1:7/", "1.0", "Example Dot Com.", 7],
        });
        invent(&mut value);
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
