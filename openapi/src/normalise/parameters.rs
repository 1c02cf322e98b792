//! Parameters: inlines references, drops those that the library sets, and makes names distinct.

use std::collections::BTreeMap;

use heck::ToSnakeCase;
use serde_json::{Map, Value};

use crate::document::{change_operations, follow};
use crate::failure::Failure;
use crate::registry::{Kind, Registry};

/// Copies the parameters of a path into its operations, unless they have one of the same name in the same place. All other code
/// reads the parameters of operations only.
pub(crate) fn spread(document: &mut Value) -> Vec<String> {
    let mut shared = BTreeMap::new();
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in paths.into_iter().flatten() {
        if let Some(Value::Array(list)) = item
            .as_object_mut()
            .and_then(|item| item.remove("parameters"))
        {
            shared.insert(path.clone(), list);
        }
    }
    let mut places = Vec::new();
    if shared.is_empty() {
        return places;
    }
    let whole = document.clone();
    change_operations(document, |path, _, operation| {
        let Some(shared) = shared.get(path) else {
            return;
        };
        let id = id_of(operation);
        let own = list_of(operation);
        let key = |parameter: &Value| {
            let parameter = follow(&whole, parameter);
            [parameter["name"].clone(), parameter["in"].clone()]
        };
        let is_own = |parameter: &&Value| own.iter().any(|other| key(other) == key(parameter));
        let added: Vec<Value> = shared
            .iter()
            .filter(|parameter| !is_own(parameter))
            .cloned()
            .collect();
        let names = added
            .iter()
            .map(|parameter| name_of(follow(&whole, parameter)));
        places.extend(names.map(|name| format!("{id}.{name}")));
        own.splice(0..0, added);
    });
    places
}

/// Replaces parameter references by what they refer to, so that later passes see one form.
pub(crate) fn inline(document: &mut Value) -> Vec<String> {
    let whole = document.clone();
    let mut places = Vec::new();
    change_operations(document, |_, _, operation| {
        let id = id_of(operation);
        for parameter in list_of(operation) {
            if parameter.get("$ref").is_some() {
                *parameter = follow(&whole, parameter).clone();
                places.push(format!("{id}.{}", name_of(parameter)));
            }
        }
    });
    places
}

/// Makes nullable parameters optional: a query or a header has no null.
pub(crate) fn leave_out_nulls(document: &mut Value) -> Vec<String> {
    let mut places = Vec::new();
    change_operations(document, |_, _, operation| {
        let id = id_of(operation);
        for parameter in list_of(operation) {
            let schema = parameter.get_mut("schema").and_then(Value::as_object_mut);
            let nullable = schema.and_then(|schema| schema.remove("nullable"));
            if nullable == Some(Value::Bool(true)) {
                if parameter["in"] != "path" {
                    parameter["required"] = Value::Bool(false);
                }
                places.push(format!("{id}.{}", name_of(parameter)));
            }
        }
    });
    places
}

/// Drops header parameters that carry a secret: the library sets them.
pub(crate) fn drop_authentication(document: &mut Value, registry: &Registry) -> Vec<String> {
    let mut places = Vec::new();
    change_operations(document, |_, _, operation| {
        let id = id_of(operation);
        list_of(operation).retain(|parameter| {
            let secret = is_secret_header(&id, parameter, registry);
            if secret {
                places.push(format!("{id}.{}", name_of(parameter)));
            }
            !secret
        });
    });
    places
}

/// The header of an operation that carries its own secret, such as a one-time token.
pub(crate) fn secret_header(
    operation: &Map<String, Value>,
    id: &str,
    registry: &Registry,
) -> Option<String> {
    operation
        .get("parameters")?
        .as_array()?
        .iter()
        .find(|parameter| is_secret_header(id, parameter, registry))
        .map(|parameter| name_of(parameter).to_owned())
}

fn is_secret_header(id: &str, parameter: &Value, registry: &Registry) -> bool {
    let Ok(Some(found)) = registry.find(id, name_of(parameter)) else {
        return false;
    };
    let secret = parameter["in"] == "header" && found.entry.kind == Kind::Secret;
    if secret {
        registry.mark_used(&found);
    }
    secret
}

