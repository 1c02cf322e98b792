//! What a sandbox under load costs: `cargo bench --package mx-nexus-sandbox --bench sandbox`.
//!
//! Two thousand members are identified at once, round after round. What the first round takes is state; a later one should take next to
//! nothing, or a sandbox could not be left running. Then a hundred isolated worlds are added, ten thousand idle connections are opened, which
//! a last round runs beside, and the sandbox is stopped with all of them open.
//!
//! Memory is the resident size that the system reports, so it is printed on Linux only; the client of the identifications is in this process
//! too. The idle connections are opened by a second process, and both need a limit of open files of 11,000 (`ulimit -n 11000`).

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints, and stops when it cannot go on"
)]

#[path = "../../../benches/support/mod.rs"]
mod support;

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mx_nexus::fleet::{Fleet, Outcome};
use mx_nexus::identity::Polling;
use mx_nexus::values::MemberGuid;
use mx_nexus::{Nexus, User};
use mx_nexus_sandbox::Sandbox;

use support::resident_bytes;

const MEMBERS: usize = 2_000;
const ROUNDS: usize = 5;
const CALLS_AT_ONCE: usize = 64;
const WORLDS: usize = 100;
const IDLE_CONNECTIONS: usize = 10_000;

/// The variable with which this program is the client of the idle connections; its value is the address.
const IDLE_CLIENT: &str = "SANDBOX_IDLE_CLIENT";

fn main() {
    match std::env::var(IDLE_CLIENT) {
        Ok(address) => hold_connections(&address),
        Err(_) => support::run(run()),
    }
}

async fn run() {
    let sandbox = Sandbox::builder()
        .job_time(Duration::from_millis(50))
        .connection_limit(IDLE_CONNECTIONS * 2)
        // An idle connection that sends nothing is closed after it.
        .request_timeouts(Duration::from_secs(3600), Duration::from_secs(30))
        .start()
        .await
        .expect("a sandbox");
    let nexus = sandbox.nexus().build().expect("a good configuration");
    let before = resident_bytes();
    let members = connect(&sandbox, &nexus);
    println!("{MEMBERS} members, each of a user of its own");
    report(before, MEMBERS, "a member");
    for round in 1..=ROUNDS {
        identify(&members, &format!("round {round}")).await;
    }

    let before = resident_bytes();
    add_worlds(&sandbox).await;
    println!("{WORLDS} isolated worlds");
    report(before, WORLDS, "a world");

    let before = resident_bytes();
    let (mut client, idle) = idle_client(&sandbox);
    // The last ones may not be accepted yet.
    tokio::time::sleep(Duration::from_secs(1)).await;
    println!("{idle} idle connections");
    if idle < IDLE_CONNECTIONS {
        println!("  `ulimit -n 11000` allows {IDLE_CONNECTIONS}");
    }
    report(before, idle, "a connection");
    identify(&members, "beside them").await;

    let begun = Instant::now();
    sandbox.stop().await;
    println!(
        "stopped in {:.2} s, with the idle connections and those of the client open",
        begun.elapsed().as_secs_f64()
    );
    drop(client.stdin.take());
    client.wait().expect("its end");
}

async fn add_worlds(sandbox: &Sandbox) {
    let url = format!("{}/_sandbox/worlds", sandbox.address());
    let http = mx_nexus::reqwest::Client::new();
    for _ in 0..WORLDS {
        let added = http.post(&url).send().await.expect("an answer");
        assert_eq!(added.status(), 201);
    }
}

/// A process with idle connections to the sandbox, and how many.
fn idle_client(sandbox: &Sandbox) -> (Child, usize) {
    let address = sandbox.address().trim_start_matches("http://");
    let mut client = Command::new(std::env::current_exe().expect("a path"))
        .env(IDLE_CLIENT, address)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let mut count = String::new();
    let output = client.stdout.take().expect("it is piped");
    BufReader::new(output)
        .read_line(&mut count)
        .expect("a number");
    (client, count.trim().parse().expect("a number"))
}

/// What that process does: opens connections, and holds them until its input ends.
fn hold_connections(address: &str) {
    let numbers = 0..IDLE_CONNECTIONS;
    let mut open: Vec<TcpStream> = numbers
        .map_while(|_| TcpStream::connect(address).ok())
        .collect();
    if open.len() < IDLE_CONNECTIONS {
        // The sandbox needs some for the next round.
        open.truncate(open.len().saturating_sub(4 * CALLS_AT_ONCE));
    }
    println!("{}", open.len());
    let _ = std::io::stdin().read_line(&mut String::new());
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

/// One identification of each member, all at once.
async fn identify(members: &[(User, MemberGuid)], round: &str) {
    let before = resident_bytes();
    let begun = Instant::now();
    let mut fleet = Fleet::new(Duration::from_secs(600))
        .with_polling(Polling::between(
            Duration::from_millis(20),
            Duration::from_millis(100),
        ))
        .with_concurrency(CALLS_AT_ONCE);
    for (user, member) in members {
        fleet.start(user.identify(member));
    }
    let (mut done, mut failed) = (0, 0);
    while let Some(event) = fleet.next().await {
        match event.outcome {
            Outcome::Done(_) => done += 1,
            Outcome::Failed(error) => {
                println!("  failed: {error}");
                failed += 1;
            }
            Outcome::Challenged(_) => panic!("no password asks a question"),
            Outcome::Starting | Outcome::Running(_) => {}
        }
    }
    println!(
        "{round}: {done} identifications in {:.1} s, {failed} failed",
        begun.elapsed().as_secs_f64()
    );
    report(before, MEMBERS, "an identification");
}

fn report(before: Option<usize>, count: usize, unit: &str) {
    if let (Some(before), Some(after)) = (before, resident_bytes()) {
        println!(
            "  {} bytes more {unit}, {} MiB in all",
            after.saturating_sub(before) / count.max(1),
            after / (1024 * 1024)
        );
    }
}
