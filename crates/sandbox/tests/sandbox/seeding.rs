//! Members without the workflow.

use mx_nexus_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::ADA;
use crate::http::ask;

async fn add(sandbox: &Sandbox, user: &str, password: &str) -> (u16, Value) {
    let body = json!({"user_id": user, "password": password});
    let added = ask(sandbox, "POST /_sandbox/members", &body.to_string()).await;
    (added.status, added.body)
}

async fn is_known(sandbox: &Sandbox, user: &str) -> bool {
    let nexus = sandbox.nexus().build().unwrap();
    nexus.user(user).api().await.is_ok()
}

#[tokio::test]
async fn members_are_added_over_http() {
    let sandbox = Sandbox::builder().use_cases().start().await.unwrap();
    let (status, first) = add(&sandbox, ADA, "challenge").await;
    assert_eq!(status, 201, "{first}");
    let (_, second) = add(&sandbox, ADA, "any").await;
    let api = sandbox.nexus().build().unwrap().user(ADA).api().await;
    let members = api.unwrap().list_members().send().await.unwrap();
    let members = members.into_inner().members.unwrap().into_iter();
    let guids: Vec<_> = members.filter_map(|member| member.guid).collect();
    let guids: Vec<&str> = guids.iter().map(|guid| guid.as_str()).collect();
    assert_eq!(json!(guids), json!([first["member"], second["member"]]));
    assert!(sandbox.jobs().is_empty());
}

#[tokio::test]
async fn invalid_member_is_refused_and_creates_no_user() {
    let sandbox = Sandbox::start().await.unwrap();
    let (status, refusal) = add(&sandbox, "no spaces", "any").await;
    assert_eq!(status, 400, "{refusal}");
    for body in [
        "",
        "[]",
        r#"{"user_id": "U-1"}"#,
        r#"{"user_id": "U-1", "password": "hunter2", "more": 1}"#,
        r#"{"user_id": "U-1", "password": ["hunter2"]}"#,
    ] {
        let refusal = ask(&sandbox, "POST /_sandbox/members", body).await;
        assert_eq!(refusal.status, 400, "{body}");
        let message = refusal.body["error"]["message"].as_str().unwrap();
        assert!(
            message.contains("user_id") && !message.contains("hunter2"),
            "{message}"
        );
    }
    assert!(!is_known(&sandbox, "U-1").await);
    add(&sandbox, "U-1", "any").await;
    assert!(is_known(&sandbox, "U-1").await);
}
