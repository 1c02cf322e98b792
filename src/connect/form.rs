//! [`Form`]: the fields to fill in, and the calls that submit them.

use std::fmt;
use std::sync::Arc;

use super::terms::{Return, Terms};
use super::{ConnectError, Connection, Field, FormValues, Institution};
use crate::api::types;
use crate::error::Error;
use crate::nexus::User;
use crate::operations;
use crate::pages::Paged;
use crate::secret::Secret;
use crate::values::{InstitutionGuid, MemberGuid, Personal, UseCase};

/// The form that connects a member, from [`User::connect`] and [`User::reconnect`].
///
/// ```no_run
/// # async fn example(user: mx_nexus::User, entered: mx_nexus::connect::FormValues) -> Result<(), Box<dyn std::error::Error>> {
/// let form = user
///     .connect("INS-1")
///     .await?
///     .with_external_guid("connection-77")
///     .without_background_aggregation();
/// for field in form.fields() {
///     println!("{}: {}", field.label(), field.html_input());
/// }
/// let connection = form.submit(entered).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a form does nothing until it is submitted"]
pub struct Form {
    user: User,
    purpose: Purpose,
    fields: Vec<Field>,
    is_oauth: bool,
    terms: Terms,
    return_to: Return,
}

#[derive(Clone)]
enum Purpose {
    Create(InstitutionGuid, Arc<Institution>),
    Update(MemberGuid),
}

/// What the list of members shows of one whose answer to the creation was lost.
enum Found {
    Ours(MemberGuid),
    /// It was not created.
    Absent,
    /// The institution has members, and nothing distinguishes them.
    Unknown,
}

impl fmt::Debug for Form {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Form");
        match &self.purpose {
            Purpose::Create(guid, _) => shown.field("institution", guid),
            Purpose::Update(guid) => shown.field("member", guid),
        };
        shown
            .field("fields", &self.fields)
            .field("is_oauth", &self.is_oauth)
            .field("terms", &self.terms)
            .finish_non_exhaustive()
    }
}

impl Form {
    pub(super) fn create(
        user: &User,
        guid: InstitutionGuid,
        institution: Arc<Institution>,
        fields: Vec<Field>,
    ) -> Self {
        Self::new(user, Purpose::Create(guid, institution), fields)
    }

    pub(super) fn update(user: &User, member: MemberGuid, fields: Vec<Field>) -> Self {
        Self::new(user, Purpose::Update(member), fields)
    }

    fn new(user: &User, purpose: Purpose, fields: Vec<Field>) -> Self {
        Self {
            user: user.clone(),
            purpose,
            is_oauth: fields.is_empty(),
            fields,
            terms: Terms::default(),
            return_to: Return::default(),
        }
    }

    /// The fields, in the order in which to show them.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Whether the user signs in on the institution's page instead of filling in fields.
    pub fn is_oauth(&self) -> bool {
        self.is_oauth
    }

    /// The institution, with its name, logo and password page; `None` for a member that is reconnected.
    pub fn institution(&self) -> Option<&Institution> {
        match &self.purpose {
            Purpose::Create(_, institution) => Some(institution),
            Purpose::Update(_) => None,
        }
    }

    /// Uses OAuth at an institution that offers it beside its fields (`supports_oauth`).
    ///
    /// The form then has no fields.
    pub fn by_oauth(mut self) -> Self {
        self.fields.clear();
        self.is_oauth = true;
        self
    }

    /// Sets your own identifier of the member, unique among all your members.
    ///
    /// When the answer to the creation is lost, [`Form::submit`] looks for a member with it.
    pub fn with_external_guid(mut self, guid: impl Into<String>) -> Self {
        self.terms.external_guid = Some(guid.into());
        self
    }

    /// Sets data of yours that MX stores with the member.
    pub fn with_metadata(mut self, metadata: impl Into<Personal>) -> Self {
        self.terms.metadata = Some(metadata.into());
        self
    }

    /// Sets what the member is used for. Required for partners with use cases, ignored for others.
    pub fn with_use_cases(mut self, use_cases: impl IntoIterator<Item = UseCase>) -> Self {
        self.terms.use_cases = use_cases.into_iter().collect();
        self
    }

    /// Turns off MX's daily aggregation, which account owners do not need.
    pub fn without_background_aggregation(mut self) -> Self {
        self.terms.background_aggregation_is_disabled = Some(true);
        self
    }

    /// Sets the address to which OAuth returns in an app or mobile web view.
    pub fn returning_to_url(mut self, url: impl Into<String>) -> Self {
        self.return_to.url = Some(url.into());
        self
    }

    /// Sets the URL scheme of the app to which OAuth returns.
    pub fn returning_to_scheme(mut self, scheme: impl Into<String>) -> Self {
        self.return_to.scheme = Some(scheme.into());
        self
    }

    /// Creates the member, or changes its credentials.
    ///
    /// Starts no aggregation, because it would block an identification. When the answer to the creation is lost, the members are
    /// listed: one with the external guid of this form is the one; where there is none, or none of the institution, the creation
    /// is sent once more; else the error is [`ConnectErrorKind::AnswerLost`](super::ConnectErrorKind::AnswerLost). Dropping the
    /// future loses the answer too.
    ///
    /// # Errors
    ///
    /// Before anything is sent when a value is missing, empty, not in the form or not one of the options. Then MX's refusals: the
    /// same login is connected already, or the fields have changed (the error has the new form).
    pub async fn submit(&self, values: FormValues) -> Result<Connection, ConnectError> {
        let credentials = values.check(&self.fields)?;
        let sent = match &self.purpose {
            Purpose::Create(institution, _) => self.create_member(institution, credentials).await,
            Purpose::Update(member) => self.update_member(member, credentials).await,
        };
        match sent {
            Ok(connection) => self.with_window(connection).await,
            Err(error) => Err(self.explain(error).await),
        }
    }

