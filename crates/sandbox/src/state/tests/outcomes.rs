//! The status that each password leads to, as documented.

use super::*;

/// The rows of the documented table with this heading, as cells without backticks.
fn rows(heading: &str) -> Vec<Vec<String>> {
    let documented = include_str!("../../bank/banks.md").lines();
    let table = documented
        .skip_while(|line| !line.starts_with(heading))
        .skip(2);
    let rows = table.take_while(|line| line.starts_with('|'));
    let cells = |row: &str| {
        let cells = row.trim_matches('|').split('|');
        cells.map(|cell| cell.trim().replace('`', "")).collect()
    };
    rows.map(cells).collect()
}

async fn outcome(client: &TestClient, bank: &str, password: &str) -> String {
    let member = client.member(bank, password);
    client.start(&member, "identifyMember");
    advance(60 * SECOND).await;
    let outcome = client.status(&member);
    assert_eq!(outcome.1, outcome.0 == "CHALLENGED", "{password} at {bank}");
    assert_eq!(client.owners(&member).is_empty(), outcome.0 != "CONNECTED");
    client.send(client.of(&member, "deleteMember"));
    outcome.0
}

#[tokio::test(start_paused = true)]
async fn every_password_leads_to_the_documented_status() {
    let client = TestClient::new();
    let rows = rows("| password |");
    assert_eq!(rows.len(), 34);
    for row in rows {
        let (password, known_at, end) = (&row[0], &row[1], &row[2]);
        assert_eq!(
            &outcome(&client, "sandbox_bank", password).await,
            end,
            "{password}"
        );
        let is_known = known_at == "every bank";
        let expected = if is_known { end } else { "CONNECTED" };
        assert_eq!(
            outcome(&client, "mxbank", password).await,
            expected,
            "{password}"
        );
    }
    assert_eq!(
        outcome(&client, "mxbank", "Challenge").await,
        "CONNECTED",
        "case-sensitive"
    );
}

#[tokio::test(start_paused = true)]
async fn empty_username_or_password_fails() {
    let client = TestClient::new();
    for bank in ["mxbank", "sandbox_bank", "sandbox_credit_union"] {
        assert_eq!(outcome(&client, bank, "").await, "FAILED", "{bank}");
        let (_, body) = client.request(bank, &["", "x", "east"], json!({}));
        let nameless = body["member"]["guid"].as_str().unwrap();
        assert_eq!(client.identify(nameless).await, "FAILED", "{bank}");
    }
}

#[tokio::test(start_paused = true)]
async fn unknown_option_is_denied() {
    let client = TestClient::new();
    let member = client.member("sandbox_credit_union", "x");
    let (_, body) = client.send(client.of(&member, "listMemberCredentials"));
    let offered = &body["credentials"][2]["options"];
    let mut ends = Vec::new();
    for region in [
        "west",
        offered[0]["guid"].as_str().unwrap(),
        "East",
        "north",
        "",
    ] {
        let login = format!("in {region}");
        let entries = [login.as_str(), "x", region];
        let (_, body) = client.request("sandbox_credit_union", &entries, json!({}));
        ends.push(
            client
                .identify(body["member"]["guid"].as_str().unwrap())
                .await,
        );
    }
    assert_eq!(
        ends,
        ["CONNECTED", "CONNECTED", "DENIED", "DENIED", "DENIED"]
    );
}

#[tokio::test(start_paused = true)]
async fn every_institution_is_in_the_table() {
    let rows = rows("| institution |");
    let codes = rows.iter().map(|row| row[1].split(' ').next().unwrap());
    let known = |code: &str| institutions().iter().any(|bank| bank.code == code);
    assert_eq!(codes.clone().filter(|code| !known(code)).count(), 0);
    assert_eq!(institutions().len(), codes.count() - 1 + 36);
}

#[tokio::test(start_paused = true)]
async fn job_signs_in_then_gathers_then_ends() {
    let client = TestClient::new();
    let member = client.member("mxbank", "password");
    let before = client.read(&member);
    assert_eq!(before["connection_status"], "CREATED");
    assert!(before.get("most_recent_job_guid").is_none());
    assert!(before["aggregated_at"].is_null());

    let (_, started) = client.start(&member, "identifyMember");
    let job = started["most_recent_job_guid"].clone();
    assert!(job.as_str().unwrap().starts_with("JOB-"));
    assert_eq!(
        client.status(&member),
        ("CREATED".into(), true),
        "the status from before"
    );
    assert!(!started["aggregated_at"].is_null());
    advance(SECOND).await;
    assert_eq!(client.status(&member), ("CONNECTED".into(), true));
    assert_eq!(client.owners(&member), Vec::<Value>::new());
    assert!(client.read(&member)["successfully_aggregated_at"].is_null());
    advance(SECOND).await;
    assert_eq!(client.status(&member), ("CONNECTED".into(), false));
    let after = client.read(&member);
    assert_eq!(after["most_recent_job_guid"], job);
    assert_eq!(after["connection_status_id"], 6);
    assert!(!after["successfully_aggregated_at"].is_null());

    let (_, again) = client.start(&member, "identifyMember");
    assert_ne!(again["most_recent_job_guid"], job);
}

