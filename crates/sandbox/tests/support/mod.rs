//! A sandbox with short jobs, with users and members, for these tests and for `tests/conformance`.

use std::time::Duration;

use mx_nexus::connect::{Connection, FormValues, Search};
use mx_nexus::identity::Polling;
use mx_nexus::mdx::types::UserCreateRequest;
use mx_nexus::operations::{Api, Operation};
use mx_nexus::reqwest::Client;
use mx_nexus::{Nexus, User};
use mx_nexus_sandbox::{Sandbox, SandboxBuilder};
use serde_json::Value;

/// MX Bank's documented guid.
pub(crate) const MX_BANK: &str = "INS-1572a04c-912b-59bf-5841-332c7dfafaef";
/// The user id of most tests.
pub(crate) const ADA: &str = "U-ada";
/// Longer than any test that succeeds.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// A sandbox whose jobs are finished almost at once.
pub(crate) fn quick() -> SandboxBuilder {
    Sandbox::builder().job_time(Duration::from_millis(10))
}

pub(crate) async fn open() -> (Sandbox, Nexus) {
    let sandbox = quick().start().await.unwrap();
    let nexus = sandbox.nexus().build().unwrap();
    (sandbox, nexus)
}

/// A user that was created.
pub(crate) async fn known_user(nexus: &Nexus, id: &str) -> User {
    let request = UserCreateRequest::builder().id(id).try_into().unwrap();
    nexus.users().unwrap().ensure_with(request).await.unwrap();
    nexus.user(id)
}

/// Connects a user to an institution, with this password.
pub(crate) async fn connect(user: &User, institution: &str, password: &str) -> Connection {
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

/// The guid of the first institution with this name.
pub(crate) async fn find(user: &User, name: &str) -> String {
    let found = user
        .search_institutions(Search::by_name(name))
        .await
        .unwrap();
    let guid = found.into_iter().find_map(|institution| institution.guid);
    guid.unwrap_or_else(|| panic!("there is no {name}"))
        .as_str()
        .to_owned()
}

/// Polls as fast as the jobs are.
pub(crate) fn polling() -> Polling {
    Polling::between(Duration::from_millis(5), Duration::from_millis(20))
}

/// The names of the APIs, with their operations.
pub(crate) fn apis() -> impl Iterator<Item = (&'static str, &'static [Operation])> {
    let served = [Api::Nexus, Api::Sso, Api::Mdx, Api::Atrium].into_iter();
    served.map(|api| (api.name(), api.operations()))
}

/// The media type of Nexus.
pub(crate) const VENDOR: &str = "application/vnd.mx.nexus.v1+json";

/// A session of a user, opened without the client.
pub(crate) async fn session(sandbox: &Sandbox, http: &Client, user: &str) -> String {
    known_user(&sandbox.nexus().build().unwrap(), user).await;
    let token = api_token(sandbox, http, user).await;
    let url = format!("{}/nexus/sessions", sandbox.address());
    let sending = http
        .post(url)
        .header("accept", VENDOR)
        .header("content-type", VENDOR)
        .header("md-api-token", token)
        .body(r#"{"session":{"skip_aggregation":true}}"#)
        .send();
    let session: Value =
        serde_json::from_str(&sending.await.unwrap().text().await.unwrap()).unwrap();
    session["session"]["token"].as_str().unwrap().to_owned()
}

pub(crate) async fn api_token(sandbox: &Sandbox, http: &Client, user: &str) -> String {
    let (client, address) = (sandbox.client_id(), sandbox.address());
    let url = format!("{address}/sso/{client}/users/{user}/api_token.json");
    let sending = http
        .get(url)
        .header("accept", "application/vnd.moneydesktop.sso.v3+json")
        .header("md-api-key", sandbox.api_key().expose())
        .send();
    let token: Value = serde_json::from_str(&sending.await.unwrap().text().await.unwrap()).unwrap();
    token["api_token"]["token"].as_str().unwrap().to_owned()
}
