//! A server on loopback with canned answers, on threads of its own, so that the measured thread runs the client alone; or as a
//! process of its own, so that measured time and memory are those of the client alone.

use std::collections::HashMap;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use super::bodies;

/// How often each member was read since its identification was started.
type Reads = Arc<Mutex<HashMap<String, u32>>>;

/// Starts the server; returns its address.
pub(crate) fn start() -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = format!("http://{}", listener.local_addr()?);
    let answers = Arc::new(Answers::new());
    let reads = Reads::default();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (answers, reads) = (Arc::clone(&answers), Arc::clone(&reads));
            std::thread::spawn(move || serve(stream, &answers, &reads));
        }
    });
    Ok(address)
}

/// The argument with which [`Process`] starts this program.
const SERVE: &str = "serve";

/// Serves until standard input ends, which it does with the process that started this one; returns whether this process is one
/// that [`Process::start`] has started.
pub(crate) fn is_server_process() -> bool {
    let is_server = std::env::args().nth(1).as_deref() == Some(SERVE);
    if is_server {
        println!("{}", start().expect("a port"));
        io::stdin().lines().for_each(drop);
    }
    is_server
}

/// The server in a process of its own: this program, whose `main` has to begin with [`is_server_process`].
pub(crate) struct Process {
    process: Child,
    pub(crate) address: String,
}

impl Process {
    pub(crate) fn start() -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut process = Command::new(program)
            .arg(SERVE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a server");
        let mut output = BufReader::new(process.stdout.take().expect("its output"));
        let mut address = String::new();
        output.read_line(&mut address).expect("an address");
        Self {
            process,
            address: address.trim().to_owned(),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// The part of a member's guid by which its job does not end.
pub(crate) const ENDLESS: &str = "endless";

/// A session token as long as those of MX.
const SESSION: &str =
    "de2uS4jEwSYN7W0eoF_ZiLJQ7rtQaDbA9NkCZr_U4gujctbMw_WZYz7u6q3NMDlTYYCSSR7O3ec1fOP2wArN0g";

/// The part of a user's id whose first session is refused; every second one is not.
pub(crate) const RENEW: &str = "renew";
const TOKEN_TO_RENEW: &str = "a-token-to-renew";
const REFUSED_SESSION: &str = "a-refused-session";

/// Complete answers, with their heads.
struct Answers {
    token: Vec<u8>,
    token_to_renew: Vec<u8>,
    session: Vec<u8>,
    refused_session: Vec<u8>,
    refusal: Vec<u8>,
    institution: Vec<u8>,
    baseline: Vec<u8>,
    running: Vec<u8>,
    done: Vec<u8>,
    owners: Vec<u8>,
}

impl Answers {
    fn new() -> Self {
        let answer_of = |status: &str, body: String| {
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/vnd.mx.nexus.v1+json\r\n\
                 date: Sat, 28 Nov 2026 09:00:00 GMT\r\nx-request-id: 6f1c7d0e\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            [head.into_bytes(), body.into_bytes()].concat()
        };
        let answer = |body| answer_of("200 OK", body);
        let token = |token| answer(format!(r#"{{"api_token":{{"token":"{token}"}}}}"#));
        let session = |token| answer(format!(r#"{{"session":{{"token":"{token}"}}}}"#));
        Self {
            token: token("an-api-token"),
            token_to_renew: token(TOKEN_TO_RENEW),
            session: session(SESSION),
            refused_session: session(REFUSED_SESSION),
            refusal: answer_of("401 Unauthorized", "{}".to_owned()),
            institution: answer(bodies::institution()),
            baseline: answer(bodies::member()),
            running: answer(bodies::member_of(bodies::JOBS[1], true)),
            done: answer(bodies::member_of(bodies::JOBS[1], false)),
            owners: answer(bodies::owners(2)),
        }
    }

    fn to(&self, head: &str, reads: &Reads) -> &[u8] {
        let path = head.split(' ').nth(1).unwrap_or_default();
        let mut segments = path.trim_start_matches('/').split('/');
        let (kind, guid, below) = (segments.next(), segments.next(), segments.next());
        let mut reads = reads.lock().expect("no panic");
        match (kind, guid, below) {
            (Some("sessions"), ..) if head.contains(TOKEN_TO_RENEW) => {
                let count = reads.entry(RENEW.to_owned()).or_default();
                *count += 1;
                if *count % 2 == 1 {
                    &self.refused_session
                } else {
                    &self.session
                }
            }
            (Some("sessions"), ..) => &self.session,
            (Some("members"), ..) if head.contains(REFUSED_SESSION) => &self.refusal,
            (Some("institutions"), ..) => &self.institution,
            (Some("members"), Some(guid), Some("identify")) => {
                reads.insert(guid.to_owned(), 0);
                &self.running
            }
            (Some("members"), _, Some("account_owners")) => &self.owners,
            (Some("members"), Some(guid), None) => match reads.get_mut(guid) {
                None => &self.baseline,
                Some(count) => {
                    *count += 1;
                    if *count < 2 || guid.contains(ENDLESS) {
                        &self.running
                    } else {
                        &self.done
                    }
                }
            },
            _ if path.contains(RENEW) => &self.token_to_renew,
            _ => &self.token,
        }
    }
}

fn serve(mut stream: TcpStream, answers: &Answers, reads: &Reads) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut received = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let end = loop {
            if let Some(end) = end_of(&received) {
                break end;
            }
            match stream.read(&mut buffer)? {
                0 => return Ok(()),
                count => received.extend_from_slice(&buffer[..count]),
            }
        };
        let head = String::from_utf8_lossy(&received[..end]).into_owned();
        received.drain(..end);
        stream.write_all(answers.to(&head, reads))?;
    }
}

/// The end of the first request, with its body; nothing while it is not complete.
fn end_of(received: &[u8]) -> Option<usize> {
    let head = received.windows(4).position(|it| it == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&received[..head]).to_ascii_lowercase();
    let length = text.split("content-length:").nth(1);
    let length = length.and_then(|rest| rest.lines().next()?.trim().parse().ok());
    let end = head + length.unwrap_or(0);
    (received.len() >= end).then_some(end)
}
