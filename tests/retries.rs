//! Which calls are retried, counted at the server.

#![allow(clippy::unwrap_used, reason = "set-up fails by panicking")]

use std::time::{Duration, SystemTime};

use mx_nexus::api::{Client, types};
use mx_nexus::{Error, ErrorKind, RetryPolicy};

#[path = "support/recorder.rs"]
mod recorder;

use recorder::{Answer, Recorder, builder_at, closed_address, member, quick};

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

/// Reads and starts against a server with one bad answer; returns how often each was sent, and the outcome of the start.
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
async fn call_refused_with_429_is_retried_even_if_not_replayable() {
    for retry_after in ["0", "Fri, 20 Nov 2020 10:00:00 GMT", "soon"] {
        let refusal = Answer::json(429, "").with("Retry-After", retry_after);
        let (reads, starts, outcome) = once(refusal).await;
        assert_eq!((reads, starts), (2, 2), "{retry_after}");
        outcome.unwrap();
    }
}

#[tokio::test]
async fn retry_after_longer_than_the_longest_delay_is_returned() {
    let refusal = Answer::json(429, "").with("Retry-After", "3600");
    let server = Recorder::answering([refusal]).await;
    let error = read(&client(&server, quick()).await).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert!(error.is_transient());
    assert_eq!(server.count(READ), 1);
}

/// A server that answers 429 with the date in `Retry-After` until then.
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
async fn retry_after_with_a_near_date_is_waited_for() {
    let moment = in_two_seconds();
    let server = busy_until(moment).await;
    // One more attempt, which is refused too if it is sent too early.
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
async fn largest_retry_after_does_not_overflow() {
    let refusal = Answer::json(429, "").with("Retry-After", u64::MAX.to_string());
    let server = Recorder::answering([refusal]).await;
    let patient = quick().longest_delay(Duration::MAX);
    let error = read(&client(&server, patient).await).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(u64::MAX)));
}

#[tokio::test]
async fn server_error_is_retried_for_a_read_and_not_for_a_start() {
    for status in [408, 500, 502, 503, 504] {
        let (reads, starts, outcome) = once(Answer::json(status, "")).await;
        assert_eq!((reads, starts), (2, 1), "{status}");
        let error = outcome.unwrap_err();
        assert_eq!(error.status(), Some(status));
        assert!(error.is_answer_lost(), "{status}");
    }
}

#[tokio::test]
async fn client_errors_are_not_retried() {
    for status in [400, 403, 404, 405, 409, 422, 501] {
        let server = Recorder::answering([Answer::json(status, "")]).await;
        let error = read(&client(&server, quick()).await).await.unwrap_err();
        assert_eq!(error.status(), Some(status));
        assert_eq!(server.count(READ), 1, "{status}");
    }
}

#[tokio::test]
async fn broken_connection_is_retried_for_a_read_and_not_for_a_start() {
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
async fn silent_or_stalled_answer_is_a_timeout() {
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
async fn error_with_a_broken_body_keeps_its_status() {
    let server = Recorder::answering([Answer::Broken(404, BODY.to_vec())]).await;
    let error = read(&client(&server, quick()).await).await.unwrap_err();
    assert!(error.is_not_found());
}

#[tokio::test]
async fn refused_connection_means_never_sent() {
    let nexus = builder_at(&closed_address().await).build().unwrap();
    let api = nexus.with_session_token("s").api().await.unwrap();
    for outcome in [read(&api).await, start(&api).await] {
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect);
        assert!(error.was_never_sent() && !error.is_answer_lost() && error.is_transient());
    }
}

#[tokio::test]
async fn retry_policy_limits_the_attempts() {
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
async fn retry_budget_limits_the_retries_of_all_calls() {
    let server = Recorder::answering([Answer::json(503, "")]).await;
    let api = client(&server, quick().first_delay(Duration::ZERO)).await;
    for _ in 0..50 {
        read(&api).await.unwrap_err();
    }
    assert_eq!(server.count(READ), 50 + 100, "the budget pays for 100");
}
