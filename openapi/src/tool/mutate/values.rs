//! Mutations of what a field holds: its type, its listed values and its texts. Its limits are in `limits`.

use serde_json::{Map, Value, json};

use super::Mutation;
use super::fields::Site;
use super::operations::set;
use crate::normalise::typing;
use crate::registry::Kind;
use crate::tool::diff::NextRelease::{Major, Minor, Patch};
use crate::tool::diff::Released::{Breaks, Degrades, Works};

const OPEN: &str = "the registered type knows no limits and no closed list";

impl Site<'_> {
    pub(super) fn kind(&self) -> Option<Kind> {
        let given = typing::given(
            &self.prepared.registry,
            self.schema,
            self.field,
            self.property,
        );
        given.map(|entry| entry.kind)
    }

    /// Another type, for the field or the items of its list.
    pub(super) fn types(&self) -> Vec<Mutation> {
        let mut mutations = Vec::new();
        let kind = self.kind();
        let declared = self.property["type"].as_str();
        let is_list = declared == Some("array");
        let is_object = declared == Some("object") || self.property.get("$ref").is_some();
        let new = if declared == Some("string") {
            "integer"
        } else {
            "string"
        };
        let scalar = !is_list && !is_object;
        let stays = scalar
            && match new {
                "integer" => matches!(kind, Some(Kind::OpenCode | Kind::Text | Kind::Personal)),
                _ => kind.is_some(),
            };
        // What is registered reads any scalar, but for an identifier.
        let reads =
            scalar && kind.is_some_and(|kind| !matches!(kind, Kind::Identifier | Kind::Timestamp));
        let reads = reads || scalar && self.reads_null_text();
        let class = match (self.is_request, stays, reads) {
            (true, true, _) => (Breaks, Patch),
            (true, false, _) => (Breaks, Major),
            (false, true, _) => (Works, Patch),
            (false, false, true) => (Works, Major),
            (false, false, false) => (Breaks, Major),
        };
        if declared.is_some() || is_object {
            let at = self.at();
            let change = move |document: &mut Value| match document.pointer_mut(&at) {
                Some(place) => {
                    *place = json!({"type": new});
                    true
                }
                None => false,
            };
            let kind = if self.is_request {
                "request field type changed"
            } else {
                "response field type changed"
            };
            let mutation = Mutation::new(kind, self.place(), class, change);
            let reason =
                "the registered type is the same, and only the comparison sees the declared one";
            mutations.push(if stays {
                mutation.unseen(reason)
            } else {
                mutation
            });
        }
        mutations.extend(self.elsewhere());
        if is_list {
            let (at, was) = (
                format!("{}/items", self.at()),
                self.property["items"]["nullable"] == true,
            );
            let class = match (self.is_request, was) {
                (true, false) | (false, true) => (Works, Major),
                (true, true) | (false, false) => (Degrades, Major),
            };
            if self.property["items"].get("$ref").is_none() {
                let flip = move |document: &mut Value| set(document, &at, "nullable", json!(!was));
                mutations.push(Mutation::new(
                    "list items nullable flipped",
                    self.place(),
                    class,
                    flip,
                ));
            }
        }
        if is_list && !self.is_request {
            let (at, was) = (self.at(), self.property["x-unwrapped-items"] == true);
            // What is wrapped has an unknown field, and none of those that are known.
            let class = if was {
                (Works, Patch)
            } else {
                (Degrades, Patch)
            };
            let flip =
                move |document: &mut Value| set(document, &at, "x-unwrapped-items", json!(!was));
            mutations.push(Mutation::new(
                "wrapped items flipped",
                self.place(),
                class,
                flip,
            ));
        }
        mutations
    }

    /// Another schema in the place of the one that the field, or each item of it, refers to.
    fn elsewhere(&self) -> Option<Mutation> {
        let in_items = self.property.get("$ref").is_none();
        let holder = if in_items {
            &self.property["items"]
        } else {
            self.property
        };
        let name = crate::document::schema_name(holder)?;
        let sides = crate::normalise::sides::find(&self.prepared.document).ok()?;
        let side = if self.is_request {
            sides.requests
        } else {
            sides.responses
        };
        // A schema that holds this one would hold itself.
        let other = side
            .into_iter()
            .find(|other| other != name && other != self.schema)?;
        let at = format!("{}{}", self.at(), if in_items { "/items" } else { "" });
        let change = move |document: &mut Value| {
            set(
                document,
                &at,
                "$ref",
                json!(format!("#/components/schemas/{other}")),
            )
        };
        Some(Mutation::new(
            "reference changed",
            self.place(),
            (Degrades, Major),
            change,
        ))
    }

    fn reads_null_text(&self) -> bool {
        let given = typing::given(
            &self.prepared.registry,
            self.schema,
            self.field,
            self.property,
        );
        given.is_some_and(|entry| entry.null_text)
    }

    /// Listed values, and what is only said of the field.
    pub(super) fn said(&self) -> Vec<Mutation> {
        let mut mutations = Vec::new();
        let registered = self.kind().is_some();
        let declared = self.property["type"].as_str();
        let empty = Map::new();
        let property = self.property.as_object().unwrap_or(&empty);
        let setting = |key: &'static str, value: Value| {
            let at = self.at();
            move |document: &mut Value| set(document, &at, key, value.clone())
        };
        if declared == Some("string") {
            mutations.extend(self.values(registered));
        }
        if self.is_request && !self.required && declared == Some("boolean") && !registered {
            let change = setting("default", json!(true));
            mutations.push(Mutation::new(
                "default added",
                self.place(),
                (Works, Major),
                change,
            ));
        }
        let advised = property.contains_key("deprecated");
        let change = setting("deprecated", json!(!advised));
        if self.property.get("$ref").is_none() {
            let mutation = Mutation::new(
                "field deprecation flipped",
                self.place(),
                (Works, Patch),
                change,
            );
            mutations.push(mutation.unseen("the generator writes no mark at a field"));
            let change = setting("description", json!("In other words."));
            let mutation =
                Mutation::new("field text changed", self.place(), (Works, Patch), change);
            mutations.push(mutation.unseen("texts are for people"));
            let change = setting("example", json!("another"));
            let mutation = Mutation::new(
                "field example changed",
                self.place(),
                (Works, Patch),
                change,
            );
            mutations.push(mutation.unseen("examples are for tests"));
        }
        mutations
    }

    /// Closed lists of values; a field of an answer must not have one, unless its type is registered as open.
    fn values(&self, registered: bool) -> Vec<Mutation> {
        let at = self.at();
        let listed = self.property["enum"].as_array().cloned();
        let lost = if self.is_request { Degrades } else { Works };
        let with = |values: Vec<Value>| {
            let at = at.clone();
            move |document: &mut Value| set(document, &at, "enum", json!(values))
        };
        let mut mutations = match listed {
            Some(values) => {
                let mut more = values.clone();
                more.push(json!("BRAND_NEW"));
                let fewer = values.iter().skip(1).cloned().collect();
                let (grown, next) = if registered {
                    (Patch, Patch)
                } else {
                    (Minor, Major)
                };
                vec![
                    Mutation::new(
                        "listed value added",
                        self.place(),
                        (Works, grown),
                        with(more),
                    ),
                    Mutation::new(
                        "listed value removed",
                        self.place(),
                        (lost, next),
                        with(fewer),
                    ),
                ]
            }
            None => {
                let next = if self.is_request && !registered {
                    Major
                } else {
                    Patch
                };
                let values = vec![json!("ONE"), json!("OTHER")];
                vec![Mutation::new(
                    "values closed",
                    self.place(),
                    (lost, next),
                    with(values),
                )]
            }
        };
        if registered {
            mutations = mutations
                .into_iter()
                .map(|mutation| mutation.unseen(OPEN))
                .collect();
        }
        mutations
    }
}
