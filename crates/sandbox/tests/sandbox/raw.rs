//! Raw bytes on a connection, for what no HTTP client sends.

use mx_nexus_sandbox::Sandbox;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) async fn connect(sandbox: &Sandbox) -> TcpStream {
    let address = sandbox.address().trim_start_matches("http://");
    TcpStream::connect(address).await.unwrap()
}

/// Reads until the connection is closed, in any way.
pub(crate) async fn read_all(stream: &mut TcpStream) -> String {
    let mut received = Vec::new();
    let mut part = [0; 4096];
    while let Ok(length @ 1..) = stream.read(&mut part).await {
        received.extend_from_slice(&part[..length]);
    }
    String::from_utf8_lossy(&received).into_owned()
}

/// Sends bytes on a new connection, closes its own side, and reads until the end.
pub(crate) async fn exchange(sandbox: &Sandbox, bytes: &[u8]) -> String {
    let mut stream = connect(sandbox).await;
    // The server may close it before it has read everything.
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    read_all(&mut stream).await
}

/// The statuses of all responses.
pub(crate) fn statuses(received: &str) -> Vec<u16> {
    received
        .split("HTTP/1.1 ")
        .skip(1)
        .filter_map(|answer| answer.get(..3)?.parse().ok())
        .collect()
}
