//! The types of a document's strings and codes, as its overlay lists them under `components.x-types`.
//!
//! An entry names a type, its kind and the fields that have it; [`Registry::find`] finds the entry of one field. A pattern is
//! `Owner.field`, the field with one `*` at an end at most. The owner is a schema, an operation (for its parameters) or `*`;
//! a field within a field is `Owner.field.inner`, and one in a body without a name `operationId.body.field` or
//! `operationId.answer.field`. The more specific pattern wins. A pattern that no field has fails the build.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use crate::document::escape;
use crate::failure::Failure;

/// Where an overlay puts the registry.
pub(crate) const TYPES: &str = "/components/x-types";

/// What a registered type is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// An opaque identifier: a newtype of its own.
    Identifier,
    /// A string with known values; others are kept as they are.
    OpenText,
    /// An integer code with known values; others are kept as they are.
    OpenCode,
    /// Never printed: credentials, answers, tokens.
    Secret,
    /// Never printed: names, addresses, contacts.
    Personal,
    /// Never printed, and sent as a string or a number: account numbers.
    Digits,
    /// A time in one of several formats.
    Timestamp,
    /// A day in a query or a path, checked before it is sent.
    Date,
    /// An amount of money.
    Amount,
    /// A scalar that MX sends both as a string and as a number.
    Text,
    /// Text that is neither personal nor secret, or a number that is no money: a plain string or number, which prints.
    Plain,
}

/// One value of an open type.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KnownValue {
    pub name: String,
    #[serde(default)]
    pub code: Option<i64>,
    #[serde(default)]
    pub means: Option<String>,
}

/// One registered type.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    #[serde(skip)]
    pub name: String,
    pub kind: Kind,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub fields: Vec<String>,
    #[serde(default)]
    pub values: Vec<KnownValue>,
    /// Whether the text `null` means that there is no value.
    #[serde(default)]
    pub null_text: bool,
    /// Defined by the Nexus document, used here as well.
    #[serde(default)]
    pub shared: bool,
}

impl Entry {
    /// The private format that tags a field of this type until progenitor has replaced it.
    pub(crate) fn format(&self) -> String {
        format!("x-{}", heck::ToKebabCase::to_kebab_case(self.name.as_str()))
    }

    /// The JSON type that a field of this kind is declared with.
    pub(crate) fn json_type(&self) -> &'static str {
        match self.kind {
            Kind::OpenCode => "integer",
            Kind::Amount => "number",
            _ => "string",
        }
    }

    /// Whether the type is generated, rather than written by hand or shared.
    pub(crate) fn is_emitted(&self) -> bool {
        !self.shared
            && matches!(
                self.kind,
                Kind::Identifier | Kind::OpenText | Kind::OpenCode
            )
    }
}

/// All registered types of one document.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    entries: Vec<Entry>,
    used: RefCell<BTreeSet<(usize, usize)>>,
}

impl Registry {
    /// Takes the registry out of a document.
    pub(crate) fn take(document: &mut Value) -> Result<Self, Failure> {
        match document
            .get_mut("components")
            .and_then(Value::as_object_mut)
            .and_then(|components| components.remove("x-types"))
        {
            Some(value) => Self::from_value(&value),
            None => Ok(Self::default()),
        }
    }

    pub(crate) fn from_value(value: &Value) -> Result<Self, Failure> {
        let mut entries = Vec::new();
        for (name, value) in value.as_object().into_iter().flatten() {
            let refuse = |reason: String| {
                Failure::new("types", format!("x-types.{name}"), reason)
                    .at(format!("{TYPES}/{}", escape(name)))
            };
            let mut entry = Entry::deserialize(value).map_err(|error| refuse(error.to_string()))?;
            entry.name.clone_from(name);
            if let Some(pattern) = entry.fields.iter().find(|pattern| !pattern.contains('.')) {
                return Err(refuse(format!(
                    "{pattern} is no pattern of the form Owner.field"
                )));
            }
            let open = matches!(entry.kind, Kind::OpenText | Kind::OpenCode);
            if open && !entry.shared && entry.values.is_empty() {
                return Err(refuse(
                    "an open type lists the values that are known".to_owned(),
                ));
            }
            if entry.kind == Kind::OpenCode && entry.values.iter().any(|value| value.code.is_none())
            {
                return Err(refuse("every value of a code type has a code".to_owned()));
            }
            entries.push(entry);
        }
        Ok(Self {
            entries,
            used: RefCell::default(),
        })
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry with the most specific pattern for `owner.field`.
    pub(crate) fn find(&self, owner: &str, field: &str) -> Result<Option<Found<'_>>, Failure> {
        let mut best: Option<Found<'_>> = None;
        for (index, entry) in self.entries.iter().enumerate() {
            for (position, pattern) in entry.fields.iter().enumerate() {
                let Some(weight) = weigh(pattern, owner, field) else {
                    continue;
                };
                match &best {
                    Some(other) if other.weight > weight => {}
                    Some(other) if other.weight == weight && other.entry.name != entry.name => {
                        return Err(Failure::new(
                            "types",
                            format!("{owner}.{field}"),
                            format!("{} and {} claim it alike", other.entry.name, entry.name),
                        ));
                    }
                    _ => {
                        best = Some(Found {
                            entry,
                            weight,
                            place: (index, position),
                        });
                    }
                }
            }
        }
        Ok(best)
    }

