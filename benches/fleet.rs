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
use std::time::{Duration, Instant};

use mx_nexus::fleet::Outcome;
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
    let mut fleet = nexus
        .fleet(Duration::from_secs(3600))
        .polling(Polling::between(
            Duration::from_millis(1),
            Duration::from_millis(1),
        ))
        .concurrency(CALLS_AT_ONCE);
    for number in 0..JOBS {
        let handle = handle(&saved, number);
        let user = nexus.user(handle.user_id().expect("a user"));
        fleet.resume(&user, handle).expect("its user");
    }
    println!("{JOBS} jobs are waiting");
    if let (Some(before), Some(after)) = (before, resident_bytes()) {
        println!(
            "  {} bytes a job, including its user and session",
            after.saturating_sub(before) / JOBS
        );
    }

    let start = Instant::now();
    let mut done = 0;
    while let Some(event) = fleet.next().await {
        match event.outcome {
            Outcome::Done(_) => done += 1,
            Outcome::Failed(error) => panic!("{error}"),
            _ => {}
        }
    }
    let took = start.elapsed();
    // For each job: token, session, member, owners.
    let calls = 4 * JOBS;
    println!(
        "{done} jobs ended, {calls} calls in {:.1} s: {:.0} calls/s",
        took.as_secs_f64(),
        calls as f64 / took.as_secs_f64()
    );
    if let (Some(before), Some(after)) = (before, resident_bytes()) {
        println!(
            "  {} bytes a job at the end, including sessions and connections",
            after.saturating_sub(before) / JOBS
        );
    }
}

/// The saved handle of a started job.
async fn saved_job(nexus: &Nexus) -> String {
    let identify = nexus.user("U-0").identify("MBR-0");
    let job = identify
        .start(Duration::from_secs(60))
        .await
        .expect("a start");
    serde_json::to_string(job.handle()).expect("JSON")
}

/// The same handle for another user and member.
fn handle(saved: &str, number: usize) -> JobHandle {
    let text = saved.replace("\"U-0\"", &format!("\"U-{number}\""));
    let text = text.replace("\"MBR-0\"", &format!("\"MBR-{number}\""));
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

fn response(request: &str) -> &'static str {
    match request {
        request if request.contains("api_token") => r#"{"api_token":{"token":"t"}}"#,
        request if request.contains("sessions") => r#"{"session":{"token":"s"}}"#,
        request if request.contains("account_owners") => r#"{"account_owners":[]}"#,
        request if request.contains("identify") => {
            r#"{"member":{"connection_status":"CONNECTED","is_being_aggregated":true,"most_recent_job_guid":"JOB-2"}}"#
        }
        _ => {
            r#"{"member":{"connection_status":"CONNECTED","is_being_aggregated":false,"most_recent_job_guid":"JOB-2"}}"#
        }
    }
}
