//! The cases of schemas, of registered types, and of a document as a whole.

use serde_json::{Value, json};

use super::{
    ANSWER, ASK, Case, Edit, READ, TYPES, as_it_is, both, case, field, rename, replace, set,
};
use crate::tool::diff::Rule;

/// Schemas and registered types.
pub(super) fn types() -> Vec<Case> {
    use Rule as R;
    let status = format!("{TYPES}/Status");
    let value = |index: usize| format!("{TYPES}/Status/values/{index}");
    let more = json!([
        {"name": "OPEN", "code": 1}, {"name": "SHUT", "code": 2}, {"name": "LOST", "code": 3}
    ]);
    let mood = json!({"kind": "identifier", "description": "Which mood.", "fields": []});
    let note = json!({"kind": "text", "fields": []});
    vec![
        Case {
            rules: [R::SchemaAdded, R::SchemaRemoved],
            old: as_it_is(),
            new: set(
                &format!("{ANSWER}/properties"),
                "cup",
                json!({"$ref": "#/components/schemas/Cup"}),
            ),
        }
        .with_cup(),
        case(
            [R::SchemaRenamed, R::SchemaRenamed],
            both(
                rename("/components/schemas", "Box", "Case"),
                replace("schemas/Box", "schemas/Case"),
            ),
        ),
        case(
            [R::SchemaChangedSides, R::SchemaChangedSides],
            both(
                set(&format!("{ANSWER}/properties"), "boxed", Value::Null),
                set(
                    &format!("{ASK}/properties"),
                    "box",
                    json!({"$ref": "#/components/schemas/Box"}),
                ),
            ),
        ),
        case(
            [R::KnownValueAdded, R::KnownValueRemoved],
            set(&status, "values", more),
        ),
        case(
            [R::KnownValueRenamed, R::KnownValueRenamed],
            set(&format!("{TYPES}/Level/values/0"), "name", json!("DEEP")),
        ),
        case(
            [R::KnownValueCodeChanged, R::KnownValueCodeChanged],
            set(&value(0), "code", json!(7)),
        ),
        case(
            [R::RegisteredTypeAdded, R::RegisteredTypeRemoved],
            set(TYPES, "MoodGuid", mood),
        ),
        case(
            [R::RegisteredTypeRenamed, R::RegisteredTypeRenamed],
            rename(TYPES, "Status", "State"),
        ),
        case(
            [R::RegisteredKindChanged, R::RegisteredKindChanged],
            set(&status, "kind", json!("open-code")),
        ),
        case(
            [R::HiddenTypeChanged, R::HiddenTypeChanged],
            set(TYPES, "Personal", note),
        ),
        case(
            [R::NullTextAnnounced, R::NullTextWithdrawn],
            set(&format!("{TYPES}/Timestamp"), "null_text", json!(true)),
        ),
    ]
}

impl Case {
    /// The new document has the schema that it refers to.
    fn with_cup(self) -> Self {
        let cup = json!({"type": "object", "properties": {"handle": {"type": "boolean"}}});
        Self {
            new: both(set("/components/schemas", "Cup", cup), self.new),
            ..self
        }
    }
}

/// What holds for all.
pub(super) fn whole() -> Vec<Case> {
    use Rule as R;
    let third = json!({"url": "https://c.example", "x-environment": "sandbox"});
    let servers: Edit = Box::new(move |document| {
        document["servers"]
            .as_array_mut()
            .unwrap()
            .push(third.clone());
    });
    let header = set("/components/securitySchemes/token", "name", json!("X-NEW"));
    let paging = json!({"page": "page", "size": "size", "current": "current", "total": "total"});
    let mut other = paging.clone();
    other["total"] = json!("current");
    vec![
        case(
            [R::ServerAddressChanged, R::ServerAddressChanged],
            set("/servers/0", "url", json!("https://z.example")),
        ),
        case([R::ServerAdded, R::ServerRemoved], servers),
        case(
            [R::ServerListChanged, R::ServerListChanged],
            set("/servers/0", "description", json!("For trials.")),
        ),
        case(
            [R::CredentialHeaderChanged, R::CredentialHeaderChanged],
            header,
        ),
        case(
            [R::SecurityChanged, R::SecurityChanged],
            set("/components/securitySchemes/token", "in", json!("query")),
        ),
        case(
            [R::MediaTypeChanged, R::MediaTypeChanged],
            set("/info", "x-media-type", json!("application/vnd.z+json")),
        ),
        case(
            [R::PagingChanged, R::PagingChanged],
            set("/info", "x-paging", other),
        ),
        case(
            [R::ContractVersionChanged, R::ContractVersionChanged],
            set("/info", "version", json!("1.1")),
        ),
        case(
            [R::DocumentationChanged, R::DocumentationChanged],
            set("/info", "title", json!("Other things")),
        ),
        case(
            [R::EvidenceChanged, R::EvidenceChanged],
            set(READ, "x-evidence", json!("spec")),
        ),
        case(
            [R::ExampleChanged, R::ExampleChanged],
            set(&field(ANSWER, "name"), "example", json!("A name")),
        ),
        case(
            [R::UnknownKeywordChanged, R::UnknownKeywordChanged],
            set("/info", "x-unheard-of", json!(1)),
        ),
    ]
}
