//! Lists of transactions: those of the latest job of each member that gathered transactions. Categories are not looked at, and what is
//! read or changed by the guid of a transaction has no state.

use serde_json::{Value, json};

use crate::bank::transactions::Merchant;
use crate::call::{Call, Reply};
use crate::guids::fixed_guid;
use crate::handlers::pages::paged;
use crate::handlers::transactions::{gathered, in_dates};
use crate::state::{Account, AccountAction, State};

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
    let filters = ACCOUNT_FILTERS.iter();
    let mut wanted: Vec<&str> = filters.flat_map(|name| call.query_values(name)).collect();
    wanted.extend(call.path.get("account_guid").map(String::as_str));
    let is_wanted =
        |account: &Account| wanted.is_empty() || wanted.contains(&account.guid.as_str());
    let gathered = gathered(state, user, &members, is_wanted, own);
    Some(Ok(paged(call, "transactions", in_dates(call, gathered))))
}

/// Whether an operation lists transactions of many members or of an account.
fn is_list(id: &str) -> bool {
    id.starts_with("listTransactions") || id.starts_with("listAccountTransactions")
}

/// The fields that only Nexus has.
fn own(shown: &Value, merchant: Merchant<'_>) -> Value {
    let (code, name) = match merchant.is_income {
        true => (1, "CREDIT"),
        false => (2, "DEBIT"),
    };
    json!({
        "category_guid": fixed_guid("CAT", merchant.category),
        "category_name": merchant.category,
        "feed_amount": shown["amount"],
        "feed_description": merchant.original,
        "is_hidden": false,
        "posted_on": shown["date"],
        "status": 1,
        "status_name": "POSTED",
        "top_level_category_guid": fixed_guid("CAT", merchant.top_level_category),
        "transacted_on": shown["date"],
        "transaction_type": code,
        "transaction_type_name": name,
    })
}
