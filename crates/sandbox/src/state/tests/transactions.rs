//! Transactions of Nexus: read, changed, created, split and listed by page, account, category and day.

use super::*;
use crate::world::{self, Account, Login, Transaction, World};

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn listed(client: &TestClient, call: Call) -> Vec<Value> {
    let (status, body) = client.send(call.asking("records_per_page", "1000"));
    assert_eq!(status, 200, "{body}");
    body["transactions"].as_array().unwrap().clone()
}

/// A member that was aggregated, and its transactions.
fn aggregated() -> (TestClient, Vec<Value>) {
    let client = TestClient::new();
    let member = client.member("sandbox_bank", "quick");
    client.start(&member, "aggregateMember");
    let all = listed(&client, client.nexus("listTransactions"));
    (client, all)
}

fn about(client: &TestClient, operation: &str, transaction: &Value) -> Call {
    let call = client.nexus(operation);
    call.at("transaction_guid", text(&transaction["guid"]))
}

/// A manual account.
fn manual_account(client: &TestClient) -> String {
    let body = json!({"account": {"name": "Piggy bank", "account_type": 2}});
    let (_, made) = client.send(client.nexus("createManualAccounts").body(body));
    text(&made["account"]["guid"]).to_owned()
}

#[tokio::test(start_paused = true)]
async fn page_walk_sees_every_transaction_once() {
    let account = Account::checking("Everyday").transactions((0..120).map(|number| {
        let day = format!("2026-{:02}-{:02}", 1 + number / 28, 1 + number % 28);
        Transaction::expense(day, 100, format!("Shop {number}"))
    }));
    let world = World::new().login(Login::new("ann").account(account)).user(
        world::User::new("ann").member(world::Member::new("ann").after(JobKind::Aggregation)),
    );
    let client = TestClient::with(Settings {
        world: Arc::new(world),
        ..Settings::default()
    });
    let client = TestClient {
        session: client.open_session("ann"),
        ..client
    };
    let mut seen = BTreeSet::new();
    for (page, count) in [(1, 50), (2, 50), (3, 20), (4, 0)] {
        let call = client.nexus("listTransactions");
        let call = call.asking("records_per_page", "50");
        let (_, body) = client.send(call.asking("page", &page.to_string()));
        assert_eq!(body["pagination"]["total_entries"], 120);
        assert_eq!(body["pagination"]["total_pages"], 3);
        let page = body["transactions"].as_array().unwrap();
        assert_eq!(page.len(), count);
        seen.extend(page.iter().map(|one| text(&one["description"]).to_owned()));
    }
    assert_eq!(seen.len(), 120);
    let of_february = client.nexus("listAccountTransactionsCreatedBetweenTwoDates");
    let account =
        text(&listed(&client, client.nexus("listTransactions"))[0]["account_guid"]).to_owned();
    let of_february = of_february.at("account_guid", &account);
    let of_february = of_february
        .at("start_date", "2026-02-01")
        .at("end_date", "2026-02-28");
    assert_eq!(listed(&client, of_february).len(), 28);
}

