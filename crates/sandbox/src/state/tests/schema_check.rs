//! Checks a reply against the document.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, OnceLock};

use jsonschema::Registry;

use super::*;
use crate::contract;
use crate::contract::schema::{Schema, registry};

/// Panics when the document does not have this success, or a refusal is not in MX's shape.
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
        (Body::Empty, Some(_)) => assert_eq!(status, 204, "{operation}"),
        (Body::Empty, None) => {}
        (Body::Bytes { media_type, .. }, Some((published, _))) => {
            assert_eq!(media_type, published, "{operation}");
        }
        (Body::Json(body), Some((_, content))) => {
            let mismatch = schema(call, &content["schema"]).mismatch(components(call.api), body);
            assert_eq!(mismatch, None, "{operation}");
        }
        (Body::Serialised(_), Some(_)) => unreachable!("the client has read it as JSON"),
        (_, None) => panic!("{operation}: the document knows no body"),
    }
}

fn described(call: &Call) -> &'static Value {
    let method = call.operation.method.to_lowercase();
    let described = &contract::of(call.api).document()["paths"][call.operation.path][method];
    assert!(
        described.is_object(),
        "{} is in no document",
        call.operation.id
    );
    described
}

/// The components of the document, closed.
fn components(api: Api) -> Option<&'static Registry<'static>> {
    static CLOSED: [OnceLock<Option<Registry<'_>>>; Api::ALL.len()] =
        [const { OnceLock::new() }; Api::ALL.len()];
    let closed = || registry(&closed(contract::of(api).document().clone()));
    CLOSED[api as usize].get_or_init(closed).as_ref()
}

fn schema(call: &Call, schema: &Value) -> Arc<Schema> {
    type Schemas = HashMap<(Api, &'static str), Arc<Schema>>;
    static MADE: LazyLock<Mutex<Schemas>> = LazyLock::new(Mutex::default);
    let mut made = MADE.lock().unwrap();
    let made = made.entry((call.api, call.operation.id));
    Arc::clone(made.or_insert_with(|| Arc::new(Schema::new(closed(schema.clone())))))
}

/// The same schemas without undocumented fields.
fn closed(mut value: Value) -> Value {
    match &mut value {
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| *item = closed(item.take())),
        Value::Object(fields) => {
            fields
                .values_mut()
                .for_each(|field| *field = closed(field.take()));
            if fields.get("type") == Some(&json!("object")) && fields.contains_key("properties") {
                fields.insert(String::from("additionalProperties"), json!(false));
            }
        }
        _ => {}
    }
    value
}

#[test]
#[should_panic(expected = "surprise")]
fn undocumented_field_fails_the_check() {
    let call = client::call(Api::Nexus, "readUser");
    check(&call, &Reply::ok(json!({"user": {"surprise": 1}})));
}
