//! Faults that no request can have are refused when they are asked for, in Rust and over HTTP, with what to do; and those that
//! can be happen as they say.

use mx_nexus::reqwest::{self, Client};
use mx_nexus::sandbox::Fault;
use serde_json::{Value, json};

use crate::open;

#[tokio::test]
async fn what_no_request_can_have_is_refused_over_http_too() {
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
async fn a_fault_is_answered_as_it_was_understood() {
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
