//! The sandbox: that the whole way runs on it, that it keeps to the documents, that every fault is felt, and that nothing it is
//! sent harms it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use std::time::Duration;

use mx_nexus::connect::{Connection, FormValues, Search};
use mx_nexus::identity::Polling;
use mx_nexus::mdx::types::UserCreateRequest;
use mx_nexus::sandbox::{Sandbox, SandboxBuilder};
use mx_nexus::{Nexus, User};

/// The generated tables of calls and types, which the contract tests walk as well.
#[path = "../contract/apis.rs"]
#[allow(dead_code, reason = "the contract tests need more of it")]
mod apis;
#[path = "../contract/exerciser.rs"]
#[allow(dead_code, reason = "the contract tests need more of it")]
mod exerciser;
#[path = "../contract/snapshots.rs"]
#[allow(dead_code, reason = "the contract tests need it")]
mod snapshots;
#[path = "../contract/types.rs"]
#[allow(dead_code, reason = "the contract tests need more of it")]
mod types;

mod conformance;
mod control;
mod echoes;
mod estate;
mod extremes;
mod faults;
mod hostile;
mod journal;
mod load;
mod oauth;
mod odd;
mod raw;
mod refused;
mod runtime;
mod seeding;
mod shapes;
mod unread;
mod way;
mod witness;

/// MX Bank, as its documents name it.
const MX_BANK: &str = "INS-1572a04c-912b-59bf-5841-332c7dfafaef";
/// The user id that most tests take.
const ADA: &str = "U-ada";
/// Longer than any test takes that goes well.
const PATIENCE: Duration = Duration::from_secs(120);

/// A sandbox whose jobs are over at once.
fn quick() -> SandboxBuilder {
    Sandbox::builder().job_time(Duration::from_millis(10))
}

async fn open() -> (Sandbox, Nexus) {
    let sandbox = quick().start().await.unwrap();
    let nexus = sandbox.nexus().build().unwrap();
    (sandbox, nexus)
}

/// A user that MX knows.
async fn known_user(nexus: &Nexus, id: &str) -> User {
    let request = UserCreateRequest::builder().id(id).try_into().unwrap();
    nexus.users().unwrap().ensure(request).await.unwrap();
    nexus.user(id)
}

/// Connects a user to an institution, with this password.
async fn connect(user: &User, institution: &str, password: &str) -> Connection {
    let form = user.connect(institution).await.unwrap();
    let entries = form
        .fields()
        .iter()
        .fold(FormValues::new(), |entries, field| {
            let entry = match field.html_input() {
                "password" => password,
                _ => "mxuser",
            };
            entries.with(field.guid(), entry)
        });
    form.submit(entries).await.unwrap()
}

/// Looks for an institution by its name, as a person does.
async fn find(user: &User, name: &str) -> String {
    let found = user
        .search_institutions(Search::by_name(name))
        .await
        .unwrap();
    let guid = found.into_iter().find_map(|institution| institution.guid);
    guid.unwrap_or_else(|| panic!("there is no {name}"))
        .as_str()
        .to_owned()
}

/// Polls as quickly as the jobs of these tests are.
fn polling() -> Polling {
    Polling::between(Duration::from_millis(5), Duration::from_millis(20))
}
