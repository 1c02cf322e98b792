//! What the connection does on its own: compression, redirects, proxies, TLS, and the size of an answer.

#![allow(clippy::unwrap_used, reason = "set-up fails by panicking")]

use std::io::Write as _;
use std::process::Command;
use std::time::Duration;

use mx_nexus::api::Client;
use mx_nexus::{Environment, Error, ErrorKind, Nexus, RetryPolicy};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

#[path = "support/recorder.rs"]
mod recorder;

use recorder::{Answer, Recorder, builder_at, member};

async fn client(server: &Recorder) -> Client {
    let user = server.nexus().with_session_token("s");
    user.api().await.unwrap()
}

async fn read(api: &Client) -> Result<Option<String>, Error> {
    let answer = api.read_member().member_guid("MBR-1").send().await?;
    let member = answer.into_inner().member;
    Ok(member.and_then(|member| member.guid).map(String::from))
}

fn compressed(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn gzip(body: Vec<u8>) -> Answer {
    Answer::Reply(200, Vec::new(), body).with("Content-Encoding", "gzip")
}

#[tokio::test]
async fn gzip_is_accepted_and_decoded() {
    let body = compressed(r#"{"member":{"guid":"MBR-1"}}"#);
    let server = Recorder::answering([gzip(body)]).await;
    let guid = read(&client(&server).await).await.unwrap();
    assert_eq!(guid.as_deref(), Some("MBR-1"));
    assert_eq!(server.received()[0].header("accept-encoding"), Some("gzip"));
}

#[tokio::test]
async fn answer_limit_counts_decompressed_bytes() {
    let zeros = " ".repeat(1024 * 1024);
    let body = compressed(&zeros);
    assert!(body.len() < 10_000, "it is small when compressed");
    let server = Recorder::answering([gzip(body)]).await;
    let builder = server.builder().answer_limit(100_000);
    let user = builder.build().unwrap().with_session_token("s");
    let error = read(&user.api().await.unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(
        error.to_string(),
        "readMember failed: the answer is larger than 100000 bytes (status 200)"
    );
}

#[tokio::test]
async fn answer_of_exactly_the_limit_is_read() {
    let body = r#"{"member":{"guid":"MBR-1"}}"#;
    let server = Recorder::answering([Answer::json(200, body)]).await;
    for (limit, fits) in [(body.len(), true), (body.len() - 1, false)] {
        let nexus = server.builder().answer_limit(limit).build().unwrap();
        let api = nexus.with_session_token("s").api().await.unwrap();
        assert_eq!(read(&api).await.is_ok(), fits);
    }
}

fn elsewhere(status: u16, location: &str) -> Answer {
    Answer::json(status, "").with("Location", location)
}

#[tokio::test]
async fn no_redirect_is_followed() {
    for status in [301, 302, 303, 307, 308] {
        let stranger = Recorder::answering([member("M")]).await;
        for location in ["/members/MBR-1", &stranger.address] {
            let server = Recorder::answering([elsewhere(status, location)]).await;
            // Not even with a redirect policy of the user's own.
            let everywhere = reqwest::redirect::Policy::limited(10);
            let custom = server.builder().http(|http| http.redirect(everywhere));
            for nexus in [server.nexus(), custom.build().unwrap()] {
                let api = nexus.with_session_token("s").api().await.unwrap();
                let error = read(&api).await.unwrap_err();
                assert_eq!(error.status(), Some(status));
                assert_eq!(
                    error.to_string(),
                    format!(
                        "readMember failed: it was redirected to another place; this is not followed (status {status})"
                    )
                );
                // A start that is sent again may be paid again.
                let start = api.identify_member().member_guid("MBR-1").send().await;
                assert_eq!(start.unwrap_err().status(), Some(status));
            }
            assert_eq!(server.lines().len(), 4);
        }
        assert!(stranger.received().is_empty(), "no credentials are sent");
    }
}

/// Environment variables belong to the whole process: the test runs itself again with them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proxy_of_the_environment_is_not_used_for_loopback() {
    const ADDRESS: &str = "MX_TEST_ADDRESS";
    if let Ok(address) = std::env::var(ADDRESS) {
        let nexus = builder_at(&address).build().unwrap();
        nexus.user("U-1").api().await.unwrap();
        return;
    }
    let server = Recorder::mx(|_, _| member("M")).await;
    let proxy = Recorder::mx(|_, _| member("M")).await;
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([
        "proxy_of_the_environment_is_not_used_for_loopback",
        "--exact",
    ]);
    command.env(ADDRESS, &server.address);
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env(name, &proxy.address);
        command.env(name.to_lowercase(), &proxy.address);
    }
    for name in ["NO_PROXY", "no_proxy", "REQUEST_METHOD"] {
        command.env_remove(name);
    }
    let output = tokio::task::spawn_blocking(move || command.output().unwrap());
    let output = output.await.unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(proxy.lines(), [""; 0], "it would receive the key");
    assert_eq!(
        server.lines(),
        ["GET /client/users/U-1/api_token.json", "POST /sessions"]
    );
}

#[tokio::test]
async fn configured_proxy_is_used_for_loopback() {
    let server = Recorder::answering([member("M")]).await;
    let proxy = Recorder::answering([member("of the proxy")]).await;
    let asked = mx_nexus::reqwest::Proxy::http(&proxy.address).unwrap();
    let builder = server.builder().http(|http| http.proxy(asked));
    let user = builder.build().unwrap().with_session_token("s");
    let guid = read(&user.api().await.unwrap()).await.unwrap();
    assert_eq!(guid.as_deref(), Some("of the proxy"));
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn server_without_tls_is_a_tls_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            // Closed with a request unread, it would be reset.
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let environment = Environment::custom(format!("https://127.0.0.1:{port}"));
    let nexus = Nexus::builder(environment).retry(RetryPolicy::off());
    let user = nexus.build().unwrap().with_session_token("s");
    let error = read(&user.api().await.unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls);
    assert!(error.was_never_sent() && !error.is_transient());
}

#[tokio::test]
async fn slow_session_exchange_times_out() {
    let server = Recorder::answering([Answer::Silence]).await;
    let builder = builder_at(&server.address).session_timeout(Duration::from_millis(100));
    let error = builder.build().unwrap().user("U-1").api().await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Session);
    assert!(error.is_transient());
}
