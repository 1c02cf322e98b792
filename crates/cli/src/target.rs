//! The client of the API to call, and the user of it that jobs are for. Used by every command that calls MX.

use std::time::Duration;

use mx_nexus::call::Call;
use mx_nexus::connect::{ConnectError, Form, Search};
use mx_nexus::jobs::{JobBuilder, JobHandle, Kind};
use mx_nexus::operations::{Api, Operation};
use mx_nexus::pages::Paged;
use mx_nexus::values::MemberGuid;
use mx_nexus::{Atrium, Environment, Error, Nexus, User, atrium, reqwest};
use mx_nexus_sandbox::Sandbox;

use crate::access::{Access, SANDBOX_USER, System, missing_user};
use crate::exit::{Exit, Failure};
use crate::terminal::Terminal;

/// Duration of a job of the embedded sandbox: visible, but short.
const JOB_TIME: Duration = Duration::from_millis(1500);

/// The system that requests are sent to.
pub(crate) struct Target {
    client: Client,
    /// Whether institutions and users are invented.
    pub(crate) is_sandbox: bool,
    /// The sandbox inside this process. It ends with this value.
    embedded: Option<Sandbox>,
}

enum Client {
    Nexus(User),
    Atrium(Atrium),
}

impl Target {
    /// Starts the embedded sandbox if needed.
    pub(crate) async fn open(
        access: Access,
        api: Api,
        user: Option<&str>,
        terminal: &mut Terminal,
    ) -> Result<Self, Failure> {
        let (system, client_id, api_key) = match access {
            Access::Embedded => return Self::embedded(api, user, terminal).await,
            Access::Session { system, token } => {
                let nexus = Nexus::builder(checked(&system).await?).build()?;
                let client = Client::Nexus(nexus.with_session_token(token));
                return Ok(Self::new(client, system.is_sandbox()));
            }
            Access::Partner {
                system,
                client_id,
                api_key,
            } => (system, client_id, api_key),
        };
        let environment = checked(&system).await?;
        let client = match api {
            Api::Atrium => {
                let atrium = Atrium::builder(environment).credentials(client_id, api_key);
                Client::Atrium(atrium.build()?)
            }
            _ => {
                let user = user.ok_or_else(missing_user)?;
                let nexus = Nexus::builder(environment).credentials(client_id, api_key);
                Client::Nexus(nexus.build()?.user(user))
            }
        };
        Ok(Self::new(client, system.is_sandbox()))
    }

    fn new(client: Client, is_sandbox: bool) -> Self {
        Self {
            client,
            is_sandbox,
            embedded: None,
        }
    }

    async fn embedded(
        api: Api,
        user: Option<&str>,
        terminal: &mut Terminal,
    ) -> Result<Self, Failure> {
        let sandbox = Sandbox::builder().job_time(JOB_TIME).start().await;
        let sandbox =
            sandbox.map_err(|error| Failure::failed("cannot start the sandbox", &error))?;
        terminal.print("No credentials of MX are set: this runs in a sandbox inside this process, with invented institutions and users.");
        terminal.step("sandbox", sandbox.address());
        let client = match api {
            Api::Atrium => Client::Atrium(sandbox.atrium().build()?),
            _ => Client::Nexus(sandbox.nexus().build()?.user(user.unwrap_or(SANDBOX_USER))),
        };
        Ok(Self {
            embedded: Some(sandbox),
            ..Self::new(client, true)
        })
    }

    /// Whether jobs end with this process.
    pub(crate) fn is_embedded(&self) -> bool {
        self.embedded.is_some()
    }

    /// Stops the embedded sandbox.
    pub(crate) async fn close(self) {
        if let Some(sandbox) = self.embedded {
            sandbox.stop().await;
        }
    }

    /// The user that jobs are for. Created if it does not exist, in a sandbox or with `--create-user`.
    pub(crate) async fn user(
        &self,
        user: Option<&str>,
        creates_user: bool,
    ) -> Result<ApiUser, Failure> {
        let creates_user = creates_user || self.is_sandbox;
        Ok(match &self.client {
            Client::Nexus(user) => {
                if creates_user {
                    ensure(user).await?;
                }
                ApiUser::Nexus(user.clone())
            }
            Client::Atrium(atrium) => {
                let user = user.ok_or_else(missing_user)?;
                let guid = match user.starts_with("USR-") {
                    true => user.into(),
                    false => find_user(atrium, user, creates_user).await?,
                };
                ApiUser::Atrium(atrium.user(guid))
            }
        })
    }

    /// A call of an operation; in Atrium the user is one of its parameters.
    pub(crate) fn call(&self, operation: &Operation) -> Call {
        match &self.client {
            Client::Nexus(user) => user.call(operation.id),
            Client::Atrium(atrium) => atrium.call(operation.id),
        }
    }
}

/// A user of one of the APIs.
pub(crate) enum ApiUser {
    Nexus(User),
    Atrium(atrium::User),
}

/// An institution that a search has found.
pub(crate) struct Found {
    /// Its guid, in Atrium its code.
    pub(crate) id: String,
    pub(crate) name: String,
}

/// A member as far as it is compared with others.
pub(crate) struct KnownMember {
    pub(crate) guid: MemberGuid,
    /// As [`Found::id`].
    pub(crate) institution: Option<String>,
    pub(crate) external_guid: Option<String>,
}

