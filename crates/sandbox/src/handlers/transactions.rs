//! Transactions as both APIs show them: those of the latest job of each member that gathered transactions.

use mx_nexus::values::Amount;
use serde_json::{Value, json};

use crate::bank::transactions::{COUNT, DAYS_APART, Merchant, transaction};
use crate::call::Call;
use crate::guids::fixed_guid;
use crate::state::{Account, Clock, Member, State};

/// The transactions of these members in the accounts that are wanted, the latest first. `own` gives the fields that only one API
/// has, from those of both.
pub(super) fn gathered(
    state: &mut State,
    user: &str,
    members: &[String],
    is_wanted: impl Fn(&Account) -> bool,
    own: fn(&Value, Merchant) -> Value,
) -> Vec<Value> {
    let clock = state.clock;
    let mut gathered = Vec::new();
    for guid in members {
        let Ok(member) = state.member(user, guid) else {
            continue;
        };
        for account in member.accounts().filter(|account| is_wanted(account)) {
            let numbers = 0..COUNT;
            gathered
                .extend(numbers.filter_map(|number| shown(member, account, number, &clock, own)));
        }
    }
    gathered.sort_by(|one, other| other["date"].as_str().cmp(&one["date"].as_str()));
    gathered
}

/// Those of the dates that the query asks for.
pub(super) fn in_dates(call: &Call, mut transactions: Vec<Value>) -> Vec<Value> {
    if let Some(from) = call.query("from_date") {
        transactions.retain(|one| one["date"].as_str() >= Some(from));
    }
    if let Some(to) = call.query("to_date") {
        transactions.retain(|one| one["date"].as_str() <= Some(to));
    }
    transactions
}

/// The transaction with this number of an account, 0 the latest.
fn shown(
    member: &Member,
    account: &Account,
    number: usize,
    clock: &Clock,
    own: fn(&Value, Merchant) -> Value,
) -> Option<Value> {
    let source = member.connection.transactions_source.as_ref()?;
    let transaction = transaction(&source.login, account.index, number);
    let merchant = transaction.merchant;
    let at = clock.iso_days_before(member.created, (number * DAYS_APART) as u64);
    let mut shown = json!({
        "account_guid": account.guid,
        "amount": Amount::from_cents(transaction.cents as i64),
        "created_at": at,
        "currency_code": "USD",
        "date": at.get(..10),
        "description": merchant.description,
        "guid": fixed_guid("TRN", &format!("{}/{number}", account.guid)),
        "is_expense": !merchant.is_income,
        "is_income": merchant.is_income,
        "member_guid": member.guid,
        "posted_at": at,
        "transacted_at": at,
        "updated_at": at,
        "user_guid": member.user,
    });
    if let Value::Object(fields) = own(&shown, merchant) {
        shown.as_object_mut()?.extend(fields);
    }
    Some(shown)
}
