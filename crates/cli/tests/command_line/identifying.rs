//! `nexus identify` in the embedded sandbox: the first command, every kind of question, every failing password.

use serde_json::Value;

use crate::running::{Serving, nexus, stable};

fn with_password(password: &str) -> Vec<String> {
    let credential = format!("Password={password}");
    ["identify", "--credential", &credential]
        .map(str::to_owned)
        .to_vec()
}

#[test]
fn first_command_prints_owners() {
    insta::assert_snapshot!("first_command", nexus(["identify"]).transcript());
}

#[test]
fn without_a_terminal_each_new_status_is_a_line() {
    let output = nexus(["identify"]).output();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let waiting: Vec<&str> = stderr
        .lines()
        .filter(|line| line.starts_with("waiting "))
        .collect();
    assert!(!waiting.is_empty(), "{stderr}");
    let repeated = waiting.windows(2).any(|two| two[0] == two[1]);
    assert!(!repeated, "{stderr}");
    assert!(!stderr.contains('\u{1b}'), "{stderr:?}");
}

#[test]
fn every_kind_of_question_is_answered_by_an_argument() {
    for password in ["challenge", "options", "image"] {
        let mut arguments = with_password(password);
        arguments.extend(["--answer", "correct"].map(str::to_owned));
        insta::with_settings!({snapshot_suffix => password}, {
            insta::assert_snapshot!("answered", nexus(&arguments).transcript());
        });
    }
}

#[test]
fn second_question_takes_the_second_answer() {
    let arguments = ["identify", "--answer", "challenge", "--answer", "correct"];
    insta::assert_snapshot!("two_rounds", nexus(arguments).transcript());
}

#[test]
fn wrong_and_missing_answers_have_their_own_exit_codes() {
    let mut arguments = with_password("challenge");
    insta::assert_snapshot!("missing_answer", nexus(&arguments).transcript());
    arguments.extend(["--answer", "wrong"].map(str::to_owned));
    insta::assert_snapshot!("wrong_answer", nexus(&arguments).transcript());
    let mut arguments = with_password("options");
    arguments.extend(["--answer", "neither of them"].map(str::to_owned));
    insta::assert_snapshot!("answer_is_not_an_option", nexus(&arguments).transcript());
}

#[test]
fn every_failing_password_has_its_remedy_and_exit_code() {
    for password in [
        "BAD_REQUEST",
        "UNAUTHORIZED",
        "INVALID",
        "LOCKED",
        "DISABLED",
        "SERVER_ERROR",
        "UNAVAILABLE",
    ] {
        let text = nexus(with_password(password)).transcript();
        insta::with_settings!({snapshot_suffix => password}, {
            insta::assert_snapshot!("failing_password", text);
        });
    }
}

#[test]
fn page_of_an_embedded_oauth_bank_ends_with_the_process() {
    let bank = ["identify", "--institution", "MX Bank (OAuth)"];
    let arguments = bank.into_iter().chain(["--timeout", "1s"]);
    insta::assert_snapshot!("oauth", nexus(arguments).transcript());
}

#[test]
fn timeout_has_its_own_exit_code() {
    let text = nexus(["identify", "--timeout", "300ms"]).transcript();
    assert!(text.contains("exit 5"), "{text}");
    assert!(text.contains("the budget of the job ran out"), "{text}");
}

#[test]
fn json_is_an_array_of_owners() {
    let output = nexus(["identify", "--json"]).output();
    assert!(output.status.success(), "{output:?}");
    let owners: Value = serde_json::from_slice(&output.stdout).unwrap();
    let owners = owners.as_array().unwrap();
    assert!(!owners.is_empty());
    for owner in owners {
        assert!(owner["owner_name"].is_string(), "{owner}");
        assert!(owner["account_guid"].is_string(), "{owner}");
    }
    assert!(!output.stderr.is_empty());
}

#[test]
fn json_leaves_stdout_empty_without_owners() {
    let arguments = ["identify", "--json", "--credential", "Password=challenge"];
    let output = nexus(arguments).output();
    assert_eq!(output.status.code(), Some(3));
    assert!(output.stdout.is_empty(), "{output:?}");
}

#[test]
fn image_of_a_job_that_ends_with_the_process_is_not_kept() {
    let output = nexus(with_password("image")).output();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(!stderr.contains("\nimage "), "{stderr}");
}

#[test]
fn image_is_kept_in_a_file_when_no_answer_is_given() {
    let sandbox = Serving::start(&["--job-time", "300ms"]);
    let output = nexus(with_password("image")).at(&sandbox).output();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    let line = stderr
        .lines()
        .find(|line| line.starts_with("image "))
        .unwrap_or_else(|| panic!("{}", stable(&stderr)));
    let path = line.strip_suffix("; it stays until you remove it").unwrap();
    let path = path.split_whitespace().last().unwrap();
    assert!(path.ends_with(".gif"), "{path}");
    let image = std::fs::read(path).unwrap();
    std::fs::remove_file(path).unwrap();
    assert!(image.starts_with(b"GIF8"), "{image:?}");
}
