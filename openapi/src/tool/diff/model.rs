//! The normal form of a document: operations with their parameters, request and responses, and schemas with references,
//! `allOf` and component names resolved, so that one shape written in two ways is equal.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::change::Side;
use crate::document::{OperationEntry, children, follow, operations, reference, schema_name};
use crate::normalise::media_types::media_type;
use crate::normalise::parameters::name_of;
use crate::normalise::{typing, wrappers};
use crate::operations::Row;
use crate::registry::Entry;
use crate::tool::prepared::View;

/// How many references in a row are followed.
const DEPTH: usize = 16;

/// A document in its normal form.
pub(super) struct Model<'a> {
    pub(super) view: &'a View,
    pub(super) operations: Vec<Operation<'a>>,
    reach: BTreeMap<(Side, String), BTreeSet<String>>,
}

/// An operation with all that its client sends and reads.
pub(super) struct Operation<'a> {
    pub(super) id: &'a str,
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) value: &'a Map<String, Value>,
    pub(super) row: Option<&'a Row>,
    /// The parameters that its builder has.
    pub(super) parameters: Vec<&'a Value>,
    /// The parameters that its builder does not have, sorted by name.
    pub(super) other_parameters: Vec<&'a Value>,
    pub(super) request: Option<&'a Value>,
    pub(super) responses: BTreeMap<&'a str, &'a Value>,
    /// Whether its response counts the pages of the list that it asks for.
    pub(super) pages: bool,
}

/// The body of a request or a response.
pub(super) struct Body<'a> {
    pub(super) media_type: &'a str,
    pub(super) media: &'a Value,
}

/// A schema with everything followed that can be.
pub(super) struct Resolved {
    /// The component that it is, if it is one.
    pub(super) name: Option<String>,
    pub(super) schema: Value,
    /// Whether `allOf` stood around it.
    pub(super) was_wrapped: bool,
}

impl<'a> Body<'a> {
    pub(super) fn of(holder: &'a Value) -> Option<Self> {
        let media_type = media_type(holder)?;
        let media = &holder["content"][media_type];
        Some(Self { media_type, media })
    }
}

impl<'a> Model<'a> {
    pub(super) fn of(view: &'a View) -> Self {
        let mut model = Self {
            view,
            operations: Vec::new(),
            reach: BTreeMap::new(),
        };
        let effective: BTreeMap<&str, &Map<String, Value>> = operations(&view.effective)
            .into_iter()
            .map(|entry| (entry.id, entry.value))
            .collect();
        for entry in operations(&view.document) {
            let used = effective.get(entry.id).copied();
            let operation = model.operation(entry, used);
            model.note_reach(&operation);
            model.operations.push(operation);
        }
        model
    }

