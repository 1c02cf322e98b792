//! `PROVENANCE.toml`: what a document was made from, and the facts by which another document is noticed.
//!
//! It has one key a line, so it is read and renewed without a crate, and keeps its comments.

use std::time::SystemTime;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::document::operations;

/// The keys of every PROVENANCE.toml, in this order.
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

/// The facts of a document that its provenance repeats.
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

/// What is wrong with a provenance, with the line: keys that are missing or empty, and facts that differ from the document's.
pub(crate) fn check(provenance: &str, file: &str, facts: &Facts) -> Vec<(usize, String)> {
    let mut faults = Vec::new();
    let keys: Vec<&str> = entries(provenance).map(|entry| entry.key).collect();
    if keys != KEYS {
        let reason = format!("it needs these keys, in this order: {}", KEYS.join(", "));
        faults.push((1, reason));
    }
    let facts = facts.values();
    for Entry {
        key, value, line, ..
    } in entries(provenance)
    {
        let expected = facts.iter().find(|(name, _)| *name == key);
        let fault = match (key, expected) {
            _ if matches!(value, "" | "\"\"" | "[]") => format!("{key} is empty"),
            ("document", _) if value != quoted(file) => format!("the document is {file}"),
            ("transcribed_on", _) if !is_date(value.trim_matches('"')) => {
                "transcribed_on is no date such as 2026-01-31".to_owned()
            }
            ("sha256", Some((_, expected))) if value != expected => format!(
                "{file} is another document than this describes; replace it by cargo spec update, or put {expected} here"
            ),
            (_, Some((_, expected))) if value != expected => {
                format!("{key} has to be {expected}, as in {file}")
            }
            _ => continue,
        };
        faults.push((line + 1, fault));
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
        if let Some((_, value)) = values.iter().find(|(key, _)| *key == entry.key) {
            lines[entry.line] = format!("{} = {value}{}", entry.key, entry.comment);
        }
    }
    lines.join("\n") + "\n"
}

/// Whether a text is a date such as 2026-01-31.
pub(crate) fn is_date(text: &str) -> bool {
    humantime::parse_rfc3339(&format!("{text}T00:00:00Z")).is_ok()
}

/// The date of today (UTC).
pub(crate) fn today() -> String {
    let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    now.chars()
        .take_while(|character| *character != 'T')
        .collect()
}

struct Entry<'a> {
    key: &'a str,
    value: &'a str,
    comment: &'a str,
    /// Counted from 0.
    line: usize,
}

/// Keys and values, except those inside of texts of several lines.
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

fn hash(text: &[u8]) -> String {
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
sha256 = \"old\" says.
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
    fn a_provenance_that_fits_has_no_finding() {
        assert_eq!(check(PROVENANCE, "v1.yaml", &facts()), []);
    }

    #[test]
    fn every_wrong_value_is_a_finding_with_its_line() {
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
        assert!(renewed.contains("transcribed_on = \"2027-02-01\"\n"));
        assert!(renewed.contains("contract_version = \"2.0\" # info.version\n"));
        assert!(renewed.contains("sources = [\"https://example.org/x\"]\n"));
        assert!(renewed.contains("operations = 7 is what\nsha256 = \"old\" says.\n"));
        assert_eq!(renewed.lines().count(), PROVENANCE.lines().count());
        let same = renew(PROVENANCE, &self::facts(), "2026-01-31", None);
        assert_eq!(same, PROVENANCE);
    }

    #[test]
    fn a_date_has_year_month_and_day() {
        assert!(is_date("2026-11-20") && is_date(&today()));
        for text in ["2026-13-01", "2026-1-1", "20261120", "2026-02-30"] {
            assert!(!is_date(text), "{text}");
        }
    }
}
