//! Isolated worlds: several sandboxes below paths of one.

use std::collections::BTreeSet;

use mx_nexus::reqwest::{self, redirect::Policy};
use mx_nexus::{Environment, Nexus};
use mx_nexus_sandbox::Sandbox;
use serde_json::json;

use crate::http::ask;
use crate::{ADA, PATIENCE, connect, find, known_user, open, polling, raw};

/// Adds a world and returns a client for it, with the credentials of the sandbox.
async fn client(sandbox: &Sandbox, name: &str) -> Nexus {
    let body = json!({"name": name}).to_string();
    let added = ask(sandbox, "POST /_sandbox/worlds", &body).await;
    assert_eq!(added.status, 201, "{}", added.body);
    let wanted = json!({
        "name": name,
        "address": format!("{}/worlds/{name}", sandbox.address()),
        "client_id": sandbox.client_id(),
    });
    assert_eq!(added.body, wanted);
    let environment = Environment::sandbox(added.body["address"].as_str().unwrap());
    let builder = Nexus::builder(environment);
    let builder = builder.credentials(sandbox.client_id(), sandbox.api_key());
    builder.build().unwrap()
}

async fn count(sandbox: &Sandbox, world: &str, what: &str) -> usize {
    let listed = ask(sandbox, &format!("GET {world}/_sandbox/{what}"), "").await;
    listed.body[what].as_array().unwrap().len()
}

