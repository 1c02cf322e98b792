//! What jobs gather: accounts, their owners, their numbers.

use serde_json::{Value, json};

use crate::sandbox::call::{Call, Reply};
use crate::sandbox::people::{self, ACCOUNTS, Person};
use crate::sandbox::world::{Clock, Member, Page, State};

/// The reply to an operation on accounts, owners or numbers; a member that is named has been found to be the user's.
pub(super) fn answer(state: &mut State, user: &str, call: &Call) -> Option<Result<Reply, Reply>> {
    let guid = call.path("member_guid");
    let splits_names = state.settings.splits_names;
    Some(match call.operation.id {
        "listAccountOwners" => state.member(user, guid).map(|member| {
            let owners = owners(member, splits_names);
            Reply::ok(json!({"account_owners": owners}))
        }),
        "readAccountNumbers" => state
            .member(user, guid)
            .map(|member| Reply::ok(json!({"account_numbers": numbers(member, None)}))),
        "listMemberAccounts" => Ok(list(state, user, &[guid.to_owned()], call)),
        "listAccounts" => {
            let guids = state.member_guids(user);
            Ok(list(state, user, &guids, call))
        }
        "readAccount" | "readAccountNumbersByAccount" => by_account(state, user, call)?,
        _ => return foreign(state, user, call).map(Err),
    })
}

/// One account of the user, or its numbers. An account that no job gathered may be one that the user made by hand, of which
/// nothing is kept here.
fn by_account(state: &mut State, user: &str, call: &Call) -> Option<Result<Reply, Reply>> {
    let wanted = call.path("account_guid");
    let clock = state.clock;
    for guid in state.member_guids(user) {
        let Ok(member) = state.member(user, &guid) else {
            continue;
        };
        let accounts = &member.connection.accounts;
        let Some(index) = accounts.iter().position(|account| account == wanted) else {
            continue;
        };
        return Some(Ok(Reply::ok(match call.operation.id {
            "readAccount" => json!({"account": account(member, index, &clock)}),
            _ => json!({"account_numbers": numbers(member, Some(index))}),
        })));
    }
    foreign(state, user, call).map(Err)
}

/// The refusal of an account that is known to be somebody else's.
fn foreign(state: &State, user: &str, call: &Call) -> Option<Reply> {
    let wanted = call.path.get("account_guid")?;
    let mut members = state.members.values();
    let is_foreign = members.any(|member| {
        member.user != user
            && member
                .connection
                .accounts
                .iter()
                .any(|account| account == wanted)
    });
    is_foreign.then(|| Reply::problem(404, None, "The account is unknown."))
}

fn list(state: &mut State, user: &str, members: &[String], call: &Call) -> Reply {
    let clock = state.clock;
    let mut accounts = Vec::new();
    for guid in members {
        if let Ok(member) = state.member(user, guid) {
            let indexes = 0..member.connection.accounts.len();
            accounts.extend(indexes.map(|index| account(member, index, &clock)));
        }
    }
    let page = Page::of(call, accounts.len());
    let on_page = page.cut(accounts);
    Reply::ok(json!({"accounts": on_page, "pagination": page.pagination()}))
}

/// The owners that an identification found; none before.
fn owners(member: &Member, splits_names: bool) -> Value {
    let Some(login) = &member.connection.identified else {
        return json!([]);
    };
    let accounts = member.connection.accounts.iter().enumerate();
    let owners = accounts.flat_map(|(index, account)| {
        let people = people::owners(login, index).into_iter();
        people.map(move |person| owner(member, account, &person, splits_names))
    });
    owners.collect()
}

fn owner(member: &Member, account: &str, person: &Person, splits_names: bool) -> Value {
    json!({
        "account_guid": account,
        "address": person.address,
        "city": person.city,
        "country": "United States",
        "email": person.email,
        "first_name": splits_names.then_some(person.first_name),
        "last_name": splits_names.then_some(person.last_name),
        "member_guid": member.guid,
        "owner_name": person.full_name(),
        "phone": person.phone,
        "postal_code": person.postal_code,
        "state": person.state,
        "user_guid": member.user,
    })
}

/// The numbers that a verification found, of all accounts that have some, or of one.
fn numbers(member: &Member, only: Option<usize>) -> Value {
    let Some(login) = &member.connection.verified else {
        return json!([]);
    };
    let accounts = member.connection.accounts.iter().zip(&ACCOUNTS).enumerate();
    let accounts = accounts
        .filter(|(index, (_, kind))| kind.has_numbers && only.is_none_or(|only| only == *index));
    let numbers = accounts.map(|(index, (account, _))| {
        let institution = member.institution;
        let numbers = people::numbers(login, index, &institution.code, institution.country);
        json!({
            "account_guid": account,
            "account_number": numbers.account_number,
            "guid": account.replacen("ACT", "ACN", 1),
            "institution_number": numbers.institution_number,
            "member_guid": member.guid,
            "passed_validation": true,
            "routing_number": numbers.routing_number,
            "transit_number": numbers.transit_number,
            "user_guid": member.user,
        })
    });
    numbers.collect()
}

fn account(member: &Member, index: usize, clock: &Clock) -> Value {
    let kind = &ACCOUNTS[index % ACCOUNTS.len()];
    let institution = member.institution;
    let login = &member.login;
    let numbers = people::numbers(login, index, &institution.code, institution.country);
    let last_four = numbers.account_number.get(6..).unwrap_or_default();
    let cents = people::cents(login, index);
    let balance = json!(cents as f64 / 100.0);
    let created = clock.iso(member.created);
    let updated = member.connection.succeeded.map(|at| clock.iso(at));
    let guid = &member.connection.accounts[index];
    json!({
        "account_guid": guid,
        "account_number": format!("****{last_four}"),
        "account_number_set_by": 1,
        "account_number_set_by_name": "FEED",
        "account_ownership": ownership(login, index),
        "account_type": kind.code,
        "account_type_name": kind.code_name,
        "account_type_set_by": 1,
        "account_type_set_by_name": "FEED",
        "available_balance": balance,
        "balance": balance,
        "balance_set_by": 1,
        "balance_set_by_name": "FEED",
        "created_at": created,
        "currency_code": "USD",
        "external_guid": null,
        "feed_account_type": kind.code,
        "feed_account_type_name": kind.code_name,
        "feed_balance": balance,
        "feed_name": kind.name,
        "guid": guid,
        "imported_at": updated,
        "institution_code": institution.code,
        "institution_guid": institution.guid,
        "is_business": false,
        "is_closed": false,
        "is_hidden": false,
        "is_manual": false,
        "member_guid": member.guid,
        "member_is_managed_by_user": true,
        "metadata": null,
        "name": kind.name,
        "nickname": null,
        "updated_at": updated,
        "user_guid": member.user,
    })
}

fn ownership(login: &str, index: usize) -> &'static str {
    if people::owners(login, index).len() > 1 {
        "JOINT"
    } else {
        "INDIVIDUAL"
    }
}
