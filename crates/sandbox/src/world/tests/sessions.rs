//! Keys, one-time tokens, sliding sessions.

use super::desk::call;
use super::*;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(start_paused = true)]
async fn a_session_slides_with_every_call() {
    let desk = Desk::new();
    for _ in 0..4 {
        advance(29 * MINUTE).await;
        assert_eq!(desk.send(desk.nexus("readUser")).0, 200);
    }
    advance(30 * MINUTE).await;
    let (status, body) = desk.send(desk.nexus("readUser"));
    assert_eq!((status, &body["error"]["code"]), (401, &json!(4011)));
    let (status, _) = desk.send(desk.nexus("readUser"));
    assert_eq!(status, 401, "a refused call does not revive it");
}

#[tokio::test(start_paused = true)]
async fn a_session_token_has_to_be_there_and_right() {
    let desk = Desk::new();
    let (status, body) = desk.send(call(Api::Nexus, "readUser"));
    assert_eq!(status, 401);
    assert!(body["error"].get("code").is_none());
    let wrong = call(Api::Nexus, "readUser").with("md-session-token", "wrong");
    assert_eq!(desk.send(wrong).0, 401);
}

#[tokio::test(start_paused = true)]
async fn an_api_token_works_once_for_ten_minutes() {
    let desk = Desk::new();
    let token = desk.api_token("ada");
    assert_eq!(desk.spend(&token, Value::Null).0, 200);
    assert_eq!(desk.spend(&token, Value::Null).0, 401);
    let late = desk.api_token("ada");
    let in_time = desk.api_token("ada");
    advance(10 * MINUTE - SECOND).await;
    assert_eq!(desk.spend(&in_time, Value::Null).0, 200);
    advance(SECOND).await;
    assert_eq!(desk.spend(&late, Value::Null).0, 401);
    assert_eq!(desk.send(call(Api::Nexus, "createSession")).0, 401);
    let twisted = call(Api::Nexus, "createSession").with("md-api-token", &desk.session);
    assert_eq!(desk.send(twisted).0, 401, "a session token is none");
}

#[tokio::test(start_paused = true)]
async fn two_who_spend_the_same_token_get_one_session() {
    let desk = Desk::new();
    let token = desk.api_token("ada");
    let call = call(Api::Nexus, "createSession").with("md-api-token", &token);
    let first = desk.world.authorise(&call).unwrap();
    let second = desk.world.authorise(&call).unwrap();
    let status = |principal| desk.reply(principal, &call).unwrap().status.as_u16();
    assert_eq!((status(&first), status(&second)), (200, 401));
}

#[tokio::test(start_paused = true)]
async fn tokens_come_as_xml_too() {
    let desk = Desk::new();
    let call = desk.partner(Api::Sso, "getApiTokenXml");
    let (status, xml) = desk.send(call.at("user_id", "ada"));
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
    assert_eq!(desk.spend(token, Value::Null).0, 200);
}

#[tokio::test(start_paused = true)]
async fn keys_are_checked_for_every_partner() {
    let desk = Desk::new();
    for (api, operation) in [(Api::Sso, "getApiToken"), (Api::Mdx, "readUser")] {
        let good = desk.partner(api, operation).at("user_id", "ada");
        assert_eq!(desk.send(good).0, 200);
        let wrong = desk.partner(api, operation).at("user_id", "ada");
        assert_eq!(desk.send(wrong.with("md-api-key", "wrong")).0, 401);
        let foreign = desk.partner(api, operation).at("client_id", "nobody");
        assert_eq!(desk.send(foreign.at("user_id", "ada")).0, 401);
        let bare = call(api, operation).at("client_id", &desk.world.client_id());
        assert_eq!(desk.send(bare.at("user_id", "ada")).0, 401);
    }
    desk.world
        .add_partner("second", Secret::new("key of the second"));
    let theirs = call(Api::Mdx, "readUser").at("client_id", "second");
    let theirs = theirs
        .with("md-api-key", "key of the second")
        .at("user_id", "ada");
    assert_eq!(desk.send(theirs).0, 404, "users belong to one partner");

    let old = desk.partner(Api::Mdx, "readUser").at("user_id", "ada");
    desk.world
        .set_product(&desk.world.client_id(), JobKind::Verification, false);
    desk.world
        .add_partner(&desk.world.client_id(), Secret::new("a new key"));
    assert_eq!(desk.send(old).0, 401, "the key was changed");
    let new = desk.partner(Api::Mdx, "readUser").at("user_id", "ada");
    assert_eq!(desk.send(new).0, 200);
    let member = desk.member("mxbank", "x");
    assert_eq!(
        desk.start(&member, "verifyMember").0,
        403,
        "and nothing else"
    );
}

