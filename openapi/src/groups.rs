//! Leaves out the groups of operations that a build does without. A group is the operations of one tag; all but those of
//! [`Api`](crate::Api)'s `core` are features of `mx-nexus`.
//!
//! It runs after every pass that checks the document, so that what a build refuses does not depend on its features.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::document::{METHODS, children};
use crate::normalise::sides::{self, Sides};

/// What a build has a use for.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// Whether a group of operations is generated.
    pub group: &'a dyn Fn(&str) -> bool,
    /// Whether the types derive `JsonSchema`.
    pub schemas: bool,
}

impl Wanted<'_> {
    /// Everything.
    pub(crate) const ALL: Wanted<'static> = Wanted {
        group: &|_| true,
        schemas: true,
    };
}

/// The group of an operation: its first tag.
pub(crate) fn group_of(operation: &Map<String, Value>) -> &str {
    let tags = operation.get("tags");
    tags.and_then(|tags| tags[0].as_str()).unwrap_or_default()
}

/// Removes the operations of unwanted groups, and the schemas that no other operation uses. Returns the sides of the rest.
pub(crate) fn keep(document: &mut Value, is_wanted: impl Fn(&str) -> bool) -> Sides {
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        for item in paths.values_mut().filter_map(Value::as_object_mut) {
            item.retain(|method, operation| {
                !METHODS.contains(&method.as_str())
                    || operation
                        .as_object()
                        .is_none_or(|found| is_wanted(group_of(found)))
            });
        }
    }
    let sides = sides::used(document);
    let is_used = |name: &String| sides.requests.contains(name) || sides.responses.contains(name);
    if let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") {
        schemas.retain(|name, _| is_used(name));
    }
    sides
}

/// The formats of all fields and parameters of a document, by which registered types are found.
pub(crate) fn formats(value: &Value) -> BTreeSet<&str> {
    let mut found: BTreeSet<&str> = children(value).flat_map(formats).collect();
    found.extend(value.get("format").and_then(Value::as_str));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn operation(id: &str, tag: &str, answer: &str) -> Value {
        let schema = json!({"$ref": format!("#/components/schemas/{answer}")});
        json!({
            "operationId": id, "tags": [tag],
            "responses": {"2XX": {"content": {"application/json": {"schema": schema}}}}
        })
    }

    #[test]
    fn operations_of_other_groups_go_with_the_schemas_that_only_they_use() {
        let shared = json!({"properties": {"at": {"type": "string", "format": "x-time"}}});
        let held = json!({"properties": {"shared": {"$ref": "#/components/schemas/Shared"}}});
        let mut document = json!({
            "components": {"schemas": {"Goal": held, "Member": held, "Shared": shared, "Inner": {}}},
            "paths": {"/a": {
                "parameters": [],
                "get": operation("readGoal", "goals", "Goal"),
                "put": operation("readMember", "members", "Member")
            }}
        });
        document["components"]["schemas"]["Goal"]["properties"]["inner"] =
            json!({"$ref": "#/components/schemas/Inner", "format": "x-goal"});
        let sides = keep(&mut document, |group| group == "members");
        let left: Vec<&String> = document["components"]["schemas"]
            .as_object()
            .unwrap()
            .keys()
            .collect();
        assert_eq!(left, ["Member", "Shared"]);
        assert_eq!(sides.responses.len(), 2);
        let path = document["paths"]["/a"].as_object().unwrap();
        assert_eq!(path.keys().collect::<Vec<_>>(), ["parameters", "put"]);
        assert_eq!(Vec::from_iter(formats(&document)), ["x-time"]);
    }
}
