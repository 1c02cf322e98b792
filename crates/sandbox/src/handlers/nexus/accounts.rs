//! Accounts, their owners and their numbers.

use http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};

use crate::bank::accounts::Source;
use crate::call::{Call, Reply};
use crate::handlers::pages::paged;
use crate::state::{Account, AccountAction, Clock, Member, State};

/// The reply to an operation on accounts, owners or numbers; the member is the user's.
pub(super) fn reply(state: &mut State, user: &str, call: &Call) -> Option<Result<Reply, Reply>> {
    let guid = call.path("member_guid");
    let splits_names = state.settings.splits_names;
    Some(match call.operation.id {
        "listAccountOwners" => state
            .member(user, guid)
            .map(|member| Reply::serialised("account_owners", &owners(member, splits_names))),
        "readAccountNumbers" => state.member(user, guid).map(|member| {
            Reply::ok(json!({"account_numbers": numbers(member, member.accounts())}))
        }),
        "listMemberAccounts" => Ok(list(state, user, &[guid.to_owned()], call)),
        "listAccounts" => {
            let guids = state.member_guids(user);
            Ok(list(state, user, &guids, call))
        }
        "listUserCreatedAccounts" => {
            let accounts = state.list_manual_accounts(user);
            Ok(paged(call, "accounts", accounts))
        }
        "createManualAccounts" => {
            let made = state.create_manual_account(user, &call.body["account"]);
            Ok(Reply::ok(json!({"account": made})))
        }
        // They come with partner-managed members, which no API of the sandbox creates.
        "listAccountsCreatedByPartner" => Ok(paged(call, "accounts", Vec::<Value>::new())),
        "mergeDuplicateAccounts" => merge(state, user, &call.body["accounts"]),
        _ => by_account(state, user, call)?,
    })
}

/// Merges two accounts: the first remains.
fn merge(state: &mut State, user: &str, guids: &Value) -> Result<Reply, Reply> {
    let guids = guids.as_array().into_iter().flatten();
    let guids: Vec<&str> = guids.filter_map(Value::as_str).collect();
    let [kept, merged] = guids[..] else {
        return Err(Reply::problem(400, None, "Send two accounts to merge."));
    };
    if kept == merged {
        let message = "An account cannot be merged with itself.";
        return Err(Reply::problem(400, None, message));
    }
    state.check_account(user, kept)?;
    match state.account(user, merged, AccountAction::Block) {
        Some(gathered) => gathered.map(|_| ())?,
        None => {
            state.manual_account(user, merged, AccountAction::Delete)?;
        }
    }
    let clock = state.clock;
    let account = match state.account(user, kept, AccountAction::Read) {
        Some(gathered) => gathered.map(|(member, account)| account_json(member, account, &clock)),
        None => state.manual_account(user, kept, AccountAction::Read),
    };
    account.map(|account| Reply::ok(json!({"account": account})))
}

/// The reply about one account.
fn by_account(state: &mut State, user: &str, call: &Call) -> Option<Result<Reply, Reply>> {
    let wanted = call.path.get("account_guid")?;
    let clock = state.clock;
    let action = match call.operation.id {
        "updateAccount" => AccountAction::Update(&call.body["account"]),
        "blockAccount" => AccountAction::Block,
        "deleteManualAccount" => AccountAction::Delete,
        _ => AccountAction::Read,
    };
    let (member, account) = match state.account(user, wanted, action) {
        Some(Ok(found)) => found,
        Some(Err(refusal)) => return Some(Err(refusal)),
        None => return by_manual_account(state, user, call, action),
    };
    let answer = match call.operation.id {
        "readAccount" | "updateAccount" => {
            json!({"account": account_json(member, account, &clock)})
        }
        "readAccountNumbersByAccount" => json!({"account_numbers": numbers(member, [account])}),
        "blockAccount" => return Some(Ok(Reply::empty(StatusCode::OK))),
        _ => return None,
    };
    Some(Ok(Reply::ok(answer)))
}

/// The reply about an account that the user created.
fn by_manual_account(
    state: &mut State,
    user: &str,
    call: &Call,
    action: AccountAction<'_>,
) -> Option<Result<Reply, Reply>> {
    let account = match state.manual_account(user, call.path("account_guid"), action) {
        Ok(account) => account,
        Err(refusal) => return Some(Err(refusal)),
    };
    Some(Ok(match call.operation.id {
        "readAccount" | "updateAccount" => Reply::ok(json!({"account": account})),
        "readAccountNumbersByAccount" => Reply::ok(json!({"account_numbers": []})),
        "deleteManualAccount" => Reply::empty(StatusCode::NO_CONTENT),
        _ => return None,
    }))
}

