//! Mutations of schemas and their fields, on either side.

use serde_json::{Map, Value, json};

use super::operations::{set, unset};
use super::{Mutation, pointer, tidy};
use crate::normalise::sides;
use crate::normalise::typing;
use crate::registry::Kind;
use crate::tool::Prepared;
use crate::tool::diff::NextRelease::{Major, Minor, Patch};
use crate::tool::diff::Released::{Breaks, Degrades, Works};

const LENIENT: &str = "every field of an answer may be absent or null anyway";

/// All of them.
pub(super) fn all(prepared: &Prepared) -> Vec<Mutation> {
    let document = &prepared.document;
    let sent = sides::find(document)
        .map(|sides| sides.requests)
        .unwrap_or_default();
    let mut mutations = Vec::new();
    let schemas = document["components"]["schemas"].as_object();
    for (name, schema) in schemas.into_iter().flatten() {
        let is_request = sent.contains(name);
        mutations.extend(of_schema(name, is_request));
        let required = schema["required"].as_array();
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            let required = required
                .into_iter()
                .flatten()
                .any(|name| name == field.as_str());
            let site = Site {
                prepared,
                schema: name,
                field,
                property,
                is_request,
                required,
            };
            mutations.extend(site.names());
            mutations.extend(site.presence());
            mutations.extend(site.types());
            mutations.extend(site.limits());
        }
    }
    mutations
}

fn of_schema(name: &str, is_request: bool) -> Vec<Mutation> {
    let at = pointer(&["components", "schemas", name]);
    let add = |required: bool| {
        let at = at.clone();
        move |document: &mut Value| {
            let Some(schema) = document.pointer_mut(&at).and_then(Value::as_object_mut) else {
                return false;
            };
            let properties = schema.entry("properties").or_insert_with(|| json!({}));
            properties["brand_new"] = json!({"type": "string"});
            if required {
                let names = schema.entry("required").or_insert_with(|| json!([]));
                names
                    .as_array_mut()
                    .into_iter()
                    .for_each(|names| names.push(json!("brand_new")));
            }
            true
        }
    };
    let mut mutations = if is_request {
        vec![
            Mutation::new(
                "optional request field added",
                name,
                (Works, Major),
                add(false),
            ),
            Mutation::new(
                "required request field added",
                name,
                (Breaks, Major),
                add(true),
            ),
        ]
    } else {
        vec![
            Mutation::new("response field added", name, (Works, Minor), add(false)),
            Mutation::new(
                "required response field added",
                name,
                (Works, Minor),
                add(true),
            ),
        ]
    };
    let old = name.to_owned();
    mutations.push(Mutation::new(
        "schema renamed",
        name,
        (Works, Major),
        move |document| {
            let new = format!("{old}Anew");
            let schemas = document["components"]["schemas"].as_object_mut();
            let Some(schema) = schemas.and_then(|schemas| schemas.remove(&old)) else {
                return false;
            };
            document["components"]["schemas"][new.as_str()] = schema;
            refer(
                document,
                &format!("#/components/schemas/{old}"),
                &format!("#/components/schemas/{new}"),
            );
            tidy::rename_owner(document, &old, &new);
            true
        },
    ));
    let described =
        move |document: &mut Value| set(document, &at, "description", json!("In other words."));
    let described = Mutation::new("schema text changed", name, (Works, Patch), described);
    mutations.push(described.unseen("texts are for people"));
    mutations
}

fn refer(value: &mut Value, old: &str, new: &str) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                if key == "$ref" && member == old {
                    *member = json!(new);
                } else {
                    refer(member, old, new);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| refer(item, old, new)),
        _ => {}
    }
}

/// One field of one schema.
struct Site<'a> {
    prepared: &'a Prepared,
    schema: &'a str,
    field: &'a str,
    property: &'a Value,
    is_request: bool,
    required: bool,
}

