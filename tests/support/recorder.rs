//! A server that records every request and answers with a function of the test. Raw TCP, because the tests check request
//! lines as sent, connections that break in the middle, and hosts that do not answer.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "shared by test programs, each of which uses a part"
)]

use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mx_nexus::{Environment, Nexus, NexusBuilder, RetryPolicy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// Headers whose value is in a transcript; of credentials only the name is.
const SHOWN: [&str; 4] = [
    "accept",
    "content-type",
    "accept-language",
    "mx-skip-webhook",
];
const CREDENTIALS: [&str; 3] = ["md-api-key", "md-api-token", "md-session-token"];

/// A request as received.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// Method and target, as on the wire, without the version.
    pub(crate) line: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(key, _)| key == name);
        found.next().map(|(_, value)| value.as_str())
    }

    /// The request for a snapshot.
    pub(crate) fn transcript(&self) -> String {
        let mut text = format!("{}\n", self.line);
        for name in CREDENTIALS {
            if self.header(name).is_some() {
                writeln!(text, "{name}: [sent]").unwrap();
            }
        }
        for name in SHOWN {
            if let Some(value) = self.header(name) {
                writeln!(text, "{name}: {value}").unwrap();
            }
        }
        if !self.body.is_empty() {
            writeln!(text, "\n{}", self.body).unwrap();
        }
        text
    }
}

/// What the server does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Reply(u16, Vec<(String, String)>, Vec<u8>),
    /// The head and half of the body, then the connection closes.
    Broken(u16, Vec<u8>),
    /// The head and half of the body, then the connection is reset.
    Reset(u16, Vec<u8>),
    /// The head and half of the body, then nothing more.
    Stalled(u16, Vec<u8>),
    /// An answer that is sent when the test adds a permit.
    Held(Arc<Semaphore>, Box<Answer>),
    /// No answer; the connection stays open.
    Silence,
    /// The connection closes without an answer.
    HangUp,
}

impl Answer {
    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self::typed(status, "application/vnd.mx.nexus.v1+json", body)
    }

    pub(crate) fn typed(status: u16, media_type: &str, body: &str) -> Self {
        Self::Reply(status, Vec::new(), body.into()).with("Content-Type", media_type)
    }

    pub(crate) fn with(self, name: &str, value: impl Into<String>) -> Self {
        match self {
            Self::Reply(status, mut headers, body) => {
                headers.push((name.to_owned(), value.into()));
                Self::Reply(status, headers, body)
            }
            other => other,
        }
    }
}

type Script = dyn Fn(&Received, usize) -> Answer + Send + Sync;

/// A running server. It ends with the test's runtime.
pub(crate) struct Recorder {
    pub(crate) address: String,
    received: Arc<Mutex<Vec<Received>>>,
    traffic: Arc<Traffic>,
}

/// The count of unanswered requests: now, and the highest so far.
#[derive(Default)]
struct Traffic {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Recorder {
    /// Answers by a function of the request and of the number of requests before it.
    pub(crate) async fn start(
        script: impl Fn(&Received, usize) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap(), script)
    }

    /// The same on a given listener.
    pub(crate) fn on(
        listener: TcpListener,
        script: impl Fn(&Received, usize) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let address = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let script: Arc<Script> = Arc::new(script);
        let book = Arc::clone(&received);
        let traffic = Arc::<Traffic>::default();
        let count = Arc::clone(&traffic);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (book, script) = (Arc::clone(&book), Arc::clone(&script));
                tokio::spawn(serve(stream, book, script, Arc::clone(&count)));
            }
        });
        Self {
            address,
            received,
            traffic,
        }
    }

    /// Answers in this order; the last answer is repeated.
    pub(crate) async fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers: Vec<Answer> = answers.into_iter().collect();
        Self::start(move |_, before| answers[before.min(answers.len() - 1)].clone()).await
    }

    /// Like MX: mints `api-token-1`, `api-token-2`, …, opens `session-1`, …; all other requests go to the function, with
    /// the number of such requests before.
    pub(crate) async fn mx(
        script: impl Fn(&Received, usize) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let counts = Mutex::new([0_usize; 3]);
        let count = move |index: usize| {
            let mut counts = counts.lock().unwrap();
            counts[index] += 1;
            counts[index]
        };
        Self::start(move |received, _| {
            if received.line.ends_with("/api_token.json") {
                let number = count(0);
                token(&format!("api-token-{number}"))
            } else if received.line == "POST /sessions" {
                let number = count(1);
                session(&format!("session-{number}"))
            } else {
                script(received, count(2) - 1)
            }
        })
        .await
    }

    /// The number of unanswered requests.
    pub(crate) fn under_way(&self) -> usize {
        self.traffic.now.load(SeqCst)
    }

    /// The highest number of unanswered requests at one time.
    pub(crate) fn most_under_way(&self) -> usize {
        self.traffic.most.load(SeqCst)
    }

    /// The requests received so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// The request lines received so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.received()
            .into_iter()
            .map(|received| received.line)
            .collect()
    }

    /// The number of requests with this line.
    pub(crate) fn count(&self, line: &str) -> usize {
        self.lines()
            .iter()
            .filter(|received| *received == line)
            .count()
    }

    /// The requests received so far, for a snapshot.
    pub(crate) fn transcript(&self) -> String {
        let texts: Vec<String> = self.received().iter().map(Received::transcript).collect();
        texts.join("---\n")
    }

    /// A client of this server, with retry delays of about 1 ms.
    pub(crate) fn builder(&self) -> NexusBuilder {
        builder_at(&self.address)
    }

    pub(crate) fn nexus(&self) -> Nexus {
        self.builder().build().unwrap()
    }
}

