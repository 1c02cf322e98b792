//! `--job-file`: the same command again continues, and what is refused.

use std::path::Path;
use std::time::Duration;

use mx_nexus_sandbox::{Fault, JobKind, Sandbox};
use tempfile::TempDir;

use crate::running::{Run, Serving, USER, nexus};

fn folder() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("job").display().to_string();
    (folder, path)
}

fn files(folder: &TempDir) -> Vec<String> {
    let names = std::fs::read_dir(folder.path()).unwrap();
    let mut names: Vec<String> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

async fn sandbox() -> Sandbox {
    let builder = Sandbox::builder().job_time(Duration::from_millis(300));
    builder.start().await.unwrap()
}

/// The jobs and the members of the sandbox.
async fn counts(sandbox: &Sandbox) -> (usize, usize) {
    let user = sandbox.nexus().build().unwrap().user(USER);
    let members = user.api().await.unwrap().list_members().send().await;
    let members = members.unwrap().into_inner().members;
    (sandbox.jobs().len(), members.unwrap_or_default().len())
}

#[tokio::test(flavor = "multi_thread")]
async fn same_command_with_the_answer_continues_the_job() {
    let sandbox = sandbox().await;
    let (folder, path) = folder();
    let command = [
        "identify",
        "--job-file",
        &path,
        "--credential",
        "Password=image",
    ];
    let run = |rest: &[&str]| {
        let arguments = command.iter().chain(rest);
        nexus(arguments).inside(&sandbox).transcript()
    };
    let first = run(&[]);
    assert_eq!(files(&folder), ["job", "job.image-1.gif"]);
    let status = nexus(["status", "--job-file", &path]).inside(&sandbox);
    let text = [first, status.transcript(), run(&["--answer", "correct"])];
    insta::assert_snapshot!("continued", text.join("\n"));
    assert!(files(&folder).is_empty());
    assert_eq!(counts(&sandbox).await, (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_used_once_and_only_missing_ones_are_asked_for() {
    let sandbox = sandbox().await;
    let (folder, path) = folder();
    let run = |arguments: &[&str]| {
        let file = ["--job-file", path.as_str()];
        nexus(arguments.iter().chain(&file))
            .inside(&sandbox)
            .output()
            .status
            .code()
    };
    // The answer `challenge` leads to another question.
    let first = [
        "identify",
        "--credential",
        "Password=challenge",
        "--answer",
        "challenge",
    ];
    assert_eq!(run(&first), Some(3));
    assert_eq!(run(&["resume", "--answer", "correct"]), Some(0));
    assert!(files(&folder).is_empty());
    assert_eq!(counts(&sandbox).await, (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn job_whose_end_is_known_leaves_no_file() {
    for (password, code) in [("password", 0), ("LOCKED", 4), ("UNAVAILABLE", 1)] {
        let sandbox = sandbox().await;
        let (folder, path) = folder();
        let password = format!("Password={password}");
        let run = nexus(["identify", "--job-file", &path, "--credential", &password]);
        let output = run.inside(&sandbox).output();
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        assert!(files(&folder).is_empty(), "{:?}", files(&folder));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_creation_of_a_member_is_found_again() {
    let sandbox = sandbox().await;
    let (folder, path) = folder();
    // Created, but neither the answer nor the search for it arrives.
    let lost = Fault::reset_after_processing().on_operation("createMember");
    sandbox.fault(lost).unwrap();
    let unlisted = Fault::status(500).on_operation("listMembers").times(20);
    sandbox.fault(unlisted).unwrap();
    let run = || {
        nexus(["identify", "--job-file", &path])
            .inside(&sandbox)
            .output()
    };
    let output = run();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(files(&folder), ["job"]);
    sandbox.clear_faults();
    let output = run();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(counts(&sandbox).await, (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn duplicate_is_the_member_of_this_job_or_keeps_the_file() {
    for is_ours in [true, false] {
        let sandbox = sandbox().await;
        let (folder, path) = folder();
        for password in ["LOCKED", "DISABLED"] {
            sandbox.add_member(USER, password).unwrap();
        }
        let duplicate = Fault::status(409).on_operation("createMember");
        let fault = if is_ours {
            duplicate.processed()
        } else {
            duplicate
        };
        sandbox.fault(fault).unwrap();
        let run = || nexus(["identify", "--job-file", &path]).inside(&sandbox);
        if !is_ours {
            insta::assert_snapshot!("duplicate", run().transcript());
            assert_eq!(files(&folder), ["job"]);
        }
        let output = run().output();
        assert!(output.status.success(), "{output:?}");
        assert!(files(&folder).is_empty());
        assert_eq!(counts(&sandbox).await, (1, 3));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_in_at_the_institution_is_waited_for() {
    let sandbox = sandbox().await;
    let (folder, path) = folder();
    let run = |timeout: &'static str| {
        let bank = ["--institution", "MX Bank (OAuth)", "--timeout", timeout];
        let arguments = ["identify", "--job-file", &path].into_iter().chain(bank);
        nexus(arguments).inside(&sandbox)
    };
    insta::assert_snapshot!("not_signed_in", run("1s").transcript());
    assert_eq!(files(&folder), ["job"]);
    let mut waiting = run("1m");
    let child = waiting.start();
    let api = sandbox.nexus().build().unwrap().user(USER).api().await;
    let members = api.unwrap().list_members().send().await.unwrap();
    let member = members
        .into_inner()
        .members
        .unwrap()
        .remove(0)
        .guid
        .unwrap();
    assert!(sandbox.finish_oauth(member.as_str()));
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(counts(&sandbox).await, (1, 1));
    assert_eq!(sandbox.jobs()[0].kind, JobKind::Identification);
}

#[tokio::test(flavor = "multi_thread")]
async fn transient_errors_during_the_sign_in_are_ignored() {
    let sandbox = sandbox().await;
    let (folder, path) = folder();
    // More than the attempts of one call.
    let unavailable = Fault::status(503).on_operation("readMember").times(6);
    sandbox.fault(unavailable).unwrap();
    let bank = ["--institution", "MX Bank (OAuth)", "--timeout", "1m"];
    let arguments = ["identify", "--job-file", &path].into_iter().chain(bank);
    let mut run = nexus(arguments).inside(&sandbox);
    let mut child = run.start();
    while !sandbox.faults().is_empty() && child.try_wait().unwrap().is_none() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let members = nexus(["call", "listMembers"]).inside(&sandbox).output();
    let members: serde_json::Value = serde_json::from_slice(&members.stdout).unwrap();
    let member = members["members"][0]["guid"].as_str().unwrap();
    assert!(sandbox.finish_oauth(member));
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(files(&folder).is_empty());
}

#[test]
fn file_of_another_job_is_refused() {
    let sandbox = Serving::start(&["--job-time", "300ms"]);
    let (_folder, path) = folder();
    let asked = [
        "identify",
        "--job-file",
        &path,
        "--credential",
        "Password=challenge",
    ];
    let output = nexus(asked).at(&sandbox).output();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let saved = std::fs::read_to_string(&path).unwrap();
    let file = ["--job-file", path.as_str()];
    let with_file = |arguments: &[&str]| nexus(arguments.iter().chain(&file));
    let other = Serving::start(&[]);
    let text = [
        with_file(&["verify"]).at(&sandbox).transcript(),
        with_file(&["identify", "--institution", "Alder Trust"])
            .at(&sandbox)
            .transcript(),
        with_file(&["identify", "--user", "another"])
            .at(&sandbox)
            .transcript(),
        with_file(&["resume"]).at(&other).transcript(),
        with_file(&["identify"]).transcript(),
    ];
    insta::assert_snapshot!("file_of_another_job", text.join("\n"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), saved);
}

#[test]
fn broken_file_is_refused_and_left_as_it_is() {
    let (folder, path) = folder();
    std::fs::write(&path, "{\"half").unwrap();
    let sandbox = Serving::start(&[]);
    let run = |command: &str| {
        nexus([command, "--job-file", &path])
            .at(&sandbox)
            .transcript()
    };
    let text = [run("identify"), run("resume"), run("status")];
    insta::assert_snapshot!("broken_file", text.join("\n"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\"half");
    assert_eq!(files(&folder), ["job"]);
}

#[test]
fn second_process_is_refused_while_the_first_one_runs() {
    let sandbox = Serving::start(&["--job-time", "1h"]);
    let (_folder, path) = folder();
    let run = || nexus(["identify", "--job-file", &path]).at(&sandbox);
    let mut first = run().start();
    while !Path::new(&path).exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let mut second: Run = run();
    let output = second.output();
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("another process uses "), "{stderr}");
}
