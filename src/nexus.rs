//! [`Nexus`], the client of one partner, and [`User`], an end user with a session.

use std::fmt;
use std::sync::Arc;

use crate::api;
use crate::environment::{Addresses, Environment};
use crate::error::Error;
use crate::jobs::InstitutionSupport;
use crate::mdx::{self, Users};
use crate::operations::{self, Api, Operation};
use crate::secret::Secret;
use crate::session::{LeasePolicy, Sessions};
use crate::sso::{self, Sso, TokenFormat};
use crate::wire::{Connection, Credential, Rules};

mod builder;
mod exchange;
mod pool;
mod source;

pub use builder::NexusBuilder;
pub use exchange::SessionAggregation;
pub use source::{ApiTokenFuture, ApiTokenSource};

use exchange::{MintedSessions, OneToken};
use pool::SessionPool;

/// The client of one partner: addresses, HTTP client and API key. Cheap to clone; create one and reuse it.
///
/// ```no_run
/// use mx_nexus::Nexus;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let nexus = Nexus::from_env()?.build()?;
/// let api = nexus.user("U-39XBF7").api().await?;
/// let members = api.list_members().send().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Nexus {
    partner: Arc<Partner>,
    pool: Arc<SessionPool>,
}

/// A [`Nexus`] without its sessions, so that a session can have a reference to it without a cycle.
struct Partner {
    http: reqwest::Client,
    addresses: Addresses,
    rules: Arc<Rules>,
    rules_without_retries: Arc<Rules>,
    /// For the two calls that open a session: limited by the session timeout.
    rules_for_openings: Arc<Rules>,
    credentials: Option<Credentials>,
    source: Option<Arc<dyn ApiTokenSource>>,
    format: TokenFormat,
    opening: SessionAggregation,
    leases: Arc<LeasePolicy>,
    institution_support: InstitutionSupport,
}

#[derive(Clone)]
struct Credentials {
    client_id: Arc<str>,
    api_key: Secret,
}

impl fmt::Debug for Nexus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let partner = &self.partner;
        let client_id = partner
            .credentials
            .as_ref()
            .map(|credentials| &*credentials.client_id);
        formatter
            .debug_struct("Nexus")
            .field("nexus", &partner.addresses.of(Api::Nexus))
            .field("sso", &partner.addresses.of(Api::Sso))
            .field("mdx", &partner.addresses.of(Api::Mdx))
            .field("client_id", &client_id)
            .finish_non_exhaustive()
    }
}

impl Nexus {
    /// Configures a client for an environment.
    pub fn builder(environment: Environment) -> NexusBuilder {
        NexusBuilder::new(environment)
    }

    /// An end user, by your id of it.
    ///
    /// Sends nothing; the session is opened by the first call. All [`User`]s with one id share one session.
    pub fn user(&self, id: impl Into<String>) -> User {
        let id: Arc<str> = Arc::from(id.into());
        let sessions = self.pool.get(&id, || {
            let exchange = MintedSessions::new(&self.partner, Arc::clone(&id));
            Sessions::renewing(Arc::new(exchange), Arc::clone(&self.partner.leases))
        });
        User {
            nexus: self.clone(),
            id: Some(id),
            sessions,
        }
    }

    /// A user by a session opened elsewhere, or by `test_session` in the integration environment.
    ///
    /// The session is used until MX rejects it. It cannot be renewed here.
    ///
    /// ```
    /// # use mx_nexus::{Environment, Nexus};
    /// # fn example() -> Result<(), mx_nexus::Error> {
    /// let user = Nexus::builder(Environment::integration()).build()?.with_session_token("test_session");
    /// # Ok(())
    /// # }
    /// # example().unwrap();
    /// ```
    pub fn with_session_token(&self, token: impl Into<Secret>) -> User {
        User {
            nexus: self.clone(),
            id: None,
            sessions: Sessions::fixed(token.into()),
        }
    }

    /// A user by a one-time API token from elsewhere: it opens one session, which cannot be renewed.
    ///
    /// The token is used up by the first attempt that may have reached MX. After an attempt that was certainly not sent, or that MX
    /// refused unprocessed (429), the next call uses it again.
    pub fn with_api_token(&self, token: impl Into<Secret>) -> User {
        let exchange = OneToken::new(&self.partner, token.into());
        User {
            nexus: self.clone(),
            id: None,
            sessions: Sessions::renewing(Arc::new(exchange), Arc::clone(&self.partner.leases)),
        }
    }

    /// The client of the one operation that takes an API token instead of a session, `create_session`.
    pub fn session_api(&self, api_token: impl Into<Secret>) -> api::Client {
        self.partner.session_api(api_token.into())
    }

