//! Jobs that are resumed in other processes: what is saved, who may resume it, and that nothing is lost or done twice.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use mx_nexus::identity::{
    Answers, Identification, Identify, Job, JobErrorKind, JobHandle, Polling, Step,
};
use mx_nexus::verification::Verification;
use mx_nexus::{ErrorKind, Nexus};

#[path = "support/script.rs"]
mod script;

use script::{LONG, Reply, Server, member, member_with, nexus_at, owners, status, text_question};
use serde_json::json;

/// MX with one member: identified on request, asking one question, and then done.
fn bank() -> Arc<Server> {
    let mut phase = 0;
    Server::answering(move |head| {
        let line = head.lines().next().unwrap();
        match (line, phase) {
            ("POST /members/MBR-1/identify", 0) => phase = 1,
            ("PUT /members/MBR-1/resume", 2) => phase = 3,
            ("GET /members/MBR-1/challenges", 2) => return text_question("CRD-1", "S3CR3T town?"),
            ("GET /members/MBR-1/account_owners", 4) => return owners(&["ACT-1"]),
            ("GET /members/MBR-1", _) => {}
            _ => return status(409),
        }
        let shown = [
            "CONNECTED#1",
            "CREATED~#2",
            "CHALLENGED#2",
            "RESUMED~#2",
            "CONNECTED#2",
        ];
        let reply = member(shown[phase]);
        // Each state of work is seen once.
        if line.starts_with("GET") && [1, 3].contains(&phase) {
            phase += 1;
        }
        reply
    })
}

fn at_once() -> Polling {
    Polling::between(Duration::ZERO, Duration::ZERO)
}

/// As another process resumes it: through JSON, with a client and a user of its own.
fn elsewhere(address: &str, saved: &str) -> Identify {
    let handle: JobHandle = serde_json::from_str(saved).unwrap();
    let user = nexus_at(address).user(handle.user_id().unwrap());
    user.resume(handle).unwrap().with_polling(at_once())
}

fn save(job: &Job) -> String {
    serde_json::to_string(job.handle()).unwrap()
}

fn answers() -> Answers {
    Answers::new().with("CRD-1", "S3CR3T-ANSWER")
}

async fn asked(nexus: &Nexus) -> Job {
    let identify = nexus.user("U-1").identify("MBR-1").with_polling(at_once());
    let mut job = identify.start(LONG).await.unwrap();
    while let Step::Running(_) = job.next().await.unwrap() {}
    job
}

/// What the three processes do, one after the other; each returns what the next needs.
async fn run_part(part: &str, address: &str, saved: &str) -> String {
    match part {
        "start" => save(&asked(&nexus_at(address)).await),
        "answer" => {
            let mut job = elsewhere(address, saved).prepare(LONG);
            job.answer(answers()).await.unwrap();
            save(&job)
        }
        _ => {
            let job = elsewhere(address, saved).prepare(LONG);
            let owners = job.until_done(async |_| None).await.unwrap();
            format!("{} owner", owners.len())
        }
    }
}

#[tokio::test]
async fn a_job_is_started_answered_and_read_by_three_clients() {
    let server = bank();
    let mut saved = String::new();
    for part in ["start", "answer", "read"] {
        server.note(format!("  to {part}, a new client:"));
        saved = run_part(part, server.address(), &saved).await;
    }
    assert_eq!(saved, "1 owner");
    insta::assert_snapshot!(server.transcript());
}

/// The same with processes of the operating system: this test runs itself again, once for each part.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_is_started_answered_and_read_by_three_processes() {
    const NAMES: [&str; 3] = ["MX_TEST_PART", "MX_TEST_ADDRESS", "MX_TEST_SAVED"];
    if let [Ok(part), Ok(address), Ok(saved)] = NAMES.map(std::env::var) {
        return println!("\n<{}>", run_part(&part, &address, &saved).await);
    }
    let server = bank();
    let mut saved = String::new();
    for part in ["start", "answer", "read"] {
        let values = [part, server.address(), &saved].map(str::to_owned);
        let output = tokio::task::spawn_blocking(move || {
            Command::new(std::env::current_exe().unwrap())
                .args([
                    "a_job_is_started_answered_and_read_by_three_processes",
                    "--exact",
                    "--nocapture",
                ])
                .envs(NAMES.into_iter().zip(values))
                .output()
                .unwrap()
        });
        let output = String::from_utf8(output.await.unwrap().stdout).unwrap();
        let (_, result) = output.split_once("\n<").expect(&output);
        saved = result.split_once(">\n").unwrap().0.to_owned();
    }
    assert_eq!(saved, "1 owner");
    assert_eq!(server.count("POST /members/MBR-1/identify"), 1);
    assert_eq!(server.count("PUT /members/MBR-1/resume"), 1);
}

