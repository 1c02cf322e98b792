//! Questions that are hard to reach: of another job, unreadable, and with answers that are lost on their way.

use std::time::Duration;

use mx_nexus_sandbox::{Fault, FaultBody, JobKind, Sandbox};

use crate::running::{USER, nexus};

async fn sandbox() -> Sandbox {
    let builder = Sandbox::builder().job_time(Duration::from_millis(100));
    builder.start().await.unwrap()
}

fn count(sandbox: &Sandbox, kind: JobKind) -> usize {
    sandbox.jobs().iter().filter(|job| job.kind == kind).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn question_of_another_job_is_answered_before_the_own_job_starts() {
    let sandbox = sandbox().await;
    let member = sandbox.add_member(USER, "challenge").unwrap();
    let aggregate = ["aggregate", "--member", member.as_str()];
    let output = nexus(aggregate).inside(&sandbox).output();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let identify = ["identify", "--member", member.as_str()];
    let answers = ["--answer", "correct", "--answer", "correct"];
    let text = nexus(identify.into_iter().chain(answers)).inside(&sandbox);
    insta::assert_snapshot!("question_of_another_job", text.transcript());
    assert_eq!(count(&sandbox, JobKind::Aggregation), 1);
    assert_eq!(count(&sandbox, JobKind::Identification), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn given_answer_is_used_although_sending_it_fails() {
    for fault in [Fault::status(503), Fault::closed(), Fault::status(429)] {
        let sandbox = sandbox().await;
        let member = sandbox.add_member(USER, "challenge").unwrap();
        let fault = fault.on_operation("resumeAggregation").times(2);
        sandbox.fault(fault.clone()).unwrap();
        let arguments = [
            "identify",
            "--member",
            member.as_str(),
            "--answer",
            "correct",
        ];
        let output = nexus(arguments).inside(&sandbox).output();
        assert!(output.status.success(), "{fault:?}: {output:?}");
        assert_eq!(count(&sandbox, JobKind::Identification), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_answers_are_asked_for_again_by_the_next_command() {
    let sandbox = sandbox().await;
    let member = sandbox.add_member(USER, "challenge").unwrap();
    let refused = Fault::status(400).on_operation("resumeAggregation");
    sandbox.fault(refused.times(3)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("job").display().to_string();
    let job = ["identify", "--member", member.as_str(), "--job-file", &path];
    let run = |answers: usize| {
        let answers = std::iter::repeat_n(["--answer", "correct"], answers);
        nexus(job.into_iter().chain(answers.flatten())).inside(&sandbox)
    };
    insta::assert_snapshot!("refused_answers", run(3).transcript());
    let output = run(1).output();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(count(&sandbox, JobKind::Identification), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn question_that_mx_does_not_list_is_reported() {
    let sandbox = sandbox().await;
    let member = sandbox.add_member(USER, "challenge").unwrap();
    let nothing = Fault::status(204).body(FaultBody::Empty);
    let nothing = nothing.on_operation("listMemberChallenges").times(1000);
    sandbox.fault(nothing).unwrap();
    let arguments = ["identify", "--member", member.as_str(), "--timeout", "3s"];
    let text = nexus(arguments).inside(&sandbox).transcript();
    assert_eq!(text.matches("names no question").count(), 1, "{text}");
    assert!(text.contains("exit 5"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn empty_list_of_owners_is_reported_in_words() {
    let sandbox = sandbox().await;
    let member = sandbox.add_member(USER, "password").unwrap();
    for option in ["--timeout=1m", "--json"] {
        let empty = Fault::altered().set("account_owners", serde_json::json!([]));
        let empty = empty.on_operation("listAccountOwners");
        sandbox.fault(empty).unwrap();
        let arguments = ["identify", "--member", member.as_str(), option];
        let text = nexus(arguments).inside(&sandbox).transcript();
        insta::with_settings!({snapshot_suffix => option.trim_matches('-')}, {
            insta::assert_snapshot!("no_owners", text);
        });
    }
}
