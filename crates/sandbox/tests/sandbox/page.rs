//! The page in the browser. `.ci/page` opens it in one.

use mx_nexus::reqwest::Client;
use serde_json::{Value, json};

use crate::http::ask;
use crate::{open, raw};

#[tokio::test]
async fn browser_gets_the_page_and_program_gets_the_index() {
    let (sandbox, _) = open().await;
    for (accept, media_type) in [
        (
            "text/html,application/xhtml+xml,*/*;q=0.8",
            "text/html; charset=utf-8",
        ),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
    ] {
        let reading = Client::new()
            .get(sandbox.address())
            .header("accept", accept);
        let answer = reading.send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], media_type, "{accept}");
        assert_eq!(answer.headers()["vary"], "accept");
    }
}

#[tokio::test]
async fn page_takes_nothing_from_elsewhere() {
    let (sandbox, _) = open().await;
    let read = async |path: &str| {
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: localhost\r\naccept: text/html\r\n\r\n");
        raw::exchange(&sandbox, request.as_bytes()).await
    };
    let page = read("/").await;
    assert!(
        page.contains("default-src 'self'") && page.contains("frame-ancestors 'none'"),
        "{page}"
    );
    let parts = ["href=\"", "src=\""]
        .into_iter()
        .flat_map(|mark| page.split(mark).skip(1));
    let paths: Vec<&str> = parts.filter_map(|part| part.split('"').next()).collect();
    assert!(paths.len() >= 4, "{paths:?}");
    for path in paths {
        assert!(path.starts_with("/_sandbox"), "{path}");
        assert_eq!(raw::statuses(&read(path).await), [200], "{path}");
    }
    let page = page.replace("http://127.0.0.1:9000/hook", "");
    assert!(!page.contains("://"), "{page}");
}

#[tokio::test]
async fn control_requests_have_a_document_of_their_own() {
    let (sandbox, _) = open().await;
    let document = ask(&sandbox, "GET /_sandbox/openapi/sandbox.json", "")
        .await
        .body;
    assert_eq!(document["servers"], json!([{"url": sandbox.address()}]));
    let index = ask(&sandbox, "GET /_sandbox", "").await.body;
    for request in index["control"].as_object().unwrap().keys() {
        let (method, path) = request.split_once(' ').unwrap();
        let documented = &document["paths"][path][method.to_lowercase()];
        assert!(documented["operationId"].is_string(), "{request}");
        let answered = ask(&sandbox, &request.replace(['{', '}'], ""), "").await;
        assert_ne!(answered.status, 405, "{request}");
        let is_known = |status: &str| documented["responses"][status].is_object();
        let status = answered.status.to_string();
        assert!(
            is_known(&status) || answered.status >= 400 && is_known("4XX"),
            "{request}: {status}"
        );
    }
}

#[tokio::test]
async fn examples_of_faults_fit_the_document() {
    let (sandbox, _) = open().await;
    let document = ask(&sandbox, "GET /_sandbox/openapi/sandbox.json", "")
        .await
        .body;
    let fields = &document["components"]["schemas"]["Fault"]["properties"];
    let text = include_str!("../../src/control.md");
    let examples = text
        .split('`')
        .filter(|code| code.starts_with("{\"request\""));
    let mut count = 0;
    for example in examples {
        let fault: Value =
            serde_json::from_str(example).unwrap_or_else(|error| panic!("{example}: {error}"));
        for (name, value) in fault.as_object().unwrap() {
            assert!(fields[name].is_object(), "{name}");
            for part in value.as_object().into_iter().flatten() {
                let known = fields[name].to_string();
                assert!(known.contains(&format!("\"{}\"", part.0)), "{example}");
            }
        }
        let added = ask(&sandbox, "POST /_sandbox/faults", example).await;
        assert_eq!(added.status, 201, "{example}: {}", added.body);
        count += 1;
    }
    assert!(count > 8, "{count}");
}
