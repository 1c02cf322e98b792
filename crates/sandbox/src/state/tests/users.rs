//! The users of a partner.

use super::*;

fn user(client: &TestClient, operation: &str, id: &str) -> Call {
    client.partner(Api::Mdx, operation).at("user_id", id)
}

#[tokio::test(start_paused = true)]
async fn user_is_created_read_updated_and_deleted() {
    let client = TestClient::new();
    let body = json!({"user": {
        "id": "U-39XBF7", "birthdate": "1959-07-17", "credit_score": "718", "email": "example@example.com",
        "first_name": "John", "gender": "MALE", "last_name": "Smith", "metadata": "Additional Information",
        "phone": "5055551234", "zip_code": "87101"
    }});
    let (status, made) = client.send(client.partner(Api::Mdx, "createUser").body(body));
    assert_eq!(status, 200);
    let made = &made["user"];
    assert!(made["guid"].as_str().unwrap().starts_with("USR-"));
    assert_eq!(made["credit_score"], 718);
    assert_eq!(made["phone"], "(505) 555-1234");
    assert_eq!(made["logged_in_at"], Value::Null);
    assert_eq!(
        &client.send(user(&client, "readUser", "U-39XBF7")).1["user"],
        made
    );

    let change = json!({"user": {"first_name": "Jane"}});
    let (_, changed) = client.send(user(&client, "updateUser", "U-39XBF7").body(change));
    assert_eq!(changed["user"]["first_name"], "Jane");
    assert_eq!(changed["user"]["last_name"], "Smith");

    let session = client.open_session("U-39XBF7");
    let call = client::call(Api::Nexus, "readUser").with("md-session-token", &session);
    let (_, seen) = client.send(call);
    assert_eq!(seen["user"]["external_guid"], "U-39XBF7");
    assert_eq!(seen["user"]["gender"], 0);
    assert_eq!(seen["user"]["guid"], made["guid"]);
    let (_, read) = client.send(user(&client, "readUser", "U-39XBF7"));
    assert!(read["user"]["logged_in_at"].is_u64());

    assert_eq!(client.send(user(&client, "deleteUser", "U-39XBF7")).0, 204);
    for operation in ["readUser", "updateUser", "deleteUser", "remapUserId"] {
        assert_eq!(client.send(user(&client, operation, "U-39XBF7")).0, 404);
    }
    let call = client::call(Api::Nexus, "readUser").with("md-session-token", &session);
    assert_eq!(client.send(call).0, 401);
}

#[tokio::test(start_paused = true)]
async fn duplicate_or_invalid_id_is_refused() {
    let client = TestClient::new();
    let make = |id: &str| {
        let body = json!({"user": {"id": id}});
        client
            .send(client.partner(Api::Mdx, "createUser").body(body))
            .0
    };
    assert_eq!(make("ada"), 409);
    assert_eq!(make(""), 400);
    assert_eq!(make("ada lovelace"), 400);
    assert_eq!(make(&"a".repeat(1025)), 400);
    assert_eq!(make("bruno"), 200);

    let rename = |from: &str, to: &str| {
        let body = json!({"user": {"id": to}});
        client.send(user(&client, "remapUserId", from).body(body))
    };
    assert_eq!(rename("ada", "bruno").0, 409);
    let (_, before) = client.send(user(&client, "readUser", "ada"));
    let (status, after) = rename("ada", "clara");
    assert_eq!((status, &after["user"]["id"]), (200, &json!("clara")));
    assert_eq!(after["user"]["guid"], before["user"]["guid"]);
    assert_eq!(client.send(user(&client, "readUser", "ada")).0, 404);
    assert_eq!(
        client.send(client.nexus("readUser")).1["user"]["external_guid"],
        "clara"
    );
    assert_eq!(make("ada"), 200, "the old id is free");
}

#[tokio::test(start_paused = true)]
async fn disabled_user_disables_all_members() {
    let client = TestClient::new();
    let done = client.member("mxbank", "x");
    client.identify(&done).await;
    let running = client.member("sandbox_bank", "slow");
    client.start(&running, "identifyMember");
    let switch = |is_disabled: bool| {
        let body = json!({"user": {"is_disabled": is_disabled}});
        client.send(user(&client, "updateUser", "ada").body(body));
    };
    switch(true);
    assert_eq!(client.status(&done), ("DISABLED".into(), false));
    assert_eq!(client.status(&running), ("DISABLED".into(), false));
    assert_eq!(client.identify(&done).await, "DISABLED");
    let call = client.partner(Api::Sso, "getApiToken").at("user_id", "ada");
    assert_eq!(client.send(call).0, 403);
    let third = client.member("alder_trust", "x");
    assert_eq!(client.status(&third).0, "DISABLED");
    switch(false);
    assert_eq!(client.status(&done).0, "CONNECTED");
    assert_eq!(client.status(&running).0, "CREATED");
    assert_eq!(client.status(&third).0, "CREATED");
    assert_eq!(client.identify(&third).await, "CONNECTED");
}

#[tokio::test(start_paused = true)]
async fn earlier_token_of_disabled_user_is_refused() {
    let client = TestClient::new();
    let token = client.api_token("ada");
    let body = json!({"user": {"is_disabled": true}});
    client.send(user(&client, "updateUser", "ada").body(body));
    assert_eq!(client.spend(&token, Value::Null).0, 401);
}

#[tokio::test(start_paused = true)]
async fn deleted_user_loses_jobs_tokens_and_sessions() {
    let client = TestClient::new();
    let member = client.member("sandbox_bank", "slow");
    let (_, started) = client.start(&member, "identifyMember");
    let job = started["most_recent_job_guid"].as_str().unwrap().to_owned();
    let token = client.api_token("ada");
    assert_eq!(client.send(user(&client, "deleteUser", "ada")).0, 204);
    assert_eq!(client.store.jobs(), []);
    assert_eq!(client.store.finish_jobs(), 0);
    assert_eq!(client.spend(&token, Value::Null).0, 401);
    assert_eq!(client.send(client.nexus("listMembers")).0, 401);

    client.add_user("ada");
    let again = TestClient {
        store: client.store.clone(),
        session: client.open_session("ada"),
    };
    assert_eq!(again.send(again.of(&member, "readMember")).0, 404);
    assert_eq!(
        again.send(again.nexus("readJob").at("job_guid", &job)).0,
        404
    );
    again.member("sandbox_bank", "slow");
}
