//! [`Settings`]: what the variables of the environment configure, the same for programs and for the command line `nexus`.

use std::ffi::OsString;

use crate::environment::Environment;
use crate::error::Error;
use crate::nexus::{Nexus, NexusBuilder, User};
use crate::operations::Api;
use crate::secret::Secret;

/// What the variables of the environment configure. [`Nexus::from_env`], [`User::from_env`] and `Atrium::from_env` read them.
///
/// | variable | value |
/// |---|---|
/// | `MX_ENVIRONMENT` | `integration` (the default), `production`, or the address of a sandbox |
/// | `MX_CLIENT_ID`, `MX_API_KEY` | the client id and the API key that MX gave you for this environment |
/// | `MX_USER_ID` | the user: the id that you gave it |
/// | `MX_SESSION_TOKEN` | the token of an open session of Nexus; replaces client id, API key and user |
/// | `MX_ATRIUM_CLIENT_ID`, `MX_ATRIUM_API_KEY` | for Atrium, in the place of `MX_CLIENT_ID` and `MX_API_KEY` if it has credentials of its own |
///
/// An empty variable counts as not set. `nexus sandbox` prints these variables for its sandbox.
///
/// ```
/// use mx_nexus::Settings;
/// use mx_nexus::operations::Api;
///
/// let mut settings = Settings::from_env(Api::Nexus)?;
/// settings.environment = Some("http://127.0.0.1:8080".to_owned());
/// settings.session_token = Some("test_session".into());
/// let user = settings.user()?;
/// # Ok::<(), mx_nexus::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Settings {
    /// `integration`, `production`, or the address of a sandbox.
    pub environment: Option<String>,
    /// The client id.
    pub client_id: Option<String>,
    /// The API key of the client id.
    pub api_key: Option<Secret>,
    /// The user, by your id of it.
    pub user_id: Option<String>,
    /// The token of an open session of Nexus.
    pub session_token: Option<Secret>,
}

impl Settings {
    /// Reads the variables of this process for an API.
    ///
    /// # Errors
    ///
    /// Of kind [`Configuration`](crate::ErrorKind::Configuration), as everywhere here, when a variable is not UTF-8. Messages name
    /// variables, and no values.
    pub fn from_env(api: Api) -> Result<Self, Error> {
        Self::read(api, |name| std::env::var_os(name))
    }

    fn read(api: Api, lookup: impl Fn(&str) -> Option<OsString>) -> Result<Self, Error> {
        let variable = |name: &str| match lookup(name).map(OsString::into_string) {
            Some(Ok(text)) => Ok(Some(text).filter(|text| !text.trim().is_empty())),
            Some(Err(_)) => Err(Error::configuration(format!("{name} is not UTF-8"))),
            None => Ok(None),
        };
        let is_atrium = is_atrium(api);
        let credential = |own: &str, shared: &str| match is_atrium {
            true => variable(own)?.map_or_else(|| variable(shared), |text| Ok(Some(text))),
            false => variable(shared),
        };
        let session_token = match is_atrium {
            true => None,
            false => variable("MX_SESSION_TOKEN")?,
        };
        Ok(Self {
            environment: variable("MX_ENVIRONMENT")?,
            client_id: credential("MX_ATRIUM_CLIENT_ID", "MX_CLIENT_ID")?,
            api_key: credential("MX_ATRIUM_API_KEY", "MX_API_KEY")?.map(Secret::from),
            user_id: variable("MX_USER_ID")?,
            session_token: session_token.map(Secret::from),
        })
    }

    /// The environment; integration where none is set.
    ///
    /// # Errors
    ///
    /// When it is not one of the three.
    pub fn environment(&self) -> Result<Environment, Error> {
        match &self.environment {
            Some(text) => text.parse(),
            None => Ok(Environment::integration()),
        }
    }

    /// The client id and the API key.
    ///
    /// # Errors
    ///
    /// When one is missing.
    pub fn credentials(&self) -> Result<(&str, &Secret), Error> {
        match (&self.client_id, &self.api_key) {
            (Some(client_id), Some(api_key)) => Ok((client_id, api_key)),
            (client_id, api_key) => {
                let missing = [
                    client_id
                        .is_none()
                        .then_some("MX_CLIENT_ID, the client id that MX gave you"),
                    api_key
                        .is_none()
                        .then_some("MX_API_KEY, the API key of the client id"),
                ];
                let missing: Vec<&str> = missing.into_iter().flatten().collect();
                let missing = missing.join("; ");
                Err(Error::configuration(format!("missing: {missing}")))
            }
        }
    }

    /// A builder of the client. Where a session token is set, it needs no credentials.
    ///
    /// # Errors
    ///
    /// As [`Settings::environment`] and [`Settings::credentials`].
    pub fn nexus(&self) -> Result<NexusBuilder, Error> {
        let builder = Nexus::builder(self.environment()?);
        match self.credentials() {
            Ok((client_id, api_key)) => Ok(builder.credentials(client_id, api_key.clone())),
            Err(_) if self.session_token.is_some() => Ok(builder),
            Err(error) => Err(error),
        }
    }

