//! Atrium, the sister API of Nexus: the same member jobs, accounts and transactions. Feature `atrium`.
//!
//! Atrium has no sessions. Every request carries the API key and the id of the client, so a [`Client`] works for all users, and
//! most operations take the guid of the user.
//!
//! ```no_run
//! use mx_nexus::Atrium;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let atrium = Atrium::from_env()?.build()?;
//!
//! let user = atrium.user("USR-fa7537f3-48aa-a683-a02a-b18940482f54");
//! let members = user.api().list_members().user_guid(user.guid()).send().await?;
//! println!("{:?}", members.into_inner().members);
//! # Ok(())
//! # }
//! ```
//!
//! # Jobs
//!
//! The [`jobs`](crate::jobs) are those of Nexus: the same workflow, proofs, errors and results, so that code that takes a
//! [`Job`](crate::jobs::Job) works for both APIs. A whole identification, from the name of an institution to the owners:
//!
//! ```no_run
//! use std::time::Duration;
//! use mx_nexus::connect::{FormValues, Search};
//! use mx_nexus::jobs::Step;
//!
//! # fn ask(_: &mx_nexus::jobs::Challenge) -> Result<String, std::io::Error> { Ok(String::new()) }
//! # async fn example(atrium: mx_nexus::Atrium) -> Result<(), Box<dyn std::error::Error>> {
//! let user = atrium.user("USR-fa7537f3-48aa-a683-a02a-b18940482f54");
//! let found = user.search_institutions(Search::by_name("MX Bank").identifying()).await?;
//! let form = user.connect(found.first().ok_or("no such bank")?).await?;
//! let mut values = FormValues::new();
//! for field in form.fields() {
//!     values = values.with(field.guid(), "what the user entered");
//! }
//! let connection = form.submit(values).await?;
//!
//! let mut job = user.identify(connection.member()).start(Duration::from_secs(300)).await?;
//! let owners = loop {
//!     match job.next().await? {
//!         Step::Running(progress) => println!("{progress}"),
//!         Step::Challenged(challenges) => job.answer(challenges.answer_all(ask)?).await?,
//!         Step::Done(owners) => break owners,
//!     }
//! };
//! println!("{} owners", owners.len());
//! # Ok(())
//! # }
//! ```
//!
//! What differs is what Atrium does not have: messages about a status, guids of jobs and of options, a choice of what an
//! aggregation gathers, and an end of OAuth without an aggregation. A saved handle names its API, and is resumed by a user of
//! that API only: see [`JobHandle::api`](crate::jobs::JobHandle::api). MX asks to poll every three seconds at most, which is the
//! default.
//!
//! # As in Nexus
//!
//! Media types, retries, errors, paged lists and redaction are those of Nexus. Identifiers that both APIs have are types of
//! [`values`](crate::values); those of Atrium alone are in [`atrium::values`](values).

use std::fmt;
use std::sync::Arc;

use crate::environment::Environment;
use crate::jobs::InstitutionSupport;
use crate::operations::Api;
use crate::values::UserGuid;

mod convert;
mod jobs;
mod kinds;
mod options;

pub use generated::{ByteStream, Client, ResponseValue, builder, types};
pub use options::AtriumBuilder;

pub(crate) use convert::as_nexus;

crate::wire::generated_client!(atrium);

/// The values that only fields of Atrium have.
pub mod values {
    include!(concat!(env!("OUT_DIR"), "/atrium_values.rs"));
}

impl Environment {
    /// The same, with Atrium at another address.
    ///
    /// [`Environment::integration`] has Atrium's development environment.
    #[cfg_attr(docsrs, doc(cfg(feature = "atrium")))]
    pub fn with_atrium(self, address: impl Into<String>) -> Self {
        self.with(Api::Atrium, address.into())
    }
}

/// A client of Atrium with its credentials. Cheap to clone; make one and keep it.
#[derive(Clone)]
pub struct Atrium {
    inner: Arc<Inner>,
}

struct Inner {
    client: Client,
    client_without_retries: Client,
    institution_support: InstitutionSupport,
}

impl fmt::Debug for Atrium {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Atrium")
            .field("address", &self.api().inner.address)
            .finish_non_exhaustive()
    }
}

impl Atrium {
    /// Begins to configure a client for an environment.
    pub fn builder(environment: Environment) -> AtriumBuilder {
        AtriumBuilder::new(environment)
    }

    /// The generated client, with every operation.
    pub fn api(&self) -> &Client {
        &self.inner.client
    }

    /// A user, by the guid that MX gave it. Sends nothing.
    pub fn user(&self, guid: impl Into<UserGuid>) -> User {
        User {
            atrium: self.clone(),
            guid: guid.into(),
        }
    }
}

/// A user of Atrium. Cheap to clone.
#[derive(Clone, Debug)]
pub struct User {
    atrium: Atrium,
    guid: UserGuid,
}

impl User {
    /// The guid of the user, which most operations take.
    pub fn guid(&self) -> &UserGuid {
        &self.guid
    }

    /// The client of Atrium that the user belongs to.
    pub fn atrium(&self) -> &Atrium {
        &self.atrium
    }

    /// The generated client, as [`Atrium::api`].
    pub fn api(&self) -> &Client {
        self.atrium.api()
    }

    /// The client without retries, for jobs, which have their own.
    fn api_without_retries(&self) -> &Client {
        &self.atrium.inner.client_without_retries
    }
}