#[tokio::test]
async fn what_is_saved_is_versioned_and_holds_ids_only() {
    let server = bank();
    let mut job = asked(&server.nexus()).await;
    let pretty = |job: &Job| serde_json::to_string_pretty(job.handle()).unwrap();
    insta::assert_snapshot!("a_handle_while_a_question_is_open", pretty(&job));
    job.answer(answers()).await.unwrap();
    insta::assert_snapshot!("a_handle_after_the_answer", pretty(&job));
    assert!(
        !save(&job).contains("S3CR3T"),
        "no token, answer or question"
    );
}

#[tokio::test]
async fn a_handle_of_another_version_is_refused_with_its_version() {
    let job = asked(&bank().nexus()).await;
    let other = |version: &str| save(&job).replace(r#""version":"2","#, version);
    let of_3 = "this handle is of version 3; this version of mx-nexus reads version 2";
    let of_none = "this handle has no version; this version of mx-nexus reads version 2";
    for (saved, words) in [
        (other(r#""version":"3","#).as_str(), of_3),
        (other(r#""version":3,"#).as_str(), of_3),
        (
            r#"{"machine":{"phase":"Dream"},"owners":[],"version":"3"}"#,
            of_3,
        ),
        (r#"{"version":"3"}"#, of_3),
        (other("").as_str(), of_none),
        (other(r#""version":null,"#).as_str(), of_none),
        ("{}", of_none),
        ("[]", of_none),
    ] {
        let refusal = serde_json::from_str::<JobHandle>(saved).unwrap_err();
        assert_eq!(refusal.to_string(), words, "{saved}");
    }
}

/// As a database may return it, with sorted keys and some of its own.
#[tokio::test]
async fn a_handle_is_read_with_its_keys_in_any_order() {
    let job = asked(&bank().nexus()).await;
    let mut saved = serde_json::to_value(job.handle()).unwrap();
    saved["saved_at"] = "2026-08-01".into();
    let keys = saved.as_object().unwrap().iter().rev();
    let pairs: Vec<_> = keys
        .map(|(key, value)| format!("{key:?}:{value}"))
        .collect();
    let reversed: Vec<_> = pairs.iter().rev().cloned().collect();
    for pairs in [pairs, reversed] {
        let again: JobHandle = serde_json::from_str(&format!("{{{}}}", pairs.join(","))).unwrap();
        assert_eq!(&again, job.handle());
    }
}

#[tokio::test]
async fn whether_the_institution_is_read_is_in_the_handle() {
    for does_check in [false, true] {
        let server = Server::answering(|head| match head.lines().next().unwrap() {
            "GET /members/MBR-1" => {
                member_with(200, "CONNECTED#1", json!({"institution_guid": "INS-1"}))
            }
            "POST /members/MBR-1/identify" => member("CREATED~#2"),
            _ => status(404),
        });
        let identify = server.nexus().user("U-1").identify("MBR-1");
        let identify = identify.with_institution_check(does_check);
        let saved = save(&identify.prepare(LONG));
        let mut job = elsewhere(server.address(), &saved).prepare(LONG);
        while !job.handle().has_started() {
            job.next().await.unwrap();
        }
        let reads = server.count("GET /institutions/INS-1");
        assert_eq!(reads, usize::from(does_check));
    }
}

#[tokio::test]
async fn a_handle_of_another_user_is_refused_with_nothing_sent() {
    let server = bank();
    let job = asked(&server.nexus()).await;
    let before = server.transcript();
    let another = server.nexus().user("U-2");
    let resumed = another.resume::<Identification>(job.handle().clone());
    let error = resumed.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    let words = "the handle is of the user U-1, and this is U-2";
    assert!(error.to_string().ends_with(words), "{error}");
    let resumed = server
        .nexus()
        .user("U-1")
        .resume::<Verification>(job.handle().clone());
    let error = resumed.unwrap_err().to_string();
    assert!(
        error.ends_with("of kind Identification, not Verification"),
        "{error}"
    );
    assert_eq!(server.transcript(), before);
    // Whose session a token opens, only MX knows.
    let mut job = server
        .user()
        .resume::<Identification>(job.handle().clone())
        .unwrap()
        .prepare(LONG);
    assert!(matches!(job.next().await, Ok(Step::Challenged(_))));
}

#[tokio::test]
async fn a_job_resumed_in_any_state_has_the_same_end() {
    let mut resumptions = 0;
    for steps in 0.. {
        let server = bank();
        let identify = server.nexus().user("U-1").identify("MBR-1");
        let mut job = identify.with_polling(at_once()).prepare(LONG);
        let mut is_done = false;
        for _ in 0..steps {
            match job.next().await.unwrap() {
                Step::Challenged(_) => job.answer(answers()).await.unwrap(),
                step => is_done = matches!(step, Step::Done(_)),
            }
        }
        resumptions += 1;
        let job = elsewhere(server.address(), &save(&job)).prepare(LONG);
        let owners = job.until_done(async |_| answers()).await.unwrap();
        assert_eq!(owners.len(), 1, "after {steps} steps");
        let posts = server.count("POST /members/MBR-1/identify");
        let puts = server.count("PUT /members/MBR-1/resume");
        assert_eq!((posts, puts), (1, 1), "after {steps} steps");
        if is_done {
            break;
        }
    }
    assert_eq!(
        resumptions, 9,
        "every state between the beginning and the owners"
    );
}

/// As a durable engine does it: one call a step, and a new client for each.
#[tokio::test]
async fn a_job_resumed_before_every_call_has_the_same_end() {
    let server = bank();
    let identify = server.nexus().user("U-1").identify("MBR-1");
    let mut saved = save(&identify.prepare(LONG));
    loop {
        let mut job = elsewhere(server.address(), &saved).prepare(LONG);
        let step = job.poll().await.unwrap();
        saved = save(&job);
        match step {
            Step::Challenged(_) => {
                let mut job = elsewhere(server.address(), &saved).prepare(LONG);
                job.answer(answers()).await.unwrap();
                saved = save(&job);
            }
            Step::Done(owners) => break assert_eq!(owners.len(), 1),
            _ => {}
        }
    }
    assert_eq!(server.count("POST /members/MBR-1/identify"), 1);
    assert_eq!(server.count("PUT /members/MBR-1/resume"), 1);
}

#[tokio::test]
async fn a_job_whose_budget_ran_out_goes_on_in_another_process() {
    let server = bank();
    let identify = server.nexus().user("U-1").identify("MBR-1");
    let saved = save(&identify.start(LONG).await.unwrap());
    let mut job = elsewhere(server.address(), &saved).prepare(Duration::ZERO);
    let error = job.next().await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::TimedOut);
    server.note("  the budget is spent");
    let saved = serde_json::to_string(error.handle()).unwrap();
    let job = elsewhere(server.address(), &saved).prepare(LONG);
    let owners = job.until_done(async |_| answers()).await.unwrap();
    server.note(format!("  resumed elsewhere: {} owner", owners.len()));
    insta::assert_snapshot!(server.transcript());
}

#[tokio::test]
async fn an_end_without_owners_is_the_same_when_resumed_and_calls_nothing() {
    let replies: [Reply; 4] = [
        member("CONNECTED#1"),
        member("CREATED~#2"),
        member("DENIED#2"),
        member("DENIED#2"),
    ];
    let server = Server::start(replies);
    let identify = server.nexus().user("U-1").identify("MBR-1");
    let error = identify
        .with_polling(at_once())
        .run(LONG, async |_| None)
        .await;
    let error = error.unwrap_err();
    let saved = serde_json::to_string(error.handle()).unwrap();
    let before = server.transcript();
    let again = elsewhere(server.address(), &saved)
        .prepare(LONG)
        .next()
        .await;
    assert_eq!(again.unwrap_err().to_string(), error.to_string());
    assert_eq!(server.transcript(), before);
}
