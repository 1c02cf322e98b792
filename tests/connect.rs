//! Getting to a member over the wire: what is searched, asked, sent and refused, and what is never sent twice.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::fmt::Write as _;

use mx_nexus::User;
use mx_nexus::connect::{ConnectError, ConnectErrorKind, Entries, Form, Search};
use mx_nexus::pages::Paged;
use mx_nexus::values::UseCase;
use serde_json::{Value, json};

#[path = "support/recorder.rs"]
mod recorder;

use recorder::{Answer, Heard, Recorder, member};

const LOGIN: &str = "the-login-of-ada";
const PASSWORD: &str = "the-password-of-ada";
const CREATE: &str = "POST /members";
const UPDATE: &str = "PUT /members/MBR-1";
const WINDOW: &str = "GET /members/MBR-1/oauth_window_uri?skip_aggregation=true";

fn answer(status: u16, body: &Value) -> Answer {
    Answer::json(status, &body.to_string())
}

/// A bank with this institution and these credentials; what it says to the rest is up to the test.
async fn bank(
    institution: Value,
    credentials: Value,
    rest: impl Fn(&Heard, usize) -> Answer + Send + Sync + 'static,
) -> Recorder {
    Recorder::start(move |heard, before| match heard.line.as_str() {
        "GET /institutions/INS-1" => answer(200, &json!({"institution": institution})),
        "GET /institutions/INS-1/credentials" | "GET /members/MBR-1/credentials" => {
            answer(200, &json!({"credentials": credentials}))
        }
        _ => rest(heard, before),
    })
    .await
}

/// A bank that wants a name and a password.
async fn password_bank(rest: impl Fn(&Heard, usize) -> Answer + Send + Sync + 'static) -> Recorder {
    let institution = json!({"guid": "INS-1", "name": "MX Bank", "supports_oauth": true});
    bank(institution, name_and_password(["CRD-1", "CRD-2"]), rest).await
}

