//! Institutions that sign people in on their own pages.

use mx_nexus::connect::{ConnectErrorKind, FormValues};
use serde_json::{Value, json};

use crate::recorder::{Recorder, member};
use crate::{
    CREATE, WINDOW, answer, described, entries, form, name_and_password, oauth_bank, password_bank,
    transcript, user, window,
};

#[tokio::test]
async fn with_oauth_the_address_comes_of_the_creation() {
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
async fn with_oauth_the_address_is_asked_for_where_the_creation_lacks_it() {
    let server = oauth_bank(|heard, _| match heard.line.as_str() {
        CREATE => member("MBR-1"),
        _ => window("https://bank.example/sign-in"),
    })
    .await;
    let connection = form(&server).await.submit(FormValues::new()).await.unwrap();
    assert!(connection.oauth_window().is_some());
    assert_eq!(server.lines()[2..], [CREATE, WINDOW]);
}

#[tokio::test]
async fn with_oauth_an_app_says_where_it_takes_the_person_up_again() {
    let server = oauth_bank(|_, _| window("https://bank.example/sign-in")).await;
    let form = form(&server).await;
    let web_view = form
        .clone()
        .returning_to_url("https://app.example/done?a=b");
    web_view.submit(FormValues::new()).await.unwrap();
    let app = form.returning_to_scheme("my-app");
    app.submit(FormValues::new()).await.unwrap();
    insta::assert_snapshot!(server.lines()[2..].join("\n"));
}

#[tokio::test]
async fn an_institution_with_fields_and_oauth_leaves_the_choice() {
    let server = password_bank(|_, _| window("https://bank.example/sign-in")).await;
    let form = form(&server).await;
    assert!(!form.is_oauth());
    let form = form.by_oauth();
    assert!(form.is_oauth() && form.fields().is_empty());
    let error = form.submit(entries()).await.unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::InvalidValue);
    form.submit(FormValues::new()).await.unwrap();
    let sent: Value = serde_json::from_str(&server.heard()[2].body).unwrap();
    assert_eq!(sent["member"]["is_oauth"], true);
    assert!(sent["member"].get("credentials").is_none());
}

#[tokio::test]
async fn a_member_without_an_address_is_reconnected_and_not_created_again() {
    let server = oauth_bank(|heard, before| match heard.line.as_str() {
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
async fn the_member_itself_says_whether_it_signs_in_by_oauth() {
    let some = name_and_password(["CRD-1", "CRD-2"]);
    for (member, credentials, is_oauth) in [
        // The institution has fields too, but this member was made without.
        (json!({"is_oauth": true}), some.clone(), Some(true)),
        (json!({"is_oauth": true}), json!([]), Some(true)),
        (json!({"is_oauth": false}), some.clone(), Some(false)),
        (json!({"is_oauth": null}), some, Some(false)),
        // A list that is empty for another reason sends nobody to a page that is not there.
        (
            json!({"is_oauth": false, "is_manual": true}),
            json!([]),
            None,
        ),
        (json!({}), json!([]), None),
    ] {
        let described = member.clone();
        let server = Recorder::start(move |heard, _| match heard.line.as_str() {
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
