//! What a sandbox under load costs: `cargo bench --package mx-nexus-sandbox`.
//!
//! Two thousand members are identified at once, round after round, and then the sandbox is stopped with all its connections open. What
//! the first round takes is state; a later one should take next to nothing, or a sandbox could not be left running.
//!
//! Memory is the resident size that the system reports, so it is printed on Linux only; the client is in this process too.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints, and stops when it cannot go on"
)]

#[path = "../../../benches/support/mod.rs"]
mod support;

use std::time::{Duration, Instant};

use mx_nexus::fleet::{Fleet, Outcome};
use mx_nexus::identity::Polling;
use mx_nexus::values::MemberGuid;
use mx_nexus::{Nexus, User};
use mx_nexus_sandbox::Sandbox;
use tokio::net::TcpStream;

use support::resident_bytes;

const MEMBERS: usize = 2_000;
const ROUNDS: usize = 5;
const CALLS_AT_ONCE: usize = 64;
const IDLE_CONNECTIONS: usize = 500;

fn main() {
    support::run(run());
}

async fn run() {
    let sandbox = Sandbox::builder()
        .job_time(Duration::from_millis(50))
        .start()
        .await
        .expect("a sandbox");
    let nexus = sandbox.nexus().build().expect("a good configuration");
    let before = resident_bytes();
    let members = connect(&sandbox, &nexus);
    println!("{MEMBERS} members, each of a user of its own");
    report(before, "a member");

    for round in 1..=ROUNDS {
        let before = resident_bytes();
        let begun = Instant::now();
        let done = identify(&members).await;
        println!(
            "round {round}: {done} identifications in {:.1} s",
            begun.elapsed().as_secs_f64()
        );
        report(before, "an identification");
    }

    let address = sandbox.address().trim_start_matches("http://").to_owned();
    let mut idle = Vec::new();
    for _ in 0..IDLE_CONNECTIONS {
        idle.push(TcpStream::connect(&address).await.expect("a connection"));
    }
    let begun = Instant::now();
    sandbox.stop().await;
    println!(
        "stopped in {:.2} s, with {IDLE_CONNECTIONS} idle connections and those of the client open",
        begun.elapsed().as_secs_f64()
    );
}

fn connect(sandbox: &Sandbox, nexus: &Nexus) -> Vec<(User, MemberGuid)> {
    let mut members = Vec::new();
    for number in 0..MEMBERS {
        let id = format!("U-{number}");
        let member = sandbox.add_member(&id, "any").expect("a member");
        members.push((nexus.user(id), member));
    }
    members
}

async fn identify(members: &[(User, MemberGuid)]) -> usize {
    let mut fleet = Fleet::new(Duration::from_secs(600))
        .with_polling(Polling::between(
            Duration::from_millis(20),
            Duration::from_millis(100),
        ))
        .with_concurrency(CALLS_AT_ONCE);
    for (user, member) in members {
        fleet.start(user.identify(member));
    }
    let mut done = 0;
    while let Some(event) = fleet.next().await {
        match event.outcome {
            Outcome::Done(_) => done += 1,
            Outcome::Failed(error) => panic!("{error}"),
            Outcome::Challenged(_) => panic!("no password asks a question"),
            Outcome::Starting | Outcome::Running(_) => {}
        }
    }
    done
}

fn report(before: Option<usize>, unit: &str) {
    if let (Some(before), Some(after)) = (before, resident_bytes()) {
        println!(
            "  {} bytes more {unit}, {} MiB in all",
            after.saturating_sub(before) / MEMBERS,
            after / (1024 * 1024)
        );
    }
}
