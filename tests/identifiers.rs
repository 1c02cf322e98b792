//! Identifiers in paths, proven on the raw request line: encoded, or refused before sending.

#![allow(clippy::unwrap_used, reason = "set-up fails by panicking")]

use std::fmt::Write as _;

use mx_nexus::{Error, ErrorKind, Nexus};

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

async fn server() -> Recorder {
    Recorder::mx(|_, _| Answer::json(200, "{}")).await
}

/// Calls with each identifier; returns the request lines that were received, or why the call was refused.
async fn outcomes(call: impl AsyncFn(Nexus, &'static str) -> Result<(), Error>) -> String {
    let mut text = String::new();
    for id in IDS {
        let server = server().await;
        let outcome = match call(server.nexus(), id).await {
            Ok(()) => server.lines().join(", "),
            Err(error) => {
                assert!(server.lines().is_empty(), "a refused call is not sent");
                assert!(matches!(
                    error.kind(),
                    ErrorKind::Request | ErrorKind::Session
                ));
                assert!(!error.is_transient());
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                format!("refused: {}", cause.unwrap_or_else(|| error.to_string()))
            }
        };
        writeln!(text, "{id:?}\n  {outcome}").unwrap();
    }
    text
}

#[tokio::test]
async fn user_id_is_encoded_or_refused_in_sso_paths() {
    let call = async |nexus: Nexus, id| nexus.sso()?.api_token(id).await.map(drop);
    insta::assert_snapshot!(outcomes(call).await);
}

#[tokio::test]
async fn user_id_is_encoded_or_refused_in_mdx_paths() {
    let call = async |nexus: Nexus, id| nexus.users()?.delete(id).await;
    insta::assert_snapshot!(outcomes(call).await);
}

#[tokio::test]
async fn member_guid_is_encoded_or_refused_in_nexus_paths() {
    let call = async |nexus: Nexus, id| {
        let api = nexus.with_session_token("s").api().await?;
        api.delete_member().member_guid(id).send().await.map(drop)
    };
    insta::assert_snapshot!(outcomes(call).await);
}

#[tokio::test]
async fn dot_segments_in_either_of_two_guids_are_refused() {
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
        assert!(server.received().is_empty(), "{notification} {deliverable}");
    }
}

#[tokio::test]
async fn client_id_is_encoded_in_paths() {
    let server = server().await;
    let builder = server.builder().credentials("my/client id", "key");
    let sso = builder.build().unwrap().sso().unwrap();
    sso.api_token("U-1").await.unwrap();
    assert_eq!(
        server.lines(),
        ["GET /my%2Fclient%20id/users/U-1/api_token.json"]
    );
}
