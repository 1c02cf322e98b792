//! Chosen data: the institutions, logins, users and members of a sandbox, in code or from a file.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::settings::JobKind;

mod account;
mod check;
mod read;

pub use account::{Account, AccountType, Owner, Transaction};
pub use read::InvalidWorld;

/// The data of a sandbox: more institutions, what logins find at their banks, and users with members. For
/// [`SandboxBuilder::world`](crate::SandboxBuilder::world), `nexus sandbox --world FILE` and `PUT /_sandbox/world`.
///
/// The institutions of the sandbox stay, and a login that is not chosen has invented accounts.
///
/// ```
/// # use std::time::Duration;
/// # use mx_nexus::identity::Polling;
/// use mx_nexus_sandbox::Sandbox;
/// use mx_nexus_sandbox::world::{Account, Login, Member, Owner, User, World};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let quick = Polling::between(Duration::from_millis(5), Duration::from_millis(20));
/// let joint = Account::checking("Household")
///     .owner(Owner::new("Zoë Åkesson").address("1 Sample Street", "Lehi", "Utah", "84043"))
///     .owner(Owner::new("Lin O'Neil"));
/// let world = World::new()
///     .login(Login::new("zoe").account(joint))
///     .user(User::new("U-1").member(Member::new("zoe")));
/// let sandbox = Sandbox::builder().job_time(Duration::ZERO).world(world)?.start().await?;
///
/// let user = sandbox.nexus().build()?.user("U-1");
/// let members = user.api().await?.list_members().send().await?.into_inner();
/// let member = members.members.and_then(|mut all| all.pop()?.guid).ok_or("no member")?;
/// let owners = user.identify(member).with_polling(quick).run(Duration::from_secs(60), async |_| None).await?;
/// assert_eq!(owners.len(), 2);
/// # Ok(())
/// # }
/// ```
///
/// # As a file
///
/// YAML or JSON, for [`World::from_file`]. `GET /_sandbox/world/schema` is its JSON Schema. Unknown fields are refused.
///
/// ```yaml
#[doc = include_str!("world/example.yaml")]
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[must_use]
pub struct World {
    /// Institutions besides those of the sandbox.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) institutions: Vec<Institution>,
    /// What logins find at their institutions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) logins: Vec<Login>,
    /// Users that exist from the start.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) users: Vec<User>,
}

/// An institution that knows all passwords of `Sandbox Bank`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Institution {
    /// Lower-case letters, digits and underscores.
    pub(crate) code: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) country: Country,
    /// The kinds of jobs that it supports besides aggregations and balance checks; default: all.
    #[serde(default = "all_kinds")]
    pub(crate) supports: Vec<JobKind>,
    /// Whether users sign in by OAuth instead of with credentials.
    #[serde(default)]
    pub(crate) oauth: bool,
}

/// The country of an institution, which decides the form of account numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Country {
    /// The United States: account and routing numbers.
    #[default]
    #[serde(rename = "US")]
    UnitedStates,
    /// Canada: account, institution and transit numbers.
    #[serde(rename = "CA")]
    Canada,
}

/// What a login finds at its institution, with whatever password and for whichever user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Login {
    /// The username.
    pub(crate) login: String,
    /// The code or the name of the institution; default: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) institution: Option<String>,
    #[serde(default)]
    pub(crate) accounts: Vec<Account>,
}

/// A user of the first partner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct User {
    /// The partner's id of the user.
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) api: UserApi,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) members: Vec<Member>,
}

/// Whose user it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserApi {
    /// A user of Nexus.
    #[default]
    Nexus,
    /// A user of Atrium, with this identifier.
    Atrium,
}

/// A member of a user.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[must_use]
pub struct Member {
    /// The username; default: `mxuser`, and `mxuser-2` and so on for further members of the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) login: Option<String>,
    /// The password, which decides how jobs go; default: one with which they succeed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) password: Option<String>,
    /// The code or the name of the institution; default: `sandbox_bank`. At an institution with OAuth the member is PENDING.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) institution: Option<String>,
    /// Jobs that were run before, one after the other, to their end or their first question.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) jobs: Vec<JobKind>,
}

