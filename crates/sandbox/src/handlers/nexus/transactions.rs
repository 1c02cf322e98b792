//! Lists of transactions: every account has one, of the latest job that gathered transactions. Dates and categories are not looked at,
//! and what is read or changed by the guid of a transaction has no state.

use serde_json::{Map, Value, json};

use crate::api::Api;
use crate::call::{Call, Reply};
use crate::contract;
use crate::handlers::pages::paged;
use crate::state::{AccountAction, Clock, Member, State};

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
    let mut transactions = Vec::new();
    for guid in members {
        if let Ok(member) = state.member(user, &guid) {
            transactions.extend(of_member(member, &clock));
        }
    }
    let filters = ACCOUNT_FILTERS.iter();
    let mut wanted: Vec<&str> = filters.flat_map(|name| call.query_values(name)).collect();
    wanted.extend(call.path.get("account_guid").map(String::as_str));
    transactions.retain(|one| {
        let account = one["account_guid"].as_str().unwrap_or_default();
        wanted.is_empty() || wanted.contains(&account)
    });
    Some(Ok(paged(call, "transactions", transactions)))
}

/// Whether an operation lists transactions of many members or of an account.
fn is_list(id: &str) -> bool {
    let is_named = id.starts_with("listTransactions") || id.starts_with("listAccountTransactions");
    is_named && id != "listTransactionRules"
}

fn of_member(member: &Member, clock: &Clock) -> Vec<Value> {
    let Some((source, at)) = &member.connection.transactions_source else {
        return Vec::new();
    };
    let time = clock.iso(*at);
    let day = time.get(..10).unwrap_or_default();
    let accounts = member.accounts().map(|account| {
        let amount = source.cents(account.index) as f64 / 100.0;
        let mut shown = Value::Object(example());
        for (field, value) in [
            ("account_guid", json!(account.guid)),
            ("amount", json!(amount)),
            ("created_at", json!(time)),
            ("date", json!(day)),
            ("feed_amount", json!(amount)),
            ("guid", json!(account.guid.replacen("ACT", "TRN", 1))),
            ("member_guid", json!(member.guid)),
            ("posted_at", json!(time)),
            ("posted_on", json!(day)),
            ("transacted_at", json!(time)),
            ("transacted_on", json!(day)),
            ("updated_at", json!(time)),
            ("user_guid", json!(member.user)),
        ] {
            shown[field] = value;
        }
        shown
    });
    accounts.collect()
}

/// A transaction with the examples of the document.
fn example() -> Map<String, Value> {
    let schemas = &contract::of(Api::Nexus).document()["components"]["schemas"];
    let fields = schemas["TransactionResponse"]["properties"].as_object();
    let fields = fields.into_iter().flatten();
    let examples =
        fields.filter_map(|(name, schema)| Some((name.clone(), schema.get("example")?.clone())));
    examples.collect()
}
