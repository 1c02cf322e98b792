//! A server that answers in the order of a script, and the transcript of what it heard: request, answer, and between them the
//! steps that the test adds. Raw TCP, because connections have to break, and because the order is the point.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "shared by test programs, each of which uses a part"
)]

use std::collections::VecDeque;
use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mx_nexus::identity::{Pace, PollPolicy};
use mx_nexus::{Environment, Nexus, RetryPolicy, User};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// More than any test needs.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// An answer of the script.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// A status, what the transcript says of the body, the body, and seconds in `Retry-After`.
    Answer(u16, String, String, Option<u32>),
    /// The connection closes after the request was read.
    HangUp,
}

pub(crate) fn answer(status: u16, body: &Value) -> Reply {
    Reply::Answer(status, String::new(), body.to_string(), None)
}

/// A status without a body.
pub(crate) fn status(status: u16) -> Reply {
    Reply::Answer(status, String::new(), String::new(), None)
}

pub(crate) fn busy(seconds: u32) -> Reply {
    Reply::Answer(429, String::new(), String::new(), Some(seconds))
}

/// A member in shorthand: status, `~` while it is being aggregated, its latest job behind `#`.
pub(crate) fn member(text: &str) -> Reply {
    member_with(200, text, json!({}))
}

pub(crate) fn joined(text: &str) -> Reply {
    member_with(202, text, json!({}))
}

pub(crate) fn member_with(status: u16, text: &str, more: Value) -> Reply {
    let (shown, job) = text.split_once('#').unwrap_or((text, ""));
    let name = shown.trim_end_matches('~');
    let mut member = json!({
        "guid": "MBR-1",
        "connection_status": (name != "null").then_some(name),
        "is_being_aggregated": shown.ends_with('~'),
        "most_recent_job_guid": (!job.is_empty()).then(|| format!("JOB-{job}")),
    });
    let fields = member.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    Reply::Answer(
        status,
        text.to_owned(),
        json!({"member": member}).to_string(),
        None,
    )
}

pub(crate) fn challenges(challenges: Value) -> Reply {
    answer(200, &json!({"challenges": challenges}))
}

/// A question to be answered by text.
pub(crate) fn text_question(guid: &str, label: &str) -> Reply {
    challenges(json!([{"guid": guid, "type": "TEXT", "label": label}]))
}

/// Owners by the names of their accounts.
pub(crate) fn owners(accounts: &[&str]) -> Reply {
    let owner = |account: &&str| json!({"account_guid": account, "owner_name": "Jo Doe"});
    let owners: Vec<Value> = accounts.iter().map(owner).collect();
    answer(200, &json!({"account_owners": owners}))
}

/// What answers requests. It gets the head of each: the request line, without the version, and the headers.
type Source = Box<dyn FnMut(&str) -> Reply + Send>;

/// A running server. It ends with the test's runtime.
pub(crate) struct Server {
    address: String,
    script: Arc<Mutex<VecDeque<Reply>>>,
    source: Mutex<Option<Source>>,
    log: Arc<Mutex<String>>,
    /// Bound, but not listening yet: connections to it are refused.
    closed: Mutex<Option<TcpSocket>>,
}

impl Server {
    pub(crate) fn start(script: impl IntoIterator<Item = Reply>) -> Arc<Self> {
        let server = Self::closed(script);
        server.open();
        server
    }

    /// A server that thinks for itself.
    pub(crate) fn answering(source: impl FnMut(&str) -> Reply + Send + 'static) -> Arc<Self> {
        let server = Self::closed([]);
        *server.source.lock().unwrap() = Some(Box::new(source));
        server.open();
        server
    }

    /// A server that refuses connections until it is opened.
    pub(crate) fn closed(script: impl IntoIterator<Item = Reply>) -> Arc<Self> {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let script: VecDeque<Reply> = script.into_iter().collect();
        let script = Arc::new(Mutex::new(script));
        let left = Arc::clone(&script);
        let source = move |_: &str| {
            let next = left.lock().unwrap().pop_front();
            next.unwrap_or_else(|| {
                Reply::Answer(418, "not in the script".to_owned(), String::new(), None)
            })
        };
        Arc::new(Self {
            address: format!("http://{}", socket.local_addr().unwrap()),
            script,
            source: Mutex::new(Some(Box::new(source))),
            log: Arc::default(),
            closed: Mutex::new(Some(socket)),
        })
    }

