//! Who calls, and where: from flags and variables to one way of access, or a sentence about what is missing.

use mx_nexus::Secret;

use crate::arguments;
use crate::exit::Failure;
use crate::given;

/// The user of a sandbox, unless another is named.
pub(crate) const SANDBOX_USER: &str = "my-first-user";

/// What was given, by flags or by variables.
#[derive(Default)]
struct Given {
    environment: Option<String>,
    client_id: Option<String>,
    api_key: Option<Secret>,
    user: Option<String>,
    session_token: Option<Secret>,
}

/// Where the systems of MX are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Integration,
    Production,
    /// A sandbox that another process serves.
    Sandbox(String),
}

/// A way to call.
#[derive(Debug, PartialEq)]
pub(crate) enum Access {
    /// Nothing is given: a sandbox in this process.
    Embedded {
        user: Option<String>,
    },
    Partner {
        place: Place,
        client_id: String,
        api_key: Secret,
        user: Option<String>,
    },
    Session {
        place: Place,
        token: Secret,
    },
}

impl Access {
    /// What the flags and the environment of this process say.
    pub(crate) fn find(flags: &arguments::Configuration) -> Result<Self, Failure> {
        let file = |path: &Option<std::path::PathBuf>, what| {
            path.as_deref()
                .map(|path| given::secret_in(path, what))
                .transpose()
        };
        let api_key = file(&flags.api_key_file, "the API key")?.or(variable("MX_API_KEY")?);
        let session_token =
            file(&flags.session_token_file, "the session token")?.or(variable("MX_SESSION_TOKEN")?);
        Self::resolve(Given {
            environment: present(&flags.environment),
            client_id: present(&flags.client_id),
            api_key,
            user: present(&flags.user),
            session_token,
        })
    }

    fn resolve(given: Given) -> Result<Self, Failure> {
        let place = given.environment.as_deref().map(Place::parse).transpose()?;
        if let Some(token) = given.session_token {
            let place = place.unwrap_or(Place::Integration);
            return Ok(Self::Session { place, token });
        }
        match (given.client_id, given.api_key) {
            (Some(client_id), Some(api_key)) => Ok(Self::Partner {
                place: place.unwrap_or(Place::Integration),
                client_id,
                api_key,
                user: given.user,
            }),
            (None, None) if place.is_none() => Ok(Self::Embedded { user: given.user }),
            (client_id, api_key) => Err(missing(client_id.is_none(), api_key.is_none(), place)),
        }
    }

    /// The user that was named.
    pub(crate) fn user(&self) -> Option<&str> {
        match self {
            Self::Embedded { user } | Self::Partner { user, .. } => user.as_deref(),
            Self::Session { .. } => None,
        }
    }
}

impl Place {
    fn parse(text: &str) -> Result<Self, Failure> {
        match text.trim().trim_end_matches('/') {
            "integration" => Ok(Self::Integration),
            "production" => Ok(Self::Production),
            // Not repeated: what stands before the sign is a password.
            address if address.contains('@') => Err(Failure::usage(
                "the address of a sandbox has no user and no password; `nexus sandbox` prints it",
            )),
            address if address.starts_with("http://") || address.starts_with("https://") => {
                Ok(Self::Sandbox(address.to_owned()))
            }
            _ => Err(Failure::usage(format!(
                "the environment {text:?} is none; it is integration, production, or the address of a sandbox, such as http://127.0.0.1:8080"
            ))),
        }
    }
}

fn missing(client_id: bool, api_key: bool, place: Option<Place>) -> Failure {
    let what = match (client_id, api_key) {
        (true, true) => {
            "the client id and the API key are missing: set MX_CLIENT_ID and MX_API_KEY"
        }
        (true, false) => "the client id is missing: set MX_CLIENT_ID",
        _ => "the API key is missing: set MX_API_KEY",
    };
    let failure = Failure::usage(what);
    match place {
        Some(Place::Sandbox(_)) => failure.advising("`nexus sandbox` prints them when it starts"),
        _ => {
            failure.advising("without any variable of MX's set, a sandbox is used that needs none")
        }
    }
}

/// A variable that is set to nothing is not set.
fn present(text: &Option<String>) -> Option<String> {
    text.clone().filter(|text| !text.trim().is_empty())
}

fn variable(name: &str) -> Result<Option<Secret>, Failure> {
    match std::env::var(name) {
        Ok(text) if text.trim().is_empty() => Ok(None),
        Ok(text) => Ok(Some(Secret::new(text))),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(_) => Err(Failure::usage(format!("{name} is not UTF-8"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(environment: &str, client_id: &str, api_key: &str, session: &str) -> Given {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Given {
            environment: some(environment),
            client_id: some(client_id),
            api_key: some(api_key).map(Secret::new),
            user: None,
            session_token: some(session).map(Secret::new),
        }
    }

    #[test]
    fn nothing_at_all_is_the_embedded_sandbox() {
        let access = Access::resolve(Given::default()).unwrap();
        assert_eq!(access, Access::Embedded { user: None });
        let named = Given {
            user: Some("U-1".to_owned()),
            ..Given::default()
        };
        assert_eq!(Access::resolve(named).unwrap().user(), Some("U-1"));
    }

    #[test]
    fn key_and_id_are_for_integration_unless_told_otherwise() {
        for (environment, expected) in [
            ("", Place::Integration),
            ("production", Place::Production),
            (
                "http://127.0.0.1:80/",
                Place::Sandbox("http://127.0.0.1:80".to_owned()),
            ),
        ] {
            match Access::resolve(given(environment, "c", "k", "")).unwrap() {
                Access::Partner { place, .. } => assert_eq!(place, expected),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_session_needs_neither_key_nor_id() {
        let access = Access::resolve(given("", "c", "", "test_session")).unwrap();
        let place = Place::Integration;
        let token = Secret::new("test_session");
        assert_eq!(access, Access::Session { place, token });
    }

    #[test]
    fn what_is_missing_or_no_environment_is_named() {
        for (given, words) in [
            (given("", "c", "", ""), "the API key is missing"),
            (given("", "", "k", ""), "the client id is missing"),
            (
                given("production", "", "", ""),
                "the client id and the API key are missing",
            ),
            (given("prod", "c", "k", ""), "\"prod\" is none"),
        ] {
            let failure = Access::resolve(given).unwrap_err();
            assert!(failure.message.contains(words), "{failure:?}");
            assert_eq!(failure.exit, crate::exit::Exit::Usage);
        }
    }
}
