//! Accounts, their owners and their numbers.

use serde_json::{Map, Value, json};

use crate::api::Api;
use crate::call::{Call, Reply};
use crate::contract;
use crate::guids::fixed_guid;
use crate::handlers::nexus::accounts as nexus;
use crate::handlers::pages::paged;
use crate::state::{Account, AccountAction, Clock, Member, State};

/// The reply to an operation on accounts, owners or numbers; the member is the user's.
pub(super) fn reply(state: &mut State, user: &str, call: &Call) -> Option<Result<Reply, Reply>> {
    let guid = call.path("member_guid");
    let clock = state.clock;
    if let Some(account) = call.path.get("account_guid") {
        return by_account(state, user, account, call);
    }
    Some(match call.operation.id {
        "listAccountOwners" => state
            .member(user, guid)
            .map(|member| paged(call, "account_owners", owners(member))),
        "listAccountNumbers" => state.member(user, guid).map(|member| {
            let numbers = nexus::numbers(member, member.accounts());
            Reply::ok(json!({"account_numbers": numbers}))
        }),
        "listMemberAccounts" | "listUserAccounts" => {
            let mut accounts = Vec::new();
            for guid in members(state, user, call) {
                if let Ok(member) = state.member(user, &guid) {
                    accounts.extend(member.accounts().map(|one| shown(member, one, &clock)));
                }
            }
            Ok(paged(call, "accounts", accounts))
        }
        _ => return None,
    })
}

/// The member of the path, or all of the user.
pub(super) fn members(state: &mut State, user: &str, call: &Call) -> Vec<String> {
    match call.path.get("member_guid") {
        Some(guid) => vec![guid.clone()],
        None => state.member_guids(user),
    }
}

/// The reply about one account.
fn by_account(
    state: &mut State,
    user: &str,
    account: &str,
    call: &Call,
) -> Option<Result<Reply, Reply>> {
    let clock = state.clock;
    let unknown = || Reply::problem(404, None, "The account is unknown.");
    let found = state.account(user, account, AccountAction::Read);
    let (member, account) = match found.unwrap_or_else(|| Err(unknown())) {
        Ok(found) => found,
        Err(refusal) => return Some(Err(refusal)),
    };
    let is_of_member = call.path.get("member_guid");
    if is_of_member.is_some_and(|guid| *guid != member.guid) {
        return Some(Err(unknown()));
    }
    Some(Ok(match call.operation.id {
        "readAccount" | "readAccountByMemberGUID" => {
            Reply::ok(json!({"account": shown(member, account, &clock)}))
        }
        "listAccountNumbersByAccount" => {
            Reply::ok(json!({"account_numbers": nexus::numbers(member, [account])}))
        }
        _ => return None,
    }))
}

/// The owners of the latest identification, each with a guid.
fn owners(member: &Member) -> Vec<Value> {
    let owners = nexus::owners(member, false).into_iter().map(|mut owner| {
        let name = format!("{}/{}", owner.account_guid, owner.owner_name);
        owner.guid = Some(fixed_guid("ACO", &name));
        owner.country = Some("US");
        json!(owner)
    });
    owners.collect()
}

/// An account with every field of the document: Atrium writes null where Nexus leaves out.
fn shown(member: &Member, account: &Account, clock: &Clock) -> Value {
    let known = nexus::account_json(member, account, clock);
    let schemas = &contract::of(Api::Atrium).document()["components"]["schemas"];
    let fields = schemas["AccountResponse"]["properties"].as_object();
    let fields = fields.into_iter().flatten();
    let mut shown: Map<String, Value> = fields
        .map(|(name, _)| (name.clone(), known[name].clone()))
        .collect();
    shown.insert(String::from("type"), known["account_type_name"].clone());
    Value::Object(shown)
}