impl Site<'_> {
    fn place(&self) -> String {
        format!("{}.{}", self.schema, self.field)
    }

    fn at(&self) -> String {
        pointer(&[
            "components",
            "schemas",
            self.schema,
            "properties",
            self.field,
        ])
    }

    fn kind(&self) -> Option<Kind> {
        let given = typing::given(
            &self.prepared.registry,
            self.schema,
            self.field,
            self.property,
        );
        given.map(|entry| entry.kind)
    }

    fn names(&self) -> Vec<Mutation> {
        let lost = if self.is_request && self.required {
            Breaks
        } else {
            Degrades
        };
        let (removed, renamed) = if self.is_request {
            ("request field removed", "request field renamed")
        } else {
            ("response field removed", "response field renamed")
        };
        let mut mutations = vec![Mutation::new(
            removed,
            self.place(),
            (Degrades, Major),
            self.moving(None),
        )];
        let camel = heck::ToLowerCamelCase::to_lower_camel_case(self.field);
        let in_rust = heck::ToSnakeCase::to_snake_case(camel.as_str());
        if camel != self.field && in_rust == self.field {
            let kind = if self.is_request {
                "request field respelled"
            } else {
                "response field respelled"
            };
            mutations.push(Mutation::new(
                kind,
                self.place(),
                (lost, Patch),
                self.moving(Some(camel)),
            ));
        }
        let another = format!("another_{}", self.field);
        mutations.push(Mutation::new(
            renamed,
            self.place(),
            (lost, Major),
            self.moving(Some(another)),
        ));
        mutations
    }

    /// Removes the field, or gives it another name.
    fn moving(&self, new: Option<String>) -> impl Fn(&mut Value) -> bool + 'static {
        let at = pointer(&["components", "schemas", self.schema]);
        let [owner, old] = [self.schema, self.field].map(str::to_owned);
        move |document| {
            if let Some(new) = &new {
                tidy::keep_type(document, &owner, &old, new);
            }
            let Some(schema) = document.pointer_mut(&at) else {
                return false;
            };
            let Some(properties) = schema["properties"].as_object_mut() else {
                return false;
            };
            let Some(property) = properties.remove(&old) else {
                return false;
            };
            if let Some(new) = &new {
                properties.insert(new.clone(), property);
            }
            if let Some(Value::Array(required)) = schema.get_mut("required") {
                let was_required = required.iter().any(|name| *name == old.as_str());
                required.retain(|name| *name != old.as_str());
                if let (true, Some(new)) = (was_required, &new) {
                    required.push(json!(new));
                }
            }
            true
        }
    }

    fn presence(&self) -> Vec<Mutation> {
        let mut mutations = Vec::new();
        let is_list = self.property["type"] == "array";
        let was_nullable = self.property["nullable"] == true;
        let at = pointer(&["components", "schemas", self.schema]);
        let (field, required) = (self.field.to_owned(), self.required);
        let flip = move |document: &mut Value| {
            let Some(schema) = document.pointer_mut(&at).and_then(Value::as_object_mut) else {
                return false;
            };
            let names = schema.entry("required").or_insert_with(|| json!([]));
            let Some(names) = names.as_array_mut() else {
                return false;
            };
            if required {
                names.retain(|name| *name != field.as_str());
            } else {
                names.push(json!(field));
            }
            true
        };
        mutations.push(match (self.is_request, self.required) {
            (false, _) => Mutation::new(
                "response field required flipped",
                self.place(),
                (Works, Patch),
                flip,
            )
            .unseen(LENIENT),
            (true, true) if is_list || was_nullable => Mutation::new(
                "steady request field made optional",
                self.place(),
                (Works, Minor),
                flip,
            ),
            (true, true) => Mutation::new(
                "request field made optional",
                self.place(),
                (Works, Major),
                flip,
            ),
            (true, false) => Mutation::new(
                "request field made required",
                self.place(),
                (Degrades, Major),
                flip,
            ),
        });
        if self.property.get("$ref").is_none() {
            let (at, was) = (self.at(), self.property["nullable"] == true);
            let flip = move |document: &mut Value| set(document, &at, "nullable", json!(!was));
            mutations.push(match (self.is_request, self.required, was) {
                (false, ..) => Mutation::new(
                    "response field nullable flipped",
                    self.place(),
                    (Works, Patch),
                    flip,
                )
                .unseen(LENIENT),
                (true, false, _) if is_list => Mutation::new(
                    "optional request list nullable flipped",
                    self.place(),
                    (Works, Major),
                    flip,
                ),
                (true, false, _) => Mutation::new(
                    "optional request field nullable flipped",
                    self.place(),
                    (Works, Patch),
                    flip,
                )
                .unseen("what is absent is left out, and never null"),
                (true, true, false) => Mutation::new(
                    "request field made nullable",
                    self.place(),
                    (Works, Major),
                    flip,
                ),
                (true, true, true) => Mutation::new(
                    "request field made not nullable",
                    self.place(),
                    (Degrades, Major),
                    flip,
                ),
            });
        }
        mutations
    }

    fn types(&self) -> Vec<Mutation> {
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
            let class = if was { (Works, Patch) } else { (Breaks, Patch) };
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

    fn reads_null_text(&self) -> bool {
        let given = typing::given(
            &self.prepared.registry,
            self.schema,
            self.field,
            self.property,
        );
        given.is_some_and(|entry| entry.null_text)
    }

    fn limits(&self) -> Vec<Mutation> {
        let mut mutations = Vec::new();
        let registered = self.kind().is_some();
        let declared = self.property["type"].as_str();
        let open = "the registered type knows no limits and no closed list";
        let empty = Map::new();
        let property = self.property.as_object().unwrap_or(&empty);
        let setting = |key: &'static str, value: Value| {
            let at = self.at();
            move |document: &mut Value| set(document, &at, key, value.clone())
        };
        let removing = |key: &'static str| {
            let at = self.at();
            move |document: &mut Value| unset(document, &at, key)
        };
        if declared == Some("string") {
            let had = property.contains_key("maxLength");
            let class = match (self.is_request, registered, had) {
                (true, false, false) => (Degrades, Major),
                (true, true, false) => (Degrades, Patch),
                (false, false, true) => (Degrades, Major),
                (false, true, _) | (true, true, true) => (Works, Patch),
                (false, false, false) | (true, false, true) => (Works, Major),
            };
            let mutation = if had {
                Mutation::new("limit removed", self.place(), class, removing("maxLength"))
            } else {
                Mutation::new(
                    "limit added",
                    self.place(),
                    class,
                    setting("maxLength", json!(11)),
                )
            };
            mutations.push(if registered {
                mutation.unseen(open)
            } else {
                mutation
            });
            mutations.extend(self.values(registered, open));
        }
        if declared == Some("integer") && self.is_request && !registered {
            let limited = setting("minimum", json!(1));
            mutations.push(Mutation::new(
                "least number added",
                self.place(),
                (Degrades, Major),
                limited,
            ));
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
    fn values(&self, registered: bool, open: &'static str) -> Vec<Mutation> {
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
                let fewer = values[1..].to_vec();
                let next = if registered { Patch } else { Major };
                vec![
                    Mutation::new(
                        "listed value added",
                        self.place(),
                        (Works, next),
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
                .map(|mutation| mutation.unseen(open))
                .collect();
        }
        mutations
    }
}
