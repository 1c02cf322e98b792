//! The control API is as its documentation shows: every request, the shape of every response, every refusal.

use std::collections::{BTreeMap, BTreeSet};

use mx_nexus_sandbox::Fault;
use serde_json::{Value, json};

use crate::http::ask;
use crate::{ADA, PATIENCE, connect, find, known_user, open, polling};

/// The documentation: for every request the example of its response.
fn documented() -> BTreeMap<String, Option<Value>> {
    let text = include_str!("../../src/control.md");
    let sections = text.split("#### ").skip(1);
    sections
        .map(|section| {
            let (title, rest) = section.split_once('\n').unwrap();
            let example = rest.split_once("```json").map(|(_, rest)| {
                let (json, _) = rest.split_once("```").unwrap();
                serde_json::from_str(json).unwrap_or_else(|error| panic!("{title}: {error}"))
            });
            (title.trim_matches('`').to_owned(), example)
        })
        .collect()
}

/// A value as the names and types of its fields.
fn shape(value: &Value) -> Value {
    match value {
        Value::Null => json!(null),
        Value::Bool(_) => json!("boolean"),
        Value::Number(_) => json!("number"),
        Value::String(_) => json!("text"),
        Value::Array(items) => items.iter().map(shape).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, field)| (name.clone(), shape(field)))
            .collect(),
    }
}

#[tokio::test]
async fn every_control_request_is_documented() {
    let (sandbox, _) = open().await;
    let index = ask(&sandbox, "GET /_sandbox", "").await.body;
    let mut there: BTreeSet<String> = index["control"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    there.insert("Refusals".to_owned());
    assert_eq!(documented().into_keys().collect::<BTreeSet<_>>(), there);
}

#[tokio::test]
async fn every_response_has_the_shape_of_its_example() {
    let (sandbox, nexus) = open().await;
    let examples = documented();
    let example = |request: &str| examples[request].clone().unwrap();
    let check = async |request: &str, asked: &str, body: &str| {
        let answered = ask(&sandbox, asked, body).await;
        assert_eq!(answered.media_type, "application/json", "{request}");
        assert!(answered.status < 300, "{request}: {}", answered.body);
        assert_eq!(shape(&answered.body), shape(&example(request)), "{request}");
    };
    let fault = example("POST /_sandbox/faults").to_string();
    check("POST /_sandbox/faults", "POST /_sandbox/faults", &fault).await;
    sandbox.clear_faults();
    let fault = example("GET /_sandbox/faults")["faults"][0].to_string();
    check("DELETE /_sandbox/faults", "DELETE /_sandbox/faults", "").await;
    let added = ask(&sandbox, "POST /_sandbox/faults", &fault).await;
    assert_eq!(added.status, 201);
    check("GET /_sandbox/faults", "GET /_sandbox/faults", "").await;
    sandbox.clear_faults();

    let user = known_user(&nexus, ADA).await;
    let member = connect(&user, &find(&user, "Sandbox Bank").await, "quick").await;
    let job = user.identify(member.member()).with_polling(polling());
    job.run(PATIENCE, async |_| None).await.unwrap();
    check("GET /_sandbox/jobs", "GET /_sandbox/jobs", "").await;
    let expire = "POST /_sandbox/sessions/expire";
    check(expire, expire, "").await;
    let api = user.api().await.unwrap();
    sandbox.clear_requests();
    let fault = Fault::status(400).on_operation("readMember");
    sandbox.fault(fault).unwrap();
    let reading = api.read_member().member_guid(member.member().as_str());
    reading.send().await.unwrap_err();
    check("GET /_sandbox/requests", "GET /_sandbox/requests", "").await;
    check("DELETE /_sandbox/requests", "DELETE /_sandbox/requests", "").await;

    check("GET /_sandbox/members", "GET /_sandbox/members", "").await;
    let waiting = connect(&user, &find(&user, "MX Bank (OAuth)").await, "").await;
    let signing_in = format!("POST /_sandbox/oauth/{}", waiting.member());
    check("POST /_sandbox/oauth/{member}", &signing_in, "").await;

    let vary = "PUT /_sandbox/variations";
    check(vary, vary, r#"{"variations": ["same_job_guid"]}"#).await;
    check("GET /_sandbox/variations", "GET /_sandbox/variations", "").await;
    let finish = "POST /_sandbox/jobs/finish";
    check(finish, finish, "").await;
    let add = "POST /_sandbox/members";
    check(add, add, r#"{"user_id": "U-ben", "password": "any"}"#).await;
    let partner = "POST /_sandbox/partners";
    check(partner, partner, r#"{"client_id": "c", "api_key": "k"}"#).await;
    let ben = known_user(&nexus, "U-ben").await;
    let waiting = connect(&ben, &find(&ben, "MX Bank (OAuth)").await, "").await;
    let declining = format!("POST /_sandbox/oauth/{}/decline", waiting.member());
    check("POST /_sandbox/oauth/{member}/decline", &declining, "").await;

    let add = "POST /_sandbox/worlds";
    check(add, add, r#"{"name": "a"}"#).await;
    check("GET /_sandbox/worlds", "GET /_sandbox/worlds", "").await;
    let remove = "DELETE /_sandbox/worlds/a";
    check("DELETE /_sandbox/worlds/{name}", remove, "").await;

    let world = example("GET /_sandbox/world").to_string();
    let put = "PUT /_sandbox/world";
    check(put, put, &world).await;
    check("GET /_sandbox/world", "GET /_sandbox/world", "").await;
    check("POST /_sandbox/reset", "POST /_sandbox/reset", "").await;
}

#[tokio::test]
async fn every_refusal_is_json_with_advice() {
    let (sandbox, _) = open().await;
    let shown = documented().remove("Refusals").flatten().unwrap();
    for (request, status) in [
        ("POST /", 405),
        ("PUT /_sandbox", 405),
        ("PATCH /_sandbox/faults", 405),
        ("GET /_sandbox/sessions/expire", 405),
        ("POST /_sandbox/jobs", 405),
        ("POST /_sandbox/openapi/nexus.json", 405),
        ("GET /_sandbox/nothing", 404),
        ("GET /_sandbox/openapi/platform.json", 404),
        ("GET /_sandbox/openapi/%FF", 400),
        ("POST /_sandbox/oauth/%FF", 400),
        ("POST /_sandbox/oauth/MBR-1", 404),
        ("POST /_sandbox/faults", 400),
        ("PUT /_sandbox/world", 400),
        ("POST /_sandbox/partners", 400),
        ("GET /nowhere", 404),
    ] {
        let answered = ask(&sandbox, request, "").await;
        assert_eq!(answered.status, status, "{request}");
        assert_eq!(answered.media_type, "application/json", "{request}");
        assert_eq!(shape(&answered.body), shape(&shown), "{request}");
        let message = answered.body["error"]["message"].as_str().unwrap();
        assert!(message.len() > 20, "{request}: {message}");
        assert_eq!(answered.allow.is_some(), status == 405, "{request}");
        for method in answered.allow.iter().flat_map(|allow| allow.split(',')) {
            assert!(message.contains(method.trim()), "{request}: {message}");
        }
    }
}
