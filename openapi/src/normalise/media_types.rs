//! Media types: `application/vnd.…+json` becomes `application/json` for the generator; the library sends the real ones.

use serde_json::{Map, Value, json};

use crate::document::change_operations;
use crate::failure::Failure;
use crate::normalise::parameters::id_of;

/// Renames JSON media types, and turns every other body into a stream of bytes.
pub(crate) fn simplify(document: &mut Value) -> Result<Vec<String>, Failure> {
    let mut places = Vec::new();
    let mut failures = Vec::new();
    change_operations(document, |_, method, operation| {
        let id = id_of(operation);
        if method == "get" && operation.contains_key("requestBody") {
            let reason = "a GET has no body; move its fields to the query by overlay";
            failures.push(Failure::new("plain JSON media types", &*id, reason));
        }
        let mut renamed = Vec::new();
        if let Some(body) = operation.get_mut("requestBody") {
            renamed.push(rename(body, &id));
        }
        if let Some(Value::Object(responses)) = operation.get_mut("responses") {
            renamed.extend(responses.values_mut().map(|response| rename(response, &id)));
        }
        for outcome in renamed {
            match outcome {
                Ok(true) => places.push(id.clone()),
                Ok(false) => {}
                Err(failure) => failures.push(failure),
            }
        }
    });
    Failure::several(failures)?;
    Ok(places)
}

/// The media type of a body.
pub(crate) fn media_type(body: &Value) -> Option<&str> {
    let content = body.get("content")?.as_object()?;
    content.keys().next().map(String::as_str)
}

/// Whether a media type is JSON, by itself or by its suffix.
pub(crate) fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json")
}

fn rename(body: &mut Value, id: &str) -> Result<bool, Failure> {
    let Some(Value::Object(content)) = body.get_mut("content") else {
        return Ok(false);
    };
    if content.len() > 1 {
        let names: Vec<&String> = content.keys().collect();
        return Err(Failure::new(
            "plain JSON media types",
            id,
            format!("it has several media types, {names:?}; keep one by overlay"),
        ));
    }
    let Some((name, inner)) = std::mem::take(content).into_iter().next() else {
        return Ok(false);
    };
    if is_json(&name) {
        let renamed = name != "application/json";
        content.insert("application/json".to_owned(), inner);
        Ok(renamed)
    } else {
        // progenitor returns anything that is not JSON as a stream.
        let stream = json!({"schema": {"type": "string", "format": "binary"}});
        *content = Map::from_iter([("application/octet-stream".to_owned(), stream)]);
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_content(content: Value) -> Value {
        json!({"paths": {"/a": {"get": {"operationId": "a", "responses": {"2XX": {"content": content}}}}}})
    }

    fn names(document: &Value) -> Vec<String> {
        let content = &document["paths"]["/a"]["get"]["responses"]["2XX"]["content"];
        content.as_object().unwrap().keys().cloned().collect()
    }

    #[test]
    fn vendor_json_becomes_plain_json() {
        let mut document = with_content(json!({"application/vnd.mx.nexus.v1+json": {}}));
        assert_eq!(simplify(&mut document).unwrap(), ["a"]);
        assert_eq!(names(&document), ["application/json"]);
    }

    #[test]
    fn text_becomes_a_stream() {
        let mut document = with_content(json!({"text/csv": {}}));
        simplify(&mut document).unwrap();
        assert_eq!(names(&document), ["application/octet-stream"]);
    }

    #[test]
    fn two_media_types_are_refused() {
        let mut document = with_content(json!({"application/json": {}, "application/xml": {}}));
        let text = simplify(&mut document).unwrap_err().to_string();
        assert!(text.contains("application/xml"), "{text}");
    }

    #[test]
    fn a_body_on_a_get_is_refused() {
        let mut document = with_content(json!({"application/json": {}}));
        document["paths"]["/a"]["get"]["requestBody"] =
            json!({"content": {"application/json": {}}});
        let text = simplify(&mut document).unwrap_err().to_string();
        assert!(text.contains("GET has no body"), "{text}");
    }
}
