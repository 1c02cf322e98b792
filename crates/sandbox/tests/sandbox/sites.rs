//! Which web pages and which machines can use a sandbox.

use std::net::{IpAddr, Ipv4Addr};

use mx_nexus_sandbox::Sandbox;

use crate::{ADA, known_user, open, quick, raw};

async fn status(sandbox: &Sandbox, request: &str) -> u16 {
    let received = raw::exchange(sandbox, request.as_bytes()).await;
    raw::statuses(&received)[0]
}

#[tokio::test]
async fn page_of_another_site_can_neither_read_nor_change() {
    let (sandbox, nexus) = open().await;
    known_user(&nexus, ADA).await.api().await.unwrap();
    let host = sandbox.address().trim_start_matches("http://");
    let form = |origin: &str| {
        format!(
            "POST /_sandbox/sessions/expire HTTP/1.1\r\nhost: {host}\r\norigin: {origin}\r\n\
             content-length: 0\r\n\r\n"
        )
    };
    let rebound = "GET /_sandbox/requests HTTP/1.1\r\nhost: evil.example\r\n\r\n";
    let to_api =
        "POST /nexus/sessions HTTP/1.1\r\nhost: localhost\r\nsec-fetch-site: cross-site\r\n\r\n";
    for (request, status) in [
        (form("https://evil.example").as_str(), 403),
        (&form("http://127.0.0.1:1"), 403),
        (rebound, 421),
        (to_api, 403),
        (&form(sandbox.address()), 200),
    ] {
        let received = raw::exchange(&sandbox, request.as_bytes()).await;
        assert_eq!(raw::statuses(&received), [status], "{request}{received}");
        let is_ended = received.contains("\"expired\":1");
        assert_eq!(is_ended, status == 200, "{received}");
    }
}

#[tokio::test]
async fn change_needs_json() {
    let (sandbox, _) = open().await;
    let body = r#"{"user_id": "U-1", "password": "any"}"#;
    let add = |media_type: &str| {
        format!(
            "POST /_sandbox/members HTTP/1.1\r\nhost: localhost\r\n{media_type}content-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    for (media_type, wanted) in [
        ("", 415),
        ("content-type: text/plain\r\n", 415),
        ("content-type: application/x-www-form-urlencoded\r\n", 415),
        ("content-type: Application/JSON; charset=utf-8\r\n", 201),
    ] {
        assert_eq!(
            status(&sandbox, &add(media_type)).await,
            wanted,
            "{media_type}"
        );
    }
    for (media_type, wanted) in [("", 200), ("content-type: text/plain\r\n", 415)] {
        let finish = format!(
            "POST /_sandbox/jobs/finish HTTP/1.1\r\nhost: localhost\r\n{media_type}content-length: 0\r\n\r\n"
        );
        assert_eq!(status(&sandbox, &finish).await, wanted, "{media_type}");
    }
}

#[tokio::test]
async fn only_the_allowed_origin_gets_cors_headers() {
    let origin = "http://localhost:3000";
    let sandbox = quick().cors(origin).start().await.unwrap();
    let ask = async |method: &str, origin: &str| {
        let request = format!(
            "{method} /_sandbox/faults HTTP/1.1\r\nhost: localhost\r\norigin: {origin}\r\n\
             access-control-request-method: DELETE\r\naccess-control-request-headers: md-api-key\r\n\r\n"
        );
        raw::exchange(&sandbox, request.as_bytes()).await
    };
    let shared = format!("access-control-allow-origin: {origin}\r\n");
    for (method, wanted) in [("OPTIONS", 204), ("GET", 200), ("DELETE", 200)] {
        let received = ask(method, origin).await;
        assert_eq!(raw::statuses(&received), [wanted], "{received}");
        assert!(received.contains(&shared), "{received}");
        let is_preflight = received.contains("access-control-allow-headers: md-api-key\r\n");
        assert_eq!(is_preflight, method == "OPTIONS", "{received}");
    }
    for (method, wanted) in [("OPTIONS", 405), ("GET", 200), ("DELETE", 403)] {
        let received = ask(method, "http://localhost:3001").await;
        assert_eq!(raw::statuses(&received), [wanted], "{received}");
        assert!(!received.contains("access-control-"), "{received}");
    }
    let (default, _) = open().await;
    let request = format!("GET /_sandbox HTTP/1.1\r\nhost: localhost\r\norigin: {origin}\r\n\r\n");
    let received = raw::exchange(&default, request.as_bytes()).await;
    assert!(!received.contains("access-control-"), "{received}");
    let error = quick().cors("localhost:3000").start().await.unwrap_err();
    assert!(
        error.to_string().contains("http://localhost:3000"),
        "{error}"
    );
}

#[tokio::test]
async fn sandbox_on_all_interfaces_has_the_allowed_name() {
    let everywhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    let sandbox = quick()
        .bind(everywhere)
        .allow_host("mx.localhost")
        .start()
        .await
        .unwrap();
    assert!(
        sandbox.address().starts_with("http://mx.localhost:"),
        "{sandbox:?}"
    );
    let without_name = quick().bind(everywhere).start().await.unwrap();
    assert!(without_name.address().starts_with("http://127.0.0.1:"));
    let ask = async |host: &str| {
        let request = format!("GET /_sandbox HTTP/1.1\r\nhost: {host}\r\n\r\n");
        status(&without_name, &request).await
    };
    assert_eq!(
        (ask("192.0.2.1").await, ask("mx.internal").await),
        (200, 421)
    );
}
