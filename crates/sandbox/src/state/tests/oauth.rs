//! Members that sign in by OAuth.

use super::*;

fn pending(client: &TestClient, skips_aggregation: bool) -> (String, Value) {
    let request = json!({"is_oauth": true, "skip_aggregation": skips_aggregation});
    let (status, body) = client.request("mx_bank_oauth", &[], request);
    assert_eq!(status, 200);
    let guid = body["member"]["guid"].as_str().unwrap().to_owned();
    (guid, body["member"].clone())
}

fn sign_in(client: &TestClient, member: &str) -> bool {
    client.store.finish_oauth(member, Consent::Given)
}

fn decline(client: &TestClient, member: &str) -> bool {
    client.store.finish_oauth(member, Consent::Declined)
}

/// The secret end of an address.
fn page(made: &Value) -> String {
    let address = made["oauth_window_uri"].as_str().unwrap();
    address.rsplit('/').next().unwrap().to_owned()
}

fn fresh(client: &TestClient, member: &str) -> Value {
    let (status, body) = client.send(client.of(member, "generateOauthWindowUri"));
    assert_eq!(status, 200);
    body["member"].clone()
}

#[tokio::test(start_paused = true)]
async fn sign_in_aggregates_unless_skipped() {
    let client = TestClient::new();
    let (member, _) = pending(&client, false);
    assert!(sign_in(&client, &member));
    assert_eq!(client.status(&member), ("CONNECTED".into(), true));
    advance(2 * SECOND).await;
    assert_eq!(client.status(&member), ("CONNECTED".into(), false));
    assert_eq!(client.store.jobs().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn pending_member_is_deleted_after_an_hour() {
    let client = TestClient::with(Settings {
        session_lifetime: 24 * 60 * 60 * SECOND,
        ..Settings::default()
    });
    let (member, _) = pending(&client, true);
    advance(59 * 60 * SECOND).await;
    let (status, body) = client.send(client.of(&member, "generateOauthWindowUri"));
    assert_eq!((status, &body["member"]["guid"]), (200, &json!(member)));
    advance(20 * 60 * SECOND).await;
    assert_eq!(
        client.status(&member).0,
        "PENDING",
        "a new address restarts the hour"
    );
    advance(29 * 60 * SECOND).await;
    assert_eq!(client.status(&member).0, "PENDING");
    advance(11 * 60 * SECOND).await;
    assert_eq!(client.send(client.of(&member, "readMember")).0, 404);
    assert!(!sign_in(&client, &member));
    assert_eq!(
        client.send(client.nexus("listMembers")).1["members"],
        json!([])
    );
}

#[tokio::test(start_paused = true)]
async fn new_address_works_after_a_sign_in() {
    let client = TestClient::new();
    let (member, _) = pending(&client, true);
    assert!(sign_in(&client, &member));
    let call = client.of(&member, "generateOauthWindowUri");
    let (_, body) = client.send(call.asking("skip_aggregation", "false"));
    assert!(
        body["member"]["oauth_window_uri"]
            .as_str()
            .unwrap()
            .contains(&member)
    );
    assert!(sign_in(&client, &member));
    assert_eq!(client.store.jobs().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn oauth_member_refuses_credentials_and_other_members_oauth() {
    let client = TestClient::new();
    let ordinary = client.member("mxbank", "x");
    let (status, body) = client.send(client.of(&ordinary, "generateOauthWindowUri"));
    assert_eq!(
        (status, &body["error"]["message"]),
        (400, &json!("Member cannot use OAuth."))
    );
    assert!(!sign_in(&client, &ordinary));
    assert!(!sign_in(&client, "MBR-0"));
    let (member, _) = pending(&client, true);
    let (_, body) = client.send(client.of(&member, "listMemberCredentials"));
    assert_eq!(body["credentials"], json!([]));
    let update = json!({"member": {"credentials": [{"credential_guid": "CRD-1", "value": "x"}]}});
    assert_eq!(
        client
            .send(client.of(&member, "updateMember").body(update))
            .0,
        400
    );
    assert_eq!(client.request("mx_bank_oauth", &[], json!({})).0, 400);
}

#[tokio::test(start_paused = true)]
async fn deleted_pending_member_frees_its_external_guid() {
    let client = TestClient::with(Settings {
        session_lifetime: 24 * 60 * 60 * SECOND,
        ..Settings::default()
    });
    let named = json!({"is_oauth": true, "external_guid": "E"});
    let (_, body) = client.request("mx_bank_oauth", &[], named.clone());
    let member = body["member"]["guid"].as_str().unwrap();
    client.start(member, "identifyMember");
    let other = client.other();
    assert_eq!(other.request("mx_bank_oauth", &[], named.clone()).0, 422);
    advance(61 * 60 * SECOND).await;
    assert_eq!(client.store.jobs(), [], "deleted with its jobs");
    let (_, body) = client.request("mx_bank_oauth", &[], named.clone());
    let member = body["member"]["guid"].as_str().unwrap();
    advance(61 * 60 * SECOND).await;
    assert_eq!(other.request("mx_bank_oauth", &[], named).0, 200);
    assert_eq!(client.send(client.of(member, "readMember")).0, 404);
}

#[tokio::test(start_paused = true)]
async fn disabled_user_cannot_sign_in() {
    let client = TestClient::new();
    let (member, made) = pending(&client, true);
    let disable = |is_disabled: bool| {
        let call = client.partner(Api::Mdx, "updateUser").at("user_id", "ada");
        client.send(call.body(json!({"user": {"is_disabled": is_disabled}})));
    };
    disable(true);
    assert!(!sign_in(&client, &member));
    assert!(client.store.oauth_page(&member, &page(&made)).is_none());
    assert_eq!(client.status(&member).0, "DISABLED");
    disable(false);
    assert_eq!(client.status(&member).0, "PENDING");
    assert!(sign_in(&client, &member), "the address was not spent");
}

#[tokio::test(start_paused = true)]
async fn declined_member_is_denied_until_a_sign_in() {
    let client = TestClient::new();
    let (member, _) = pending(&client, false);
    assert!(decline(&client, &member));
    assert_eq!(client.status(&member), ("DENIED".into(), false));
    assert!(!sign_in(&client, &member), "the page is closed");
    assert_eq!(
        client.identify(&member).await,
        "DENIED",
        "every job ends DENIED"
    );
    assert_eq!(client.start(&member, "aggregateMember").0, 200);
    assert_eq!(client.status(&member), ("DENIED".into(), false));
    advance(24 * 60 * SECOND).await;
    assert_eq!(
        client.status(&member).0,
        "DENIED",
        "only PENDING members are deleted"
    );
    fresh(&client, &member);
    assert!(sign_in(&client, &member));
    advance(2 * SECOND).await;
    assert_eq!(client.status(&member), ("CONNECTED".into(), false));
    assert_eq!(client.identify(&member).await, "CONNECTED");
}

#[tokio::test(start_paused = true)]
async fn declining_ends_the_running_job() {
    let client = TestClient::new();
    let (member, _) = pending(&client, false);
    sign_in(&client, &member);
    assert_eq!(client.status(&member), ("CONNECTED".into(), true));
    fresh(&client, &member);
    assert!(decline(&client, &member));
    assert_eq!(client.status(&member), ("DENIED".into(), false));
    assert_eq!(client.store.jobs()[0].state, JobState::Failed);
}

#[tokio::test(start_paused = true)]
async fn job_of_a_pending_member_ends_at_once() {
    let client = TestClient::new();
    let (member, _) = pending(&client, true);
    for (started, operation) in ["aggregateMember", "identifyMember"]
        .into_iter()
        .enumerate()
    {
        let (status, shown) = client.start(&member, operation);
        assert_eq!(
            (status, &shown["connection_status"]),
            (200, &json!("PENDING"))
        );
        let job = client.store.jobs().pop().unwrap();
        assert_eq!(
            shown["most_recent_job_guid"],
            json!(job.guid),
            "{operation}"
        );
        assert_eq!(
            (job.state, client.store.jobs().len()),
            (JobState::Failed, started + 1)
        );
    }
    client.send(client.nexus("aggregateAllMembers"));
    assert_eq!(client.store.jobs().len(), 2, "skipped");
    assert!(sign_in(&client, &member));
    assert_eq!(client.status(&member), ("CONNECTED".into(), false));
}
