//! Many requests at a time. Only counts are checked: times depend on the machine.

use std::time::Duration;

use mx_nexus::fleet::{Fleet, Outcome};
use mx_nexus::identity::Answers;
use mx_nexus_sandbox::JobKind;

use crate::{PATIENCE, polling, quick, raw};

const USERS: usize = 100;
const MEMBERS: usize = 20;
/// Calls at a time: there are fewer sockets than jobs.
const CALLS: usize = 64;

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_identifications_at_a_time_succeed() {
    let sandbox = quick().start().await.unwrap();
    let nexus = sandbox.nexus().build().unwrap();
    let mut fleet = Fleet::new(PATIENCE * 5)
        .with_concurrency(CALLS)
        .with_polling(polling());
    for number in 0..USERS * MEMBERS {
        // Every tenth is refused, and every fourth has a challenge.
        let password = match (number % MEMBERS) % 10 {
            9 => "INVALID",
            _ if (number % MEMBERS).is_multiple_of(4) => "challenge",
            _ => "any",
        };
        let id = format!("U-{}", number / MEMBERS);
        let member = sandbox.add_member(&id, password).unwrap();
        fleet.start(nexus.user(id).identify(member));
    }
    assert_eq!(fleet.len(), USERS * MEMBERS);
    let (mut done, mut failed, mut asked) = (0, 0, 0);
    while let Some(event) = fleet.next().await {
        match event.outcome {
            Outcome::Done(owners) => done += usize::from(!owners.is_empty()),
            Outcome::Failed(error) => {
                assert_eq!(
                    error.status(),
                    Some(&mx_nexus::values::ConnectionStatus::Denied),
                    "{error}"
                );
                failed += 1;
            }
            Outcome::Challenged(challenges) => {
                asked += 1;
                let answers = challenges.iter().fold(Answers::new(), |answers, one| {
                    answers.with(one.guid(), "correct")
                });
                fleet.answer(event.job, answers).unwrap();
            }
            Outcome::Starting | Outcome::Running(_) => {}
        }
    }
    assert_eq!((done, failed), (USERS * 18, USERS * 2));
    assert_eq!(asked, USERS * 5);
    let jobs = sandbox.jobs();
    let identifications = jobs
        .iter()
        .filter(|job| job.kind == JobKind::Identification);
    assert_eq!(identifications.count(), USERS * MEMBERS);
    assert!(sandbox.requests().len() <= 10_000);
    tokio::time::timeout(PATIENCE, sandbox.stop())
        .await
        .expect("it stops");
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_with_open_connections_and_a_pending_request() {
    let sandbox = quick().start().await.unwrap();
    let mut open = Vec::new();
    for _ in 0..300 {
        open.push(raw::connect(&sandbox).await);
    }
    let held = mx_nexus_sandbox::Fault::delay(Duration::from_secs(500));
    sandbox.fault(held).unwrap();
    let url = format!("{}/nexus/members", sandbox.address());
    let waiting = tokio::spawn(mx_nexus::reqwest::get(url));
    while !sandbox.faults().is_empty() {
        tokio::task::yield_now().await;
    }
    let address = sandbox.address().trim_start_matches("http://").to_owned();
    tokio::time::timeout(PATIENCE, sandbox.stop())
        .await
        .expect("it stops");
    assert!(waiting.await.unwrap().is_err());
    for mut stream in open {
        assert_eq!(raw::read_all(&mut stream).await, "");
    }
    assert!(tokio::net::TcpStream::connect(&address).await.is_err());
}

#[tokio::test]
async fn dropped_sandbox_frees_its_port() {
    let sandbox = quick().start().await.unwrap();
    let address = sandbox.address().trim_start_matches("http://").to_owned();
    drop(sandbox);
    let gone = async {
        while tokio::net::TcpStream::connect(&address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, gone)
        .await
        .expect("the port is free again");
}
