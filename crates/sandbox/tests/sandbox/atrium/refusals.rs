//! Refusals, and the other statuses of starting a job and listing challenges.

use std::time::Duration;

use mx_nexus_sandbox::{JobKind, Sandbox};
use serde_json::json;

use super::{Atrium, VENDOR};
use crate::quick;

#[tokio::test]
async fn wrong_key_client_or_media_type_is_refused() {
    let atrium = Atrium::open().await;
    let key = atrium.sandbox.api_key();
    let (key, client) = (key.expose(), atrium.sandbox.client_id());
    atrium.sandbox.add_partner("another", "another-key");
    for (key, client, accept, media_type, status) in [
        (key, client, VENDOR, "application/json", 200),
        ("wrong", client, VENDOR, "application/json", 401),
        (key, "wrong", VENDOR, "application/json", 401),
        (key, "another", VENDOR, "application/json", 401),
        ("", "", VENDOR, "application/json", 401),
        (key, client, "application/json", "application/json", 406),
        (key, client, VENDOR, VENDOR, 415),
    ] {
        let sending = atrium
            .http
            .post(format!("{}/atrium/users", atrium.sandbox.address()))
            .header("accept", accept)
            .header("content-type", media_type)
            .header("mx-api-key", key)
            .header("mx-client-id", client)
            .body(r#"{"user": {"is_disabled": false}}"#);
        let answer = sending.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{key} {client} {accept}");
        assert_eq!(answer.headers()["content-type"], VENDOR);
    }
    let bare = format!("{}/atrium/users", atrium.sandbox.address());
    let bare = atrium.http.get(bare).header("accept", VENDOR).send();
    assert_eq!(bare.await.unwrap().status().as_u16(), 401);
}

#[tokio::test]
async fn same_job_is_202_and_another_409() {
    let hour = Duration::from_secs(3600);
    let atrium = Atrium::of(quick().job_time(hour).start().await.unwrap()).await;
    let member = atrium.member("sandbox_bank", "any").await;
    let of_member = [("member_guid", member.as_str())];
    let starts = [
        "identifyMember",
        "verifyMember",
        "aggregateMember",
        "aggregateMemberBalances",
        "extendHistory",
    ];
    for running in starts {
        assert_eq!(atrium.status(running, &of_member, None).await, 200);
        for started in starts {
            let wanted = if started == running { 202 } else { 409 };
            let status = atrium.status(started, &of_member, None).await;
            assert_eq!(status, wanted, "{started} while {running}");
        }
        assert_eq!(atrium.sandbox.finish_jobs(), 1);
    }
}

#[tokio::test]
async fn unsupported_job_is_400_and_one_not_enabled_403() {
    let sandbox = quick().without(JobKind::Verification).start().await;
    let atrium = Atrium::of(sandbox.unwrap()).await;
    for (bank, operation, status) in [
        ("sandbox_savings", "identifyMember", 400),
        ("sandbox_savings", "extendHistory", 400),
        ("sandbox_savings", "fetchStatements", 400),
        ("sandbox_savings", "aggregateMember", 200),
        ("sandbox_private_bank", "identifyMember", 403),
        ("sandbox_bank", "verifyMember", 403),
        ("sandbox_bank", "fetchStatements", 200),
        ("sandbox_bank", "identifyMember", 200),
    ] {
        let login = format!("{bank}-{operation}");
        let request = atrium.member_request(bank, &login, "any").await;
        let made = atrium.ok("createMember", &[], Some(request)).await;
        let of_member = [("member_guid", made["member"]["guid"].as_str().unwrap())];
        let answered = atrium.status(operation, &of_member, None).await;
        assert_eq!(answered, status, "{bank} {operation}");
    }
}

#[tokio::test]
async fn without_a_challenge_the_list_is_204_and_resuming_405() {
    let atrium = Atrium::open().await;
    let member = atrium.member("mxbank", "challenge").await;
    let of_member = [("member_guid", member.as_str())];
    let list = "listMemberMFAChallenges";
    assert_eq!(atrium.status(list, &of_member, None).await, 204);
    let resume = |guid: &str| {
        let answer = json!({"guid": guid, "value": "correct"});
        Some(json!({"member": {"challenges": [answer]}}))
    };
    let answered = atrium
        .status("resumeMember", &of_member, resume("CRD-1"))
        .await;
    assert_eq!(answered, 405);
    atrium.ok("identifyMember", &of_member, None).await;
    atrium.settled(&member).await;
    assert_eq!(atrium.status(list, &of_member, None).await, 200);
    let answered = atrium
        .status("resumeMember", &of_member, resume("CRD-1"))
        .await;
    assert_eq!(answered, 400);
}

#[tokio::test]
async fn sixth_balance_check_within_two_hours_is_429() {
    let atrium = Atrium::open().await;
    let member = atrium.member("mxbank", "any").await;
    let of_member = [("member_guid", member.as_str())];
    for _ in 0..5 {
        atrium.ok("aggregateMemberBalances", &of_member, None).await;
        atrium.sandbox.finish_jobs();
    }
    let sixth = atrium.status("aggregateMemberBalances", &of_member, None);
    assert_eq!(sixth.await, 429);
    assert_eq!(
        atrium.status("aggregateMember", &of_member, None).await,
        200
    );
}

#[tokio::test]
async fn second_member_with_the_same_login_is_409_and_the_26th_405() {
    let atrium = Atrium::open().await;
    let first = atrium.member("mxbank", "any").await;
    let request = atrium.member_request("mxbank", "test_atrium", "any").await;
    let status = atrium.status("createMember", &[], Some(request)).await;
    assert_eq!(status, 409);
    let request = json!({"member": {"institution_code": "nowhere"}});
    let status = atrium.status("createMember", &[], Some(request)).await;
    assert_eq!(status, 422);
    for number in 2..=26 {
        let login = format!("login-{number}");
        let mut request = atrium.member_request("mxbank", &login, "any").await;
        request["member"]["identifier"] = json!(login);
        let status = atrium.status("createMember", &[], Some(request)).await;
        assert_eq!(status, if number == 26 { 405 } else { 200 }, "{number}");
    }
    let update = json!({"member": {"identifier": "login-2"}});
    let of_member = [("member_guid", first.as_str())];
    let status = atrium
        .status("updateMember", &of_member, Some(update))
        .await;
    assert_eq!(status, 409);
    assert_eq!(atrium.status("deleteMember", &of_member, None).await, 204);
    assert_eq!(atrium.status("readMember", &of_member, None).await, 404);
}

#[tokio::test]
async fn users_of_one_api_are_not_users_of_the_other() {
    let mut atrium = Atrium::open().await;
    let sandbox = &atrium.sandbox;
    let of_nexus = sandbox.add_member("U-nexus", "any").unwrap();
    let user_of_nexus = sandbox.nexus().build().unwrap().user("U-nexus");
    let api = user_of_nexus.api().await.unwrap();
    let read = api.read_user().send().await.unwrap().into_inner();
    let guid_in_nexus = read.user.unwrap().guid.unwrap();
    let user = sandbox.add_atrium_user("U-nexus").unwrap();
    assert_ne!(user, guid_in_nexus);
    let member = sandbox.add_atrium_member(&user, "any").unwrap();
    assert!(sandbox.add_atrium_member(&guid_in_nexus, "any").is_err());

    // The same id names another user in SSO, and no user when Nexus has none.
    let known = sandbox.nexus().build().unwrap();
    let unknown = known.user(crate::ADA).api().await.unwrap_err();
    assert_eq!(unknown.status(), Some(404));
    let read = api.read_member().member_guid(&member).send().await;
    assert_eq!(read.unwrap_err().status(), Some(404));

    let of_member = [("member_guid", of_nexus.as_str())];
    assert_eq!(atrium.status("readMember", &of_member, None).await, 404);
    let ada = std::mem::replace(&mut atrium.user, guid_in_nexus.as_str().to_owned());
    for operation in ["readUser", "deleteUser", "listMembers", "listHoldings"] {
        let status = atrium.status(operation, &[], None).await;
        assert_eq!(status, 404, "{operation}");
    }
    atrium.user = ada;
    atrium.ok("readUser", &[], None).await;
    let of_member = [("member_guid", member.as_str())];
    // Of another user of Atrium.
    assert_eq!(atrium.status("readMember", &of_member, None).await, 404);
}

#[tokio::test]
async fn users_of_another_client_are_unknown() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let atrium = Atrium::of(sandbox).await;
    atrium.sandbox.add_partner("another", "another-key");
    for path in ["/users", &format!("/users/{}", atrium.user)] {
        let url = format!("{}/atrium{path}", atrium.sandbox.address());
        let sending = atrium
            .http
            .get(url)
            .header("accept", VENDOR)
            .header("mx-api-key", "another-key")
            .header("mx-client-id", "another");
        let answer = sending.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        assert!(!text.contains("USR-"), "{text}");
        assert_eq!(status, if path == "/users" { 200 } else { 404 });
    }
}
