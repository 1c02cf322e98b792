//! Every other end, and what the caller is told.

use serde_json::json;

use super::script::{Eager, answer, member_with, status};
use super::*;

#[tokio::test]
async fn ends_that_a_person_can_do_something_about() {
    for end in ["DENIED", "PREVENTED", "LOCKED", "IMPEDED", "EXPIRED"] {
        let words = format!("MX says that it is {end}.");
        let said = json!({"connection_status_message": words});
        let script = [
            member("CONNECTED~#2"),
            member_with(200, &format!("{end}#2"), said),
        ];
        insta::assert_snapshot!(end.to_lowercase(), transcript(after_start(script)).await);
    }
}

#[tokio::test]
async fn pending_oauth_with_the_address_in_the_member() {
    let address = json!({"oauth_window_uri": "https://bank.example/S3CR3T"});
    let script = [member_with(200, "PENDING#2", address)];
    insta::assert_snapshot!(transcript(after_start(script)).await);
}

#[tokio::test]
async fn pending_oauth_with_the_address_from_its_own_operation() {
    let address = json!({"member": {"oauth_window_uri": "https://bank.example/S3CR3T"}});
    let script = [member("PENDING#2"), answer(200, &address)];
    insta::assert_snapshot!(transcript(after_start(script)).await);
}

#[tokio::test]
async fn pending_oauth_without_an_address() {
    let script = [member("PENDING#2"), status(400)];
    insta::assert_snapshot!(transcript(after_start(script)).await);
}

#[tokio::test]
async fn a_manual_member() {
    let script = [member("null"), member("null")];
    let settling = vec![member("null"); 4];
    insta::assert_snapshot!(transcript(then(script, settling)).await);
}

/// Runs out of patience after four polls that show this, and one on the deadline.
async fn out_of_patience(shown: &str) -> String {
    let server = Server::start(after_start(vec![member(shown); 5]));
    let identify = server.user().identify("MBR-1");
    let identify = identify.polling(Eager(4)).patience(Duration::from_secs(3));
    run(&server, identify).await;
    all_of(&server)
}

#[tokio::test]
async fn delayed_for_longer_than_there_is_patience() {
    insta::assert_snapshot!(out_of_patience("DELAYED#2").await);
}

#[tokio::test]
async fn an_unknown_status_is_named_when_patience_runs_out() {
    insta::assert_snapshot!(out_of_patience("ENTANGLED#2").await);
}
