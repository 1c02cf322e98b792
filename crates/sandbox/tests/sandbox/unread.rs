//! Clients that ask and never read: they are let go, and their places with them.

use std::time::Duration;

use mx_nexus_sandbox::Sandbox;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{PATIENCE, open, quick, raw};

/// The longest answer there is, so that it fills the buffers of the system soon.
const LONG: &str = "GET /_sandbox/openapi/nexus.json HTTP/1.1\r\nhost: a\r\n\r\n";

/// Asks until nothing more can be said, because the answers are not read.
async fn fill(stream: &mut tokio::net::TcpStream) {
    let full = Duration::from_millis(100);
    while let Ok(Ok(())) = tokio::time::timeout(full, stream.write_all(LONG.as_bytes())).await {}
}

/// A sandbox that serves one connection at a time, and waits a moment only for its answers to be read.
async fn with_one_place() -> Sandbox {
    let sandbox = quick()
        .connection_limit(1)
        .answer_timeout(Duration::from_millis(50));
    sandbox.start().await.unwrap()
}

/// Is served, which nobody is while another has the place.
async fn get_the_place(sandbox: &Sandbox) {
    let heard = raw::say(sandbox, b"GET / HTTP/1.1\r\nhost: a\r\n\r\n");
    let heard = tokio::time::timeout(PATIENCE, heard).await;
    assert_eq!(raw::statuses(&heard.expect("the place is free")), [200]);
}

#[tokio::test]
async fn whoever_never_reads_gives_its_place_up() {
    let sandbox = with_one_place().await;
    let mut deaf = raw::dial(&sandbox).await;
    fill(&mut deaf).await;
    get_the_place(&sandbox).await;
    // It was there all the time.
    drop(deaf);
}

#[tokio::test]
async fn a_byte_now_and_then_does_not_hold_the_place() {
    let sandbox = with_one_place().await;
    let mut slow = raw::dial(&sandbox).await;
    fill(&mut slow).await;
    let sipping = tokio::spawn(async move {
        let mut sip = [0; 4096];
        while let Ok(1..) = slow.read(&mut sip).await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    get_the_place(&sandbox).await;
    sipping.abort();
}

#[tokio::test]
async fn whoever_reads_late_but_in_time_gets_everything() {
    let (sandbox, _) = open().await;
    let mut late = raw::dial(&sandbox).await;
    let several = LONG.repeat(8);
    late.write_all(several.as_bytes()).await.unwrap();
    late.shutdown().await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let heard = raw::listen(&mut late).await;
    assert_eq!(raw::statuses(&heard), [200; 8]);
    assert!(heard.ends_with('}'));
}