/// A bank that signs people in on its own page.
async fn oauth_bank(rest: impl Fn(&Heard, usize) -> Answer + Send + Sync + 'static) -> Recorder {
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

fn entries() -> Entries {
    Entries::new().with("CRD-1", LOGIN).with("CRD-2", PASSWORD)
}

/// What was sent, without what the person entered.
fn transcript(server: &Recorder) -> String {
    let text = server.transcript();
    text.replace(LOGIN, "[login]")
        .replace(PASSWORD, "[password]")
}

/// Everything an error tells.
fn told(error: &ConnectError) -> String {
    let debug = format!("{error:?} {:?}", error.form());
    assert!(!debug.contains("-of-ada"), "{debug}");
    let text = format!("{:?}: {error}\n", error.kind());
    assert!(!text.contains("-of-ada"), "{text}");
    text
}

#[tokio::test]
async fn a_search_is_by_name_or_by_address() {
    let server = Recorder::start(|_, _| answer(200, &json!({"institutions": []}))).await;
    let user = user(&server);
    for search in [
        Search::by_name("MX Bank"),
        Search::by_name(""),
        Search::by_url("https://mx.com"),
        Search::by_name("MX Bank").identifying(),
        Search::by_url("https://mx.com")
            .in_country("US")
            .in_country("CA")
            .identifying(),
    ] {
        let found = user.search_institutions(search).await.unwrap();
        assert!(found.is_empty());
    }
    insta::assert_snapshot!(server.transcript());
}

#[tokio::test]
async fn a_search_reads_on_where_it_is_told_to() {
    let server = Recorder::start(|heard, _| {
        let page = if heard.line.contains("page=2") { 2 } else { 1 };
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
    let mut all = Search::by_name("").in_country("US").call(&api).items();
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
async fn a_form_is_shown_as_the_institution_wants_it() {
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
async fn a_member_is_made_of_what_was_entered_and_nothing_is_aggregated() {
    let server = password_bank(|_, _| member("MBR-1")).await;
    let connection = form(&server).await.submit(entries()).await.unwrap();
    assert_eq!(connection.member().as_str(), "MBR-1");
    assert!(connection.oauth_window().is_none());
    insta::assert_snapshot!(transcript(&server));
    let sent: Value = serde_json::from_str(&server.heard()[2].body).unwrap();
    assert_eq!(
        sent["member"]["credentials"],
        json!([
            {"credential_guid": "CRD-1", "value": LOGIN},
            {"credential_guid": "CRD-2", "value": PASSWORD},
        ])
    );
}

#[tokio::test]
async fn a_member_carries_what_the_partner_says_of_it() {
    let server = password_bank(|_, _| member("MBR-1")).await;
    let user = user(&server);
    for form in [
        user.connect("INS-1").await.unwrap(),
        user.mend("MBR-1").await.unwrap(),
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
    let heard = server.heard();
    let bodies = heard.iter().filter(|heard| !heard.body.is_empty());
    let bodies: Vec<Value> = bodies
        .map(|heard| serde_json::from_str(&heard.body).unwrap())
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
async fn entries_that_do_not_fit_are_not_sent() {
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
        ("none", Entries::new()),
        ("one is missing", Entries::new().with("CRD-1", LOGIN)),
        ("one is empty", entries().with("CRD-2", "")),
        ("one too many", entries().with("CRD-9", PASSWORD)),
        ("too long", entries().with("CRD-1", PASSWORD)),
        ("not offered", entries().with("CRD-3", PASSWORD)),
    ] {
        let error = form.submit(entries).await.unwrap_err();
        assert_eq!(error.kind(), ConnectErrorKind::BadEntry);
        assert!(error.call_error().is_none());
        write!(text, "{name}: {}", told(&error)).unwrap();
    }
    insta::assert_snapshot!(text);
    assert_eq!(server.lines().len(), before, "nothing was sent");
    form.submit(entries().with("CRD-3", "n")).await.unwrap();
}

#[tokio::test]
async fn the_same_login_twice_is_a_duplicate() {
    let known = json!({"code": 4220, "message": "Member already exists."});
    let echo = json!({"error": {"message": format!("{LOGIN} is taken.")}});
    let mut text = String::new();
    for (status, body) in [(422, known), (409, echo)] {
        let server = password_bank(move |_, _| answer(status, &body)).await;
        let error = form(&server).await.submit(entries()).await.unwrap_err();
        assert_eq!(error.kind(), ConnectErrorKind::Duplicate);
        assert_eq!(server.count(CREATE), 1, "sent once");
        text.push_str(&told(&error));
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn a_member_is_not_mended_with_the_login_of_another() {
    let server = password_bank(|_, _| answer(422, &json!({"message": "Taken."}))).await;
    let form = user(&server).mend("MBR-1").await.unwrap();
    let error = form.submit(entries()).await.unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::Duplicate);
    insta::assert_snapshot!(told(&error));
    assert_eq!(server.count(UPDATE), 1);
}

#[tokio::test]
async fn a_conflict_while_a_member_is_mended_is_not_taken_for_a_duplicate() {
    let server = password_bank(|_, _| answer(409, &json!({}))).await;
    let form = user(&server).mend("MBR-1").await.unwrap();
    let error = form.submit(entries()).await.unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::Call);
    assert!(error.call_error().unwrap().is_conflict());
}

#[tokio::test]
async fn fields_that_have_changed_come_with_the_refusal() {
    let server = Recorder::start(|heard, before| match heard.line.as_str() {
        "GET /institutions/INS-1" => answer(200, &json!({"institution": {"guid": "INS-1"}})),
        line if line.ends_with("/credentials") => {
            let guids = if before < 2 {
                ["CRD-1", "CRD-2"]
            } else {
                ["CRD-3", "CRD-4"]
            };
            answer(200, &json!({"credentials": name_and_password(guids)}))
        }
        _ if heard.body.contains("CRD-1") => answer(400, &json!({"message": "Unknown credential"})),
        _ => member("MBR-1"),
    })
    .await;
    let form = form(&server).await.with_external_guid("mine-77");
    let error = form.submit(entries()).await.unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::Stale);
    insta::assert_snapshot!(told(&error));
    let form = error.form().unwrap();
    let guids: Vec<&str> = form
        .fields()
        .iter()
        .map(|field| field.guid().as_str())
        .collect();
    assert_eq!(guids, ["CRD-3", "CRD-4"]);
    let entries = Entries::new().with("CRD-3", LOGIN).with("CRD-4", PASSWORD);
    form.submit(entries).await.unwrap();
    let last = server.heard().pop().unwrap();
    assert!(last.body.contains("mine-77"), "what else was said is kept");
    assert_eq!(server.count(CREATE), 2);
}

#[tokio::test]
async fn an_institution_that_has_turned_to_oauth_comes_with_the_refusal_too() {
    let server = Recorder::start(|heard, before| match heard.line.as_str() {
        "GET /institutions/INS-1" => {
            answer(200, &json!({"institution": {"supports_oauth": before > 1}}))
        }
        "GET /institutions/INS-1/credentials" if before < 2 => answer(
            200,
            &json!({"credentials": name_and_password(["CRD-1", "CRD-2"])}),
        ),
        "GET /institutions/INS-1/credentials" => answer(200, &json!({"credentials": []})),
        _ if heard.body.contains("is_oauth") => window("https://bank.example/sign-in"),
        _ => answer(400, &json!({})),
    })
    .await;
    let error = form(&server).await.submit(entries()).await.unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::Stale);
    let form = error.form().unwrap();
    assert!(form.is_oauth());
    let connection = form.submit(Entries::new()).await.unwrap();
    assert!(connection.oauth_window().is_some());
}

#[tokio::test]
async fn a_refusal_of_fields_that_are_as_they_were_is_a_refusal() {
    let server = password_bank(|_, _| answer(400, &json!({"message": "No."}))).await;
    let user = user(&server);
    for form in [
        user.connect("INS-1").await.unwrap(),
        user.mend("MBR-1").await.unwrap(),
    ] {
        let error = form.submit(entries()).await.unwrap_err();
        assert_eq!(error.kind(), ConnectErrorKind::Refused);
        assert!(error.form().is_none());
        assert_eq!(error.call_error().unwrap().status(), Some(400));
        told(&error);
    }
    assert_eq!((server.count(CREATE), server.count(UPDATE)), (1, 1));
}

#[tokio::test]
async fn with_oauth_the_address_comes_of_the_creation() {
    let server = oauth_bank(|_, _| window("https://bank.example/sign-in")).await;
    let form = form(&server).await;
    assert!(form.is_oauth() && form.fields().is_empty());
    let connection = form.submit(Entries::new()).await.unwrap();
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
    let connection = form(&server).await.submit(Entries::new()).await.unwrap();
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
    web_view.submit(Entries::new()).await.unwrap();
    let app = form.returning_to_scheme("my-app");
    app.submit(Entries::new()).await.unwrap();
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
    assert_eq!(error.kind(), ConnectErrorKind::BadEntry);
    form.submit(Entries::new()).await.unwrap();
    let sent: Value = serde_json::from_str(&server.heard()[2].body).unwrap();
    assert_eq!(sent["member"]["is_oauth"], true);
    assert!(sent["member"].get("credentials").is_none());
}

#[tokio::test]
async fn a_member_without_an_address_is_not_made_again_but_mended() {
    let server = oauth_bank(|heard, before| match heard.line.as_str() {
        CREATE => member("MBR-1"),
        WINDOW if before < 4 => answer(404, &json!({})),
        _ => window("https://bank.example/sign-in"),
    })
    .await;
    let error = form(&server)
        .await
        .submit(Entries::new())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::Call);
    insta::assert_snapshot!(told(&error));
    let form = user(&server).mend(error.member().unwrap()).await.unwrap();
    assert!(form.is_oauth());
    let connection = form.submit(Entries::new()).await.unwrap();
    assert!(connection.oauth_window().is_some());
    assert_eq!(
        server.lines()[2..],
        [CREATE, WINDOW, "GET /members/MBR-1/credentials", WINDOW]
    );
}

#[tokio::test]
async fn an_institution_that_takes_nobody_is_closed() {
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
async fn what_is_unknown_is_a_failed_call() {
    let server = Recorder::start(|_, _| answer(404, &json!({}))).await;
    let user = user(&server);
    for error in [
        user.connect("INS-9").await.unwrap_err(),
        user.mend("MBR-9").await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ConnectErrorKind::Call);
        assert!(error.call_error().unwrap().is_not_found());
        assert!(error.member().is_none());
    }
    assert_eq!(server.lines().len(), 2);
}

/// The ways in which the answer to a creation gets lost.
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
async fn a_creation_whose_answer_is_lost_is_not_sent_again() {
    for lost in losses() {
        let server = password_bank(move |_, _| lost.clone()).await;
        let error = form(&server).await.submit(entries()).await.unwrap_err();
        assert_eq!(error.kind(), ConnectErrorKind::AnswerLost, "{error}");
        assert!(error.to_string().starts_with(
            "the answer was lost and the member may have been made; list the members before submitting again: "
        ));
        assert_eq!(server.lines().len(), 3, "nothing but the one POST");
        told(&error);
    }
}

#[tokio::test]
async fn a_creation_whose_answer_is_lost_is_found_by_its_external_guid() {
    for lost in losses() {
        for (external_guid, is_found) in [("mine-77", true), ("another", false)] {
            let lost = lost.clone();
            let server = password_bank(move |heard, _| {
                let members = json!([
                    {"guid": "MBR-7", "external_guid": "mine-77", "institution_guid": "INS-7"},
                    {"guid": "MBR-2", "external_guid": null, "institution_guid": "INS-1"},
                    {"guid": "MBR-1", "external_guid": external_guid, "institution_guid": "INS-1"},
                ]);
                match heard.line.as_str() {
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
async fn an_oauth_member_that_was_found_gets_an_address() {
    let server = oauth_bank(|heard, _| match heard.line.as_str() {
        "GET /members?page=1" => answer(
            200,
            &json!({"members": [{"guid": "MBR-1", "external_guid": "mine-77", "institution_guid": "INS-1"}]}),
        ),
        WINDOW => window("https://bank.example/sign-in"),
        _ => Answer::HangUp,
    })
    .await;
    let form = form(&server).await.with_external_guid("mine-77");
    let connection = form.submit(Entries::new()).await.unwrap();
    assert!(connection.oauth_window().is_some());
    assert_eq!(server.count(CREATE), 1);
}

#[tokio::test]
async fn a_creation_that_never_left_is_no_lost_one() {
    let server = password_bank(|_, _| answer(403, &json!({}))).await;
    let error = form(&server).await.submit(entries()).await.unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::Call);
    assert_eq!(error.call_error().unwrap().status(), Some(403));
}

#[tokio::test]
async fn a_member_is_mended_with_credentials_of_its_own() {
    let server = password_bank(|_, _| member("MBR-1")).await;
    let form = user(&server).mend("MBR-1").await.unwrap();
    assert!(form.institution().is_none() && !form.is_oauth());
    let connection = form.submit(entries()).await.unwrap();
    assert_eq!(connection.member().as_str(), "MBR-1");
    insta::assert_snapshot!(transcript(&server));
}

#[tokio::test]
async fn an_update_whose_answer_is_lost_may_be_sent_again_by_the_person() {
    let server = password_bank(|_, before| match before {
        1 => Answer::HangUp,
        _ => member("MBR-1"),
    })
    .await;
    let form = user(&server).mend("MBR-1").await.unwrap();
    let error = form.submit(entries()).await.unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::Call);
    assert!(error.call_error().unwrap().is_transient());
    form.submit(entries()).await.unwrap();
    assert_eq!(server.count(UPDATE), 2);
}

#[tokio::test]
async fn what_connects_is_cheap_to_pass_on() {
    fn passes<T: Clone + Send + Sync + std::fmt::Debug + 'static>(_: &T) {}
    let server = password_bank(|_, _| answer(400, &json!({}))).await;
    let form = form(&server).await;
    let entries = entries();
    passes(&form);
    passes(&entries);
    passes(&form.submit(entries.clone()).await.unwrap_err());
}
