//! The users of a partner.

use super::*;

fn user(desk: &Desk, operation: &str, id: &str) -> Call {
    desk.partner(Api::Mdx, operation).at("user_id", id)
}

#[tokio::test(start_paused = true)]
async fn a_user_is_made_read_changed_and_deleted() {
    let desk = Desk::new();
    let body = json!({"user": {
        "id": "U-39XBF7", "birthdate": "1959-07-17", "credit_score": "718", "email": "example@example.com",
        "first_name": "John", "gender": "MALE", "last_name": "Smith", "metadata": "Additional Information",
        "phone": "5055551234", "zip_code": "87101"
    }});
    let (status, made) = desk.send(desk.partner(Api::Mdx, "createUser").body(body));
    assert_eq!(status, 200);
    let made = &made["user"];
    assert!(made["guid"].as_str().unwrap().starts_with("USR-"));
    assert_eq!(made["credit_score"], 718);
    assert_eq!(made["phone"], "(505) 555-1234");
    assert_eq!(made["logged_in_at"], Value::Null);
    assert_eq!(
        &desk.send(user(&desk, "readUser", "U-39XBF7")).1["user"],
        made
    );

    let change = json!({"user": {"first_name": "Jane"}});
    let (_, changed) = desk.send(user(&desk, "updateUser", "U-39XBF7").body(change));
    assert_eq!(changed["user"]["first_name"], "Jane");
    assert_eq!(changed["user"]["last_name"], "Smith");

    let session = desk.open_session("U-39XBF7");
    let call = desk::call(Api::Nexus, "readUser").with("md-session-token", &session);
    let (_, seen) = desk.send(call);
    assert_eq!(seen["user"]["external_guid"], "U-39XBF7");
    assert_eq!(seen["user"]["gender"], 0);
    assert_eq!(seen["user"]["guid"], made["guid"]);
    let (_, read) = desk.send(user(&desk, "readUser", "U-39XBF7"));
    assert!(read["user"]["logged_in_at"].is_u64());

    assert_eq!(desk.send(user(&desk, "deleteUser", "U-39XBF7")).0, 204);
    for operation in ["readUser", "updateUser", "deleteUser", "remapUserId"] {
        assert_eq!(desk.send(user(&desk, operation, "U-39XBF7")).0, 404);
    }
    let call = desk::call(Api::Nexus, "readUser").with("md-session-token", &session);
    assert_eq!(desk.send(call).0, 401);
}

#[tokio::test(start_paused = true)]
async fn ids_are_unique_and_plain() {
    let desk = Desk::new();
    let make = |id: &str| {
        let body = json!({"user": {"id": id}});
        desk.send(desk.partner(Api::Mdx, "createUser").body(body)).0
    };
    assert_eq!(make("ada"), 409);
    assert_eq!(make(""), 400);
    assert_eq!(make("ada lovelace"), 400);
    assert_eq!(make(&"a".repeat(1025)), 400);
    assert_eq!(make("bruno"), 200);

    let rename = |from: &str, to: &str| {
        let body = json!({"user": {"id": to}});
        desk.send(user(&desk, "remapUserId", from).body(body))
    };
    assert_eq!(rename("ada", "bruno").0, 409);
    let (_, before) = desk.send(user(&desk, "readUser", "ada"));
    let (status, after) = rename("ada", "clara");
    assert_eq!((status, &after["user"]["id"]), (200, &json!("clara")));
    assert_eq!(after["user"]["guid"], before["user"]["guid"]);
    assert_eq!(desk.send(user(&desk, "readUser", "ada")).0, 404);
    assert_eq!(
        desk.send(desk.nexus("readUser")).1["user"]["external_guid"],
        "clara"
    );
    assert_eq!(make("ada"), 200, "the old id is free");
}

#[tokio::test(start_paused = true)]
async fn a_disabled_user_pauses_with_all_members() {
    let desk = Desk::new();
    let done = desk.member("mxbank", "x");
    desk.identify(&done).await;
    let running = desk.member("sandbox_bank", "slow");
    desk.start(&running, "identifyMember");
    let switch = |is_disabled: bool| {
        let body = json!({"user": {"is_disabled": is_disabled}});
        desk.send(user(&desk, "updateUser", "ada").body(body));
    };
    switch(true);
    assert_eq!(desk.glance(&done), ("DISABLED".into(), false));
    assert_eq!(desk.glance(&running), ("DISABLED".into(), false));
    assert_eq!(desk.identify(&done).await, "DISABLED");
    let call = desk.partner(Api::Sso, "getApiToken").at("user_id", "ada");
    assert_eq!(desk.send(call).0, 403);
    let third = desk.member("alder_trust", "x");
    assert_eq!(desk.glance(&third).0, "DISABLED");
    switch(false);
    assert_eq!(desk.glance(&done).0, "CONNECTED");
    assert_eq!(desk.glance(&running).0, "CREATED");
    assert_eq!(desk.glance(&third).0, "CREATED");
    assert_eq!(desk.identify(&third).await, "CONNECTED");
}

#[tokio::test(start_paused = true)]
async fn a_disabled_user_opens_no_session_with_a_token_from_before() {
    let desk = Desk::new();
    let token = desk.api_token("ada");
    let body = json!({"user": {"is_disabled": true}});
    desk.send(user(&desk, "updateUser", "ada").body(body));
    assert_eq!(desk.spend(&token, Value::Null).0, 401);
}

#[tokio::test(start_paused = true)]
async fn what_was_under_way_for_a_deleted_user_is_gone() {
    let desk = Desk::new();
    let member = desk.member("sandbox_bank", "slow");
    let (_, started) = desk.start(&member, "identifyMember");
    let job = started["most_recent_job_guid"].as_str().unwrap().to_owned();
    let token = desk.api_token("ada");
    assert_eq!(desk.send(user(&desk, "deleteUser", "ada")).0, 204);
    assert_eq!(desk.world.jobs(), []);
    assert_eq!(desk.world.finish_jobs(), 0);
    assert_eq!(desk.spend(&token, Value::Null).0, 401);
    assert_eq!(desk.send(desk.nexus("listMembers")).0, 401);

    desk.add_user("ada");
    let again = Desk {
        world: desk.world.clone(),
        session: desk.open_session("ada"),
    };
    assert_eq!(again.send(again.of(&member, "readMember")).0, 404);
    assert_eq!(
        again.send(again.nexus("readJob").at("job_guid", &job)).0,
        404
    );
    again.member("sandbox_bank", "slow");
}
