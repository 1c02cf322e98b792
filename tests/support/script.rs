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

use mx_nexus::aggregation::Aggregation;
use mx_nexus::balance::BalanceCheck;
use mx_nexus::history::ExtendedHistory;
use mx_nexus::identity::{Identification, Pace, PollPolicy};
use mx_nexus::jobs::{JobBuilder, JobHandle};
use mx_nexus::operations::Api;
use mx_nexus::verification::Verification;
use mx_nexus::{Environment, Error, Nexus, User};
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
    api: Api,
    address: String,
    script: Arc<Mutex<VecDeque<Reply>>>,
    source: Mutex<Option<Source>>,
    log: Arc<Mutex<String>>,
    /// Bound, but not listening yet: connections to it are refused.
    closed: Mutex<Option<TcpSocket>>,
}

impl Server {
    pub(crate) fn start(script: impl IntoIterator<Item = Reply>) -> Arc<Self> {
        Self::start_by(Api::Nexus, script)
    }

    /// A server of this API. Scripts are written as Nexus answers, and translated.
    pub(crate) fn start_by(api: Api, script: impl IntoIterator<Item = Reply>) -> Arc<Self> {
        let server = Self::closed_by(api, script);
        server.open();
        server
    }

    /// A server that answers with a function of the request.
    pub(crate) fn answering(source: impl FnMut(&str) -> Reply + Send + 'static) -> Arc<Self> {
        let server = Self::closed_by(Api::Nexus, []);
        *server.source.lock().unwrap() = Some(Box::new(source));
        server.open();
        server
    }

    /// A server that refuses connections until it is opened.
    pub(crate) fn closed_by(api: Api, script: impl IntoIterator<Item = Reply>) -> Arc<Self> {
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
            api,
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
            let atrium = (self.api != Api::Nexus).then(AtriumAnswers::default);
            let state = Mutex::new((0, source, atrium));
            let log = Arc::clone(&self.log);
            Recorder::on(listener, move |request, _| {
                let (opened, source, atrium) = &mut *state.lock().unwrap();
                answered(request, opened, source, atrium.as_mut(), &log)
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

    /// A user of the API of this server, by a new client.
    pub(crate) fn client(&self) -> Client {
        match self.api {
            #[cfg(feature = "atrium")]
            Api::Atrium => {
                let builder = mx_nexus::Atrium::builder(Environment::custom(&self.address));
                let builder = builder.credentials("client", "S3CR3T-KEY");
                Client::Atrium(builder.retry(quick()).build().unwrap().user("USR-1"))
            }
            _ => Client::Nexus(self.user()),
        }
    }

    /// Adds a line to the transcript.
    pub(crate) fn note(&self, line: impl AsRef<str>) {
        let mut log = self.log.lock().unwrap();
        writeln!(log, "{}", line.as_ref()).unwrap();
    }

    pub(crate) fn transcript(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// The number of requests that begin like this, without the user in the path.
    pub(crate) fn count(&self, request: &str) -> usize {
        let log = self.transcript();
        let lines = log.lines().map(|line| line.replace("/users/USR-1", ""));
        lines.filter(|line| line.starts_with(request)).count()
    }

    /// The number of unused answers of the script.
    pub(crate) fn unused(&self) -> usize {
        self.script.lock().unwrap().len()
    }
}

/// A user of either API, with jobs of `MBR-1`.
pub(crate) enum Client {
    Nexus(User),
    #[cfg(feature = "atrium")]
    Atrium(mx_nexus::atrium::User),
}

macro_rules! jobs {
    ($($name:ident($($argument:ident: $type:ty)?) -> $made:ty { $($call:tt)* })*) => {
        impl Client {
            $(pub(crate) fn $name(&self $(, $argument: $type)?) -> $made {
                match self {
                    Self::Nexus(user) => user.$($call)*,
                    #[cfg(feature = "atrium")]
                    Self::Atrium(user) => user.$($call)*,
                }
            })*
        }
    };
}

jobs! {
    identify() -> JobBuilder<Identification> { identify("MBR-1") }
    verify() -> JobBuilder<Verification> { verify("MBR-1") }
    aggregate() -> JobBuilder<Aggregation> { aggregate("MBR-1") }
    check_balance() -> JobBuilder<BalanceCheck> { check_balance("MBR-1") }
    extend_history() -> JobBuilder<ExtendedHistory> { extend_history("MBR-1") }
    resume(handle: JobHandle) -> Result<JobBuilder<Identification>, Error> { resume(handle) }
}

/// Answers of Nexus as Atrium gives them.
#[derive(Default)]
struct AtriumAnswers {
    /// The jobs that were shown, in their order.
    jobs: Vec<String>,
    institution: Option<Value>,
}

impl AtriumAnswers {
    /// Jobs have no guids, and are distinguished by when they started. Institutions have codes.
    fn translated(&mut self, body: &str) -> String {
        let Ok(mut translated) = serde_json::from_str::<Value>(body) else {
            return body.to_owned();
        };
        let member = translated.get_mut("member");
        if let Some(member) = member.and_then(Value::as_object_mut) {
            if let Some(Value::String(job)) = member.remove("most_recent_job_guid") {
                let known = self.jobs.iter().position(|it| *it == job);
                let number = known.unwrap_or(self.jobs.len());
                if known.is_none() {
                    self.jobs.push(job);
                }
                let start = json!(format!("2026-11-28T0{number}:00:00Z"));
                member.insert("aggregated_at".to_owned(), start);
            }
            if let Some(institution) = member.remove("institution_guid") {
                self.institution = Some(institution);
            }
        }
        translated.to_string()
    }

    /// The member itself, which is read for its institution only; without an entry in the script.
    fn member(&self) -> Reply {
        let member = json!({"guid": "MBR-1", "institution_code": self.institution});
        answer(200, &json!({"member": member}))
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
    mut atrium: Option<&mut AtriumAnswers>,
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
    } else if let Some(atrium) = &atrium
        && line == "GET /users/USR-1/members/MBR-1"
    {
        atrium.member()
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
            let body = match &mut atrium {
                Some(atrium) => atrium.translated(&body),
                None => body,
            };
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
