//! Identifiers in paths, proven on the raw request line: encoded rightly, or refused before anything is sent.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::fmt::Write as _;

use mx_nexus::{Error, ErrorKind};

#[path = "support/recorder.rs"]
mod recorder;

use recorder::{Answer, Recorder};

const IDS: [&str; 26] = [
    "U-39XBF7",
    "a/b",
    "..",
    ".",
    "...",
    "",
    " ",
    "a b",
    "Zoë",
    "日本",
    "%",
    "%2e%2e",
    "..%2f",
    "a?b",
    "a#b",
    r"a\b",
    r"..\..\x",
    r"x\..\U-2",
    r".\U-2",
    "../other",
    "a\tb",
    "a\nb",
    "a;b=c",
    "a@b:c",
    "a\"<>`{}|^",
    "a+b&c",
];

/// What came of a call: the request lines that the server heard, or why there are none.
fn outcome(server: &Recorder, result: Result<(), Error>) -> String {
    let lines = server.lines().join(", ");
    match result {
        Ok(()) => lines,
        Err(error) => {
            assert_eq!(lines, "", "a refused call is not sent");
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            let kind = error.kind();
            assert!(matches!(kind, ErrorKind::Request | ErrorKind::Session));
            assert!(!error.is_transient());
            format!("refused: {}", cause.unwrap_or_else(|| error.to_string()))
        }
    }
}

async fn server() -> Recorder {
    Recorder::mx(|_, _| Answer::json(200, "{}")).await
}

#[tokio::test]
async fn the_id_of_a_user_reaches_sso_as_it_is_or_not_at_all() {
    let mut text = String::new();
    for id in IDS {
        let server = server().await;
        let sso = server.nexus().sso().unwrap();
        let result = sso.api_token(id).await.map(drop);
        writeln!(text, "{id:?}\n  {}", outcome(&server, result)).unwrap();
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn the_id_of_a_user_reaches_mdx_as_it_is_or_not_at_all() {
    let mut text = String::new();
    for id in IDS {
        let server = server().await;
        let users = server.nexus().users().unwrap();
        let result = users.delete(id).await;
        writeln!(text, "{id:?}\n  {}", outcome(&server, result)).unwrap();
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn the_guid_of_a_member_cannot_bend_a_delete_into_another() {
    let mut text = String::new();
    for id in IDS {
        let server = server().await;
        let api = server.nexus().with_session_token("s").api().await.unwrap();
        let result = api.delete_member().member_guid(id).send().await.map(drop);
        writeln!(text, "{id:?}\n  {}", outcome(&server, result)).unwrap();
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn two_guids_in_one_path_cannot_make_up_for_each_other() {
    for (notification, deliverable) in [
        ("..", "x"),
        ("x", ".."),
        (".", "x"),
        ("", "x"),
        ("x", ""),
        ("..", "notifications/x"),
        ("..", r"..\deliverables\x"),
    ] {
        let server = server().await;
        let api = server.nexus().with_session_token("s").api().await.unwrap();
        let delete = api
            .delete_deliverable()
            .notification_guid(notification)
            .deliverable_guid(deliverable);
        let error = delete.send().await.unwrap_err();
        assert_eq!(
            error.kind(),
            ErrorKind::Request,
            "{notification} {deliverable}"
        );
        assert!(server.heard().is_empty(), "{notification} {deliverable}");
    }
}

#[tokio::test]
async fn a_client_id_is_encoded_too() {
    let server = server().await;
    let builder = server.builder().credentials("my/client id", "key");
    let sso = builder.build().unwrap().sso().unwrap();
    sso.api_token("U-1").await.unwrap();
    assert_eq!(
        server.lines(),
        ["GET /my%2Fclient%20id/users/U-1/api_token.json"]
    );
}

#[tokio::test]
async fn words_of_the_test_endpoints_are_identifiers_like_any_other() {
    let server = server().await;
    let api = server.nexus().with_session_token("s").api().await.unwrap();
    for word in ["challenged", "MBR-1", "mbr_1~x"] {
        api.read_member().member_guid(word).send().await.unwrap();
    }
    assert_eq!(
        server.lines(),
        [
            "GET /members/challenged",
            "GET /members/MBR-1",
            "GET /members/mbr_1~x"
        ]
    );
}