    /// The user, by the session token, or else by its id.
    ///
    /// # Errors
    ///
    /// As [`Settings::nexus`], and when neither is set.
    pub fn user(&self) -> Result<User, Error> {
        let nexus = self.nexus()?.build()?;
        match (&self.session_token, &self.user_id) {
            (Some(token), _) => Ok(nexus.with_session_token(token.clone())),
            (None, Some(id)) => Ok(nexus.user(id)),
            (None, None) => Err(Error::configuration(
                "missing: MX_USER_ID, the user to act for: the id that you gave it",
            )),
        }
    }

    /// A builder of the client of Atrium.
    ///
    /// # Errors
    ///
    /// As [`Settings::environment`] and [`Settings::credentials`].
    #[cfg(feature = "atrium")]
    pub fn atrium(&self) -> Result<crate::atrium::AtriumBuilder, Error> {
        let (client_id, api_key) = self.credentials()?;
        let builder = crate::Atrium::builder(self.environment()?);
        Ok(builder.credentials(client_id, api_key.clone()))
    }
}

fn is_atrium(api: Api) -> bool {
    api.name() == "atrium"
}

impl Nexus {
    /// Configures a client by the variables of the environment; see [`Settings`].
    ///
    /// ```no_run
    /// # fn example() -> Result<(), mx_nexus::Error> {
    /// let nexus = mx_nexus::Nexus::from_env()?.build()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Of kind [`Configuration`](crate::ErrorKind::Configuration), with the variables to set.
    pub fn from_env() -> Result<NexusBuilder, Error> {
        Settings::from_env(Api::Nexus)?.nexus()
    }
}

impl User {
    /// The user that the variables of the environment name, with a client of its own; see [`Settings`].
    ///
    /// # Errors
    ///
    /// Of kind [`Configuration`](crate::ErrorKind::Configuration), with the variables to set.
    pub fn from_env() -> Result<Self, Error> {
        Settings::from_env(Api::Nexus)?.user()
    }
}

#[cfg(feature = "atrium")]
impl crate::Atrium {
    /// Configures a client by the variables of the environment; see [`Settings`].
    ///
    /// # Errors
    ///
    /// Of kind [`Configuration`](crate::ErrorKind::Configuration), with the variables to set.
    pub fn from_env() -> Result<crate::atrium::AtriumBuilder, Error> {
        Settings::from_env(Api::Atrium)?.atrium()
    }
}

// MX is called by HTTPS only, and without TLS no client of it is built.
#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[cfg(test)]
mod tests {
    use super::*;

    /// The settings of these variables, as `NAME=value`.
    fn read(api: Api, variables: &[&str]) -> Settings {
        let lookup = |name: &str| {
            let mut pairs = variables.iter().filter_map(|it| it.split_once('='));
            pairs
                .find(|(found, _)| *found == name)
                .map(|(_, value)| value.into())
        };
        Settings::read(api, lookup).unwrap()
    }

    const CREDENTIALS: [&str; 2] = ["MX_CLIENT_ID=client", "MX_API_KEY=S3CR3T"];

    #[test]
    fn client_id_and_key_are_for_integration_by_default() {
        let settings = read(Api::Nexus, &CREDENTIALS);
        assert_eq!(settings.environment().unwrap(), Environment::integration());
        let nexus = settings.nexus().unwrap().build().unwrap();
        assert!(format!("{nexus:?}").contains("client"));
        assert!(!format!("{settings:?}").contains("S3CR3T"));
    }

    #[test]
    fn session_needs_neither_key_nor_client_id() {
        let user = read(Api::Nexus, &["MX_SESSION_TOKEN=S3CR3T"]).user();
        assert_eq!(user.unwrap().id(), None);
        let user = [CREDENTIALS[0], CREDENTIALS[1], "MX_USER_ID=U-1"];
        let user = read(Api::Nexus, &user).user();
        assert_eq!(user.unwrap().id(), Some("U-1"));
    }

    #[test]
    fn missing_variables_are_named_and_values_are_not() {
        for (variables, expected) in [
            (vec![], vec!["MX_CLIENT_ID", "MX_API_KEY"]),
            (
                vec!["MX_API_KEY=S3CR3T", "MX_CLIENT_ID= "],
                vec!["MX_CLIENT_ID"],
            ),
            (vec!["MX_CLIENT_ID=S3CR3T"], vec!["MX_API_KEY"]),
            (CREDENTIALS.to_vec(), vec!["MX_USER_ID"]),
            (
                vec!["MX_SESSION_TOKEN=S3CR3T", "MX_ENVIRONMENT=S3CR3T"],
                vec!["MX_ENVIRONMENT"],
            ),
        ] {
            let error = read(Api::Nexus, &variables).user().unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Configuration);
            let text = error.to_string();
            assert!(!text.contains("S3CR3T"), "{text}");
            for name in expected {
                assert!(text.contains(name), "{name} in {text}");
            }
        }
    }

    #[cfg(feature = "atrium")]
    #[test]
    fn atrium_prefers_its_own_credentials_and_has_no_session() {
        let variables = [
            CREDENTIALS[0],
            CREDENTIALS[1],
            "MX_ATRIUM_API_KEY=own",
            "MX_SESSION_TOKEN=token",
        ];
        let settings = read(Api::Atrium, &variables);
        let (client_id, api_key) = settings.credentials().unwrap();
        assert_eq!((client_id, api_key.expose()), ("client", "own"));
        assert!(settings.session_token.is_none());
        assert!(settings.atrium().unwrap().build().is_ok());
        assert!(read(Api::Atrium, &[]).atrium().is_err());
    }
}
