//! Arguments and variables that are wrong or missing: what is said, and the exit code.

use crate::running::{Serving, nexus};

#[test]
fn wrong_arguments_are_said() {
    let runs: [&[&str]; 12] = [
        &["idenify"],
        &["identify", "--patience", "soon"],
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
        &["identify", "--institution", "No Such Bank"],
        &["identify", "--institution", "Alder"],
        &["identify", "--institution", ""],
        &["identify", "--api-key", "hush"],
        &["completions", "cmd"],
    ];
    let text: Vec<String> = runs.iter().map(|run| nexus(*run).transcript()).collect();
    insta::assert_snapshot!("wrong_arguments", text.join("\n"));
}

#[test]
fn missing_configuration_is_named() {
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
    insta::assert_snapshot!("missing_configuration", text);
}

#[test]
fn a_wrong_key_is_said_and_not_shown() {
    let sandbox = Serving::start(&[]);
    let text = nexus(["call", "listMembers"])
        .at(&sandbox)
        .with("MX_API_KEY", "hush")
        .transcript();
    assert!(!text.contains("hush"), "{text}");
    insta::assert_snapshot!("wrong_key", text);
}

#[test]
fn keys_come_from_files_and_from_stdin() {
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
