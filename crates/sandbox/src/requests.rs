//! The log of the last requests, without secrets and personal data.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use serde::{Serialize, Serializer};

use crate::api::{self, Api};
use crate::call::PathParameters;
use crate::fault::FaultKind;
use crate::handlers;
use mx_nexus::operations::Operation;

const MAX_REQUESTS: usize = 10_000;

/// A request to the sandbox, with its outcome.
///
/// It has nothing that a client wrote but the guid of a member: the path is the document's, and another path, method or guid is left
/// out, because a key may have been put there by mistake.
///
/// As JSON, in `GET /_sandbox/requests`: `{"time": 1768478400000, "method": "GET", "path":
/// "/nexus/members/{member_guid}", "operation": "readMember", "member": "MBR-…", "status": 200, "fault": null}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// When it was answered, or reset; in JSON milliseconds since 1970.
    #[serde(serialize_with = "in_milliseconds")]
    pub time: SystemTime,
    /// Its method, if it is one of HTTP's; else `OTHER`.
    pub method: &'static str,
    /// The prefix of the API and the path of the document, with parameters in braces; `None` when no operation matched.
    pub path: Option<String>,
    /// The id of the operation.
    pub operation: Option<&'static str>,
    /// The member in its path: a guid, `MBR-` and a UUID, or a member's name in MX's test session, such as `test_nexus_member`. `None`
    /// for anything else.
    pub member: Option<String>,
    /// The status of the response; `None` when the connection was reset.
    pub status: Option<u16>,
    /// The fault that happened.
    pub fault: Option<FaultKind>,
}

/// A request as the log keeps it.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) method: &'static str,
    pub(crate) operation: Option<(Api, &'static Operation)>,
    pub(crate) member: Option<String>,
    pub(crate) status: Option<u16>,
    pub(crate) fault: Option<FaultKind>,
}

#[derive(Debug, Default)]
pub(crate) struct RequestLog(Mutex<VecDeque<(SystemTime, Received)>>);

impl RequestLog {
    pub(crate) fn add(&self, received: Received) {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if log.len() == MAX_REQUESTS {
            log.pop_front();
        }
        log.push_back((SystemTime::now(), received));
    }

    /// Removes all, and returns how many.
    pub(crate) fn clear(&self) -> usize {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *log).len()
    }

    pub(crate) fn list(&self) -> Vec<RecordedRequest> {
        let log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.iter().map(RecordedRequest::of).collect()
    }
}

impl RecordedRequest {
    fn of((time, received): &(SystemTime, Received)) -> Self {
        let path =
            |(api, operation): (Api, &Operation)| format!("{}{}", api::prefix(api), operation.path);
        Self {
            time: *time,
            method: received.method,
            path: received.operation.map(path),
            operation: received.operation.map(|(_, operation)| operation.id),
            member: received.member.clone(),
            status: received.status,
            fault: received.fault,
        }
    }
}

/// The member of a path, if it has the form of one.
pub(crate) fn member(path: &PathParameters) -> Option<String> {
    let guid = path.get("member_guid")?;
    (is_guid(guid) || handlers::is_test_member(guid)).then(|| guid.clone())
}

fn is_guid(text: &str) -> bool {
    let Some(uuid) = text.strip_prefix("MBR-") else {
        return false;
    };
    let lengths = uuid.split('-').map(str::len);
    let is_hex = |character: char| character == '-' || character.is_ascii_hexdigit();
    lengths.eq([8, 4, 4, 4, 12]) && uuid.chars().all(is_hex)
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
            method: "GET",
            operation: None,
            member: None,
            status: Some(status),
            fault: Some(FaultKind::Lag),
        }
    }

    #[test]
    fn oldest_requests_are_dropped() {
        let log = RequestLog::default();
        for number in 0..=MAX_REQUESTS {
            log.add(received(u16::try_from(number % 500).unwrap()));
        }
        let list = log.list();
        assert_eq!(list.len(), MAX_REQUESTS);
        assert_eq!(list[0].status, Some(1));
    }
}