/// Where `name` and `name[]` give one Rust name, keeps the list, which includes the single value.
pub(crate) fn separate(document: &mut Value) -> Result<Vec<String>, Failure> {
    let mut places = Vec::new();
    let mut failure = None;
    change_operations(document, |_, _, operation| {
        let id = id_of(operation);
        let parameters = list_of(operation);
        let mut by_rust_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for parameter in parameters.iter() {
            let name = name_of(parameter);
            by_rust_name
                .entry(name.to_snake_case())
                .or_default()
                .push(name.to_owned());
        }
        for names in by_rust_name.into_values().filter(|names| names.len() > 1) {
            let lists: Vec<&String> = names.iter().filter(|name| name.ends_with("[]")).collect();
            let [kept] = lists[..] else {
                failure.get_or_insert(Failure::new(
                    "resolve colliding parameters",
                    id.clone(),
                    format!(
                        "the parameters {names:?} give one Rust name; drop or rename one by overlay"
                    ),
                ));
                continue;
            };
            parameters.retain(|parameter| {
                let name = name_of(parameter);
                let dropped = name != kept && names.iter().any(|other| other == name);
                if dropped {
                    places.push(format!("{id}.{name}"));
                }
                !dropped
            });
        }
    });
    failure.map_or(Ok(places), Err)
}

pub(crate) fn id_of(operation: &Map<String, Value>) -> String {
    operation
        .get("operationId")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

pub(crate) fn name_of(parameter: &Value) -> &str {
    parameter["name"].as_str().unwrap_or_default()
}

fn list_of(operation: &mut Map<String, Value>) -> &mut Vec<Value> {
    let list = operation
        .entry("parameters")
        .or_insert_with(|| Value::Array(Vec::new()));
    if !list.is_array() {
        *list = Value::Array(Vec::new());
    }
    match list {
        Value::Array(items) => items,
        _ => unreachable!("made an array above"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn with_parameters(parameters: Value) -> Value {
        json!({
            "components": {"parameters": {"page": {"name": "page", "in": "query"}}},
            "paths": {"/a": {"get": {"operationId": "a", "parameters": parameters}}}
        })
    }

    fn names(document: &Value) -> Vec<&str> {
        let list = document["paths"]["/a"]["get"]["parameters"].as_array();
        list.into_iter().flatten().map(name_of).collect()
    }

    #[test]
    fn parameters_of_a_path_are_those_of_its_operations() {
        let mut document =
            with_parameters(json!([{"name": "page", "in": "query", "required": true}]));
        document["paths"]["/a"]["parameters"] = json!([
            {"name": "user", "in": "header"},
            {"$ref": "#/components/parameters/page"},
            {"name": "page", "in": "header"}
        ]);
        assert_eq!(spread(&mut document), ["a.user", "a.page"]);
        assert_eq!(names(&document), ["user", "page", "page"]);
        assert!(document["paths"]["/a"].get("parameters").is_none());
        assert!(spread(&mut document).is_empty());
    }

    #[test]
    fn references_are_inlined() {
        let mut document = with_parameters(json!([{"$ref": "#/components/parameters/page"}]));
        assert_eq!(inline(&mut document), ["a.page"]);
        assert_eq!(names(&document), ["page"]);
    }

    #[test]
    fn a_nullable_parameter_becomes_optional() {
        let nullable = json!({"type": "string", "nullable": true});
        let mut document = with_parameters(json!([
            {"name": "user", "in": "path", "required": true, "schema": nullable},
            {"name": "page", "in": "query", "required": true, "schema": nullable},
            {"name": "size", "in": "query", "schema": {"type": "integer"}}
        ]));
        assert_eq!(leave_out_nulls(&mut document), ["a.user", "a.page"]);
        let expected = json!([
            {"name": "user", "in": "path", "required": true, "schema": {"type": "string"}},
            {"name": "page", "in": "query", "required": false, "schema": {"type": "string"}},
            {"name": "size", "in": "query", "schema": {"type": "integer"}}
        ]);
        assert_eq!(document["paths"]["/a"]["get"]["parameters"], expected);
    }

    #[test]
    fn the_list_is_kept_of_a_parameter_and_its_list() {
        let mut document = with_parameters(json!([
            {"name": "account_guid", "in": "query"},
            {"name": "account_guid[]", "in": "query"},
            {"name": "page", "in": "query"}
        ]));
        assert_eq!(separate(&mut document).unwrap(), ["a.account_guid"]);
        assert_eq!(names(&document), ["account_guid[]", "page"]);
    }

    #[test]
    fn other_collisions_are_refused() {
        let mut document = with_parameters(json!([
            {"name": "pageSize", "in": "query"},
            {"name": "page_size", "in": "query"}
        ]));
        let text = separate(&mut document).unwrap_err().to_string();
        assert!(text.contains("page_size"), "{text}");
    }

    #[test]
    fn headers_with_a_secret_are_dropped() {
        let registry = Registry::from_value(&json!({
            "Secret": {"kind": "secret", "description": "d", "fields": ["a.MD-API-TOKEN"]}
        }))
        .unwrap();
        let mut document = with_parameters(json!([
            {"name": "MD-API-TOKEN", "in": "header"},
            {"name": "page", "in": "query"}
        ]));
        assert_eq!(
            drop_authentication(&mut document, &registry),
            ["a.MD-API-TOKEN"]
        );
        assert_eq!(names(&document), ["page"]);
    }
}