    pub(crate) fn open(&self) {
        if let Some(socket) = self.closed.lock().unwrap().take() {
            let listener = socket.listen(64).unwrap();
            let source = self.source.lock().unwrap().take().unwrap();
            tokio::spawn(serve(listener, source, Arc::clone(&self.log)));
        }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// A client of this server that shares nothing with another one.
    pub(crate) fn nexus(&self) -> Nexus {
        nexus_at(&self.address)
    }

    /// The user of a session from elsewhere.
    pub(crate) fn user(&self) -> User {
        self.nexus().with_session_token("S3CR3T-TOKEN")
    }

    /// Adds a line of the test's own.
    pub(crate) fn note(&self, line: impl AsRef<str>) {
        let mut log = self.log.lock().unwrap();
        writeln!(log, "{}", line.as_ref()).unwrap();
    }

    pub(crate) fn transcript(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// How many requests began like this.
    pub(crate) fn count(&self, request: &str) -> usize {
        let log = self.transcript();
        log.lines().filter(|line| line.starts_with(request)).count()
    }

    /// What was never asked for.
    pub(crate) fn unused(&self) -> usize {
        self.script.lock().unwrap().len()
    }
}

pub(crate) fn nexus_at(address: &str) -> Nexus {
    Nexus::builder(Environment::custom(address))
        .credentials("client", "S3CR3T-KEY")
        .retry(RetryPolicy::default().first_delay(Duration::from_millis(1)))
        .build()
        .unwrap()
}

async fn serve(listener: TcpListener, mut source: Source, log: Arc<Mutex<String>>) {
    let mut opened = 0;
    while let Ok((mut stream, _)) = listener.accept().await {
        let Some((head, body)) = request(&mut stream).await else {
            continue;
        };
        let line = head.lines().next().unwrap();
        // Sessions are opened as often as they are wanted, beside the script.
        let reply = if line.ends_with("/api_token.json") {
            answer(200, &json!({"api_token": {"token": "S3CR3T-API-TOKEN"}}))
        } else if line == "POST /sessions" {
            opened += 1;
            answer(
                200,
                &json!({"session": {"token": format!("S3CR3T-{opened}")}}),
            )
        } else {
            source(&head)
        };
        let outcome = match &reply {
            Reply::Answer(status, shown, ..) => format!("{status} {shown}"),
            Reply::HangUp => "connection reset".to_owned(),
        };
        let line = format!("{line} {} -> {}", redacted(&body), outcome.trim_end());
        writeln!(log.lock().unwrap(), "{}", line.replace("  ", " ")).unwrap();
        if let Reply::Answer(status, _, body, retry_after) = reply {
            let mut head = format!("HTTP/1.1 {status} -\r\nConnection: close\r\n");
            if let Some(seconds) = retry_after {
                write!(head, "Retry-After: {seconds}\r\n").unwrap();
            }
            let media_type = "application/vnd.mx.nexus.v1+json";
            write!(
                head,
                "Content-Type: {media_type}\r\nContent-Length: {}\r\n\r\n",
                body.len()
            )
            .unwrap();
            let _ = stream.write_all((head + &body).as_bytes()).await;
        }
    }
}

/// The head, without the version, and the body.
async fn request(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut read = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let count = stream
            .read(&mut chunk)
            .await
            .ok()
            .filter(|count| *count > 0)?;
        read.extend_from_slice(&chunk[..count]);
        let text = String::from_utf8_lossy(&read).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            let is_length = name.eq_ignore_ascii_case("content-length");
            is_length.then(|| value.parse::<usize>().unwrap())
        });
        if body.len() >= length.unwrap_or(0) {
            return Some((head.replacen(" HTTP/1.1", "", 1), body.to_owned()));
        }
    }
}

/// The body without the answers of people.
fn redacted(body: &str) -> String {
    let Ok(mut body) = serde_json::from_str::<Value>(body) else {
        return body.to_owned();
    };
    let challenges = body
        .pointer_mut("/member/challenges")
        .and_then(Value::as_array_mut);
    for challenge in challenges.into_iter().flatten() {
        challenge["value"] = json!("[secret]");
    }
    body.to_string()
}

/// Polls without delay, so many times. After that the next poll is hours away: the one on the deadline is the last.
#[derive(Debug)]
pub(crate) struct Eager(pub(crate) u32);

impl PollPolicy for Eager {
    fn delay(&self, _: Pace, polls: u32) -> Duration {
        if polls < self.0 {
            Duration::ZERO
        } else {
            LONG * 60
        }
    }
}
