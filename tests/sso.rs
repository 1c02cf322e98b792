//! The requests to the SSO API and the decoded answers.

#![allow(clippy::unwrap_used, reason = "set-up fails by panicking")]

use std::fmt::Write as _;

use mx_nexus::sso::{TokenFormat, types, values::WidgetType};
use mx_nexus::{Error, ErrorKind};

#[path = "support/recorder.rs"]
mod recorder;

use recorder::{Answer, Recorder};

const JSON: &str = "application/vnd.moneydesktop.sso.v3+json";
const XML: &str = "application/vnd.moneydesktop.sso.v3+xml";
const WIDGET: &str = r#"{"url":{"url":"https://widgets.example/md/master/ONE-TIME","type":"master_widget","user_id":"U-1"}}"#;

/// The requests and the outcome, for a snapshot.
fn exchange<T: std::fmt::Debug>(server: &Recorder, outcome: &Result<T, Error>) -> String {
    format!("{}===\n{outcome:#?}\n", server.transcript())
}

#[tokio::test]
async fn api_token_as_json() {
    let body = r#"{"api_token":{"token":"abc"}}"#;
    let server = Recorder::answering([Answer::typed(200, JSON, body)]).await;
    let token = server.nexus().sso().unwrap().api_token("U-1").await;
    insta::assert_snapshot!(exchange(&server, &token));
    assert_eq!(token.unwrap().expose(), "abc");
    let received = &server.received()[0];
    assert_eq!(received.header("md-api-key"), Some("the-api-key"));
}

#[tokio::test]
async fn api_token_as_xml() {
    let body = "<api_token>\n  <token>abc</token>\n</api_token>\n";
    let server = Recorder::answering([Answer::typed(200, XML, body)]).await;
    let builder = server.builder().token_format(TokenFormat::Xml);
    let sso = builder.build().unwrap().sso().unwrap();
    let token = sso.api_token("U-1").await;
    insta::assert_snapshot!(exchange(&server, &token));
    assert_eq!(token.unwrap().expose(), "abc");
}

#[tokio::test]
async fn widget_url_without_options() {
    let server = Recorder::answering([Answer::typed(200, JSON, WIDGET)]).await;
    let sso = server.nexus().sso().unwrap();
    let url = sso.widget_url("U-1", WidgetType::MasterWidget).await;
    insta::assert_snapshot!(exchange(&server, &url));
    assert_eq!(
        url.unwrap().expose(),
        "https://widgets.example/md/master/ONE-TIME"
    );
}

#[tokio::test]
async fn unknown_widget_type_is_encoded_in_the_path() {
    let server = Recorder::answering([Answer::typed(200, JSON, WIDGET)]).await;
    let sso = server.nexus().sso().unwrap();
    sso.widget_url("U-1", "next_year/widget").await.unwrap();
    assert_eq!(
        server.lines(),
        ["GET /client/users/U-1/urls/next_year%2Fwidget.json"]
    );
}

#[tokio::test]
async fn widget_url_with_options() {
    let server = Recorder::answering([Answer::typed(200, JSON, WIDGET)]).await;
    let sso = server.nexus().sso().unwrap();
    let request: types::WidgetUrlRequest = types::WidgetUrlRequest::builder()
        .type_(WidgetType::ConnectWidget)
        .current_member_guid(mx_nexus::values::MemberGuid::from("MBR-1"))
        .is_mobile_webview(false)
        .ui_message_version(mx_nexus::values::Text::from("4"))
        .try_into()
        .unwrap();
    let url = sso.widget_url_with("U-1", request).await;
    insta::assert_snapshot!(exchange(&server, &url));
    url.unwrap();
}

#[tokio::test]
async fn widget_url_is_not_retried_because_it_starts_an_aggregation() {
    let server = Recorder::answering([Answer::json(503, "")]).await;
    let sso = server.nexus().sso().unwrap();
    let url = sso.widget_url("U-1", WidgetType::MasterWidget).await;
    assert_eq!(url.unwrap_err().status(), Some(503));
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn answer_without_a_url_is_a_decode_error() {
    let server = Recorder::answering([Answer::typed(200, JSON, "{}")]).await;
    let sso = server.nexus().sso().unwrap();
    let url = sso.widget_url("U-1", WidgetType::MasterWidget).await;
    assert_eq!(url.unwrap_err().kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn end_sessions_accepts_204_and_empty_answers() {
    for answer in [
        Answer::Reply(204, Vec::new(), Vec::new()),
        Answer::typed(200, JSON, "{}"),
        Answer::json(200, ""),
    ] {
        let server = Recorder::answering([answer]).await;
        let sso = server.nexus().sso().unwrap();
        let ended = sso.end_sessions("U-1").await;
        insta::assert_snapshot!("ended", exchange(&server, &ended));
    }
}

#[tokio::test]
async fn refusals_name_the_sso_operation() {
    let mut text = String::new();
    for status in [401, 403, 404, 409] {
        let server = Recorder::answering([Answer::typed(status, JSON, "")]).await;
        let sso = server.nexus().sso().unwrap();
        let xml = server.builder().token_format(TokenFormat::Xml);
        let xml = xml.build().unwrap().sso().unwrap();
        let widget = types::WidgetUrlRequest::builder().type_(WidgetType::ConnectWidget);
        for error in [
            sso.api_token("U-1").await.unwrap_err(),
            xml.api_token("U-1").await.unwrap_err(),
            sso.widget_url("U-1", WidgetType::ConnectWidget)
                .await
                .unwrap_err(),
            sso.widget_url_with("U-1", widget.try_into().unwrap())
                .await
                .unwrap_err(),
            sso.end_sessions("U-1").await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Status);
            assert_eq!(error.status(), Some(status));
            writeln!(text, "{error}").unwrap();
        }
    }
    insta::assert_snapshot!(text);
}