    /// Creates the member, and settles a lost answer by listing the members.
    async fn create_member(
        &self,
        institution: &InstitutionGuid,
        credentials: Vec<types::MemberCredentialRequest>,
    ) -> Result<Connection, Error> {
        let lost = match self.post_member(institution, &credentials).await {
            Err(error) if error.is_answer_lost() => error,
            outcome => return outcome,
        };
        match self.find_member(institution).await {
            Ok(Found::Ours(member)) => Ok(Connection::of(member)),
            Ok(Found::Absent) => self.post_member(institution, &credentials).await,
            Ok(Found::Unknown) | Err(_) => Err(lost),
        }
    }

    async fn post_member(
        &self,
        institution: &InstitutionGuid,
        credentials: &[types::MemberCredentialRequest],
    ) -> Result<Connection, Error> {
        let terms = self.terms.clone();
        let member = types::MemberCreateRequest {
            background_aggregation_is_disabled: terms.background_aggregation_is_disabled,
            credentials: credentials.to_vec(),
            external_guid: terms.external_guid,
            institution_guid: institution.clone(),
            is_oauth: self.is_oauth.then_some(true),
            metadata: terms.metadata,
            name: None,
            skip_aggregation: Some(true),
            skip_webhook: None,
            use_cases: terms.use_cases,
        };
        let body = types::MemberCreateRequestBody { member };
        let api = self.user.api().await?;
        let answer = api.create_member().body(body).send().await?.into_inner();
        let member = answer.member.unwrap_or_default();
        match member.guid {
            Some(guid) => Ok(Connection {
                member: guid,
                oauth_window: member.oauth_window_uri,
            }),
            None => {
                let operation = operations::by_id("nexus", "createMember");
                Err(Error::incomplete(operation, "the answer has no member"))
            }
        }
    }

    /// Looks for the member after a lost answer.
    async fn find_member(&self, institution: &InstitutionGuid) -> Result<Found, Error> {
        let ours = self.terms.external_guid.as_deref();
        let api = self.user.api().await?;
        let mut pages = api.list_members().pages();
        let mut found = Found::Absent;
        while let Some(page) = pages.next().await {
            // An answer without a list proves nothing.
            let Some(members) = page?.members else {
                return Ok(Found::Unknown);
            };
            let of_institution = |member: &types::MemberResponse| {
                member.institution_guid.as_ref() == Some(institution)
            };
            for member in members.into_iter().filter(of_institution) {
                match (member.guid, ours) {
                    (Some(guid), Some(ours)) if member.external_guid.as_deref() == Some(ours) => {
                        return Ok(Found::Ours(guid));
                    }
                    (_, None) => found = Found::Unknown,
                    _ => {}
                }
            }
        }
        Ok(found)
    }

    async fn update_member(
        &self,
        member: &MemberGuid,
        credentials: Vec<types::MemberCredentialRequest>,
    ) -> Result<Connection, Error> {
        // With OAuth only the address changes.
        if !credentials.is_empty() || !self.terms.is_empty() {
            let changes = types::MemberUpdateRequest {
                credentials,
                skip_aggregation: Some(true),
                ..self.terms.clone().into()
            };
            let body = types::MemberUpdateRequestBody { member: changes };
            let api = self.user.api().await?;
            let update = api.update_member().member_guid(member).body(body);
            update.send().await?;
        }
        Ok(Connection::of(member.clone()))
    }

    /// With OAuth, requests an address unless the connection has one.
    async fn with_window(&self, made: Connection) -> Result<Connection, ConnectError> {
        if !self.is_oauth || (made.oauth_window.is_some() && self.return_to.is_empty()) {
            return Ok(made);
        }
        match self.new_window(&made.member).await {
            Ok(oauth_window) => Ok(Connection {
                oauth_window,
                ..made
            }),
            // The member exists, and must not be created again because it has no address.
            Err(error) => Err(ConnectError::from(error).with_member(made.member)),
        }
    }

    async fn new_window(&self, member: &MemberGuid) -> Result<Option<Secret>, Error> {
        let api = self.user.api().await?;
        let call = api.generate_oauth_window_uri().member_guid(member);
        let call = self.return_to.onto(call.skip_aggregation(true));
        let answer = call.send().await?.into_inner();
        Ok(answer.member.and_then(|member| member.oauth_window_uri))
    }

    /// The meaning of a refused call; for a 400 the form is read again.
    ///
    /// The status of a failed session is not about the member.
    async fn explain(&self, error: Error) -> ConnectError {
        match (error.answered(), &self.purpose) {
            (Some(422 | 409), Purpose::Create(..)) => ConnectError::duplicate(error),
            // 409 is not a duplicate here: for other calls it means a running job of the member (reference).
            (Some(422), Purpose::Update(_)) => ConnectError::taken(error),
            (Some(400), _) => match self.read_again().await {
                Ok(form) if form.differs_from(self) => ConnectError::stale(error, form),
                _ => ConnectError::refused(error),
            },
            (_, Purpose::Create(..)) if error.is_answer_lost() => ConnectError::lost(error),
            _ => ConnectError::from(error),
        }
    }

    async fn read_again(&self) -> Result<Self, ConnectError> {
        let new = match &self.purpose {
            Purpose::Create(institution, _) => self.user.connect(institution.clone()).await?,
            Purpose::Update(member) => self.user.reconnect(member.clone()).await?,
        };
        Ok(Self {
            terms: self.terms.clone(),
            return_to: self.return_to.clone(),
            ..new
        })
    }

    fn differs_from(&self, old: &Self) -> bool {
        (&self.fields, self.is_oauth) != (&old.fields, old.is_oauth)
    }
}
