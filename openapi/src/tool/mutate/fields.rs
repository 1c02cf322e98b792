//! Mutations of schemas and their fields, on either side: which there are, what they are called, whether they have to be there.
//! What a field holds is changed in `values`, and what it forbids in `limits`.

use serde_json::{Value, json};

use super::operations::set;
use super::{Mutation, pointer, tidy};
use crate::normalise::sides;
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
        mutations.extend(of_schema(name, schema, is_request));
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
            mutations.extend(site.said());
            mutations.extend(site.limits());
            mutations.extend(site.composites());
        }
    }
    mutations
}

fn of_schema(name: &str, schema: &Value, is_request: bool) -> Vec<Mutation> {
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
                (Works, Minor),
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
    let (closed, was) = (at.clone(), schema["additionalProperties"] == false);
    let further = Mutation::new(
        "further fields forbidden or allowed",
        name,
        (Works, Patch),
        move |document| set(document, &closed, "additionalProperties", json!(was)),
    );
    let reason = "the client sends the fields that it knows, and passes over others";
    mutations.push(further.unseen(reason));
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
pub(super) struct Site<'a> {
    pub(super) prepared: &'a Prepared,
    pub(super) schema: &'a str,
    pub(super) field: &'a str,
    pub(super) property: &'a Value,
    pub(super) is_request: bool,
    pub(super) required: bool,
}

impl Site<'_> {
    pub(super) fn place(&self) -> String {
        format!("{}.{}", self.schema, self.field)
    }

    pub(super) fn at(&self) -> String {
        pointer(&[
            "components",
            "schemas",
            self.schema,
            "properties",
            self.field,
        ])
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
}
