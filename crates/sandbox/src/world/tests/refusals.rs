//! Every refusal of a job, and what is not a refusal but no new job either.

use super::*;

#[tokio::test(start_paused = true)]
async fn one_job_runs_at_a_time() {
    let desk = Desk::new();
    let member = desk.member("sandbox_bank", "slow");
    let (status, started) = desk.start(&member, "identifyMember");
    assert_eq!(status, 200);
    let (status, joined) = desk.start(&member, "identifyMember");
    assert_eq!(status, 202);
    assert_eq!(
        joined["most_recent_job_guid"],
        started["most_recent_job_guid"]
    );
    let others = [
        "verifyMember",
        "extendTransactionHistory",
        "checkMemberBalance",
        "aggregateMember",
        "refreshMember",
    ];
    for operation in others {
        assert_eq!(desk.start(&member, operation).0, 409, "{operation}");
    }
    assert_eq!(desk.send(desk.nexus("aggregateAllMembers")).0, 409);
    assert_eq!(desk.world.jobs().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn every_kind_of_job_is_joined_by_its_own() {
    let kinds = [
        ("identifyMember", JobKind::Identification),
        ("verifyMember", JobKind::Verification),
        ("extendTransactionHistory", JobKind::ExtendedHistory),
        ("checkMemberBalance", JobKind::Balance),
        ("aggregateMember", JobKind::Aggregation),
        ("refreshMember", JobKind::Aggregation),
    ];
    for (operation, kind) in kinds {
        let desk = Desk::new();
        let member = desk.member("sandbox_bank", "x");
        assert_eq!(desk.start(&member, operation).0, 200);
        assert_eq!(desk.start(&member, operation).0, 202);
        assert_eq!(desk.world.jobs()[0].kind, kind);
        advance(2 * SECOND).await;
        assert_eq!(desk.world.jobs()[0].state, JobState::Succeeded);
    }
}

#[tokio::test(start_paused = true)]
async fn an_institution_without_support_is_a_400() {
    let desk = Desk::new();
    let member = desk.member("sandbox_savings", "x");
    let (status, body) = desk.send(desk.of(&member, "identifyMember"));
    assert_eq!(status, 400);
    let message = "Member's institution does not support instant account identification";
    assert_eq!(body["error"]["message"], message);
    assert_eq!(desk.start(&member, "verifyMember").0, 400);
    assert_eq!(desk.start(&member, "extendTransactionHistory").0, 400);
    assert_eq!(desk.start(&member, "aggregateMember").0, 200);
    let mx_bank = desk.member("mxbank", "x");
    assert_eq!(desk.start(&mx_bank, "extendTransactionHistory").0, 400);
}

#[tokio::test(start_paused = true)]
async fn a_product_that_is_not_enabled_is_a_403() {
    let desk = Desk::new();
    let products = ["identifyMember", "verifyMember", "extendTransactionHistory"];
    let member = desk.member("sandbox_private_bank", "x");
    for operation in products {
        assert_eq!(desk.start(&member, operation).0, 403, "{operation}");
    }
    assert_eq!(desk.start(&member, "aggregateMember").0, 200);

    let member = desk.member("sandbox_bank", "x");
    let client = desk.world.client_id();
    assert!(
        desk.world
            .set_product(&client, JobKind::Identification, false)
    );
    assert_eq!(desk.start(&member, "identifyMember").0, 403);
    assert!(
        desk.world
            .set_product(&client, JobKind::Identification, true)
    );
    assert_eq!(desk.start(&member, "identifyMember").0, 200);
    assert!(
        !desk
            .world
            .set_product("nobody", JobKind::Identification, true)
    );
}

#[tokio::test(start_paused = true)]
async fn a_product_can_be_disabled_from_the_start() {
    let desk = Desk::with(Settings {
        disabled_products: vec![JobKind::Verification],
        ..Settings::default()
    });
    let member = desk.member("sandbox_bank", "x");
    assert_eq!(desk.start(&member, "verifyMember").0, 403);
    assert_eq!(desk.start(&member, "identifyMember").0, 200);
}

#[tokio::test(start_paused = true)]
async fn only_an_open_question_can_be_answered() {
    let desk = Desk::new();
    let member = desk.member("mxbank", "challenge");
    let answer = json!([{"guid": "CRD-1", "value": "correct"}]);
    assert_eq!(desk.resume(&member, answer.clone()).0, 405);
    desk.identify(&member).await;
    assert_eq!(desk.resume(&member, answer).0, 400);
    assert_eq!(desk.resume(&member, json!([])).0, 400);
    assert_eq!(desk.glance(&member).0, "CHALLENGED", "it is still open");
}

#[tokio::test(start_paused = true)]
async fn what_is_another_users_is_unknown() {
    let desk = Desk::new();
    let member = desk.member("mxbank", "challenge");
    desk.identify(&member).await;
    let job = desk.read(&member)["most_recent_job_guid"].clone();
    let neighbour = desk.neighbour();
    let about_members = Api::Nexus
        .operations()
        .iter()
        .filter(|operation| operation.path.contains("{member_guid}"));
    let mut count = 0;
    for operation in about_members {
        let (status, _) = neighbour.send(neighbour.of(&member, operation.id));
        assert_eq!(status, 404, "{}", operation.id);
        assert_eq!(neighbour.send(neighbour.of("MBR-0", operation.id)).0, 404);
        count += 1;
    }
    assert!(count > 15, "{count}");
    for operation in ["readJob", "listJobMfaCredentials", "resumeJob"] {
        let call = neighbour.nexus(operation);
        let call = call.at("job_guid", job.as_str().unwrap());
        assert_eq!(neighbour.send(call).0, 404);
    }
    desk.answer(&member, "correct");
    advance(2 * SECOND).await;
    let (_, accounts) = desk.send(desk.of(&member, "listMemberAccounts"));
    let account = accounts["accounts"][0]["guid"].as_str().unwrap();
    for operation in ["readAccount", "readAccountNumbersByAccount", "blockAccount"] {
        let call = neighbour.nexus(operation).at("account_guid", account);
        assert_eq!(neighbour.send(call).0, 404);
    }
    let (_, own) = neighbour.send(neighbour.nexus("listMembers"));
    assert_eq!(own["members"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_partner_with_use_cases_names_them() {
    let desk = Desk::with(Settings {
        has_use_cases: true,
        ..Settings::default()
    });
    assert_eq!(desk.request("mxbank", &["a", "b"], json!({})).0, 400);
    let moving = json!({"use_cases": ["MONEY_MOVEMENT"]});
    let (status, body) = desk.request("mxbank", &["a", "b"], moving);
    assert_eq!(
        (status, &body["member"]["use_cases"]),
        (200, &json!(["MONEY_MOVEMENT"]))
    );
    let member = body["member"]["guid"].as_str().unwrap().to_owned();
    assert_eq!(desk.start(&member, "aggregateMember").0, 403);
    assert_eq!(desk.send(desk.nexus("refreshAllMembers")).0, 403);
    assert_eq!(desk.start(&member, "identifyMember").0, 200);
    let listed = |use_case| {
        let call = desk.nexus("listMembers").asking("use_case", use_case);
        desk.send(call).1["members"].as_array().unwrap().len()
    };
    assert_eq!((listed("PFM"), listed("MONEY_MOVEMENT")), (0, 1));
    let none = json!({"member": {"use_cases": []}});
    assert_eq!(
        desk.send(desk.of(&member, "updateMember").body(none)).0,
        400
    );
}

#[tokio::test(start_paused = true)]
async fn all_members_are_aggregated_at_once() {
    let desk = Desk::new();
    desk.member("mxbank", "x");
    desk.member("sandbox_bank", "x");
    let (status, body) = desk.send(desk.nexus("aggregateAllMembers"));
    assert_eq!(
        (status, body["members"].as_array().unwrap().len()),
        (200, 2)
    );
    assert_eq!(desk.world.jobs().len(), 2);
    assert_eq!(desk.send(desk.nexus("refreshAllMembers")).0, 202);
    assert_eq!(desk.world.jobs().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_aggregation_that_is_not_permitted_does_not_come_by_another_door() {
    let loud = json!({"skip_aggregation": false, "use_cases": ["MONEY_MOVEMENT"]});
    let without_the_product = Settings {
        disabled_products: vec![JobKind::Aggregation],
        ..Settings::default()
    };
    let with_use_cases = Settings {
        has_use_cases: true,
        ..Settings::default()
    };
    for settings in [without_the_product, with_use_cases] {
        let desk = Desk::with(settings);
        let (status, body) = desk.request("sandbox_bank", &["a", "b"], loud.clone());
        assert_eq!(status, 200, "the member is made all the same");
        assert_eq!(body["member"]["is_being_aggregated"], false);
        let member = body["member"]["guid"].as_str().unwrap().to_owned();
        assert_eq!(desk.start(&member, "aggregateMember").0, 403);

        let bank = institutions()
            .iter()
            .find(|bank| bank.code == "sandbox_bank");
        let field = &bank.unwrap().fields[1].guid;
        let update = json!({"credentials": [{"credential_guid": field, "value": "new"}]});
        let call = desk.of(&member, "updateMember");
        let (status, body) = desk.send(call.body(json!({"member": update})));
        assert_eq!(
            (status, &body["member"]["connection_status"]),
            (200, &json!("UPDATED"))
        );

        let mut by_oauth = loud.clone();
        by_oauth["is_oauth"] = json!(true);
        let (_, body) = desk.request("mx_bank_oauth", &[], by_oauth);
        let page = body["member"]["guid"].as_str().unwrap();
        assert!(desk.world.finish_oauth(page, Consent::Given));
        desk.spend(&desk.api_token("ada"), Value::Null);
        assert_eq!(desk.world.jobs(), []);
        assert_eq!(desk.start(&member, "identifyMember").0, 200);
    }
}
