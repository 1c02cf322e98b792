//! Values that a user enters into a form are sent to MX and printed nowhere, even when MX echoes them.

use mx_nexus::connect::{Form, FormValues};
use mx_nexus::{User, values};
use serde_json::json;

use crate::recorder::{Answer, Received, Recorder};
use crate::{MARK, assert_error_quiet, assert_quiet, has_sent_mark, logs};

/// A bank with two credentials, one of them a choice; all other requests are answered by the test.
async fn bank(rest: impl Fn(&Received) -> Answer + Send + Sync + 'static) -> Recorder {
    Recorder::start(move |received, _| match received.line.as_str() {
        "GET /institutions/INS-1" => Answer::json(200, r#"{"institution":{"guid":"INS-1"}}"#),
        line if line.ends_with("/credentials") => {
            let credentials = json!({"credentials": [
                {"guid": "CRD-1", "label": "Password", "field_type": 1},
                {"guid": "CRD-2", "label": "Branch", "field_type": 2, "optional": true,
                 "options": [{"label": "North", "value": "n"}]},
            ]});
            Answer::json(200, &credentials.to_string())
        }
        "GET /members/MBR-1" => Answer::json(200, r#"{"member":{"guid":"MBR-1"}}"#),
        _ => rest(received),
    })
    .await
}

async fn forms(user: &User) -> [Form; 2] {
    [
        user.connect("INS-1").await.unwrap(),
        user.reconnect("MBR-1").await.unwrap(),
    ]
    .map(|form| {
        form.with_external_guid("mine-77")
            .with_metadata(values::Personal::from(MARK))
    })
}

#[tokio::test]
async fn values_of_a_form_are_in_no_error_and_no_log() {
    logs::capture();
    let echo = |status: u16| {
        move |received: &Received| {
            let body = json!({"error": {"code": received.body, "message": received.body}});
            Answer::json(status, &body.to_string())
        }
    };
    for status in [302, 400, 401, 403, 404, 409, 422, 429, 500, 503] {
        let server = bank(echo(status)).await;
        let user = server.nexus().with_session_token("s");
        for form in forms(&user).await {
            let entries = FormValues::new().with("CRD-1", MARK);
            assert_quiet(&format!("{form:?} {entries:?}"));
            let error = form.submit(entries).await.unwrap_err();
            assert_error_quiet(&error);
            assert_quiet(&format!("{:?}", error.form()));
        }
        assert!(has_sent_mark(&server));
    }
    assert_quiet(&logs::log());
}

#[tokio::test]
async fn invalid_value_is_not_printed_in_its_error() {
    let server = bank(|_| Answer::HangUp).await;
    let user = server.nexus().with_session_token("s");
    for form in forms(&user).await {
        for entries in [
            FormValues::new().with("CRD-2", MARK),
            FormValues::new().with("CRD-1", MARK).with("CRD-2", MARK),
            FormValues::new().with("CRD-1", MARK).with("CRD-9", MARK),
        ] {
            let error = form.submit(entries).await.unwrap_err();
            assert_error_quiet(&error);
            assert_quiet(&format!("{:?}", error.form()));
        }
    }
    assert!(!has_sent_mark(&server));
}

#[tokio::test]
async fn oauth_window_is_not_printed() {
    let server = Recorder::start(|received, _| match received.line.as_str() {
        "GET /institutions/INS-1" => {
            Answer::json(200, r#"{"institution":{"supports_oauth":true}}"#)
        }
        "POST /members" => {
            let member =
                json!({"guid": "MBR-1", "oauth_window_uri": format!("https://bank/{MARK}")});
            Answer::json(200, &json!({"member": member}).to_string())
        }
        _ => Answer::json(200, "{}"),
    })
    .await;
    let user = server.nexus().with_session_token("s");
    let form = user.connect("INS-1").await.unwrap();
    let connection = form.submit(FormValues::new()).await.unwrap();
    assert!(connection.oauth_window().unwrap().expose().contains(MARK));
    assert_quiet(&format!("{connection:?}"));
}
