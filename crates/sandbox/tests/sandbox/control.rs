//! The control API below `/_sandbox/`.

use mx_nexus::Nexus;
use mx_nexus::mdx::types::UserCreateRequest;
use serde_json::{Value, json};

use crate::http::ask;
use crate::{ADA, MX_BANK, PATIENCE, apis, connect, known_user, open, polling};

#[tokio::test]
async fn index_has_the_addresses_but_not_the_key() {
    let (sandbox, _) = open().await;
    for request in ["GET /", "GET /_sandbox", "GET /_sandbox/"] {
        let index = ask(&sandbox, request, "").await.body;
        assert_eq!(index["nexus"], format!("{}/nexus", sandbox.address()));
        assert!(!index.to_string().contains(sandbox.api_key().expose()));
    }
}

#[tokio::test]
async fn expired_session_is_renewed() {
    let (sandbox, nexus) = open().await;
    let api = known_user(&nexus, ADA).await.api().await.unwrap();
    let expired = ask(&sandbox, "POST /_sandbox/sessions/expire", "")
        .await
        .body;
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
async fn list_of_requests_has_no_secret() {
    let (sandbox, nexus) = open().await;
    let user = known_user(&nexus, ADA).await;
    let connection = connect(&user, MX_BANK, "hunter2-the-password").await;
    let job = user.identify(connection.member()).with_polling(polling());
    job.run(PATIENCE, async |_| None).await.unwrap();
    let list = ask(&sandbox, "GET /_sandbox/requests", "").await.body;
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
async fn documents_have_this_address() {
    let (sandbox, _) = open().await;
    for (name, table) in apis() {
        let request = format!("GET /_sandbox/openapi/{name}.json");
        let document = ask(&sandbox, &request, "").await.body;
        let wanted = json!([{"url": format!("{}/{name}", sandbox.address())}]);
        assert_eq!(document["servers"], wanted);
        let paths = document["paths"].as_object().unwrap().values();
        let count = paths.flat_map(|item| item.as_object().unwrap().values());
        assert_eq!(
            count.filter(|one| one["operationId"].is_string()).count(),
            table.len()
        );
    }
}

#[tokio::test]
async fn unknown_path_or_method_is_refused_in_json() {
    let (sandbox, _) = open().await;
    for (request, status) in [
        ("GET /nexus", 404),
        ("GET /nexus/nowhere", 404),
        ("GET /nexusmembers", 404),
        ("PATCH /nexus/members", 405),
        ("GET /sso/x", 404),
    ] {
        let refusal = ask(&sandbox, request, "").await;
        assert_eq!(refusal.status, status, "{request}");
        assert!(refusal.body["error"]["message"].is_string(), "{request}");
    }
}

#[tokio::test]
async fn changed_key_replaces_the_old_one() {
    let (sandbox, before) = open().await;
    let api = known_user(&before, ADA).await.api().await.unwrap();
    sandbox.add_partner(sandbox.client_id(), "the-next-key");
    assert_eq!(sandbox.api_key().expose(), "the-next-key");
    let after = sandbox.nexus().build().unwrap();
    known_user(&after, "U-ben").await;
    let request = UserCreateRequest::builder().id("U-eve").try_into().unwrap();
    let refusal = before
        .users()
        .unwrap()
        .ensure_with(request)
        .await
        .unwrap_err();
    assert_eq!(refusal.status(), Some(401));
    api.list_members().send().await.unwrap();
}

#[tokio::test]
async fn sessions_of_one_user_expire_alone() {
    let (sandbox, nexus) = open().await;
    for user in [ADA, "U-ben"] {
        known_user(&nexus, user).await.api().await.unwrap();
    }
    let expire = async |body: &str| {
        let request = "POST /_sandbox/sessions/expire";
        ask(&sandbox, request, body).await.body["expired"].clone()
    };
    assert_eq!(expire(r#"{"user_id": "U-unknown"}"#).await, 0);
    assert_eq!(expire(r#"{"user_id": "U-ben"}"#).await, 1);
    assert_eq!(sandbox.expire_sessions_of(ADA), 1);
    assert_eq!(sandbox.expire_sessions(), 0);
    let wrong = ask(&sandbox, "POST /_sandbox/sessions/expire", "[]").await;
    assert_eq!(wrong.status, 400, "{}", wrong.body);
}

#[tokio::test]
async fn second_partner_has_users_of_its_own() {
    let (sandbox, first) = open().await;
    known_user(&first, ADA).await;
    let add = async |body: &str| ask(&sandbox, "POST /_sandbox/partners", body).await;
    let added = add(r#"{"client_id": "second", "api_key": "its-key"}"#).await;
    assert_eq!(
        (added.status, &added.body["client_id"]),
        (201, &json!("second"))
    );
    assert!(!added.body.to_string().contains("its-key"));
    let second = Nexus::builder(sandbox.environment()).credentials("second", "its-key");
    let second = second.build().unwrap();
    assert_eq!(
        second.user(ADA).api().await.unwrap_err().status(),
        Some(404)
    );
    known_user(&second, ADA).await.api().await.unwrap();
    for wrong in [
        "",
        "{}",
        r#"{"client_id": "", "api_key": "k"}"#,
        r#"{"client_id": "c", "api_key": ""}"#,
    ] {
        assert_eq!(add(wrong).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn added_member_has_the_login_and_the_institution_that_were_given() {
    let (sandbox, nexus) = open().await;
    let world = json!({
        "institutions": [{"code": "ours", "name": "Our Bank"}],
        "logins": [{
            "login": "ann",
            "institution": "ours",
            "accounts": [{"name": "Savings", "owners": [{"name": "Ann Example"}]}],
        }],
    });
    let put = ask(&sandbox, "PUT /_sandbox/world", &world.to_string()).await;
    assert_eq!(put.status, 200, "{}", put.body);
    let add = async |user: &str, institution: &str| {
        let mut new = json!({"user_id": user, "password": "any", "login": "ann"});
        new["institution"] = institution.into();
        ask(&sandbox, "POST /_sandbox/members", &new.to_string()).await
    };
    for (user, institution) in [(ADA, "ours"), ("U-ben", "Our Bank")] {
        let added = add(user, institution).await;
        assert_eq!(added.status, 201, "{}", added.body);
        let member = added.body["member"].as_str().unwrap();
        let job = nexus.user(user).identify(member).with_polling(polling());
        let owners = job.run(PATIENCE, async |_| None).await.unwrap();
        let owners = serde_json::to_value(owners.iter().collect::<Vec<_>>()).unwrap();
        assert_eq!(owners[0]["owner_name"], "Ann Example");
    }
    let listed = ask(&sandbox, "GET /_sandbox/members", "").await.body;
    assert_eq!(listed["members"][1]["institution"], "ours");
    let refused = add(ADA, "nowhere").await;
    assert_eq!(refused.status, 400);
    let message = refused.body["error"]["message"].as_str().unwrap();
    assert!(message.contains("no such bank"), "{message}");
}
