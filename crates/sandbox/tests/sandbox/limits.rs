//! The longest and shortest settings of a sandbox: nothing overflows, and it responds.

use std::time::Duration;

use mx_nexus::RetryPolicy;
use mx_nexus_sandbox::{Fault, JobKind, JobState, Sandbox, SandboxBuilder};

use crate::{ADA, MX_BANK, PATIENCE, connect, find, known_user, open, polling, raw};

/// A sandbox with this value for every time.
fn all(time: Duration, number: usize) -> SandboxBuilder {
    Sandbox::builder()
        .job_time(time)
        .slow_factor(u32::try_from(number).unwrap_or(u32::MAX))
        .challenge_timeout(time)
        .api_token_lifetime(time)
        .session_lifetime(time)
        .oauth_lifetime(time)
        .request_timeouts(time, time)
        .answer_timeout(time)
        .body_limit(number)
        .connection_limit(number)
}

#[tokio::test]
async fn longest_settings_are_accepted() {
    let sandbox = all(Duration::MAX, usize::MAX).start().await.unwrap();
    let nexus = sandbox.nexus().build().unwrap();
    for password in ["any", "slow", "challenge"] {
        let user = known_user(&nexus, &format!("U-{password}")).await;
        let connection = connect(&user, &find(&user, "Sandbox Bank").await, password).await;
        let job = user.identify(connection.member());
        let _under_way = job.start(PATIENCE).await.unwrap();
    }
    let jobs = sandbox.jobs();
    assert_eq!(jobs.len(), 3);
    assert!(jobs.iter().all(|job| job.state == JobState::Running));
}

#[tokio::test]
async fn shortest_settings_are_accepted() {
    let sandbox = all(Duration::ZERO, 0)
        .session_lifetime(Duration::MAX)
        .api_token_lifetime(Duration::MAX)
        .request_timeouts(PATIENCE, PATIENCE)
        .body_limit(1000)
        .start()
        .await
        .unwrap();
    let nexus = sandbox.nexus().build().unwrap();
    let user = known_user(&nexus, ADA).await;
    let connection = connect(&user, MX_BANK, "any").await;
    let job = user.identify(connection.member()).with_polling(polling());
    job.run(PATIENCE, async |_| None).await.unwrap();
    let kinds: Vec<_> = sandbox.jobs().iter().map(|job| job.kind).collect();
    assert!(kinds.contains(&JobKind::Identification));
}

#[tokio::test]
async fn zero_lifetime_is_expired_at_once() {
    let sandbox = Sandbox::builder()
        .session_lifetime(Duration::ZERO)
        .start()
        .await
        .unwrap();
    let nexus = sandbox.nexus().retry(RetryPolicy::off()).build().unwrap();
    let user = known_user(&nexus, ADA).await;
    let api = user.api().await.unwrap();
    let refusal = api.list_members().send().await.unwrap_err();
    assert_eq!(refusal.status(), Some(401));
}

#[tokio::test]
async fn smallest_limits_still_serve_requests() {
    let sandbox = all(Duration::ZERO, 0).request_timeouts(PATIENCE, PATIENCE);
    let sandbox = sandbox.start().await.unwrap();
    let received = raw::exchange(&sandbox, b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    assert_eq!(raw::statuses(&received), [200]);
    let body = b"POST /_sandbox/faults HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{}";
    assert_eq!(raw::statuses(&raw::exchange(&sandbox, body).await), [413]);
}

#[tokio::test]
async fn longest_retry_after_is_sent_and_longest_delay_refused() {
    let (sandbox, nexus) = open().await;
    let user = known_user(&nexus, ADA).await;
    let api = user.api().await.unwrap();
    let fault = Fault::status(400).retry_after(Duration::MAX);
    sandbox.fault(fault.on_operation("listMembers")).unwrap();
    let error = api.list_members().send().await.unwrap_err();
    assert_eq!(error.status(), Some(400));
    let refusal = sandbox.fault(Fault::delay(Duration::MAX)).unwrap_err();
    assert!(refusal.to_string().contains("ten minutes"));
    assert!(sandbox.faults().is_empty());
}