    /// The SSO API: API tokens, widget addresses, the end of sessions.
    ///
    /// # Errors
    ///
    /// When the client was built without [`NexusBuilder::credentials`].
    pub fn sso(&self) -> Result<Sso, Error> {
        self.partner.sso()
    }

    /// The users of the MDX Real Time API.
    ///
    /// # Errors
    ///
    /// When the client was built without [`NexusBuilder::credentials`].
    pub fn users(&self) -> Result<Users, Error> {
        self.partner.users()
    }
}

impl Nexus {
    /// Which institutions support which kinds of jobs, as far as they were read.
    pub(crate) fn institution_support(&self) -> &InstitutionSupport {
        &self.partner.institution_support
    }
}

impl Partner {
    fn session_api(&self, api_token: Secret) -> api::Client {
        self.nexus_client(Credential::ApiToken(api_token))
    }

    fn sso(&self) -> Result<Sso, Error> {
        self.sso_by(&self.rules)
    }

    fn sso_by(&self, rules: &Arc<Rules>) -> Result<Sso, Error> {
        let credentials = self.credentials()?;
        let inner = self.connection(Api::Sso, rules, credentials.as_credential());
        let client = sso::generated::Client { inner };
        Ok(Sso::new(
            client,
            Arc::clone(&credentials.client_id),
            self.format,
        ))
    }

    fn users(&self) -> Result<Users, Error> {
        let credentials = self.credentials()?;
        let inner = self.connection(Api::Mdx, &self.rules, credentials.as_credential());
        let client = mdx::generated::Client { inner };
        Ok(Users::new(client, Arc::clone(&credentials.client_id)))
    }

    fn credentials(&self) -> Result<&Credentials, Error> {
        self.credentials.as_ref().ok_or_else(|| {
            Error::configuration(
                "this needs the client id and the API key; give them to Nexus::builder(…).credentials(…)",
            )
        })
    }

    fn nexus_client(&self, credential: Credential) -> api::Client {
        self.nexus_client_by(&self.rules, credential)
    }

    fn nexus_client_by(&self, rules: &Arc<Rules>, credential: Credential) -> api::Client {
        let inner = self.connection(Api::Nexus, rules, credential);
        api::Client { inner }
    }

    fn connection(&self, api: Api, rules: &Arc<Rules>, credential: Credential) -> Connection {
        Connection::new(&self.http, self.addresses.of(api), rules, credential)
    }
}

impl Credentials {
    fn as_credential(&self) -> Credential {
        Credential::ApiKey(self.api_key.clone())
    }
}

/// An end user with its session. Cheap to clone; clones share the session.
#[derive(Clone)]
pub struct User {
    nexus: Nexus,
    id: Option<Arc<str>>,
    sessions: Sessions,
}

impl fmt::Debug for User {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("User")
            .field("id", &self.id)
            .field("sessions", &self.sessions)
            .finish_non_exhaustive()
    }
}

impl User {
    /// Your id of the user; `None` for a user made from a token.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The client that this user belongs to.
    pub fn nexus(&self) -> &Nexus {
        &self.nexus
    }

    /// The client of Nexus, bound to a live session of this user.
    ///
    /// The client may be kept: it renews the session when it has expired.
    ///
    /// # Errors
    ///
    /// When no session can be opened; see [`ErrorKind::Session`](crate::ErrorKind::Session).
    pub async fn api(&self) -> Result<api::Client, Error> {
        self.sessions.lease().await?;
        Ok(self
            .nexus
            .partner
            .nexus_client(Credential::Session(self.sessions.clone())))
    }
}

impl User {
    /// The connection for an operation: with the session, or with a token for `createSession`.
    pub(crate) async fn connection_for(
        &self,
        operation: &'static Operation,
    ) -> Result<Connection, Error> {
        let partner = &self.nexus.partner;
        let takes_session = operation.credential_header == operations::nexus::CREDENTIAL_HEADER;
        let credential = match &self.id {
            Some(id) if !takes_session => {
                let minted = MintedSessions::new(partner, Arc::clone(id));
                Credential::ApiToken(minted.token().await?)
            }
            _ => Credential::Session(self.sessions.clone()),
        };
        Ok(partner.connection(Api::Nexus, &partner.rules, credential))
    }

    /// The client without retries, for jobs, which have their own. Its calls open the session.
    pub(crate) fn api_without_retries(&self) -> api::Client {
        let credential = Credential::Session(self.sessions.clone());
        let partner = &self.nexus.partner;
        partner.nexus_client_by(&partner.rules_without_retries, credential)
    }
}
