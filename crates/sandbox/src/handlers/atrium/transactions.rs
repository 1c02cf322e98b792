//! Transactions: list and read those of the latest aggregation, and categorize others.

use serde_json::{Value, json};

use super::accounts::members;
use crate::bank::categories::{UNCATEGORIZED, top_level};
use crate::bank::transactions::{Merchant, merchant};
use crate::call::{Call, Reply};
use crate::handlers::pages::paged;
use crate::handlers::transactions::{gathered, in_asked_dates};
use crate::state::{Account, State};

/// The reply to an operation on transactions; the member and the account are the user's.
pub(super) fn reply(state: &mut State, user: &str, call: &Call) -> Option<Result<Reply, Reply>> {
    let wanted = call.path("transaction_guid");
    Some(match call.operation.id {
        "listAccountTransactions" | "listMemberTransactions" | "listUserTransactions" => {
            let listed = of_path(state, user, call);
            Ok(paged(call, "transactions", in_asked_dates(call, listed)))
        }
        "readTransaction" => {
            let mut all = of_path(state, user, call).into_iter();
            let found = all.find(|one| one["guid"] == wanted);
            let found = found.map(|found| Reply::ok(json!({"transaction": found})));
            found.ok_or_else(|| Reply::problem(404, None, "The transaction is unknown."))
        }
        _ => return None,
    })
}

/// The reply to a request to categorize transactions.
pub(super) fn categorize(call: &Call) -> Option<Result<Reply, Reply>> {
    if call.operation.id != "cleanseAndCategorizeTransactions" {
        return None;
    }
    let sent = call.body["transactions"].as_array().into_iter().flatten();
    let categorized: Value = sent.map(categorized).collect();
    Some(Ok(Reply::ok(json!({"transactions": categorized}))))
}

/// The transactions of the account or member of the path, or of all members of the user; the latest first.
fn of_path(state: &mut State, user: &str, call: &Call) -> Vec<Value> {
    let account = call.path.get("account_guid");
    let is_wanted = |one: &Account| account.is_none_or(|guid| one.guid == *guid);
    let members = members(state, user, call);
    gathered(state, user, &members, is_wanted, own)
}

/// The fields that only Atrium has.
fn own(_: &Value, merchant: Merchant<'_>) -> Value {
    json!({
        "category": merchant.category,
        "check_number": null,
        "check_number_string": null,
        "is_bill_pay": false,
        "is_direct_deposit": merchant.is_income,
        "is_fee": false,
        "is_international": null,
        "is_overdraft_fee": false,
        "is_payroll_advance": false,
        "is_subscription": false,
        "latitude": null,
        "longitude": null,
        "memo": null,
        "merchant_category_code": null,
        "merchant_guid": null,
        "original_description": merchant.original,
        "status": "POSTED",
        "top_level_category": top_level(merchant.category),
        "type": if merchant.is_income { "CREDIT" } else { "DEBIT" },
    })
}

fn categorized(sent: &Value) -> Value {
    let original = sent["description"].as_str().unwrap_or_default();
    let merchant = merchant(original);
    let is_income = merchant.map(|merchant| merchant.is_income);
    let mut shown = sent.clone();
    shown["original_description"] = json!(original);
    shown["description"] = json!(merchant.map_or(original, |merchant| merchant.description));
    shown["category"] = json!(merchant.map_or(UNCATEGORIZED, |merchant| merchant.category));
    shown["is_income"] = json!(is_income);
    shown["is_expense"] = json!(is_income.map(|is_income| !is_income));
    shown["is_direct_deposit"] = json!(is_income);
    for flag in [
        "is_bill_pay",
        "is_fee",
        "is_international",
        "is_overdraft_fee",
        "is_payroll_advance",
    ] {
        shown[flag] = Value::Null;
    }
    shown["merchant_guid"] = Value::Null;
    shown
}
