//! Rare but valid HTTP: version 1.0, `Expect`, chunks, other methods.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{open, quick, raw};

/// The statuses of all responses, of any version.
fn statuses(received: &str) -> Vec<u16> {
    let answers = received.split("HTTP/1.").skip(1);
    answers
        .filter_map(|answer| answer.get(2..5)?.parse().ok())
        .collect()
}

#[tokio::test]
async fn http_1_0_is_supported() {
    let (sandbox, _) = open().await;
    let received = raw::exchange(&sandbox, b"GET / HTTP/1.0\r\n\r\n").await;
    assert!(received.starts_with("HTTP/1.0 200"), "{received}");
    let twice = "GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n".repeat(2);
    let received = raw::exchange(&sandbox, twice.as_bytes()).await;
    assert_eq!(statuses(&received), [200, 200], "{received}");
}

#[tokio::test]
async fn expect_100_continue_is_continued() {
    let (sandbox, _) = open().await;
    let mut stream = raw::connect(&sandbox).await;
    let head = "POST /_sandbox/faults HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 17\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut first = [0; 25];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(br#"{"kind": "reset"}"#).await.unwrap();
    stream.shutdown().await.unwrap();
    let received = raw::read_all(&mut stream).await;
    assert_eq!(statuses(&received), [201], "{received}");
}

#[tokio::test]
async fn expect_100_continue_with_large_body_is_refused() {
    let sandbox = quick().body_limit(1000).start().await.unwrap();
    for path in ["/nexus/members", "/_sandbox/faults"] {
        let mut stream = raw::connect(&sandbox).await;
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 1001\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let received = raw::read_all(&mut stream).await;
        assert_eq!(statuses(&received), [413], "{received}");
    }
}

#[tokio::test]
async fn chunked_body_is_read() {
    let (sandbox, _) = open().await;
    let head = "POST /_sandbox/faults HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n";
    for (more, body, status) in [
        ("", "11;why=not\r\n{\"kind\": \"reset\"}\r\n0\r\n\r\n", 201),
        (
            "trailer: x\r\n",
            "11\r\n{\"kind\": \"reset\"}\r\n0\r\nx: y\r\n\r\n",
            201,
        ),
        ("", "8\r\n{\"kind\":\r\n9\r\n \"reset\"}\r\n0\r\n\r\n", 201),
        ("", "ffffffffffffffffff\r\n{}\r\n0\r\n\r\n", 400),
        ("", "-1\r\n{}\r\n0\r\n\r\n", 400),
        ("", "2\r\n{}", 400),
    ] {
        let request = format!("{head}{more}\r\n{body}");
        let received = raw::exchange(&sandbox, request.as_bytes()).await;
        assert_eq!(statuses(&received), [status], "{body:?}: {received}");
    }
}

#[tokio::test]
async fn head_and_options_have_no_body() {
    let (sandbox, _) = open().await;
    let ask = async |method: &str, path: &str| {
        let request = format!("{method} {path} HTTP/1.1\r\nhost: a\r\n\r\n");
        raw::exchange(&sandbox, request.as_bytes()).await
    };
    for (path, status) in [
        ("/_sandbox", 200),
        ("/nexus/members", 405),
        ("/nowhere", 404),
    ] {
        let received = ask("HEAD", path).await;
        assert_eq!(statuses(&received), [status], "{received}");
        assert!(received.ends_with("\r\n\r\n"), "{received}");
    }
    for path in ["/nexus/members", "/_sandbox/faults", "/"] {
        let received = ask("OPTIONS", path).await.to_lowercase();
        assert!(received.contains("405"), "{received}");
        assert!(received.contains("\r\nallow: "), "{received}");
    }
    assert_eq!(statuses(&ask("OPTIONS", "*").await), [404]);
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
    kept.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    let received = raw::read_all(&mut kept).await;
    assert_eq!(statuses(&received).first(), Some(&200), "{received}");
    assert!(statuses(&received).iter().all(|status| *status < 500));
}
