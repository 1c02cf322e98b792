//! Where the systems of MX are: integration, production, or addresses of your own.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use reqwest::Url;

use crate::error::Error;
use crate::operations::Api;
use crate::wire::Address;

/// Whether this build can speak https.
const HAS_TLS: bool = cfg!(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
));

/// The base addresses of the three systems that a Nexus call needs.
///
/// ```
/// use mx_nexus::Environment;
///
/// let integration = Environment::integration();
/// let mock = Environment::custom("http://127.0.0.1:8080");
/// let sandbox = Environment::sandbox("http://127.0.0.1:8080");
/// let proxied = Environment::production().with_nexus("https://egress.example.com/mx-data");
/// assert_eq!("http://127.0.0.1:8080".parse::<Environment>()?, sandbox);
/// # let _ = (integration, mock, proxied);
/// # Ok::<(), mx_nexus::Error>(())
/// ```
///
/// Addresses are checked when the client is built: https only, but for loopback. Without one of the features `rustls`,
/// `rustls-no-provider` and `native-tls` there is no https, and so nothing but loopback.
///
/// When all three are on this machine, a proxy that the environment variables name (`HTTP_PROXY` and the like) is not asked:
/// the key would go to it in the clear. When only some are, it is asked for all, those on this machine included: exempt them
/// with `NO_PROXY`.
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct Environment([Arc<str>; Api::ALL.len()]);

impl fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut environment = formatter.debug_struct("Environment");
        for &api in Api::ALL {
            environment.field(api.name(), &shown(&self.0[api as usize]));
        }
        environment.finish()
    }
}

/// The address of each API, checked.
pub(crate) struct Addresses(Vec<Address>);

impl Addresses {
    /// The address of one API.
    pub(crate) fn of(&self, api: Api) -> &Address {
        &self.0[api as usize]
    }
}

impl Environment {
    fn each(address: impl Fn(Api) -> String) -> Self {
        Self(std::array::from_fn(|index| address(Api::ALL[index]).into()))
    }

    /// MX's integration environment, with test institutions and the test endpoints.
    pub fn integration() -> Self {
        Self::each(|api| api.integration().to_owned())
    }

    /// MX's production environment.
    pub fn production() -> Self {
        Self::each(|api| api.production().to_owned())
    }

    /// A sandbox (package `mx-nexus-sandbox`, command `nexus sandbox`) by its one address: each system has a path below it. One of its
    /// isolated worlds has an address of its own, such as `http://127.0.0.1:8080/worlds/a`.
    pub fn sandbox(address: impl AsRef<str>) -> Self {
        let address = address.as_ref().trim().trim_end_matches('/');
        Self::each(|api| format!("{address}/{}", api.name()))
    }

    /// All systems at this very address: a mock server, a gateway. For a sandbox use [`Environment::sandbox`].
    pub fn custom(address: impl Into<String>) -> Self {
        let address = address.into();
        Self::each(|_| address.clone())
    }

    /// The same, with Nexus at another address.
    pub fn with_nexus(self, address: impl Into<String>) -> Self {
        self.with(Api::Nexus, address.into())
    }

    /// The same, with one API at another address.
    pub(crate) fn with(mut self, api: Api, address: String) -> Self {
        self.0[api as usize] = address.into();
        self
    }

    /// Whether every address is on this machine.
    pub(crate) fn is_on_this_machine(&self) -> bool {
        self.0.iter().all(|address| {
            let url = Url::parse(address.trim()).ok();
            url.is_some_and(|url| url.host_str().is_some_and(is_loopback))
        })
    }

    /// Checks every address.
    pub(crate) fn addresses(&self) -> Result<Addresses, Error> {
        let check = |&api: &Api| check(api.title(), &self.0[api as usize]);
        let checked: Result<_, _> = Api::ALL.iter().map(check).collect();
        checked.map(Addresses)
    }
}

/// `integration`, `production`, or the address of a sandbox, as in the variable `MX_ENVIRONMENT`.
impl FromStr for Environment {
    type Err = Error;

    /// # Errors
    ///
    /// Of kind [`Configuration`](crate::ErrorKind::Configuration). The message does not contain the text.
    fn from_str(text: &str) -> Result<Self, Error> {
        match text.trim() {
            "integration" => Ok(Self::integration()),
            "production" => Ok(Self::production()),
            address if address.contains('@') => Err(Error::configuration(
                "the address of a sandbox (MX_ENVIRONMENT) has no user and no password; `nexus sandbox` prints it",
            )),
            address if address.starts_with("http://") || address.starts_with("https://") => {
                let environment = Self::sandbox(address);
                environment.addresses()?;
                Ok(environment)
            }
            _ => Err(Error::configuration(
                "the environment (MX_ENVIRONMENT) has to be integration, production, or the address of a sandbox, such as http://127.0.0.1:8080",
            )),
        }
    }
}

