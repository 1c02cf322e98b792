//! Requests per second of the sandbox against a bare axum server that says hello: `cargo bench --package mx-nexus-sandbox --bench requests`.
//!
//! Each server has a thread of its own, and the same client sends the same number of requests to both, in turns. On Linux the CPU time of
//! the server's thread is measured too, which depends less on what else the machine does.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints, and stops when it cannot go on"
)]

use std::future::Future;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use mx_nexus_sandbox::Sandbox;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

const ROUNDS: usize = 21;
const CONNECTIONS: usize = 16;
/// How many requests a connection sends in a round.
const REQUESTS: usize = 300;

/// A server, and a request that it answers with 200.
struct Target {
    name: &'static str,
    address: String,
    /// The folder of its thread in `/proc`.
    thread: Option<String>,
    request: String,
}

/// What a round took.
struct Cost {
    wall: Duration,
    cpu: Option<Duration>,
}

fn main() {
    let client = runtime();
    let (hello, _) = start("bare axum", serve_hello);
    let (nexus, token) = start("sandbox", serve_sandbox);
    let media_type = "application/vnd.mx.nexus.v1+json";
    let of_nexus = |name, path: &str| Target {
        name,
        request: format!(
            "GET /nexus{path} HTTP/1.1\r\nHost: {}\r\nAccept: {media_type}\r\nMD-SESSION-TOKEN: {}\r\n\r\n",
            nexus.address, token.1
        ),
        address: nexus.address.clone(),
        thread: nexus.thread.clone(),
    };
    let targets = [
        hello,
        of_nexus("readMember", &format!("/members/{}", token.0)),
        of_nexus("listMembers", "/members"),
        of_nexus(
            "listAccountOwners",
            &format!("/members/{}/account_owners", token.0),
        ),
    ];
    let mut costs: [Vec<Cost>; 4] = Default::default();
    for _ in 0..ROUNDS {
        for (target, costs) in targets.iter().zip(&mut costs) {
            costs.push(client.block_on(measure(target)));
        }
    }
    let per_round = (CONNECTIONS * REQUESTS) as f64;
    let mut bare: Option<(f64, Option<f64>)> = None;
    for (target, costs) in targets.iter().zip(&costs) {
        let wall = median(costs.iter().map(|cost| cost.wall)).expect("rounds") / per_round;
        let cpu = median(costs.iter().filter_map(|cost| cost.cpu)).map(|cpu| cpu / per_round);
        let (bare_wall, bare_cpu) = *bare.get_or_insert((wall, cpu));
        print!(
            "{:18} {:8.0} requests/s ({:.2})",
            target.name,
            1.0 / wall,
            bare_wall / wall
        );
        match cpu.zip(bare_cpu) {
            Some((cpu, bare)) => println!(", {:5.1} us of CPU each ({:.2})", cpu * 1e6, bare / cpu),
            None => println!(),
        }
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

/// Starts a server in a thread of its own.
fn start<F, T>(name: &'static str, serve: fn(Sender<(String, T)>) -> F) -> (Target, T)
where
    F: Future<Output = ()> + 'static,
    T: Send + 'static,
{
    let (sender, receiver) = channel();
    let (thread_sender, thread) = channel();
    std::thread::spawn(move || {
        let thread = std::fs::read_link("/proc/thread-self").ok();
        let thread = thread.map(|thread| format!("/proc/{}/schedstat", thread.display()));
        thread_sender.send(thread).expect("the main thread");
        runtime().block_on(serve(sender));
    });
    let (address, value) = receiver.recv().expect("an address");
    let request = format!("GET / HTTP/1.1\r\nHost: {address}\r\nAccept: */*\r\n\r\n");
    let thread = thread.recv().expect("a thread");
    (
        Target {
            name,
            address,
            thread,
            request,
        },
        value,
    )
}

async fn serve_hello(ready: Sender<(String, ())>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    ready
        .send((address.to_string(), ()))
        .expect("the main thread");
    let router = axum::Router::new().route("/", axum::routing::get(|| async { "hello" }));
    axum::serve(listener, router).await.expect("a server");
}

/// Serves a member that was identified; its guid and the token of a session go with the address.
async fn serve_sandbox(ready: Sender<(String, (String, String))>) {
    let sandbox = Sandbox::builder()
        .job_time(Duration::ZERO)
        .start()
        .await
        .expect("a sandbox");
    let member = sandbox.add_member("U-1", "any").expect("a member");
    let address = sandbox.address().trim_start_matches("http://").to_owned();
    let nexus = "application/vnd.mx.nexus.v1+json";
    let token = post(
        &address,
        &format!(
            "GET /sso/{}/users/U-1/api_token.json HTTP/1.1\r\nHost: {address}\r\nAccept: application/vnd.moneydesktop.sso.v3+json\r\nMD-API-KEY: {}\r\n",
            sandbox.client_id(),
            sandbox.api_key().expose()
        ),
        "",
    )
    .await;
    let session = post(
        &address,
        &format!("POST /nexus/sessions HTTP/1.1\r\nHost: {address}\r\nAccept: {nexus}\r\nContent-Type: {nexus}\r\nMD-API-TOKEN: {token}\r\n"),
        r#"{"session": {"skip_aggregation": true}}"#,
    )
    .await;
    post(
        &address,
        &format!("POST /nexus/members/{member}/identify HTTP/1.1\r\nHost: {address}\r\nAccept: {nexus}\r\nMD-SESSION-TOKEN: {session}\r\n"),
        "",
    )
    .await;
    ready
        .send((address, (member.to_string(), session)))
        .expect("the main thread");
    std::future::pending::<()>().await;
}

/// Sends one request, and returns the token of the answer, if it has one.
async fn post(address: &str, head: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let request = format!(
        "{head}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream
        .write_all(request.as_bytes())
        .await
        .expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let after = answer
        .split_once(r#""token":""#)
        .map_or("", |(_, after)| after);
    after.split('"').next().unwrap_or_default().to_owned()
}

async fn measure(target: &Target) -> Cost {
    let cpu_before = cpu(target);
    let begun = Instant::now();
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..CONNECTIONS {
        clients.spawn(exchange(target.address.clone(), target.request.clone()));
    }
    while let Some(done) = clients.join_next().await {
        done.expect("answers");
    }
    let wall = begun.elapsed();
    let cpu = cpu(target)
        .zip(cpu_before)
        .map(|(after, before)| after - before);
    Cost { wall, cpu }
}

/// The CPU time of the thread of a server until now.
fn cpu(target: &Target) -> Option<Duration> {
    let stat = std::fs::read_to_string(target.thread.as_ref()?).ok()?;
    let nanoseconds = stat.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

/// Sends the requests of one connection, one after the other.
async fn exchange(address: String, request: String) {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.set_nodelay(true).expect("a socket");
    let mut buffer = Vec::with_capacity(16 * 1024);
    for _ in 0..REQUESTS {
        stream
            .write_all(request.as_bytes())
            .await
            .expect("a request");
        buffer.clear();
        let mut wanted = usize::MAX;
        while buffer.len() < wanted {
            let read = stream.read_buf(&mut buffer).await.expect("an answer");
            assert!(read > 0, "closed");
            if wanted == usize::MAX {
                wanted = length(&buffer).unwrap_or(usize::MAX);
            }
        }
        assert!(buffer.starts_with(b"HTTP/1.1 200"), "not 200");
    }
}

/// The length of an answer whose head is complete.
fn length(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(answer.get(..head)?).ok()?;
    let (_, after) = text.split_once("content-length: ")?;
    let length: usize = after.split("\r\n").next()?.parse().ok()?;
    Some(head + length)
}

fn median(times: impl Iterator<Item = Duration>) -> Option<f64> {
    let mut times: Vec<Duration> = times.collect();
    times.sort_unstable();
    times.get(times.len() / 2).map(Duration::as_secs_f64)
}
