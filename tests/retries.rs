//! What is sent again and what is not, counted at the server.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::time::{Duration, SystemTime};

use mx_nexus::api::{Client, types};
use mx_nexus::{Error, ErrorKind, RetryPolicy};

#[path = "support/recorder.rs"]
mod recorder;

use recorder::{Answer, Recorder, builder_at, member, nobody, quick};

const READ: &str = "GET /members/MBR-1";
const START: &str = "POST /members/MBR-1/identify";
const BODY: &[u8] = br#"{"member":{"guid":"MBR-1"}}"#;

async fn client(server: &Recorder, policy: RetryPolicy) -> Client {
    let nexus = server.builder().retry(policy).build().unwrap();
    nexus.with_session_token("s").api().await.unwrap()
}

async fn read(api: &Client) -> Result<types::MemberResponseBody, Error> {
    let answer = api.read_member().member_guid("MBR-1").send().await?;
    Ok(answer.into_inner())
}

async fn start(api: &Client) -> Result<types::MemberResponseBody, Error> {
    let answer = api.identify_member().member_guid("MBR-1").send().await?;
    Ok(answer.into_inner())
}

/// Reads and starts against a server that answers so once, and well from then on; says how often each was sent, and the end
/// that the start came to.
async fn once(trouble: Answer) -> (usize, usize, Result<(), Error>) {
    let server = Recorder::answering([trouble.clone(), member("MBR-1")]).await;
    let api = client(&server, quick()).await;
    let guid = read(&api).await.unwrap().member.and_then(|it| it.guid);
    assert_eq!(guid.unwrap().as_str(), "MBR-1");
    let reads = server.count(READ);

    let server = Recorder::answering([trouble, member("MBR-1")]).await;
    let outcome = start(&client(&server, quick()).await).await;
    (reads, server.count(START), outcome.map(drop))
}

#[tokio::test]
async fn a_call_refused_with_429_is_sent_again_whatever_it_is() {
    for retry_after in ["0", "Fri, 20 Nov 2020 10:00:00 GMT", "soon"] {
        let refusal = Answer::json(429, "").with("Retry-After", retry_after);
        let (reads, starts, outcome) = once(refusal).await;
        assert_eq!((reads, starts), (2, 2), "{retry_after}");
        outcome.unwrap();
    }
}

#[tokio::test]
async fn a_longer_wait_than_allowed_is_left_to_the_caller() {
    let refusal = Answer::json(429, "").with("Retry-After", "3600");
    let server = Recorder::answering([refusal]).await;
    let error = read(&client(&server, quick()).await).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert!(error.is_transient());
    assert_eq!(server.count(READ), 1);
}

#[tokio::test]
async fn a_date_to_wait_for_is_understood() {
    let far = "Wed, 01 Jan 2200 00:00:00 GMT";
    let refusal = Answer::json(503, "").with("Retry-After", far);
    let server = Recorder::answering([refusal]).await;
    let error = read(&client(&server, quick()).await).await.unwrap_err();
    assert!(error.retry_after().unwrap() > Duration::from_secs(3600));
    assert_eq!(server.count(READ), 1);
}

/// MX, busy until a moment that it names, and well from then on.
async fn busy_until(moment: SystemTime) -> Recorder {
    Recorder::start(move |_, _| {
        if SystemTime::now() < moment {
            let date = httpdate::fmt_http_date(moment);
            return Answer::json(429, "").with("Retry-After", date);
        }
        member("MBR-1")
    })
    .await
}

/// A date has no fractions of a second.
fn in_two_seconds() -> SystemTime {
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(2));
    httpdate::parse_http_date(&date).unwrap()
}

#[tokio::test]
async fn a_date_that_is_near_is_waited_for() {
    let moment = in_two_seconds();
    let server = busy_until(moment).await;
    // One more attempt, which is refused as well when it comes too early.
    read(&client(&server, quick().attempts(2)).await)
        .await
        .unwrap();
    assert_eq!(server.count(READ), 2);

    let server = busy_until(in_two_seconds()).await;
    let impatient = quick().longest_delay(Duration::ZERO);
    let error = read(&client(&server, impatient).await).await.unwrap_err();
    let asked = error.retry_after().unwrap();
    assert!(asked > Duration::ZERO && asked <= Duration::from_secs(2));
}

