//! Bytes on a connection, for what no HTTP client sends.

use mx_nexus_sandbox::Sandbox;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) async fn dial(sandbox: &Sandbox) -> TcpStream {
    let address = sandbox.address().trim_start_matches("http://");
    TcpStream::connect(address).await.unwrap()
}

/// All that comes until the connection ends, however it ends.
pub(crate) async fn listen(stream: &mut TcpStream) -> String {
    let mut heard = Vec::new();
    let mut part = [0; 4096];
    while let Ok(length @ 1..) = stream.read(&mut part).await {
        heard.extend_from_slice(&part[..length]);
    }
    String::from_utf8_lossy(&heard).into_owned()
}

/// Says something on a new connection, closes its own side, and listens.
pub(crate) async fn say(sandbox: &Sandbox, bytes: &[u8]) -> String {
    let mut stream = dial(sandbox).await;
    // It may hang up before it has heard everything.
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    listen(&mut stream).await
}

/// The status of every answer in what was heard.
pub(crate) fn statuses(heard: &str) -> Vec<u16> {
    heard
        .split("HTTP/1.1 ")
        .skip(1)
        .filter_map(|answer| answer.get(..3)?.parse().ok())
        .collect()
}
