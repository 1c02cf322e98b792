//! What of a header or a field may stand in a snapshot. It is a list of what is allowed: everything else is redacted.

use serde_json::{Map, Value};

use crate::apis::Api;
use crate::types::{Kind, Type};

/// Headers whose value is printed.
const LISTED_HEADERS: [&str; 3] = ["accept", "content-type", "mx-skip-webhook"];
/// Headers that carry a credential: the snapshots show that they are sent, not their values.
const SECRET_HEADERS: [&str; 4] = [
    "md-api-token",
    "md-session-token",
    "mx-api-key",
    "mx-client-id",
];
/// Registered types whose values are printed: kinds and identifiers of things, nothing about a person.
const LISTED_KINDS: [Kind; 6] = [
    Kind::Identifier,
    Kind::OpenText,
    Kind::OpenCode,
    Kind::Timestamp,
    Kind::Date,
    Kind::Amount,
];
/// JSON types whose values are printed.
const LISTED_SCALARS: [&str; 3] = ["boolean", "integer", "number"];

/// A header as a snapshot has it.
pub(crate) fn header(name: &str, value: &str) -> String {
    if LISTED_HEADERS.contains(&name) {
        format!("{name}: {value}")
    } else if SECRET_HEADERS.contains(&name) {
        format!("{name}: [secret]")
    } else {
        format!("{name}: [not listed]")
    }
}

/// Prints JSON of one type.
pub(crate) struct Printer {
    api: &'static Api,
    schema: Value,
}

/// What the schema says of a place in the JSON.
struct Place<'a> {
    /// The name of the field, or of the list that the item is in.
    field: &'a str,
    schema: &'a Value,
    /// The type behind a reference.
    type_name: Option<&'a str>,
}

impl Printer {
    pub(crate) fn of(api: &'static Api, of: &Type) -> Self {
        Self {
            api,
            schema: (of.schema)(),
        }
    }

    /// The same JSON, with the type in the place of every value that is not listed.
    pub(crate) fn redacted(&self, value: &Value) -> Value {
        self.redact(&self.place("", &self.schema), value)
    }

    /// A line for every value: where it is, its type, and the value if it is listed.
    pub(crate) fn lines(&self, value: &Value) -> Vec<String> {
        let mut lines = Vec::new();
        self.describe(&self.place("", &self.schema), value, "", &mut lines);
        lines
    }

    fn redact(&self, place: &Place<'_>, value: &Value) -> Value {
        match value {
            Value::Object(members) => {
                let members = members.iter().map(|(name, member)| {
                    let shown = match self.member(place, name) {
                        Some(place) => self.redact(&place, member),
                        None => Value::from("[not listed]"),
                    };
                    (name.clone(), shown)
                });
                Value::Object(members.collect::<Map<_, _>>())
            }
            Value::Array(items) => {
                let place = self.item(place);
                items.iter().map(|item| self.redact(&place, item)).collect()
            }
            scalar if self.is_listed(place, scalar) => scalar.clone(),
            _ => Value::from(format!("[{}]", place.type_name())),
        }
    }

    fn describe(&self, place: &Place<'_>, value: &Value, path: &str, lines: &mut Vec<String>) {
        match value {
            Value::Object(members) if !members.is_empty() => {
                for (name, member) in members {
                    let path = join(path, name);
                    match self.member(place, name) {
                        Some(place) => self.describe(&place, member, &path, lines),
                        None => lines.push(format!("{path}: [not listed]")),
                    }
                }
            }
            Value::Array(items) if !items.is_empty() => {
                let place = self.item(place);
                for (index, item) in items.iter().enumerate() {
                    self.describe(&place, item, &format!("{path}[{index}]"), lines);
                }
            }
            Value::Object(_) | Value::Array(_) => lines.push(format!("{path}: {value}")),
            scalar => lines.push(format!("{path}: {}", self.shown(place, scalar))),
        }
    }

    fn shown(&self, place: &Place<'_>, value: &Value) -> String {
        let name = place.type_name();
        if !self.is_listed(place, value) {
            return format!("[{name}]");
        }
        match self.api.registered.iter().find(|one| one.name == name) {
            // As Rust has it: a value that is not among the known ones shows as such.
            Some(registered) => {
                let shown = (registered.show)(value).expect("it was decoded before");
                match registered.kind {
                    Kind::OpenText | Kind::OpenCode => format!("{name}::{shown}"),
                    _ => shown,
                }
            }
            None => value.to_string(),
        }
    }

    fn is_listed(&self, place: &Place<'_>, value: &Value) -> bool {
        // The samples name the field in every text, so that there is nothing in them.
        let is_sample = || value == &format!("{}-value", place.field);
        match place.type_name {
            Some(name) => match self.api.registered.iter().find(|one| one.name == name) {
                Some(registered) if registered.kind == Kind::Text => is_sample(),
                Some(registered) => LISTED_KINDS.contains(&registered.kind),
                None => false,
            },
            None => LISTED_SCALARS.contains(&place.scalar()) || is_sample(),
        }
    }