#[tokio::test(start_paused = true)]
async fn transaction_is_read_changed_and_deleted_by_its_user_only() {
    let (client, all) = aggregated();
    let other = client.other();
    let body = json!({"transaction": {"description": "Lunch", "memo": "with Ann", "amount": 1}});
    for operation in ["readTransaction", "updateTransaction", "deleteTransaction"] {
        let call = about(&other, operation, &all[0]);
        assert_eq!(other.send(call.body(body.clone())).0, 404, "{operation}");
    }
    let (_, read) = client.send(about(&client, "readTransaction", &all[0]));
    assert_eq!(read["transaction"], all[0]);
    advance(SECOND).await;
    let update = about(&client, "updateTransaction", &all[0]);
    let (status, changed) = client.send(update.body(body));
    let changed = &changed["transaction"];
    assert_eq!((status, &changed["description"]), (200, &json!("Lunch")));
    assert_eq!(changed["description_set_by_name"], "USER");
    assert_eq!(changed["memo"], "with Ann");
    assert_eq!(changed["amount"], all[0]["amount"], "it cannot be set");
    assert_eq!(
        listed(&client, client.nexus("listTransactions"))[0],
        *changed
    );
    let member = text(&all[0]["member_guid"]);
    client.start(member, "aggregateMember");
    let (_, read) = client.send(about(&client, "readTransaction", &all[0]));
    assert_eq!(read["transaction"], *changed, "a job keeps the change");
    let today = &text(&changed["updated_at"])[..10];
    let updated = client.nexus("listTransactionsUpdatedBetweenDates");
    let updated = updated.at("start_date", today).at("end_date", today);
    assert!(listed(&client, updated).contains(changed));
    let delete = |transaction| {
        client
            .send(about(&client, "deleteTransaction", transaction))
            .0
    };
    assert_eq!(delete(&all[0]), 204);
    assert_eq!(delete(&all[0]), 404);
    assert_eq!(listed(&client, client.nexus("listTransactions")), all[1..]);
}

#[tokio::test(start_paused = true)]
async fn transactions_are_listed_by_category() {
    let (client, all) = aggregated();
    let by = |operation: &str, category: &Value| {
        let call = client.nexus(operation).at("category_guid", text(category));
        let call = call
            .at("start_date", "2000-01-01")
            .at("end_date", "2999-01-01");
        listed(&client, call)
    };
    let (category, top) = (
        "listTransactionsByCategoryAndDate",
        "listTransactionsByTopLevelCategoryAndDate",
    );
    let coffee = all
        .iter()
        .find(|one| one["category_name"] == "Coffee Shops")
        .unwrap();
    let food = &coffee["top_level_category_guid"];
    let of_coffee = by(category, &coffee["category_guid"]);
    assert!(
        of_coffee
            .iter()
            .all(|one| one["category_name"] == "Coffee Shops")
    );
    assert_eq!(of_coffee.len(), 15);
    assert_eq!(by(category, food), Vec::<Value>::new(), "exactly this one");
    assert_eq!(by(top, food).len(), 30, "with groceries");
    let own = json!({"category": {"name": "Cocoa", "parent_guid": food}});
    let (_, own) = client.send(client.nexus("createSubcategory").body(own));
    let own = &own["category"]["guid"];
    let update = about(&client, "updateTransaction", coffee);
    let (_, changed) = client.send(update.body(json!({"transaction": {"category_guid": own}})));
    assert_eq!(changed["transaction"]["category_name"], "Cocoa");
    assert_eq!(changed["transaction"]["top_level_category_guid"], *food);
    assert_eq!(by(category, own), [changed["transaction"].clone()]);
    assert_eq!(by(top, food).len(), 30);
    assert_eq!(by(category, &coffee["category_guid"]).len(), 14);
}

#[tokio::test(start_paused = true)]
async fn manual_transaction_is_of_a_manual_account() {
    let (client, all) = aggregated();
    let account = manual_account(&client);
    let body = json!({"transaction": {"amount": 33.88, "date": "2026-01-15", "description": "Desk", "transaction_type": 2}});
    let create = |account: &str| {
        let call = client
            .nexus("createManualTransaction")
            .at("account_guid", account);
        client.send(call.body(body.clone()))
    };
    assert_eq!(create("ACT-nope").0, 404);
    assert_eq!(
        create(text(&all[0]["account_guid"])).0,
        400,
        "a job gathered it"
    );
    let (status, made) = create(&account);
    assert_eq!(status, 200);
    let made = &made["transaction"];
    assert_eq!(
        (&made["transaction_type_name"], &made["is_expense"]),
        (&json!("DEBIT"), &json!(true))
    );
    assert_eq!(made["category_name"], "Uncategorized");
    let of_account = || {
        client
            .nexus("listAccountTransactions")
            .at("account_guid", &account)
    };
    assert_eq!(json!(listed(&client, of_account())), json!([made]));
    let (_, read) = client.send(about(&client, "readTransaction", made));
    assert_eq!(read["transaction"], *made);
    assert_eq!(
        listed(&client, client.nexus("listTransactions")).len(),
        all.len() + 1
    );
    let member = client.of(text(&all[0]["member_guid"]), "listMemberTransactions");
    assert_eq!(listed(&client, member).len(), all.len());
    client.send(
        client
            .nexus("deleteManualAccount")
            .at("account_guid", &account),
    );
    assert_eq!(client.send(of_account()).0, 404);
    assert_eq!(listed(&client, client.nexus("listTransactions")), all);
}

