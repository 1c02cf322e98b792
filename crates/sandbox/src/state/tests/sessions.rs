//! Keys, API tokens and sessions.

use super::client::call;
use super::*;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(start_paused = true)]
async fn session_is_renewed_by_every_call() {
    let client = TestClient::new();
    for _ in 0..4 {
        advance(29 * MINUTE).await;
        assert_eq!(client.send(client.nexus("readUser")).0, 200);
    }
    advance(30 * MINUTE).await;
    let (status, body) = client.send(client.nexus("readUser"));
    assert_eq!((status, &body["error"]["code"]), (401, &json!(4011)));
    let (status, _) = client.send(client.nexus("readUser"));
    assert_eq!(status, 401, "a refused call does not revive it");
}

#[tokio::test(start_paused = true)]
async fn api_token_is_valid_once_for_ten_minutes() {
    let client = TestClient::new();
    let token = client.api_token("ada");
    assert_eq!(client.spend(&token, Value::Null).0, 200);
    assert_eq!(client.spend(&token, Value::Null).0, 401);
    let late = client.api_token("ada");
    let in_time = client.api_token("ada");
    advance(10 * MINUTE - SECOND).await;
    assert_eq!(client.spend(&in_time, Value::Null).0, 200);
    advance(SECOND).await;
    assert_eq!(client.spend(&late, Value::Null).0, 401);
    assert_eq!(client.send(call(Api::Nexus, "createSession")).0, 401);
    let session = call(Api::Nexus, "createSession").with("md-api-token", &client.session);
    assert_eq!(
        client.send(session).0,
        401,
        "a session token is no API token"
    );
}

#[tokio::test(start_paused = true)]
async fn concurrent_use_of_a_token_opens_one_session() {
    let client = TestClient::new();
    let token = client.api_token("ada");
    let mut call = call(Api::Nexus, "createSession").with("md-api-token", &token);
    let first = client.store.authorise(&mut call).unwrap();
    let second = client.store.authorise(&mut call).unwrap();
    let status = |principal| client.reply(principal, &call).unwrap().status.as_u16();
    assert_eq!((status(&first), status(&second)), (200, 401));
}

#[tokio::test(start_paused = true)]
async fn api_token_as_xml() {
    let client = TestClient::new();
    let call = client.partner(Api::Sso, "getApiTokenXml");
    let (status, xml) = client.send(call.at("user_id", "ada"));
    assert_eq!(status, 200);
    let xml = xml.as_str().unwrap();
    let token = xml
        .split("<token>")
        .nth(1)
        .unwrap()
        .split("</token>")
        .next()
        .unwrap();
    assert!(xml.starts_with("<api_token>"));
    assert_eq!(client.spend(token, Value::Null).0, 200);
}

#[tokio::test(start_paused = true)]
async fn wrong_or_old_key_is_refused() {
    let client = TestClient::new();
    for (api, operation) in [(Api::Sso, "getApiToken"), (Api::Mdx, "readUser")] {
        let good = client.partner(api, operation).at("user_id", "ada");
        assert_eq!(client.send(good).0, 200);
        let wrong = client.partner(api, operation).at("user_id", "ada");
        assert_eq!(client.send(wrong.with("md-api-key", "wrong")).0, 401);
        let foreign = client.partner(api, operation).at("client_id", "unknown");
        assert_eq!(client.send(foreign.at("user_id", "ada")).0, 401);
        let bare = call(api, operation).at("client_id", &client.store.client_id());
        assert_eq!(client.send(bare.at("user_id", "ada")).0, 401);
    }
    client
        .store
        .add_partner("second", Secret::new("key of the second"));
    let theirs = call(Api::Mdx, "readUser").at("client_id", "second");
    let theirs = theirs
        .with("md-api-key", "key of the second")
        .at("user_id", "ada");
    assert_eq!(client.send(theirs).0, 404, "users belong to one partner");

    let old = client.partner(Api::Mdx, "readUser").at("user_id", "ada");
    client
        .store
        .set_product(&client.store.client_id(), JobKind::Verification, false);
    client
        .store
        .add_partner(&client.store.client_id(), Secret::new("a new key"));
    assert_eq!(client.send(old).0, 401, "the key was changed");
    let new = client.partner(Api::Mdx, "readUser").at("user_id", "ada");
    assert_eq!(client.send(new).0, 200);
    let member = client.member("mxbank", "x");
    assert_eq!(
        client.start(&member, "verifyMember").0,
        403,
        "the disabled product stays"
    );
}