#[tokio::test(start_paused = true)]
async fn an_empty_key_lets_nobody_in() {
    let world = World::new(Settings {
        api_key: Some(Secret::new("")),
        ..Settings::default()
    });
    world.add_partner("", Secret::new("a key"));
    for (client, key) in [
        ("sandbox-client", None),
        ("sandbox-client", Some("")),
        ("", Some("a key")),
    ] {
        for (api, operation) in [(Api::Sso, "getApiToken"), (Api::Mdx, "createUser")] {
            let call = call(api, operation)
                .at("client_id", client)
                .at("user_id", "ada");
            let call = match key {
                Some(key) => call.with("md-api-key", key),
                None => call,
            };
            let refusal = world
                .authorise(&call)
                .err()
                .map(|refusal| refusal.status.as_u16());
            assert_eq!(refusal, Some(401), "{client} {key:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn sso_does_not_know_everybody() {
    let desk = Desk::new();
    let operations = [
        "getApiToken",
        "getApiTokenXml",
        "getWidgetUrl",
        "getWidgetUrlWithOptions",
        "deleteUserSessions",
    ];
    for operation in operations {
        let call = desk.partner(Api::Sso, operation).at("user_id", "nobody");
        assert_eq!(desk.send(call).0, 404, "{operation}");
    }
}

#[tokio::test(start_paused = true)]
async fn sessions_can_be_ended() {
    let desk = Desk::new();
    let neighbour = desk.neighbour();
    let second = desk.open_session("ada");
    let call = desk.partner(Api::Sso, "deleteUserSessions");
    assert_eq!(desk.send(call.at("user_id", "ada")).0, 204);
    for session in [&desk.session, &second] {
        let call = desk::call(Api::Nexus, "readUser").with("md-session-token", session);
        assert_eq!(desk.send(call).1["error"]["code"], 4011);
    }
    assert_eq!(neighbour.send(neighbour.nexus("readUser")).0, 200);
    assert_eq!(desk.world.expire_sessions(), 1);
    assert_eq!(neighbour.send(neighbour.nexus("readUser")).0, 401);
    assert_eq!(desk.world.expire_sessions(), 0);
}

#[tokio::test(start_paused = true)]
async fn opening_a_session_aggregates_unless_told_not_to() {
    let desk = Desk::new();
    desk.member("mxbank", "x");
    desk.open_session("ada");
    assert_eq!(desk.world.jobs().len(), 0);
    for body in [Value::Null, json!({"session": {"skip_aggregation": false}})] {
        desk.spend(&desk.api_token("ada"), body);
        advance(2 * SECOND).await;
    }
    let kinds: Vec<JobKind> = desk.world.jobs().iter().map(|job| job.kind).collect();
    assert_eq!(kinds, [JobKind::Aggregation, JobKind::Aggregation]);
}

#[tokio::test(start_paused = true)]
async fn a_widget_address_is_the_sandboxs_own() {
    let desk = Desk::new();
    desk.member("mxbank", "x");
    let call = desk
        .partner(Api::Sso, "getWidgetUrlWithOptions")
        .at("user_id", "ada");
    let (_, body) = desk.send(call.body(json!({"url": {"type": "connect_widget"}})));
    assert_eq!(body["url"]["type"], "connect_widget");
    assert_eq!(body["url"]["user_id"], "ada");
    let address = body["url"]["url"].as_str().unwrap();
    assert!(address.starts_with("http://127.0.0.1/"));
    assert_eq!(desk.world.jobs().len(), 0);
    let call = desk.partner(Api::Sso, "getWidgetUrl").at("user_id", "ada");
    let (_, body) = desk.send(call.at("type", "master_widget"));
    assert_eq!(body["url"]["type"], "master_widget");
    assert_eq!(desk.world.jobs().len(), 1, "this one aggregates");
}
