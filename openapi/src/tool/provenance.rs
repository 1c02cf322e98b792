//! `PROVENANCE.toml`: what a document was made from, and that it is still the document it was made to be.
//!
//! Its keys stand one a line, so reading and renewing it needs no crate, and keeps its comments.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::document::operations;

/// What every PROVENANCE.toml says, in this order.
const KEYS: [&str; 9] = [
    "title",
    "document",
    "contract_version",
    "transcribed_on",
    "sources",
    "made",
    "sha256",
    "operations",
    "schemas",
];

/// What a document itself says of what its provenance repeats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    pub version: String,
    pub sha256: String,
    pub operations: usize,
    pub schemas: usize,
}

impl Facts {
    pub(crate) fn of(text: &str, document: &Value) -> Self {
        let version = &document["info"]["version"];
        let schemas = document["components"]["schemas"].as_object();
        Self {
            version: version
                .as_str()
                .map_or_else(|| version.to_string(), ToOwned::to_owned),
            sha256: hash(text.as_bytes()),
            operations: operations(document).len(),
            schemas: schemas.map_or(0, serde_json::Map::len),
        }
    }

    fn values(&self) -> [(&'static str, String); 4] {
        [
            ("contract_version", quoted(&self.version)),
            ("sha256", quoted(&self.sha256)),
            ("operations", self.operations.to_string()),
            ("schemas", self.schemas.to_string()),
        ]
    }
}

/// What is wrong with a provenance, with the line: keys that are missing or empty, and what is not so of the document.
pub(crate) fn check(provenance: &str, file: &str, facts: &Facts) -> Vec<(usize, String)> {
    let mut faults = Vec::new();
    let keys: Vec<&str> = entries(provenance).map(|entry| entry.key).collect();
    if keys != KEYS {
        faults.push((
            1,
            format!("it has to say these, in this order: {}", KEYS.join(", ")),
        ));
    }
    for entry in entries(provenance) {
        let line = entry.line + 1;
        if matches!(entry.value, "" | "\"\"" | "[]") {
            faults.push((line, format!("{} is empty", entry.key)));
        }
        if entry.key == "document" && entry.value != quoted(file) {
            faults.push((line, format!("the document is called {file}")));
        }
        if entry.key == "transcribed_on" && !is_date(entry.value.trim_matches('"')) {
            faults.push((
                line,
                "transcribed_on is no date such as 2026-01-31".to_owned(),
            ));
        }
        let expected = facts
            .values()
            .into_iter()
            .find(|(key, _)| *key == entry.key);
        if let Some((key, expected)) = expected
            && entry.value != expected
        {
            faults.push((
                line,
                if key == "sha256" {
                    format!(
                        "{file} is another document than this describes; replace it by cargo spec update, or put {expected} here"
                    )
                } else {
                    format!("{key} has to be {expected}, as {file} has it")
                },
            ));
        }
    }
    faults
}

/// The same provenance for another document.
pub(crate) fn renew(provenance: &str, facts: &Facts, date: &str, source: Option<&str>) -> String {
    let mut values = facts.values().to_vec();
    values.push(("transcribed_on", quoted(date)));
    if let Some(source) = source {
        values.push(("sources", format!("[{}]", quoted(source))));
    }
    let mut lines: Vec<String> = provenance.lines().map(ToOwned::to_owned).collect();
    for entry in entries(provenance) {
        let Some((_, value)) = values.iter().find(|(key, _)| *key == entry.key) else {
            continue;
        };
        // The comment behind the value stays.
        lines[entry.line] = format!("{} = {value}{}", entry.key, entry.comment);
    }
    lines.push(String::new());
    lines.join("\n")
}

/// The value of one key, without its quotes.
pub(crate) fn value<'a>(provenance: &'a str, key: &str) -> Option<&'a str> {
    let entry = entries(provenance).find(|entry| entry.key == key)?;
    Some(entry.value.trim_matches('"'))
}

