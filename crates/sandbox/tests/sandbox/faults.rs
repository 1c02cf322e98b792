//! Every fault, as the client sees it.

use std::time::Duration;

use mx_nexus::identity::{JobError, Owners};
use mx_nexus::{Nexus, RetryPolicy, User, api, reqwest};
use mx_nexus_sandbox::{Fault, FaultBody, FaultKind, JobKind, Lag, Sandbox};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::session;
use crate::{ADA, MX_BANK, PATIENCE, connect, known_user, open, polling, quick, raw};

/// A sandbox, and a client of one user without retries.
async fn without_retries() -> (Sandbox, api::Client) {
    let sandbox = quick().start().await.unwrap();
    let nexus = sandbox.nexus().retry(RetryPolicy::off()).build().unwrap();
    let api = known_user(&nexus, ADA).await.api().await.unwrap();
    (sandbox, api)
}

/// The statuses of an operation in order; none for a reset.
fn statuses(sandbox: &Sandbox, id: &str) -> Vec<Option<u16>> {
    let requests = sandbox.requests().into_iter();
    requests
        .filter(|request| request.operation == Some(id))
        .map(|request| request.status)
        .collect()
}

async fn identify(user: &User, member: &str) -> Result<Owners, JobError> {
    let job = user.identify(member).with_polling(polling());
    job.run(PATIENCE, async |_| None).await
}

/// How many identifications were started.
fn identifications(sandbox: &Sandbox) -> usize {
    let jobs = sandbox.jobs().into_iter();
    jobs.filter(|job| job.kind == JobKind::Identification)
        .count()
}

async fn connected(nexus: &Nexus) -> (User, String) {
    let user = known_user(nexus, ADA).await;
    let connection = connect(&user, MX_BANK, "any").await;
    let member = connection.member().as_str().to_owned();
    (user, member)
}

#[tokio::test]
async fn status_with_every_kind_of_body() {
    let (sandbox, api) = without_retries().await;
    for body in [
        FaultBody::Error,
        FaultBody::Html,
        FaultBody::NotJson,
        FaultBody::Empty,
    ] {
        let fault = Fault::status(503)
            .body(body)
            .retry_after(Duration::from_secs(7));
        sandbox.fault(fault.on("GET", "/members")).unwrap();
        let error = api.list_members().send().await.unwrap_err();
        assert_eq!(error.status(), Some(503), "{body:?}");
        assert_eq!(
            error.retry_after(),
            Some(Duration::from_secs(7)),
            "{body:?}"
        );
        assert_eq!(
            error.message().is_some(),
            body == FaultBody::Error,
            "{body:?}: {error}"
        );
    }
    assert!(api.list_members().send().await.is_ok());
    let faults: Vec<_> = sandbox
        .requests()
        .into_iter()
        .filter_map(|one| one.fault)
        .collect();
    assert_eq!(faults, [FaultKind::Status; 4]);
}

#[tokio::test]
async fn start_with_lost_answer_is_not_repeated() {
    for fault in [
        Fault::reset_after_processing(),
        Fault::truncated(),
        Fault::status(502).processed(),
        Fault::status(504).processed().body(FaultBody::Html),
    ] {
        let (sandbox, nexus) = open().await;
        let (user, member) = connected(&nexus).await;
        sandbox
            .fault(fault.clone().on_operation("identifyMember"))
            .unwrap();
        identify(&user, &member).await.unwrap();
        assert_eq!(statuses(&sandbox, "identifyMember").len(), 1, "{fault:?}");
        assert_eq!(identifications(&sandbox), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn late_answer_is_lost_but_takes_effect() {
    let (sandbox, nexus) = open().await;
    let (_, member) = connected(&nexus).await;
    let session = session(&sandbox, &reqwest::Client::new(), ADA).await;
    let hasty = sandbox.nexus().retry(RetryPolicy::off());
    let hasty = hasty.timeout(Duration::from_secs(2)).build().unwrap();
    let api = hasty.with_session_token(session).api().await.unwrap();
    let late = Fault::delay(Duration::from_secs(500)).on_operation("identifyMember");
    sandbox.fault(late).unwrap();
    let error = api
        .identify_member()
        .member_guid(&*member)
        .send()
        .await
        .unwrap_err();
    assert!(error.is_answer_lost(), "{error}");
    assert_eq!(identifications(&sandbox), 1);
}

#[tokio::test]
async fn client_ignores_readings_that_lag() {
    let (sandbox, nexus) = open().await;
    let (user, member) = connected(&nexus).await;
    identify(&user, &member).await.unwrap();
    sandbox.clear_requests();
    sandbox.fault(Fault::lag(Lag::readings(3))).unwrap();
    identify(&user, &member).await.unwrap();
    assert_eq!(identifications(&sandbox), 2);
    let requests = sandbox.requests();
    let fault = requests.iter().find_map(|one| one.fault);
    assert_eq!(fault, Some(FaultKind::Lag));
    let readings = statuses(&sandbox, "readMember").len();
    assert!(readings > 4, "{readings} readings, one before the start");
}

#[tokio::test]
async fn expired_sessions_in_a_workflow_are_renewed() {
    let (sandbox, nexus) = open().await;
    let (user, member) = connected(&nexus).await;
    let sessions = || statuses(&sandbox, "createSession").len();
    let before = sessions();
    // Two in a row would expire the new session before it is used.
    for id in ["readMember", "identifyMember", "listAccountOwners"] {
        let fault = Fault::expired_sessions().on_operation(id);
        sandbox.fault(fault).unwrap();
    }
    identify(&user, &member).await.unwrap();
    assert_eq!(sessions(), before + 3);
}

#[tokio::test]
async fn reset_closes_the_connection_by_rst() {
    let (sandbox, _) = open().await;
    sandbox.fault(Fault::reset()).unwrap();
    let mut stream = raw::connect(&sandbox).await;
    stream
        .write_all(b"GET /nexus/members HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut received = Vec::new();
    let error = stream.read_to_end(&mut received).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert!(received.is_empty());
}

#[tokio::test]
async fn truncated_answer_has_a_head_and_half_of_its_body() {
    let (sandbox, _) = open().await;
    sandbox.fault(Fault::truncated()).unwrap();
    let received = raw::exchange(
        &sandbox,
        b"GET /nexus/members HTTP/1.1\r\nhost: localhost\r\n\r\n",
    )
    .await;
    let (head, body) = received.split_once("\r\n\r\n").expect("the head is whole");
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let announced: usize = length.expect("the length is announced").parse().unwrap();
    assert!(
        !body.is_empty() && body.len() < announced,
        "{} of {announced}",
        body.len()
    );
}
