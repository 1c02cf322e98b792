//! Every kind of job by the same steps, and what is checked before one is started.

use mx_nexus_sandbox::{JobKind, Sandbox};

use crate::running::{Serving, USER, nexus};

const KINDS: [&str; 5] = ["identify", "verify", "aggregate", "balance", "history"];

#[test]
fn every_kind_of_job_prints_its_result() {
    for kind in KINDS {
        let sandbox = Serving::start(&["--job-time", "300ms"]);
        let text = nexus([kind, "--institution", "Sandbox Bank"]).at(&sandbox);
        insta::with_settings!({snapshot_suffix => kind}, {
            insta::assert_snapshot!("result", text.transcript());
        });
        let json = nexus([kind, "--institution", "Sandbox Bank", "--json"]);
        let output = json.at(&sandbox).output();
        assert!(output.status.success(), "{output:?}");
        let result: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(result.is_array(), kind != "history", "{result}");
    }
}

#[test]
fn every_kind_of_job_is_resumed_by_its_handle() {
    for kind in KINDS {
        let sandbox = Serving::start(&["--job-time", "300ms"]);
        let bank = ["--institution", "Sandbox Bank"];
        let asked = [kind, "--credential", "Password=challenge"];
        let output = nexus(asked.into_iter().chain(bank)).at(&sandbox).output();
        assert_eq!(output.status.code(), Some(3), "{kind}: {output:?}");
        let resume = nexus(["resume", "-", "--answer", "correct", "--json"]);
        let output = resume.at(&sandbox).typing(output.stdout).output();
        assert_eq!(output.status.code(), Some(0), "{kind}: {output:?}");
    }
}

#[test]
fn transactions_are_gathered_on_request() {
    let sandbox = Serving::start(&["--job-time", "1h"]);
    for (option, expected) in [
        ("--include-transactions", Some(true)),
        ("--include-transactions=false", Some(false)),
        ("--json", None),
    ] {
        let arguments = ["verify", "--timeout", "200ms", option];
        let output = nexus(arguments).at(&sandbox).output();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        let handle = text.lines().find(|line| line.starts_with('{')).unwrap();
        let handle: serde_json::Value = serde_json::from_str(handle).unwrap();
        let included = handle["options"]["include_transactions"].as_bool();
        assert_eq!(included, expected, "{text}");
    }
}

#[test]
fn institution_without_support_is_refused_before_credentials_are_stored() {
    let sandbox = Serving::start(&[]);
    let search = r#"{"institution": {"name": "Sandbox Savings"}}"#;
    let found = nexus(["call", "searchInstitutions", "--body", search]);
    let found = found.at(&sandbox).output().stdout;
    let found: serde_json::Value = serde_json::from_slice(&found).unwrap();
    let guid = found["institutions"][0]["guid"].as_str().unwrap();
    let text = nexus(["identify", "--institution", guid]).at(&sandbox);
    insta::assert_snapshot!("unsupported_institution", text.transcript());
    let members = nexus(["call", "listMembers"]).at(&sandbox).output();
    let members: serde_json::Value = serde_json::from_slice(&members.stdout).unwrap();
    assert_eq!(members["members"], serde_json::json!([]));
}

#[test]
fn credentials_are_not_sent_to_an_institution_without_support() {
    let sandbox = Serving::start(&["--job-time", "100ms"]);
    let bank = ["--institution", "Sandbox Savings"];
    let mut aggregate = nexus(["aggregate"].iter().chain(&bank)).at(&sandbox);
    let output = aggregate.output();
    assert!(output.status.success(), "{output:?}");
    let members = nexus(["call", "listMembers"]).at(&sandbox).output();
    let members: serde_json::Value = serde_json::from_slice(&members.stdout).unwrap();
    let member = members["members"][0]["guid"].as_str().unwrap();
    let update = ["--member", member, "--credential", "Password=challenge"];
    for (kind, code) in [("identify", 1), ("aggregate", 3)] {
        let output = nexus([kind].iter().chain(&update)).at(&sandbox).output();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{stderr}");
        let is_sent = stderr.contains("credentials updated");
        assert_eq!(is_sent, kind == "aggregate", "{stderr}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn start_that_mx_refuses_is_not_reported_as_started() {
    let sandbox = Sandbox::builder().without(JobKind::Identification);
    let sandbox = sandbox.start().await.unwrap();
    let member = sandbox.add_member(USER, "password").unwrap();
    let arguments = ["identify", "--member", member.as_str()];
    let text = nexus(arguments).inside(&sandbox).transcript();
    insta::assert_snapshot!("refused_start", text);
}
