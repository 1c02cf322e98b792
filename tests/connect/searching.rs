//! Searches for institutions, and the forms of one.

use std::fmt::Write as _;

use mx_nexus::connect::{ConnectErrorKind, Search};
use mx_nexus::pages::Paged;
use serde_json::json;

use crate::recorder::{Answer, Recorder};
use crate::{answer, bank, form, name_and_password, password_bank, user};

#[tokio::test]
async fn search_by_name_and_by_url() {
    let server = Recorder::start(|_, _| answer(200, &json!({"institutions": []}))).await;
    let user = user(&server);
    for search in [
        Search::by_name("MX Bank"),
        Search::by_name(""),
        Search::by_url("https://mx.com"),
        Search::by_name("MX Bank").identifying(),
        Search::by_url("https://mx.com")
            .with_country("US")
            .with_country("CA")
            .identifying(),
    ] {
        let found = user.search_institutions(search).await.unwrap();
        assert!(found.is_empty());
    }
    insta::assert_snapshot!(server.transcript());
}

#[tokio::test]
async fn search_reads_one_page_and_its_call_reads_all() {
    let server = Recorder::start(|received, _| {
        let page = if received.line.contains("page=2") {
            2
        } else {
            1
        };
        answer(
            200,
            &json!({
                "institutions": [{"guid": format!("INS-{page}")}],
                "pagination": {"current_page": page, "total_pages": 2},
            }),
        )
    })
    .await;
    let user = user(&server);
    let first = user.search_institutions(Search::by_name("")).await.unwrap();
    assert_eq!(first.len(), 1);

    let api = user.api().await.unwrap();
    let mut all = Search::by_name("").with_country("US").call(&api).items();
    let mut guids = Vec::new();
    while let Some(institution) = all.next().await {
        guids.push(institution.unwrap().guid.unwrap().to_string());
    }
    assert_eq!(guids, ["INS-1", "INS-2"]);
    assert_eq!(
        server.lines()[1..],
        [
            "POST /institutions/search?iso_country_code%5B%5D=US&page=1",
            "POST /institutions/search?iso_country_code%5B%5D=US&page=2",
        ]
    );
}

#[tokio::test]
async fn fields_of_a_form_follow_the_credentials() {
    let credentials = json!([
        {"guid": "CRD-7", "label": "Remember me", "field_type": 4, "display_order": 7, "optional": true},
        {"guid": "CRD-2", "label": "Password", "field_type": 1, "display_order": 2, "max_length": 12},
        {"guid": "CRD-1", "label": "Username", "field_type": 3, "display_order": 1, "max_length": 0},
        {"guid": "CRD-3", "label": "", "display_name": "Branch", "field_type": 2, "display_order": 3,
         "options": [{"label": "North", "value": "n"}, {"label": "South", "value": null}]},
        {"guid": "CRD-4", "field_name": "PIN", "field_type": null, "field_type_name": "PASSWORD", "display_order": 4},
        {"guid": "CRD-5", "label": "Kind", "field_type": 5, "display_order": 5,
         "options": [{"label": "Person", "value": "p"}]},
        {"guid": "CRD-6", "label": "Of a kind never seen", "field_type": 99, "display_order": 6},
        {"guid": "CRD-8", "label": "Without an order", "field_type": "URL", "display_order": null},
        {"guid": null, "label": "Without an identifier"},
    ]);
    let institution =
        json!({"guid": "INS-1", "name": "MX Bank", "forgot_password_url": "https://mx.com/forgot"});
    let server = bank(institution, credentials, |_, _| Answer::HangUp).await;
    let form = form(&server).await;
    let mut text = String::new();
    for field in form.fields() {
        let options = field.options().iter();
        let options: Vec<String> = options
            .map(|option| format!("{}={}", option.label(), option.value()))
            .collect();
        writeln!(
            text,
            "{} {:?} {} {} optional={} max={:?} {options:?}",
            field.guid(),
            field.label(),
            field.kind(),
            field.html_input(),
            field.is_optional(),
            field.max_length(),
        )
        .unwrap();
    }
    insta::assert_snapshot!(text);
    assert!(!form.is_oauth());
    let institution = form.institution().unwrap();
    assert_eq!(institution.name.as_deref(), Some("MX Bank"));
}

#[tokio::test]
async fn institution_without_a_way_to_connect_is_closed() {
    let some = name_and_password(["CRD-1", "CRD-2"]);
    for (institution, credentials, is_open) in [
        (json!({"is_hidden": true}), some.clone(), false),
        (json!({"is_disabled_by_client": true}), some.clone(), false),
        (
            json!({"is_disabled_by_client": true, "is_test": true}),
            some.clone(),
            false,
        ),
        (json!({}), json!([]), false),
        (json!({"supports_oauth": null}), json!([]), false),
        // As the reference shows MX Bank.
        (
            json!({"is_hidden": true, "is_test": true}),
            some.clone(),
            true,
        ),
        (json!({"is_hidden": null}), some, true),
        (json!({"supports_oauth": true}), json!([]), true),
    ] {
        let server = bank(institution.clone(), credentials, |_, _| Answer::HangUp).await;
        match user(&server).connect("INS-1").await {
            Ok(_) => assert!(is_open, "{institution}"),
            Err(error) => {
                assert!(!is_open, "{institution}");
                assert_eq!(error.kind(), ConnectErrorKind::Closed);
            }
        }
    }
}

#[tokio::test]
async fn unknown_institution_or_member_is_a_call_error() {
    let server = Recorder::start(|_, _| answer(404, &json!({}))).await;
    let user = user(&server);
    for error in [
        user.connect("INS-9").await.unwrap_err(),
        user.reconnect("MBR-9").await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ConnectErrorKind::Call);
        assert!(error.call_error().unwrap().is_not_found());
        assert!(error.member().is_none());
    }
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test]
async fn institution_without_identification_is_refused_before_credentials_are_entered() {
    for (supports, is_refused) in [
        (json!(false), true),
        (json!(true), false),
        (json!(null), false),
    ] {
        let institution = json!({"guid": "INS-1", "supports_account_identification": supports});
        let credentials = name_and_password(["CRD-1", "CRD-2"]);
        let server = bank(institution, credentials, |_, _| answer(418, &json!({}))).await;
        let form = form(&server).await.identifying();
        assert_eq!(form.is_err(), is_refused);
        if let Err(error) = form {
            assert_eq!(error.kind(), ConnectErrorKind::NotSupported);
            let text = "the institution does not support this kind of job; choose another one";
            assert_eq!(error.to_string(), text);
        }
    }
}

#[tokio::test]
async fn member_to_reconnect_is_not_refused() {
    let server = password_bank(|_, _| answer(418, &json!({}))).await;
    let form = user(&server).reconnect("MBR-1").await.unwrap();
    assert!(form.identifying().is_ok());
}
