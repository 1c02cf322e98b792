//! Samples and examples fit the documents, for every operation of every API.

use http::HeaderMap;

use super::*;
use crate::api::{self, Api};
use crate::contract::{Contract, Match, of};

const USER: &str = "USR-7";

fn call(api: Api, method: &str, target: &str, body: Value) -> (&'static Documented, Call) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let Match::Operation(documented, path) = of(api).find(method, path) else {
        panic!("{method} {path} is not in the document");
    };
    let call = Call {
        api,
        operation: documented.operation,
        path,
        query: form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect(),
        headers: HeaderMap::new(),
        body,
        has_pages: true,
        lag: None,
    };
    (documented, call)
}

/// Every operation with an empty call.
fn all() -> impl Iterator<Item = (&'static Contract, &'static Documented, Call)> {
    api::all_operations().map(|(api, operation)| {
        let (documented, call) = call(api, operation.method, operation.path, Value::Null);
        (of(api), documented, call)
    })
}

fn answer(method: &str, target: &str, body: Value) -> Value {
    let (documented, call) = call(Api::Nexus, method, target, body);
    match documented
        .sample_reply(of(Api::Nexus), &call, Some(USER))
        .body
    {
        Body::Json(value) => value,
        _ => Value::Null,
    }
}

#[test]
fn every_reply_and_every_sample_fits_its_schema() {
    for (contract, documented, call) in all() {
        let id = call.operation.id;
        let schema = &documented.response.schema;
        let mismatch = |value: &Value| schema.mismatch(contract.schemas.as_ref(), value);
        let request = documented.request.as_ref().map(|body| &body.schema);
        for schema in request.into_iter().chain([schema]) {
            let compiles = schema.compile(contract.schemas.as_ref()).is_some();
            assert!(schema.raw().is_null() || compiles, "{id}");
        }
        if !schema.raw().is_null() {
            let sample = sample(contract.document(), schema.raw(), "", 0).unwrap();
            assert_eq!(mismatch(&sample), None, "{id}: {sample}");
        }
        let reply = documented.sample_reply(contract, &call, None);
        match (reply.body, documented.response.media_type()) {
            (Body::Empty, None) => {}
            (Body::Bytes { media_type, bytes }, Some(documented)) => {
                assert_eq!(media_type, documented, "{id}");
                assert!(!bytes.is_empty(), "{id}");
            }
            (Body::Json(value), Some(_)) => {
                assert_eq!(mismatch(&value), None, "{id}: {value}");
                assert!(
                    value.as_object().is_some_and(|fields| !fields.is_empty()),
                    "{id}"
                );
            }
            _ => panic!("the body of {id} is not as documented"),
        }
        let is_delete = call.operation.method == "DELETE";
        let expected = if is_delete { 204 } else { 200 };
        assert_eq!(reply.status.as_u16(), expected, "{id}");
    }
}

#[test]
fn identifiers_of_the_path_are_in_the_reply() {
    assert_eq!(
        answer("GET", "/accounts/ACT-7", Value::Null)["account"]["guid"],
        "ACT-7"
    );
    let payment = answer("GET", "/scheduled_payments/SCP-7", Value::Null);
    assert_eq!(payment["scheduled_payment"]["guid"], "SCP-7");
    let accounts = answer("GET", "/members/MBR-7/accounts", Value::Null);
    assert_eq!(accounts["accounts"][0]["member_guid"], "MBR-7");
    assert_ne!(accounts["accounts"][0]["guid"], "MBR-7");
}

#[test]
fn sample_has_the_guid_of_the_user() {
    for operation in Api::Nexus.operations() {
        let body = answer(operation.method, operation.path, Value::Null);
        let text = body.to_string();
        let theirs = text.split("\"user_guid\":").skip(1);
        for owner in theirs.filter(|rest| !rest.starts_with("null")) {
            assert!(owner.starts_with("\"USR-7\""), "{}: {text}", operation.id);
        }
    }
    let user = answer("GET", "/user", Value::Null);
    assert_eq!(user["user"]["guid"], USER);
    let transactions = answer("GET", "/transactions", Value::Null);
    assert_eq!(transactions["transactions"][0]["user_guid"], USER);
}

#[test]
fn sent_fields_are_copied_where_they_fit() {
    let sent = json!({"account": {"nickname": "Rainy days", "is_hidden": true, "unknown": 1}});
    let answered = answer("PUT", "/accounts/ACT-7", sent);
    assert_eq!(answered["account"]["nickname"], "Rainy days");
    assert_eq!(answered["account"]["is_hidden"], true);
    assert!(answered["account"].get("unknown").is_none());
}

#[test]
fn page_after_the_last_is_empty() {
    let first = answer("GET", "/merchants?records_per_page=10", Value::Null);
    assert_eq!(first["merchants"].as_array().map(Vec::len), Some(1));
    assert_eq!(first["pagination"]["per_page"], 10);
    let second = answer(
        "GET",
        "/merchants?page=2&records_per_page=5000",
        Value::Null,
    );
    assert_eq!(second["merchants"].as_array().map(Vec::len), Some(0));
    assert_eq!(second["pagination"]["per_page"], 25);
    assert_eq!(second["pagination"]["current_page"], 2);
    assert_eq!(second["pagination"]["total_pages"], 1);
}

#[test]
fn no_reply_names_a_real_host() {
    for (contract, documented, call) in all() {
        let text = match documented.sample_reply(contract, &call, None).body {
            Body::Json(value) => value.to_string(),
            Body::Bytes { bytes, .. } => String::from_utf8(bytes).unwrap(),
            Body::Serialised(bytes) => String::from_utf8(bytes).unwrap(),
            Body::Empty => continue,
        };
        let id = call.operation.id;
        for real in [
            "moneydesktop",
            "mx.com",
            "mxexample",
            "1800contacts",
            "regions.com",
        ] {
            assert!(!text.contains(real), "{id}: {text}");
        }
        let addresses = text.split("://").skip(1);
        let mut hosts = addresses.filter_map(|rest| rest.split(['/', '"', '<', ',']).next());
        assert!(hosts.all(|host| host == "sandbox.example"), "{id}: {text}");
    }
}

#[test]
fn text_fits_the_name_of_its_field() {
    assert!(text("member_guid").starts_with("MBR-"));
    assert!(text("guid").starts_with("ANY-"));
    assert_eq!(text("created_on"), "2026-01-15");
    assert!(text("oauth_window_uri").starts_with("https://"));
}
