//! The examples of a document: kept for the contract tests, and taken out of what the generator sees.

use serde_json::{Map, Value};

use crate::document::{follow, operations};

/// Every example by operation id: `{"readMember": {"response": {…}, "request": {…}}}`.
pub(crate) fn collect(document: &Value) -> Value {
    let mut all = Map::new();
    for operation in operations(document) {
        let mut found = Map::new();
        let body = operation.value.get("requestBody");
        if let Some(example) = body.and_then(|body| example_of(follow(document, body))) {
            found.insert("request".to_owned(), example);
        }
        let responses = operation.value.get("responses").and_then(Value::as_object);
        for (status, response) in responses.into_iter().flatten() {
            if status.starts_with('2')
                && let Some(example) = example_of(follow(document, response))
            {
                found.insert("response".to_owned(), example);
            }
        }
        if !found.is_empty() {
            all.insert(operation.id.to_owned(), Value::Object(found));
        }
    }
    Value::Object(all)
}

fn example_of(body: &Value) -> Option<Value> {
    let content = body.get("content")?.as_object()?;
    content
        .values()
        .find_map(|media| media.get("example").cloned())
}

/// Removes examples and our own marks, which the generator would copy or stumble over.
pub(crate) fn strip(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| !name.starts_with("x-"));
            for (name, member) in members.iter_mut() {
                // Below `properties` the names are fields, and a field may be called `example`.
                if name == "properties" || name == "schemas" || name == "paths" {
                    for field in member
                        .as_object_mut()
                        .into_iter()
                        .flatten()
                        .map(|(_, field)| field)
                    {
                        drop_example(field);
                        strip(field);
                    }
                } else {
                    drop_example(member);
                    strip(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| {
            drop_example(item);
            strip(item);
        }),
        _ => {}
    }
}

fn drop_example(value: &mut Value) {
    if let Some(members) = value.as_object_mut() {
        members.remove("example");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn examples_are_found_by_operation_and_side() {
        let document = json!({"paths": {"/a": {"post": {
            "operationId": "a",
            "requestBody": {"content": {"application/json": {"example": 1}}},
            "responses": {"200": {"content": {"application/json": {"example": 2}}}, "404": {"content": {"x": {"example": 3}}}}
        }}}});
        assert_eq!(
            collect(&document),
            json!({"a": {"request": 1, "response": 2}})
        );
    }

    #[test]
    fn examples_and_marks_go_but_fields_of_that_name_stay() {
        let mut document = json!({"schemas": {"A": {
            "x-evidence": "table", "example": 1,
            "properties": {"example": {"type": "string", "example": "x"}}
        }}});
        strip(&mut document);
        assert_eq!(
            document,
            json!({"schemas": {"A": {"properties": {"example": {"type": "string"}}}}})
        );
    }
}
