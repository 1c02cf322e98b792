//! What programs in other languages ask for under `/_sandbox/`.

use mx_nexus::mdx::types::UserCreateRequest;
use mx_nexus::operations;
use mx_nexus::reqwest::{Client, Method};
use mx_nexus::sandbox::Sandbox;
use serde_json::{Value, json};

use crate::{ADA, MX_BANK, PATIENCE, connect, known_user, open, polling};

/// The status and the JSON of an answer.
async fn ask(sandbox: &Sandbox, method: &str, path: &str, body: &str) -> (u16, Value) {
    let url = format!("{}{path}", sandbox.address());
    let method: Method = method.parse().unwrap();
    let sending = Client::new()
        .request(method, url)
        .body(body.to_owned())
        .send();
    let answer = sending.await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

#[tokio::test]
async fn the_index_says_what_is_where_and_not_the_key() {
    let (sandbox, _) = open().await;
    for path in ["/", "/_sandbox", "/_sandbox/"] {
        let (status, index) = ask(&sandbox, "GET", path, "").await;
        assert_eq!(status, 200, "{path}");
        assert_eq!(index["nexus"], format!("{}/nexus", sandbox.address()));
        assert!(!index.to_string().contains(sandbox.api_key().expose()));
        for named in index["control"].as_object().unwrap().keys() {
            let (method, path) = named.split_once(' ').unwrap();
            let (status, _) = ask(&sandbox, method, path, "").await;
            assert!(
                status != 405 && (status != 404 || path.contains('{')),
                "{named}: {status}"
            );
        }
    }
    assert_eq!(ask(&sandbox, "GET", "/_sandbox/nothing", "").await.0, 404);
}

#[tokio::test]
async fn faults_are_added_listed_and_cleared() {
    let (sandbox, _) = open().await;
    let fault = json!({"kind": "status", "status": 502, "body": "html", "operation": "readMember", "times": 3});
    let (status, added) = ask(&sandbox, "POST", "/_sandbox/faults", &fault.to_string()).await;
    assert_eq!((status, &added["times"]), (201, &json!(3)));
    let (_, listed) = ask(&sandbox, "GET", "/_sandbox/faults", "").await;
    assert_eq!(listed["faults"].as_array().map(Vec::len), Some(1));
    assert_eq!(listed["faults"][0]["status"], 502);
    assert_eq!(sandbox.faults().len(), 1);
    let (_, cleared) = ask(&sandbox, "DELETE", "/_sandbox/faults", "").await;
    assert_eq!(cleared["cleared"], 1);
    assert!(sandbox.faults().is_empty());
}

#[tokio::test]
async fn a_fault_that_cannot_be_is_refused_with_the_reason() {
    let (sandbox, _) = open().await;
    for (fault, reason) in [
        ("", "EOF"),
        ("[]", "expected"),
        (r#"{"kind": "explode"}"#, "stale_echo"),
        (r#"{"kind": "reset", "tiems": 2}"#, "tiems"),
        (r#"{"kind": "status"}"#, "needs a status"),
        (
            r#"{"kind": "reset", "operation": "identify"}"#,
            "identifyMember",
        ),
        (r#"{"kind": "delay", "delay_ms": -1}"#, "delay_ms"),
    ] {
        let (status, refusal) = ask(&sandbox, "POST", "/_sandbox/faults", fault).await;
        let message = refusal["error"]["message"].as_str().unwrap_or_default();
        assert_eq!(status, 400, "{fault}");
        // serde names the field where it can, and the type where not.
        assert!(
            message.contains(reason) || message.contains("u64"),
            "{fault}: {message}"
        );
    }
    assert!(sandbox.faults().is_empty());
}

#[tokio::test]
async fn sessions_end_and_are_renewed() {
    let (sandbox, nexus) = open().await;
    let api = known_user(&nexus, ADA).await.api().await.unwrap();
    let (_, expired) = ask(&sandbox, "POST", "/_sandbox/sessions/expire", "").await;
    assert_eq!(expired["expired"], 1);
    api.list_members().send().await.unwrap();
    let requests = sandbox.requests();
    let of = |id: &str| {
        let named = requests.iter().filter(|one| one.operation == Some(id));
        named.map(|one| one.status.unwrap()).collect::<Vec<u16>>()
    };
    assert_eq!(of("listMembers"), [401, 200]);
    assert_eq!(of("createSession"), [200, 200]);
}

#[tokio::test]
async fn the_list_of_requests_has_nothing_secret_in_it() {
    let (sandbox, nexus) = open().await;
    let user = known_user(&nexus, ADA).await;
    let connection = connect(&user, MX_BANK, "hunter2-the-password").await;
    let job = user.identify(connection.member()).with_polling(polling());
    job.run(PATIENCE, async |_| None).await.unwrap();
    let (_, list) = ask(&sandbox, "GET", "/_sandbox/requests", "").await;
    let list = list["requests"].as_array().unwrap();
    let text = Value::from(list.clone()).to_string();
    for secret in [
        sandbox.api_key().expose(),
        "hunter2",
        "mxuser",
        ADA,
        "skip_aggregation",
    ] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
    let start = list
        .iter()
        .find(|one| one["operation"] == "identifyMember")
        .unwrap();
    assert_eq!(start["path"], "/nexus/members/{member_guid}/identify");
    assert_eq!(start["member"], connection.member().as_str());
    assert_eq!(
        (&start["method"], &start["status"]),
        (&json!("POST"), &json!(200))
    );
    assert!(
        start["time"]
            .as_u64()
            .is_some_and(|time| time > 1_700_000_000_000)
    );
}

#[tokio::test]
async fn jobs_are_listed_by_member() {
    let (sandbox, nexus) = open().await;
    let user = known_user(&nexus, ADA).await;
    let connection = connect(&user, MX_BANK, "any").await;
    let job = user.identify(connection.member()).with_polling(polling());
    job.run(PATIENCE, async |_| None).await.unwrap();
    let (_, list) = ask(&sandbox, "GET", "/_sandbox/jobs", "").await;
    let jobs = list["jobs"].as_array().unwrap();
    assert_eq!(jobs.len(), 1, "{list}");
    assert_eq!(jobs[0]["member"], connection.member().as_str());
    assert_eq!(sandbox.jobs().len(), 1);
}

#[tokio::test]
async fn the_documents_name_this_address() {
    let (sandbox, _) = open().await;
    for (name, table) in [
        ("nexus", operations::operations()),
        ("sso", operations::sso_operations()),
        ("mdx", operations::mdx_operations()),
    ] {
        let (_, document) = ask(
            &sandbox,
            "GET",
            &format!("/_sandbox/openapi/{name}.json"),
            "",
        )
        .await;
        let wanted = json!([{"url": format!("{}/{name}", sandbox.address())}]);
        assert_eq!(document["servers"], wanted);
        let paths = document["paths"].as_object().unwrap().values();
        let count = paths.flat_map(|item| item.as_object().unwrap().values());
        assert_eq!(
            count.filter(|one| one["operationId"].is_string()).count(),
            table.len()
        );
    }
    assert_eq!(
        ask(&sandbox, "GET", "/_sandbox/openapi/atrium.json", "")
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn paths_and_methods_that_are_not_there_are_refused_in_json() {
    let (sandbox, _) = open().await;
    for (method, path, status) in [
        ("GET", "/nowhere", 404),
        ("GET", "/nexus", 404),
        ("GET", "/nexus/nowhere", 404),
        ("GET", "/nexusmembers", 404),
        ("PATCH", "/nexus/members", 405),
        ("GET", "/sso/x", 404),
    ] {
        let (answered, refusal) = ask(&sandbox, method, path, "").await;
        assert_eq!(answered, status, "{method} {path}");
        assert!(
            refusal["error"]["message"].is_string(),
            "{method} {path}: {refusal}"
        );
    }
}

#[tokio::test]
async fn a_key_that_is_changed_is_the_one_that_counts() {
    let (sandbox, before) = open().await;
    let api = known_user(&before, ADA).await.api().await.unwrap();
    sandbox.add_partner(sandbox.client_id(), "the-next-key");
    assert_eq!(sandbox.api_key().expose(), "the-next-key");
    let after = sandbox.nexus().build().unwrap();
    known_user(&after, "U-ben").await;
    let request = UserCreateRequest::builder().id("U-eve").try_into().unwrap();
    let refusal = before.users().unwrap().ensure(request).await.unwrap_err();
    assert_eq!(refusal.status(), Some(401));
    api.list_members().send().await.unwrap();
}

#[tokio::test]
async fn another_partner_leaves_the_first_one_its_key() {
    let (sandbox, nexus) = open().await;
    let key = sandbox.api_key();
    sandbox.add_partner("another-client", "another-key");
    assert_eq!(sandbox.api_key().expose(), key.expose());
    let other = mx_nexus::Nexus::builder(sandbox.environment());
    let other = other.credentials("another-client", "another-key");
    known_user(&other.build().unwrap(), ADA).await;
    known_user(&nexus, ADA).await;
}
