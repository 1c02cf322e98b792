//! Jobs that go on in another process, at a sandbox that a third one serves.

use crate::running::{Serving, nexus};

const STOPPED: [&str; 3] = ["identify", "--credential", "Password=options"];

fn handle(sandbox: &Serving, arguments: &[&str]) -> String {
    let output = nexus(arguments).at(sandbox).output();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let handle = String::from_utf8(output.stdout).unwrap();
    assert_eq!(handle.lines().count(), 1, "{handle}");
    let read: serde_json::Value = serde_json::from_str(&handle).unwrap();
    assert_eq!(read["version"], "2");
    handle
}

#[test]
fn another_process_goes_on_by_the_handle() {
    let sandbox = Serving::start(&["--job-time", "300ms"]);
    let handle = handle(&sandbox, &STOPPED);
    let answers = ["--answer", "correct"];
    let resume = ["resume", "-"].into_iter().chain(answers);
    let text = nexus(resume).at(&sandbox).typing(handle.as_str());
    insta::assert_snapshot!("resumed", text.transcript());
    // The job is over, and its handle gives the same owners again.
    let again = nexus(["resume", handle.trim(), "--json"]).at(&sandbox);
    let output = again.with("MX_USER_ID", "").output();
    assert!(output.status.success(), "{output:?}");
    let owners: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(owners.as_array().is_some_and(|owners| !owners.is_empty()));
}

#[test]
fn a_handle_is_read_from_a_file_as_well_and_asks_again_without_answers() {
    let sandbox = Serving::start(&["--job-time", "300ms"]);
    let handle = handle(&sandbox, &STOPPED);
    let path = std::env::temp_dir().join(format!("nexus-handle-{}", std::process::id()));
    std::fs::write(&path, &handle).unwrap();
    let output = nexus(["resume", &format!("@{}", path.display())])
        .at(&sandbox)
        .output();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("option"), "{stderr}");
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn patience_runs_out_and_another_process_waits_on() {
    let sandbox = Serving::start(&["--job-time", "2s"]);
    let output = nexus(["identify", "--patience", "500ms"])
        .at(&sandbox)
        .output();
    assert_eq!(output.status.code(), Some(5), "{output:?}");
    let handle = String::from_utf8(output.stdout).unwrap();
    let output = nexus(["resume", "-"]).at(&sandbox).typing(handle).output();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[test]
fn a_handle_of_another_user_is_taken_up_as_that_user() {
    let sandbox = Serving::start(&["--job-time", "300ms"]);
    let arguments: Vec<&str> = STOPPED.into_iter().chain(["--user", "somebody"]).collect();
    let handle = handle(&sandbox, &arguments);
    let resume = nexus(["resume", "-", "--answer", "correct"]);
    let output = resume.at(&sandbox).typing(handle).output();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[test]
fn what_is_no_handle_and_where_nothing_can_be_resumed_is_said() {
    let mut text = nexus(["resume", "{}"]).transcript();
    let sandbox = Serving::start(&[]);
    for handle in ["{}", r#"{"version": "9"}"#, "no JSON"] {
        text.push_str(&nexus(["resume", handle]).at(&sandbox).transcript());
    }
    insta::assert_snapshot!("not_resumed", text);
}

#[test]
fn the_same_login_again_mends_the_member_of_a_sandbox() {
    let sandbox = Serving::start(&["--job-time", "100ms"]);
    let first = nexus(["identify"]).at(&sandbox).output();
    assert!(first.status.success(), "{first:?}");
    let again = ["identify", "--credential", "Password=LOCKED"];
    insta::assert_snapshot!("mended", nexus(again).at(&sandbox).transcript());
}

#[test]
fn a_handle_that_stdout_does_not_take_is_not_lost() {
    let mut child = nexus(["identify", "--patience", "0s"]).start();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(5));
    let said = String::from_utf8(output.stderr).unwrap();
    let handle = said.lines().find(|line| line.starts_with('{')).unwrap();
    let handle: serde_json::Value = serde_json::from_str(handle).unwrap();
    assert_eq!(handle["user"], "my-first-user");
}
