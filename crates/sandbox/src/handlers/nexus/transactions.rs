//! Transactions: those of the latest job of each member that gathered transactions, and what their user did to them.

use std::collections::BTreeMap;

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::bank::categories::{UNCATEGORIZED, category_guid, top_level};
use crate::bank::transactions::Merchant;
use crate::call::{Call, Reply};
use crate::guids::guid;
use crate::handlers::pages::paged;
use crate::handlers::transactions::{gathered, in_asked_dates, in_dates, latest_first};
use crate::state::{Account, AccountAction, State, UserTransactions, fields};
use mx_nexus::values::Date;

/// The filters by account: MX writes them in several ways.
const ACCOUNT_FILTERS: [&str; 4] = [
    "account_guid",
    "account_guid[]",
    "account_guids",
    "account_guids[]",
];

/// The reply to an operation on transactions; the member is the user's.
pub(super) fn reply(state: &mut State, user: &str, call: &Call) -> Option<Result<Reply, Reply>> {
    let wanted = call.path("transaction_guid");
    Some(match call.operation.id {
        id if is_list(id) => match accounts_of(state, user, call) {
            Ok(accounts) => {
                let found = matching(state, user, call, &accounts);
                Ok(paged(call, "transactions", found))
            }
            Err(unknown) => Err(unknown),
        },
        "readTransaction" => read(state, user, wanted).map(one),
        "updateTransaction" => update(state, user, wanted, fields::sent(call)).map(one),
        "deleteTransaction" => read(state, user, wanted).map(|_| {
            own(state, user).delete(wanted);
            Reply::empty(StatusCode::NO_CONTENT)
        }),
        "createManualTransaction" => create(state, user, call).map(one),
        "createDeprecatedSplitTransaction" => {
            let sent = &call.body["transaction"];
            let parent = sent["parent_guid"].as_str().unwrap_or_default();
            read(state, user, parent).map(|parent| one(part(state, user, &parent, sent)))
        }
        "createSplitTransactions" => split(state, user, wanted, &call.body["transactions"]),
        "deleteSplitTransactions" => read(state, user, wanted).map(|_| {
            let own = own(state, user);
            own.delete_parts(wanted);
            own.set_split(wanted, false);
            Reply::empty(StatusCode::NO_CONTENT)
        }),
        "listCategoryTotalsByDateRange" => list_totals(state, user, call),
        _ => return None,
    })
}

/// Whether an operation lists transactions.
fn is_list(id: &str) -> bool {
    [
        "listTransactions",
        "listAccountTransactions",
        "listMemberTransactions",
    ]
    .iter()
    .any(|list| id.starts_with(list))
}

/// The accounts that a call asks for, if not all. One in the path has to be the user's.
fn accounts_of(state: &mut State, user: &str, call: &Call) -> Result<Vec<String>, Reply> {
    if let Some(account) = call.path.get("account_guid") {
        state.check_account(user, account)?;
        return Ok(vec![account.clone()]);
    }
    let filters = ACCOUNT_FILTERS.iter();
    let wanted = filters.flat_map(|name| call.query_values(name));
    Ok(wanted.map(str::to_owned).collect())
}

/// The transactions that a call asks for.
fn matching(state: &mut State, user: &str, call: &Call, accounts: &[String]) -> Vec<Value> {
    let is_wanted = |guid: &str| accounts.is_empty() || accounts.iter().any(|one| one == guid);
    let members = match call.path.get("member_guid") {
        Some(member) => vec![member.clone()],
        None => state.member_guids(user),
    };
    let mut all = all(state, user, &members, |account| is_wanted(&account.guid));
    all.retain(|one| is_wanted(text(one, "account_guid")));
    if let Some(member) = call.path.get("member_guid") {
        all.retain(|one| text(one, "member_guid") == member);
    }
    if let Some(category) = call.path.get("category_guid") {
        let has_top_level = call.operation.path.contains("by_top_level_category_guid");
        all.retain(|one| {
            text(one, "category_guid") == category
                || has_top_level && text(one, "top_level_category_guid") == category
        });
    }
    let days = |name| call.path.get(name).map(String::as_str);
    let (from, to) = (days("start_date"), days("end_date"));
    let by = ["created_at", "updated_at"].into_iter();
    let mut by = by.filter(|field| {
        let name = field.trim_end_matches("_at");
        call.operation.path.contains(&format!("/{name}_between/"))
    });
    let all = in_dates(all, by.next().unwrap_or("date"), from, to);
    in_asked_dates(call, all)
}

