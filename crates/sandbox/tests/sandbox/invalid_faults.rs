//! Faults that cannot happen are refused with advice, in Rust and over HTTP; faults without a body or with another media type.

use mx_nexus::reqwest::{self, Client};
use mx_nexus_sandbox::{Fault, FaultBody, FaultKind};
use serde_json::{Value, json};

use crate::{ADA, apis, open, raw, session};

#[tokio::test]
async fn impossible_fault_is_refused_over_http() {
    let (sandbox, _) = open().await;
    let url = format!("{}/_sandbox/faults", sandbox.address());
    for (fault, advice) in [
        (json!({"kind": "reset", "method": "FETCH"}), "GET"),
        (
            json!({"kind": "reset", "path": "/members/**/identify"}),
            "has to be the end",
        ),
        (
            json!({"kind": "reset", "path": "/members/*/identfy"}),
            "did you mean /members/*/identify?",
        ),
        (
            json!({"kind": "reset", "method": "GET", "path": "/members/*/identify"}),
            "only the method POST",
        ),
        (
            json!({"kind": "reset", "operation": "identifyMembr"}),
            "did you mean identifyMember?",
        ),
        (
            json!({"kind": "reset", "operation": "readMember", "method": "GET"}),
            "leave one out",
        ),
        (json!({"kind": "explode"}), "`stale_echo`"),
        (json!({"kind": "reset", "tiems": 2}), "`times`"),
        (json!(null), "a fault as JSON"),
    ] {
        let asking = Client::new().post(&url).body(fault.to_string()).send();
        let answer = asking.await.unwrap();
        assert_eq!(answer.status().as_u16(), 400, "{fault}");
        let refusal: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        let message = refusal["error"]["message"].as_str().unwrap();
        assert!(message.contains(advice), "{fault}: {message}");
    }
    let refusal = sandbox.fault(Fault::reset().on("GET", "/membrs"));
    assert!(refusal.unwrap_err().to_string().contains("/members"));
    assert!(sandbox.faults().is_empty());
}

#[tokio::test]
async fn fault_is_returned_with_its_defaults() {
    let (sandbox, _) = open().await;
    let url = format!("{}/_sandbox/faults", sandbox.address());
    let asking = Client::new().post(&url).body(r#"{"kind": "stale_echo"}"#);
    let answer = asking.send().await.unwrap().text().await.unwrap();
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let listed = reqwest::get(&url).await.unwrap().text().await.unwrap();
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(answer["operation"], "readMember");
    assert_eq!(listed["faults"], json!([answer]));
}

#[tokio::test]
async fn response_without_body_is_reset_instead_of_truncated() {
    let (sandbox, _) = open().await;
    let token = session(&sandbox, &Client::new(), ADA).await;
    let member = sandbox.add_member(ADA, "any").unwrap();
    let before = sandbox.requests().len();
    let fault = Fault::truncated().on_operation("deleteMember");
    sandbox.fault(fault).unwrap();
    let accept = mx_nexus::call::find("deleteMember").unwrap().accept;
    let request = format!(
        "DELETE /nexus/members/{member} HTTP/1.1\r\nhost: a\r\naccept: {accept}\r\nmd-session-token: {token}\r\n\r\n"
    );
    let received = raw::exchange(&sandbox, request.as_bytes()).await;
    assert_eq!(received, "", "no head");
    let requests = sandbox.requests();
    let noted: Vec<_> = requests[before..].iter().collect();
    assert_eq!(noted.len(), 1);
    assert_eq!(
        (noted[0].status, noted[0].fault),
        (None, Some(FaultKind::Truncate))
    );
    let again = raw::exchange(&sandbox, request.as_bytes()).await;
    assert_eq!(raw::statuses(&again), [404], "it took effect: {again}");
}

#[tokio::test]
async fn malformed_json_has_the_media_type_of_its_api() {
    let (sandbox, _) = open().await;
    let http = Client::new();
    for (api, operations) in apis() {
        for operation in operations {
            let path = operation.path.replace('{', "one-").replace('}', "");
            let url = format!("{}/{api}{path}", sandbox.address());
            let media_type = async |body| {
                sandbox.fault(Fault::status(502).body(body)).unwrap();
                let method = operation.method.parse().unwrap();
                let answer = http.request(method, &url).send().await.unwrap();
                assert_eq!(answer.status().as_u16(), 502, "{}", operation.id);
                answer.headers()["content-type"].clone()
            };
            let json = media_type(FaultBody::Json).await;
            let not_json = media_type(FaultBody::NotJson).await;
            assert_eq!(not_json, json, "{}", operation.id);
        }
    }
}

#[tokio::test]
async fn bodiless_status_has_no_body() {
    let (sandbox, _) = open().await;
    for status in [204, 304] {
        sandbox.fault(Fault::status(status)).unwrap();
        let received = raw::exchange(
            &sandbox,
            b"GET /nexus/members HTTP/1.1\r\nhost: a\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n",
        );
        let received = received.await;
        assert_eq!(raw::statuses(&received), [status, 200], "{received}");
        let (first, _) = received.split_once("\r\n\r\n").unwrap();
        assert!(!first.to_lowercase().contains("content-type"), "{received}");
        assert!(!received.contains("A fault was asked for"), "{received}");
    }
}
