//! Makes hostile variants of an answer: what MX sends in its worst moods, one fault at a time, and what a reader of the
//! answer should still find. Called by `hostile`.

use serde_json::{Value, json};

use crate::document::Document;

/// A value that no version of this client knows.
const NEVER_SEEN: &str = "NEVER_SEEN";
const NEVER_SEEN_CODE: i64 = 987_654;

/// What was done to an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    Absent,
    Null,
    EmptyList,
    NeverSeen,
    NumberForText,
    TextForNumber,
    NullText,
    UnknownField,
}

/// One variant of an answer.
pub(crate) struct Variant {
    pub(crate) fault: Fault,
    /// Where, as a JSON pointer.
    pub(crate) place: String,
    pub(crate) sent: Value,
    /// What the decoded answer means.
    pub(crate) expected: Value,
}

/// How a field may vary, by the private format that the document tags it with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Object,
    List,
    Amount,
    Digits,
    Text,
    Private,
    Time,
    OpenText,
    OpenCode,
    Other,
}

impl Kind {
    fn of(schema: &Value) -> Self {
        let format = schema["format"].as_str().unwrap_or_default();
        match (schema["type"].as_str().unwrap_or_default(), format) {
            ("object", _) => Self::Object,
            ("array", _) => Self::List,
            (_, "x-amount") => Self::Amount,
            (_, "x-digits") => Self::Digits,
            (_, "x-text") => Self::Text,
            (_, "x-personal" | "x-secret") => Self::Private,
            (_, "x-timestamp") => Self::Time,
            ("integer", format) if format.starts_with("x-") => Self::OpenCode,
            (_, "x-institution-code") => Self::Other,
            // Of the tagged strings, identifiers are those that say so; the others have known values.
            ("string", format) if format.starts_with("x-") && !format.ends_with("-guid") => {
                Self::OpenText
            }
            _ => Self::Other,
        }
    }
}

/// A field of an answer that the document knows.
struct Site {
    place: String,
    kind: Kind,
    is_item: bool,
}

/// All variants of one answer, by the schema of its operation.
pub(crate) fn of(document: &Document, schema: &'static Value, answer: &Value) -> Vec<Variant> {
    let mut sites = Vec::new();
    find(document, schema, answer, String::new(), false, &mut sites);
    sites
        .iter()
        .flat_map(|site| of_site(site, answer))
        .collect()
}

fn find(
    document: &Document,
    schema: &'static Value,
    value: &Value,
    place: String,
    is_item: bool,
    sites: &mut Vec<Site>,
) {
    let schema = document.follow(schema);
    sites.push(Site {
        place: place.clone(),
        kind: Kind::of(schema),
        is_item,
    });
    for (name, member) in value.as_object().into_iter().flatten() {
        let place = format!("{place}/{name}");
        let schema = &schema["properties"][name];
        find(document, schema, member, place, false, sites);
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        find(
            document,
            &schema["items"],
            item,
            format!("{place}/{index}"),
            true,
            sites,
        );
    }
}

fn of_site(site: &Site, answer: &Value) -> Vec<Variant> {
    let value = answer.pointer(&site.place).unwrap_or(&Value::Null);
    let whole = site.place.is_empty();
    let mut variants = Vec::new();
    let mut add = |fault: Fault, sent: Value, expected: Value| {
        variants.push(Variant {
            fault,
            place: site.place.clone(),
            sent: replaced(answer, &site.place, sent),
            expected: replaced(answer, &site.place, expected),
        });
    };
    if !whole && !site.is_item {
        add(Fault::Null, json!(null), json!(null));
    }
    match site.kind {
        Kind::Object => {
            let mut more = value.clone();
            if let Some(members) = more.as_object_mut() {
                members.insert(
                    "never_seen".to_owned(),
                    json!({"deep": [1, null, {"x": "y"}]}),
                );
                add(Fault::UnknownField, more, value.clone());
            }
        }
        Kind::List => add(Fault::EmptyList, json!([]), json!([])),
        Kind::OpenText => {
            add(Fault::NeverSeen, json!(NEVER_SEEN), json!(NEVER_SEEN));
            let code = json!(NEVER_SEEN_CODE);
            add(Fault::NumberForText, code.clone(), code);
        }
        Kind::OpenCode => {
            let code = json!(NEVER_SEEN_CODE);
            add(Fault::NeverSeen, code.clone(), code);
            add(Fault::NeverSeen, json!(NEVER_SEEN), json!(NEVER_SEEN));
            if value.is_number() {
                add(
                    Fault::TextForNumber,
                    json!(value.to_string()),
                    value.clone(),
                );
            }
        }
        Kind::Amount => add(
            Fault::TextForNumber,
            json!("1234567.89"),
            json!(1_234_567.89),
        ),
        Kind::Digits | Kind::Text | Kind::Private => {
            add(Fault::NumberForText, json!(4711), json!("4711"));
            add(Fault::TextForNumber, json!("0012"), json!("0012"));
        }
        Kind::Time | Kind::Other => {}
    }
    if matches!(site.kind, Kind::Time | Kind::Digits) && !site.is_item {
        add(Fault::NullText, json!("null"), json!(null));
    }
    if !whole && !site.is_item {
        let gone = without(answer, &site.place);
        variants.push(Variant {
            fault: Fault::Absent,
            place: site.place.clone(),
            sent: gone.clone(),
            expected: gone,
        });
    }
    variants
}

fn replaced(answer: &Value, place: &str, value: Value) -> Value {
    let mut changed = answer.clone();
    *changed
        .pointer_mut(place)
        .expect("the place was found in it") = value;
    changed
}

fn without(answer: &Value, place: &str) -> Value {
    let mut changed = answer.clone();
    let (parent, name) = place.rsplit_once('/').expect("it is not the whole");
    let parent = changed.pointer_mut(parent).and_then(Value::as_object_mut);
    parent.expect("a field is in an object").remove(name);
    changed
}
