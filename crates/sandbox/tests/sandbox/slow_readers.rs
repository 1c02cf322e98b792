//! Clients that do not read their responses: their connections are closed, and others get a turn.

use std::time::Duration;

use mx_nexus_sandbox::Sandbox;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{PATIENCE, open, quick, raw};

/// The longest response, which fills the buffers of the system soon.
const LONG: &str = "GET /_sandbox/openapi/nexus.json HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// Sends requests until the buffers are full, because the responses are not read.
async fn fill(stream: &mut tokio::net::TcpStream) {
    let full = Duration::from_millis(100);
    while let Ok(Ok(())) = tokio::time::timeout(full, stream.write_all(LONG.as_bytes())).await {}
}

/// A sandbox with one connection at a time and a short timeout for reading.
async fn with_one_connection() -> Sandbox {
    let sandbox = quick()
        .connection_limit(1)
        .answer_timeout(Duration::from_millis(50));
    sandbox.start().await.unwrap()
}

/// Gets a response, which needs the only connection.
async fn get_response(sandbox: &Sandbox) {
    let received = raw::exchange(sandbox, b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
    let received = tokio::time::timeout(PATIENCE, received).await;
    assert_eq!(
        raw::statuses(&received.expect("a connection is free")),
        [200]
    );
}

#[tokio::test]
async fn client_that_never_reads_is_disconnected() {
    let sandbox = with_one_connection().await;
    let mut client = raw::connect(&sandbox).await;
    fill(&mut client).await;
    get_response(&sandbox).await;
    // The client was connected until here.
    drop(client);
}

#[tokio::test]
async fn client_that_reads_slowly_is_disconnected() {
    let sandbox = with_one_connection().await;
    let mut slow = raw::connect(&sandbox).await;
    fill(&mut slow).await;
    let reading = tokio::spawn(async move {
        let mut part = [0; 4096];
        while let Ok(1..) = slow.read(&mut part).await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    get_response(&sandbox).await;
    reading.abort();
}

#[tokio::test]
async fn client_that_reads_late_gets_everything() {
    let (sandbox, _) = open().await;
    let mut late = raw::connect(&sandbox).await;
    let several = LONG.repeat(8);
    late.write_all(several.as_bytes()).await.unwrap();
    late.shutdown().await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let received = raw::read_all(&mut late).await;
    assert_eq!(raw::statuses(&received), [200; 8]);
    assert!(received.ends_with('}'));
}