#[tokio::test(start_paused = true)]
async fn quick_slow_and_delayed_jobs() {
    let client = TestClient::new();
    let quick = client.member("sandbox_bank", "quick");
    let (_, started) = client.start(&quick, "identifyMember");
    assert_eq!(started["connection_status"], "CONNECTED");
    assert_eq!(started["is_being_aggregated"], false, "it never ran");
    client.send(client.of(&quick, "deleteMember"));

    for (password, meanwhile) in [("slow", "CREATED"), ("delayed", "DELAYED")] {
        let member = client.member("sandbox_bank", password);
        assert_eq!(client.identify(&member).await, meanwhile);
        advance(17 * SECOND).await;
        assert_eq!(client.status(&member), (meanwhile.into(), true));
        advance(2 * SECOND).await;
        assert_eq!(client.status(&member), ("CONNECTED".into(), false));
        client.send(client.of(&member, "deleteMember"));
    }
}

#[tokio::test(start_paused = true)]
async fn third_failed_login_in_a_row_is_prevented() {
    let client = TestClient::new();
    let member = client.member("mxbank", "INVALID");
    assert_eq!(client.identify(&member).await, "DENIED");
    assert_eq!(client.identify(&member).await, "DENIED");
    assert_eq!(client.identify(&member).await, "PREVENTED");
    let (_, refused) = client.start(&member, "identifyMember");
    assert_eq!(refused["connection_status"], "PREVENTED");
    assert_eq!(
        refused["is_being_aggregated"], false,
        "MX does not ask the bank"
    );
    assert_eq!(refused["needs_updated_credentials"], true);

    let password =
        json!({"credential_guid": "CRD-e3d7ea81-aac7-05e9-fbdd-4b493c6e474d", "value": "right"});
    let update = json!({"member": {"credentials": [password], "skip_aggregation": true}});
    client.send(client.of(&member, "updateMember").body(update));
    assert_eq!(client.status(&member), ("UPDATED".into(), false));
    assert_eq!(client.identify(&member).await, "CONNECTED");
}

#[tokio::test(start_paused = true)]
async fn success_resets_the_count_of_failed_logins() {
    let client = TestClient::new();
    let member = client.member("mxbank", "INVALID");
    let change = |password: &str| {
        let password = json!({"credential_guid": "CRD-e3d7ea81-aac7-05e9-fbdd-4b493c6e474d", "value": password});
        let update = json!({"member": {"credentials": [password], "skip_aggregation": true}});
        client.send(client.of(&member, "updateMember").body(update));
    };
    client.identify(&member).await;
    client.identify(&member).await;
    change("right");
    assert_eq!(client.identify(&member).await, "CONNECTED");
    change("INVALID");
    assert_eq!(client.identify(&member).await, "DENIED");
}

#[tokio::test(start_paused = true)]
async fn job_is_read_by_its_guid() {
    let client = TestClient::new();
    let member = client.member("mxbank", "INVALID");
    let (_, started) = client.start(&member, "identifyMember");
    let guid = started["most_recent_job_guid"].as_str().unwrap();
    let read = || client.send(client.nexus("readJob").at("job_guid", guid)).1["job"].clone();
    assert_eq!(read()["status_name"], "REQUESTED");
    assert!(read()["finished_at"].is_null());
    advance(2 * SECOND).await;
    let job = read();
    assert_eq!(job["status_name"], "DENIED");
    assert_eq!(job["is_authenticated"], false);
    assert_ne!(job["finished_at"], job["started_at"]);

    let reports = client.store.jobs();
    assert_eq!(reports.len(), 1);
    assert_eq!(reports[0].kind, JobKind::Identification);
    assert_eq!(reports[0].state, JobState::Failed);
    assert_eq!(reports[0].connection_status.as_deref(), Some("DENIED"));
}

#[tokio::test(start_paused = true)]
async fn old_jobs_are_dropped_but_counted() {
    let client = TestClient::new();
    let member = client.member("sandbox_bank", "quick");
    for _ in 0..50 {
        client.start(&member, "checkMemberBalance");
    }
    let reports = client.store.jobs();
    assert_eq!(reports.len(), 20);
    assert_eq!(reports[19].count, 50);
}
