//! MX's test endpoints: the session `test_session`, and words in the place of a member, with static data. They run the same
//! code as any member.
//!
//! The data never changes, so no stamp shows a job. Here, and only here, four equal readings settle it, which takes a dozen
//! seconds at MX.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;
use std::time::Duration;

use mx_nexus::identity::{Identify, Owners, Polling, Step};
use mx_nexus::{Environment, Nexus, User};

#[path = "support/script.rs"]
mod script;

use script::{Eager, LONG, Reply, Server, member, owners, status, text_question};

/// The statuses that can stand in the place of a member (guide: all but EXPIRED and PENDING).
const STATUSES: [&str; 20] = [
    "CREATED",
    "PREVENTED",
    "DENIED",
    "CHALLENGED",
    "REJECTED",
    "LOCKED",
    "CONNECTED",
    "IMPEDED",
    "RECONNECTED",
    "DEGRADED",
    "DISCONNECTED",
    "DISCONTINUED",
    "CLOSED",
    "DELAYED",
    "FAILED",
    "UPDATED",
    "DISABLED",
    "IMPORTED",
    "RESUMED",
    "IMPAIRED",
];

/// The integration environment as the guide describes it, with and without the trailing slashes that the guide writes.
fn integration() -> Arc<Server> {
    Server::answering(|head| {
        let is_test = |line: &str| line.eq_ignore_ascii_case("md-session-token: test_session");
        if !head.lines().any(is_test) {
            return status(401);
        }
        let line = head.lines().next().unwrap().trim_end_matches('/');
        let words: Vec<&str> = line
            .split(['/', ' '])
            .filter(|word| !word.is_empty())
            .collect();
        match words[..] {
            ["GET", "members", guid, "account_owners"] => match guid {
                "unidentified" => owners(&[]),
                _ => owners(&["ACT-1", "ACT-1", "ACT-2"]),
            },
            ["GET", "members", _, "challenges"] => text_question("CRD-1", "Town?"),
            ["GET", "members", guid] | ["POST", "members", guid, "identify"] => shown(guid),
            ["PUT", "members", guid, "resume"] => shown(guid),
            _ => status(404),
        }
    })
}

fn shown(guid: &str) -> Reply {
    match guid {
        "test_member" | "test_nexus_member" | "unidentified" => member("CONNECTED"),
        name if STATUSES.contains(&name) => member(name),
        _ => status(404),
    }
}

fn test_user(server: &Server) -> User {
    let nexus = Nexus::builder(Environment::custom(server.address()))
        .build()
        .unwrap();
    nexus.with_session_token("test_session")
}

/// The statuses that are polled until the budget is spent.
const PASSING: [&str; 5] = ["CREATED", "DELAYED", "RECONNECTED", "RESUMED", "UPDATED"];

fn identify(server: &Server, member: &str) -> (Identify, Duration) {
    let identify = test_user(server).identify(member);
    if PASSING.contains(&member) {
        let timeout = Duration::from_secs(1);
        return (identify.with_polling(Eager(5)), timeout);
    }
    let at_once = Polling::between(Duration::ZERO, Duration::ZERO);
    (identify.with_polling(at_once), LONG)
}

async fn owners_of(server: &Server, member: &str) -> Owners {
    let (identify, timeout) = identify(server, member);
    identify.run(timeout, async |_| None).await.unwrap()
}

#[tokio::test]
async fn the_test_member_has_owners() {
    let server = integration();
    assert_eq!(owners_of(&server, "test_nexus_member").await.len(), 3);
    insta::assert_snapshot!(server.transcript());
}

/// The test member of the general endpoints is read like any; identification has a test member of its own.
#[tokio::test]
async fn the_general_test_member_is_read_and_identified() {
    let server = integration();
    let user = test_user(&server);
    let api = user.api().await.unwrap();
    let read = api.read_member().member_guid("test_member");
    let read = read.send().await.unwrap().into_inner().member.unwrap();
    assert_eq!(read.connection_status, Some("CONNECTED".into()));
    let owners = owners_of(&server, "test_member").await;
    assert_eq!(owners.len(), 3);
    assert_eq!(server.count("POST /members/test_member/identify"), 1);
}

#[tokio::test]
async fn the_unidentified_member_has_none() {
    assert!(owners_of(&integration(), "unidentified").await.is_empty());
}

#[tokio::test]
async fn another_session_is_refused() {
    let server = integration();
    let user = server.nexus().with_session_token("another");
    let identify = user.identify("test_nexus_member");
    let error = identify.start(LONG).await.unwrap_err();
    assert!(error.call_error().unwrap().is_session_expired());
}

/// Each status, and where a member that is at rest with it leads.
#[tokio::test]
async fn every_status_ends_as_the_table_says() {
    let server = integration();
    let ends = STATUSES.map(|name| {
        let (identify, timeout) = identify(&server, name);
        tokio::spawn(async move {
            let mut job = identify.start(timeout).await.unwrap();
            loop {
                match job.next().await {
                    Ok(Step::Running(_)) => {}
                    Ok(Step::Challenged(_)) => break format!("{name}: asks"),
                    Ok(Step::Done(owners)) => break format!("{name}: {} owners", owners.len()),
                    Err(error) => {
                        break format!("{name}: {:?}, {:?}", error.kind(), error.remedy().unwrap());
                    }
                }
            }
        })
    });
    let mut text = String::new();
    for end in ends {
        text += &end.await.unwrap();
        text.push('\n');
    }
    insta::assert_snapshot!(text);
}
