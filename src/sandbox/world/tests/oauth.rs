//! Members that sign in on the institution's own page.

use super::*;

fn pending(desk: &Desk, skips_aggregation: bool) -> (String, Value) {
    desk.world.set_address("http://127.0.0.1:7");
    let request = json!({"is_oauth": true, "skip_aggregation": skips_aggregation});
    let (status, body) = desk.request("mx_bank_oauth", &[], request);
    assert_eq!(status, 200);
    let guid = body["member"]["guid"].as_str().unwrap().to_owned();
    (guid, body["member"].clone())
}

#[tokio::test(start_paused = true)]
async fn a_member_is_pending_until_the_person_has_signed_in() {
    let desk = Desk::new();
    let (member, made) = pending(&desk, true);
    assert_eq!(made["connection_status"], "PENDING");
    assert_eq!(made["is_oauth"], true);
    let address = format!("http://127.0.0.1:7/_sandbox/oauth/{member}");
    assert_eq!(made["oauth_window_uri"], address);
    assert!(
        desk.read(&member).get("oauth_window_uri").is_none(),
        "only at first"
    );
    desk.open_session("ada");
    assert_eq!(desk.start(&member, "aggregateMember").0, 200);
    assert_eq!(desk.world.jobs().len(), 0, "nobody is signed in yet");
    assert_eq!(desk.identify(&member).await, "PENDING");
    assert_eq!(desk.owners(&member), Vec::<Value>::new());
    assert!(desk.world.authorise_oauth(&member));
    assert_eq!(desk.glance(&member), ("CONNECTED".into(), false));
    assert!(
        !desk.world.authorise_oauth(&member),
        "the address works once"
    );
    assert_eq!(desk.identify(&member).await, "CONNECTED");
    assert!(!desk.owners(&member).is_empty());
}

#[tokio::test(start_paused = true)]
async fn signing_in_aggregates_unless_told_not_to() {
    let desk = Desk::new();
    let (member, _) = pending(&desk, false);
    assert!(desk.world.authorise_oauth(&member));
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
    assert!(!desk.world.authorise_oauth(&member));
    assert_eq!(desk.send(desk.nexus("listMembers")).1["members"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_fresh_address_works_after_a_revocation() {
    let desk = Desk::new();
    let (member, _) = pending(&desk, true);
    desk.world.authorise_oauth(&member);
    let call = desk.of(&member, "generateOauthWindowUri");
    let (_, body) = desk.send(call.asking("skip_aggregation", "false"));
    assert!(
        body["member"]["oauth_window_uri"]
            .as_str()
            .unwrap()
            .ends_with(&member)
    );
    assert!(desk.world.authorise_oauth(&member));
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
    assert!(!desk.world.authorise_oauth(&ordinary));
    assert!(!desk.world.authorise_oauth("MBR-0"));
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
    assert_eq!(neighbour.request("mx_bank_oauth", &[], named.clone()).0, 422);
    advance(61 * 60 * SECOND).await;
    assert_eq!(desk.world.jobs(), [], "it went, and its jobs with it");
    let (_, body) = desk.request("mx_bank_oauth", &[], named.clone());
    let member = body["member"]["guid"].as_str().unwrap();
    advance(61 * 60 * SECOND).await;
    assert_eq!(neighbour.request("mx_bank_oauth", &[], named).0, 200);
    assert_eq!(desk.send(desk.of(member, "readMember")).0, 404);
}
