//! [`Form`]: what a person has to fill in, and what becomes of it. From [`User::connect`] and [`User::mend`].

use std::fmt;
use std::sync::Arc;

use super::terms::{Return, Terms};
use super::{ConnectError, Connection, Entries, Field, Institution};
use crate::api::types;
use crate::error::Error;
use crate::nexus::User;
use crate::operations;
use crate::pages::Paged;
use crate::secret::Secret;
use crate::values::{InstitutionGuid, MemberGuid, Personal, UseCase};

/// What a person has to fill in. From [`User::connect`] and [`User::mend`].
///
/// ```no_run
/// # async fn example(user: mx_nexus::User, entered: mx_nexus::connect::Entries) -> Result<(), Box<dyn std::error::Error>> {
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
    after: Return,
}

#[derive(Clone)]
enum Purpose {
    Create(InstitutionGuid, Arc<Institution>),
    Update(MemberGuid),
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
            after: Return::default(),
        }
    }

    /// The fields in the order in which they are to be shown.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Whether the person signs in on the institution's own page instead of filling in fields.
    pub fn is_oauth(&self) -> bool {
        self.is_oauth
    }

    /// The institution: its name, its logo, where to turn to with a forgotten password. Not read for a member that is mended.
    pub fn institution(&self) -> Option<&Institution> {
        match &self.purpose {
            Purpose::Create(_, institution) => Some(institution),
            Purpose::Update(_) => None,
        }
    }

    /// Lets the person sign in on the institution's own page where it offers that beside its fields
    /// (`supports_oauth`); the form has no fields then.
    pub fn by_oauth(mut self) -> Self {
        self.fields.clear();
        self.is_oauth = true;
        self
    }

    /// Gives the member an identifier of yours, unique among all your members. It also tells whether the member was made when
    /// the answer to its creation is lost: [`Form::submit`] then looks for it among the members of the user.
    pub fn with_external_guid(mut self, guid: impl Into<String>) -> Self {
        self.terms.external_guid = Some(guid.into());
        self
    }

    /// Gives the member data of yours, which MX keeps and does not read.
    pub fn with_metadata(mut self, metadata: impl Into<Personal>) -> Self {
        self.terms.metadata = Some(metadata.into());
        self
    }

    /// Says what the member is for. Partners who opted in to use cases have to; with others it means nothing.
    pub fn with_use_cases(mut self, use_cases: impl IntoIterator<Item = UseCase>) -> Self {
        self.terms.use_cases = use_cases.into_iter().collect();
        self
    }

    /// Turns off the aggregation that MX makes by itself about once a day: who only wants owners does not need it.
    pub fn without_background_aggregation(mut self) -> Self {
        self.terms.background_aggregation_is_disabled = Some(true);
        self
    }

    /// Where an app or a mobile web view takes the person up again after OAuth: an address.
    pub fn returning_to_url(mut self, url: impl Into<String>) -> Self {
        self.after.url = Some(url.into());
        self
    }

    /// Where an app takes the person up again after OAuth: the scheme of its own addresses.
    pub fn returning_to_scheme(mut self, scheme: impl Into<String>) -> Self {
        self.after.scheme = Some(scheme.into());
        self
    }

    /// Connects: makes the member, or changes its credentials. No aggregation is started, since it would be in the way of an
    /// identification.
    ///
    /// A member is never made twice: its creation is sent once, and when the answer is lost the error says so. Who drops the
    /// future in the middle has lost the answer too.
    ///
    /// # Errors
    ///
    /// Before anything is sent when an entry is missing, empty, not asked for or not offered. Then what MX says: the same
    /// login is connected already, or the fields have changed meanwhile (the error holds the new form).
    pub async fn submit(&self, entries: Entries) -> Result<Connection, ConnectError> {
        let credentials = entries.check(&self.fields)?;
        let sent = match &self.purpose {
            Purpose::Create(institution, _) => self.make(institution, credentials).await,
            Purpose::Update(member) => self.change(member, credentials).await,
        };
        match sent {
            Ok(connection) => self.with_window(connection).await,
            Err(error) => Err(self.explain(error).await),
        }
    }

    /// Makes the member. A lost answer is settled by reading, where the member can be told from others.
    async fn make(
        &self,
        institution: &InstitutionGuid,
        credentials: Vec<types::MemberCredentialRequest>,
    ) -> Result<Connection, Error> {
        let terms = self.terms.clone();
        let member = types::MemberCreateRequest {
            background_aggregation_is_disabled: terms.background_aggregation_is_disabled,
            credentials,
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
        let lost = match api.create_member().body(body).send().await {
            Ok(answer) => {
                let member = answer.into_inner().member.unwrap_or_default();
                if let Some(guid) = member.guid {
                    return Ok(Connection {
                        member: guid,
                        oauth_window: member.oauth_window_uri,
                    });
                }
                let operation = operations::by_id("nexus", "createMember");
                Error::incomplete(operation, "the answer names no member")
            }
            Err(error) if error.is_answer_lost() => error,
            Err(error) => return Err(error),
        };
        let found = self.find(institution).await;
        found.map(Connection::of).ok_or(lost)
    }

    /// The member with the identifier that this form gives, if there is one.
    async fn find(&self, institution: &InstitutionGuid) -> Option<MemberGuid> {
        let wanted = self.terms.external_guid.as_deref()?;
        let api = self.user.api().await.ok()?;
        let mut members = api.list_members().items();
        while let Some(Ok(member)) = members.next().await {
            if member.external_guid.as_deref() == Some(wanted)
                && member.institution_guid.as_ref() == Some(institution)
            {
                return member.guid;
            }
        }
        None
    }

    async fn change(
        &self,
        member: &MemberGuid,
        credentials: Vec<types::MemberCredentialRequest>,
    ) -> Result<Connection, Error> {
        // With OAuth there is nothing to change but the address.
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

    /// With OAuth, sees to it that there is an address to open.
    async fn with_window(&self, made: Connection) -> Result<Connection, ConnectError> {
        if !self.is_oauth || (made.oauth_window.is_some() && self.after.is_empty()) {
            return Ok(made);
        }
        match self.new_window(&made.member).await {
            Ok(oauth_window) => Ok(Connection {
                oauth_window,
                ..made
            }),
            // A member that was just made is there, and must not be made again for want of an address.
            Err(error) => Err(ConnectError::from(error).with_member(made.member)),
        }
    }

    async fn new_window(&self, member: &MemberGuid) -> Result<Option<Secret>, Error> {
        let api = self.user.api().await?;
        let call = api.generate_oauth_window_uri().member_guid(member);
        let call = self.after.onto(call.skip_aggregation(true));
        let answer = call.send().await?.into_inner();
        Ok(answer.member.and_then(|member| member.oauth_window_uri))
    }

    /// What a refusal of the call itself means; one of its session says nothing about the member. What the institution wants
    /// is read again, so that the person can be asked again.
    async fn explain(&self, error: Error) -> ConnectError {
        match (error.answered(), &self.purpose) {
            (Some(422 | 409), Purpose::Create(..)) => ConnectError::duplicate(error),
            // A 409 says of other calls that a job of the member is in the way (reference), and so it may here.
            (Some(422), Purpose::Update(_)) => ConnectError::taken(error),
            (Some(400), _) => match self.read_again().await {
                Ok(form) if form.wants_otherwise(self) => ConnectError::stale(error, form),
                _ => ConnectError::refused(error),
            },
            (_, Purpose::Create(..)) if error.is_answer_lost() => ConnectError::lost(error),
            _ => ConnectError::from(error),
        }
    }

    async fn read_again(&self) -> Result<Self, ConnectError> {
        let new = match &self.purpose {
            Purpose::Create(institution, _) => self.user.connect(institution.clone()).await?,
            Purpose::Update(member) => self.user.mend(member.clone()).await?,
        };
        Ok(Self {
            terms: self.terms.clone(),
            after: self.after.clone(),
            ..new
        })
    }

    fn wants_otherwise(&self, old: &Self) -> bool {
        (&self.fields, self.is_oauth) != (&old.fields, old.is_oauth)
    }
}