fn list(state: &mut State, user: &str, members: &[String], call: &Call) -> Reply {
    let clock = state.clock;
    let mut accounts = Vec::new();
    for guid in members {
        if let Ok(member) = state.member(user, guid) {
            let accounts_of_member = member.accounts();
            accounts
                .extend(accounts_of_member.map(|account| account_json(member, account, &clock)));
        }
    }
    if call.operation.id == "listAccounts" {
        accounts.extend(state.list_manual_accounts(user));
    }
    paged(call, "accounts", accounts)
}

/// An owner as the APIs write it: Atrium with a guid of its own.
#[derive(Serialize)]
pub(in crate::handlers) struct ShownOwner<'a> {
    pub account_guid: &'a str,
    address: Option<&'a str>,
    city: Option<&'a str>,
    pub country: Option<&'a str>,
    email: Option<&'a str>,
    first_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guid: Option<String>,
    last_name: Option<&'a str>,
    member_guid: &'a str,
    pub owner_name: &'a str,
    phone: Option<&'a str>,
    postal_code: Option<&'a str>,
    state: Option<&'a str>,
    user_guid: &'a str,
}

/// The owners of the latest identification.
pub(in crate::handlers) fn owners(member: &Member, splits_names: bool) -> Vec<ShownOwner<'_>> {
    let owners = member.accounts().flat_map(|account| {
        let owners = member.connection.owners.get(account.index);
        owners.into_iter().flatten().map(move |owner| ShownOwner {
            account_guid: &account.guid,
            address: owner.address.as_deref(),
            city: owner.city.as_deref(),
            country: owner.country.as_deref(),
            email: owner.email.as_deref(),
            first_name: owner.first_name.as_deref().filter(|_| splits_names),
            guid: None,
            last_name: owner.last_name.as_deref().filter(|_| splits_names),
            member_guid: &member.guid,
            owner_name: &owner.name,
            phone: owner.phone.as_deref(),
            postal_code: owner.postal_code.as_deref(),
            state: owner.state.as_deref(),
            user_guid: &member.user,
        })
    });
    owners.collect()
}

/// The numbers of these accounts in the latest verification.
pub(in crate::handlers) fn numbers<'a>(
    member: &Member,
    accounts: impl IntoIterator<Item = &'a Account>,
) -> Value {
    let Some(source) = &member.connection.numbers_source else {
        return json!([]);
    };
    let accounts = accounts.into_iter();
    let accounts = accounts.filter(|account| source.has_numbers(account.index));
    let numbers = accounts.map(|account| {
        let institution = &member.institution;
        let numbers = source.numbers(account.index, &institution.code, institution.country);
        json!({
            "account_guid": account.guid,
            "account_number": numbers.account_number,
            "guid": account.guid.replacen("ACT", "ACN", 1),
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

/// An account as MX shows it, with the changes of its user.
pub(in crate::handlers) fn account_json(
    member: &Member,
    account: &Account,
    clock: &Clock,
) -> Value {
    let index = account.index;
    let institution = &member.institution;
    let connection = &member.connection;
    let source = &connection.accounts_source;
    let (name, kind) = source.kind(index);
    let (kind_code, kind_name) = (kind.code(), kind.name());
    let masked = match &connection.numbers_source {
        Some(verified) => verified,
        None => &Source {
            number: 1,
            ..source.clone()
        },
    };
    let numbers = masked.numbers(index, &institution.code, institution.country);
    let number = &numbers.account_number;
    let before = number.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    let last_four = number.get(before..).unwrap_or_default();
    let balance = json!(source.balance(index));
    let created = clock.iso(member.created);
    let updated = member.connection.succeeded.map(|at| clock.iso(at));
    let guid = &account.guid;
    let ownership = match source.owners(index).len() {
        0 => "UNKNOWN",
        1 => "INDIVIDUAL",
        _ => "JOINT",
    };
    let mut shown = json!({
        "account_guid": guid,
        "account_number": format!("****{last_four}"),
        "account_number_set_by": 1,
        "account_number_set_by_name": "FEED",
        "account_ownership": ownership,
        "account_type": kind_code,
        "account_type_name": kind_name,
        "account_type_set_by": 1,
        "account_type_set_by_name": "FEED",
        "available_balance": balance,
        "balance": balance,
        "balance_set_by": 1,
        "balance_set_by_name": "FEED",
        "created_at": created,
        "currency_code": "USD",
        "external_guid": null,
        "feed_account_type": kind_code,
        "feed_account_type_name": kind_name,
        "feed_balance": balance,
        "feed_name": name,
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
        "name": name,
        "nickname": null,
        "updated_at": updated,
        "user_guid": member.user,
    });
    account.apply_changes(&mut shown);
    shown
}
