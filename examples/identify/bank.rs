//! A bank for the example: SSO and Nexus on one local port, one member, one question. It behaves as MX Bank is documented to.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::{TcpListener, TcpStream};

/// How often the member is read before the job has moved on.
const SLOWNESS: u8 = 2;

/// Where the one member's job is.
#[derive(Clone, Copy, Default)]
enum Job {
    #[default]
    None,
    LoggingIn(u8),
    Asking,
    Gathering(u8),
    Rejected,
    Done,
}

/// Opens the bank on a port of its own; answers its address.
pub(crate) async fn open() -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    let job = Arc::new(Mutex::new(Job::default()));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let job = Arc::clone(&job);
            tokio::spawn(async move {
                // A client that goes away in the middle is no concern of the bank's.
                let _ = serve(BufStream::new(stream), &job).await;
            });
        }
    });
    Ok(address)
}

async fn serve(mut stream: BufStream<TcpStream>, job: &Mutex<Job>) -> io::Result<()> {
    loop {
        let mut request = String::new();
        if stream.read_line(&mut request).await? == 0 {
            return Ok(());
        }
        let mut length = 0;
        loop {
            let mut header = String::new();
            stream.read_line(&mut header).await?;
            let header = header.trim().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let mut words = request.split_whitespace();
        let (method, path) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let (status, answer) = {
            let mut job = job.lock().unwrap_or_else(PoisonError::into_inner);
            answer(method, path, &body, &mut job)
        };
        let answer = answer.to_string();
        let head = format!(
            "HTTP/1.1 {status} OK\r\ncontent-type: application/vnd.mx.nexus.v1+json\r\ncontent-length: {}\r\n\r\n",
            answer.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(answer.as_bytes()).await?;
        stream.flush().await?;
    }
}

fn answer(method: &str, path: &str, body: &Value, job: &mut Job) -> (u16, Value) {
    let member = "/members/MBR-1";
    match (method, path) {
        ("GET", path) if path.ends_with("/api_token.json") => {
            (200, json!({"api_token": {"token": "one-time"}}))
        }
        ("POST", "/sessions") => (200, json!({"session": {"token": "thirty-minutes"}})),
        ("POST", "/institutions/search") => (200, json!({"institutions": [institution()]})),
        ("GET", "/institutions/INS-1") => (200, json!({"institution": institution()})),
        ("GET", "/institutions/INS-1/credentials") => (
            200,
            json!({"credentials": [
                {"guid": "CRD-1", "label": "Username", "field_type": 3, "display_order": 1},
                {"guid": "CRD-2", "label": "Password", "field_type": 1, "display_order": 2}
            ]}),
        ),
        ("POST", "/members") => (200, read(Job::None)),
        ("GET", path) if path == member => {
            *job = match *job {
                Job::LoggingIn(0) => Job::Asking,
                Job::LoggingIn(left) => Job::LoggingIn(left - 1),
                Job::Gathering(0) => Job::Done,
                Job::Gathering(left) => Job::Gathering(left - 1),
                other => other,
            };
            (200, read(*job))
        }
        ("POST", "/members/MBR-1/identify") => {
            *job = Job::LoggingIn(SLOWNESS);
            (200, read(*job))
        }
        ("GET", "/members/MBR-1/challenges") => (
            200,
            json!({"challenges": [
                {"guid": "CRD-9", "type": "TEXT", "label": "What city were you born in?"}
            ]}),
        ),
        ("PUT", "/members/MBR-1/resume") => {
            let value = &body["member"]["challenges"][0]["value"];
            *job = if value == "correct" {
                Job::Gathering(SLOWNESS)
            } else {
                Job::Rejected
            };
            (200, read(*job))
        }
        ("GET", "/members/MBR-1/account_owners") => (
            200,
            json!({"account_owners": [
                {"account_guid": "ACT-1", "member_guid": "MBR-1", "owner_name": "Ada Example"},
                {"account_guid": "ACT-2", "member_guid": "MBR-1", "owner_name": "Ada Example"}
            ]}),
        ),
        _ => (
            404,
            json!({"error": {"message": "no such path at this bank"}}),
        ),
    }
}

fn institution() -> Value {
    json!({"guid": "INS-1", "name": "MX Bank", "supports_account_identification": true})
}

fn read(job: Job) -> Value {
    let (status, is_being_aggregated) = match job {
        Job::None => ("CREATED", false),
        Job::LoggingIn(_) => ("CREATED", true),
        Job::Asking => ("CHALLENGED", false),
        Job::Gathering(_) => ("RESUMED", true),
        Job::Rejected => ("REJECTED", false),
        Job::Done => ("CONNECTED", false),
    };
    let job = if matches!(job, Job::None) {
        Value::Null
    } else {
        json!("JOB-1")
    };
    json!({"member": {
        "guid": "MBR-1", "institution_guid": "INS-1", "connection_status": status,
        "is_being_aggregated": is_being_aggregated, "most_recent_job_guid": job
    }})
}