/// A client of an address, with retry delays of about 1 ms.
pub(crate) fn builder_at(address: &str) -> NexusBuilder {
    Nexus::builder(Environment::custom(address))
        .credentials("client", "the-api-key")
        .retry(quick())
}

pub(crate) fn quick() -> RetryPolicy {
    RetryPolicy::default().first_delay(Duration::from_millis(1))
}

pub(crate) fn token(text: &str) -> Answer {
    Answer::json(200, &format!(r#"{{"api_token":{{"token":"{text}"}}}}"#))
}

pub(crate) fn session(text: &str) -> Answer {
    Answer::json(200, &format!(r#"{{"session":{{"token":"{text}"}}}}"#))
}

pub(crate) fn member(guid: &str) -> Answer {
    Answer::json(200, &format!(r#"{{"member":{{"guid":"{guid}"}}}}"#))
}

/// An address that refuses connections.
pub(crate) async fn closed_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

async fn serve(
    mut stream: TcpStream,
    book: Arc<Mutex<Vec<Received>>>,
    script: Arc<Script>,
    traffic: Arc<Traffic>,
) {
    let mut read = Vec::new();
    while let Some(received) = next_request(&mut stream, &mut read).await {
        let before = {
            let mut book = book.lock().unwrap();
            book.push(received.clone());
            book.len() - 1
        };
        let now = traffic.now.fetch_add(1, SeqCst) + 1;
        traffic.most.fetch_max(now, SeqCst);
        let mut answer = script(&received, before);
        while let Answer::Held(gate, held) = answer {
            gate.acquire().await.unwrap().forget();
            answer = *held;
        }
        // Before the first byte of the answer, so that the next request is not counted together with this one.
        traffic.now.fetch_sub(1, SeqCst);
        match answer {
            Answer::Held(..) => unreachable!("unwrapped above"),
            Answer::Reply(status, headers, body) => {
                let whole = [head(status, &headers, body.len()), body].concat();
                if stream.write_all(&whole).await.is_err() {
                    return;
                }
            }
            Answer::Broken(status, body) => return half(&mut stream, status, &body).await,
            Answer::Reset(status, body) => {
                half(&mut stream, status, &body).await;
                return stream.set_zero_linger().unwrap();
            }
            Answer::Stalled(status, body) => {
                half(&mut stream, status, &body).await;
                return until_closed(&mut stream).await;
            }
            Answer::Silence => return until_closed(&mut stream).await,
            Answer::HangUp => return,
        }
    }
}

fn head(status: u16, headers: &[(String, String)], length: usize) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} -\r\nContent-Length: {length}\r\n");
    for (name, value) in headers {
        write!(head, "{name}: {value}\r\n").unwrap();
    }
    (head + "\r\n").into_bytes()
}

async fn half(stream: &mut TcpStream, status: u16, body: &[u8]) {
    let half = &body[..body.len() / 2];
    let head = head(status, &[], body.len());
    let _ = stream.write_all(&[&head, half].concat()).await;
}

async fn until_closed(stream: &mut TcpStream) {
    let mut rest = [0; 64];
    while stream.read(&mut rest).await.is_ok_and(|count| count > 0) {}
}

async fn next_request(stream: &mut TcpStream, read: &mut Vec<u8>) -> Option<Received> {
    let end = loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        more(stream, read).await?;
    };
    let head = String::from_utf8_lossy(&read[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let line = lines.next()?.trim_end_matches(" HTTP/1.1").to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let mut received = Received {
        line,
        headers,
        body: String::new(),
    };
    let length: usize = received
        .header("content-length")
        .map_or(0, |length| length.parse().unwrap());
    while read.len() < end + 4 + length {
        more(stream, read).await?;
    }
    received.body = String::from_utf8_lossy(&read[end + 4..end + 4 + length]).into_owned();
    read.drain(..end + 4 + length);
    Some(received)
}

async fn more(stream: &mut TcpStream, read: &mut Vec<u8>) -> Option<()> {
    let mut chunk = [0; 4096];
    match stream.read(&mut chunk).await {
        Ok(count) if count > 0 => {
            read.extend_from_slice(&chunk[..count]);
            Some(())
        }
        _ => None,
    }
}
