//! Lists of transactions: those of the latest job of each member that gathered transactions. Categories are not looked at, and what is
//! read or changed by the guid of a transaction has no state.

use serde_json::{Value, json};

use crate::bank::transactions::{COUNT, DAYS_APART, transaction};
use crate::call::{Call, Reply};
use crate::guids::fixed_guid;
use crate::handlers::pages::paged;
use crate::state::{Account, AccountAction, Clock, Member, State};

/// The filters by account: MX writes them in several ways.
const ACCOUNT_FILTERS: [&str; 4] = [
    "account_guid",
    "account_guid[]",
    "account_guids",
    "account_guids[]",
];

pub(super) fn reply(state: &mut State, user: &str, call: &Call) -> Option<Result<Reply, Reply>> {
    let members = match call.operation.id {
        "listMemberTransactions" => vec![call.path("member_guid").to_owned()],
        id if is_list(id) => state.member_guids(user),
        _ => return None,
    };
    if let Some(account) = call.path.get("account_guid")
        && let Err(unknown) = state.account(user, account, AccountAction::Read)?
    {
        return Some(Err(unknown));
    }
    let clock = state.clock;
    let filters = ACCOUNT_FILTERS.iter();
    let mut wanted: Vec<&str> = filters.flat_map(|name| call.query_values(name)).collect();
    wanted.extend(call.path.get("account_guid").map(String::as_str));
    let is_wanted =
        |account: &&Account| wanted.is_empty() || wanted.contains(&account.guid.as_str());
    let mut listed = Vec::new();
    for guid in members {
        let Ok(member) = state.member(user, &guid) else {
            continue;
        };
        for account in member.accounts().filter(is_wanted) {
            listed.extend((0..COUNT).filter_map(|number| shown(member, account, number, &clock)));
        }
    }
    if let Some(from) = call.query("from_date") {
        listed.retain(|one| one["date"].as_str() >= Some(from));
    }
    if let Some(to) = call.query("to_date") {
        listed.retain(|one| one["date"].as_str() <= Some(to));
    }
    listed.sort_by(|one, other| other["date"].as_str().cmp(&one["date"].as_str()));
    Some(Ok(paged(call, "transactions", listed)))
}

/// Whether an operation lists transactions of many members or of an account.
fn is_list(id: &str) -> bool {
    id.starts_with("listTransactions") || id.starts_with("listAccountTransactions")
}

/// The transaction with this number of an account, 0 the latest.
fn shown(member: &Member, account: &Account, number: usize, clock: &Clock) -> Option<Value> {
    let source = member.connection.transactions_source.as_ref()?;
    let transaction = transaction(&source.login, account.index, number);
    let merchant = transaction.merchant;
    let at = clock.iso_days_before(member.created, (number * DAYS_APART) as u64);
    let amount = transaction.cents as f64 / 100.0;
    let (code, name) = match merchant.is_income {
        true => (1, "CREDIT"),
        false => (2, "DEBIT"),
    };
    Some(json!({
        "account_guid": account.guid,
        "amount": amount,
        "category_guid": fixed_guid("CAT", merchant.category),
        "category_name": merchant.category,
        "created_at": at,
        "currency_code": "USD",
        "date": at.get(..10),
        "description": merchant.description,
        "feed_amount": amount,
        "feed_description": merchant.original,
        "guid": fixed_guid("TRN", &format!("{}/{number}", account.guid)),
        "is_expense": !merchant.is_income,
        "is_hidden": false,
        "is_income": merchant.is_income,
        "member_guid": member.guid,
        "posted_at": at,
        "posted_on": at.get(..10),
        "status": 1,
        "status_name": "POSTED",
        "top_level_category_guid": fixed_guid("CAT", merchant.top_level_category),
        "transacted_at": at,
        "transacted_on": at.get(..10),
        "transaction_type": code,
        "transaction_type_name": name,
        "updated_at": at,
        "user_guid": member.user,
    }))
}
