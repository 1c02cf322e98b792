//! Reads a document and checks what every later pass relies on: references have targets, and operation ids are unique.

mod yaml;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};

use crate::failure::Failure;

pub(crate) use yaml::parse;

/// The HTTP methods an OpenAPI path item can hold.
pub(crate) const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// Reads the YAML file `name` below `folder`.
pub(crate) fn read(folder: &Path, name: &str) -> Result<Value, Failure> {
    let text = std::fs::read_to_string(folder.join(name)).map_err(|error| {
        Failure::new("reading", "the file", error.to_string()).in_document(name)
    })?;
    parse(&text).map_err(|failure| failure.in_document(name))
}

/// One operation of a document, borrowed.
pub(crate) struct OperationEntry<'a> {
    pub path: &'a str,
    pub method: &'a str,
    pub id: &'a str,
    pub value: &'a Map<String, Value>,
}

impl<'a> OperationEntry<'a> {
    /// A flag of ours, such as `x-starts-work`.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.value.get(name) == Some(&Value::Bool(true))
    }

    /// Its name in camel case: the id, unless the overlay pins another.
    pub(crate) fn name(&self) -> &'a str {
        let pinned = self.value.get("x-name").and_then(Value::as_str);
        pinned.unwrap_or(self.id)
    }

    pub(crate) fn parameters(&self) -> &'a [Value] {
        let list = self.value.get("parameters").and_then(Value::as_array);
        list.map_or(&[], Vec::as_slice)
    }

    /// Its successful responses, references followed.
    pub(crate) fn successes(&self, document: &'a Value) -> impl Iterator<Item = &'a Value> {
        let responses = self.value.get("responses").and_then(Value::as_object);
        let responses = responses.into_iter().flatten();
        let successes = responses.filter(|(status, _)| status.starts_with('2'));
        successes.map(|(_, response)| follow(document, response))
    }
}

/// All operations, in the order of the document.
pub(crate) fn operations(document: &Value) -> Vec<OperationEntry<'_>> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            if let (true, Some(value)) = (METHODS.contains(&method.as_str()), operation.as_object())
            {
                found.push(OperationEntry {
                    path,
                    method,
                    id: value
                        .get("operationId")
                        .and_then(Value::as_str)
                        .unwrap_or_default(),
                    value,
                });
            }
        }
    }
    found
}

/// Calls `change` for every operation, with its path and method.
pub(crate) fn change_operations(
    document: &mut Value,
    mut change: impl FnMut(&str, &str, &mut Map<String, Value>),
) {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else {
        return;
    };
    for (path, item) in paths {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            if let (true, Some(operation)) = (
                METHODS.contains(&method.as_str()),
                operation.as_object_mut(),
            ) {
                change(path, method, operation);
            }
        }
    }
}

/// The values directly within an object or a list.
pub(crate) fn children(value: &Value) -> impl Iterator<Item = &Value> {
    let members = value.as_object().into_iter().flat_map(Map::values);
    members.chain(value.as_array().into_iter().flatten())
}

/// Follows a local reference such as `#/components/schemas/MemberResponse`.
pub(crate) fn follow<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match reference(value) {
        Some(pointer) => document.pointer(pointer).unwrap_or(&Value::Null),
        None => value,
    }
}

/// The JSON pointer of a `$ref`, if `value` is one.
pub(crate) fn reference(value: &Value) -> Option<&str> {
    value.get("$ref")?.as_str()?.strip_prefix('#')
}

/// The schema name of a `$ref` to a component schema.
pub(crate) fn schema_name(value: &Value) -> Option<&str> {
    reference(value)?.strip_prefix("/components/schemas/")
}

/// Refuses references without a target, operations without an id, and ids used twice.
pub(crate) fn check(document: &Value) -> Result<(), Failure> {
    let mut failures = Vec::new();
    check_references(document, document, "", &mut failures);
    check_operations(document, &mut failures);
    Failure::several(failures)
}

fn check_operations(document: &Value, failures: &mut Vec<Failure>) {
    const PASS: &str = "checking operations";
    let mut seen: BTreeMap<&str, String> = BTreeMap::new();
    let found = operations(document);
    for operation in &found {
        let place = format!("{} {}", operation.method.to_uppercase(), operation.path);
        let pointer = format!("/paths/{}/{}", escape(operation.path), operation.method);
        if operation.id.is_empty() {
            failures.push(Failure::new(PASS, place, "it has no operationId").at(pointer));
        } else if let Some(other) = seen.get(operation.id) {
            let reason = format!("operationId {} is already used by {other}", operation.id);
            failures.push(Failure::new(PASS, place, reason).at(format!("{pointer}/operationId")));
        } else {
            seen.insert(operation.id, place);
        }
    }
    if found.is_empty() {
        failures.push(Failure::new(PASS, "$.paths", "there is no operation").at("/paths"));
    }
}

fn check_references(document: &Value, value: &Value, pointer: &str, failures: &mut Vec<Failure>) {
    match value {
        Value::Object(members) => {
            if let Some(target) = members.get("$ref").and_then(Value::as_str) {
                let found = target
                    .strip_prefix('#')
                    .and_then(|pointer| document.pointer(pointer));
                if found.is_none() {
                    let reason = format!("$ref {target} leads nowhere");
                    failures.push(
                        Failure::new("checking references", json_path(document, pointer), reason)
                            .at(format!("{pointer}/$ref")),
                    );
                }
            }
            for (name, member) in members {
                let pointer = format!("{pointer}/{}", escape(name));
                check_references(document, member, &pointer, failures);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                check_references(document, item, &format!("{pointer}/{index}"), failures);
            }
        }
        _ => {}
    }
}

/// A name as a step of a JSON pointer.
pub(crate) fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The name that a step of a JSON pointer stands for.
pub(crate) fn unescape(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

/// A JSON pointer into `document` as people read it.
fn json_path(document: &Value, pointer: &str) -> String {
    let mut path = "$".to_owned();
    let mut value = document;
    for step in pointer.split('/').skip(1) {
        let name = unescape(step);
        if value.is_array() {
            path.push_str(&format!("[{name}]"));
        } else {
            path.push_str(&format!("['{name}']"));
        }
        value = value.pointer(&format!("/{step}")).unwrap_or(&Value::Null);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn all_failures_of_a_check_are_reported_at_once() {
        let document = json!({"paths": {
            "/a": {"get": {"parameters": [{"$ref": "#/gone"}]}},
            "/b": {"get": {"operationId": "b", "requestBody": {"$ref": "other.yaml"}}}
        }});
        let failure = check(&document).unwrap_err().in_document("v1.yaml");
        let reported: Vec<_> = failure
            .all()
            .map(|one| (one.document(), one.place(), one.pointer().unwrap()))
            .collect();
        assert_eq!(
            reported,
            [
                (
                    "v1.yaml",
                    "$['paths']['/a']['get']['parameters'][0]",
                    "/paths/~1a/get/parameters/0/$ref"
                ),
                (
                    "v1.yaml",
                    "$['paths']['/b']['get']['requestBody']",
                    "/paths/~1b/get/requestBody/$ref"
                ),
                ("v1.yaml", "GET /a", "/paths/~1a/get"),
            ]
        );
    }
}
