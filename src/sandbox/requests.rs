//! What the sandbox was asked: the last requests, with nothing in them that is secret or personal. Every request is noted; tests
//! and `GET /_sandbox/requests` read them.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use serde::{Serialize, Serializer};

use super::fault::FaultKind;

/// How many requests are remembered.
const MOST: usize = 10_000;

/// A request that the sandbox got, and what became of it.
///
/// As JSON, in `GET /_sandbox/requests`: `{"time": 1768478400000, "method": "GET", "path":
/// "/nexus/members/{member_guid}", "operation": "readMember", "member": "MBR-…", "status": 200, "fault": null}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Received {
    /// When it was answered; in JSON the milliseconds since 1970.
    #[serde(serialize_with = "in_milliseconds")]
    pub time: SystemTime,
    /// Its method, when it is one that the documents know.
    pub method: &'static str,
    /// The system and the path of the document, with the parameters in braces; `None` when it was for no operation.
    pub path: Option<String>,
    /// The id of the operation.
    pub operation: Option<&'static str>,
    /// The member in its path.
    pub member: Option<String>,
    /// What was answered; `None` when the connection was reset instead.
    pub status: Option<u16>,
    /// The fault that happened to it.
    pub fault: Option<FaultKind>,
}

/// The last requests.
#[derive(Debug, Default)]
pub(crate) struct RequestLog(Mutex<VecDeque<Received>>);

impl RequestLog {
    pub(crate) fn note(&self, received: Received) {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if log.len() == MOST {
            log.pop_front();
        }
        log.push_back(received);
    }

    /// All that are remembered, the oldest first.
    pub(crate) fn list(&self) -> Vec<Received> {
        let log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.iter().cloned().collect()
    }
}

fn in_milliseconds<S: Serializer>(time: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
    let since = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    serializer.serialize_u64(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(status: u16) -> Received {
        Received {
            time: SystemTime::UNIX_EPOCH,
            method: "GET",
            path: None,
            operation: None,
            member: None,
            status: Some(status),
            fault: Some(FaultKind::StaleEcho),
        }
    }

    #[test]
    fn only_the_last_are_remembered() {
        let log = RequestLog::default();
        for number in 0..=MOST {
            log.note(received(u16::try_from(number % 500).unwrap()));
        }
        let list = log.list();
        assert_eq!(list.len(), MOST);
        assert_eq!(list[0].status, Some(1));
    }

    #[test]
    fn json_has_numbers_and_names() {
        let value = serde_json::to_value(received(200)).unwrap();
        assert_eq!(
            (&value["time"], &value["fault"]),
            (&0.into(), &"stale_echo".into())
        );
        assert!(value["path"].is_null());
    }
}
