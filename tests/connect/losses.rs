//! Lost answers: no member is created twice, and a created one is found.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use mx_nexus::connect::{ConnectErrorKind, FormValues};
use serde_json::{Value, json};

use crate::recorder::{Answer, Recorder, member};
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

/// A bank that loses the answers to `lost` creates, and lists these members.
async fn losing(lost: Answer, times: usize, members: Value) -> Recorder {
    let creates = AtomicUsize::new(0);
    password_bank(move |received, _| match received.line.as_str() {
        "GET /members?page=1" => answer(200, &json!({"members": members})),
        CREATE if creates.fetch_add(1, SeqCst) >= times => member("MBR-1"),
        _ => lost.clone(),
    })
    .await
}

fn of_institution(guid: &str, institution: &str, external_guid: Option<&str>) -> Value {
    json!({"guid": guid, "external_guid": external_guid, "institution_guid": institution})
}

#[tokio::test]
async fn lost_answer_to_create_is_an_error_where_the_members_cannot_be_listed() {
    for lost in losses() {
        let server = password_bank(move |_, _| lost.clone()).await;
        let error = form(&server).await.submit(entries()).await.unwrap_err();
        assert_eq!(error.kind(), ConnectErrorKind::AnswerLost, "{error}");
        assert!(error.to_string().starts_with(
            "the answer was lost and the member may exist; list the members before submitting again, "
        ));
        assert_eq!(server.count(CREATE), 1);
        described(&error);
    }
}

#[tokio::test]
async fn lost_answer_to_create_is_an_error_where_the_institution_has_another_member() {
    for lost in losses() {
        let others = json!([of_institution("MBR-7", "INS-1", None)]);
        let server = losing(lost, 1, others).await;
        let error = form(&server).await.submit(entries()).await.unwrap_err();
        assert_eq!(error.kind(), ConnectErrorKind::AnswerLost, "{error}");
        assert_eq!(server.count(CREATE), 1);
    }
}

#[tokio::test]
async fn member_with_a_lost_answer_is_found_by_external_guid() {
    for lost in losses() {
        let members = json!([
            of_institution("MBR-7", "INS-7", Some("mine-77")),
            of_institution("MBR-2", "INS-1", None),
            of_institution("MBR-1", "INS-1", Some("mine-77")),
        ]);
        let server = losing(lost, 9, members).await;
        let form = form(&server).await.with_external_guid("mine-77");
        let connection = form.submit(entries()).await.unwrap();
        assert_eq!(connection.member().as_str(), "MBR-1");
        assert_eq!(server.count(CREATE), 1);
    }
}

#[tokio::test]
async fn create_without_effect_is_sent_once_more() {
    let without_ours = json!([
        of_institution("MBR-7", "INS-7", None),
        of_institution("MBR-2", "INS-1", Some("another")),
    ]);
    let of_others = json!([of_institution("MBR-7", "INS-7", None)]);
    for lost in losses() {
        for (external_guid, members) in [(Some("mine-77"), &without_ours), (None, &of_others)] {
            for (times, is_made) in [(1, true), (2, false)] {
                let server = losing(lost.clone(), times, members.clone()).await;
                let mut form = form(&server).await;
                if let Some(guid) = external_guid {
                    form = form.with_external_guid(guid);
                }
                match form.submit(entries()).await {
                    Ok(connection) => assert!(is_made && connection.member().as_str() == "MBR-1"),
                    Err(error) => {
                        assert!(!is_made, "{error}");
                        assert_eq!(error.kind(), ConnectErrorKind::AnswerLost);
                    }
                }
                assert_eq!(server.count(CREATE), 2);
            }
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