/// The totals of the categories that have transactions.
fn list_totals(state: &mut State, user: &str, call: &Call) -> Result<Reply, Reply> {
    let midnight = |name: &str| {
        let day = call.path(name).parse::<Date>().ok();
        let seconds = day.map(|day| day.midnight().assume_utc().seconds());
        let since_1970 = seconds.filter(|seconds| *seconds >= 0);
        since_1970.ok_or_else(|| Reply::problem(400, None, "A date reads like 2026-01-15."))
    };
    let (start, end) = (midnight("start_date")?, midnight("end_date")?);
    let accounts = accounts_of(state, user, call)?;
    let totals = totals(&matching(state, user, call, &accounts)).into_iter();
    let rows = totals.map(|(category, cents)| {
        json!({
            "category_guid": category,
            "end_date": end,
            "start_date": start,
            "total": cents as f64 / 100.0,
            "user_guid": user,
        })
    });
    let rows: Value = rows.collect();
    Ok(Reply::ok(json!({"date_range_category_totals": rows})))
}

/// The sums in cents, by the guid of the category.
pub(super) fn totals(transactions: &[Value]) -> BTreeMap<String, i64> {
    let mut totals = BTreeMap::new();
    for one in transactions {
        let total = totals.entry(text(one, "category_guid").to_owned());
        *total.or_default() += cents(one).unwrap_or_default();
    }
    totals
}

fn cents(transaction: &Value) -> Option<i64> {
    let amount = transaction["amount"].as_f64()?;
    Some((amount * 100.0).round() as i64)
}

/// All transactions of a user.
pub(super) fn of_user(state: &mut State, user: &str) -> Vec<Value> {
    let members = state.member_guids(user);
    all(state, user, &members, |_| true)
}

/// The transactions of these members, and those that the user created; the latest first.
fn all(
    state: &mut State,
    user: &str,
    members: &[String],
    is_wanted: impl Fn(&Account) -> bool,
) -> Vec<Value> {
    let gathered = gathered(state, user, members, is_wanted, of_nexus);
    if !state.transactions.contains_key(user) {
        return gathered;
    }
    let mut all = state.with_changes(user, gathered);
    latest_first(&mut all);
    all
}

fn read(state: &mut State, user: &str, wanted: &str) -> Result<Value, Reply> {
    let mut all = of_user(state, user).into_iter();
    let found = all.find(|one| text(one, "guid") == wanted);
    found.ok_or_else(|| Reply::problem(404, None, "The transaction is unknown."))
}

fn update(
    state: &mut State,
    user: &str,
    wanted: &str,
    mut changes: Map<String, Value>,
) -> Result<Value, Reply> {
    let mut transaction = read(state, user, wanted)?;
    changes.insert("updated_at".to_owned(), json!(state.clock.iso(state.now)));
    fields::set(&mut transaction, changes.clone());
    state.set_category(user, &mut transaction);
    for name in ["category_name", "top_level_category_guid"] {
        changes.insert(name.to_owned(), transaction[name].clone());
    }
    own(state, user).change(wanted, changes);
    Ok(transaction)
}

