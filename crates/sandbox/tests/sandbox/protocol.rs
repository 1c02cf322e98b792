//! Rare but valid HTTP: `Expect`, other methods, idle connections.

use std::time::Duration;

use mx_nexus::reqwest::Client;
use tokio::io::AsyncWriteExt;

use crate::{ADA, VENDOR, open, quick, raw, session};

#[tokio::test]
async fn expect_100_continue_with_large_body_is_refused() {
    let sandbox = quick().body_limit(1000).start().await.unwrap();
    for path in ["/nexus/members", "/_sandbox/faults"] {
        let mut stream = raw::connect(&sandbox).await;
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: 1001\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let received = raw::read_all(&mut stream).await;
        assert_eq!(raw::statuses(&received), [413], "{received}");
    }
}

#[tokio::test]
async fn head_and_options_have_no_body() {
    let (sandbox, _) = open().await;
    let ask = async |method: &str, path: &str| {
        let request = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
        raw::exchange(&sandbox, request.as_bytes()).await
    };
    for (path, status) in [
        ("/_sandbox", 200),
        ("/nexus/members", 405),
        ("/nowhere", 404),
    ] {
        let received = ask("HEAD", path).await;
        assert_eq!(raw::statuses(&received), [status], "{received}");
        assert!(received.ends_with("\r\n\r\n"), "{received}");
    }
    for path in ["/nexus/members", "/_sandbox/faults", "/"] {
        let received = ask("OPTIONS", path).await.to_lowercase();
        assert!(received.contains("405"), "{received}");
        assert!(received.contains("\r\nallow: "), "{received}");
    }
    assert_eq!(raw::statuses(&ask("OPTIONS", "*").await), [404]);
}

#[tokio::test]
async fn idle_connection_is_closed() {
    let short = Duration::from_millis(50);
    let sandbox = quick()
        .connection_limit(1)
        .request_timeouts(short, short)
        .start()
        .await
        .unwrap();
    let mut kept = raw::connect(&sandbox).await;
    kept.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .await
        .unwrap();
    let received = raw::read_all(&mut kept).await;
    assert_eq!(raw::statuses(&received).first(), Some(&200), "{received}");
    assert!(raw::statuses(&received).iter().all(|status| *status < 500));
}

#[tokio::test]
async fn slip_of_the_guide_is_answered_in_the_test_session_only() {
    let (sandbox, _) = open().await;
    let http = Client::new();
    let token = session(&sandbox, &http, ADA).await;
    let url = format!(
        "{}/nexus/members/test_nexus_member/identity",
        sandbox.address()
    );
    for (token, status) in [("test_session", 200), (token.as_str(), 404)] {
        let request = http.get(&url).header("accept", VENDOR);
        let answer = request.header("md-session-token", token).send();
        assert_eq!(answer.await.unwrap().status(), status, "{token}");
    }
}
