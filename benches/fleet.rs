//! Memory and time of ten thousand jobs in one process: `cargo bench -p mx-nexus --bench fleet`.
//!
//! Memory is the resident size of the process, on Linux only. The server runs in the same process, so the second figure includes
//! its connections.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints, and panics on errors"
)]

mod support;

use std::io;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use mx_nexus::fleet::{Fleet, Outcome};
use mx_nexus::identity::{JobHandle, Polling};
use mx_nexus::{Environment, Nexus};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::{TcpListener, TcpStream};

use support::resident_bytes;

const JOBS: usize = 10_000;
const CALLS_AT_ONCE: usize = 32;

fn main() {
    support::run(run());
}

async fn run() {
    let nexus = Nexus::builder(Environment::custom(start_server().await.expect("a port")))
        .credentials("bench", "key")
        .build()
        .expect("a good configuration");
    let saved = saved_job(&nexus).await;

    // One handle at a time, because the memory of a list would be measured too.
    let before = resident_bytes();
    let report = |what: &str| {
        if let (Some(before), Some(after)) = (before, resident_bytes()) {
            let bytes = after.saturating_sub(before) / JOBS;
            println!("  {bytes} bytes a job, {what}");
        }
    };
    let soon = Duration::from_millis(1);
    let mut fleet: Fleet = Fleet::new(Duration::from_secs(3600))
        .with_polling(Polling::between(soon, soon))
        .with_concurrency(CALLS_AT_ONCE);
    for number in 0..JOBS {
        let handle = handle(&saved, number);
        let user = nexus.user(handle.user_id().expect("a user"));
        fleet.start(user.resume(handle).expect("its user"));
    }
    println!("{JOBS} jobs are resumed");
    report("including its user, without a session");

    // Each has two polls: the first one shows the job running.
    let start = Instant::now();
    let (mut polled, mut done) = (0, 0);
    while let Some(event) = fleet.next().await {
        match event.outcome {
            Outcome::Running(_) => {
                polled += 1;
                if polled == JOBS {
                    report("after its first poll, including its session and the connections");
                }
            }
            Outcome::Done(_) => done += 1,
            Outcome::Failed(error) => panic!("{error}"),
            Outcome::Starting | Outcome::Challenged(_) => panic!("it is started and asks nothing"),
        }
    }
    let took = start.elapsed();
    // For each job: token, session, two polls, owners.
    let calls = 5 * JOBS;
    println!(
        "{done} jobs ended, {calls} calls in {:.1} s: {:.0} calls/s",
        took.as_secs_f64(),
        calls as f64 / took.as_secs_f64()
    );
    report("at the end, including its session and the connections");
}

/// The saved handle of a started job.
async fn saved_job(nexus: &Nexus) -> String {
    let identify = nexus.user("U-saved").identify("MBR-saved");
    let job = identify
        .start(Duration::from_secs(60))
        .await
        .expect("a start");
    serde_json::to_string(job.handle()).expect("JSON")
}

/// The same handle for another user and member.
fn handle(saved: &str, number: usize) -> JobHandle {
    let text = saved.replace("\"U-saved\"", &format!("\"U-{number}\""));
    let text = text.replace("\"MBR-saved\"", &format!("\"MBR-{number}\""));
    serde_json::from_str(&text).expect("a handle")
}

async fn start_server() -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(BufStream::new(stream)));
        }
    });
    Ok(address)
}

async fn serve(mut stream: BufStream<TcpStream>) -> io::Result<()> {
    loop {
        let mut request = String::new();
        if stream.read_line(&mut request).await? == 0 {
            return Ok(());
        }
        let mut length = 0;
        loop {
            let mut header = String::new();
            stream.read_line(&mut header).await?;
            if header.trim().is_empty() {
                break;
            }
            if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        let body = response(&request);
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body.as_bytes()).await?;
        stream.flush().await?;
    }
}

/// Which members were polled.
static POLLED: [AtomicBool; JOBS] = [const { AtomicBool::new(false) }; JOBS];

/// Before its start a member has another job; the first poll shows the new one running, the second one its end.
fn response(request: &str) -> String {
    let number = request.split(" /members/MBR-").nth(1);
    let number = number.and_then(|path| path.split(['/', ' ']).next()?.parse::<usize>().ok());
    let is_running = |member: usize| !POLLED[member].swap(true, Relaxed);
    let member = match number.map(is_running) {
        _ if request.contains("api_token") => return r#"{"api_token":{"token":"t"}}"#.to_owned(),
        _ if request.contains("sessions") => return r#"{"session":{"token":"s"}}"#.to_owned(),
        _ if request.contains("account_owners") => return r#"{"account_owners":[]}"#.to_owned(),
        None if request.contains("identify") => ("RESUMED", true, 2),
        None => ("CONNECTED", false, 1),
        Some(true) => ("RESUMED", true, 2),
        Some(false) => ("CONNECTED", false, 2),
    };
    let (status, is_running, job) = member;
    format!(
        r#"{{"member":{{"connection_status":"{status}","is_being_aggregated":{is_running},"most_recent_job_guid":"JOB-7a8b9c0d-1e2f-3a4b-5c6d-7e8f9a0b1c2{job}"}}}}"#
    )
}
