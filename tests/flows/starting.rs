//! The start: accepted, joined, in the way of another job, refused.

use mx_nexus::identity::OtherJob;
use serde_json::json;

use super::script::{answer, joined, member_with, status};
use super::*;

#[tokio::test]
async fn an_identification_that_runs_already_is_joined() {
    let script = [member("CONNECTED~#2"), joined("CONNECTED~#2")];
    insta::assert_snapshot!(transcript(then(script, well())).await);
}

#[tokio::test]
async fn another_job_is_waited_for() {
    let script = [
        member("CONNECTED#1"),
        status(409),
        member("CONNECTED~#9"),
        member("CONNECTED~#9"),
        member("CONNECTED#9"),
        member("CONNECTED~#2"),
    ];
    insta::assert_snapshot!(transcript(then(script, well())).await);
}

#[tokio::test]
async fn another_job_is_not_waited_for() {
    let server = Server::start([member("CONNECTED~#9"), status(409)]);
    let identify = identify(&server).on_other_job(OtherJob::Refuse);
    run(&server, identify).await;
    insta::assert_snapshot!(all_of(&server));
}

#[tokio::test]
async fn the_institution_does_not_support_it() {
    let said =
        json!({"error": {"code": 4000, "message": "Institution does not support identification."}});
    let script = [member("CONNECTED#1"), answer(400, &said)];
    insta::assert_snapshot!(transcript(script).await);
}

#[tokio::test]
async fn the_partner_may_not() {
    insta::assert_snapshot!(transcript([member("CONNECTED#1"), status(403)]).await);
}

#[tokio::test]
async fn an_institution_that_does_not_support_it_is_found_out_before_the_start() {
    let of_institution = || member_with(200, "CONNECTED#1", json!({"institution_guid": "INS-1"}));
    let institution = |supports| {
        let institution = json!({"guid": "INS-1", "supports_account_identification": supports});
        answer(200, &json!({"institution": institution}))
    };
    for (name, supports) in [("no", Some(false)), ("yes", Some(true)), ("silent", None)] {
        let check = [of_institution(), institution(supports)];
        let script = match supports {
            Some(false) => check.to_vec(),
            _ => then(check, after_start(well())),
        };
        let server = Server::start(script);
        run(&server, identify(&server).checking_institution()).await;
        insta::assert_snapshot!(
            format!("checking_an_institution_that_says_{name}"),
            all_of(&server)
        );
    }
}

#[tokio::test]
async fn transactions_are_gathered_only_when_asked_for() {
    let server = Server::start(after_start(well()));
    run(&server, identify(&server).include_transactions(true)).await;
    let wanted = r#"POST /members/MBR-1/identify {"include_transactions":true}"#;
    assert_eq!(server.count(wanted), 1, "{}", server.transcript());
}