/// Without the password.
impl fmt::Debug for Member {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Member")
            .field("login", &self.login)
            .field("institution", &self.institution)
            .field("jobs", &self.jobs)
            .finish_non_exhaustive()
    }
}

impl World {
    /// A world with nothing in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an institution.
    pub fn institution(mut self, institution: Institution) -> Self {
        self.institutions.push(institution);
        self
    }

    /// Adds what a login finds.
    pub fn login(mut self, login: Login) -> Self {
        self.logins.push(login);
        self
    }

    /// Adds a user.
    pub fn user(mut self, user: User) -> Self {
        self.users.push(user);
        self
    }

    /// The JSON Schema of a file.
    pub(crate) fn schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }

    /// The number of what a login finds at an institution; what is for this institution alone comes first.
    pub(crate) fn login_at(
        &self,
        institution: &crate::bank::Institution,
        login: &str,
    ) -> Option<usize> {
        let at = |is_there: &dyn Fn(Option<&str>) -> bool| {
            let mut logins = self.logins.iter();
            logins.position(|one| one.login == login && is_there(one.institution.as_deref()))
        };
        at(&|named| named.is_some_and(|named| institution.is_named(named)))
            .or_else(|| at(&|named| named.is_none()))
    }
}

impl Institution {
    /// An institution in the United States that supports every kind of job. The code has lower-case letters, digits and underscores.
    pub fn new(code: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            name: name.into(),
            country: Country::UnitedStates,
            supports: all_kinds(),
            oauth: false,
        }
    }

    /// The country.
    pub fn country(mut self, country: Country) -> Self {
        self.country = country;
        self
    }

    /// The kinds of jobs that it supports besides aggregations and balance checks.
    pub fn supports(mut self, kinds: impl IntoIterator<Item = JobKind>) -> Self {
        self.supports = kinds.into_iter().collect();
        self
    }

    /// Users sign in by OAuth instead of with credentials.
    pub fn oauth(mut self) -> Self {
        self.oauth = true;
        self
    }
}

impl Login {
    /// A login with no account, at every institution.
    pub fn new(login: impl Into<String>) -> Self {
        Self {
            login: login.into(),
            institution: None,
            accounts: Vec::new(),
        }
    }

    /// Only at this institution, by code or name.
    pub fn at(mut self, institution: impl Into<String>) -> Self {
        self.institution = Some(institution.into());
        self
    }

    /// Adds an account.
    pub fn account(mut self, account: Account) -> Self {
        self.accounts.push(account);
        self
    }
}

impl User {
    /// A user of Nexus with this id of the partner.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            api: UserApi::Nexus,
            members: Vec::new(),
        }
    }

    /// A user of Atrium with this identifier.
    pub fn of_atrium(identifier: impl Into<String>) -> Self {
        Self {
            api: UserApi::Atrium,
            ..Self::new(identifier)
        }
    }

    /// Adds a member.
    pub fn member(mut self, member: Member) -> Self {
        self.members.push(member);
        self
    }
}

impl Member {
    /// A member of `Sandbox Bank` with this login, whose jobs succeed.
    pub fn new(login: impl Into<String>) -> Self {
        Self {
            login: Some(login.into()),
            ..Self::default()
        }
    }

    /// The institution, by code or name.
    pub fn at(mut self, institution: impl Into<String>) -> Self {
        self.institution = Some(institution.into());
        self
    }

    /// The password, which decides how jobs go.
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// A job that was run before, to its end or its first question. Can be called again for another.
    pub fn after(mut self, job: JobKind) -> Self {
        self.jobs.push(job);
        self
    }
}

fn all_kinds() -> Vec<JobKind> {
    vec![
        JobKind::Identification,
        JobKind::Verification,
        JobKind::ExtendedHistory,
    ]
}
