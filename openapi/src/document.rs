//! Reads a document and checks what every later pass relies on: references that lead somewhere and operation ids that are unique.

mod yaml;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};

use crate::failure::Failure;

pub(crate) use yaml::parse;

/// The HTTP methods an OpenAPI path item can hold.
const METHODS: [&str; 8] = [
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

impl OperationEntry<'_> {
    /// A flag of ours, such as `x-starts-work`.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.value
            .get(name)
            .and_then(Value::as_bool)
            .unwrap_or(false)
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

/// Refuses references that lead nowhere, operations without an id, and ids used twice.
pub(crate) fn check(document: &Value) -> Result<(), Failure> {
    check_references(document, document, "$")?;
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for operation in operations(document) {
        let place = format!("{} {}", operation.method.to_uppercase(), operation.path);
        if operation.id.is_empty() {
            return Err(Failure::new(
                "checking operations",
                place,
                "it has no operationId",
            ));
        }
        if let Some(other) = seen.insert(operation.id.to_owned(), place.clone()) {
            return Err(Failure::new(
                "checking operations",
                place,
                format!("operationId {} is already used by {other}", operation.id),
            ));
        }
    }
    if seen.is_empty() {
        return Err(Failure::new(
            "checking operations",
            "$.paths",
            "there is no operation",
        ));
    }
    Ok(())
}

fn check_references(document: &Value, value: &Value, place: &str) -> Result<(), Failure> {
    match value {
        Value::Object(members) => {
            if let Some(target) = members.get("$ref").and_then(Value::as_str) {
                let found = target
                    .strip_prefix('#')
                    .and_then(|pointer| document.pointer(pointer));
                if found.is_none() {
                    return Err(Failure::new(
                        "checking references",
                        place,
                        format!("$ref {target} leads nowhere"),
                    ));
                }
            }
            for (name, member) in members {
                check_references(document, member, &format!("{place}['{name}']"))?;
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                check_references(document, item, &format!("{place}[{index}]"))?;
            }
        }
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_dangling_reference_is_named_with_its_place() {
        let document = json!({
            "paths": {"/a": {"get": {"operationId": "a", "responses": {"200": {"$ref": "#/components/responses/Gone"}}}}}
        });
        let failure = check(&document).unwrap_err();
        assert_eq!(
            failure.place(),
            "$['paths']['/a']['get']['responses']['200']"
        );
        assert!(failure.to_string().contains("Gone"), "{failure}");
    }

    #[test]
    fn an_operation_id_used_twice_is_named_with_both_places() {
        let document = json!({
            "paths": {"/a": {"get": {"operationId": "same"}}, "/b": {"put": {"operationId": "same"}}}
        });
        let text = check(&document).unwrap_err().to_string();
        assert!(text.contains("PUT /b") && text.contains("GET /a"), "{text}");
    }

    #[test]
    fn an_operation_without_an_id_is_refused() {
        let document = json!({"paths": {"/a": {"get": {}}}});
        assert!(
            check(&document)
                .unwrap_err()
                .to_string()
                .contains("no operationId")
        );
    }
}
