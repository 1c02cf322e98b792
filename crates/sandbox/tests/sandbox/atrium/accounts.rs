//! Lists: institutions, members, accounts, numbers, owners and transactions.

use serde_json::{Value, json};

use super::Atrium;

fn empty_page() -> Value {
    json!({"current_page": 1, "per_page": 25, "total_entries": 0, "total_pages": 1})
}

#[tokio::test]
async fn empty_list_has_one_page() {
    let atrium = Atrium::open().await;
    for (operation, list) in [
        ("listMembers", "members"),
        ("listUserAccounts", "accounts"),
        ("listUserTransactions", "transactions"),
    ] {
        let listed = atrium.ok(operation, &[], None).await;
        assert_eq!(listed, json!({list: [], "pagination": empty_page()}));
    }
    let nowhere = [("name", "nowhere")];
    let listed = atrium.ok("listInstitutions", &nowhere, None).await;
    assert_eq!(listed["pagination"], empty_page());
    let member = atrium.member("mxbank", "any").await;
    let of_member = [("member_guid", member.as_str())];
    let listed = atrium.ok("listAccountOwners", &of_member, None).await;
    assert_eq!(listed["account_owners"], json!([]));
    let listed = atrium.ok("listAccountNumbers", &of_member, None).await;
    assert_eq!(listed, json!({"account_numbers": []}));
}

#[tokio::test]
async fn institutions_are_found_by_name_and_by_what_they_support() {
    let atrium = Atrium::open().await;
    let named = async |parameters: &[(&str, &str)]| {
        let listed = atrium.ok("listInstitutions", parameters, None).await;
        let found = listed["institutions"].as_array().unwrap().iter();
        let codes = found.map(|one| one["code"].as_str().unwrap().to_owned());
        codes.collect::<Vec<_>>()
    };
    assert_eq!(
        named(&[("name", "mx b")]).await,
        ["mxbank", "mx_bank_oauth"]
    );
    let supporting = [("name", "bank"), ("supports_transaction_history", "false")];
    assert_eq!(named(&supporting).await, ["mxbank", "mx_bank_oauth"]);
    let without = [("supports_account_identification", "false")];
    assert_eq!(named(&without).await, ["sandbox_savings"]);
    let mx_bank = [("institution_code", "mxbank")];
    let read = atrium.ok("readInstitution", &mx_bank, None).await;
    assert_eq!(read["institution"]["name"], "MX Bank");
    assert_eq!(read["institution"]["supports_account_statement"], false);
    let fields = atrium
        .ok("readInstitutionCredentials", &mx_bank, None)
        .await;
    let login = json!({
        "display_order": 1,
        "field_name": "LOGIN",
        "guid": "CRD-9f61fb4c-912c-bd1e-b175-ccc7f0275cc1",
        "label": "Username",
        "type": "LOGIN",
    });
    assert_eq!(fields["credentials"][0], login);
    let canadian = [("institution_code", "sandbox_credit_union")];
    let fields = atrium.ok("readInstitutionCredentials", &canadian, None);
    let region = fields.await["credentials"][2]["options"][0].clone();
    assert_eq!(region, json!({"label": "East", "value": "east"}));
    let unknown = [("institution_code", "nowhere")];
    assert_eq!(atrium.status("readInstitution", &unknown, None).await, 404);
}

