//! From options and environment variables to a user of MX or of a sandbox. Used by every command that calls MX.

use std::time::Duration;

use mx_nexus::mdx::types::UserCreateRequest;
use mx_nexus::{Environment, Nexus, Secret, User, reqwest};
use mx_nexus_sandbox::Sandbox;

use crate::arguments::Configuration;
use crate::exit::{Exit, Failure};
use crate::job_file::EMBEDDED;
use crate::terminal::Terminal;

/// The default user of a sandbox.
pub(crate) const SANDBOX_USER: &str = "my-first-user";

/// Duration of a job of the embedded sandbox: visible, but short.
const JOB_TIME: Duration = Duration::from_millis(1500);

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
    Session {
        system: System,
        token: Secret,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum System {
    Integration,
    Production,
    /// The address of a sandbox in another process.
    Sandbox(String),
}

impl Access {
    /// From the options and variables of this process.
    pub(crate) fn find(configuration: &Configuration) -> Result<Self, Failure> {
        let api_key = match &configuration.api_key_file {
            Some(file) => Some(file.secret("the API key")?),
            None => variable("MX_API_KEY")?,
        };
        let session_token = match &configuration.session_token_file {
            Some(file) => Some(file.secret("the session token")?),
            None => variable("MX_SESSION_TOKEN")?,
        };
        Self::resolve(configuration, api_key, session_token)
    }

    fn resolve(
        configuration: &Configuration,
        api_key: Option<Secret>,
        session_token: Option<Secret>,
    ) -> Result<Self, Failure> {
        let environment = non_blank(configuration.environment.as_deref());
        let client_id = non_blank(configuration.client_id.as_deref());
        let system = environment.map_or(Ok(System::Integration), System::parse)?;
        if let Some(token) = session_token {
            return Ok(Self::Session { system, token });
        }
        match (client_id, api_key) {
            (Some(client_id), Some(api_key)) => Ok(Self::Partner {
                system,
                client_id: client_id.to_owned(),
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
}

impl Access {
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
    pub(crate) fn user_id<'a>(
        &self,
        configuration: &'a Configuration,
    ) -> Result<Option<&'a str>, Failure> {
        let is_sandbox = match self {
            Self::Session { .. } => return Ok(None),
            Self::Embedded => true,
            Self::Partner { system, .. } => system.is_sandbox(),
        };
        let user_id = configuration
            .user_id()
            .or(is_sandbox.then_some(SANDBOX_USER));
        user_id.ok_or_else(missing_user).map(Some)
    }
}

impl Configuration {
    /// The user that is set.
    pub(crate) fn user_id(&self) -> Option<&str> {
        non_blank(self.user.as_deref())
    }
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

    async fn environment(&self) -> Result<Environment, Failure> {
        match self {
            Self::Integration => Ok(Environment::integration()),
            Self::Production => Ok(Environment::production()),
            Self::Sandbox(address) => {
                check_sandbox(address).await?;
                Ok(Sandbox::environment_at(address))
            }
        }
    }

    fn is_sandbox(&self) -> bool {
        matches!(self, Self::Sandbox(_))
    }
}

fn missing_user() -> Failure {
    Failure::usage("missing: the user; set --user or MX_USER_ID")
}

/// An empty variable counts as not set.
fn non_blank(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

fn variable(name: &str) -> Result<Option<Secret>, Failure> {
    match std::env::var(name) {
        Ok(text) => Ok(non_blank(Some(&text)).map(Secret::from)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(_) => Err(Failure::usage(format!("{name} is not UTF-8"))),
    }
}

/// The user that requests are sent for.
pub(crate) struct Target {
    pub(crate) user: User,
    /// Whether institutions and users are invented.
    pub(crate) is_sandbox: bool,
    /// The sandbox inside this process. It ends with this value.
    embedded: Option<Sandbox>,
}

impl Target {
    /// Starts the embedded sandbox if needed. Creates the user in a sandbox.
    pub(crate) async fn open(
        access: Access,
        user_id: Option<&str>,
        terminal: &mut Terminal,
    ) -> Result<Self, Failure> {
        match access {
            Access::Embedded => Self::embedded(user_id.unwrap_or(SANDBOX_USER), terminal).await,
            Access::Session { system, token } => {
                let nexus = Nexus::builder(system.environment().await?).build()?;
                Ok(Self::new(
                    nexus.with_session_token(token),
                    system.is_sandbox(),
                ))
            }
            Access::Partner {
                system,
                client_id,
                api_key,
            } => {
                let is_sandbox = system.is_sandbox();
                let user_id = user_id.ok_or_else(missing_user)?;
                let nexus = Nexus::builder(system.environment().await?)
                    .credentials(client_id, api_key)
                    .build()?;
                let user = nexus.user(user_id);
                if is_sandbox {
                    ensure(&user).await?;
                }
                Ok(Self::new(user, is_sandbox))
            }
        }
    }

    fn new(user: User, is_sandbox: bool) -> Self {
        Self {
            user,
            is_sandbox,
            embedded: None,
        }
    }

    async fn embedded(user_id: &str, terminal: &mut Terminal) -> Result<Self, Failure> {
        let sandbox = Sandbox::builder().job_time(JOB_TIME).start().await;
        let sandbox =
            sandbox.map_err(|error| Failure::failed("cannot start the sandbox", &error))?;
        terminal.print("No credentials of MX are set: this runs in a sandbox inside this process, with invented institutions and users.");
        terminal.step("sandbox", sandbox.address());
        let user = sandbox.nexus().build()?.user(user_id);
        ensure(&user).await?;
        Ok(Self {
            embedded: Some(sandbox),
            ..Self::new(user, true)
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
}

/// Creates the user at MX if it does not exist.
pub(crate) async fn ensure(user: &User) -> Result<(), Failure> {
    if let Some(id) = user.id() {
        let request = UserCreateRequest::builder().id(id);
        let request = request.try_into().map_err(mx_nexus::Error::from)?;
        user.nexus().users()?.ensure(request).await?;
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(
        environment: &str,
        client_id: &str,
        api_key: &str,
        session: &str,
    ) -> Result<Access, Failure> {
        let configuration = Configuration {
            environment: Some(environment.to_owned()),
            client_id: Some(client_id.to_owned()),
            ..Configuration::default()
        };
        let secret = |text| non_blank(Some(text)).map(Secret::from);
        Access::resolve(&configuration, secret(api_key), secret(session))
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
            match resolve(environment, "c", "k", "").unwrap() {
                Access::Partner { system, .. } => assert_eq!(system, expected),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn session_needs_neither_key_nor_client_id() {
        let system = System::Integration;
        let token = Secret::new("test_session");
        let access = resolve("", "c", "", "test_session").unwrap();
        assert_eq!(access, Access::Session { system, token });
    }
}
