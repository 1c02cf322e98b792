//! The clients of MX's APIs that a process has, and the user of a job.

use std::env;

use mx_nexus::jobs::{JobBuilder, JobHandle, Kind};
use mx_nexus::operations::Api;
use mx_nexus::{Atrium, Environment, Nexus};

use crate::error::Error;

/// The clients of MX's APIs that a process has: of Nexus, of Atrium, or both.
///
/// ```no_run
/// # fn example() -> Result<(), mx_nexus_restate::Error> {
/// use mx_nexus_restate::Mx;
///
/// let mx = Mx::from_environment()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Mx {
    nexus: Option<Nexus>,
    atrium: Option<Atrium>,
}

impl Mx {
    /// No client yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the client of Nexus.
    pub fn with_nexus(mut self, nexus: Nexus) -> Self {
        self.nexus = Some(nexus);
        self
    }

    /// Adds the client of Atrium.
    pub fn with_atrium(mut self, atrium: Atrium) -> Self {
        self.atrium = Some(atrium);
        self
    }

    /// Reads the variables of the command `nexus`: `MX_ENVIRONMENT` (`integration`, `production`, or the address of a sandbox),
    /// `MX_CLIENT_ID` and `MX_API_KEY`; for Atrium, where they differ, `MX_ATRIUM_CLIENT_ID` and `MX_ATRIUM_API_KEY`.
    ///
    /// # Errors
    ///
    /// When a variable is missing or invalid.
    pub fn from_environment() -> Result<Self, Error> {
        let environment = match variable("MX_ENVIRONMENT")?.as_deref() {
            None | Some("integration") => Environment::integration(),
            Some("production") => Environment::production(),
            Some(address) => sandbox(address)?,
        };
        let credentials =
            |client_id: Option<String>, api_key: Option<String>| match (client_id, api_key) {
                (Some(client_id), Some(api_key)) => Ok(Some((client_id, api_key))),
                (None, None) => Ok(None),
                _ => Err(Error::configuration(
                    "client id and API key are set together, or not at all",
                )),
            };
        let client_id = variable("MX_CLIENT_ID")?;
        let api_key = variable("MX_API_KEY")?;
        let atrium_id = variable("MX_ATRIUM_CLIENT_ID")?.or_else(|| client_id.clone());
        let atrium_key = variable("MX_ATRIUM_API_KEY")?.or_else(|| api_key.clone());
        let mut mx = Self::new();
        if let Some((client_id, api_key)) = credentials(client_id, api_key)? {
            let nexus = Nexus::builder(environment.clone()).credentials(client_id, api_key);
            mx = mx.with_nexus(nexus.build()?);
        }
        if let Some((client_id, api_key)) = credentials(atrium_id, atrium_key)? {
            let atrium = Atrium::builder(environment).credentials(client_id, api_key);
            mx = mx.with_atrium(atrium.build()?);
        }
        if mx.nexus.is_none() && mx.atrium.is_none() {
            return Err(Error::configuration("missing: MX_CLIENT_ID and MX_API_KEY"));
        }
        Ok(mx)
    }

    /// The job of a handle.
    pub(crate) fn resume<K: Kind>(&self, handle: JobHandle) -> Result<JobBuilder<K>, Error> {
        let user = handle.user_id().ok_or_else(no_user)?;
        match handle.api() {
            Api::Atrium => {
                let atrium = self.atrium.as_ref().ok_or_else(|| no_client("Atrium"))?;
                Ok(atrium.user(user).resume(handle)?)
            }
            _ => {
                let nexus = self.nexus.as_ref().ok_or_else(|| no_client("Nexus"))?;
                Ok(nexus.user(user).resume(handle)?)
            }
        }
    }
}

/// Refuses a job that no worker could call MX for.
pub(crate) fn check_user(handle: &JobHandle) -> Result<(), Error> {
    handle.user_id().map(|_| ()).ok_or_else(no_user)
}

fn no_user() -> Error {
    Error::configuration(
        "the job is of a session token, which no worker has; use a user of a client with an API key",
    )
}

fn no_client(api: &str) -> Error {
    Error::configuration(format!("this process has no credentials for {api}"))
}

fn sandbox(address: &str) -> Result<Environment, Error> {
    let address = address.trim().trim_end_matches('/');
    if !address.starts_with("http://") && !address.starts_with("https://") {
        return Err(Error::configuration(
            "MX_ENVIRONMENT is none of integration, production, and the address of a sandbox",
        ));
    }
    Ok(Environment::custom(format!("{address}/nexus"))
        .with_sso(format!("{address}/sso"))
        .with_mdx(format!("{address}/mdx"))
        .with_atrium(format!("{address}/atrium")))
}

fn variable(name: &str) -> Result<Option<String>, Error> {
    match env::var(name) {
        Ok(text) => Ok(Some(text).filter(|text| !text.trim().is_empty())),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(_) => Err(Error::configuration(format!("{name} is not UTF-8"))),
    }
}
