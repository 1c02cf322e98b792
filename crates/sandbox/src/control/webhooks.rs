//! Webhooks: sends the one of a member to a receiver on this machine, when a test asks for it.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use axum::Extension;
use axum::body::{Body as ResponseBody, Bytes};
use http::header::{CONTENT_TYPE, HOST};
use http::{Request, Response, StatusCode, Uri};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use super::{SharedState, ok, read, refuse};

/// How long a receiver may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The body of `POST /_sandbox/webhooks`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Webhook {
    url: String,
    member: String,
}

pub(super) async fn send(Extension(shared): SharedState, body: Bytes) -> Response<ResponseBody> {
    let form = r#"{"url": "http://127.0.0.1:9000/hook", "member": "MBR-…"}"#;
    let Webhook { url, member } = match read(&body, form) {
        Ok(webhook) => webhook,
        Err(reason) => return refuse(StatusCode::BAD_REQUEST, &reason),
    };
    let Some((uri, addresses)) = receiver(&url) else {
        let message = "The url has to be of this machine, such as http://127.0.0.1:9000/hook.";
        return refuse(StatusCode::BAD_REQUEST, message);
    };
    let Some(webhook) = shared.store.webhook(&member) else {
        let message = "There is no such member; GET /_sandbox/members lists them.";
        return refuse(StatusCode::NOT_FOUND, message);
    };
    let posting = tokio::time::timeout(TIMEOUT, post(&uri, &addresses, &webhook));
    match posting.await {
        Ok(Ok(status)) => ok(&json!({"status": status.as_u16(), "sent": webhook})),
        Ok(Err(error)) => {
            let message = format!("The receiver does not answer: {error}.");
            refuse(StatusCode::BAD_REQUEST, &message)
        }
        Err(_) => {
            let message = "The receiver does not answer within ten seconds.";
            refuse(StatusCode::BAD_REQUEST, message)
        }
    }
}

/// The address of a receiver on this machine; without DNS, which a page of another site could use.
fn receiver(url: &str) -> Option<(Uri, Vec<SocketAddr>)> {
    let uri: Uri = url.parse().ok()?;
    let authority = uri
        .authority()
        .filter(|_| uri.scheme_str() == Some("http"))?;
    let host = authority
        .host()
        .trim_start_matches('[')
        .trim_end_matches(']');
    let addresses = match host {
        "localhost" => vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
        _ => vec![host.parse().ok().filter(IpAddr::is_loopback)?],
    };
    let port = authority.port_u16().unwrap_or(80);
    let is_plain = !authority.as_str().contains('@');
    let addresses = addresses.into_iter().map(|ip| SocketAddr::new(ip, port));
    is_plain.then(|| (uri.clone(), addresses.collect()))
}

async fn post(uri: &Uri, addresses: &[SocketAddr], webhook: &Value) -> io::Result<StatusCode> {
    let stream = TcpStream::connect(addresses).await?;
    let opened = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = opened.map_err(io::Error::other)?;
    // It ends with the sender.
    tokio::spawn(connection);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let host = uri.authority().map_or("", |host| host.as_str());
    let request = Request::post(path)
        .header(HOST, host)
        .header(CONTENT_TYPE, "application/json; charset=utf-8")
        .body(ResponseBody::from(webhook.to_string()));
    let request = request.map_err(io::Error::other)?;
    let answer = sender.send_request(request).await;
    answer
        .map(|answer| answer.status())
        .map_err(io::Error::other)
}
