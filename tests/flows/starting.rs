//! The start: accepted, joined, blocked by another job, refused.

use mx_nexus::identity::OtherJob;
use serde_json::json;

use super::*;
use crate::script::{answer, joined, member_with, status, text_question};

#[tokio::test]
async fn an_identification_that_runs_already_is_joined() {
    let script = [member("CONNECTED~#2"), joined("CONNECTED~#2")];
    insta::assert_snapshot!(transcript(then(script, success())).await);
}

#[tokio::test]
async fn another_job_is_waited_for() {
    let script = [
        member("CONNECTED~#9"),
        status(409),
        member("CONNECTED~#9"),
        member("CONNECTED~#9"),
        member("CONNECTED#9"),
        member("CONNECTED~#2"),
    ];
    insta::assert_snapshot!(transcript(then(script, success())).await);
}

#[tokio::test]
async fn another_job_is_not_waited_for() {
    let server = start([member("CONNECTED~#9"), status(409)]);
    let identify = identify(&server).with_other_job(OtherJob::Refuse);
    run(&server, identify).await;
    insta::assert_snapshot!(all_of(&server));
}

#[tokio::test]
async fn the_institution_does_not_support_it() {
    let message =
        json!({"error": {"code": 4000, "message": "Institution does not support identification."}});
    let script = [member("CONNECTED#1"), answer(400, &message)];
    insta::assert_snapshot!(transcript(script).await);
}

#[tokio::test]
async fn identification_is_not_enabled() {
    insta::assert_snapshot!(transcript([member("CONNECTED#1"), status(403)]).await);
}

/// A member of an institution.
fn of_institution(text: &str) -> Reply {
    member_with(200, text, json!({"institution_guid": "INS-1"}))
}

fn institution(supports: Option<bool>) -> Reply {
    let institution = json!({"guid": "INS-1", "supports_account_identification": supports});
    answer(200, &json!({"institution": institution}))
}

#[tokio::test]
async fn the_institution_is_read_before_the_start() {
    for (name, supports) in [("no", Some(false)), ("yes", Some(true)), ("silent", None)] {
        let check = [of_institution("CONNECTED#1"), institution(supports)];
        let script = match supports {
            Some(false) => check.to_vec(),
            _ => then(check, then([member("CREATED~#2")], success())),
        };
        insta::assert_snapshot!(
            format!("an_institution_that_says_{name}"),
            transcript(script).await
        );
    }
}

#[tokio::test]
async fn the_institution_is_read_once_by_a_client_and_not_when_switched_off() {
    let second = [
        of_institution("CONNECTED#2"),
        member("CREATED~#3"),
        member("CONNECTED#3"),
        owners(&[]),
    ];
    let check = [
        of_institution("CONNECTED#1"),
        institution(Some(true)),
        member("CREATED~#2"),
    ];
    let server = start(then(then(check, success()), second));
    let client = server.client();
    for _ in 0..2 {
        let identify = client.identify().with_polling(at_once());
        run(&server, identify).await;
    }
    assert_eq!(
        server.count("GET /institutions/INS-1"),
        1,
        "{}",
        server.transcript()
    );

    let script = then(
        [of_institution("CONNECTED#1"), member("CREATED~#2")],
        success(),
    );
    let server = start(script);
    run(&server, identify(&server).with_institution_check(false)).await;
    assert_eq!(
        server.count("GET /institutions/INS-1"),
        0,
        "{}",
        server.transcript()
    );
}

#[tokio::test]
async fn the_question_of_another_job_is_asked_before_the_start() {
    let script = [
        member("CHALLENGED#9"),
        status(409),
        member("CHALLENGED#9"),
        text_question("CRD-9", "Town?"),
        member("RESUMED~#9"),
        member("CONNECTED~#9"),
        member("CONNECTED#9"),
        member("CREATED~#10"),
        member("CONNECTED#10"),
        owners(&["ACT-1"]),
    ];
    insta::assert_snapshot!(transcript(script).await);
}

#[tokio::test]
async fn a_start_that_was_carried_out_and_answered_409_is_found() {
    let script = [member("CONNECTED#1"), status(409), member("CREATED~#2")];
    insta::assert_snapshot!(transcript(then(script, success())).await);
}

#[tokio::test]
async fn transactions_are_gathered_only_when_asked_for() {
    let server = start(after_start(success()));
    run(&server, identify(&server).with_transactions(true)).await;
    let wanted = r#"POST /members/MBR-1/identify {"include_transactions":true}"#;
    assert_eq!(server.count(wanted), 1, "{}", server.transcript());
}
