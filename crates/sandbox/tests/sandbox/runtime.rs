//! The runtime of a sandbox: it stops with it, and uses its clock.

use std::time::Duration;

use mx_nexus::identity::Polling;
use mx_nexus_sandbox::Fault;
use tokio::runtime::Builder;
use tokio::time::{Instant, advance};

use crate::{ADA, MX_BANK, PATIENCE, connect, known_user, open, quick, raw};

const HOUR: Duration = Duration::from_secs(60 * 60);
const GET_INDEX: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";

#[test]
fn sandbox_stops_with_its_runtime() {
    let first = Builder::new_current_thread().enable_all().build().unwrap();
    let sandbox = first.block_on(quick().start()).unwrap();
    let received = first.block_on(raw::exchange(&sandbox, GET_INDEX));
    assert_eq!(raw::statuses(&received), [200]);
    drop(first);

    let second = Builder::new_current_thread().enable_all().build().unwrap();
    let address = sandbox.address().trim_start_matches("http://").to_owned();
    let dialled = second.block_on(tokio::net::TcpStream::connect(&address));
    assert!(dialled.is_err(), "the port is free");
    // Its records can still be read, and it can be stopped.
    sandbox.fault(Fault::reset()).unwrap();
    assert_eq!(sandbox.faults().len(), 1);
    assert!(sandbox.jobs().is_empty());
    second
        .block_on(async { tokio::time::timeout(PATIENCE, sandbox.stop()).await })
        .expect("it stops");
}

#[test]
#[should_panic(expected = "timers are disabled")]
fn runtime_without_time_panics_at_start() {
    let timeless = Builder::new_current_thread().enable_io().build().unwrap();
    let _ = timeless.block_on(quick().start());
}

#[tokio::test(start_paused = true)]
async fn job_of_an_hour_takes_no_time_with_a_paused_clock() {
    let sandbox = quick().job_time(HOUR).start().await.unwrap();
    let nexus = sandbox.nexus().build().unwrap();
    let user = known_user(&nexus, ADA).await;
    let connection = connect(&user, MX_BANK, "any").await;
    let began = Instant::now();
    let minutes = Polling::between(Duration::from_secs(60), Duration::from_secs(600));
    let job = user.identify(connection.member()).with_polling(minutes);
    let owners = job.run(HOUR * 5, async |_| None).await.unwrap();
    assert!(!owners.is_empty());
    assert!(began.elapsed() >= HOUR, "by the clock of the runtime");
}

#[tokio::test(start_paused = true)]
async fn session_expires_when_a_paused_clock_is_advanced() {
    let (sandbox, nexus) = open().await;
    let api = known_user(&nexus, ADA).await.api().await.unwrap();
    api.list_members().send().await.unwrap();
    advance(HOUR).await;
    api.list_members().send().await.unwrap();
    let sessions = sandbox.requests().into_iter();
    let sessions = sessions.filter(|one| one.operation == Some("createSession"));
    assert_eq!(sessions.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn slow_client_times_out_at_once_with_a_paused_clock() {
    let sandbox = quick().start().await.unwrap();
    let mut silent = raw::connect(&sandbox).await;
    let began = Instant::now();
    raw::read_all(&mut silent).await;
    assert!(began.elapsed() >= Duration::from_secs(30));
}
