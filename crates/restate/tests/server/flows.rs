//! Flows without failures of processes.

use std::path::PathBuf;
use std::time::Duration;

use mx_nexus::aggregation::Aggregation;
use mx_nexus::balance::BalanceCheck;
use mx_nexus::history::ExtendedHistory;
use mx_nexus::identity::Identification;
use mx_nexus::jobs::{JobBuilder, Remedy};
use mx_nexus::values::MemberGuid;
use mx_nexus::verification::Verification;
use mx_nexus::{User, atrium};
use mx_nexus_restate::{DurableKind, Error, Outcome, Status};
use mx_nexus_sandbox::{Sandbox, SandboxBuilder};

use crate::processes::{QUICK, Stack, TIMEOUT, answer, answer_until_done, until, until_asked};

fn quick_sandbox() -> SandboxBuilder {
    Sandbox::builder().job_time(Duration::from_millis(400))
}

type Prepare<U, K> = fn(&U, MemberGuid) -> JobBuilder<K>;

pub(crate) async fn every_kind_of_both_apis_ends_with_its_result(server: PathBuf) {
    let stack = Stack::start(&server, "kinds", quick_sandbox())
        .await
        .with_workers(1, QUICK)
        .await;
    both_apis::<Identification>(
        &stack,
        |user, it| user.identify(it),
        |user, it| user.identify(it),
    )
    .await;
    both_apis::<Verification>(
        &stack,
        |user, it| user.verify(it),
        |user, it| user.verify(it),
    )
    .await;
    both_apis::<Aggregation>(
        &stack,
        |user, it| user.aggregate(it),
        |user, it| user.aggregate(it),
    )
    .await;
    both_apis::<BalanceCheck>(
        &stack,
        |user, it| user.check_balance(it),
        |user, it| user.check_balance(it),
    )
    .await;
    both_apis::<ExtendedHistory>(
        &stack,
        |user, it| user.extend_history(it),
        |user, it| user.extend_history(it),
    )
    .await;
}

async fn both_apis<K: DurableKind>(
    stack: &Stack,
    nexus: Prepare<User, K>,
    atrium: Prepare<atrium::User, K>,
) {
    let (sandbox, client) = (&stack.sandbox, stack.client::<K>());
    let name = K::WORKFLOW;
    let user = format!("U-{name}");
    let member = sandbox.add_member(&user, "challenge").unwrap();
    let job = nexus(
        &sandbox.nexus().build().unwrap().user(user.as_str()),
        member,
    );
    let user = sandbox.add_atrium_user(&user).unwrap();
    let member = sandbox.add_atrium_member(&user, "challenge").unwrap();
    let atrium_job = atrium(&sandbox.atrium().build().unwrap().user(user), member);
    for (id, job) in [("nexus", job), ("atrium", atrium_job)] {
        assert!(client.start(id, job.clone(), TIMEOUT).await.unwrap());
        assert!(
            !client.start(id, job, TIMEOUT).await.unwrap(),
            "it is there already"
        );
        let shown = answer_until_done(&client, id).await;
        let outcome = client.outcome(id).await.unwrap();
        assert_eq!(outcome, shown);
        let Outcome::Done { count, handle } = outcome else {
            panic!("{name} of {id}: {outcome:?}");
        };
        assert!(count > 0, "{name} of {id}");
        let result = client.result(&handle).await.unwrap();
        assert_eq!(K::count(&result), count);
    }
}

