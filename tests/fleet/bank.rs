//! A bank whose members do as their names say.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::recorder::{Answer, Received, Recorder};

/// A bank that treats its members by the first part of their names:
/// `asking-…` asks once, `denied-…` has wrong credentials, `unknown-…` is not there, `forbidden-…` may not be identified,
/// `poor-…` is at an institution without identification, `slow-…` is read only as often as the gate has permits, and
/// `quick-…` goes straight through.
pub(crate) struct Bank {
    desks: Mutex<HashMap<String, Desk>>,
    gate: Arc<Semaphore>,
}

/// What the bank knows of one member.
#[derive(Clone, Copy, Default)]
struct Desk {
    is_started: bool,
    is_answered: bool,
    reads: u8,
}

impl Bank {
    pub(crate) async fn open() -> (Recorder, Arc<Semaphore>) {
        let gate = Arc::new(Semaphore::new(0));
        let bank = Self {
            desks: Mutex::default(),
            gate: Arc::clone(&gate),
        };
        let server = Recorder::mx(move |received, _| bank.answer(received)).await;
        (server, gate)
    }

    fn answer(&self, received: &Received) -> Answer {
        let (method, path) = received.line.split_once(' ').unwrap();
        let mut parts = path.trim_start_matches('/').split('/');
        let (what, name) = (parts.next().unwrap(), parts.next().unwrap_or_default());
        let mut desks = self.desks.lock().unwrap();
        let desk = desks.entry(name.to_owned()).or_default();
        let kind = name.split('-').next().unwrap();
        match (method, what, parts.next(), kind) {
            ("GET", "institutions", ..) => ok(json!({
                "institution": {"supports_account_identification": name != "INS-poor"}
            })),
            ("GET", "members", None, "unknown") => Answer::json(404, ""),
            ("GET", "members", None, _) => {
                let is_held = kind == "slow" && desk.is_started;
                let answer = ok(desk.read(name, kind));
                match is_held {
                    true => Answer::Held(Arc::clone(&self.gate), Box::new(answer)),
                    false => answer,
                }
            }
            ("POST", _, Some("identify"), "forbidden") => Answer::json(403, ""),
            ("POST", _, Some("identify" | "check_balance"), _) => {
                desk.is_started = true;
                ok(desk.read(name, kind))
            }
            ("GET", _, Some("challenges"), _) => ok(json!({
                "challenges": [{"guid": format!("CRD-{name}"), "type": "TEXT", "label": "Town?"}]
            })),
            ("PUT", _, Some("resume"), _) => {
                let sent: Value = serde_json::from_str(&received.body).unwrap();
                let answer = &sent["member"]["challenges"][0];
                let fits = answer["guid"] == format!("CRD-{name}") && answer["value"] == "Lehi";
                desk.is_answered = fits;
                desk.reads = 0;
                if fits {
                    ok(json!({}))
                } else {
                    Answer::json(400, "")
                }
            }
            ("GET", _, Some("accounts?page=1&records_per_page=1000"), _) => ok(json!({
                "accounts": [{"guid": "ACT-1"}, {"guid": "ACT-2"}]
            })),
            ("GET", _, Some("account_owners"), _) => ok(json!({
                "account_owners": [{"account_guid": format!("ACT-{name}")}]
            })),
            _ => Answer::json(418, ""),
        }
    }
}

impl Desk {
    /// The member as it is; two readings of every job show it at work.
    fn read(&mut self, name: &str, kind: &str) -> Value {
        let (status, is_running) = match kind {
            _ if !self.is_started => ("CREATED", false),
            _ if self.reads < 2 => ("RESUMED", true),
            "asking" if !self.is_answered => ("CHALLENGED", false),
            "denied" => ("DENIED", false),
            _ => ("CONNECTED", false),
        };
        self.reads += u8::from(self.is_started && self.reads < 2);
        let job = if self.is_started { "JOB-2" } else { "JOB-1" };
        let institution = if kind == "poor" { "INS-poor" } else { "INS-1" };
        json!({"member": {
            "guid": name, "institution_guid": institution, "connection_status": status,
            "is_being_aggregated": is_running, "most_recent_job_guid": job,
        }})
    }
}

fn ok(body: Value) -> Answer {
    Answer::json(200, &body.to_string())
}