    fn member<'a>(&'a self, place: &Place<'a>, name: &'a str) -> Option<Place<'a>> {
        let schema = place.schema.get("properties")?.get(name)?;
        Some(self.place(name, schema))
    }

    fn item<'a>(&'a self, place: &Place<'a>) -> Place<'a> {
        self.place(place.field, &place.schema["items"])
    }

    fn place<'a>(&'a self, field: &'a str, schema: &'a Value) -> Place<'a> {
        let schema = match schema["anyOf"].as_array() {
            // A type that may be null.
            Some(choices) => &choices[0],
            None => schema,
        };
        let reference = schema["$ref"].as_str();
        let type_name = reference.and_then(|reference| reference.strip_prefix("#/$defs/"));
        let schema = match type_name {
            Some(name) => &self.schema["$defs"][name],
            None => schema,
        };
        Place {
            field,
            schema,
            type_name,
        }
    }
}

impl Place<'_> {
    /// The JSON type; of one that may be null, the other.
    fn scalar(&self) -> &str {
        let named = &self.schema["type"];
        let either = named.as_array().and_then(|types| types[0].as_str());
        named.as_str().or(either).unwrap_or("anything")
    }

    fn type_name(&self) -> &str {
        self.type_name.unwrap_or(match self.scalar() {
            "string" => "String",
            other => other,
        })
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apis::{APIS, NEXUS};
    use crate::types::parse;
    use serde_json::json;

    const CANARY: &str = "S3CR3T";

    /// Everything that can be printed of a value.
    fn printed(name: &str, value: &Value) -> String {
        let printer = Printer::of(NEXUS, NEXUS.type_of(name));
        format!(
            "{}\n{}",
            printer.lines(value).join("\n"),
            printer.redacted(value)
        )
    }

    #[test]
    fn a_header_that_nobody_listed_is_not_printed() {
        assert_eq!(header("x-new", CANARY), "x-new: [not listed]");
        assert_eq!(
            header("authorization", CANARY),
            "authorization: [not listed]"
        );
        assert_eq!(
            header("md-session-token", CANARY),
            "md-session-token: [secret]"
        );
        assert_eq!(header("accept", "text/csv"), "accept: text/csv");
    }

    #[test]
    fn a_secret_is_not_printed() {
        let credential = json!({"credential_guid": "CRD-1", "value": CANARY});
        let text = printed("MemberCredentialRequest", &credential);
        assert!(text.contains("value: [Secret]"), "{text}");
        assert!(text.contains(r#""value":"[Secret]""#), "{text}");
        assert!(text.contains("CRD-1") && !text.contains(CANARY), "{text}");
    }

    #[test]
    fn a_field_that_the_type_does_not_have_is_not_printed() {
        let member = json!({"never_seen": CANARY, "is_oauth": true});
        let text = printed("MemberResponse", &member);
        assert!(text.contains("never_seen: [not listed]"), "{text}");
        assert!(
            text.contains("is_oauth: true") && !text.contains(CANARY),
            "{text}"
        );
    }

    #[test]
    fn a_plain_text_is_printed_only_if_we_made_it() {
        let text = printed("MemberResponse", &json!({"institution_code": CANARY}));
        assert!(
            text.contains("institution_code: [String]") && !text.contains(CANARY),
            "{text}"
        );
        let text = printed(
            "MemberResponse",
            &json!({"institution_code": "institution_code-value"}),
        );
        assert!(text.contains("institution_code-value"), "{text}");
    }

    #[test]
    fn a_value_that_nobody_knows_shows_as_unknown() {
        let text = printed("MemberResponse", &json!({"connection_status": "DREAMING"}));
        assert!(
            text.contains(r#"ConnectionStatus::Unknown("DREAMING")"#),
            "{text}"
        );
    }

    /// The text of the surface is the witness: it is made of the Rust types, and knows nothing of this list.
    #[test]
    fn no_private_field_of_any_type_is_printed() {
        let mut count = 0;
        for api in &APIS {
            for (owner, field) in private_fields(api.surface) {
                let of = api.type_of(owner);
                let mut value = parse(of.maximal);
                assert!(value[field].is_string(), "{owner}.{field}");
                value[field] = Value::from(CANARY);
                let printer = Printer::of(api, of);
                let text = format!("{:?}{}", printer.lines(&value), printer.redacted(&value));
                assert!(!text.contains(CANARY), "{owner}.{field}: {text}");
                count += 1;
            }
        }
        assert!(count > 0, "no private field was found");
    }

    /// Owner and field of everything that is a secret or says something of a person.
    fn private_fields(surface: &str) -> Vec<(&str, &str)> {
        let mut owner = "";
        let mut found = Vec::new();
        for line in surface.lines() {
            match line.strip_prefix("  ") {
                None => owner = line.strip_prefix("struct ").unwrap_or_default(),
                Some(member) => {
                    let (field, kind) = member.split_once(": ").unwrap_or_default();
                    let is_private = ["Secret", "Personal", "Digits"]
                        .iter()
                        .any(|private| kind.contains(&format!("values::{private}")));
                    if is_private && !owner.is_empty() {
                        let owner = owner.split(' ').next().unwrap_or_default();
                        found.push((owner, field.trim_end_matches('_')));
                    }
                }
            }
        }
        found
    }
}
