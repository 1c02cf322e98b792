//! Transactions as both APIs show them: those of the latest job of each member that gathered transactions.

use serde_json::{Value, json};

use crate::bank::transactions::{Day, Merchant, Transaction, transactions};
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
    own: fn(&Value, Merchant<'_>) -> Value,
) -> Vec<Value> {
    let clock = state.clock;
    let mut gathered = Vec::new();
    for guid in members {
        let Ok(member) = state.member(user, guid) else {
            continue;
        };
        for account in member.accounts().filter(|account| is_wanted(account)) {
            let Some(source) = &member.connection.transactions_source else {
                continue;
            };
            let all = transactions(source, account.index).into_iter().enumerate();
            gathered.extend(all.map(|(number, transaction)| {
                let mut shown = shown(member, account, number, &transaction, &clock);
                if let (Value::Object(own), Some(fields)) =
                    (own(&shown, transaction.merchant), shown.as_object_mut())
                {
                    fields.extend(own);
                }
                shown
            }));
        }
    }
    latest_first(&mut gathered);
    gathered
}

pub(super) fn latest_first(transactions: &mut [Value]) {
    transactions.sort_by(|one, other| other["date"].as_str().cmp(&one["date"].as_str()));
}

/// Those that have this field between two days. What lacks the field stays.
pub(super) fn in_dates(
    mut records: Vec<Value>,
    field: &str,
    from: Option<&str>,
    to: Option<&str>,
) -> Vec<Value> {
    let day = |text: &str| text.get(..10).unwrap_or(text).to_owned();
    let (from, to) = (from.map(day), to.map(day));
    if from.is_some() || to.is_some() {
        records.retain(|one| {
            one[field].as_str().map(day).is_none_or(|day| {
                from.as_ref().is_none_or(|from| day >= *from)
                    && to.as_ref().is_none_or(|to| day <= *to)
            })
        });
    }
    records
}

/// Those between the days of the query.
pub(super) fn in_asked_dates(call: &Call, transactions: Vec<Value>) -> Vec<Value> {
    in_dates(
        transactions,
        "date",
        call.query("from_date"),
        call.query("to_date"),
    )
}

/// A transaction with its number in the account.
fn shown(
    member: &Member,
    account: &Account,
    number: usize,
    transaction: &Transaction<'_>,
    clock: &Clock,
) -> Value {
    let merchant = transaction.merchant;
    let at = match transaction.day {
        Day::Before(days) => clock.iso_days_before(member.created, days as u64),
        Day::On(date) => format!("{date}T12:00:00.000Z"),
    };
    json!({
        "account_guid": account.guid,
        "amount": transaction.amount,
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
    })
}
