//! Lost answers: no member is created twice, and a created one is found.

use mx_nexus::connect::{ConnectErrorKind, FormValues};
use serde_json::json;

use crate::recorder::{Answer, member};
use crate::{
    CREATE, UPDATE, WINDOW, answer, described, entries, form, oauth_bank, password_bank, user,
    window,
};

/// The ways to lose the answer to a create.
fn losses() -> [Answer; 5] {
    let body = br#"{"member":{"guid":"MBR-1"}}"#.to_vec();
    [
        Answer::HangUp,
        Answer::Reset(200, body.clone()),
        Answer::Broken(200, body),
        Answer::json(503, ""),
        Answer::json(200, "{}"),
    ]
}

#[tokio::test]
async fn lost_answer_to_create_is_not_retried() {
    for lost in losses() {
        let server = password_bank(move |_, _| lost.clone()).await;
        let error = form(&server).await.submit(entries()).await.unwrap_err();
        assert_eq!(error.kind(), ConnectErrorKind::AnswerLost, "{error}");
        assert!(error.to_string().starts_with(
            "the answer was lost and the member may exist; list the members before submitting again: "
        ));
        assert_eq!(server.lines().len(), 3, "one POST");
        described(&error);
    }
}

#[tokio::test]
async fn member_with_a_lost_answer_is_found_by_external_guid() {
    for lost in losses() {
        for (external_guid, is_found) in [("mine-77", true), ("another", false)] {
            let lost = lost.clone();
            let server = password_bank(move |received, _| {
                let members = json!([
                    {"guid": "MBR-7", "external_guid": "mine-77", "institution_guid": "INS-7"},
                    {"guid": "MBR-2", "external_guid": null, "institution_guid": "INS-1"},
                    {"guid": "MBR-1", "external_guid": external_guid, "institution_guid": "INS-1"},
                ]);
                match received.line.as_str() {
                    "GET /members?page=1" => answer(200, &json!({"members": members})),
                    _ => lost.clone(),
                }
            })
            .await;
            let form = form(&server).await.with_external_guid("mine-77");
            match form.submit(entries()).await {
                Ok(connection) => {
                    assert!(is_found);
                    assert_eq!(connection.member().as_str(), "MBR-1");
                }
                Err(error) => {
                    assert!(!is_found, "{error}");
                    assert_eq!(error.kind(), ConnectErrorKind::AnswerLost);
                }
            }
            assert_eq!(server.count(CREATE), 1);
        }
    }
}

#[tokio::test]
async fn oauth_member_found_by_external_guid_has_a_window() {
    let server = oauth_bank(|received, _| match received.line.as_str() {
        "GET /members?page=1" => answer(
            200,
            &json!({"members": [{"guid": "MBR-1", "external_guid": "mine-77", "institution_guid": "INS-1"}]}),
        ),
        WINDOW => window("https://bank.example/sign-in"),
        _ => Answer::HangUp,
    })
    .await;
    let form = form(&server).await.with_external_guid("mine-77");
    let connection = form.submit(FormValues::new()).await.unwrap();
    assert!(connection.oauth_window().is_some());
    assert_eq!(server.count(CREATE), 1);
}

#[tokio::test]
async fn refused_create_is_not_a_lost_answer() {
    let server = password_bank(|_, _| answer(403, &json!({}))).await;
    let error = form(&server).await.submit(entries()).await.unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::Call);
    assert_eq!(error.call_error().unwrap().status(), Some(403));
}

#[tokio::test]
async fn update_with_a_lost_answer_can_be_submitted_again() {
    let server = password_bank(|_, before| match before {
        2 => Answer::HangUp,
        _ => member("MBR-1"),
    })
    .await;
    let form = user(&server).reconnect("MBR-1").await.unwrap();
    let error = form.submit(entries()).await.unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::Call);
    assert!(error.call_error().unwrap().is_transient());
    form.submit(entries()).await.unwrap();
    assert_eq!(server.count(UPDATE), 2);
}
