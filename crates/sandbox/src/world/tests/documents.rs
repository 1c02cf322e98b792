//! Whether a reply is one that the document knows.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;

use super::*;
use crate::contract;

/// The documents of the faces, without further fields.
static DOCUMENTS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let documents = Face::ALL.iter().map(|&face| contract::of(face).document());
    let tightened = documents.map(|document| {
        let mut document = document.clone();
        tighten(&mut document);
        document
    });
    tightened.collect()
});

/// Panics when the document does not know a success like this one, or a refusal is not in MX's shape.
pub(super) fn check(call: &Call, reply: &Reply) {
    let operation = call.operation.id;
    let status = reply.status.as_u16();
    if status >= 400 {
        let Body::Json(body) = &reply.body else {
            panic!("{operation}: {status} without a body");
        };
        assert!(body["error"]["message"].is_string(), "{operation}: {body}");
        return;
    }
    let described = described(call);
    let responses = &described["responses"];
    let published = &responses[status.to_string()];
    let is_known = !described["x-statuses"][status.to_string()].is_null();
    assert!(is_known || !published.is_null(), "{operation}: {status}");
    let published = if published["content"].is_object() {
        published
    } else {
        &responses["200"]
    };
    let content = published["content"]
        .as_object()
        .into_iter()
        .flatten()
        .next();
    match (&reply.body, content) {
        (Body::Nothing, Some(_)) => assert_eq!(status, 204, "{operation}"),
        (Body::Nothing, None) => {}
        (Body::Bytes { media_type, .. }, Some((published, _))) => {
            assert_eq!(media_type, published, "{operation}");
        }
        (Body::Json(body), Some((_, content))) => {
            let validator = validator(call, &content["schema"]);
            let faults = validator
                .iter_errors(body)
                .map(|error| format!("{error} at {}", error.instance_path()));
            let faults: Vec<String> = faults.collect();
            assert!(faults.is_empty(), "{operation}: {faults:#?}");
        }
        (_, None) => panic!("{operation}: the document knows no body"),
    }
}

fn document(face: Face) -> &'static Value {
    &DOCUMENTS[face as usize]
}

fn described(call: &Call) -> &'static Value {
    let method = call.operation.method.to_lowercase();
    let described = &document(call.face)["paths"][call.operation.path][method];
    assert!(
        described.is_object(),
        "{} is in no document",
        call.operation.id
    );
    described
}

fn validator(call: &Call, schema: &Value) -> Arc<Validator> {
    static MADE: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let key = format!("{:?}/{}", call.face, call.operation.id);
    let mut made = MADE.lock().unwrap();
    let made = made.entry(key).or_insert_with(|| {
        let mut whole = schema.clone();
        whole["components"] = document(call.face)["components"].clone();
        Arc::new(jsonschema::validator_for(&whole).unwrap())
    });
    Arc::clone(made)
}

/// Turns OpenAPI's `nullable` into JSON Schema, and closes objects that name their fields.
fn tighten(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(tighten),
        Value::Object(fields) => {
            fields.values_mut().for_each(tighten);
            if fields.get("nullable") == Some(&json!(true)) && fields.contains_key("type") {
                fields["type"] = json!([fields["type"], "null"]);
            }
            if fields.get("type") == Some(&json!("object")) && fields.contains_key("properties") {
                fields.insert(String::from("additionalProperties"), json!(false));
            }
        }
        _ => {}
    }
}

#[test]
#[should_panic(expected = "surprise")]
fn a_field_that_the_document_does_not_name_is_a_fault() {
    let call = desk::call(Face::Nexus, "readUser");
    check(&call, &Reply::ok(json!({"user": {"surprise": 1}})));
}
