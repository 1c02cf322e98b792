//! Malformed and slow input: the sandbox goes on, and never responds with a status of 500 or more.

use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tokio::io::AsyncWriteExt;

use crate::{ADA, VENDOR, known_user, open, quick, raw};

const GET_INDEX: &str = "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// Runs a request with the client.
async fn check_client(sandbox: &mx_nexus_sandbox::Sandbox) {
    let nexus = sandbox.nexus().build().unwrap();
    let api = known_user(&nexus, ADA).await.api().await.unwrap();
    api.list_members().send().await.unwrap();
}

#[test]
fn random_requests_to_every_operation_get_no_500() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let sandbox = runtime.block_on(quick().start()).unwrap();
    let http = mx_nexus::reqwest::Client::new();
    let operations = mx_nexus::operations::Api::Nexus.operations();
    let session = runtime.block_on(crate::session(&sandbox, &http, ADA));
    let request = (
        0..operations.len(),
        "[ -~]{1,20}",
        "[ -~]{0,40}",
        prop_oneof![
            Just(String::new()),
            "[ -~]{0,60}",
            Just(r#"{"member":{"institution_guid":"","credentials":[{}]}}"#.to_owned()),
            Just(r#"{"member":{"challenges":[{"guid":"x","value":"y"}]}}"#.to_owned()),
        ],
    );
    let mut runner = TestRunner::new(Config::with_cases(500));
    runner
        .run(&request, |(index, word, query, body)| {
            let operation = operations[index];
            let path: Vec<String> = operation
                .path
                .split('/')
                .map(|segment| match segment.starts_with('{') {
                    true => word.bytes().map(|byte| format!("%{byte:02X}")).collect(),
                    false => segment.to_owned(),
                })
                .collect();
            let url = format!("{}/nexus{}", sandbox.address(), path.join("/"));
            let mut url = mx_nexus::reqwest::Url::parse(&url).unwrap();
            url.set_query(Some(&query));
            let method = operation.method.parse().unwrap();
            let sending = http
                .request(method, url)
                .header("accept", operation.accept)
                .header("content-type", "application/vnd.mx.nexus.v1+json")
                .header("md-session-token", &session)
                .header("md-api-token", &word)
                .body(body)
                .send();
            let status = runtime.block_on(sending).unwrap().status();
            prop_assert!(status.as_u16() < 500, "{} {status}", operation.id);
            Ok(())
        })
        .unwrap();
    runtime.block_on(check_client(&sandbox));
}

#[tokio::test]
async fn malformed_head_is_refused() {
    let (sandbox, _) = open().await;
    let long = format!(
        "GET /{} HTTP/1.1\r\nhost: localhost\r\n\r\n",
        "a".repeat(100_000)
    );
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(5000));
    for head in [
        "\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\nhost\r\n\r\n",
        "GET / HTTP/1.1\r\n: empty\r\n\r\n",
        "GET / HTTP/1.1\r\ncontent-length: many\r\n\r\n",
        "GET / HTTP/1.1\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd",
        "POST /nexus/members HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        "POST /nexus/members HTTP/1.1\r\ncontent-length: 50\r\n\r\nshort",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "CONNECT sandbox:80 HTTP/1.1\r\n\r\n",
        &long,
        &many,
    ] {
        let received = raw::exchange(&sandbox, head.as_bytes()).await;
        let refused = raw::statuses(&received)
            .iter()
            .all(|status| (400..500).contains(status));
        assert!(refused, "{} got {received}", &head[..head.len().min(60)]);
    }
    check_client(&sandbox).await;
}

#[tokio::test]
async fn request_that_is_not_http_is_refused_without_a_body() {
    let (sandbox, _) = open().await;
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(5000));
    for (head, status) in [("GET\r\n\r\n", 400), (many.as_str(), 431)] {
        let received = raw::exchange(&sandbox, head.as_bytes()).await;
        assert_eq!(raw::statuses(&received), [status]);
        assert!(
            received.contains("content-length: 0\r\n") && received.ends_with("\r\n\r\n"),
            "{received}"
        );
    }
    assert!(sandbox.requests().is_empty());
}

#[tokio::test]
async fn large_body_is_refused_with_413() {
    let sandbox = quick().body_limit(1000).start().await.unwrap();
    let http = mx_nexus::reqwest::Client::new();
    for path in ["/nexus/members", "/_sandbox/faults", "/nowhere"] {
        let url = format!("{}{path}", sandbox.address());
        let answer = http
            .post(&url)
            .body("x".repeat(50_000))
            .send()
            .await
            .unwrap();
        let wanted = if path == "/nowhere" { 404 } else { 413 };
        assert_eq!(answer.status().as_u16(), wanted, "{path}");
    }
    // A body without an end is not read for ever.
    let mut stream = raw::connect(&sandbox).await;
    let head =
        b"POST /nexus/members HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head).await.unwrap();
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
    let mut sent = 0_usize;
    while sent < 100_000_000 && stream.write_all(chunk.as_bytes()).await.is_ok() {
        sent += chunk.len();
    }
    assert!(sent < 100_000_000, "the body was read without a limit");
    check_client(&sandbox).await;
}

#[tokio::test]
async fn slow_client_is_refused_with_408() {
    let short = Duration::from_secs(1);
    let sandbox = quick()
        .request_timeouts(short, short)
        .start()
        .await
        .unwrap();
    let mut silent = raw::connect(&sandbox).await;
    assert!(
        raw::statuses(&raw::read_all(&mut silent).await)
            .iter()
            .all(|status| *status == 408)
    );
    let mut half = raw::connect(&sandbox).await;
    half.write_all(b"GET / HTTP/1.1\r\nho").await.unwrap();
    assert!(
        raw::statuses(&raw::read_all(&mut half).await)
            .iter()
            .all(|status| *status == 408)
    );
    let mut body = raw::connect(&sandbox).await;
    let head =
        b"POST /nexus/members HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nsome";
    body.write_all(head).await.unwrap();
    assert_eq!(raw::statuses(&raw::read_all(&mut body).await), [408]);
    check_client(&sandbox).await;
}

#[tokio::test]
async fn connection_above_the_limit_waits() {
    let sandbox = quick().connection_limit(2).start().await.unwrap();
    let idle = [raw::connect(&sandbox).await, raw::connect(&sandbox).await];
    let mut third = raw::connect(&sandbox).await;
    third.write_all(GET_INDEX.as_bytes()).await.unwrap();
    drop(idle);
    third.shutdown().await.unwrap();
    assert_eq!(raw::statuses(&raw::read_all(&mut third).await), [200]);
}

#[tokio::test]
async fn encoded_body_is_refused_with_415() {
    let (sandbox, _) = open().await;
    for (encoding, status) in [("gzip", 415), ("br, identity", 415), ("identity", 401)] {
        let request = format!(
            "POST /nexus/members HTTP/1.1\r\nhost: localhost\r\naccept: {VENDOR}\r\ncontent-type: {VENDOR}\r\n\
             content-encoding: {encoding}\r\ncontent-length: 2\r\n\r\n{{}}"
        );
        let received = raw::exchange(&sandbox, request.as_bytes()).await;
        assert_eq!(raw::statuses(&received), [status], "{received}");
    }
}
