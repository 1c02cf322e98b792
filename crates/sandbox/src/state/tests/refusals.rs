//! Every refusal of a job, and starts that join a running job.

use super::*;

#[tokio::test(start_paused = true)]
async fn one_job_runs_at_a_time() {
    let client = TestClient::new();
    let member = client.member("sandbox_bank", "slow");
    let (status, started) = client.start(&member, "identifyMember");
    assert_eq!(status, 200);
    let (status, joined) = client.start(&member, "identifyMember");
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
        assert_eq!(client.start(&member, operation).0, 409, "{operation}");
    }
    assert_eq!(client.send(client.nexus("aggregateAllMembers")).0, 409);
    assert_eq!(client.store.jobs().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn start_joins_a_running_job_of_its_kind() {
    let kinds = [
        ("identifyMember", JobKind::Identification),
        ("verifyMember", JobKind::Verification),
        ("extendTransactionHistory", JobKind::ExtendedHistory),
        ("checkMemberBalance", JobKind::Balance),
        ("aggregateMember", JobKind::Aggregation),
        ("refreshMember", JobKind::Aggregation),
    ];
    for (operation, kind) in kinds {
        let client = TestClient::new();
        let member = client.member("sandbox_bank", "x");
        assert_eq!(client.start(&member, operation).0, 200);
        assert_eq!(client.start(&member, operation).0, 202);
        assert_eq!(client.store.jobs()[0].kind, kind);
        advance(2 * SECOND).await;
        assert_eq!(client.store.jobs()[0].state, JobState::Succeeded);
    }
}

#[tokio::test(start_paused = true)]
async fn institution_without_support_is_refused_with_400() {
    let client = TestClient::new();
    let member = client.member("sandbox_savings", "x");
    let (status, body) = client.send(client.of(&member, "identifyMember"));
    assert_eq!(status, 400);
    let message = "Member's institution does not support instant account identification";
    assert_eq!(body["error"]["message"], message);
    assert_eq!(client.start(&member, "verifyMember").0, 400);
    assert_eq!(client.start(&member, "extendTransactionHistory").0, 400);
    assert_eq!(client.start(&member, "aggregateMember").0, 200);
    let mx_bank = client.member("mxbank", "x");
    assert_eq!(client.start(&mx_bank, "extendTransactionHistory").0, 400);
}

#[tokio::test(start_paused = true)]
async fn product_that_is_not_enabled_is_refused_with_403() {
    let client = TestClient::new();
    let products = ["identifyMember", "verifyMember", "extendTransactionHistory"];
    let member = client.member("sandbox_private_bank", "x");
    for operation in products {
        assert_eq!(client.start(&member, operation).0, 403, "{operation}");
    }
    assert_eq!(client.start(&member, "aggregateMember").0, 200);

    let member = client.member("sandbox_bank", "x");
    let client_id = client.store.client_id();
    assert!(
        client
            .store
            .set_product(&client_id, JobKind::Identification, false)
    );
    assert_eq!(client.start(&member, "identifyMember").0, 403);
    assert!(
        client
            .store
            .set_product(&client_id, JobKind::Identification, true)
    );
    assert_eq!(client.start(&member, "identifyMember").0, 200);
    assert!(
        !client
            .store
            .set_product("unknown", JobKind::Identification, true)
    );
}

#[tokio::test(start_paused = true)]
async fn answer_without_open_challenge_is_refused() {
    let client = TestClient::new();
    let member = client.member("mxbank", "challenge");
    let answer = json!([{"guid": "CRD-1", "value": "correct"}]);
    assert_eq!(client.resume(&member, answer.clone()).0, 405);
    client.identify(&member).await;
    assert_eq!(client.resume(&member, answer).0, 400);
    assert_eq!(client.resume(&member, json!([])).0, 400);
    assert_eq!(client.status(&member).0, "CHALLENGED", "it is still open");
}

#[tokio::test(start_paused = true)]
async fn data_of_another_user_is_unknown() {
    let client = TestClient::new();
    let member = client.member("mxbank", "challenge");
    client.identify(&member).await;
    let job = client.read(&member)["most_recent_job_guid"].clone();
    let other = client.other();
    let about_members = Api::Nexus
        .operations()
        .iter()
        .filter(|operation| operation.path.contains("{member_guid}"));
    let mut count = 0;
    for operation in about_members {
        let (status, _) = other.send(other.of(&member, operation.id));
        assert_eq!(status, 404, "{}", operation.id);
        assert_eq!(other.send(other.of("MBR-0", operation.id)).0, 404);
        count += 1;
    }
    assert!(count > 15, "{count}");
    for operation in ["readJob", "listJobMfaCredentials", "resumeJob"] {
        let call = other.nexus(operation);
        let call = call.at("job_guid", job.as_str().unwrap());
        assert_eq!(other.send(call).0, 404);
    }
    client.answer(&member, "correct");
    advance(2 * SECOND).await;
    let (_, accounts) = client.send(client.of(&member, "listMemberAccounts"));
    let account = accounts["accounts"][0]["guid"].as_str().unwrap();
    for operation in ["readAccount", "readAccountNumbersByAccount", "blockAccount"] {
        let call = other.nexus(operation).at("account_guid", account);
        assert_eq!(other.send(call).0, 404);
    }
    let (_, own) = other.send(other.nexus("listMembers"));
    assert_eq!(own["members"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn use_cases_are_required_after_opt_in() {
    let client = TestClient::with(Settings {
        has_use_cases: true,
        ..Settings::default()
    });
    assert_eq!(client.request("mxbank", &["a", "b"], json!({})).0, 400);
    let moving = json!({"use_cases": ["MONEY_MOVEMENT"]});
    let (status, body) = client.request("mxbank", &["a", "b"], moving);
    assert_eq!(
        (status, &body["member"]["use_cases"]),
        (200, &json!(["MONEY_MOVEMENT"]))
    );
    let member = body["member"]["guid"].as_str().unwrap().to_owned();
    assert_eq!(client.start(&member, "aggregateMember").0, 403);
    assert_eq!(client.send(client.nexus("refreshAllMembers")).0, 403);
    assert_eq!(client.start(&member, "identifyMember").0, 200);
    let listed = |use_case| {
        let call = client.nexus("listMembers").asking("use_case", use_case);
        client.send(call).1["members"].as_array().unwrap().len()
    };
    assert_eq!((listed("PFM"), listed("MONEY_MOVEMENT")), (0, 1));
    let none = json!({"member": {"use_cases": []}});
    assert_eq!(
        client.send(client.of(&member, "updateMember").body(none)).0,
        400
    );
}

#[tokio::test(start_paused = true)]
async fn all_members_are_aggregated() {
    let client = TestClient::new();
    client.member("mxbank", "x");
    client.member("sandbox_bank", "x");
    let (status, body) = client.send(client.nexus("aggregateAllMembers"));
    assert_eq!(
        (status, body["members"].as_array().unwrap().len()),
        (200, 2)
    );
    assert_eq!(client.store.jobs().len(), 2);
    assert_eq!(client.send(client.nexus("refreshAllMembers")).0, 202);
    assert_eq!(client.store.jobs().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn forbidden_aggregation_starts_with_no_other_request() {
    let aggregating = json!({"skip_aggregation": false, "use_cases": ["MONEY_MOVEMENT"]});
    let without_the_product = Settings {
        disabled_products: vec![JobKind::Aggregation],
        ..Settings::default()
    };
    let with_use_cases = Settings {
        has_use_cases: true,
        ..Settings::default()
    };
    for settings in [without_the_product, with_use_cases] {
        let client = TestClient::with(settings);
        let (status, body) = client.request("sandbox_bank", &["a", "b"], aggregating.clone());
        assert_eq!(status, 200, "the member is created");
        assert_eq!(body["member"]["is_being_aggregated"], false);
        let member = body["member"]["guid"].as_str().unwrap().to_owned();
        assert_eq!(client.start(&member, "aggregateMember").0, 403);

        let bank = institutions()
            .iter()
            .find(|bank| bank.code == "sandbox_bank");
        let field = &bank.unwrap().fields[1].guid;
        let update = json!({"credentials": [{"credential_guid": field, "value": "new"}]});
        let call = client.of(&member, "updateMember");
        let (status, body) = client.send(call.body(json!({"member": update})));
        assert_eq!(
            (status, &body["member"]["connection_status"]),
            (200, &json!("UPDATED"))
        );

        let mut by_oauth = aggregating.clone();
        by_oauth["is_oauth"] = json!(true);
        let (_, body) = client.request("mx_bank_oauth", &[], by_oauth);
        let page = body["member"]["guid"].as_str().unwrap();
        assert!(client.store.finish_oauth(page, Consent::Given));
        client.spend(&client.api_token("ada"), Value::Null);
        assert_eq!(client.store.jobs(), []);
        assert_eq!(client.start(&member, "identifyMember").0, 200);
    }
}
