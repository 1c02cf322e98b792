//! Creating, updating, listing and deleting members.

use super::*;

const PASSWORD: &str = "CRD-e3d7ea81-aac7-05e9-fbdd-4b493c6e474d";

#[tokio::test(start_paused = true)]
async fn new_member_is_aggregated_unless_skipped() {
    let client = TestClient::new();
    let aggregating =
        json!({"skip_aggregation": false, "metadata": "ours", "external_guid": "E-1"});
    let (_, body) = client.request("mxbank", &["one", "x"], aggregating);
    let member = &body["member"];
    assert_eq!(member["connection_status"], "CREATED");
    assert_eq!(member["is_being_aggregated"], true);
    assert_eq!(member["name"], "MX Bank");
    assert_eq!(member["metadata"], "ours");
    assert_eq!(member["external_guid"], "E-1");
    assert_eq!(client.store.jobs()[0].kind, JobKind::Aggregation);
    let (_, body) = client.request("mxbank", &["two", "x"], json!({}));
    assert_eq!(body["member"]["is_being_aggregated"], false);
    assert_eq!(client.store.jobs().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn invalid_or_duplicate_member_is_refused() {
    let client = TestClient::new();
    let code = |answer: (u16, Value)| (answer.0, answer.1["error"]["code"].as_u64());
    assert_eq!(
        client
            .request("mxbank", &["ada", "x"], json!({"external_guid": "E"}))
            .0,
        200
    );
    let twice = client.request("mxbank", &["ada", "x"], json!({}));
    assert_eq!(code(twice), (422, Some(4220)));
    let taken = client.request("mxbank", &["bruno", "x"], json!({"external_guid": "E"}));
    assert_eq!(code(taken), (422, Some(4220)));
    let unknown = client.request("mxbank", &["c", "x"], json!({"institution_guid": "INS-0"}));
    assert_eq!(code(unknown), (422, Some(4220)));
    let closed = client.request("sandbox_closed_bank", &["d", "x"], json!({}));
    assert_eq!(code(closed), (422, Some(4220)));
    assert_eq!(
        code(client.request("mxbank", &[], json!({}))),
        (400, Some(4001))
    );
    let stale = json!({"credentials": [{"credential_guid": "CRD-0", "value": "x"}]});
    assert_eq!(client.request("mxbank", &[], stale).0, 400);
    assert_eq!(
        client
            .request("sandbox_bank", &[], json!({"is_oauth": true}))
            .0,
        400
    );
    assert_eq!(
        client.request("sandbox_bank", &["ada", "x"], json!({})).0,
        200,
        "another bank"
    );

    let other = client.other();
    assert_eq!(
        other.request("mxbank", &["ada", "x"], json!({})).0,
        200,
        "another user"
    );
    let taken = other.request("sandbox_bank", &["b", "x"], json!({"external_guid": "E"}));
    assert_eq!(taken.0, 422, "the same partner");
}

#[tokio::test(start_paused = true)]
async fn new_credentials_start_a_job_when_none_runs() {
    let client = TestClient::new();
    let member = client.member("mxbank", "LOCKED");
    assert_eq!(client.identify(&member).await, "LOCKED");
    let update = |more: Value| {
        let mut member = json!({"credentials": [{"credential_guid": PASSWORD, "value": "right"}]});
        member
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        json!({"member": member})
    };
    let without_aggregation = update(json!({"skip_aggregation": true}));
    let (_, body) = client.send(client.of(&member, "updateMember").body(without_aggregation));
    assert_eq!(body["member"]["connection_status"], "UPDATED");
    assert_eq!(client.store.jobs().len(), 1);
    let (_, body) = client.send(client.of(&member, "updateMember").body(update(json!({}))));
    assert_eq!(body["member"]["connection_status"], "UPDATED");
    assert_eq!(body["member"]["is_being_aggregated"], true);
    assert_eq!(client.store.jobs().len(), 2);
    client.send(client.of(&member, "updateMember").body(update(json!({}))));
    assert_eq!(client.store.jobs().len(), 2, "one runs already");
    advance(2 * SECOND).await;
    assert_eq!(client.status(&member), ("CONNECTED".into(), false));
    let metadata =
        json!({"member": {"metadata": "new", "background_aggregation_is_disabled": true}});
    let (_, body) = client.send(client.of(&member, "updateMember").body(metadata));
    assert_eq!(body["member"]["metadata"], "new");
    assert_eq!(body["member"]["background_aggregation_is_disabled"], true);
    assert_eq!(client.store.jobs().len(), 2, "no new credentials, no job");
}

#[tokio::test(start_paused = true)]
async fn invalid_or_duplicate_update_is_refused() {
    let client = TestClient::new();
    client.request("mxbank", &["ada", "x"], json!({"external_guid": "E"}));
    let (_, body) = client.request("mxbank", &["bruno", "x"], json!({}));
    let member = body["member"]["guid"].as_str().unwrap();
    let update = |body: Value| {
        client
            .send(
                client
                    .of(member, "updateMember")
                    .body(json!({"member": body})),
            )
            .0
    };
    let login =
        json!({"credential_guid": "CRD-9f61fb4c-912c-bd1e-b175-ccc7f0275cc1", "value": "ada"});
    assert_eq!(update(json!({"credentials": [login]})), 422);
    assert_eq!(update(json!({"external_guid": "E"})), 422);
    let stale = json!({"credential_guid": "CRD-0", "value": "ada"});
    assert_eq!(update(json!({"credentials": [stale]})), 400);
    assert_eq!(update(json!({"external_guid": "F"})), 200);
    assert_eq!(update(json!({"external_guid": "F"})), 200, "its own");
}

#[tokio::test(start_paused = true)]
async fn members_are_paged_and_deleted() {
    let client = TestClient::new();
    let mut last = Value::Null;
    for number in 0..27 {
        let login = format!("login-{number}");
        last = client.request("mxbank", &[&login, "x"], json!({})).1["member"]["guid"].clone();
    }
    let page = |number: &str, size: &str| {
        let call = client.nexus("listMembers").asking("page", number);
        client.send(call.asking("records_per_page", size)).1
    };
    let counted = |body: &Value| body["members"].as_array().unwrap().len();
    assert_eq!(counted(&page("1", "25")), 25);
    let second = page("2", "25");
    assert_eq!(counted(&second), 2);
    assert_eq!(second["members"][1]["guid"], last);
    let pagination =
        json!({"current_page": 2, "per_page": 25, "total_entries": 27, "total_pages": 2});
    assert_eq!(second["pagination"], pagination);
    assert_eq!(
        counted(&page("1", "9")),
        25,
        "out of range gives the default"
    );
    assert_eq!(counted(&page("0", "10")), 10);
    for behind in ["18446744073709551615", "99999999999999999999999999"] {
        assert_eq!(counted(&page(behind, "1000")), 0);
        assert_eq!(counted(&page("1", behind)), 25, "out of range as well");
    }
    assert_eq!(counted(&page("-1", "-99999999999999999999999999")), 25);

    let last = last.as_str().unwrap();
    assert_eq!(client.send(client.of(last, "deleteMember")).0, 204);
    assert_eq!(client.send(client.of(last, "readMember")).0, 404);
    assert_eq!(page("1", "25")["pagination"]["total_entries"], 26);
    let again = client.request("mxbank", &["login-26", "x"], json!({}));
    assert_eq!(again.0, 200, "the login is free again");
}

#[tokio::test(start_paused = true)]
async fn missing_third_credential_is_impaired() {
    let client = TestClient::new();
    let whole = client.member("sandbox_credit_union", "x");
    let (_, body) = client.send(client.of(&whole, "listMemberCredentials"));
    assert_eq!(body["credentials"].as_array().unwrap().len(), 3);
    assert_eq!(body["credentials"][2]["options"][0]["value"], "east");
    assert_eq!(client.identify(&whole).await, "CONNECTED");
    let (_, body) = client.request("sandbox_credit_union", &["other", "x"], json!({}));
    let partial = body["member"]["guid"].as_str().unwrap();
    assert_eq!(client.identify(partial).await, "IMPAIRED");
}

#[tokio::test(start_paused = true)]
async fn corrected_password_makes_a_second_member() {
    let client = TestClient::new();
    let guid = |answer: (u16, Value)| {
        assert_eq!(answer.0, 200);
        answer.1["member"]["guid"].as_str().unwrap().to_owned()
    };
    let wrong = guid(client.request("mxbank", &["ada", "INVALID"], json!({})));
    let right = guid(client.request("mxbank", &["ada", "x"], json!({})));
    assert_ne!(wrong, right);
    let corrected = json!({"credentials": [{"credential_guid": PASSWORD, "value": "x"}]});
    let update = || {
        let call = client.of(&wrong, "updateMember");
        client.send(call.body(json!({"member": corrected}))).0
    };
    assert_eq!(update(), 422, "the first would be as the second");
    client.send(client.of(&right, "deleteMember"));
    assert_eq!(update(), 200);
}

#[tokio::test(start_paused = true)]
async fn invalid_or_duplicate_credential_is_refused() {
    let client = TestClient::new();
    client.request("mxbank", &["ada", "x"], json!({}));
    let (_, body) = client.request("mxbank", &["bruno", "x"], json!({}));
    let member = body["member"]["guid"].as_str().unwrap();
    let login = "CRD-9f61fb4c-912c-bd1e-b175-ccc7f0275cc1";
    let set = |member: &str, guid: &str, value: &str| {
        let entry = json!({"member": {"credential_guid": guid, "value": value}});
        let call = client.of(member, "createMemberCredentials");
        let (status, body) = client.send(call.body(entry));
        (status, body["error"]["code"].as_u64())
    };
    assert_eq!(
        set(member, login, "ada"),
        (422, Some(4220)),
        "with its password"
    );
    assert_eq!(set(member, "CRD-0", "x"), (400, None));
    assert_eq!(client.status(member).0, "CREATED", "unchanged");
    assert_eq!(set(member, login, "clara"), (200, None));
    assert_eq!(set(member, PASSWORD, "y"), (200, None));
    assert_eq!(client.status(member).0, "UPDATED");

    let (_, body) = client.request("mxbank", &[], json!({"is_oauth": true}));
    let by_oauth = body["member"]["guid"].as_str().unwrap();
    assert_eq!(set(by_oauth, PASSWORD, "y"), (400, None));
    assert_eq!(client.status(by_oauth).0, "PENDING");
}
