//! Random calls in random order: every reply is as documented, and no member has two running jobs.

use super::*;
use crate::state::JobState::{Challenged, Running};

const OPERATIONS: [&str; 17] = [
    "readMember",
    "listMembers",
    "listMemberChallenges",
    "listMemberAccounts",
    "listAccountOwners",
    "readAccountNumbers",
    "listMemberCredentials",
    "generateOauthWindowUri",
    "identifyMember",
    "verifyMember",
    "extendTransactionHistory",
    "checkMemberBalance",
    "aggregateMember",
    "refreshMember",
    "aggregateAllMembers",
    "refreshAllMembers",
    "deleteMember",
];

const PASSWORDS: [&str; 9] = [
    "x",
    "challenge",
    "two_questions",
    "phone",
    "second_chance",
    "slow",
    "delayed",
    "INVALID",
    "quick",
];

const ANSWERS: [&str; 5] = ["correct", "challenge", "wrong", "UNAVAILABLE", ""];

#[tokio::test(start_paused = true)]
async fn random_calls_are_answered_as_documented() {
    for seed in 0..20 {
        let client = TestClient::new();
        let mut chance = fastrand::Rng::with_seed(seed);
        let mut members = vec![String::from("MBR-0")];
        for step in 0..150 {
            let member = chance.choice(&members).unwrap().clone();
            match chance.u8(0..10) {
                0 => members.extend(new_member(&client, &mut chance, step)),
                1 | 2 => {
                    let value = chance.choice(ANSWERS).unwrap();
                    if client.send(client.of(&member, "readMember")).0 == 200 {
                        client.answer(&member, value);
                    }
                }
                3 => {
                    let consent = match chance.bool() {
                        true => Consent::Given,
                        false => Consent::Declined,
                    };
                    client.store.finish_oauth(&member, consent);
                }
                4 => {
                    let body = json!({"user": {"is_disabled": chance.u8(0..4) == 0}});
                    let call = client.partner(Api::Mdx, "updateUser").at("user_id", "ada");
                    client.send(call.body(body));
                }
                5 => {
                    let lag = Lag::readings(chance.u32(0..4)).after(chance.u32(0..2));
                    client.send(client.of(&member, "identifyMember").lagging(lag));
                }
                _ => {
                    let operation = chance.choice(OPERATIONS).unwrap();
                    client.send(client.of(&member, operation));
                }
            }
            advance(Duration::from_millis(chance.u64(0..1_500))).await;
            check_running_jobs(&client);
        }
    }
}

fn new_member(client: &TestClient, chance: &mut fastrand::Rng, step: usize) -> Option<String> {
    let codes = ["mxbank", "sandbox_bank", "sandbox_savings", "mx_bank_oauth"];
    let code = chance.choice(codes).unwrap();
    let more = json!({
        "is_oauth": code == "mx_bank_oauth",
        "skip_aggregation": chance.bool(),
    });
    let login = format!("login-{step}");
    let password = chance.choice(PASSWORDS).unwrap();
    let (status, body) = client.request(code, &[&login, password], more);
    assert_eq!(status, 200);
    body["member"]["guid"].as_str().map(str::to_owned)
}

fn check_running_jobs(client: &TestClient) {
    let mut is_aggregating = std::collections::HashSet::new();
    for job in client.store.jobs() {
        let is_running = matches!(job.state, Running | Challenged);
        assert!(
            !is_running || is_aggregating.insert(job.member.clone()),
            "{job:?}"
        );
    }
}
