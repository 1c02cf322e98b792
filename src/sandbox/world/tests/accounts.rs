//! What jobs gather.

use super::*;
use crate::sandbox::people;

fn list(desk: &Desk, member: &str, operation: &str, key: &str) -> Vec<Value> {
    let (status, body) = desk.send(desk.of(member, operation));
    assert_eq!(status, 200);
    body[key].as_array().unwrap().clone()
}

#[tokio::test(start_paused = true)]
async fn owners_are_there_once_an_identification_ended_right() {
    let desk = Desk::new();
    let member = desk.member("mxbank", "x");
    desk.start(&member, "aggregateMember");
    advance(2 * SECOND).await;
    assert_eq!(
        desk.owners(&member),
        Vec::<Value>::new(),
        "no identification yet"
    );
    desk.start(&member, "identifyMember");
    advance(SECOND).await;
    assert_eq!(desk.owners(&member), Vec::<Value>::new(), "not ended yet");
    advance(SECOND).await;
    let owners = desk.owners(&member);
    let expected = (0..3).flat_map(|account| people::owners("mxuser", account));
    let expected: Vec<String> = expected.map(|person| person.full_name()).collect();
    let names: Vec<&str> = owners
        .iter()
        .filter_map(|owner| owner["owner_name"].as_str())
        .collect();
    assert_eq!(names, expected);
    assert_eq!(owners[0]["first_name"], Value::Null);
    assert_eq!(owners[0]["member_guid"], member);
    let accounts = list(&desk, &member, "listMemberAccounts", "accounts");
    assert_eq!(owners[0]["account_guid"], accounts[0]["guid"]);
}

#[tokio::test(start_paused = true)]
async fn names_are_split_where_mx_enabled_it() {
    let desk = Desk::with(Settings {
        splits_names: true,
        ..Settings::default()
    });
    let member = desk.member("mxbank", "x");
    desk.identify(&member).await;
    let owner = &desk.owners(&member)[0];
    let whole = format!(
        "{} {}",
        owner["first_name"].as_str().unwrap(),
        owner["last_name"].as_str().unwrap()
    );
    assert_eq!(owner["owner_name"], whole);
}

#[tokio::test(start_paused = true)]
async fn the_same_login_has_the_same_owners_in_every_world() {
    let mut seen = Vec::new();
    for _ in 0..2 {
        let desk = Desk::new();
        let member = desk.member("sandbox_bank", "x");
        desk.identify(&member).await;
        let names = desk
            .owners(&member)
            .into_iter()
            .map(|owner| owner["owner_name"].clone());
        seen.push(names.collect::<Vec<_>>());
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test(start_paused = true)]
async fn numbers_are_there_once_a_verification_ended_right() {
    let desk = Desk::new();
    let member = desk.member("mxbank", "x");
    desk.identify(&member).await;
    let numbers = || list(&desk, &member, "readAccountNumbers", "account_numbers");
    assert_eq!(numbers(), Vec::<Value>::new());
    desk.start(&member, "verifyMember");
    advance(2 * SECOND).await;
    assert_eq!(numbers().len(), 2, "a card has none");
    assert_eq!(numbers()[0]["routing_number"].as_str().unwrap().len(), 9);
    let accounts = list(&desk, &member, "listMemberAccounts", "accounts");
    assert_eq!(accounts.len(), 3);
    for (index, count) in [(0, 1), (1, 1), (2, 0)] {
        let account = accounts[index]["guid"].as_str().unwrap();
        let (_, read) = desk.send(desk.nexus("readAccount").at("account_guid", account));
        assert_eq!(read["account"], accounts[index]);
        let call = desk
            .nexus("readAccountNumbersByAccount")
            .at("account_guid", account);
        let (_, read) = desk.send(call);
        assert_eq!(read["account_numbers"].as_array().unwrap().len(), count);
    }
    let (_, all) = desk.send(desk.nexus("listAccounts"));
    assert_eq!(all["accounts"], json!(accounts));
}

#[tokio::test(start_paused = true)]
async fn canada_has_other_numbers() {
    let desk = Desk::new();
    let member = desk.member("sandbox_credit_union", "x");
    desk.start(&member, "verifyMember");
    advance(2 * SECOND).await;
    let numbers = list(&desk, &member, "readAccountNumbers", "account_numbers");
    assert_eq!(numbers[0]["routing_number"], Value::Null);
    assert_eq!(numbers[0]["institution_number"].as_str().unwrap().len(), 3);
    assert_eq!(numbers[0]["transit_number"].as_str().unwrap().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_gathered_before_a_success() {
    let desk = Desk::new();
    let member = desk.member("mxbank", "LOCKED");
    desk.identify(&member).await;
    assert_eq!(
        list(&desk, &member, "listMemberAccounts", "accounts"),
        Vec::<Value>::new()
    );
}

#[tokio::test(start_paused = true)]
async fn what_no_state_stands_behind_has_no_answer_here() {
    let desk = Desk::new();
    let member = desk.member("mxbank", "x");
    let unknown_account = desk.nexus("readAccount").at("account_guid", "ACT-0");
    for call in [
        desk.of(&member, "listMemberTransactions"),
        desk.nexus("listBudgets"),
        unknown_account,
    ] {
        let principal = desk.world.authorise(&call).unwrap();
        assert!(desk.world.answer(&principal, &call).is_none(), "{call:?}");
    }
}
