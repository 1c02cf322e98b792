//! The runtime that a sandbox lives in: it ends with it, and goes by its clock.

use std::time::Duration;

use mx_nexus::identity::Polling;
use mx_nexus::sandbox::Fault;
use tokio::runtime::Builder;
use tokio::time::{Instant, advance};

use crate::{ADA, MX_BANK, PATIENCE, connect, known_user, open, quick, raw};

const HOUR: Duration = Duration::from_secs(60 * 60);
const GET_INDEX: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";

#[test]
fn it_ends_with_the_runtime_that_started_it() {
    let first = Builder::new_current_thread().enable_all().build().unwrap();
    let sandbox = first.block_on(quick().start()).unwrap();
    let heard = first.block_on(raw::say(&sandbox, GET_INDEX));
    assert_eq!(raw::statuses(&heard), [200]);
    drop(first);

    let second = Builder::new_current_thread().enable_all().build().unwrap();
    let address = sandbox.address().trim_start_matches("http://").to_owned();
    let dialled = second.block_on(tokio::net::TcpStream::connect(&address));
    assert!(dialled.is_err(), "nobody is there any more");
    // What it knows can still be asked for, and stopping it is no mistake.
    sandbox.fault(Fault::reset()).unwrap();
    assert_eq!(sandbox.faults().len(), 1);
    assert!(sandbox.jobs().is_empty());
    second
        .block_on(async { tokio::time::timeout(PATIENCE, sandbox.stop()).await })
        .expect("it stops");
}

#[test]
#[should_panic(expected = "timers are disabled")]
fn a_runtime_without_time_is_told_at_once() {
    let timeless = Builder::new_current_thread().enable_io().build().unwrap();
    let _ = timeless.block_on(quick().start());
}

#[tokio::test(start_paused = true)]
async fn a_job_of_an_hour_takes_no_time_when_the_clock_is_paused() {
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
async fn sessions_end_when_a_paused_clock_is_advanced() {
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
async fn whoever_takes_a_moment_to_speak_is_cut_off_when_the_clock_is_paused() {
    let sandbox = quick().start().await.unwrap();
    let mut silent = raw::dial(&sandbox).await;
    let began = Instant::now();
    raw::listen(&mut silent).await;
    assert!(began.elapsed() >= Duration::from_secs(30));
}