#[tokio::test]
async fn worlds_share_no_members_faults_or_requests() {
    let (sandbox, root) = open().await;
    let (one, other) = (client(&sandbox, "a").await, client(&sandbox, "b").await);
    let user = known_user(&one, ADA).await;
    connect(&user, &find(&user, "MX Bank").await, "any").await;
    for nexus in [&root, &other] {
        let unknown = nexus.user(ADA).api().await.unwrap_err();
        assert_eq!(unknown.status(), Some(404));
    }
    let fault = r#"{"request": "not_processed", "answer": {"status": 503}}"#;
    let added = ask(&sandbox, "POST /worlds/b/_sandbox/faults", fault).await;
    assert_eq!(added.status, 201);
    for (world, members, faults) in [("", 0, 0), ("/worlds/a", 1, 0), ("/worlds/b", 0, 1)] {
        assert_eq!(count(&sandbox, world, "members").await, members, "{world}");
        assert_eq!(count(&sandbox, world, "faults").await, faults, "{world}");
    }
    assert_eq!(count(&sandbox, "", "requests").await, 1);
    assert_eq!(count(&sandbox, "/worlds/b", "requests").await, 1);
    assert!(count(&sandbox, "/worlds/a", "requests").await > 5);

    let reset = ask(&sandbox, "POST /worlds/b/_sandbox/reset", "").await;
    assert_eq!(reset.status, 200);
    sandbox.reset();
    assert_eq!(count(&sandbox, "/worlds/b", "faults").await, 0);
    assert_eq!(count(&sandbox, "/worlds/a", "members").await, 1);
    user.api()
        .await
        .unwrap()
        .list_members()
        .send()
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_worlds_identify_the_same_user_at_once() {
    let (sandbox, _) = open().await;
    let mut runs = tokio::task::JoinSet::new();
    for number in 0..20 {
        let nexus = client(&sandbox, &format!("test-{number}")).await;
        runs.spawn(async move {
            let user = known_user(&nexus, ADA).await;
            let member = connect(&user, &find(&user, "MX Bank").await, "any").await;
            let job = user.identify(member.member()).with_polling(polling());
            let owners = job.run(PATIENCE, async |_| None).await.unwrap();
            assert!(!owners.is_empty());
            member.member().as_str().to_owned()
        });
    }
    let members: BTreeSet<String> = runs.join_all().await.into_iter().collect();
    assert_eq!(members.len(), 20);
    for number in 0..20 {
        let world = format!("/worlds/test-{number}");
        assert_eq!(count(&sandbox, &world, "members").await, 1);
    }
    assert!(sandbox.requests().is_empty());
}

#[tokio::test]
async fn addresses_in_a_world_have_its_path() {
    let (sandbox, _) = open().await;
    let nexus = client(&sandbox, "a").await;
    let address = format!("{}/worlds/a", sandbox.address());
    for path in [
        "/worlds/a",
        "/worlds/a/",
        "/worlds/a/_sandbox",
        "/worlds/a?x=1",
    ] {
        let index = ask(&sandbox, &format!("GET {path}"), "").await.body;
        assert_eq!(index["nexus"], format!("{address}/nexus"), "{path}");
        assert!(!index.to_string().contains("/_sandbox/worlds"), "{index}");
    }
    for (document, path) in [("mdx", "/mdx"), ("sandbox", "")] {
        let request = format!("GET /worlds/a/_sandbox/openapi/{document}.json");
        let document = ask(&sandbox, &request, "").await.body;
        assert_eq!(
            document["servers"],
            json!([{"url": format!("{address}{path}")}])
        );
    }
    let request = "GET /worlds/a/ HTTP/1.1\r\nhost: localhost\r\naccept: text/html\r\n\r\n";
    let page = raw::exchange(&sandbox, request.as_bytes()).await;
    assert!(
        page.contains("src=\"/worlds/a/_sandbox/page/page.js\""),
        "{page}"
    );
    assert!(!page.contains("\"/_sandbox"), "{page}");

    let user = known_user(&nexus, ADA).await;
    let member = connect(&user, &find(&user, "MX Bank (OAuth)").await, "").await;
    let api = user.api().await.unwrap();
    let opened = api.generate_oauth_window_uri().member_guid(member.member());
    let opened = opened.send().await.unwrap().into_inner();
    let opened = serde_json::to_value(&opened).unwrap().to_string();
    assert!(
        opened.contains(&format!("{address}/_sandbox/oauth/MBR-")),
        "{opened}"
    );

    let fault = r#"{"request": "not_processed", "answer": {"status": 307}}"#;
    ask(&sandbox, "POST /worlds/a/_sandbox/faults", fault).await;
    let http = reqwest::Client::builder().redirect(Policy::none());
    let reading = http
        .build()
        .unwrap()
        .get(format!("{address}/nexus/members?page=2"));
    let answer = reading.send().await.unwrap();
    assert_eq!(
        answer.headers()["location"],
        "/worlds/a/nexus/members?page=2"
    );
}

#[tokio::test]
async fn world_has_the_chosen_data_and_credentials_that_were_given() {
    let (sandbox, _) = open().await;
    let body = json!({
        "world": {"users": [{"id": ADA, "members": [{}]}]},
        "client_id": "ours",
        "api_key": "our-key",
    });
    let added = ask(&sandbox, "POST /_sandbox/worlds", &body.to_string())
        .await
        .body;
    assert_eq!(
        (&added["name"], &added["client_id"]),
        (&json!("1"), &json!("ours"))
    );
    let environment = added["address"]
        .as_str()
        .unwrap()
        .parse::<Environment>()
        .unwrap();
    let read = async |client: &str, key: &str| {
        let nexus = Nexus::builder(environment.clone()).credentials(client, key);
        nexus.build().unwrap().user(ADA).api().await
    };
    read("ours", "our-key").await.unwrap();
    let refused = read(sandbox.client_id(), sandbox.api_key().expose()).await;
    assert_eq!(refused.unwrap_err().status(), Some(401));
    assert_eq!(count(&sandbox, "/worlds/1", "members").await, 1);
    ask(&sandbox, "PUT /worlds/1/_sandbox/world", "{}").await;
    assert_eq!(count(&sandbox, "/worlds/1", "members").await, 0);
}

#[tokio::test]
async fn removed_or_unknown_world_is_refused_with_advice() {
    let (sandbox, nexus) = open().await;
    client(&sandbox, "a").await;
    let list = async || ask(&sandbox, "GET /_sandbox/worlds", "").await.body["worlds"].clone();
    assert_eq!(list().await[0]["name"], "a");
    let removed = ask(&sandbox, "DELETE /_sandbox/worlds/a", "").await;
    assert_eq!(removed.body, json!({"removed": "a"}));
    assert_eq!(list().await, json!([]));
    for request in [
        "GET /worlds/a",
        "GET /worlds/a/nexus/members",
        "POST /worlds/%61/_sandbox/reset",
        "GET /worlds//_sandbox",
        "DELETE /_sandbox/worlds/a",
    ] {
        let refused = ask(&sandbox, request, "").await;
        assert_eq!(refused.status, 404, "{request}");
        let message = refused.body["error"]["message"].as_str().unwrap();
        assert!(message.contains("POST adds one"), "{request}: {message}");
    }
    // The sandbox itself is not affected.
    known_user(&nexus, ADA).await;
}

#[tokio::test]
async fn world_that_cannot_be_added_is_refused_with_the_reason() {
    let (sandbox, _) = open().await;
    client(&sandbox, "a").await;
    let long = json!({"name": "x".repeat(65)}).to_string();
    for (body, status, reason) in [
        (r#"{"name": "a"}"#, 409, "already"),
        (r#"{"name": "a/b"}"#, 400, "letters"),
        (r#"{"name": ""}"#, 400, "letters"),
        (&long, 400, "letters"),
        (r#"{"api_key": ""}"#, 400, "empty"),
        (r#"{"wurld": {}}"#, 400, "world"),
        ("[]", 400, "JSON object"),
        (r#"{"world": []}"#, 400, "chosen data"),
        (
            r#"{"world": {"users": [{"id": "no spaces"}]}}"#,
            400,
            "users[0].id",
        ),
    ] {
        let refused = ask(&sandbox, "POST /_sandbox/worlds", body).await;
        assert_eq!(refused.status, status, "{body}");
        let message = refused.body["error"]["message"].as_str().unwrap();
        assert!(message.contains(reason), "{body}: {message}");
    }
    for request in ["GET", "POST"].map(|method| format!("{method} /worlds/a/_sandbox/worlds")) {
        let nested = ask(&sandbox, &request, "").await;
        assert_eq!(nested.status, 404, "{request}");
        assert!(nested.body.to_string().contains("A world has no worlds"));
    }
}
