//! A server on loopback with canned answers, on threads of its own, so that the measured thread runs the client alone.

use std::collections::HashMap;
use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
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

/// Complete answers, with their heads.
struct Answers {
    token: Vec<u8>,
    session: Vec<u8>,
    institution: Vec<u8>,
    baseline: Vec<u8>,
    running: Vec<u8>,
    done: Vec<u8>,
    owners: Vec<u8>,
}

impl Answers {
    fn new() -> Self {
        let answer = |body: String| {
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/vnd.mx.nexus.v1+json\r\n\
                 date: Sat, 28 Nov 2026 09:00:00 GMT\r\nx-request-id: 6f1c7d0e\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            [head.into_bytes(), body.into_bytes()].concat()
        };
        Self {
            token: answer(r#"{"api_token":{"token":"an-api-token"}}"#.to_owned()),
            session: answer(r#"{"session":{"token":"a-session"}}"#.to_owned()),
            institution: answer(bodies::institution()),
            baseline: answer(bodies::member()),
            running: answer(bodies::member_of("JOB-2", true)),
            done: answer(bodies::member_of("JOB-2", false)),
            owners: answer(bodies::owners(2)),
        }
    }

    fn to(&self, line: &str, reads: &Reads) -> &[u8] {
        let path = line.split(' ').nth(1).unwrap_or_default();
        let mut segments = path.trim_start_matches('/').split('/');
        let (kind, guid, below) = (segments.next(), segments.next(), segments.next());
        let mut reads = reads.lock().expect("no panic");
        match (kind, guid, below) {
            (Some("sessions"), ..) => &self.session,
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
                    if *count < 2 {
                        &self.running
                    } else {
                        &self.done
                    }
                }
            },
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
