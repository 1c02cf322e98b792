//! Members that sign in on the institution's own page.

use super::*;

fn pending(desk: &Desk, skips_aggregation: bool) -> (String, Value) {
    let request = json!({"is_oauth": true, "skip_aggregation": skips_aggregation});
    let (status, body) = desk.request("mx_bank_oauth", &[], request);
    assert_eq!(status, 200);
    let guid = body["member"]["guid"].as_str().unwrap().to_owned();
    (guid, body["member"].clone())
}

fn signs_in(desk: &Desk, member: &str) -> bool {
    desk.world.finish_oauth(member, Consent::Given)
}

fn declines(desk: &Desk, member: &str) -> bool {
    desk.world.finish_oauth(member, Consent::Declined)
}

/// The secret end of an address.
fn page(made: &Value) -> String {
    let address = made["oauth_window_uri"].as_str().unwrap();
    address.rsplit('/').next().unwrap().to_owned()
}

fn fresh(desk: &Desk, member: &str) -> Value {
    let (status, body) = desk.send(desk.of(member, "generateOauthWindowUri"));
    assert_eq!(status, 200);
    body["member"].clone()
}

#[tokio::test(start_paused = true)]
async fn signing_in_aggregates_unless_told_not_to() {
    let desk = Desk::new();
    let (member, _) = pending(&desk, false);
    assert!(signs_in(&desk, &member));
    assert_eq!(desk.glance(&member), ("CONNECTED".into(), true));
    advance(2 * SECOND).await;
    assert_eq!(desk.glance(&member), ("CONNECTED".into(), false));
    assert_eq!(desk.world.jobs().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_does_not_sign_in_is_forgotten() {
    let desk = Desk::with(Settings {
        session_lifetime: 24 * 60 * 60 * SECOND,
        ..Settings::default()
    });
    let (member, _) = pending(&desk, true);
    advance(59 * 60 * SECOND).await;
    let (status, body) = desk.send(desk.of(&member, "generateOauthWindowUri"));
    assert_eq!((status, &body["member"]["guid"]), (200, &json!(member)));
    advance(20 * 60 * SECOND).await;
    assert_eq!(
        desk.glance(&member).0,
        "PENDING",
        "a fresh address is a fresh hour"
    );
    advance(29 * 60 * SECOND).await;
    assert_eq!(desk.glance(&member).0, "PENDING");
    advance(11 * 60 * SECOND).await;
    assert_eq!(desk.send(desk.of(&member, "readMember")).0, 404);
    assert!(!signs_in(&desk, &member));
    assert_eq!(desk.send(desk.nexus("listMembers")).1["members"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_fresh_address_works_after_a_revocation() {
    let desk = Desk::new();
    let (member, _) = pending(&desk, true);
    assert!(signs_in(&desk, &member));
    let call = desk.of(&member, "generateOauthWindowUri");
    let (_, body) = desk.send(call.asking("skip_aggregation", "false"));
    assert!(
        body["member"]["oauth_window_uri"]
            .as_str()
            .unwrap()
            .contains(&member)
    );
    assert!(signs_in(&desk, &member));
    assert_eq!(desk.world.jobs().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn oauth_and_credentials_do_not_mix() {
    let desk = Desk::new();
    let ordinary = desk.member("mxbank", "x");
    let (status, body) = desk.send(desk.of(&ordinary, "generateOauthWindowUri"));
    assert_eq!(
        (status, &body["error"]["message"]),
        (400, &json!("Member cannot use OAuth."))
    );
    assert!(!signs_in(&desk, &ordinary));
    assert!(!signs_in(&desk, "MBR-0"));
    let (member, _) = pending(&desk, true);
    let (_, body) = desk.send(desk.of(&member, "listMemberCredentials"));
    assert_eq!(body["credentials"], json!([]));
    let update = json!({"member": {"credentials": [{"credential_guid": "CRD-1", "value": "x"}]}});
    assert_eq!(
        desk.send(desk.of(&member, "updateMember").body(update)).0,
        400
    );
    assert_eq!(desk.request("mx_bank_oauth", &[], json!({})).0, 400);
}

#[tokio::test(start_paused = true)]
async fn who_is_forgotten_is_in_nobodys_way() {
    let desk = Desk::with(Settings {
        session_lifetime: 24 * 60 * 60 * SECOND,
        ..Settings::default()
    });
    let named = json!({"is_oauth": true, "external_guid": "E"});
    let (_, body) = desk.request("mx_bank_oauth", &[], named.clone());
    let member = body["member"]["guid"].as_str().unwrap();
    desk.start(member, "identifyMember");
    let neighbour = desk.neighbour();
    assert_eq!(
        neighbour.request("mx_bank_oauth", &[], named.clone()).0,
        422
    );
    advance(61 * 60 * SECOND).await;
    assert_eq!(desk.world.jobs(), [], "it went, and its jobs with it");
    let (_, body) = desk.request("mx_bank_oauth", &[], named.clone());
    let member = body["member"]["guid"].as_str().unwrap();
    advance(61 * 60 * SECOND).await;
    assert_eq!(neighbour.request("mx_bank_oauth", &[], named).0, 200);
    assert_eq!(desk.send(desk.of(member, "readMember")).0, 404);
}

#[tokio::test(start_paused = true)]
async fn nobody_signs_in_for_a_disabled_user() {
    let desk = Desk::new();
    let (member, made) = pending(&desk, true);
    let disable = |is_disabled: bool| {
        let call = desk.partner(Api::Mdx, "updateUser").at("user_id", "ada");
        desk.send(call.body(json!({"user": {"is_disabled": is_disabled}})));
    };
    disable(true);
    assert!(!signs_in(&desk, &member));
    assert!(desk.world.oauth_page(&member, &page(&made)).is_none());
    assert_eq!(desk.glance(&member).0, "DISABLED");
    disable(false);
    assert_eq!(desk.glance(&member).0, "PENDING");
    assert!(signs_in(&desk, &member), "the address was not spent");
}

#[tokio::test(start_paused = true)]
async fn who_declines_is_denied_until_they_sign_in_after_all() {
    let desk = Desk::new();
    let (member, _) = pending(&desk, false);
    assert!(declines(&desk, &member));
    assert_eq!(desk.glance(&member), ("DENIED".into(), false));
    assert!(!signs_in(&desk, &member), "the page is closed");
    assert_eq!(
        desk.identify(&member).await,
        "DENIED",
        "no job gets past that"
    );
    assert_eq!(desk.start(&member, "aggregateMember").0, 200);
    assert_eq!(desk.glance(&member), ("DENIED".into(), false));
    advance(24 * 60 * SECOND).await;
    assert_eq!(
        desk.glance(&member).0,
        "DENIED",
        "only who is PENDING lapses"
    );
    fresh(&desk, &member);
    assert!(signs_in(&desk, &member));
    advance(2 * SECOND).await;
    assert_eq!(desk.glance(&member), ("CONNECTED".into(), false));
    assert_eq!(desk.identify(&member).await, "CONNECTED");
}

#[tokio::test(start_paused = true)]
async fn who_takes_the_consent_back_ends_the_job_that_runs() {
    let desk = Desk::new();
    let (member, _) = pending(&desk, false);
    signs_in(&desk, &member);
    assert_eq!(desk.glance(&member), ("CONNECTED".into(), true));
    fresh(&desk, &member);
    assert!(declines(&desk, &member));
    assert_eq!(desk.glance(&member), ("DENIED".into(), false));
    assert_eq!(desk.world.jobs()[0].state, JobState::Failed);
}

#[tokio::test(start_paused = true)]
async fn who_signs_in_by_oauth_has_no_credentials_at_a_bank_that_has_both() {
    let desk = Desk::new();
    let (_, body) = desk.request("mxbank", &[], json!({"is_oauth": true}));
    let by_oauth = body["member"]["guid"].as_str().unwrap();
    let ordinary = desk.member("mxbank", "x");
    for (member, count) in [(by_oauth, 0), (&ordinary, 2)] {
        let (_, body) = desk.send(desk.of(member, "listMemberCredentials"));
        assert_eq!(body["credentials"].as_array().unwrap().len(), count);
    }
}
