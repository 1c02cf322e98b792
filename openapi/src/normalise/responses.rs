//! Responses: drops errors, which the library reads, and gives every operation one `2XX` success.

use serde_json::{Map, Value, json};

use crate::document::{change_operations, follow};
use crate::failure::Failure;
use crate::normalise::parameters::id_of;

/// Replaces references to bodies and responses by what they refer to, so that later passes see one form.
pub(crate) fn inline(document: &mut Value) -> Vec<String> {
    let whole = document.clone();
    let mut places = Vec::new();
    change_operations(document, |_, _, operation| {
        let id = id_of(operation);
        let mut follow_it = |part: &mut Value| {
            if part.get("$ref").is_some() {
                *part = follow(&whole, part).clone();
                places.push(id.clone());
            }
        };
        if let Some(body) = operation.get_mut("requestBody") {
            follow_it(body);
        }
        if let Some(Value::Object(responses)) = operation.get_mut("responses") {
            responses.values_mut().for_each(follow_it);
        }
    });
    places
}

/// Drops every response that is no success. The meaning of the status is kept for the documentation, under `x-statuses`, where that
/// of the overlay wins.
pub(crate) fn drop_errors(document: &mut Value) -> Vec<String> {
    let mut places = Vec::new();
    change_operations(document, |_, _, operation| {
        let id = id_of(operation);
        let mut meanings = Map::new();
        responses_of(operation).retain(|status, response| {
            let success = status.starts_with('2');
            if !success {
                places.push(format!("{id} {status}"));
                if let Some(meaning) = response.get("description") {
                    meanings.insert(status.clone(), meaning.clone());
                }
            }
            success
        });
        if !meanings.is_empty() {
            if let Some(Value::Object(known)) = operation.remove("x-statuses") {
                meanings.extend(known);
            }
            operation.insert("x-statuses".to_owned(), Value::Object(meanings));
        }
    });
    places
}

/// Merges the successes of an operation into one `2XX`. That of a delete has no body: MX sends 204, or 200 with `{}`.
pub(crate) fn unify(document: &mut Value) -> Result<Vec<String>, Failure> {
    let mut places = Vec::new();
    let mut failure = None;
    change_operations(document, |_, method, operation| {
        let id = id_of(operation);
        let responses = responses_of(operation);
        let mut contents: Vec<Value> = Vec::new();
        if method != "delete" {
            for response in responses.values() {
                if let Some(content) = response.get("content").map(without_examples)
                    && !contents.contains(&content)
                {
                    contents.push(content);
                }
            }
        }
        if contents.len() > 1 {
            failure.get_or_insert(Failure::new(
                "one success response",
                id.clone(),
                "its successes have different bodies; give them one shape by overlay",
            ));
            return;
        }
        let mut success = json!({"description": "Success."});
        if let Some(content) = contents.pop() {
            success["content"] = content;
        }
        *responses = Map::from_iter([("2XX".to_owned(), success)]);
        places.push(id);
    });
    failure.map_or(Ok(places), Err)
}

/// The content of a body without its examples, by which two of one shape may differ.
fn without_examples(content: &Value) -> Value {
    let mut content = content.clone();
    for (_, media) in content.as_object_mut().into_iter().flatten() {
        if let Some(media) = media.as_object_mut() {
            media.remove("example");
            media.remove("examples");
        }
    }
    content
}

fn responses_of(operation: &mut Map<String, Value>) -> &mut Map<String, Value> {
    let responses = operation.entry("responses").or_insert_with(|| json!({}));
    if !responses.is_object() {
        *responses = json!({});
    }
    match responses {
        Value::Object(members) => members,
        _ => unreachable!("made an object above"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_shape_may_have_several_examples() {
        let body = |example: &str| json!({"content": {"application/json": {"schema": {"type": "object"}, "example": example}}});
        let mut document = with_responses("post", json!({"200": body("a"), "202": body("b")}));
        unify(&mut document).unwrap();
        let success = &document["paths"]["/a"]["post"]["responses"]["2XX"];
        assert_eq!(
            success["content"]["application/json"]["schema"]["type"],
            "object"
        );
    }

    #[test]
    fn references_are_inlined() {
        let mut document = with_responses(
            "post",
            json!({"200": {"$ref": "#/components/responses/done"}}),
        );
        document["paths"]["/a"]["post"]["requestBody"] =
            json!({"$ref": "#/components/requestBodies/ask"});
        document["components"] = json!({
            "responses": {"done": {"description": "Done."}},
            "requestBodies": {"ask": {"required": true}}
        });
        assert_eq!(inline(&mut document), ["a", "a"]);
        let operation = &document["paths"]["/a"]["post"];
        assert_eq!(operation["requestBody"], json!({"required": true}));
        assert_eq!(
            operation["responses"]["200"],
            json!({"description": "Done."})
        );
    }

    fn with_responses(method: &str, responses: Value) -> Value {
        json!({"paths": {"/a": {method: {"operationId": "a", "responses": responses}}}})
    }

    #[test]
    fn errors_and_defaults_are_dropped() {
        let mut document = with_responses(
            "get",
            json!({"200": {}, "404": {}, "default": {}, "5XX": {}}),
        );
        assert_eq!(drop_errors(&mut document), ["a 404", "a 5XX", "a default"]);
        assert_eq!(
            document["paths"]["/a"]["get"]["responses"],
            json!({"200": {}})
        );
    }

    #[test]
    fn the_meaning_of_an_error_is_kept_and_that_of_the_overlay_wins() {
        let mut document = with_responses(
            "get",
            json!({"400": {"description": "Published."}, "403": {"description": "Not enabled."}}),
        );
        document["paths"]["/a"]["get"]["x-statuses"] =
            json!({"400": "Known better.", "409": "Busy."});
        drop_errors(&mut document);
        let expected = json!({"400": "Known better.", "403": "Not enabled.", "409": "Busy."});
        assert_eq!(document["paths"]["/a"]["get"]["x-statuses"], expected);
    }

    #[test]
    fn a_body_on_200_serves_202_too() {
        let content = json!({"application/json": {"schema": {"type": "object"}}});
        let mut document = with_responses("post", json!({"200": {"content": content}, "202": {}}));
        unify(&mut document).unwrap();
        let responses = &document["paths"]["/a"]["post"]["responses"];
        assert_eq!(responses["2XX"]["content"], content);
        assert_eq!(responses.as_object().unwrap().len(), 1);
    }

    #[test]
    fn a_delete_has_no_body() {
        let content = json!({"application/json": {"schema": {"type": "object"}}});
        let mut document = with_responses("delete", json!({"200": {"content": content}}));
        unify(&mut document).unwrap();
        assert!(
            document["paths"]["/a"]["delete"]["responses"]["2XX"]
                .get("content")
                .is_none()
        );
    }

    #[test]
    fn two_shapes_of_success_are_refused() {
        let mut document = with_responses(
            "get",
            json!({
                "200": {"content": {"application/json": {"schema": {"type": "object"}}}},
                "203": {"content": {"application/json": {"schema": {"type": "string"}}}}
            }),
        );
        assert!(
            unify(&mut document)
                .unwrap_err()
                .to_string()
                .contains("different bodies")
        );
    }
}