#[tokio::test(start_paused = true)]
async fn split_transaction_has_parts_until_it_is_unsplit() {
    let (client, all) = aggregated();
    let amount = all[0]["amount"].as_f64().unwrap();
    let split = |amounts: &[f64]| {
        let parts = amounts
            .iter()
            .map(|amount| json!({"amount": amount, "memo": "part"}));
        let body = json!({"transactions": parts.collect::<Value>()});
        client.send(about(&client, "createSplitTransactions", &all[0]).body(body))
    };
    assert_eq!(split(&[amount]).0, 400);
    assert_eq!(split(&[amount, 1.0]).0, 400);
    let (status, parts) = split(&[1.0, amount - 1.0]);
    assert_eq!(status, 200);
    assert_eq!(split(&[1.0, amount - 1.0]).0, 400, "it has been split");
    let part = &parts["transactions"][0];
    assert_eq!(
        (&part["parent_guid"], &part["memo"]),
        (&all[0]["guid"], &json!("part"))
    );
    let (_, parent) = client.send(about(&client, "readTransaction", &all[0]));
    assert_eq!(parent["transaction"]["has_been_split"], true);
    let count = || listed(&client, client.nexus("listTransactions")).len();
    assert_eq!(count(), all.len() + 2);
    assert_eq!(
        client
            .send(about(&client, "deleteSplitTransactions", &all[0]))
            .0,
        204
    );
    assert_eq!(count(), all.len());
    assert_eq!(client.send(about(&client, "readTransaction", part)).0, 404);
    let older = json!({"transaction": {"parent_guid": all[0]["guid"], "amount": 1}});
    let (status, part) = client.send(client.nexus("createDeprecatedSplitTransaction").body(older));
    assert_eq!((status, &part["transaction"]["amount"]), (200, &json!(1)));
    assert_eq!(
        client.send(about(&client, "deleteTransaction", &all[0])).0,
        204
    );
    assert_eq!(count(), all.len() - 1, "the part goes too");
}

#[tokio::test(start_paused = true)]
async fn merged_account_goes_with_its_transactions() {
    let (client, all) = aggregated();
    let accounts: Vec<&Value> = all.iter().map(|one| &one["account_guid"]).take(2).collect();
    let merge = |guids: &[&Value]| {
        let body = json!({"accounts": guids});
        client.send(client.nexus("mergeDuplicateAccounts").body(body))
    };
    assert_ne!(accounts[0], accounts[1]);
    assert_eq!(merge(&accounts[..1]).0, 400);
    assert_eq!(merge(&[accounts[0], accounts[0]]).0, 400);
    assert_eq!(merge(&[accounts[0], &json!("ACT-nope")]).0, 404);
    let (status, merged) = merge(&accounts);
    assert_eq!((status, &merged["account"]["guid"]), (200, accounts[0]));
    let left = listed(&client, client.nexus("listTransactions"));
    assert!(left.iter().all(|one| one["account_guid"] != *accounts[1]));
    let (_, of_partner) = client.send(client.nexus("listAccountsCreatedByPartner"));
    assert_eq!(of_partner["accounts"], json!([]));
}
