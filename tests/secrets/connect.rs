//! What a person enters into a form: sent to MX, and seen nowhere else, whatever MX says back.

use std::error::Error as _;

use mx_nexus::connect::{ConnectError, Form, FormValues};
use mx_nexus::{User, values};
use serde_json::json;

use crate::recorder::{Answer, Heard, Recorder};
use crate::{MARK, assert_quiet, listener};

/// A bank that wants two things, offers a choice for one of them, and treats all else as the test says.
async fn bank(rest: impl Fn(&Heard) -> Answer + Send + Sync + 'static) -> Recorder {
    Recorder::start(move |heard, _| match heard.line.as_str() {
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
        _ => rest(heard),
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

/// An error in every way it can be printed, with all that it holds.
fn assert_error_quiet(error: &ConnectError) {
    assert_quiet(&format!("{error} {error:?} {error:#?} {:?}", error.form()));
    let mut source = error.source();
    while let Some(cause) = source {
        assert_quiet(&format!("{cause} {cause:?} {cause:#?}"));
        source = cause.source();
    }
}

#[tokio::test]
async fn what_is_entered_shows_in_no_error_and_no_log() {
    listener::listen();
    let echo = |status: u16| {
        move |heard: &Heard| {
            let body = json!({"error": {"code": heard.body, "message": heard.body}});
            Answer::json(status, &body.to_string())
        }
    };
    for status in [302, 400, 401, 403, 404, 409, 422, 429, 500, 503] {
        let server = bank(echo(status)).await;
        let user = server.nexus().with_session_token("s");
        for form in forms(&user).await {
            let entries = FormValues::new().with("CRD-1", MARK);
            assert_quiet(&format!("{form:?} {entries:?}"));
            assert_error_quiet(&form.submit(entries).await.unwrap_err());
        }
        assert!(server.heard().iter().any(|heard| heard.body.contains(MARK)));
    }
    assert_quiet(&listener::heard());
}

#[tokio::test]
async fn what_does_not_fit_is_named_without_what_was_entered() {
    let server = bank(|_| Answer::HangUp).await;
    let user = server.nexus().with_session_token("s");
    for form in forms(&user).await {
        for entries in [
            FormValues::new().with("CRD-2", MARK),
            FormValues::new().with("CRD-1", MARK).with("CRD-2", MARK),
            FormValues::new().with("CRD-1", MARK).with("CRD-9", MARK),
        ] {
            assert_error_quiet(&form.submit(entries).await.unwrap_err());
        }
    }
    assert!(!server.heard().iter().any(|heard| heard.body.contains(MARK)));
}

#[tokio::test]
async fn the_address_of_oauth_does_not_print() {
    let server = Recorder::start(|heard, _| match heard.line.as_str() {
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
