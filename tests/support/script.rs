//! A [`Recorder`] that answers in the order of a script, and its transcript: requests, answers, and the lines that the test
//! adds between them.

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
use mx_nexus::{Environment, Nexus, User};
use serde_json::{Value, json};
use tokio::net::TcpSocket;

#[path = "recorder.rs"]
mod recorder;

use recorder::{Answer, Received, Recorder, quick};

/// Longer than any test takes.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// An answer of the script.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// A status, the body as the transcript shows it, the body, and the seconds in `Retry-After`.
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

/// A challenge of type `TEXT`.
pub(crate) fn text_question(guid: &str, label: &str) -> Reply {
    challenges(json!([{"guid": guid, "type": "TEXT", "label": label}]))
}

/// Owners by the names of their accounts.
pub(crate) fn owners(accounts: &[&str]) -> Reply {
    let owner = |account: &&str| json!({"account_guid": account, "owner_name": "Jo Doe"});
    let owners: Vec<Value> = accounts.iter().map(owner).collect();
    answer(200, &json!({"account_owners": owners}))
}

/// Answers requests by their head: the request line, without the version, and the headers.
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

    /// A server that answers with a function of the request.
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
            let (state, log) = (Mutex::new((0, source)), Arc::clone(&self.log));
            Recorder::on(listener, move |request, _| {
                let (opened, source) = &mut *state.lock().unwrap();
                answered(request, opened, source, &log)
            });
        }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// A new client of this server.
    pub(crate) fn nexus(&self) -> Nexus {
        nexus_at(&self.address)
    }

    /// The user of a given session token.
    pub(crate) fn user(&self) -> User {
        self.nexus().with_session_token("S3CR3T-TOKEN")
    }

    /// Adds a line to the transcript.
    pub(crate) fn note(&self, line: impl AsRef<str>) {
        let mut log = self.log.lock().unwrap();
        writeln!(log, "{}", line.as_ref()).unwrap();
    }

    pub(crate) fn transcript(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// The number of requests that begin like this.
    pub(crate) fn count(&self, request: &str) -> usize {
        let log = self.transcript();
        log.lines().filter(|line| line.starts_with(request)).count()
    }

    /// The number of unused answers of the script.
    pub(crate) fn unused(&self) -> usize {
        self.script.lock().unwrap().len()
    }
}

pub(crate) fn nexus_at(address: &str) -> Nexus {
    Nexus::builder(Environment::custom(address))
        .credentials("client", "S3CR3T-KEY")
        .retry(quick())
        .build()
        .unwrap()
}

/// Answers one request, and adds it to the transcript.
fn answered(
    request: &Received,
    opened: &mut u32,
    source: &mut Source,
    log: &Mutex<String>,
) -> Answer {
    let line = &request.line;
    // Sessions are opened as often as needed, without an entry in the script.
    let reply = if line.ends_with("/api_token.json") {
        answer(200, &json!({"api_token": {"token": "S3CR3T-API-TOKEN"}}))
    } else if line == "POST /sessions" {
        *opened += 1;
        let token = format!("S3CR3T-{opened}");
        answer(200, &json!({"session": {"token": token}}))
    } else {
        let headers = request.headers.iter();
        let headers = headers.map(|(name, value)| format!("\r\n{name}: {value}"));
        source(&format!("{line}{}", headers.collect::<String>()))
    };
    let outcome = match &reply {
        Reply::Answer(status, shown, ..) => format!("{status} {shown}"),
        Reply::HangUp => "connection reset".to_owned(),
    };
    let line = format!(
        "{line} {} -> {}",
        redacted(&request.body),
        outcome.trim_end()
    );
    writeln!(log.lock().unwrap(), "{}", line.replace("  ", " ")).unwrap();
    match reply {
        Reply::HangUp => Answer::HangUp,
        Reply::Answer(status, _, body, retry_after) => {
            let answer = Answer::json(status, &body).with("Connection", "close");
            match retry_after {
                Some(seconds) => answer.with("Retry-After", seconds.to_string()),
                None => answer,
            }
        }
    }
}

/// The body without the values of answers.
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

/// Polls without delay this many times; after that, only at the deadline.
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
