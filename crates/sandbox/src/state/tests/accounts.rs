//! Accounts, owners and numbers.

use super::*;
use crate::bank::accounts::Source;

fn list(client: &TestClient, member: &str, operation: &str, key: &str) -> Vec<Value> {
    let (status, body) = client.send(client.of(member, operation));
    assert_eq!(status, 200);
    body[key].as_array().unwrap().clone()
}

#[tokio::test(start_paused = true)]
async fn owners_are_listed_after_an_identification() {
    let client = TestClient::new();
    let member = client.member("mxbank", "x");
    client.start(&member, "aggregateMember");
    advance(2 * SECOND).await;
    assert_eq!(
        client.owners(&member),
        Vec::<Value>::new(),
        "no identification yet"
    );
    client.start(&member, "identifyMember");
    advance(SECOND).await;
    assert_eq!(client.owners(&member), Vec::<Value>::new(), "not ended yet");
    advance(SECOND).await;
    let owners = client.owners(&member);
    let expected = (0..3).flat_map(|account| Source::first("mxuser").owners(account));
    let expected: Vec<String> = expected.map(|owner| owner.name).collect();
    let names: Vec<&str> = owners
        .iter()
        .filter_map(|owner| owner["owner_name"].as_str())
        .collect();
    assert_eq!(names, expected);
    assert_eq!(owners[0]["first_name"], Value::Null);
    assert_eq!(owners[0]["member_guid"], member);
    let accounts = list(&client, &member, "listMemberAccounts", "accounts");
    assert_eq!(owners[0]["account_guid"], accounts[0]["guid"]);
}

#[tokio::test(start_paused = true)]
async fn results_show_the_job_that_gathered_them() {
    let client = TestClient::new();
    let member = client.member("sandbox_bank", "quick");
    let number = |operation: &str, key: &str, field: &str| {
        let read = list(&client, &member, operation, key).remove(0);
        let number = read[field].as_str().map(|text| text.parse().unwrap());
        number.or(read[field].as_f64()).unwrap()
    };
    let balance = || number("listMemberAccounts", "accounts", "balance");
    client.start(&member, "identifyMember");
    let first = balance();
    let owners = client.owners(&member);
    client.start(&member, "verifyMember");
    assert_eq!(client.owners(&member), owners, "not of an identification");
    let account = || number("readAccountNumbers", "account_numbers", "account_number");
    let first_number = account();
    client.start(&member, "identifyMember");
    assert_eq!((balance() * 100.0).round(), (first * 100.0).round() + 200.0);
    assert_eq!(account(), first_number, "not of a verification");
    let address = &client.owners(&member)[0]["address"];
    assert_eq!(
        *address,
        format!("{}, Unit 2", owners[0]["address"].as_str().unwrap())
    );
    client.start(&member, "verifyMember");
    assert_eq!(account(), first_number + 1.0);
}

#[tokio::test(start_paused = true)]
async fn transactions_are_there_after_a_job_that_included_them() {
    for (operation, sent, count) in [
        ("identifyMember", Value::Null, 0),
        ("identifyMember", json!({"include_transactions": false}), 0),
        ("identifyMember", json!({"include_transactions": true}), 90),
        ("verifyMember", json!({"include_transactions": true}), 90),
        ("aggregateMember", Value::Null, 90),
        ("aggregateMember", json!({"include_transactions": false}), 0),
        ("extendTransactionHistory", Value::Null, 90),
        ("checkMemberBalance", Value::Null, 0),
    ] {
        let client = TestClient::new();
        let member = client.member("sandbox_bank", "quick");
        let call = client.of(&member, operation).body(sent.clone());
        let call = match operation {
            "aggregateMember" if sent.is_object() => call.asking("include_transactions", "false"),
            _ => call,
        };
        client.send(call);
        let listed = |call: Call| {
            let call = call.asking("records_per_page", "1000");
            client.send(call).1["transactions"]
                .as_array()
                .unwrap()
                .clone()
        };
        let all = listed(client.of(&member, "listMemberTransactions"));
        assert_eq!(all.len(), count, "{operation} {sent}");
        assert_eq!(listed(client.nexus("listTransactions")), all);
        let (_, other) = client.request("sandbox_bank", &["other", "x"], json!({}));
        let other = other["member"]["guid"].as_str().unwrap();
        let of_other = listed(client.of(other, "listMemberTransactions"));
        assert_eq!(of_other, Vec::<Value>::new());
        let Some(first) = all.first() else {
            continue;
        };
        let account = first["account_guid"].as_str().unwrap();
        let by_query = client.nexus("listTransactions");
        let by_query = listed(by_query.asking("account_guid", account));
        assert_eq!(by_query.len(), 30);
        let by_path = client.nexus("listAccountTransactions");
        assert_eq!(listed(by_path.at("account_guid", account)), by_query);
        let day = by_query[3]["date"].as_str().unwrap();
        let late = client.nexus("listAccountTransactions");
        let late = late.at("account_guid", account).asking("from_date", day);
        assert_eq!(listed(late), by_query[..4]);
    }
}