pub(crate) async fn questions_are_answered_or_given_up(server: PathBuf) {
    let stack = Stack::start(&server, "questions", quick_sandbox())
        .await
        .with_workers(1, QUICK)
        .await;
    let client = stack.client::<Identification>();

    assert!(matches!(
        answer(&client, "nobody", "x").await,
        Err(Error::NothingAsked)
    ));
    stack.identify("two-rounds", "phone").await;
    let outcome = answer_until_done(&client, "two-rounds").await;
    assert!(matches!(outcome, Outcome::Done { .. }), "{outcome:?}");

    // A wrong answer: the job ends as MX ends it.
    stack.identify("wrong", "challenge").await;
    until_asked(&client, "wrong").await;
    answer(&client, "wrong", "incorrect").await.unwrap();
    let outcome = client.outcome("wrong").await.unwrap();
    assert!(
        matches!(
            &outcome,
            Outcome::Failed {
                remedy: Some(Remedy::StartAgainWithUser),
                ..
            }
        ),
        "{outcome:?}"
    );

    let member = stack.identify("given-up", "challenge").await;
    until_asked(&client, "given-up").await;
    client.give_up("given-up").await.unwrap();
    let outcome = client.outcome("given-up").await.unwrap();
    let Outcome::Failed {
        remedy: Some(Remedy::Resume),
        is_resumable: true,
        handle,
        ..
    } = outcome
    else {
        panic!("{outcome:?}");
    };
    // The user is back.
    let user = stack.sandbox.nexus().build().unwrap().user("U-given-up");
    assert!(
        client
            .start("back", user.resume(handle).unwrap(), TIMEOUT)
            .await
            .unwrap()
    );
    let outcome = answer_until_done(&client, "back").await;
    assert!(matches!(outcome, Outcome::Done { .. }), "{outcome:?}");
    assert_eq!(stack.paid_jobs(&member), 1);
}

pub(crate) async fn answers_that_were_not_reported_are_found_by_reading(server: PathBuf) {
    let stack = Stack::start(&server, "unreported", quick_sandbox())
        .await
        .with_workers(1, QUICK)
        .await;
    let client = stack.client::<Identification>();
    let member = stack.identify("unreported", "challenge").await;
    until_asked(&client, "unreported").await;
    // What is left when the process dies between the answer to MX and the report to Restate.
    let user = stack.sandbox.nexus().build().unwrap().user("U-unreported");
    let api = user.api().await.unwrap();
    let challenges = client.questions("unreported").await.unwrap().unwrap();
    let guid = challenges.iter().next().unwrap().guid().clone();
    let body =
        serde_json::json!({ "member": { "challenges": [{ "guid": guid, "value": "correct" }] } });
    let body: mx_nexus::api::types::MemberResumeRequestBody = serde_json::from_value(body).unwrap();
    api.resume_aggregation()
        .member_guid(&member)
        .body(body)
        .send()
        .await
        .unwrap();
    let outcome = client.outcome("unreported").await.unwrap();
    assert!(matches!(outcome, Outcome::Done { .. }), "{outcome:?}");
    assert_eq!(stack.paid_jobs(&member), 1);
}

pub(crate) async fn a_job_without_success_ends_with_its_remedy_and_is_resumed(server: PathBuf) {
    let stack = Stack::start(&server, "ends", quick_sandbox())
        .await
        .with_workers(1, QUICK)
        .await;
    let client = stack.client::<Identification>();
    stack.identify("locked", "LOCKED").await;
    let outcome = client.outcome("locked").await.unwrap();
    let Outcome::Failed {
        remedy: Some(Remedy::ActAtInstitution),
        is_resumable: false,
        handle,
        ..
    } = outcome
    else {
        panic!("{outcome:?}");
    };
    assert!(matches!(
        client.status("locked").await,
        Ok(Some(Status::Ended(_)))
    ));
    // The handle is of an identification, not of a verification.
    let user = stack.sandbox.nexus().build().unwrap().user("U-locked");
    assert!(user.resume::<Verification>(handle).is_err());
    assert!(matches!(
        client.outcome("unknown").await,
        Err(Error::NotFound)
    ));
    assert_eq!(client.status("unknown").await.unwrap(), None);
}

pub(crate) async fn a_worker_stops_gracefully(server: PathBuf) {
    let sandbox = Sandbox::builder().job_time(Duration::from_secs(3));
    let mut stack = Stack::start(&server, "stop", sandbox)
        .await
        .with_workers(1, QUICK)
        .await;
    let client = stack.client::<Identification>();
    let member = stack.identify("stop", "any").await;
    until("the job runs", async || stack.paid_jobs(&member) == 1).await;
    let took = stack.workers[0].terminate().await;
    println!("  stopped after {} ms", took.as_millis());
    stack.workers.clear();
    stack.add_worker();
    let outcome = client.outcome("stop").await.unwrap();
    assert!(matches!(outcome, Outcome::Done { .. }), "{outcome:?}");
    assert_eq!(stack.paid_jobs(&member), 1);
}
