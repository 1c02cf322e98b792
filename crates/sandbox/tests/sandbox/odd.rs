//! What is allowed on the wire and seldom said: old versions, expectations, chunks, the other methods.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{open, quick, raw};

/// The statuses of everything that came, whatever the version.
fn statuses(heard: &str) -> Vec<u16> {
    let answers = heard.split("HTTP/1.").skip(1);
    answers
        .filter_map(|answer| answer.get(2..5)?.parse().ok())
        .collect()
}

#[tokio::test]
async fn the_older_version_is_spoken() {
    let (sandbox, _) = open().await;
    let heard = raw::say(&sandbox, b"GET / HTTP/1.0\r\n\r\n").await;
    assert!(heard.starts_with("HTTP/1.0 200"), "{heard}");
    let twice = "GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n".repeat(2);
    let heard = raw::say(&sandbox, twice.as_bytes()).await;
    assert_eq!(statuses(&heard), [200, 200], "{heard}");
}

#[tokio::test]
async fn whoever_asks_before_a_body_is_told_to_go_on() {
    let (sandbox, _) = open().await;
    let mut stream = raw::dial(&sandbox).await;
    let head = "POST /_sandbox/faults HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 17\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut first = [0; 25];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(br#"{"kind": "reset"}"#).await.unwrap();
    stream.shutdown().await.unwrap();
    let heard = raw::listen(&mut stream).await;
    assert_eq!(statuses(&heard), [201], "{heard}");
}

#[tokio::test]
async fn whoever_asks_before_a_body_that_is_too_large_is_told_at_once() {
    let sandbox = quick().body_limit(1000).start().await.unwrap();
    for path in ["/nexus/members", "/_sandbox/faults"] {
        let mut stream = raw::dial(&sandbox).await;
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 1001\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let heard = raw::listen(&mut stream).await;
        assert_eq!(statuses(&heard), [413], "{heard}");
    }
}

#[tokio::test]
async fn chunks_are_put_together() {
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
        let heard = raw::say(&sandbox, request.as_bytes()).await;
        assert_eq!(statuses(&heard), [status], "{body:?}: {heard}");
    }
}

#[tokio::test]
async fn a_head_alone_and_a_question_for_methods_are_answered_without_a_body() {
    let (sandbox, _) = open().await;
    let ask = async |method: &str, path: &str| {
        let request = format!("{method} {path} HTTP/1.1\r\nhost: a\r\n\r\n");
        raw::say(&sandbox, request.as_bytes()).await
    };
    for (path, status) in [
        ("/_sandbox", 200),
        ("/nexus/members", 405),
        ("/nowhere", 404),
    ] {
        let heard = ask("HEAD", path).await;
        assert_eq!(statuses(&heard), [status], "{heard}");
        assert!(heard.ends_with("\r\n\r\n"), "{heard}");
    }
    for path in ["/nexus/members", "/_sandbox/faults", "/"] {
        let heard = ask("OPTIONS", path).await.to_lowercase();
        assert!(heard.contains("405"), "{heard}");
        assert!(heard.contains("\r\nallow: "), "{heard}");
    }
    assert_eq!(statuses(&ask("OPTIONS", "*").await), [404]);
}

#[tokio::test]
async fn whoever_says_nothing_more_is_let_go() {
    let short = Duration::from_millis(50);
    let sandbox = quick()
        .connection_limit(1)
        .request_timeouts(short, short)
        .start()
        .await
        .unwrap();
    let mut kept = raw::dial(&sandbox).await;
    kept.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    let heard = raw::listen(&mut kept).await;
    assert_eq!(statuses(&heard).first(), Some(&200), "{heard}");
    assert!(statuses(&heard).iter().all(|status| *status < 500));
}
