//! The session `test_session`: static data for fixed names in place of a member's guid. Nothing changes here, no job has a guid, and
//! no job runs.

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{accounts, institutions, members, reply_or_refusal};
use crate::bank::accounts::Source;
use crate::bank::{Entries, Question, institutions as all_institutions};
use crate::call::{Call, Reply};
use crate::guids::fixed_guid;
use crate::handlers::pages::paged;
use crate::state::{
    Account, Challenge, Clock, Connection, Member, State, not_manual, test_user, unknown_member,
};
use mx_nexus::values::ConnectionStatus;

/// The names of connected members.
const CONNECTED: [&str; 4] = [
    "test_member",
    "test_nexus_member",
    "unidentified",
    "unverified",
];

/// The login of the static accounts.
const LOGIN: &str = "mxuser";

/// The time of all static data, in milliseconds since 1970.
const CREATED_AT: u64 = 1_476_382_077_000;

pub(crate) fn reply(state: &State, call: &Call) -> Option<Reply> {
    if let Some(reply) = institutions::reply(state, call) {
        return Some(reply_or_refusal(reply));
    }
    if call.operation.id == "listMembers" {
        let members = connected().map(|member| member_json(&member));
        return Some(Reply::ok(json!({"members": members.collect::<Value>()})));
    }
    if call.operation.id == "listAccounts" {
        return Some(list(call, connected()));
    }
    if let Some(account) = call.path.get("account_guid") {
        return by_account(call, account);
    }
    let name = call.path.get("member_guid")?;
    let Some(status) = status(name) else {
        return Some(unknown_member());
    };
    let member = member(name, &status);
    let shown = || Reply::ok(json!({"member": member_json(&member)}));
    match call.operation.id {
        "readMember" | "updateMember" => Some(shown()),
        "deleteMember" => Some(Reply::empty(StatusCode::NO_CONTENT)),
        "listMemberAccounts" => Some(list(call, [member])),
        "listAccountOwners" => {
            let owners = accounts::owners(&member, false);
            Some(Reply::serialised("account_owners", &owners))
        }
        "readAccountNumbers" => {
            let numbers = accounts::numbers(&member, member.accounts());
            Some(Reply::ok(json!({"account_numbers": numbers})))
        }
        "listMemberChallenges" => {
            let open = open(&status).map(|challenge| challenge.to_json());
            Some(Reply::ok(json!({"challenges": open.collect::<Value>()})))
        }
        "resumeAggregation" if status != ConnectionStatus::Challenged => {
            Some(Reply::problem(405, None, "The member is not CHALLENGED."))
        }
        "resumeAggregation" => Some(shown()),
        operation => members::job_kind(operation).map(|_| shown()),
    }
}

/// The reply about one account of these members; another may be one that a user created.
fn by_account(call: &Call, wanted: &str) -> Option<Reply> {
    let mut member = connected().find(|member| {
        let mut accounts = member.accounts();
        accounts.any(|account| account.guid == wanted)
    })?;
    let mut accounts = std::mem::take(&mut member.connection.accounts).into_iter();
    let mut account = accounts.find(|account| account.guid == wanted)?;
    Some(match call.operation.id {
        "updateAccount" => {
            // In the reply alone: nothing is stored.
            account.update(&call.body["account"]);
            let shown = accounts::account_json(&member, &account, &clock());
            Reply::ok(json!({"account": shown}))
        }
        "readAccount" => {
            let shown = accounts::account_json(&member, &account, &clock());
            Reply::ok(json!({"account": shown}))
        }
        "readAccountNumbersByAccount" => {
            let numbers = accounts::numbers(&member, [&account]);
            Reply::ok(json!({"account_numbers": numbers}))
        }
        "deleteManualAccount" => not_manual(),
        _ => return None,
    })
}

fn list(call: &Call, members: impl IntoIterator<Item = Member>) -> Reply {
    let members: Vec<Member> = members.into_iter().collect();
    let shown = members.iter().flat_map(|member| {
        let accounts = member.accounts();
        accounts.map(|account| accounts::account_json(member, account, &clock()))
    });
    paged(call, "accounts", shown.collect())
}

/// The status of the member with this name. MX has no names for EXPIRED and PENDING.
fn status(name: &str) -> Option<ConnectionStatus> {
    use ConnectionStatus::{Connected, Expired, Pending};
    if CONNECTED.contains(&name) {
        return Some(Connected);
    }
    let known = ConnectionStatus::KNOWN.iter();
    let mut known = known.filter(|status| !matches!(status, Expired | Pending));
    known.find(|status| status.as_str() == name).cloned()
}

/// Whether this is the name of a member here.
pub(crate) fn is_test_member(name: &str) -> bool {
    status(name).is_some()
}

fn connected() -> impl Iterator<Item = Member> {
    let names = CONNECTED.iter();
    names.map(|name| member(name, &ConnectionStatus::Connected))
}

/// The member with this name.
fn member(name: &str, status: &ConnectionStatus) -> Member {
    let institution = Arc::clone(&all_institutions()[0]);
    let at = Instant::now();
    let mut connection = Connection::new(status.clone());
    connection.aggregated = Some(at);
    connection.succeeded = Some(at);
    if CONNECTED.contains(&name) {
        let source = Source::first(LOGIN);
        let accounts = (0..source.count()).map(|index| {
            let guid = fixed_guid("ACT", &format!("test_session/{name}/{index}"));
            Account::new(guid, index)
        });
        connection.accounts = accounts.collect();
        if name != "unidentified" {
            connection.owners = source.owners_of_first(source.count());
        }
        connection.numbers_source = (name != "unverified").then(|| source.clone());
        connection.accounts_source = source;
    }
    Member {
        guid: name.to_owned(),
        user: test_user(),
        name: institution.name.clone(),
        institution,
        entries: Entries::new(),
        login: LOGIN.to_owned(),
        oauth: None,
        external_guid: None,
        metadata: None,
        use_cases: None,
        background_aggregation_is_disabled: false,
        revision: 0,
        created: at,
        connection,
    }
}

fn member_json(member: &Member) -> Value {
    member.to_json(&member.connection.snapshot(), &clock())
}

/// A clock at the time of the static data.
fn clock() -> Clock {
    Clock::starting_at(CREATED_AT)
}

fn open(status: &ConnectionStatus) -> impl Iterator<Item = Challenge> {
    let is_challenged = *status == ConnectionStatus::Challenged;
    let guid = fixed_guid("CRD", "test_session/question");
    is_challenged
        .then(|| Challenge::new(Question::Text, guid))
        .into_iter()
}
