//! From options and environment variables to a system of MX, or a sandbox, and the credentials for it.

use mx_nexus::Secret;
use mx_nexus::operations::Api;

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
pub(crate) enum System {
    Integration,
    Production,
    /// The address of a sandbox in another process.
    Sandbox(String),
}

/// What is set by options and variables.
#[derive(Default)]
struct Settings {
    environment: Option<String>,
    client_id: Option<String>,
    api_key: Option<Secret>,
    session_token: Option<Secret>,
}

impl Settings {
    fn read(configuration: &Configuration, api: Api) -> Result<Self, Failure> {
        let option = |option: &Option<String>, name| match non_blank(option.as_deref()) {
            Some(text) => Ok(Some(text.to_owned())),
            None => variable(name),
        };
        let mut client_id = option(&configuration.client_id, "MX_CLIENT_ID")?;
        let mut api_key = variable("MX_API_KEY")?;
        let mut session_token = variable("MX_SESSION_TOKEN")?.map(Secret::from);
        if api == Api::Atrium {
            if configuration.session_token_file.is_some() {
                return Err(Failure::usage("Atrium has no sessions"));
            }
            session_token = None;
            if configuration.client_id.is_none() {
                client_id = variable("MX_ATRIUM_CLIENT_ID")?.or(client_id);
            }
            api_key = variable("MX_ATRIUM_API_KEY")?.or(api_key);
        }
        let mut settings = Self {
            environment: option(&configuration.environment, "MX_ENVIRONMENT")?,
            client_id,
            api_key: api_key.map(Secret::from),
            session_token,
        };
        if let Some(file) = &configuration.api_key_file {
            settings.api_key = Some(file.secret("the API key")?);
        }
        if let Some(file) = &configuration.session_token_file {
            settings.session_token = Some(file.secret("the session token")?);
        }
        Ok(settings)
    }
}

impl Access {
    /// From the options and variables of this process.
    pub(crate) fn find(configuration: &Configuration, api: Api) -> Result<Self, Failure> {
        Self::resolve(Settings::read(configuration, api)?)
    }

    fn resolve(settings: Settings) -> Result<Self, Failure> {
        let environment = settings.environment.as_deref();
        let system = environment.map_or(Ok(System::Integration), System::parse)?;
        if let Some(token) = settings.session_token {
            return Ok(Self::Session { system, token });
        }
        match (settings.client_id, settings.api_key) {
            (Some(client_id), Some(api_key)) => Ok(Self::Partner {
                system,
                client_id,
                api_key,
            }),
            (None, None) if environment.is_none() => Ok(Self::Embedded),
            (client_id, api_key) => {
                let missing = [
                    client_id.is_none().then_some("MX_CLIENT_ID"),
                    api_key.is_none().then_some("MX_API_KEY"),
                ];
                let missing: Vec<&str> = missing.into_iter().flatten().collect();
                let failure = Failure::usage(format!("missing: {}", missing.join(" and ")));
                Err(failure.advising(match system {
                    System::Sandbox(_) => "`nexus sandbox` prints the values when it starts",
                    _ => "to use a sandbox that needs no credentials, unset all variables of MX",
                }))
            }
        }
    }

    /// The name of the system, such as `integration`.
    pub(crate) fn environment_name(&self) -> &str {
        match self {
            Self::Embedded => EMBEDDED,
            Self::Partner { system, .. } | Self::Session { system, .. } => match system {
                System::Integration => "integration",
                System::Production => "production",
                System::Sandbox(address) => address,
            },
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
        let user = match non_blank(configuration.user.as_deref()) {
            Some(user) => Some(user.to_owned()),
            None => variable("MX_USER_ID")?,
        };
        let user = user.or_else(|| is_sandbox.then(|| SANDBOX_USER.to_owned()));
        user.ok_or_else(missing_user).map(Some)
    }
}

pub(crate) fn missing_user() -> Failure {
    Failure::usage("missing: the user; set --user or MX_USER_ID")
}

impl System {
    fn parse(text: &str) -> Result<Self, Failure> {
        match text.trim().trim_end_matches('/') {
            "integration" => Ok(Self::Integration),
            "production" => Ok(Self::Production),
            // Not repeated: the text before the sign may be a password.
            address if address.contains('@') => Err(Failure::usage(
                "the address of a sandbox contains no user and no password; `nexus sandbox` prints the address",
            )),
            address if address.starts_with("http://") || address.starts_with("https://") => {
                Ok(Self::Sandbox(address.to_owned()))
            }
            _ => Err(Failure::usage(format!(
                "unknown environment {text:?}; expected integration, production, or the address of a sandbox, such as http://127.0.0.1:8080"
            ))),
        }
    }

    pub(crate) fn is_sandbox(&self) -> bool {
        matches!(self, Self::Sandbox(_))
    }
}

/// An empty text counts as not set.
fn non_blank(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

fn variable(name: &str) -> Result<Option<String>, Failure> {
    match std::env::var(name) {
        Ok(text) => Ok(Some(text).filter(|text| !text.trim().is_empty())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(_) => Err(Failure::usage(format!("{name} is not UTF-8"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(environment: &str) -> Settings {
        Settings {
            environment: non_blank(Some(environment)).map(str::to_owned),
            client_id: Some("c".to_owned()),
            ..Settings::default()
        }
    }

    #[test]
    fn client_id_and_key_are_for_integration_by_default() {
        for (environment, expected) in [
            ("", System::Integration),
            ("production", System::Production),
            (
                "http://127.0.0.1:80/",
                System::Sandbox("http://127.0.0.1:80".to_owned()),
            ),
        ] {
            let api_key = Some(Secret::new("k"));
            let settings = Settings {
                api_key,
                ..settings(environment)
            };
            match Access::resolve(settings).unwrap() {
                Access::Partner { system, .. } => assert_eq!(system, expected),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn session_needs_neither_key_nor_client_id() {
        let system = System::Integration;
        let token = Secret::new("test_session");
        let settings = Settings {
            session_token: Some(token.clone()),
            ..settings("")
        };
        let access = Access::resolve(settings).unwrap();
        assert_eq!(access, Access::Session { system, token });
    }
}