    /// Marks the pattern of `found` as used.
    pub(crate) fn mark_used(&self, found: &Found<'_>) {
        self.used.borrow_mut().insert(found.place);
    }

    /// Refuses patterns that no field has.
    pub(crate) fn check_all_used(&self) -> Result<(), Failure> {
        let failures = self.unused_places().into_iter().map(|(index, position)| {
            let entry = &self.entries[index];
            let pattern = &entry.fields[position];
            let reason =
                format!("the conversion of {pattern} no longer applies: no field matches it");
            let pointer = format!("{TYPES}/{}/fields/{position}", escape(&entry.name));
            Failure::new("types", format!("x-types.{}", entry.name), reason).at(pointer)
        });
        Failure::several(failures.collect())
    }

    fn unused_places(&self) -> Vec<(usize, usize)> {
        let used = self.used.borrow();
        let entries = self.entries.iter().enumerate();
        entries
            .flat_map(|(index, entry)| {
                (0..entry.fields.len()).map(move |position| (index, position))
            })
            .filter(|place| !used.contains(place))
            .collect()
    }
}

/// A pattern that fits a field.
pub(crate) struct Found<'a> {
    pub entry: &'a Entry,
    weight: u8,
    place: (usize, usize),
}

impl Found<'_> {
    /// Whether the pattern names owner and field, so that a field of another type is a mistake in the overlay.
    pub(crate) fn is_exact(&self) -> bool {
        self.weight == 3
    }
}

/// How specific `pattern` is for a field it fits: the owner counts one, the whole field name two.
fn weigh(pattern: &str, owner: &str, field: &str) -> Option<u8> {
    let (owner_pattern, field_pattern) = pattern.rsplit_once('.')?;
    let owner_weight = match owner_pattern {
        "*" => 0,
        name if name == owner => 1,
        _ => return None,
    };
    let field_weight = if let Some(ending) = field_pattern.strip_prefix('*') {
        field.ends_with(ending).then_some(0)?
    } else if let Some(beginning) = field_pattern.strip_suffix('*') {
        field.starts_with(beginning).then_some(0)?
    } else {
        (field_pattern == field).then_some(2)?
    };
    Some(owner_weight + field_weight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn registry() -> Registry {
        Registry::from_value(&json!({
            "MemberGuid": {"kind": "identifier", "fields": ["*.member_guid", "MemberResponse.guid"]},
            "Timestamp": {"kind": "timestamp", "fields": ["*.*_at"]},
            "Text": {"kind": "text", "fields": ["JobResponse.*_at"]},
        }))
        .unwrap()
    }

    fn name(owner: &str, field: &str) -> Option<String> {
        let registry = registry();
        let found = registry.find(owner, field).unwrap();
        found.map(|found| found.entry.name.clone())
    }

    #[test]
    fn the_more_specific_pattern_wins() {
        assert_eq!(
            name("MemberResponse", "created_at").as_deref(),
            Some("Timestamp")
        );
        assert_eq!(name("JobResponse", "created_at").as_deref(), Some("Text"));
        assert_eq!(
            name("MemberResponse", "guid").as_deref(),
            Some("MemberGuid")
        );
        assert_eq!(name("JobResponse", "guid"), None);
    }

    #[test]
    fn two_types_for_one_field_are_refused() {
        let registry = Registry::from_value(&json!({
            "A": {"kind": "identifier", "fields": ["*.guid"]},
            "B": {"kind": "identifier", "fields": ["*.guid"]},
        }))
        .unwrap();
        assert!(
            registry
                .find("X", "guid")
                .err()
                .unwrap()
                .to_string()
                .contains("A and B")
        );
    }
}
