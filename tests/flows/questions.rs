//! Questions of every kind, and answers that are right, wrong, late or lost.

use serde_json::json;

use super::*;
use crate::script::{challenges, status, text_question};

/// One transparent pixel.
const PIXEL: &str =
    "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

/// A question, and the answer taken.
fn round(question: Reply) -> Vec<Reply> {
    vec![member("CHALLENGED#2"), question, member("RESUMED~#2")]
}

fn town() -> Reply {
    text_question("CRD-1", "Town?")
}

#[tokio::test]
async fn one_round() {
    insta::assert_snapshot!(transcript(after_start(then(round(town()), success()))).await);
}

#[tokio::test]
async fn two_rounds() {
    let second = round(text_question("CRD-2", "Pet?"));
    let script = then(then(round(town()), second), success());
    insta::assert_snapshot!(transcript(after_start(script)).await);
}

#[tokio::test]
async fn stale_challenged_after_the_answer() {
    let stale = [
        member("CHALLENGED#2"),
        town(),
        member("CHALLENGED#2"),
        town(),
    ];
    let script = [member("CHALLENGED#2"), town(), member("RESUMED#2")];
    let script = then(script, then(stale, [member("RESUMED~#2")]));
    insta::assert_snapshot!(transcript(after_start(then(script, success()))).await);
}

#[tokio::test]
async fn options_then_token() {
    let options = challenges(json!([{
        "guid": "CRD-1", "type": "OPTIONS", "label": "Where shall the code go?", "options": [
            {"guid": "OPT-1", "label": "Phone", "value": "phone"},
            {"guid": "OPT-2", "label": "Mail", "value": "mail"},
        ]
    }]));
    let token = challenges(json!([{"guid": "CRD-2", "type": "TOKEN", "label": "The code?"}]));
    let script = then(then(round(options), round(token)), success());
    insta::assert_snapshot!(transcript(after_start(script)).await);
}

#[tokio::test]
async fn images() {
    let data = challenges(json!([
        {"guid": "CRD-1", "type": "IMAGE_DATA", "label": "What does it show?", "image_data": PIXEL}
    ]));
    let options = challenges(json!([{
        "guid": "CRD-2", "type": "IMAGE_OPTIONS", "label": "Which is yours?", "image_options": [
            {"label": "Boat", "value": "boat", "data_uri": PIXEL},
            {"label": "Broken", "value": "broken", "data_uri": "data:image/png;base64,?"},
        ]
    }]));
    let script = then(then(round(data), round(options)), success());
    insta::assert_snapshot!(transcript(after_start(script)).await);
}

#[tokio::test]
async fn several_at_once_and_an_unknown_kind() {
    let several = challenges(json!([
        {"guid": "CRD-1", "type": "TEXT", "label": "Town?"},
        {"guid": "CRD-2", "type": "RIDDLE", "field_name": "What walks on four legs?"},
        {"type": "TEXT", "label": "a question without an identifier"},
    ]));
    insta::assert_snapshot!(transcript(after_start(then(round(several), success()))).await);
}

#[tokio::test]
async fn a_wrong_answer_is_asked_again() {
    let script = then(round(town()), [member("REJECTED#2")]);
    let script = then(script, then(round(town()), success()));
    insta::assert_snapshot!(transcript(after_start(script)).await);
}

#[tokio::test]
async fn a_wrong_answer_that_is_not_asked_again() {
    let script = [member("CHALLENGED#2"), town(), member("RESUMED~#2")];
    let script = then(script, vec![member("REJECTED#2"); 4]);
    insta::assert_snapshot!(transcript(after_start(script)).await);
}

/// A `PUT` of answers that fails.
fn put(reply: Reply) -> Vec<Reply> {
    vec![member("CHALLENGED#2"), town(), reply]
}

#[tokio::test]
async fn answers_that_come_too_late() {
    let script = then(put(status(405)), [member("EXPIRED#2")]);
    insta::assert_snapshot!(transcript(after_start(script)).await);
}

#[tokio::test]
async fn answers_that_mx_refuses_twice() {
    let script = then(
        put(status(400)),
        [town(), status(400), town(), member("RESUMED~#2")],
    );
    insta::assert_snapshot!(transcript(after_start(then(script, success()))).await);
}

#[tokio::test]
async fn answers_that_mx_refuses_three_times() {
    let again = [town(), status(400), town(), status(400)];
    insta::assert_snapshot!(transcript(after_start(then(put(status(400)), again))).await);
}

#[tokio::test]
async fn an_answer_that_is_lost_and_had_arrived() {
    let script = then(put(Reply::HangUp), [member("RESUMED~#2")]);
    insta::assert_snapshot!(transcript(after_start(then(script, success()))).await);
}

#[tokio::test]
async fn an_answer_that_is_lost_and_had_not_arrived() {
    let still = [member("CHALLENGED#2"), town()];
    let still = still.iter().cycle().take(20).cloned();
    let script = then(put(Reply::HangUp), then(still, [member("RESUMED~#2")]));
    insta::assert_snapshot!(transcript(after_start(then(script, success()))).await);
}

#[tokio::test]
async fn challenged_with_nothing_to_ask() {
    let nothing = [member("CHALLENGED#2"), status(204)];
    let script = then(nothing, round(town()));
    insta::assert_snapshot!(transcript(after_start(then(script, success()))).await);
}

#[tokio::test]
async fn answers_that_do_not_fit_are_not_sent() {
    let options = json!([{"guid": "CRD-1", "type": "OPTIONS", "options": [{"label": "Phone"}]}]);
    let server = start(after_start([member("CHALLENGED#2"), challenges(options)]));
    let mut job = identify(&server).start(LONG).await.unwrap();
    while let Step::Running(_) = job.next().await.unwrap() {}
    for answers in [
        Answers::new(),
        Answers::new().with("CRD-1", "S3CR3T-ANSWER"),
        Answers::new()
            .with("CRD-1", "Phone")
            .with("CRD-9", "S3CR3T-ANSWER"),
    ] {
        note_end(&server, &job.answer(answers).await.unwrap_err());
    }
    insta::assert_snapshot!(all_of(&server));
}
