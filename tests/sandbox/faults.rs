//! Every fault, as the client feels it.

use std::time::Duration;

use mx_nexus::identity::{JobError, Owners};
use mx_nexus::sandbox::{Fault, FaultBody, FaultKind, JobKind, Sandbox};
use mx_nexus::{ErrorKind, Nexus, RetryPolicy, User, api, reqwest};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::estate::session;
use crate::{ADA, MX_BANK, PATIENCE, connect, known_user, open, polling, quick, raw};

/// A sandbox, and a client of one user that sends everything once.
async fn blunt() -> (Sandbox, api::Client) {
    let sandbox = quick().start().await.unwrap();
    let nexus = sandbox.nexus().retry(RetryPolicy::off()).build().unwrap();
    let api = known_user(&nexus, ADA).await.api().await.unwrap();
    (sandbox, api)
}

/// What became of an operation: its statuses, in turn; none for a reset.
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

/// How many identifications the sandbox has seen.
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
async fn a_status_comes_with_every_kind_of_body() {
    let (sandbox, api) = blunt().await;
    for body in [
        FaultBody::Json,
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
            body == FaultBody::Json,
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
async fn every_status_can_be_had() {
    let (sandbox, api) = blunt().await;
    for status in [
        400, 401, 403, 404, 405, 409, 422, 429, 500, 502, 503, 504, 599,
    ] {
        // A session that is refused is renewed once.
        let times = if status == 401 { 2 } else { 1 };
        sandbox
            .fault(
                Fault::status(status)
                    .on_operation("listMembers")
                    .times(times),
            )
            .unwrap();
        let error = api.list_members().send().await.unwrap_err();
        assert_eq!(error.status(), Some(status));
    }
}

#[tokio::test]
async fn a_read_is_repeated_until_it_goes_well() {
    let (sandbox, nexus) = open().await;
    let api = known_user(&nexus, ADA).await.api().await.unwrap();
    sandbox
        .fault(Fault::status(503).on("GET", "/members").times(2))
        .unwrap();
    api.list_members().send().await.unwrap();
    assert_eq!(
        statuses(&sandbox, "listMembers"),
        [Some(503), Some(503), Some(200)]
    );
}

#[tokio::test]
async fn a_start_whose_answer_is_lost_is_not_repeated() {
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
async fn a_start_that_was_lost_before_is_made_once_more() {
    for fault in [Fault::reset(), Fault::status(503)] {
        let (sandbox, nexus) = open().await;
        let (user, member) = connected(&nexus).await;
        sandbox
            .fault(fault.clone().on("POST", "/members/*/identify"))
            .unwrap();
        identify(&user, &member).await.unwrap();
        let starts = statuses(&sandbox, "identifyMember");
        assert_eq!(
            (starts.len(), starts.last()),
            (2, Some(&Some(200))),
            "{fault:?}"
        );
        assert_eq!(identifications(&sandbox), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_late_answer_is_an_answer_lost_and_the_request_had_its_effect() {
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
async fn a_truncated_answer_is_no_answer() {
    let (sandbox, api) = blunt().await;
    sandbox
        .fault(Fault::truncated().on_operation("listMembers"))
        .unwrap();
    let error = api.list_members().send().await.unwrap_err();
    assert!(
        error.is_answer_lost() || error.kind() == ErrorKind::Decode,
        "{error}"
    );
}

#[tokio::test]
async fn stale_echoes_do_not_fool_the_client() {
    let (sandbox, nexus) = open().await;
    let (user, member) = connected(&nexus).await;
    identify(&user, &member).await.unwrap();
    sandbox.fault(Fault::stale_echo().skip(1).times(3)).unwrap();
    identify(&user, &member).await.unwrap();
    assert_eq!(identifications(&sandbox), 2);
    let echoes = sandbox.requests().into_iter();
    let echoes = echoes.filter(|one| one.fault == Some(FaultKind::StaleEcho));
    assert_eq!(echoes.count(), 3);
}

#[tokio::test]
async fn sessions_that_expire_in_the_middle_are_renewed() {
    let (sandbox, nexus) = open().await;
    let (user, member) = connected(&nexus).await;
    let sessions = || statuses(&sandbox, "createSession").len();
    let before = sessions();
    // Twice at once would be a session that is refused as soon as it is opened.
    for id in ["readMember", "identifyMember", "listAccountOwners"] {
        let fault = Fault::expired_sessions().on_operation(id);
        sandbox.fault(fault).unwrap();
    }
    identify(&user, &member).await.unwrap();
    assert_eq!(sessions(), before + 3);
}

#[tokio::test]
async fn a_reset_is_a_reset_and_not_an_end() {
    let (sandbox, _) = open().await;
    sandbox.fault(Fault::reset()).unwrap();
    let mut stream = raw::dial(&sandbox).await;
    stream
        .write_all(b"GET /nexus/members HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    let mut heard = Vec::new();
    let error = stream.read_to_end(&mut heard).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert!(heard.is_empty());
}

#[tokio::test]
async fn a_truncated_answer_has_a_head_and_half_of_what_it_announced() {
    let (sandbox, _) = open().await;
    sandbox.fault(Fault::truncated()).unwrap();
    let heard = raw::say(&sandbox, b"GET /nexus/members HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let (head, body) = heard.split_once("\r\n\r\n").expect("the head is whole");
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