impl ApiUser {
    /// The job of a saved handle.
    pub(crate) fn resume<K: Kind>(&self, handle: JobHandle) -> Result<JobBuilder<K>, Error> {
        match self {
            Self::Nexus(user) => user.resume(handle),
            Self::Atrium(user) => user.resume(handle),
        }
    }

    /// The first page of a search for institutions.
    pub(crate) async fn search(&self, search: Search) -> Result<Vec<Found>, Error> {
        let found = |id: Option<String>, name: Option<String>| {
            Some(Found {
                id: id?,
                name: name.unwrap_or_default(),
            })
        };
        Ok(match self {
            Self::Nexus(user) => {
                let list = user.search_institutions(search).await?.into_iter();
                list.filter_map(|it| found(it.guid.map(|guid| guid.to_string()), it.name))
                    .collect()
            }
            Self::Atrium(user) => {
                let list = user.search_institutions(search).await?.into_iter();
                list.filter_map(|it| found(it.code.map(|code| code.to_string()), it.name))
                    .collect()
            }
        })
    }

    /// The form of an institution, by its guid, in Atrium its code.
    pub(crate) async fn connect(&self, institution: &str) -> Result<Form, ConnectError> {
        match self {
            Self::Nexus(user) => user.connect(institution).await,
            Self::Atrium(user) => user.connect(institution).await,
        }
    }

    /// The form that changes the credentials of a member.
    pub(crate) async fn reconnect(&self, member: MemberGuid) -> Result<Form, ConnectError> {
        match self {
            Self::Nexus(user) => user.reconnect(member).await,
            Self::Atrium(user) => user.reconnect(member).await,
        }
    }

    /// All members.
    pub(crate) async fn members(&self) -> Result<Vec<KnownMember>, Error> {
        let mut known = Vec::new();
        match self {
            Self::Nexus(user) => {
                let api = user.api().await?;
                let mut members = api.list_members().items();
                while let Some(member) = members.next().await {
                    let member = member?;
                    known.extend(member.guid.map(|guid| KnownMember {
                        guid,
                        institution: member.institution_guid.map(|guid| guid.to_string()),
                        external_guid: member.external_guid,
                    }));
                }
            }
            Self::Atrium(user) => {
                let list = user.api().list_members().user_guid(user.guid());
                let mut members = list.items();
                while let Some(member) = members.next().await {
                    let member = member?;
                    known.extend(member.guid.map(|guid| KnownMember {
                        guid,
                        institution: member.institution_code.map(|code| code.to_string()),
                        external_guid: member.identifier,
                    }));
                }
            }
        }
        Ok(known)
    }
}

/// Creates the user at MX if it does not exist.
async fn ensure(user: &User) -> Result<(), Failure> {
    if let Some(id) = user.id() {
        user.nexus().users()?.ensure(id).await?;
    }
    Ok(())
}

/// The guid of the user of Atrium with this identifier of the partner.
async fn find_user(
    atrium: &Atrium,
    identifier: &str,
    creates_user: bool,
) -> Result<String, Failure> {
    let mut users = atrium.api().list_users().records_per_page(100).items();
    while let Some(user) = users.next().await {
        let user = user?;
        if user.identifier.as_deref() == Some(identifier) {
            return user.guid.map(|guid| guid.to_string()).ok_or_else(no_guid);
        }
    }
    if !creates_user {
        let message = format!("Atrium has no user with the identifier {identifier:?}");
        return Err(Failure::usage(message)
            .advising("give its guid, USR-…, or create it with --create-user"));
    }
    let user = atrium::types::UserCreateRequest::builder().identifier(identifier.to_owned());
    let user = atrium::types::UserCreateRequestBody::builder().user(user);
    let body: atrium::types::UserCreateRequestBody = user.try_into().map_err(Error::from)?;
    let created = atrium.api().create_user().body(body).send().await?;
    let created = created.into_inner().user.and_then(|user| user.guid);
    created.map(|guid| guid.to_string()).ok_or_else(no_guid)
}

fn no_guid() -> Failure {
    Failure::new(Exit::Failed, "the answer of Atrium has no guid of the user")
}

/// The environment of a system, once a sandbox has answered.
async fn checked(system: &System) -> Result<Environment, Failure> {
    if system.is_sandbox() {
        check_sandbox(&system.name).await?;
    }
    Ok(system.environment.clone())
}

/// The API key is sent only to an address that answers like a sandbox.
async fn check_sandbox(address: &str) -> Result<(), Failure> {
    let advice = "`nexus sandbox` starts a sandbox and prints its address";
    let failed = |error: reqwest::Error| {
        let what = format!("no sandbox answers at {address}");
        Failure::new(Exit::Failed, what)
            .caused_by(&error.without_url())
            .advising(advice)
    };
    let http = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(10))
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(failed)?;
    let index = http.get(format!("{address}/_sandbox")).send().await;
    let index = index.map_err(failed)?;
    let status = index.status();
    if status.is_server_error() {
        let message = format!("the sandbox at {address} answered with status {status}");
        return Err(Failure::new(Exit::Failed, message));
    }
    let body = index.json::<serde_json::Value>().await;
    match status.is_success() && body.is_ok_and(|body| body.is_object()) {
        true => Ok(()),
        false => {
            let message = format!("the server at {address} is not a sandbox of MX");
            Err(Failure::usage(message).advising(advice))
        }
    }
}