#[tokio::test(start_paused = true)]
async fn names_are_split_with_the_setting() {
    let client = TestClient::with(Settings {
        splits_names: true,
        ..Settings::default()
    });
    let member = client.member("mxbank", "x");
    client.identify(&member).await;
    let owner = &client.owners(&member)[0];
    let whole = format!(
        "{} {}",
        owner["first_name"].as_str().unwrap(),
        owner["last_name"].as_str().unwrap()
    );
    assert_eq!(owner["owner_name"], whole);
}

#[tokio::test(start_paused = true)]
async fn numbers_are_listed_after_a_verification() {
    let client = TestClient::new();
    let member = client.member("mxbank", "x");
    client.identify(&member).await;
    let numbers = || list(&client, &member, "readAccountNumbers", "account_numbers");
    assert_eq!(numbers(), Vec::<Value>::new());
    client.start(&member, "verifyMember");
    advance(2 * SECOND).await;
    assert_eq!(numbers().len(), 2, "a card has none");
    assert_eq!(numbers()[0]["routing_number"].as_str().unwrap().len(), 9);
    let accounts = list(&client, &member, "listMemberAccounts", "accounts");
    assert_eq!(accounts.len(), 3);
    for (index, count) in [(0, 1), (1, 1), (2, 0)] {
        let account = accounts[index]["guid"].as_str().unwrap();
        let (_, read) = client.send(client.nexus("readAccount").at("account_guid", account));
        assert_eq!(read["account"], accounts[index]);
        let call = client
            .nexus("readAccountNumbersByAccount")
            .at("account_guid", account);
        let (_, read) = client.send(call);
        assert_eq!(read["account_numbers"].as_array().unwrap().len(), count);
    }
    let (_, all) = client.send(client.nexus("listAccounts"));
    assert_eq!(all["accounts"], json!(accounts));
}

