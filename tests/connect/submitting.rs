//! The requests of a submitted form.

use std::fmt::Write as _;

use mx_nexus::connect::{ConnectErrorKind, FormValues};
use mx_nexus::values::UseCase;
use serde_json::{Value, json};

use crate::recorder::member;
use crate::{
    LOGIN, PASSWORD, answer, bank, described, entries, form, password_bank, transcript, user,
};

#[tokio::test]
async fn submit_creates_a_member_and_skips_the_aggregation() {
    let server = password_bank(|_, _| member("MBR-1")).await;
    let connection = form(&server).await.submit(entries()).await.unwrap();
    assert_eq!(connection.member().as_str(), "MBR-1");
    assert!(connection.oauth_window().is_none());
    insta::assert_snapshot!(transcript(&server));
    let sent: Value = serde_json::from_str(&server.received()[2].body).unwrap();
    assert_eq!(
        sent["member"]["credentials"],
        json!([
            {"credential_guid": "CRD-1", "value": LOGIN},
            {"credential_guid": "CRD-2", "value": PASSWORD},
        ])
    );
}

#[tokio::test]
async fn options_of_the_form_are_sent_with_the_member() {
    let server = password_bank(|_, _| member("MBR-1")).await;
    let user = user(&server);
    for form in [
        user.connect("INS-1").await.unwrap(),
        user.reconnect("MBR-1").await.unwrap(),
    ] {
        let form = form
            .with_external_guid("mine-77")
            .with_metadata("of mine")
            .with_use_cases([UseCase::Pfm])
            .without_background_aggregation();
        let shown = format!("{form:?}");
        assert!(!shown.contains("of mine"), "{shown}");
        form.submit(entries()).await.unwrap();
    }
    let received = server.received();
    let bodies = received.iter().filter(|received| !received.body.is_empty());
    let bodies: Vec<Value> = bodies
        .map(|received| serde_json::from_str(&received.body).unwrap())
        .collect();
    assert_eq!(bodies.len(), 2);
    for body in bodies {
        let member = &body["member"];
        assert_eq!(member["external_guid"], "mine-77");
        assert_eq!(member["metadata"], "of mine");
        assert_eq!(member["use_cases"], json!(["PFM"]));
        assert_eq!(member["background_aggregation_is_disabled"], true);
        assert_eq!(member["skip_aggregation"], true);
    }
}

#[tokio::test]
async fn invalid_values_are_refused_before_sending() {
    let credentials = json!([
        {"guid": "CRD-1", "label": "Username", "field_type": 3, "display_order": 1, "max_length": 16},
        {"guid": "CRD-2", "label": "Password", "field_type": 1, "display_order": 2},
        {"guid": "CRD-3", "label": "Branch", "field_type": 2, "display_order": 3, "optional": true,
         "options": [{"label": "North", "value": "n"}]},
    ]);
    let institution = json!({"guid": "INS-1"});
    let server = bank(institution, credentials, |_, _| member("MBR-1")).await;
    let form = form(&server).await;
    let before = server.lines().len();
    let mut text = String::new();
    for (name, entries) in [
        ("none", FormValues::new()),
        ("one is missing", FormValues::new().with("CRD-1", LOGIN)),
        ("one is empty", entries().with("CRD-2", "")),
        ("one too many", entries().with("CRD-9", PASSWORD)),
        ("too long", entries().with("CRD-1", PASSWORD)),
        ("not offered", entries().with("CRD-3", PASSWORD)),
    ] {
        let error = form.submit(entries).await.unwrap_err();
        assert_eq!(error.kind(), ConnectErrorKind::InvalidValue);
        assert!(error.call_error().is_none());
        write!(text, "{name}: {}", described(&error)).unwrap();
    }
    insta::assert_snapshot!(text);
    assert_eq!(server.lines().len(), before, "nothing was sent");
    form.submit(entries().with("CRD-3", "n")).await.unwrap();
}

#[tokio::test]
async fn reconnect_sends_an_update_with_the_credentials() {
    let server = password_bank(|_, _| member("MBR-1")).await;
    let form = user(&server).reconnect("MBR-1").await.unwrap();
    assert!(form.institution().is_none() && !form.is_oauth());
    let connection = form.submit(entries()).await.unwrap();
    assert_eq!(connection.member().as_str(), "MBR-1");
    insta::assert_snapshot!(transcript(&server));
}

#[tokio::test]
async fn form_values_and_error_are_clone_send_and_sync() {
    fn passes<T: Clone + Send + Sync + std::fmt::Debug + 'static>(_: &T) {}
    let server = password_bank(|_, _| answer(400, &json!({}))).await;
    let form = form(&server).await;
    let entries = entries();
    passes(&form);
    passes(&entries);
    passes(&form.submit(entries.clone()).await.unwrap_err());
}
