//! Transactions: list and read those of the latest aggregation, and categorize others.

use serde_json::{Value, json};

use super::accounts::members;
use crate::bank::transactions::{COUNT, DAYS_APART, merchant, transaction};
use crate::call::{Call, Reply};
use crate::guids::fixed_guid;
use crate::handlers::pages::paged;
use crate::state::{Account, Clock, Member, State};

/// The reply to an operation on transactions; the member and the account are the user's.
pub(super) fn reply(state: &mut State, user: &str, call: &Call) -> Option<Result<Reply, Reply>> {
    let wanted = call.path("transaction_guid");
    Some(match call.operation.id {
        "listAccountTransactions" | "listMemberTransactions" | "listUserTransactions" => {
            let mut listed = gathered(state, user, call);
            if let Some(from) = call.query("from_date") {
                listed.retain(|one| one["date"].as_str() >= Some(from));
            }
            if let Some(to) = call.query("to_date") {
                listed.retain(|one| one["date"].as_str() <= Some(to));
            }
            Ok(paged(call, "transactions", listed))
        }
        "readTransaction" => {
            let mut all = gathered(state, user, call).into_iter();
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
fn gathered(state: &mut State, user: &str, call: &Call) -> Vec<Value> {
    let clock = state.clock;
    let account = call.path.get("account_guid");
    let mut gathered = Vec::new();
    for guid in members(state, user, call) {
        let Ok(member) = state.member(user, &guid) else {
            continue;
        };
        let accounts = member.accounts();
        let accounts = accounts.filter(|one| account.is_none_or(|guid| one.guid == *guid));
        for account in accounts {
            let numbers = 0..COUNT;
            gathered.extend(numbers.filter_map(|number| shown(member, account, number, &clock)));
        }
    }
    gathered.sort_by(|one, other| other["date"].as_str().cmp(&one["date"].as_str()));
    gathered
}

fn shown(member: &Member, account: &Account, number: usize, clock: &Clock) -> Option<Value> {
    let source = member.connection.transactions_source.as_ref()?;
    let transaction = transaction(&source.login, account.index, number);
    let merchant = transaction.merchant;
    let at = clock.iso_days_before(member.created, (number * DAYS_APART) as u64);
    Some(json!({
        "account_guid": account.guid,
        "amount": transaction.cents as f64 / 100.0,
        "category": merchant.category,
        "check_number": null,
        "check_number_string": null,
        "created_at": at,
        "currency_code": "USD",
        "date": at.get(..10),
        "description": merchant.description,
        "guid": fixed_guid("TRN", &format!("{}/{number}", account.guid)),
        "is_bill_pay": false,
        "is_direct_deposit": merchant.is_income,
        "is_expense": !merchant.is_income,
        "is_fee": false,
        "is_income": merchant.is_income,
        "is_international": null,
        "is_overdraft_fee": false,
        "is_payroll_advance": false,
        "is_subscription": false,
        "latitude": null,
        "longitude": null,
        "member_guid": member.guid,
        "memo": null,
        "merchant_category_code": null,
        "merchant_guid": null,
        "original_description": merchant.original,
        "posted_at": at,
        "status": "POSTED",
        "top_level_category": merchant.top_level_category,
        "transacted_at": at,
        "type": if merchant.is_income { "CREDIT" } else { "DEBIT" },
        "updated_at": at,
        "user_guid": member.user,
    }))
}

fn categorized(sent: &Value) -> Value {
    let original = sent["description"].as_str().unwrap_or_default();
    let merchant = merchant(original);
    let is_income = merchant.map(|merchant| merchant.is_income);
    let mut shown = sent.clone();
    shown["original_description"] = json!(original);
    shown["description"] = json!(merchant.map_or(original, |merchant| merchant.description));
    shown["category"] = json!(merchant.map_or("Uncategorized", |merchant| merchant.category));
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
    // A longer one was read as a decimal number.
    if shown["merchant_category_code"].is_f64() {
        shown["merchant_category_code"] = Value::Null;
    }
    shown
}