/// Creates a transaction of a manual account.
fn create(state: &mut State, user: &str, call: &Call) -> Result<Value, Reply> {
    let account = call.path("account_guid");
    if let Some(gathered) = state.account(user, account, AccountAction::Read) {
        gathered?;
        let message = "Only a manual account takes a transaction; a job gathers those of this one.";
        return Err(Reply::problem(400, None, message));
    }
    let account = state.manual_account(user, account, AccountAction::Read)?;
    let sent = &call.body["transaction"];
    let Some(date) = sent["date"].as_str() else {
        return Err(Reply::problem(
            400,
            Some(4001),
            "A transaction needs a date.",
        ));
    };
    let at = format!("{date}T12:00:00.000Z");
    let is_income = sent["transaction_type"] == 1;
    let mut transaction = json!({
        "account_guid": account["guid"],
        "category_guid": category_guid(UNCATEGORIZED),
        "category_name": UNCATEGORIZED,
        "currency_code": "USD",
        "has_been_split": false,
        "has_been_viewed": false,
        "is_expense": !is_income,
        "is_hidden": false,
        "is_income": is_income,
        "member_guid": account["member_guid"],
        "posted_at": at,
        "posted_on": date,
        "status": 1,
        "status_name": "POSTED",
        "top_level_category_guid": category_guid(UNCATEGORIZED),
        "transacted_at": at,
        "transacted_on": date,
        "user_guid": user,
    });
    fields::set(&mut transaction, fields::sent(call));
    Ok(keep(state, user, transaction))
}

fn split(state: &mut State, user: &str, wanted: &str, parts: &Value) -> Result<Reply, Reply> {
    let parent = read(state, user, wanted)?;
    let refuse = |message| Err(Reply::problem(400, None, message));
    let parts = parts.as_array().map(Vec::as_slice).unwrap_or_default();
    let sum: i64 = parts.iter().filter_map(cents).sum();
    if parent["has_been_split"] == true {
        return refuse("The transaction has been split: unsplit it first.");
    }
    if parts.len() < 2 || Some(sum) != cents(&parent) {
        return refuse(
            "Send two or more parts whose amounts add up to the amount of the transaction.",
        );
    }
    let parts = parts.iter().map(|sent| part(state, user, &parent, sent));
    let parts: Vec<Value> = parts.collect();
    Ok(Reply::ok(json!({"transactions": parts})))
}

/// Creates a part of a transaction, with what was sent of it.
fn part(state: &mut State, user: &str, parent: &Value, sent: &Value) -> Value {
    let mut part = parent.clone();
    for name in ["amount", "category_guid", "description", "memo"] {
        if let Some(value) = sent.get(name) {
            part[name] = value.clone();
        }
    }
    part["parent_guid"] = parent["guid"].clone();
    part["has_been_split"] = json!(false);
    own(state, user).set_split(text(parent, "guid"), true);
    keep(state, user, part)
}

/// Keeps a new transaction, which gets its guid and times here.
fn keep(state: &mut State, user: &str, mut transaction: Value) -> Value {
    let now = json!(state.clock.iso(state.now));
    transaction["guid"] = json!(guid("TRN"));
    transaction["created_at"] = now.clone();
    transaction["updated_at"] = now;
    state.set_category(user, &mut transaction);
    own(state, user).create(transaction.clone());
    transaction
}

fn own<'a>(state: &'a mut State, user: &str) -> &'a mut UserTransactions {
    state.transactions.entry(user.to_owned()).or_default()
}

fn one(transaction: Value) -> Reply {
    Reply::ok(json!({"transaction": transaction}))
}

pub(super) fn text<'a>(transaction: &'a Value, name: &str) -> &'a str {
    transaction[name].as_str().unwrap_or_default()
}

/// The fields that only Nexus has.
fn of_nexus(shown: &Value, merchant: Merchant<'_>) -> Value {
    let (code, name) = match merchant.is_income {
        true => (1, "CREDIT"),
        false => (2, "DEBIT"),
    };
    json!({
        "category_guid": category_guid(merchant.category),
        "category_name": merchant.category,
        "feed_amount": shown["amount"],
        "feed_description": merchant.original,
        "is_hidden": false,
        "posted_on": shown["date"],
        "status": 1,
        "status_name": "POSTED",
        "top_level_category_guid": category_guid(top_level(merchant.category)),
        "transacted_on": shown["date"],
        "transaction_type": code,
        "transaction_type_name": name,
    })
}