#[tokio::test]
async fn no_wait_is_too_long_to_reckon_with() {
    let refusal = Answer::json(429, "").with("Retry-After", u64::MAX.to_string());
    let server = Recorder::answering([refusal]).await;
    let patient = quick().longest_delay(Duration::MAX);
    let error = read(&client(&server, patient).await).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(u64::MAX)));
}

#[tokio::test]
async fn a_server_error_is_tried_again_for_a_read_and_not_for_a_start() {
    for status in [408, 500, 502, 503, 504] {
        let (reads, starts, outcome) = once(Answer::json(status, "")).await;
        assert_eq!((reads, starts), (2, 1), "{status}");
        let error = outcome.unwrap_err();
        assert_eq!(error.status(), Some(status));
        assert!(error.is_answer_lost(), "{status}");
    }
}

#[tokio::test]
async fn a_refusal_is_final() {
    for status in [400, 403, 404, 405, 409, 422, 501] {
        let server = Recorder::answering([Answer::json(status, "")]).await;
        let error = read(&client(&server, quick()).await).await.unwrap_err();
        assert_eq!(error.status(), Some(status));
        assert_eq!(server.count(READ), 1, "{status}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_tried_again_for_a_read_and_not_for_a_start() {
    for trouble in [
        Answer::Broken(200, BODY.to_vec()),
        Answer::Reset(200, BODY.to_vec()),
        Answer::HangUp,
    ] {
        let name = format!("{trouble:?}");
        let (reads, starts, outcome) = once(trouble).await;
        assert_eq!((reads, starts), (2, 1), "{name}");
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport, "{name}");
        assert!(error.is_answer_lost() && error.is_transient(), "{name}");
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_is_a_timeout() {
    for trouble in [Answer::Silence, Answer::Stalled(200, BODY.to_vec())] {
        let name = format!("{trouble:?}");
        let server = Recorder::answering([trouble]).await;
        let builder = server.builder().timeout(Duration::from_millis(250));
        let nexus = builder.retry(quick().attempts(2)).build().unwrap();
        let api = nexus.with_session_token("s").api().await.unwrap();
        for (outcome, line, times) in [(read(&api).await, READ, 2), (start(&api).await, START, 1)] {
            let error = outcome.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Timeout, "{name}");
            assert!(error.is_answer_lost() && error.is_transient(), "{name}");
            assert_eq!(server.count(line), times, "{name} {line}");
        }
    }
}

#[tokio::test]
async fn an_error_whose_body_breaks_keeps_its_status() {
    let server = Recorder::answering([Answer::Broken(404, BODY.to_vec())]).await;
    let error = read(&client(&server, quick()).await).await.unwrap_err();
    assert!(error.is_not_found());
}

#[tokio::test]
async fn a_refused_connection_never_carried_the_call() {
    let nexus = builder_at(&nobody().await).build().unwrap();
    let api = nexus.with_session_token("s").api().await.unwrap();
    for outcome in [read(&api).await, start(&api).await] {
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect);
        assert!(error.was_never_sent() && !error.is_answer_lost() && error.is_transient());
    }
}

#[tokio::test]
async fn attempts_are_counted_and_can_be_one() {
    for (policy, times) in [
        (quick(), 4),
        (quick().attempts(2), 2),
        (quick().attempts(0), 1),
        (RetryPolicy::off(), 1),
        (quick().total(Duration::ZERO), 1),
    ] {
        let name = format!("{policy:?}");
        let server = Recorder::answering([Answer::json(503, "")]).await;
        read(&client(&server, policy).await).await.unwrap_err();
        assert_eq!(server.count(READ), times, "{name}");
    }
}

#[tokio::test]
async fn an_outage_does_not_multiply_the_calls_of_a_fleet() {
    let server = Recorder::answering([Answer::json(503, "")]).await;
    let api = client(&server, quick().first_delay(Duration::ZERO)).await;
    for _ in 0..50 {
        read(&api).await.unwrap_err();
    }
    assert_eq!(server.count(READ), 50 + 100, "the budget pays for 100");
}
