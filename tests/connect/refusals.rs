//! Refusals of MX, and their errors.

use mx_nexus::ErrorKind;
use mx_nexus::connect::{ConnectErrorKind, FormValues};
use serde_json::json;

use crate::recorder::{Recorder, member, session, token};
use crate::{
    CREATE, LOGIN, PASSWORD, UPDATE, answer, described, entries, form, name_and_password,
    password_bank, user, window,
};

#[tokio::test]
async fn existing_login_is_a_duplicate() {
    let known = json!({"code": 4220, "message": "Member already exists."});
    let echo = json!({"error": {"message": format!("{LOGIN} is taken.")}});
    let mut text = String::new();
    for (status, body) in [(422, known), (409, echo)] {
        let server = password_bank(move |_, _| answer(status, &body)).await;
        let error = form(&server).await.submit(entries()).await.unwrap_err();
        assert_eq!(error.kind(), ConnectErrorKind::Duplicate);
        assert_eq!(server.count(CREATE), 1, "sent once");
        text.push_str(&described(&error));
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn update_with_the_login_of_another_member_is_a_duplicate() {
    let server = password_bank(|_, _| answer(422, &json!({"message": "Taken."}))).await;
    let form = user(&server).reconnect("MBR-1").await.unwrap();
    let error = form.submit(entries()).await.unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::Duplicate);
    insta::assert_snapshot!(described(&error));
    assert_eq!(server.count(UPDATE), 1);
}

#[tokio::test]
async fn update_refused_with_409_is_not_a_duplicate() {
    let server = password_bank(|_, _| answer(409, &json!({}))).await;
    let form = user(&server).reconnect("MBR-1").await.unwrap();
    let error = form.submit(entries()).await.unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::Call);
    assert!(error.call_error().unwrap().is_conflict());
}

#[tokio::test]
async fn changed_fields_give_a_stale_error_with_the_new_form() {
    let server = Recorder::start(|received, before| match received.line.as_str() {
        "GET /institutions/INS-1" => answer(200, &json!({"institution": {"guid": "INS-1"}})),
        line if line.ends_with("/credentials") => {
            let guids = if before < 2 {
                ["CRD-1", "CRD-2"]
            } else {
                ["CRD-3", "CRD-4"]
            };
            answer(200, &json!({"credentials": name_and_password(guids)}))
        }
        _ if received.body.contains("CRD-1") => {
            answer(400, &json!({"message": "Unknown credential"}))
        }
        _ => member("MBR-1"),
    })
    .await;
    let form = form(&server).await.with_external_guid("mine-77");
    let error = form.submit(entries()).await.unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::Stale);
    insta::assert_snapshot!(described(&error));
    let form = error.form().unwrap();
    let guids: Vec<&str> = form
        .fields()
        .iter()
        .map(|field| field.guid().as_str())
        .collect();
    assert_eq!(guids, ["CRD-3", "CRD-4"]);
    let entries = FormValues::new()
        .with("CRD-3", LOGIN)
        .with("CRD-4", PASSWORD);
    form.submit(entries).await.unwrap();
    let last = server.received().pop().unwrap();
    assert!(last.body.contains("mine-77"), "the options are kept");
    assert_eq!(server.count(CREATE), 2);
}

#[tokio::test]
async fn change_to_oauth_gives_a_stale_error_with_the_new_form() {
    let server = Recorder::start(|received, before| match received.line.as_str() {
        "GET /institutions/INS-1" => {
            answer(200, &json!({"institution": {"supports_oauth": before > 1}}))
        }
        "GET /institutions/INS-1/credentials" if before < 2 => answer(
            200,
            &json!({"credentials": name_and_password(["CRD-1", "CRD-2"])}),
        ),
        "GET /institutions/INS-1/credentials" => answer(200, &json!({"credentials": []})),
        _ if received.body.contains("is_oauth") => window("https://bank.example/sign-in"),
        _ => answer(400, &json!({})),
    })
    .await;
    let error = form(&server).await.submit(entries()).await.unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::Stale);
    let form = error.form().unwrap();
    assert!(form.is_oauth());
    let connection = form.submit(FormValues::new()).await.unwrap();
    assert!(connection.oauth_window().is_some());
}

#[tokio::test]
async fn refusal_with_unchanged_fields_is_refused() {
    let server = password_bank(|_, _| answer(400, &json!({"message": "No."}))).await;
    let user = user(&server);
    for form in [
        user.connect("INS-1").await.unwrap(),
        user.reconnect("MBR-1").await.unwrap(),
    ] {
        let error = form.submit(entries()).await.unwrap_err();
        assert_eq!(error.kind(), ConnectErrorKind::Refused);
        assert!(error.form().is_none());
        assert_eq!(error.call_error().unwrap().status(), Some(400));
        described(&error);
    }
    assert_eq!((server.count(CREATE), server.count(UPDATE)), (1, 1));
}

#[tokio::test]
async fn refused_session_is_a_call_error_and_not_of_the_member() {
    for (status, is_new) in [400, 409, 422]
        .into_iter()
        .flat_map(|status| [(status, true), (status, false)])
    {
        let server = Recorder::start(move |received, before| match received.line.as_str() {
            // The session ends when the form is submitted, and SSO opens no other.
            line if line.ends_with("/api_token.json") && before > 1 => {
                answer(status, &json!({"message": "No such user."}))
            }
            line if line.ends_with("/api_token.json") => token("t"),
            "POST /sessions" => session("s"),
            "GET /institutions/INS-1" => answer(200, &json!({"institution": {}})),
            "GET /members/MBR-1" => answer(200, &json!({"member": {}})),
            line if line.ends_with("/credentials") => answer(
                200,
                &json!({"credentials": name_and_password(["CRD-1", "CRD-2"])}),
            ),
            _ => answer(401, &json!({})),
        })
        .await;
        let user = server.nexus().user("U-1");
        let form = match is_new {
            true => user.connect("INS-1").await,
            false => user.reconnect("MBR-1").await,
        };
        let error = form.unwrap().submit(entries()).await.unwrap_err();
        assert_eq!(error.kind(), ConnectErrorKind::Call, "{error}");
        let call = error.call_error().unwrap();
        assert_eq!(
            (call.kind(), call.status()),
            (ErrorKind::Session, Some(status))
        );
        described(&error);
    }
}