/// Whether a text has the form of a date: 2026-01-31.
pub(crate) fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else {
        return false;
    };
    let number = |text: &str, length: usize| {
        let digits = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<u32>().ok()).flatten()
    };
    number(year, 4).is_some()
        && number(month, 2).is_some_and(|month| (1..=12).contains(&month))
        && number(day, 2).is_some_and(|day| (1..=31).contains(&day))
}

struct Entry<'a> {
    key: &'a str,
    value: &'a str,
    comment: &'a str,
    /// Counted from 0.
    line: usize,
}

/// Keys and values, outside of texts of several lines.
fn entries(text: &str) -> impl Iterator<Item = Entry<'_>> {
    let mut within_text = false;
    text.lines().enumerate().filter_map(move |(line, content)| {
        let marks = content.matches("\"\"\"").count();
        let begins_within = within_text;
        if marks % 2 == 1 {
            within_text = !within_text;
        }
        if begins_within || content.starts_with('#') {
            return None;
        }
        let (key, rest) = content.split_once(" = ")?;
        let (value, comment) = match rest.find(" #") {
            Some(start) => rest.split_at(start),
            None => (rest, ""),
        };
        Some(Entry {
            key,
            value: value.trim(),
            comment,
            line,
        })
    })
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

pub(crate) fn hash(text: &[u8]) -> String {
    let digest = Sha256::digest(text);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const PROVENANCE: &str = "\
# Where it comes from.

title = \"An API\"
document = \"v1.yaml\"
contract_version = \"1\" # info.version
transcribed_on = \"2026-01-31\"
sources = [\"https://example.com/\"]
made = \"\"\"
In our own words. operations = 7 is what
sha256 = \"nobody\" says.
\"\"\"
sha256 = \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"
operations = 1
schemas = 2
";

    fn facts() -> Facts {
        let document = json!({
            "info": {"version": 1},
            "paths": {"/a": {"get": {"operationId": "a"}, "parameters": []}},
            "components": {"schemas": {"A": {}, "B": {}}}
        });
        Facts::of("", &document)
    }

    #[test]
    fn what_is_so_is_no_finding() {
        assert_eq!(check(PROVENANCE, "v1.yaml", &facts()), []);
    }

    #[test]
    fn everything_that_is_not_so_is_told_with_its_line() {
        let changed = PROVENANCE
            .replace("title = \"An API\"", "title = \"\"")
            .replace("2026-01-31", "yesterday")
            .replace("e3b0", "e3b1")
            .replace("schemas = 2", "schemas = 3");
        let faults = check(&changed, "v2.yaml", &facts());
        let lines: Vec<usize> = faults.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [3, 4, 6, 12, 14], "{faults:?}");
        let faults = check("title = \"An API\"\n", "v1.yaml", &facts());
        assert!(faults[0].1.contains("in this order: title"), "{faults:?}");
    }

    #[test]
    fn a_renewed_provenance_fits_the_new_document_and_keeps_the_rest() {
        let document = json!({"info": {"version": "2.0"}, "paths": {}});
        let facts = Facts::of("openapi: 3.0.0\n", &document);
        let renewed = renew(
            PROVENANCE,
            &facts,
            "2027-02-01",
            Some("https://example.org/x"),
        );
        assert_eq!(check(&renewed, "v1.yaml", &facts), []);
        assert_eq!(value(&renewed, "transcribed_on"), Some("2027-02-01"));
        assert!(renewed.contains("contract_version = \"2.0\" # info.version\n"));
        assert!(renewed.contains("sources = [\"https://example.org/x\"]\n"));
        assert!(renewed.contains("operations = 7 is what\nsha256 = \"nobody\" says.\n"));
        assert_eq!(renewed.lines().count(), PROVENANCE.lines().count());
        let same = renew(PROVENANCE, &self::facts(), "2026-01-31", None);
        assert_eq!(same, PROVENANCE);
    }

    #[test]
    fn a_date_has_three_numbers() {
        assert!(is_date("2026-11-20"));
        for text in [
            "2026-13-01",
            "2026-1-1",
            "20261120",
            "2026-01-32",
            "+026-01-01",
        ] {
            assert!(!is_date(text), "{text}");
        }
    }
}
