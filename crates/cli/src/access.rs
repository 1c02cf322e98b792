//! From options and environment variables to a system of MX, or a sandbox, and the credentials for it.

use mx_nexus::operations::Api;
use mx_nexus::{Environment, Secret, Settings};

use crate::arguments::Configuration;
use crate::exit::Failure;
use crate::job_file::EMBEDDED;

/// The default user of a sandbox.
pub(crate) const SANDBOX_USER: &str = "my-first-user";

/// The system to call, and the credentials for it.
#[derive(Debug, PartialEq)]
pub(crate) enum Access {
    /// A sandbox inside this process, because no credentials are set.
    Embedded,
    Partner {
        system: System,
        client_id: String,
        api_key: Secret,
    },
    /// A session of Nexus.
    Session { system: System, token: Secret },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct System {
    /// `integration`, `production`, or the address of a sandbox in another process.
    pub(crate) name: String,
    pub(crate) environment: Environment,
}

/// An empty text counts as not set.
fn non_blank(option: &Option<String>) -> Option<String> {
    option.clone().filter(|text| !text.trim().is_empty())
}

/// The variables, and the options that replace them.
fn settings(configuration: &Configuration, api: Api) -> Result<Settings, Failure> {
    let mut settings = Settings::from_env(api)?;
    settings.environment = non_blank(&configuration.environment).or(settings.environment);
    settings.client_id = non_blank(&configuration.client_id).or(settings.client_id);
    if let Some(file) = &configuration.api_key_file {
        settings.api_key = Some(file.secret("the API key")?);
    }
    if let Some(file) = &configuration.session_token_file {
        if api == Api::Atrium {
            return Err(Failure::usage("Atrium has no sessions"));
        }
        settings.session_token = Some(file.secret("the session token")?);
    }
    Ok(settings)
}

impl Access {
    /// From the options and variables of this process.
    pub(crate) fn find(configuration: &Configuration, api: Api) -> Result<Self, Failure> {
        Self::resolve(settings(configuration, api)?)
    }

    fn resolve(settings: Settings) -> Result<Self, Failure> {
        let system = System::of(&settings)?;
        if let Some(token) = settings.session_token {
            return Ok(Self::Session { system, token });
        }
        let is_unset = settings.client_id.is_none() && settings.api_key.is_none();
        match settings.credentials() {
            Ok((client_id, api_key)) => Ok(Self::Partner {
                system,
                client_id: client_id.to_owned(),
                api_key: api_key.clone(),
            }),
            Err(_) if is_unset && settings.environment.is_none() => Ok(Self::Embedded),
            Err(error) => Err(Failure::from(error).advising(match system.is_sandbox() {
                true => "`nexus sandbox` prints the values when it starts",
                false => "to use a sandbox that needs no credentials, unset all variables of MX",
            })),
        }
    }

    /// The name of the system, such as `integration`.
    pub(crate) fn environment_name(&self) -> &str {
        match self {
            Self::Embedded => EMBEDDED,
            Self::Partner { system, .. } | Self::Session { system, .. } => &system.name,
        }
    }

    pub(crate) fn client_id(&self) -> Option<&str> {
        match self {
            Self::Partner { client_id, .. } => Some(client_id),
            Self::Embedded | Self::Session { .. } => None,
        }
    }

    /// The user to act for; none for a session, which belongs to one.
    pub(crate) fn user(&self, configuration: &Configuration) -> Result<Option<String>, Failure> {
        let is_sandbox = match self {
            Self::Session { .. } => return Ok(None),
            Self::Embedded => true,
            Self::Partner { system, .. } => system.is_sandbox(),
        };
        let user = match non_blank(&configuration.user) {
            None => Settings::from_env(Api::Nexus)?.user_id,
            given => given,
        };
        let user = user.or_else(|| is_sandbox.then(|| SANDBOX_USER.to_owned()));
        user.ok_or_else(missing_user).map(Some)
    }
}

pub(crate) fn missing_user() -> Failure {
    Failure::usage("missing: the user; set --user or MX_USER_ID")
}

impl System {
    fn of(settings: &Settings) -> Result<Self, Failure> {
        let name = settings.environment.as_deref().unwrap_or("integration");
        Ok(Self {
            name: name.trim().trim_end_matches('/').to_owned(),
            environment: settings.environment()?,
        })
    }

    pub(crate) fn is_sandbox(&self) -> bool {
        self.name.contains("://")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn access_is_by_session_or_credentials_and_else_embedded() {
        let mut settings = Settings::default();
        assert_eq!(Access::resolve(settings.clone()).unwrap(), Access::Embedded);
        settings.environment = Some("http://127.0.0.1:80/".to_owned());
        assert!(Access::resolve(settings.clone()).is_err());
        settings.client_id = Some("c".to_owned());
        settings.api_key = Some(Secret::new("k"));
        let access = Access::resolve(settings.clone()).unwrap();
        assert_eq!(access.environment_name(), "http://127.0.0.1:80");
        assert_eq!(access.client_id(), Some("c"));
        settings.session_token = Some(Secret::new("test_session"));
        let access = Access::resolve(settings).unwrap();
        assert!(matches!(access, Access::Session { .. }), "{access:?}");
    }
}