#[tokio::test(start_paused = true)]
async fn empty_key_is_refused() {
    let store = Store::new(Settings {
        api_key: Some(Secret::new("")),
        ..Settings::default()
    });
    store.add_partner("", Secret::new("a key"));
    for (client, key) in [
        ("sandbox-client", None),
        ("sandbox-client", Some("")),
        ("", Some("a key")),
    ] {
        for (api, operation) in [(Api::Sso, "getApiToken"), (Api::Mdx, "createUser")] {
            let call = call(api, operation)
                .at("client_id", client)
                .at("user_id", "ada");
            let mut call = match key {
                Some(key) => call.with("md-api-key", key),
                None => call,
            };
            let refusal = store
                .authorise(&mut call)
                .err()
                .map(|refusal| refusal.status.as_u16());
            assert_eq!(refusal, Some(401), "{client} {key:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn unknown_user_is_refused_by_sso() {
    let client = TestClient::new();
    let operations = [
        "getApiToken",
        "getApiTokenXml",
        "getWidgetUrl",
        "getWidgetUrlWithOptions",
        "deleteUserSessions",
    ];
    for operation in operations {
        let call = client.partner(Api::Sso, operation).at("user_id", "unknown");
        assert_eq!(client.send(call).0, 404, "{operation}");
    }
}

#[tokio::test(start_paused = true)]
async fn sessions_end_by_user_and_all_at_once() {
    let client = TestClient::new();
    let other = client.other();
    let second = client.open_session("ada");
    let call = client.partner(Api::Sso, "deleteUserSessions");
    assert_eq!(client.send(call.at("user_id", "ada")).0, 204);
    for session in [&client.session, &second] {
        let call = client::call(Api::Nexus, "readUser").with("md-session-token", session);
        assert_eq!(client.send(call).1["error"]["code"], 4011);
    }
    assert_eq!(other.send(other.nexus("readUser")).0, 200);
    assert_eq!(client.store.expire_sessions(), 1);
    assert_eq!(other.send(other.nexus("readUser")).0, 401);
    assert_eq!(client.store.expire_sessions(), 0);
}

#[tokio::test(start_paused = true)]
async fn new_session_aggregates_unless_skipped() {
    let client = TestClient::new();
    client.member("mxbank", "x");
    client.open_session("ada");
    assert_eq!(client.store.jobs().len(), 0);
    for body in [Value::Null, json!({"session": {"skip_aggregation": false}})] {
        client.spend(&client.api_token("ada"), body);
        advance(2 * SECOND).await;
    }
    let kinds: Vec<JobKind> = client.store.jobs().iter().map(|job| job.kind).collect();
    assert_eq!(kinds, [JobKind::Aggregation, JobKind::Aggregation]);
}

#[tokio::test(start_paused = true)]
async fn widget_address_is_at_the_sandbox() {
    let client = TestClient::new();
    client.member("mxbank", "x");
    let call = client
        .partner(Api::Sso, "getWidgetUrlWithOptions")
        .at("user_id", "ada");
    let (_, body) = client.send(call.body(json!({"url": {"type": "connect_widget"}})));
    assert_eq!(body["url"]["type"], "connect_widget");
    assert_eq!(body["url"]["user_id"], "ada");
    let address = body["url"]["url"].as_str().unwrap();
    assert!(address.starts_with("http://127.0.0.1/"));
    assert_eq!(client.store.jobs().len(), 0);
    let call = client
        .partner(Api::Sso, "getWidgetUrl")
        .at("user_id", "ada");
    let (_, body) = client.send(call.at("type", "master_widget"));
    assert_eq!(body["url"]["type"], "master_widget");
    assert_eq!(client.store.jobs().len(), 1, "this one aggregates");
}
