//! Institutions with OAuth.

use mx_nexus::connect::{ConnectErrorKind, FormValues};
use serde_json::{Value, json};

use crate::recorder::{Recorder, member};
use crate::{
    CREATE, WINDOW, answer, described, entries, form, name_and_password, oauth_bank, password_bank,
    transcript, user, window,
};

#[tokio::test]
async fn oauth_window_is_taken_from_the_answer_to_create() {
    let server = oauth_bank(|_, _| window("https://bank.example/sign-in")).await;
    let form = form(&server).await;
    assert!(form.is_oauth() && form.fields().is_empty());
    let connection = form.submit(FormValues::new()).await.unwrap();
    let address = connection.oauth_window().unwrap();
    assert_eq!(address.expose(), "https://bank.example/sign-in");
    insta::assert_snapshot!(transcript(&server));
    let shown = format!("{connection:?}");
    assert!(!shown.contains("bank.example"), "{shown}");
}

#[tokio::test]
async fn oauth_window_is_requested_if_create_lacks_it() {
    let server = oauth_bank(|received, _| match received.line.as_str() {
        CREATE => member("MBR-1"),
        _ => window("https://bank.example/sign-in"),
    })
    .await;
    let connection = form(&server).await.submit(FormValues::new()).await.unwrap();
    assert!(connection.oauth_window().is_some());
    assert_eq!(server.lines()[2..], [CREATE, WINDOW]);
}

#[tokio::test]
async fn oauth_return_url_and_scheme_are_sent() {
    let server = oauth_bank(|_, _| window("https://bank.example/sign-in")).await;
    let form = form(&server).await;
    let web_view = form
        .clone()
        .with_return_to_url("https://app.example/done?a=b");
    web_view.submit(FormValues::new()).await.unwrap();
    let app = form.with_return_to_scheme("my-app");
    app.submit(FormValues::new()).await.unwrap();
    insta::assert_snapshot!(server.lines()[2..].join("\n"));
}

#[tokio::test]
async fn institution_with_fields_and_oauth_supports_both() {
    let server = password_bank(|_, _| window("https://bank.example/sign-in")).await;
    let form = form(&server).await;
    assert!(!form.is_oauth());
    let form = form.with_oauth();
    assert!(form.is_oauth() && form.fields().is_empty());
    let error = form.submit(entries()).await.unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::InvalidValue);
    form.submit(FormValues::new()).await.unwrap();
    let sent: Value = serde_json::from_str(&server.received()[2].body).unwrap();
    assert_eq!(sent["member"]["is_oauth"], true);
    assert!(sent["member"].get("credentials").is_none());
}

#[tokio::test]
async fn member_without_an_oauth_window_is_reconnected() {
    let server = oauth_bank(|received, before| match received.line.as_str() {
        CREATE => member("MBR-1"),
        WINDOW if before < 4 => answer(404, &json!({})),
        _ => window("https://bank.example/sign-in"),
    })
    .await;
    let error = form(&server)
        .await
        .submit(FormValues::new())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::Call);
    insta::assert_snapshot!(described(&error));
    let form = user(&server)
        .reconnect(error.member().unwrap())
        .await
        .unwrap();
    assert!(form.is_oauth());
    let connection = form.submit(FormValues::new()).await.unwrap();
    assert!(connection.oauth_window().is_some());
    assert_eq!(
        server.lines()[2..],
        [CREATE, WINDOW, "GET /members/MBR-1", WINDOW]
    );
}

#[tokio::test]
async fn reconnect_uses_is_oauth_of_the_member() {
    let some = name_and_password(["CRD-1", "CRD-2"]);
    for (member, credentials, is_oauth) in [
        // The institution has fields too, but this member was created with OAuth.
        (json!({"is_oauth": true}), some.clone(), Some(true)),
        (json!({"is_oauth": true}), json!([]), Some(true)),
        (json!({"is_oauth": false}), some.clone(), Some(false)),
        (json!({"is_oauth": null}), some, Some(false)),
        // A list that is empty for another reason is not OAuth.
        (
            json!({"is_oauth": false, "is_manual": true}),
            json!([]),
            None,
        ),
        (json!({}), json!([]), None),
    ] {
        let described = member.clone();
        let server = Recorder::start(move |received, _| match received.line.as_str() {
            "GET /members/MBR-1" => answer(200, &json!({"member": member})),
            _ => answer(200, &json!({"credentials": credentials})),
        })
        .await;
        match user(&server).reconnect("MBR-1").await {
            Ok(form) => {
                assert_eq!(Some(form.is_oauth()), is_oauth, "{described}");
                assert_eq!(form.fields().is_empty(), form.is_oauth(), "{described}");
            }
            Err(error) => {
                assert_eq!(is_oauth, None, "{described}");
                assert_eq!(error.kind(), ConnectErrorKind::Closed);
            }
        }
    }
}
