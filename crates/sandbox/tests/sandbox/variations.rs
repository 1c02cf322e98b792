//! Variations over HTTP, and lists without paging.

use mx_nexus_sandbox::Variation;
use serde_json::{Value, json};

use crate::http::ask;
use crate::{ADA, VENDOR, open, session};

#[tokio::test]
async fn variations_are_set_over_http() {
    let (sandbox, _) = open().await;
    let wanted = json!({"variations": ["no_job_guid", "options_by_value"]});
    let set = ask(&sandbox, "PUT /_sandbox/variations", &wanted.to_string()).await;
    assert_eq!((set.status, &set.body), (200, &wanted));
    assert_eq!(
        sandbox.variations(),
        [Variation::NoJobGuid, Variation::OptionsByValue]
    );
    sandbox.set_variations([]);
    let listed = ask(&sandbox, "GET /_sandbox/variations", "").await;
    assert_eq!(listed.body, json!({"variations": []}));
    let refused = ask(
        &sandbox,
        "PUT /_sandbox/variations",
        r#"{"variations": ["x"]}"#,
    )
    .await;
    assert_eq!(refused.status, 400);
    let message = refused.body["error"]["message"].as_str().unwrap();
    assert!(message.contains("`same_job_guid`"), "{message}");
}

#[tokio::test]
async fn lists_without_pagination_are_whole() {
    let (sandbox, _) = open().await;
    for _ in 0..30 {
        sandbox.add_member(ADA, "any").unwrap();
    }
    let http = mx_nexus::reqwest::Client::new();
    let token = session(&sandbox, &http, ADA).await;
    let read = async |path: &str| -> Value {
        let url = format!("{}/nexus{path}", sandbox.address());
        let request = http.get(url).header("accept", VENDOR);
        let answer = request.header("md-session-token", &token).send();
        serde_json::from_str(&answer.await.unwrap().text().await.unwrap()).unwrap()
    };
    let members = async || read("/members").await["members"].as_array().unwrap().len();
    assert_eq!(members().await, 25);
    assert!(read("/members").await["pagination"].is_object());
    assert!(read("/merchants").await["pagination"].is_object());
    sandbox.set_variations([Variation::ListsWithoutPagination]);
    assert_eq!(members().await, 30);
    for path in ["/members", "/members?page=2", "/accounts", "/merchants"] {
        assert_eq!(read(path).await.get("pagination"), None, "{path}");
    }
}
