//! What is made keeps to the documents, for every operation of every face.

use http::HeaderMap;

use super::*;
use crate::call::Face;
use crate::contract::{Match, of};

const USER: &str = "USR-7";

fn call(face: Face, method: &str, target: &str, body: Value) -> (&'static Documented, Call) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let Match::Operation(documented, path) = of(face).find(method, path) else {
        panic!("{method} {path} is not in the document");
    };
    let query = query.split('&').filter_map(|pair| pair.split_once('='));
    let call = Call {
        face,
        operation: documented.operation,
        path,
        query: query
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        headers: HeaderMap::new(),
        body,
        is_stale: false,
    };
    (documented, call)
}

fn answer(method: &str, target: &str, body: Value) -> Value {
    let (documented, call) = call(Face::Nexus, method, target, body);
    match documented.answer(of(Face::Nexus), &call, Some(USER)).body {
        Body::Json(value) => value,
        _ => Value::Null,
    }
}

#[test]
fn every_schema_of_every_document_compiles() {
    for &face in Face::ALL {
        let document = of(face).document();
        for operation in face.operations() {
            let (documented, _) = call(face, operation.method, operation.path, Value::Null);
            assert!(
                documented.answers.schema.compiles(document),
                "{}",
                operation.id
            );
            let request = documented.checks.schema();
            assert!(
                request.is_none_or(|schema| schema.compiles(document)),
                "{}",
                operation.id
            );
        }
    }
}

#[test]
fn every_answer_fits_its_own_schema() {
    for &face in Face::ALL {
        let document = of(face).document();
        for operation in face.operations() {
            let (documented, call) = call(face, operation.method, operation.path, Value::Null);
            let reply = documented.answer(of(face), &call, None);
            assert!(reply.status.is_success(), "{}", operation.id);
            match (reply.body, documented.answers.media_type()) {
                (Body::Nothing, None) => {}
                (Body::Bytes { media_type, bytes }, Some(promised)) => {
                    assert_eq!(media_type, promised, "{}", operation.id);
                    assert!(!bytes.is_empty(), "{}", operation.id);
                }
                (Body::Json(value), Some(_)) => {
                    let mismatch = documented.answers.schema.mismatch(document, &value);
                    assert_eq!(mismatch, None, "{}: {value}", operation.id);
                    let fields = value.as_object().map_or(0, Map::len);
                    assert!(fields > 0, "{} answers with nothing", operation.id);
                }
                _ => panic!(
                    "{} has a body or has none, unlike its document",
                    operation.id
                ),
            }
        }
    }
}

#[test]
fn a_sample_without_an_example_fits_as_well() {
    let mut made = 0;
    for &face in Face::ALL {
        let document = of(face).document();
        for operation in face.operations() {
            let (documented, _) = call(face, operation.method, operation.path, Value::Null);
            let schema = &documented.answers.schema;
            if schema.written().is_null() {
                continue;
            }
            let value = sample(document, schema.written(), "", 0).unwrap();
            assert_eq!(
                schema.mismatch(document, &value),
                None,
                "{}: {value}",
                operation.id
            );
            made += 1;
        }
    }
    assert!(made > 100, "{made}");
}

#[test]
fn deletes_answer_204_and_the_block_of_an_account_an_empty_200() {
    for operation in Face::Nexus.operations() {
        let (documented, _) = call(Face::Nexus, operation.method, operation.path, Value::Null);
        let wanted = if operation.method == "DELETE" {
            204
        } else {
            200
        };
        assert_eq!(
            documented.answers.success.as_u16(),
            wanted,
            "{}",
            operation.id
        );
    }
    assert_eq!(
        answer("PUT", "/accounts/ACT-1/block", Value::Null),
        Value::Null
    );
}

#[test]
fn the_identifiers_of_the_path_come_back() {
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
fn what_is_made_belongs_to_the_user_who_asks() {
    for operation in Face::Nexus.operations() {
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
fn what_was_sent_of_the_object_is_taken_over_where_it_fits() {
    let sent = json!({"account": {"nickname": "Rainy days", "is_hidden": true, "unknown": 1}});
    let answered = answer("PUT", "/accounts/ACT-7", sent);
    assert_eq!(answered["account"]["nickname"], "Rainy days");
    assert_eq!(answered["account"]["is_hidden"], true);
    assert!(answered["account"].get("unknown").is_none());
}

#[test]
fn a_page_behind_the_last_one_is_empty_and_says_so() {
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
fn a_page_number_of_any_length_is_a_page_behind_the_last_one() {
    let long = "9".repeat(40);
    let target = format!("/merchants?page={long}&records_per_page={long}");
    let (documented, call) = call(Face::Nexus, "GET", &target, Value::Null);
    assert!(documented.check(of(Face::Nexus), &call, b"").is_ok());
    let Body::Json(body) = documented.answer(of(Face::Nexus), &call, Some(USER)).body else {
        panic!("a list is JSON");
    };
    assert_eq!(body["merchants"], json!([]));
    assert_eq!(body["pagination"]["per_page"], 25);
    assert_eq!(body["pagination"]["current_page"], i64::MAX);
    for malformed in ["", "1.0", "1e9", "nine", "9 "] {
        let target = format!("/merchants?page={malformed}");
        let (documented, call) = self::call(Face::Nexus, "GET", &target, Value::Null);
        assert!(documented.check(of(Face::Nexus), &call, b"").is_err());
    }
}

#[test]
fn no_answer_leads_to_anybody_real() {
    for &face in Face::ALL {
        for operation in face.operations() {
            let (documented, call) = call(face, operation.method, operation.path, Value::Null);
            let text = match documented.answer(of(face), &call, None).body {
                Body::Json(value) => value.to_string(),
                Body::Bytes { bytes, .. } => String::from_utf8(bytes).unwrap(),
                Body::Nothing => continue,
            };
            for real in [
                "moneydesktop",
                "mx.com",
                "mxexample",
                "1800contacts",
                "regions.com",
            ] {
                assert!(!text.contains(real), "{}: {text}", operation.id);
            }
            let addresses = text.split("://").skip(1);
            let mut hosts = addresses.filter_map(|rest| rest.split(['/', '"', '<', ',']).next());
            assert!(
                hosts.all(|host| host == "sandbox.example"),
                "{}: {text}",
                operation.id
            );
        }
    }
}

#[test]
fn texts_fit_the_names_of_their_fields() {
    assert!(text("member_guid").starts_with("MBR-"));
    assert!(text("guid").starts_with("ANY-"));
    assert_eq!(text("created_on"), "2026-01-15");
    assert!(text("oauth_window_uri").starts_with("https://"));
}
