//! Connecting a member over HTTP: searches, forms, requests, refusals and lost answers.

#![allow(clippy::unwrap_used, reason = "set-up fails by panicking")]

use mx_nexus::User;
use mx_nexus::connect::{ConnectError, Form, FormValues};
use serde_json::{Value, json};

#[path = "../support/recorder.rs"]
mod recorder;

#[cfg(feature = "atrium")]
mod atrium;
mod losses;
mod oauth;
mod refusals;
mod searching;
mod submitting;

use recorder::{Answer, Received, Recorder};

const LOGIN: &str = "the-login-of-ada";
const PASSWORD: &str = "the-password-of-ada";
const CREATE: &str = "POST /members";
const UPDATE: &str = "PUT /members/MBR-1";
const WINDOW: &str = "GET /members/MBR-1/oauth_window_uri?skip_aggregation=true";

fn answer(status: u16, body: &Value) -> Answer {
    Answer::json(status, &body.to_string())
}

/// A bank with this institution and these credentials; all other requests are answered by the test.
async fn bank(
    institution: Value,
    credentials: Value,
    rest: impl Fn(&Received, usize) -> Answer + Send + Sync + 'static,
) -> Recorder {
    Recorder::start(move |received, before| match received.line.as_str() {
        "GET /institutions/INS-1" => answer(200, &json!({"institution": institution})),
        "GET /institutions/INS-1/credentials" | "GET /members/MBR-1/credentials" => {
            answer(200, &json!({"credentials": credentials}))
        }
        // A bank without credentials uses OAuth.
        "GET /members/MBR-1" => {
            let is_oauth = credentials == json!([]);
            answer(
                200,
                &json!({"member": {"guid": "MBR-1", "is_oauth": is_oauth}}),
            )
        }
        _ => rest(received, before),
    })
    .await
}

/// A bank with a username and a password.
async fn password_bank(
    rest: impl Fn(&Received, usize) -> Answer + Send + Sync + 'static,
) -> Recorder {
    let institution = json!({"guid": "INS-1", "name": "MX Bank", "supports_oauth": true});
    bank(institution, name_and_password(["CRD-1", "CRD-2"]), rest).await
}

/// A bank with OAuth only.
async fn oauth_bank(rest: impl Fn(&Received, usize) -> Answer + Send + Sync + 'static) -> Recorder {
    let institution = json!({"guid": "INS-1", "supports_oauth": true});
    bank(institution, json!([]), rest).await
}

fn name_and_password(guids: [&str; 2]) -> Value {
    json!([
        {"guid": guids[0], "display_order": 1, "label": "Username", "field_type": 3},
        {"guid": guids[1], "display_order": 2, "label": "Password", "field_type": 1},
    ])
}

fn window(address: &str) -> Answer {
    let member = json!({"guid": "MBR-1", "oauth_window_uri": address});
    answer(200, &json!({"member": member}))
}

fn user(server: &Recorder) -> User {
    server.nexus().with_session_token("s")
}

async fn form(server: &Recorder) -> Form {
    user(server).connect("INS-1").await.unwrap()
}

fn entries() -> FormValues {
    FormValues::new()
        .with("CRD-1", LOGIN)
        .with("CRD-2", PASSWORD)
}

/// The requests, without the values of the user.
fn transcript(server: &Recorder) -> String {
    let text = server.transcript();
    text.replace(LOGIN, "[login]")
        .replace(PASSWORD, "[password]")
}

/// Kind and message of an error; checks that it prints no value of the user.
fn described(error: &ConnectError) -> String {
    let debug = format!("{error:?} {:?}", error.form());
    assert!(!debug.contains("-of-ada"), "{debug}");
    let text = format!("{:?}: {error}\n", error.kind());
    assert!(!text.contains("-of-ada"), "{text}");
    text
}
