//! Getting to a member: find the institution, show what it wants, connect. The guide's steps, with its pitfalls named.
//!
//! ```no_run
//! use mx_nexus::connect::{Entries, Search};
//!
//! # async fn example(user: mx_nexus::User) -> Result<(), Box<dyn std::error::Error>> {
//! let found = user.search_institutions(Search::by_name("MX Bank").identifying()).await?;
//! let guid = found.first().and_then(|institution| institution.guid.clone()).ok_or("no such bank")?;
//!
//! let form = user.connect(guid).await?;
//! let mut entries = Entries::new();
//! for field in form.fields() {
//!     // Show the field as `field.html_input()`, and take what the person enters.
//!     entries = entries.with(field.guid(), "what the person entered");
//! }
//! let connection = form.submit(entries).await?;
//! let owners = user.identify(connection.member()).patience(std::time::Duration::from_secs(300));
//! # Ok(())
//! # }
//! ```

use std::fmt;

use crate::api::types;
use crate::error::Error;
use crate::nexus::User;
use crate::secret::Secret;
use crate::values::{InstitutionGuid, MemberGuid};

mod entries;
mod error;
mod field;

pub use entries::Entries;
pub use error::{ConnectError, ConnectErrorKind};
pub use field::{Field, FieldOption};

/// What to look for among the institutions: a name, or the address of a login page. One of the two it has to be.
#[derive(Clone, Debug)]
#[must_use]
pub struct Search {
    request: types::InstitutionRequest,
}

impl Search {
    /// Institutions by name. An empty name lists all.
    pub fn by_name(name: impl Into<String>) -> Self {
        let request = types::InstitutionRequest {
            name: Some(name.into()),
            ..Default::default()
        };
        Self { request }
    }

    /// Institutions by the address of their login page.
    pub fn by_url(url: impl Into<String>) -> Self {
        let request = types::InstitutionRequest {
            url: Some(url.into()),
            ..Default::default()
        };
        Self { request }
    }

    /// Only those that support account identification.
    pub fn identifying(mut self) -> Self {
        self.request.supports_account_identification = Some(true);
        self
    }
}

/// An institution, as MX describes it.
pub type Institution = types::InstitutionResponse;

impl User {
    /// The institutions that fit, the first page of them.
    ///
    /// # Errors
    ///
    /// Those of a call.
    pub async fn search_institutions(&self, search: Search) -> Result<Vec<Institution>, Error> {
        let body = types::InstitutionRequestBody {
            institution: search.request,
        };
        let answer = self
            .api()
            .await?
            .search_institutions()
            .body(body)
            .send()
            .await?;
        Ok(answer.into_inner().institutions.unwrap_or_default())
    }

    /// What an institution wants to know to connect. Read anew each time, because the identifiers of its fields change.
    ///
    /// # Errors
    ///
    /// When the institution is unknown or takes no new members, or a call failed.
    pub async fn connect(
        &self,
        institution: impl Into<InstitutionGuid>,
    ) -> Result<Form, ConnectError> {
        let guid = institution.into();
        let institution = read_institution(self, &guid).await?;
        if institution.is_hidden == Some(true) || institution.is_disabled_by_client == Some(true) {
            return Err(ConnectError::closed());
        }
        let fields = read_fields(self, &guid).await?;
        let is_oauth = fields.is_empty() && institution.supports_oauth == Some(true);
        if fields.is_empty() && !is_oauth {
            return Err(ConnectError::closed());
        }
        Ok(Form {
            user: self.clone(),
            purpose: Purpose::Create(guid),
            fields,
            is_oauth,
        })
    }

    /// What to ask for to mend a member whose credentials are wrong, after `DENIED` or `PREVENTED`.
    ///
    /// # Errors
    ///
    /// When the member is unknown, or a call failed.
    pub async fn mend(&self, member: impl Into<MemberGuid>) -> Result<Form, ConnectError> {
        let guid = member.into();
        let api = self.api().await?;
        let answer = api
            .list_member_credentials()
            .member_guid(&guid)
            .send()
            .await?;
        let fields = Field::read_all(answer.into_inner().credentials.unwrap_or_default());
        Ok(Form {
            user: self.clone(),
            is_oauth: fields.is_empty(),
            purpose: Purpose::Update(guid),
            fields,
        })
    }
}

async fn read_institution(
    user: &User,
    guid: &InstitutionGuid,
) -> Result<Institution, ConnectError> {
    let answer = user
        .api()
        .await?
        .read_institution()
        .institution_guid(guid)
        .send()
        .await?;
    Ok(answer.into_inner().institution.unwrap_or_default())
}

async fn read_fields(user: &User, guid: &InstitutionGuid) -> Result<Vec<Field>, ConnectError> {
    let api = user.api().await?;
    let answer = api
        .list_institution_credentials()
        .institution_guid(guid)
        .send()
        .await?;
    Ok(Field::read_all(
        answer.into_inner().credentials.unwrap_or_default(),
    ))
}

/// What a person has to fill in. From [`User::connect`] and [`User::mend`].
#[derive(Clone)]
#[must_use = "a form does nothing until it is submitted"]
pub struct Form {
    user: User,
    purpose: Purpose,
    fields: Vec<Field>,
    is_oauth: bool,
}

