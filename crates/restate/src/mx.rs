//! The clients of MX's APIs that a process has, and the user of a job.

use mx_nexus::jobs::{JobBuilder, JobHandle, Kind};
use mx_nexus::operations::Api;
use mx_nexus::{Atrium, Nexus, Secret, Settings};

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
        let [nexus, atrium] = [Api::Nexus, Api::Atrium].map(Settings::from_env);
        Self::from_settings(&nexus.map_err(invalid)?, &atrium.map_err(invalid)?)
    }

    fn from_settings(nexus: &Settings, atrium: &Settings) -> Result<Self, Error> {
        let environment = nexus.environment().map_err(invalid)?;
        let mut mx = Self::new();
        if let Some((client_id, api_key)) = credentials(nexus)? {
            let nexus = Nexus::builder(environment.clone()).credentials(client_id, api_key.clone());
            mx = mx.with_nexus(nexus.build()?);
        }
        if let Some((client_id, api_key)) = credentials(atrium)? {
            let atrium = Atrium::builder(environment).credentials(client_id, api_key.clone());
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

/// None where neither is set; one alone is a mistake.
fn credentials(settings: &Settings) -> Result<Option<(&str, &Secret)>, Error> {
    if settings.client_id.is_none() && settings.api_key.is_none() {
        return Ok(None);
    }
    settings.credentials().map(Some).map_err(invalid)
}

fn invalid(error: mx_nexus::Error) -> Error {
    Error::configuration(error.to_string())
}

#[cfg(test)]
mod tests {
    use mx_nexus::Environment;

    use super::*;

    #[test]
    fn an_environment_is_a_name_or_an_address() {
        let mut settings = Settings::default();
        let read = |settings: &Settings| Mx::from_settings(settings, settings);
        assert!(matches!(read(&settings), Err(Error::Configuration(_))));
        settings.client_id = Some("client".to_owned());
        assert!(matches!(read(&settings), Err(Error::Configuration(_))));
        settings.api_key = Some("key".into());
        settings.environment = Some("http://127.0.0.1:7000/".to_owned());
        let mx = read(&settings).unwrap();
        assert!(mx.nexus.is_some() && mx.atrium.is_some());
        settings.environment = Some("staging".to_owned());
        assert!(matches!(read(&settings), Err(Error::Configuration(_))));
    }

    #[test]
    fn a_job_of_a_session_token_or_of_a_missing_client_is_refused() {
        let nexus = Nexus::builder(Environment::integration()).credentials("client", "key");
        let nexus = nexus.build().unwrap();
        let job = nexus.with_session_token("token").identify("MBR-1");
        let handle = job.prepare(std::time::Duration::ZERO).handle().clone();
        assert!(check_user(&handle).is_err());
        let job = nexus.user("U-1").identify("MBR-1");
        let handle = job.prepare(std::time::Duration::ZERO).handle().clone();
        let resumed = Mx::new().resume::<mx_nexus::identity::Identification>(handle);
        let error = resumed.unwrap_err().to_string();
        assert_eq!(error, "this process has no credentials for Nexus");
    }
}
