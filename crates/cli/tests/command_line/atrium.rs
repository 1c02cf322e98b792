//! `--api atrium`: jobs, calls and operations of the sister API.

use std::time::Duration;

use mx_nexus_sandbox::Sandbox;

use crate::running::{USER, nexus};

async fn sandbox() -> Sandbox {
    let builder = Sandbox::builder().job_time(Duration::from_millis(100));
    builder.start().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_job_runs_by_atrium() {
    for kind in ["identify", "verify", "aggregate", "balance", "history"] {
        let sandbox = sandbox().await;
        let user = sandbox.add_atrium_user(USER).unwrap();
        let member = sandbox.add_atrium_member(&user, "challenge").unwrap();
        let job = [kind, "--api", "atrium", "--member", member.as_str()];
        let output = nexus(job).inside(&sandbox).output();
        assert_eq!(output.status.code(), Some(3), "{kind}: {output:?}");
        let resume = nexus(["resume", "-", "--answer", "correct"]);
        let text = resume.inside(&sandbox).typing(output.stdout).transcript();
        insta::with_settings!({snapshot_suffix => kind}, {
            insta::assert_snapshot!("atrium", text);
        });
        assert_eq!(sandbox.jobs().len(), 1);
    }
}

#[test]
fn first_command_by_atrium_prints_owners() {
    let text = nexus(["identify", "--api", "atrium"]).transcript();
    insta::assert_snapshot!("first_command", text);
}

#[tokio::test(flavor = "multi_thread")]
async fn institution_of_atrium_is_a_name_or_a_code() {
    let sandbox = sandbox().await;
    let run = |institution: &str| {
        let bank = ["--institution", institution];
        let job = ["identify", "--api", "atrium", "--timeout", "5s"];
        let job = job.into_iter().chain(bank);
        nexus(job).inside(&sandbox).transcript()
    };
    let text = [
        "sandbox_bank",
        "MX Bank (OAuth)",
        "Alder",
        "no_such_bank",
        "sandbox_savings",
    ];
    let text: Vec<String> = text.iter().map(|bank| run(bank)).collect();
    insta::assert_snapshot!("institutions", text.join("\n"));
    let again = [
        "identify",
        "--api",
        "atrium",
        "--institution",
        "sandbox_bank",
    ];
    let output = nexus(again).inside(&sandbox).output();
    assert!(
        output.status.success(),
        "the same credentials again: {output:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn user_of_atrium_is_a_guid_or_an_identifier() {
    let sandbox = sandbox().await;
    let user = sandbox.add_atrium_user("ours").unwrap();
    let list = |user: &str| {
        let arguments = ["call", "listMembers", "--api", "atrium", "--user", user];
        nexus(arguments).inside(&sandbox).output()
    };
    for known in ["ours", user.as_str()] {
        let output = list(known);
        assert!(output.status.success(), "{output:?}");
    }
    let unknown = list("USR-1");
    assert_eq!(unknown.status.code(), Some(1), "{unknown:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_of_atrium_replace_those_of_nexus() {
    let sandbox = sandbox().await;
    let run = |api: &'static str| {
        nexus(["call", "listUsers", "--api", api])
            .inside(&sandbox)
            .with("MX_API_KEY", "hush")
            .with("MX_ATRIUM_API_KEY", sandbox.api_key().expose())
            .output()
    };
    assert!(run("atrium").status.success(), "{:?}", run("atrium"));
    let missing = nexus(["call", "listUsers", "--api", "atrium"]);
    let output = missing.inside(&sandbox).with("MX_API_KEY", "hush").output();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn job_of_one_api_is_not_continued_by_the_other() {
    let sandbox = sandbox().await;
    let user = sandbox.add_atrium_user(USER).unwrap();
    let member = sandbox.add_atrium_member(&user, "challenge").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("job").display().to_string();
    let run = |api: &str| {
        let job = ["identify", "--api", api, "--member", member.as_str()];
        let file = ["--job-file", path.as_str()];
        nexus(job.iter().chain(&file)).inside(&sandbox)
    };
    assert_eq!(run("atrium").output().status.code(), Some(3));
    let status = nexus(["status", "--job-file", &path]).inside(&sandbox);
    let text = [run("nexus").transcript(), status.transcript()];
    insta::assert_snapshot!("other_api", text.join("\n"));
}

#[test]
fn operations_of_atrium_are_listed_and_shown() {
    let run = |arguments: &[&str]| nexus(arguments.iter().chain(&["--api", "atrium"])).transcript();
    let text = [
        run(&["operations", "--tag", "users"]),
        run(&["operations", "identifyMember"]),
        run(&["operations", "identifyMembr"]),
        run(&["operations", "--tag", "identity"]),
    ];
    insta::assert_snapshot!("operations", text.join("\n"));
}
