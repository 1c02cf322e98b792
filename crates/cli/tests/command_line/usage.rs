//! Wrong or missing arguments and variables: messages and exit codes.

use std::io::{Read, Write};
use std::net::TcpListener;

use crate::running::{Serving, nexus};

#[test]
fn wrong_arguments_are_reported() {
    let runs: [&[&str]; 15] = [
        &["idenify"],
        &["identify", "--timeout", "soon"],
        &["identify", "--timeout", "0s"],
        &["resume"],
        &["resume", "{}", "--job-file", "job"],
        &["balance", "--include-transactions"],
        &["identify", "--credential", "Password"],
        &["identify", "--credential", "Pasword=x"],
        &["identify", "--credential", "Password=@/nowhere"],
        &["identify", "--credential", "Password="],
        &[
            "identify",
            "--credential",
            "Password=a",
            "--credential",
            "password=b",
        ],
        &["identify", "--institution", "Alder"],
        &["identify", "--institution", ""],
        &["identify", "--api-key", "hush"],
        &["completions", "cmd"],
    ];
    let text: Vec<String> = runs.iter().map(|run| nexus(*run).transcript()).collect();
    insta::assert_snapshot!("wrong_arguments", text.join("\n"));
}

#[test]
fn missing_variables_are_named() {
    let identify = || nexus(["identify"]);
    let text = [
        identify().with("MX_CLIENT_ID", "client").transcript(),
        identify().with("MX_API_KEY", "hush").transcript(),
        identify().with("MX_ENVIRONMENT", "production").transcript(),
        identify().with("MX_ENVIRONMENT", "staging").transcript(),
        identify()
            .with("MX_ENVIRONMENT", "http://me:hush@127.0.0.1:1")
            .transcript(),
        nexus(["identify", "--create-user"])
            .with("MX_SESSION_TOKEN", "hush")
            .transcript(),
        identify()
            .with("MX_ENVIRONMENT", "http://127.0.0.1:1")
            .transcript(),
        identify()
            .with("MX_ENVIRONMENT", "http://127.0.0.1:1")
            .with("MX_CLIENT_ID", "client")
            .with("MX_API_KEY", "hush")
            .transcript(),
        identify()
            .with("MX_CLIENT_ID", "client")
            .with("MX_API_KEY", "hush")
            .transcript(),
    ];
    let text = text.join("\n");
    assert!(!text.contains("hush"), "{text}");
    insta::assert_snapshot!("missing_variables", text);
}

#[test]
fn wrong_key_is_reported_and_not_printed() {
    let sandbox = Serving::start(&[]);
    let text = nexus(["call", "listMembers"])
        .at(&sandbox)
        .with("MX_API_KEY", "hush")
        .transcript();
    assert!(!text.contains("hush"), "{text}");
    insta::assert_snapshot!("wrong_key", text);
}

#[test]
fn key_is_read_from_stdin() {
    let sandbox = Serving::start(&[]);
    let key = sandbox
        .introduction
        .lines()
        .find_map(|line| line.strip_prefix("export MX_API_KEY="))
        .unwrap()
        .to_owned();
    let output = nexus(["call", "listMembers", "--api-key-file", "-"])
        .at(&sandbox)
        .with("MX_API_KEY", "")
        .typing(format!("{key}\n"))
        .output();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn search_without_a_match_is_not_a_usage_error() {
    let arguments = ["identify", "--institution", "No Such Bank"];
    insta::assert_snapshot!("no_such_institution", nexus(arguments).transcript());
}

#[test]
fn variables_are_not_required_in_the_usage_line() {
    for command in [
        "identify",
        "verify",
        "aggregate",
        "balance",
        "history",
        "resume",
        "status",
    ] {
        let text = nexus([command, "--api-key", "x"])
            .with("MX_ENVIRONMENT", "production")
            .with("MX_CLIENT_ID", "client")
            .with("MX_USER_ID", "user")
            .transcript();
        let usage = format!("Usage: nexus {command} [OPTIONS]");
        assert!(text.contains(&usage), "{text}");
        assert!(!text.contains("--environment <"), "{text}");
    }
}

/// Answers every request with this status.
fn server(status: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = [0; 4096];
            let _ = stream.read(&mut head);
            let _ = write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\n[]");
        }
    });
    address
}

#[test]
fn failing_sandbox_is_not_a_usage_error() {
    let at = |address: &str| {
        nexus(["call", "listMembers"])
            .with("MX_SESSION_TOKEN", "hush")
            .with("MX_ENVIRONMENT", address)
            .transcript()
    };
    let text = [
        at("http://127.0.0.1:1"),
        at(&server("503 Service Unavailable")),
        at(&server("200 OK")),
    ];
    insta::assert_snapshot!("sandbox_address", text.join("\n"));
}

#[test]
fn causes_of_a_missing_session_are_named() {
    let output = nexus(["call", "listMembers", "--environment", "integration"])
        .with("MX_CLIENT_ID", "client")
        .with("MX_API_KEY", "hush")
        .with("MX_USER_ID", "user")
        .with("HTTPS_PROXY", "http://127.0.0.1:1")
        .with("https_proxy", "http://127.0.0.1:1")
        .with("NO_PROXY", "")
        .with("no_proxy", "")
        .output();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    let first = stderr.lines().next().unwrap();
    assert!(first.contains("Connection refused"), "{stderr}");
    assert!(
        first.ends_with("; the proxy is set by HTTPS_PROXY"),
        "{stderr}"
    );
}
