//! The examples of a document: collected for the contract tests, and removed before the generator runs.

use serde_json::{Map, Value};

use crate::document::{escape, operations, reference};

/// An example of a whole body.
pub(crate) struct Example<'a> {
    pub operation: &'a str,
    /// `request` or `response`.
    pub side: &'static str,
    /// Its JSON pointer in the document.
    #[cfg_attr(
        not(any(feature = "tool", test)),
        expect(dead_code, reason = "a check reports the line of a fault")
    )]
    pub pointer: String,
    pub value: &'a Value,
}

/// Every example by operation id: `{"readMember": {"response": {…}, "request": {…}}}`.
pub(crate) fn collect(document: &Value) -> Value {
    let mut all = Map::new();
    for example in find(document) {
        let sides = all
            .entry(example.operation)
            .or_insert_with(|| Value::Object(Map::new()));
        sides[example.side] = example.value.clone();
    }
    Value::Object(all)
}

/// Every example, in the order of the document: of requests and of successful answers.
pub(crate) fn find(document: &Value) -> Vec<Example<'_>> {
    let mut all = Vec::new();
    for operation in operations(document) {
        let place = format!("/paths/{}/{}", escape(operation.path), operation.method);
        let mut bodies = vec![("request", format!("{place}/requestBody"))];
        let responses = operation.value.get("responses").and_then(Value::as_object);
        for status in responses.into_iter().flatten().map(|(status, _)| status) {
            if status.starts_with('2') {
                bodies.push(("response", format!("{place}/responses/{}", escape(status))));
            }
        }
        for (side, pointer) in bodies {
            if let Some((pointer, value)) = example_of(document, pointer) {
                all.push(Example {
                    operation: operation.id,
                    side,
                    pointer,
                    value,
                });
            }
        }
    }
    all
}

fn example_of(document: &Value, pointer: String) -> Option<(String, &Value)> {
    let body = document.pointer(&pointer)?;
    let (pointer, body) = match reference(body) {
        Some(target) => (target.to_owned(), document.pointer(target)?),
        None => (pointer, body),
    };
    let content = body.get("content")?.as_object()?;
    content.iter().find_map(|(name, media)| {
        let example = media.get("example")?;
        let pointer = format!("{pointer}/content/{}/example", escape(name));
        Some((pointer, example))
    })
}

/// Removes examples and our own `x-` marks, which the generator would copy or refuse.
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
        let places: Vec<String> = find(&document).into_iter().map(|one| one.pointer).collect();
        assert_eq!(
            places,
            [
                "/paths/~1a/post/requestBody/content/application~1json/example",
                "/paths/~1a/post/responses/200/content/application~1json/example"
            ]
        );
    }

    #[test]
    fn examples_and_marks_are_removed_but_not_fields_of_that_name() {
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