#[tokio::test(start_paused = true)]
async fn account_in_canada_has_institution_and_transit_number() {
    let client = TestClient::new();
    let member = client.member("sandbox_credit_union", "x");
    client.start(&member, "verifyMember");
    advance(2 * SECOND).await;
    let numbers = list(&client, &member, "readAccountNumbers", "account_numbers");
    assert_eq!(numbers[0]["routing_number"], Value::Null);
    assert_eq!(numbers[0]["institution_number"].as_str().unwrap().len(), 3);
    assert_eq!(numbers[0]["transit_number"].as_str().unwrap().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn failed_job_gathers_no_accounts() {
    let client = TestClient::new();
    let member = client.member("mxbank", "LOCKED");
    client.identify(&member).await;
    assert_eq!(
        list(&client, &member, "listMemberAccounts", "accounts"),
        Vec::<Value>::new()
    );
}

/// A member whose accounts are gathered, identified and verified, and the guid of the first.
async fn verified_member(client: &TestClient) -> (String, String) {
    let member = client.member("mxbank", "x");
    client.identify(&member).await;
    client.start(&member, "verifyMember");
    advance(2 * SECOND).await;
    let accounts = list(client, &member, "listMemberAccounts", "accounts");
    (member, accounts[0]["guid"].as_str().unwrap().to_owned())
}

#[tokio::test(start_paused = true)]
async fn updated_account_keeps_its_changes() {
    let client = TestClient::new();
    let (member, account) = verified_member(&client).await;
    let about = |operation: &str| client.nexus(operation).at("account_guid", &account);
    let (_, before) = client.send(about("readAccount"));
    let update = |request: Value| {
        let (status, body) = client.send(about("updateAccount").body(json!({"account": request})));
        assert_eq!(status, 200);
        body
    };
    update(json!({"nickname": "Rainy days", "is_hidden": true, "skip_webhook": true}));
    let foreign = json!({"guid": "ACT-0", "feed_balance": 1, "surprise": 1});
    assert_eq!(update(foreign)["account"]["guid"], account);
    let changed = update(json!({"account_type": 2, "balance": 7.5, "metadata": "ours"}));
    let account = &changed["account"];
    assert_eq!(account["nickname"], "Rainy days");
    assert_eq!(account["nickname_set_by_name"], "USER");
    assert_eq!(account["is_hidden"], true);
    assert_eq!(account["account_type_name"], "SAVINGS");
    assert_eq!(
        (&account["balance"], &account["balance_set_by"]),
        (&json!(7.5), &json!(2))
    );
    assert_eq!(account["feed_balance"], before["account"]["feed_balance"]);
    assert_eq!(client.send(about("readAccount")).1, changed);
    client.start(&member, "aggregateMember");
    advance(2 * SECOND).await;
    let listed = list(&client, &member, "listMemberAccounts", "accounts");
    assert_eq!(
        listed[0]["nickname"], "Rainy days",
        "a job keeps the user's change"
    );
    assert_eq!(listed[1]["nickname"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn manual_account_is_listed_changed_and_deleted_by_its_user_only() {
    let client = TestClient::new();
    let other = client.other();
    let body = json!({"account": {"name": "Piggy bank", "account_type": 2, "balance": 7.5}});
    let (status, made) = client.send(client.nexus("createManualAccounts").body(body));
    assert_eq!(status, 200);
    assert_eq!(made["account"]["name"], "Piggy bank");
    assert_eq!(made["account"]["is_manual"], true);
    let guid = made["account"]["guid"].as_str().unwrap();
    let about = |client: &TestClient, operation: &str| {
        let body = json!({"account": {"nickname": "Savings"}});
        let call = client.nexus(operation).at("account_guid", guid);
        client.send(call.body(body))
    };
    let listed = |client: &TestClient| {
        let all = client.send(client.nexus("listAccounts")).1["accounts"].clone();
        let (_, created) = client.send(client.nexus("listUserCreatedAccounts"));
        assert_eq!(all, created["accounts"]);
        all
    };
    assert_eq!(listed(&client), json!([made["account"]]));
    assert_eq!(listed(&other), json!([]));
    for operation in [
        "readAccount",
        "updateAccount",
        "blockAccount",
        "deleteManualAccount",
    ] {
        assert_eq!(about(&other, operation).0, 404, "{operation}");
    }
    assert_eq!(about(&client, "readAccount").1, made);
    assert_eq!(
        about(&client, "updateAccount").1["account"]["nickname"],
        "Savings"
    );
    assert_eq!(listed(&client)[0]["nickname"], "Savings");
    assert_eq!(about(&client, "blockAccount").0, 400);
    assert_eq!(about(&client, "deleteManualAccount").0, 204);
    assert_eq!(about(&client, "readAccount").0, 404);
    assert_eq!(listed(&client), json!([]));
}

#[tokio::test(start_paused = true)]
async fn gathered_account_can_be_blocked_but_not_deleted() {
    let client = TestClient::new();
    let (member, account) = verified_member(&client).await;
    let about = |operation: &str| client.send(client.nexus(operation).at("account_guid", &account));
    assert_eq!(about("deleteManualAccount").0, 400);
    assert_eq!(about("readAccount").0, 200);
    assert_eq!(about("blockAccount").0, 200);
    for operation in [
        "readAccount",
        "blockAccount",
        "deleteManualAccount",
        "listAccountTransactions",
    ] {
        assert_eq!(about(operation).0, 404, "{operation}");
    }
    client.start(&member, "aggregateMember");
    advance(2 * SECOND).await;
    for (operation, key) in [
        ("listMemberAccounts", "accounts"),
        ("listAccountOwners", "account_owners"),
        ("readAccountNumbers", "account_numbers"),
    ] {
        let left = list(&client, &member, operation, key);
        assert!(!left.is_empty(), "{operation}");
        assert!(!json!(left).to_string().contains(&account), "{operation}");
    }
}

#[tokio::test(start_paused = true)]
async fn accounts_change_with_the_next_job_after_a_new_login() {
    let client = TestClient::new();
    let (member, _) = verified_member(&client).await;
    let accounts = || list(&client, &member, "listMemberAccounts", "accounts");
    let before = accounts();
    let login = "CRD-9f61fb4c-912c-bd1e-b175-ccc7f0275cc1";
    let credentials = json!([{"credential_guid": login, "value": "another-login"}]);
    let update = json!({"member": {"credentials": credentials, "skip_aggregation": true}});
    client.send(client.of(&member, "updateMember").body(update));
    assert_eq!(accounts(), before, "no job ran yet");
    client.start(&member, "aggregateMember");
    advance(2 * SECOND).await;
    assert_ne!(accounts()[0]["balance"], before[0]["balance"]);
    assert_eq!(accounts()[0]["guid"], before[0]["guid"]);
}