/// The address, if credentials may be sent there.
fn check(system: &str, address: &str) -> Result<Address, Error> {
    let refuse = |reason: &str| {
        Error::configuration(format!(
            "the {system} address {:?} cannot be used: {reason}",
            shown(address)
        ))
    };
    let url = Url::parse(address.trim()).map_err(|_| {
        refuse("it is not a URL; it should read like https://host or https://host/path")
    })?;
    let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
        return Err(refuse("it has no host"));
    };
    match url.scheme() {
        "https" if HAS_TLS => {}
        "https" => {
            return Err(refuse(
                "this build has no TLS; turn on the feature rustls or native-tls",
            ));
        }
        "http" if is_loopback(host) => {}
        "http" => {
            return Err(refuse(
                "plain http is allowed to this machine only; use https",
            ));
        }
        _ => return Err(refuse("it has to begin with https://")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse(
            "it holds a user name or password; the API key goes elsewhere",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refuse("it has a query or a fragment"));
    }
    Ok(Address::new(url))
}

/// An address as it may be printed: without a query, and not at all when it seems to hold a user and a password.
fn shown(address: &str) -> &str {
    if address.contains('@') {
        return "…";
    }
    address.split(['?', '#']).next().unwrap_or_default()
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(address: &str) -> Option<String> {
        let checked = check("Nexus", address).ok()?;
        Some(checked.as_str().to_owned())
    }

    #[cfg(not(any(
        feature = "rustls",
        feature = "rustls-no-provider",
        feature = "native-tls"
    )))]
    #[test]
    fn https_is_refused_by_a_build_that_cannot_speak_it() {
        for environment in [Environment::integration(), Environment::production()] {
            let error = crate::Nexus::builder(environment).build().unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Configuration);
            assert!(error.to_string().contains("has no TLS"), "{error}");
        }
        assert!(
            crate::Nexus::builder(Environment::custom("http://[::1]:9"))
                .build()
                .is_ok()
        );
    }

    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    #[test]
    fn https_is_accepted_with_and_without_a_path() {
        assert_eq!(
            accepts("https://data.example.com/").as_deref(),
            Some("https://data.example.com")
        );
        assert_eq!(
            accepts("https://gate.example.com/mx/").as_deref(),
            Some("https://gate.example.com/mx")
        );
    }

    #[test]
    fn http_is_accepted_for_loopback() {
        for address in [
            "http://localhost:1",
            "http://127.0.0.1:1",
            "http://127.3.2.1",
            "http://[::1]:9",
        ] {
            assert!(accepts(address).is_some(), "{address}");
        }
    }

    #[test]
    fn environment_is_on_this_machine_if_all_addresses_are() {
        let local = Environment::custom(" http://127.0.0.1:1/gate");
        assert!(local.is_on_this_machine());
        assert!(Environment::custom("https://[::1]:9").is_on_this_machine());
        let elsewhere = "https://data.example.com";
        for environment in [
            local.clone().with_nexus(elsewhere),
            local.clone().with_sso(elsewhere),
            local.with_mdx(elsewhere),
            Environment::custom("nowhere"),
        ] {
            assert!(!environment.is_on_this_machine(), "{environment:?}");
        }
    }

    #[test]
    fn text_is_an_environment_or_names_what_to_set() {
        let parse = |text: &str| text.parse::<Environment>();
        assert_eq!(parse(" integration").unwrap(), Environment::integration());
        assert_eq!(parse("production").unwrap(), Environment::production());
        let sandbox = parse("http://127.0.0.1:1/").unwrap();
        assert_eq!(&*sandbox.0[Api::Nexus as usize], "http://127.0.0.1:1/nexus");
        assert_eq!(&*sandbox.0[Api::Sso as usize], "http://127.0.0.1:1/sso");
        let world = parse("http://127.0.0.1:1/worlds/a").unwrap();
        assert_eq!(
            &*world.0[Api::Mdx as usize],
            "http://127.0.0.1:1/worlds/a/mdx"
        );
        for text in ["hidden", "", "http://hid:den@127.0.0.1:1", "127.0.0.1:1"] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains("MX_ENVIRONMENT"), "{error}");
            assert!(!error.contains("hid"), "{error}");
        }
        assert!(parse("http://sandbox.example.com").is_err(), "plain http");
    }

    #[test]
    fn refusal_does_not_print_a_password() {
        for address in [
            "https://data.example.com?key=hidden",
            "https://user:hidden@data.example.com",
            "https://user:hid#den@data.example.com",
            "user:hidden@data.example.com",
            "https://data.example.com#hidden",
        ] {
            let text = check("SSO", address).unwrap_err().to_string();
            let debug = format!("{:?}", Environment::custom(address));
            for text in [text, debug] {
                assert!(!text.contains("hid"), "{text}");
            }
        }
    }
}