#[derive(Clone, Debug)]
enum Purpose {
    Create(InstitutionGuid),
    Update(MemberGuid),
}

impl fmt::Debug for Form {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Form")
            .field("purpose", &self.purpose)
            .field("fields", &self.fields)
            .field("is_oauth", &self.is_oauth)
            .finish_non_exhaustive()
    }
}

impl Form {
    /// The fields in the order in which they are to be shown.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Whether the person signs in on the institution's own page instead of filling in fields.
    pub fn is_oauth(&self) -> bool {
        self.is_oauth
    }

    /// Connects: makes the member, or changes its credentials. No aggregation is started, since it would be in the way of an
    /// identification.
    ///
    /// # Errors
    ///
    /// Before anything is sent when an entry is missing, empty, not asked for or not offered. Then what MX says: the same
    /// login is connected already, or the fields have changed meanwhile (the error holds the new form).
    pub async fn submit(&self, entries: Entries) -> Result<Connection, ConnectError> {
        let credentials = entries.check(&self.fields)?;
        let sent = match &self.purpose {
            Purpose::Create(institution) => self.create(institution, credentials).await,
            Purpose::Update(member) => self.update(member, credentials).await,
        };
        match sent {
            Ok(member) => self.connected(member).await,
            Err(error) => Err(self.explain(error).await),
        }
    }

    async fn create(
        &self,
        institution: &InstitutionGuid,
        credentials: Vec<types::MemberCredentialRequest>,
    ) -> Result<types::MemberResponse, Error> {
        let member = types::MemberCreateRequest {
            background_aggregation_is_disabled: None,
            credentials,
            external_guid: None,
            institution_guid: institution.clone(),
            is_oauth: self.is_oauth.then_some(true),
            metadata: None,
            name: None,
            skip_aggregation: Some(true),
            skip_webhook: None,
            use_cases: Vec::new(),
        };
        let body = types::MemberCreateRequestBody { member };
        let answer = self
            .user
            .api()
            .await?
            .create_member()
            .body(body)
            .send()
            .await?;
        Ok(answer.into_inner().member.unwrap_or_default())
    }

    async fn update(
        &self,
        member: &MemberGuid,
        credentials: Vec<types::MemberCredentialRequest>,
    ) -> Result<types::MemberResponse, Error> {
        if self.is_oauth {
            let answer = self
                .user
                .api()
                .await?
                .read_member()
                .member_guid(member)
                .send()
                .await?;
            return Ok(answer.into_inner().member.unwrap_or_default());
        }
        let changes = types::MemberUpdateRequest {
            credentials,
            skip_aggregation: Some(true),
            ..Default::default()
        };
        let body = types::MemberUpdateRequestBody { member: changes };
        let api = self.user.api().await?;
        let answer = api
            .update_member()
            .member_guid(member)
            .body(body)
            .send()
            .await?;
        Ok(answer.into_inner().member.unwrap_or_default())
    }

    async fn connected(&self, member: types::MemberResponse) -> Result<Connection, ConnectError> {
        let Some(guid) = member.guid else {
            return Err(ConnectError::unnamed());
        };
        let mut oauth_window = member.oauth_window_uri;
        if self.is_oauth && oauth_window.is_none() {
            let api = self.user.api().await?;
            let answer = api
                .generate_oauth_window_uri()
                .member_guid(&guid)
                .send()
                .await?;
            oauth_window = answer
                .into_inner()
                .member
                .and_then(|member| member.oauth_window_uri);
        }
        Ok(Connection {
            member: guid,
            oauth_window,
        })
    }

    /// What a refusal means. Fields that have changed are read again, so that the person can be asked again.
    async fn explain(&self, error: Error) -> ConnectError {
        match (error.status(), &self.purpose) {
            (Some(422 | 409), _) => ConnectError::duplicate(error),
            (Some(400), Purpose::Create(institution)) => {
                let fields = read_fields(&self.user, institution).await;
                self.compare(error, fields)
            }
            (Some(400), Purpose::Update(member)) => {
                let form = self.user.mend(member.clone()).await;
                self.compare(error, form.map(|form| form.fields))
            }
            _ => ConnectError::from(error),
        }
    }

    fn compare(&self, error: Error, fields: Result<Vec<Field>, ConnectError>) -> ConnectError {
        match fields {
            Ok(fields) if !same_fields(&fields, &self.fields) => {
                let form = Self {
                    fields,
                    ..self.clone()
                };
                ConnectError::stale(error, form)
            }
            _ => ConnectError::refused(error),
        }
    }
}

fn same_fields(new: &[Field], old: &[Field]) -> bool {
    new.iter().map(Field::guid).eq(old.iter().map(Field::guid))
}

/// A member that is connected, or waits for the person to finish at the institution.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Connection {
    member: MemberGuid,
    oauth_window: Option<Secret>,
}

impl Connection {
    /// The member, for [`User::identify`].
    pub fn member(&self) -> &MemberGuid {
        &self.member
    }

    /// The address that the person has to open now, at an institution with OAuth. For one use; MX forgets the member after an
    /// hour when nobody opens it.
    pub fn oauth_window(&self) -> Option<&Secret> {
        self.oauth_window.as_ref()
    }
}