    fn operation(
        &self,
        entry: OperationEntry<'a>,
        effective: Option<&'a Map<String, Value>>,
    ) -> Operation<'a> {
        let document = &self.view.document;
        let OperationEntry {
            path,
            method,
            id,
            value,
        } = entry;
        let list = |operation: Option<&'a Map<String, Value>>| -> Vec<&'a Value> {
            let list = operation.and_then(|operation| operation.get("parameters"));
            list.and_then(Value::as_array)
                .map(|list| list.iter().collect())
                .unwrap_or_default()
        };
        let parameters = list(effective);
        let all = list(Some(value)).into_iter();
        let mut other_parameters: Vec<&Value> = all
            .map(|parameter| follow(document, parameter))
            .filter(|parameter| !parameters.iter().any(|used| is_same(used, parameter)))
            .collect();
        other_parameters.sort_by_key(|parameter| name_of(parameter));
        let responses = value.get("responses").and_then(Value::as_object);
        let responses = responses.into_iter().flatten();
        let mut operation = Operation {
            id,
            method,
            path,
            value,
            row: self.view.rows.iter().find(|row| row.id == id),
            parameters,
            other_parameters,
            request: value.get("requestBody").map(|body| follow(document, body)),
            responses: responses
                .map(|(status, response)| (status.as_str(), follow(document, response)))
                .collect(),
            pages: false,
        };
        operation.pages = self.pages(&operation);
        operation
    }

    /// Whether an operation takes both parameters of paging and its response holds an object with both counters.
    fn pages(&self, operation: &Operation<'_>) -> bool {
        let words = &self.view.document["info"]["x-paging"];
        let takes = |word: &str| {
            let mut parameters = operation.parameters.iter();
            words[word].is_string() && parameters.any(|parameter| parameter["name"] == words[word])
        };
        let counts = |field: &Value| {
            let object = self.resolve(field).schema;
            ["current", "total"].iter().all(|word| {
                let name = words[*word].as_str().unwrap_or_default();
                object["properties"][name].is_object()
            })
        };
        takes("page")
            && takes("size")
            && operation.success().is_some_and(|body| {
                let answer = self.resolve(&body.media["schema"]).schema;
                let fields = answer["properties"].as_object();
                fields.is_some_and(|fields| fields.values().any(counts))
            })
    }

    fn note_reach(&mut self, operation: &Operation<'a>) {
        if let Some(request) = operation.request {
            self.reach_from(request, Side::Request, operation.id);
        }
        let body = operation.success().map(|body| body.media);
        if let Some(media) = body {
            self.reach_from(media, Side::Response, operation.id);
        }
    }

    fn reach_from(&mut self, value: &'a Value, side: Side, id: &str) {
        if let Some(name) = schema_name(value) {
            let found = self.reach.entry((side, name.to_owned())).or_default();
            if found.insert(id.to_owned()) {
                self.reach_from(follow(&self.view.document, value), side, id);
            }
        }
        for child in children(value) {
            self.reach_from(child, side, id);
        }
    }

    /// The operations that reach a schema on a side, or on any.
    pub(super) fn reaching(&self, schema: &str, side: Option<Side>) -> Vec<String> {
        let found = [Side::Request, Side::Response].into_iter();
        let found = found.filter(|found| side.is_none_or(|side| side == *found));
        let found: BTreeSet<&String> = found
            .filter_map(|side| self.reach.get(&(side, schema.to_owned())))
            .flatten()
            .collect();
        found.into_iter().cloned().collect()
    }

    /// The side of a schema; it is judged as a response where it is both.
    pub(super) fn side(&self, schema: &str) -> Option<Side> {
        [Side::Response, Side::Request]
            .into_iter()
            .find(|side| self.reach.contains_key(&(*side, schema.to_owned())))
    }

    /// Follows the references and opens `allOf`.
    pub(super) fn resolve(&self, schema: &Value) -> Resolved {
        self.resolve_within(schema, DEPTH)
    }

    fn resolve_within(&self, schema: &Value, depth: usize) -> Resolved {
        let (mut schema, was_wrapped) = wrappers::opened(schema);
        let mut name = None;
        if let (Some(pointer), true) = (reference(&schema), depth > 0)
            && let Some(target) = self.view.document.pointer(pointer)
        {
            let own_name = schema_name(&schema).map(str::to_owned);
            let target = self.resolve_within(target, depth - 1);
            name = own_name.or(target.name);
            let mut own = schema;
            schema = target.schema;
            if let (Some(own), Some(members)) = (own.as_object_mut(), schema.as_object_mut()) {
                own.remove("$ref");
                members.append(own);
            }
        }
        if let Some(merged) = self.merged(&schema, depth) {
            schema = merged;
        }
        Resolved {
            name,
            schema,
            was_wrapped,
        }
    }

    /// The one object that `allOf` makes of several.
    fn merged(&self, schema: &Value, depth: usize) -> Option<Value> {
        let parts = schema.get("allOf")?.as_array()?;
        let mut merged = schema.as_object()?.clone();
        merged.remove("allOf");
        for part in parts {
            let part = self.resolve_within(part, depth.checked_sub(1)?).schema;
            let fields = part.get("properties")?.as_object()?;
            let all = merged
                .entry("properties")
                .or_insert_with(|| Map::new().into());
            let all = all.as_object_mut()?;
            all.extend(
                fields
                    .iter()
                    .map(|(name, field)| (name.clone(), field.clone())),
            );
            if let Some(names) = part.get("required").and_then(Value::as_array) {
                let all = merged
                    .entry("required")
                    .or_insert_with(|| Value::Array(Vec::new()));
                all.as_array_mut()?.extend(names.iter().cloned());
            }
        }
        merged.insert("type".to_owned(), "object".into());
        Some(Value::Object(merged))
    }

    /// Whether a schema or the component that it refers to may be null.
    pub(super) fn is_nullable(&self, schema: &Value) -> bool {
        flag(schema, "nullable") || flag(follow(&self.view.document, schema), "nullable")
    }

    /// The registered type of a field, by its own name and owner, then by those that it had before.
    pub(super) fn entry(
        &self,
        owners: &[&str],
        fields: &[&str],
        schema: &Value,
    ) -> Option<&'a Entry> {
        let (schema, _) = wrappers::opened(schema);
        let mut names = owners
            .iter()
            .flat_map(|owner| fields.iter().map(move |field| (owner, field)));
        names.find_map(|(owner, field)| typing::given(&self.view.registry, owner, field, &schema))
    }
}

/// Names without repetition, the new one first.
pub(super) fn names<'n>(new: &'n str, old: &'n str) -> Vec<&'n str> {
    let mut names = vec![new, old];
    names.dedup();
    names
}

impl<'a> Operation<'a> {
    /// The body of a success; the answer to a delete has none that is read.
    pub(super) fn success(&self) -> Option<Body<'a>> {
        if self.method == "delete" {
            return None;
        }
        let mut successes = self.responses.iter();
        successes.find_map(|(status, response)| {
            let is_success = status.starts_with('2');
            is_success.then(|| Body::of(response)).flatten()
        })
    }
}

/// Whether two parameters are sent in one place under one name.
pub(super) fn is_same(one: &Value, other: &Value) -> bool {
    one["name"] == other["name"] && one["in"] == other["in"]
}

/// Whether a flag is set.
pub(super) fn flag(value: &Value, name: &str) -> bool {
    value[name] == true
}

/// A path without the names in it, as the server sees it.
pub(super) fn route(path: &str) -> String {
    let named = names_in(path).into_iter();
    named.fold(path.to_owned(), |route, name| {
        route.replacen(&format!("{{{name}}}"), "{}", 1)
    })
}

/// The names of the parameters in a path, in their order.
pub(super) fn names_in(path: &str) -> Vec<&str> {
    let pieces = path.split('{').skip(1);
    pieces
        .filter_map(|piece| piece.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}

/// The name of a field or a setter in Rust.
pub(super) fn rust_name(name: &str) -> String {
    heck::ToSnakeCase::to_snake_case(name)
}

/// The name of a type in Rust.
pub(super) fn type_name(name: &str) -> String {
    heck::ToUpperCamelCase::to_upper_camel_case(name)
}
