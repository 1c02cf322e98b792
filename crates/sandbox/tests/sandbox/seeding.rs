//! Members without the workflow, and jobs that are finished at once.

use std::time::Duration;

use mx_nexus::reqwest::Client;
use mx_nexus_sandbox::{JobState, Sandbox};
use serde_json::{Value, json};

use crate::{ADA, known_user};

async fn post(sandbox: &Sandbox, path: &str, body: &str) -> (u16, Value) {
    let url = format!("{}{path}", sandbox.address());
    let answer = Client::new().post(url).body(body.to_owned()).send();
    let answer = answer.await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap())
}

async fn add(sandbox: &Sandbox, user: &str, password: &str) -> (u16, Value) {
    let body = json!({"user_id": user, "password": password});
    post(sandbox, "/_sandbox/members", &body.to_string()).await
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
        let (status, refusal) = post(&sandbox, "/_sandbox/members", body).await;
        assert_eq!(status, 400, "{body}");
        let message = refusal["error"]["message"].as_str().unwrap();
        assert!(
            message.contains("user_id") && !message.contains("hunter2"),
            "{message}"
        );
    }
    assert!(!is_known(&sandbox, "U-1").await);
    add(&sandbox, "U-1", "any").await;
    assert!(is_known(&sandbox, "U-1").await);
}

#[tokio::test]
async fn running_jobs_are_finished_on_request() {
    let long = Duration::from_secs(3600);
    let sandbox = Sandbox::builder().job_time(long).start().await.unwrap();
    let nexus = sandbox.nexus().build().unwrap();
    for user in [ADA, "U-bruno"] {
        let member = sandbox.add_member(user, "any").unwrap();
        let api = known_user(&nexus, user).await.api().await.unwrap();
        let starting = api.identify_member().member_guid(member.as_str());
        starting.send().await.unwrap();
    }
    let states = || {
        let jobs = sandbox.jobs().into_iter();
        jobs.map(|job| job.state).collect::<Vec<_>>()
    };
    assert_eq!(states(), [JobState::Running; 2]);
    let (status, finished) = post(&sandbox, "/_sandbox/jobs/finish", "").await;
    assert_eq!((status, finished), (200, json!({"finished": 2})));
    assert_eq!(states(), [JobState::Succeeded; 2]);
    assert_eq!(sandbox.finish_jobs(), 0);
}
