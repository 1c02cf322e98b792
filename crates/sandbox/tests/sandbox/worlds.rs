//! Chosen data, and going back to the start.

use std::time::Duration;

use mx_nexus_sandbox::world::{
    Account, Institution, Login, Member, Owner, Transaction, User, World,
};
use mx_nexus_sandbox::{Fault, JobKind, Sandbox};
use serde_json::{Value, json};

use crate::http::ask;
use crate::{ADA, PATIENCE, connect, find, known_user, polling};

fn world() -> World {
    let household = Account::checking("Household")
        .balance_cents(120_050)
        .number("0001234567")
        .routing_number("998000005")
        .owner(Owner::new("Zo\u{eb} \u{c5}kesson").address(
            "1 Sample Street",
            "Lehi",
            "Utah",
            "84043",
        ))
        .owner(Owner::new("Lin O'Neil"))
        .transactions([
            Transaction::expense("2026-01-15", 475, "Sample Coffee").category("Coffee Shops"),
            Transaction::income("2026-01-14", 250_000, "Example Payroll"),
        ]);
    let zoe = Login::new("zoe")
        .at("my_bank")
        .account(household)
        .account(Account::savings("Unowned").transactions([]));
    World::new()
        .institution(Institution::new("my_bank", "My \"Bank\", Ltd. <b>"))
        .login(zoe)
        .login(Login::new("empty"))
        .user(User::new(ADA).member(Member::new("zoe").at("my_bank").after(JobKind::Aggregation)))
        .user(
            User::of_atrium("ours").member(
                Member::new("zoe")
                    .at("my_bank")
                    .after(JobKind::Identification),
            ),
        )
}

async fn started() -> Sandbox {
    let builder = Sandbox::builder().job_time(Duration::ZERO);
    builder.world(world()).unwrap().start().await.unwrap()
}

#[tokio::test]
async fn chosen_owners_numbers_and_transactions_are_answered_as_they_are() {
    let sandbox = started().await;
    let user = sandbox.nexus().build().unwrap().user(ADA);
    let api = user.api().await.unwrap();
    let members = api
        .list_members()
        .send()
        .await
        .unwrap()
        .into_inner()
        .members
        .unwrap();
    let member = members[0].guid.clone().unwrap();
    let job = user.identify(&member).with_polling(polling());
    let owners = job.run(PATIENCE, async |_| None).await.unwrap();
    let owners = serde_json::to_value(owners.iter().collect::<Vec<_>>()).unwrap();
    assert_eq!(owners[0]["owner_name"], "Zo\u{eb} \u{c5}kesson");
    assert_eq!(owners[1]["owner_name"], "Lin O'Neil");
    assert_eq!(owners[0]["address"], "1 Sample Street");
    assert!(
        owners[1].get("address").is_none_or(Value::is_null),
        "{owners}"
    );
    assert_eq!(owners.as_array().unwrap().len(), 2);

    let numbers = user
        .verify(&member)
        .with_polling(polling())
        .run(PATIENCE, async |_| None)
        .await
        .unwrap();
    let first = serde_json::to_value(&numbers[0]).unwrap();
    assert_eq!(first["account_number"], "0001234567");
    assert_eq!(
        (&first["routing_number"], numbers.len()),
        (&json!("998000005"), 2)
    );

    let accounts = api
        .list_member_accounts()
        .member_guid(&member)
        .send()
        .await
        .unwrap();
    let accounts = accounts.into_inner().accounts.unwrap();
    assert_eq!(
        serde_json::to_value(&accounts[0]).unwrap()["balance"],
        1200.5
    );
    let listed = api.list_transactions().send().await.unwrap().into_inner();
    let listed = serde_json::to_value(listed.transactions).unwrap();
    let of_household: Vec<&Value> = listed
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["category_name"] == "Coffee Shops")
        .collect();
    assert!(
        of_household
            .iter()
            .any(|one| one["date"] == "2026-01-15" && one["amount"] == 4.75),
        "{listed}"
    );
}

#[tokio::test]
async fn login_finds_the_same_by_the_workflow() {
    let sandbox = started().await;
    let nexus = sandbox.nexus().build().unwrap();
    let user = known_user(&nexus, "U-eve").await;
    let bank = find(&user, "My \"Bank\"").await;
    // The helper signs in as mxuser, who is not chosen.
    let member = connect(&user, &bank, "any").await;
    let owners = user.identify(member.member()).with_polling(polling());
    assert!(
        !owners
            .run(PATIENCE, async |_| None)
            .await
            .unwrap()
            .is_empty()
    );
    let member = sandbox
        .add_chosen_member("U-eve", Member::new("empty").at("MX Bank"))
        .unwrap();
    let owners = user.identify(member).with_polling(polling());
    assert!(
        owners
            .run(PATIENCE, async |_| None)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn member_of_the_world_has_run_its_jobs() {
    let sandbox = started().await;
    let kinds: Vec<JobKind> = sandbox.jobs().into_iter().map(|job| job.kind).collect();
    assert_eq!(kinds.len(), 2);
    assert!(kinds.contains(&JobKind::Aggregation) && kinds.contains(&JobKind::Identification));
    let refused = sandbox.add_chosen_member(ADA, Member::new("x").at("nowhere"));
    assert!(refused.is_err());
}

#[tokio::test]
async fn reset_goes_back_to_the_world() {
    let sandbox = started().await;
    let nexus = sandbox.nexus().build().unwrap();
    let api = known_user(&nexus, "U-new").await.api().await.unwrap();
    api.list_members().send().await.unwrap();
    sandbox.fault(Fault::status(503)).unwrap();
    let answered = ask(&sandbox, "POST /_sandbox/reset", "").await;
    assert_eq!(answered.body, json!({"members": 2}));
    assert!(sandbox.faults().is_empty() && sandbox.requests().is_empty());
    assert_eq!(sandbox.expire_sessions(), 0);
    // The first client has its session still.
    let nexus = sandbox.nexus().build().unwrap();
    assert_eq!(
        nexus.user("U-new").api().await.unwrap_err().status(),
        Some(404)
    );
    nexus.user(ADA).api().await.unwrap();
}

#[tokio::test]
async fn world_is_replaced_over_http() {
    let sandbox = Sandbox::start().await.unwrap();
    assert_eq!(
        ask(&sandbox, "GET /_sandbox/world", "").await.body,
        json!({})
    );
    let wanted = serde_json::to_value(world()).unwrap();
    let put = ask(&sandbox, "PUT /_sandbox/world", &wanted.to_string()).await;
    assert_eq!((put.status, &put.body), (200, &json!({"members": 2})));
    assert_eq!(ask(&sandbox, "GET /_sandbox/world", "").await.body, wanted);
    let wrong = "{\n\"users\": [{\"id\": \"U-1\", \"member\": []}]}";
    let refusal = ask(&sandbox, "PUT /_sandbox/world", wrong).await;
    let message = refusal.body["error"]["message"].as_str().unwrap();
    assert!(
        refusal.status == 400 && message.contains("line 2"),
        "{message}"
    );
    assert_eq!(ask(&sandbox, "GET /_sandbox/world", "").await.body, wanted);
    let schema = ask(&sandbox, "GET /_sandbox/world/schema", "").await.body;
    assert!(schema["properties"]["logins"].is_object(), "{schema}");
    assert!(
        sandbox
            .set_world(World::new().user(User::new("no spaces")))
            .is_err()
    );
}