#[tokio::test]
async fn verification_gathers_accounts_and_numbers_but_no_transactions() {
    let atrium = Atrium::open().await;
    let member = atrium.member("mxbank", "any").await;
    let of_member = [("member_guid", member.as_str())];
    atrium.ok("verifyMember", &of_member, None).await;
    atrium.settled(&member).await;
    let listed = atrium.ok("listMemberAccounts", &of_member, None).await;
    assert_eq!(listed["accounts"].as_array().unwrap().len(), 3);
    let first = &listed["accounts"][0];
    assert_eq!(first["type"], "CHECKING");
    assert_eq!(first["apr"], Value::Null);
    assert!(first["balance"].is_number());
    let of_user = atrium.ok("listUserAccounts", &[], None).await;
    assert_eq!(of_user, listed);
    let account = first["guid"].as_str().unwrap();
    let of_account = [("account_guid", account), of_member[0]];
    for operation in ["readAccount", "readAccountByMemberGUID"] {
        let read = atrium.ok(operation, &of_account, None).await;
        assert_eq!(read["account"], *first, "{operation}");
    }
    let numbers = atrium.ok("listAccountNumbers", &of_member, None).await;
    assert_eq!(numbers["account_numbers"].as_array().unwrap().len(), 2);
    let of_one = atrium.ok("listAccountNumbersByAccount", &of_account, None);
    let of_one = of_one.await["account_numbers"].clone();
    assert_eq!(of_one, json!([numbers["account_numbers"][0]]));
    let transactions = atrium.ok("listMemberTransactions", &of_member, None).await;
    assert_eq!(transactions["pagination"], empty_page());

    let another = atrium.member("sandbox_bank", "any").await;
    let wrong = [("account_guid", account), ("member_guid", &another)];
    let status = atrium.status("readAccountByMemberGUID", &wrong, None).await;
    assert_eq!(status, 404);
    for operation in ["readAccount", "listHoldingsByAccount"] {
        let status = atrium.status(operation, &[("account_guid", "ACT-1")], None);
        assert_eq!(status.await, 404, "{operation}");
    }
}

#[tokio::test]
async fn aggregation_gathers_transactions_which_are_listed_by_date() {
    let atrium = Atrium::open().await;
    let member = atrium.member("mxbank", "any").await;
    let of_member = [("member_guid", member.as_str())];
    atrium.ok("aggregateMember", &of_member, None).await;
    let status = atrium.settled(&member).await;
    assert_eq!(status["has_processed_transactions"], true);
    let all = [("records_per_page", "1000"), of_member[0]];
    let listed = atrium.ok("listMemberTransactions", &all, None).await;
    let listed = listed["transactions"].as_array().unwrap();
    let dates: Vec<&str> = listed
        .iter()
        .map(|one| one["date"].as_str().unwrap())
        .collect();
    assert!(dates.is_sorted_by(|one, next| one >= next));
    let (from, to) = (dates[dates.len() / 2], dates[3]);
    let between = [
        ("from_date", from),
        ("to_date", to),
        ("records_per_page", "1000"),
    ];
    let between = atrium.ok("listUserTransactions", &between, None).await;
    let wanted = dates.iter().filter(|date| (from..=to).contains(*date));
    assert_eq!(between["pagination"]["total_entries"], wanted.count());
    let first = &listed[0];
    let guid = [("transaction_guid", first["guid"].as_str().unwrap())];
    let read = atrium.ok("readTransaction", &guid, None).await;
    assert_eq!(read["transaction"], *first);
    let account = [("account_guid", first["account_guid"].as_str().unwrap())];
    let of_account = atrium.ok("listAccountTransactions", &account, None).await;
    assert_eq!(of_account["pagination"]["total_entries"], 30);
    let unknown = [("transaction_guid", "TRN-1")];
    assert_eq!(atrium.status("readTransaction", &unknown, None).await, 404);
}

#[tokio::test]
async fn known_description_is_cleaned_and_categorized() {
    let atrium = Atrium::open().await;
    let sent = json!([
        {"identifier": "1", "amount": 12.5, "type": "DEBIT", "description": "sample coffee 00017"},
        {"identifier": "2", "description": "UNKNOWN", "merchant_category_code": 5411},
    ]);
    let body = Some(json!({"transactions": sent}));
    let answered = atrium
        .ok("cleanseAndCategorizeTransactions", &[], body)
        .await;
    let answered = &answered["transactions"];
    assert_eq!(answered[0]["description"], "Sample Coffee");
    assert_eq!(answered[0]["category"], "Coffee Shops");
    assert_eq!(answered[0]["original_description"], "sample coffee 00017");
    assert_eq!(answered[0]["amount"], 12.5);
    assert_eq!(answered[1]["category"], "Uncategorized");
    assert_eq!(answered[1]["is_expense"], Value::Null);
    assert_eq!(answered[1]["merchant_category_code"], 5411);
}
