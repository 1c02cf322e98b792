//! Jobs that another process continues, on a sandbox in a third process.

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
fn another_process_continues_with_the_handle() {
    let sandbox = Serving::start(&["--job-time", "300ms"]);
    let handle = handle(&sandbox, &STOPPED);
    let answers = ["--answer", "correct"];
    let resume = ["resume", "-"].into_iter().chain(answers);
    let text = nexus(resume).at(&sandbox).typing(handle.as_str());
    insta::assert_snapshot!("resumed", text.transcript());
    // After the end of the job, its handle returns the same owners again.
    let again = nexus(["resume", handle.trim(), "--json"]).at(&sandbox);
    let output = again.with("MX_USER_ID", "").output();
    assert!(output.status.success(), "{output:?}");
    let owners: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(owners.as_array().is_some_and(|owners| !owners.is_empty()));
}

#[test]
fn handle_from_a_file_without_answers_prints_the_question_again() {
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
fn another_process_continues_after_a_timeout() {
    let sandbox = Serving::start(&["--job-time", "2s"]);
    let output = nexus(["identify", "--timeout", "500ms"])
        .at(&sandbox)
        .output();
    assert_eq!(output.status.code(), Some(5), "{output:?}");
    let handle = String::from_utf8(output.stdout).unwrap();
    let output = nexus(["resume", "-"]).at(&sandbox).typing(handle).output();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[test]
fn handle_of_another_user_is_resumed_as_that_user() {
    let sandbox = Serving::start(&["--job-time", "300ms"]);
    let arguments: Vec<&str> = STOPPED
        .into_iter()
        .chain(["--user", "another-user"])
        .collect();
    let handle = handle(&sandbox, &arguments);
    let resume = nexus(["resume", "-", "--answer", "correct"]);
    let output = resume.at(&sandbox).typing(handle).output();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[test]
fn invalid_handle_and_missing_credentials_are_reported() {
    let mut text = nexus(["resume", "{}"]).transcript();
    let sandbox = Serving::start(&[]);
    for handle in ["{}", r#"{"version": "9"}"#, "no JSON"] {
        text.push_str(&nexus(["resume", handle]).at(&sandbox).transcript());
    }
    insta::assert_snapshot!("not_resumed", text);
}

#[test]
fn same_credentials_again_update_the_member_of_a_sandbox() {
    let sandbox = Serving::start(&["--job-time", "100ms"]);
    let first = nexus(["identify"]).at(&sandbox).output();
    assert!(first.status.success(), "{first:?}");
    let again = nexus(["identify"]).at(&sandbox).transcript();
    insta::assert_snapshot!("same_credentials_again", again);
}

#[test]
fn status_shows_a_job_and_starts_nothing() {
    let sandbox = Serving::start(&["--job-time", "300ms"]);
    let handle = handle(&sandbox, &STOPPED);
    let status = || nexus(["status", "-"]).at(&sandbox).typing(handle.as_str());
    let text = status().transcript();
    assert_eq!(text, status().transcript(), "nothing has changed");
    insta::assert_snapshot!("status", text);
    let json = nexus(["status", "-", "--json"]).at(&sandbox);
    let output = json.typing(handle.as_str()).output();
    let known: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(known["status"], "CHALLENGED");
    assert_eq!(known["questions"][0]["options"][0], "The right one");
}

#[test]
fn handle_goes_to_stderr_when_stdout_is_closed() {
    let sandbox = Serving::start(&[]);
    let arguments = ["identify", "--timeout", "300ms"];
    let mut child = nexus(arguments).at(&sandbox).start();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(5));
    let stderr = String::from_utf8(output.stderr).unwrap();
    let handle = stderr.lines().find(|line| line.starts_with('{')).unwrap();
    let handle: serde_json::Value = serde_json::from_str(handle).unwrap();
    assert_eq!(handle["user"], "my-first-user");
}

#[test]
fn job_that_was_not_started_is_not_reported_as_started() {
    let sandbox = Serving::start(&[]);
    let arguments = ["identify", "--member", "MBR-1"];
    insta::assert_snapshot!("unknown_member", nexus(arguments).at(&sandbox).transcript());
}
