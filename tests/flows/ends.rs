//! Every other end, and what the caller gets.

use serde_json::json;

use super::*;
use crate::script::{Eager, answer, member_with, status};

#[tokio::test]
async fn ends_that_a_user_can_do_something_about() {
    for end in ["DENIED", "PREVENTED", "LOCKED", "IMPEDED", "EXPIRED"] {
        let message = format!("MX says that it is {end}.");
        let message = json!({"connection_status_message": message});
        let ended = member_with(200, &format!("{end}#2"), message);
        let script = [member("CONNECTED~#2"), ended.clone(), ended];
        insta::assert_snapshot!(end.to_lowercase(), transcript(after_start(script)).await);
    }
}

#[tokio::test]
async fn pending_oauth_with_the_address_from_its_own_operation() {
    let address = json!({"member": {"oauth_window_uri": "https://bank.example/S3CR3T"}});
    let script = [
        member("PENDING#2"),
        member("PENDING#2"),
        answer(200, &address),
    ];
    insta::assert_snapshot!(transcript(after_start(script)).await);
}

#[tokio::test]
async fn pending_oauth_without_an_address() {
    let script = [member("PENDING#2"), member("PENDING#2"), status(400)];
    insta::assert_snapshot!(transcript(after_start(script)).await);
}

#[tokio::test]
async fn a_status_that_is_null_once_ends_nothing() {
    let script = [member("null#2"), member("CONNECTED~#2"), member("null")];
    insta::assert_snapshot!(transcript(after_start(then(script, success()))).await);
}

#[tokio::test]
async fn the_outcome_of_the_job_before_is_not_taken() {
    insta::assert_snapshot!(out_of_budget_at("CONNECTED#1").await);
}

/// Spends its budget with four polls that show this, and one on the deadline.
async fn out_of_budget_at(shown: &str) -> String {
    let server = start(after_start(vec![member(shown); 5]));
    let identify = server.client().identify();
    let identify = identify.with_polling(Eager(4));
    run_for(Duration::from_secs(3), &server, identify).await;
    all_of(&server)
}

#[tokio::test]
async fn delayed_for_longer_than_the_budget() {
    insta::assert_snapshot!(out_of_budget_at("DELAYED#2").await);
}

#[tokio::test]
async fn an_unknown_status_is_named_when_the_budget_is_spent() {
    insta::assert_snapshot!(out_of_budget_at("ENTANGLED#2").await);
}
