//! [`Form`]: the fields to fill in, and the calls that submit them.

use std::fmt;
use std::sync::Arc;

#[cfg(feature = "atrium")]
use super::atrium;
use super::terms::{NewMember, Return, Terms};
use super::{ConnectError, Connection, Field, FormValues, Institution, nexus};
use crate::api::types;
use crate::error::Error;
use crate::jobs::KindName;
use crate::nexus::User;
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
    caller: Caller,
    purpose: Purpose,
    fields: Vec<Field>,
    is_oauth: bool,
    terms: Terms,
    return_to: Return,
}

/// The user whose member is connected.
#[derive(Clone)]
pub(super) enum Caller {
    Nexus(User),
    #[cfg(feature = "atrium")]
    Atrium(crate::atrium::User),
}

/// Makes a call by the API of the user.
macro_rules! by_api {
    ($caller:expr, $call:ident($($argument:expr),*)) => {
        match $caller {
            Caller::Nexus(user) => nexus::$call(user $(, $argument)*).await,
            #[cfg(feature = "atrium")]
            Caller::Atrium(user) => atrium::$call(user $(, $argument)*).await,
        }
    };
}

#[derive(Clone)]
enum Purpose {
    /// The institution by its guid, in Atrium by its code.
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
    /// The form that connects an institution.
    pub(super) async fn of_institution(
        caller: Caller,
        guid: InstitutionGuid,
    ) -> Result<Self, ConnectError> {
        let institution = by_api!(&caller, institution(&guid))?;
        if is_closed(&institution) {
            return Err(ConnectError::closed());
        }
        let credentials = by_api!(&caller, institution_credentials(&guid))?;
        let fields = Field::read_all(credentials);
        if fields.is_empty() && institution.supports_oauth != Some(true) {
            return Err(ConnectError::closed());
        }
        let purpose = Purpose::Create(guid, Arc::new(institution));
        Ok(Self::new(caller, purpose, fields))
    }

    /// The form that changes the credentials of a member.
    pub(super) async fn of_member(
        caller: Caller,
        member: MemberGuid,
    ) -> Result<Self, ConnectError> {
        if by_api!(&caller, uses_oauth(&member))? {
            return Ok(Self::new(caller, Purpose::Update(member), Vec::new()));
        }
        let fields = Field::read_all(by_api!(&caller, member_credentials(&member))?);
        if fields.is_empty() {
            return Err(ConnectError::nothing_to_reconnect());
        }
        Ok(Self::new(caller, Purpose::Update(member), fields))
    }

    fn new(caller: Caller, purpose: Purpose, fields: Vec<Field>) -> Self {
        Self {
            caller,
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
    ///
    /// Of Atrium it has the fields that both APIs have, and so no code.
    pub fn institution(&self) -> Option<&Institution> {
        match &self.purpose {
            Purpose::Create(_, institution) => Some(institution),
            Purpose::Update(_) => None,
        }
    }

    /// Refuses an institution that does not support identification, before any credentials are stored.
    ///
    /// Where MX does not report whether it does, the form is returned as it is, and so is that of a member to reconnect.
    ///
    /// # Errors
    ///
    /// [`ConnectErrorKind::NotSupported`](super::ConnectErrorKind::NotSupported).
    pub fn identifying(self) -> Result<Self, ConnectError> {
        self.supporting(KindName::Identification)
    }

    /// The same for another kind of job, as far as MX reports whether an institution supports it.
    ///
    /// # Errors
    ///
    /// As [`Form::identifying`].
    pub fn supporting(self, kind: KindName) -> Result<Self, ConnectError> {
        let supported = self.institution().and_then(|institution| match kind {
            KindName::Identification => institution.supports_account_identification,
            KindName::Verification => institution.supports_account_verification,
            KindName::ExtendedHistory => institution.supports_transaction_history,
            KindName::Aggregation | KindName::BalanceCheck => None,
        });
        match supported {
            Some(false) => Err(ConnectError::not_supported()),
            _ => Ok(self),
        }
    }

    /// Uses OAuth at an institution that offers it beside its fields (`supports_oauth`).
    ///
    /// The form then has no fields.
    pub fn with_oauth(mut self) -> Self {
        self.fields.clear();
        self.is_oauth = true;
        self
    }

    /// Sets your own identifier of the member, unique among all your members; in Atrium its `identifier`.
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

    /// Sets what the member is used for. Required for partners with use cases, ignored for others, and in Atrium.
    pub fn with_use_cases(mut self, use_cases: impl IntoIterator<Item = UseCase>) -> Self {
        self.terms.use_cases = use_cases.into_iter().collect();
        self
    }

    /// Turns off MX's daily aggregation, which account owners do not need. Atrium refuses it for a new member.
    pub fn without_background_aggregation(mut self) -> Self {
        self.terms.background_aggregation_is_disabled = Some(true);
        self
    }

    /// Sets the address to which OAuth returns in an app or mobile web view. Atrium refuses it for a member that is reconnected.
    pub fn with_return_to_url(mut self, url: impl Into<String>) -> Self {
        self.return_to.url = Some(url.into());
        self
    }

    /// Sets the URL scheme of the app to which OAuth returns.
    pub fn with_return_to_scheme(mut self, scheme: impl Into<String>) -> Self {
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
        let new = NewMember {
            institution,
            credentials: credentials.to_vec(),
            is_oauth: self.is_oauth,
            terms: &self.terms,
            return_to: &self.return_to,
        };
        by_api!(&self.caller, create(new))
    }

    /// Looks for the member after a lost answer.
    async fn find_member(&self, institution: &InstitutionGuid) -> Result<Found, Error> {
        // An answer without a list proves nothing.
        let Some(mut members) = by_api!(&self.caller, members_of(institution))? else {
            return Ok(Found::Unknown);
        };
        if let Some(ours) = &self.terms.external_guid {
            members.retain(|member| member.external_guid.as_ref() == Some(ours));
            let ours = members.into_iter().find_map(|member| member.guid);
            return Ok(ours.map_or(Found::Absent, Found::Ours));
        }
        Ok(match members.is_empty() {
            true => Found::Absent,
            false => Found::Unknown,
        })
    }

    async fn update_member(
        &self,
        member: &MemberGuid,
        credentials: Vec<types::MemberCredentialRequest>,
    ) -> Result<Connection, Error> {
        // With OAuth only the address changes.
        if !credentials.is_empty() || !self.terms.is_empty() {
            let terms = self.terms.clone();
            by_api!(&self.caller, update(member, credentials, terms))?;
        }
        Ok(Connection::of(member.clone()))
    }

    /// With OAuth, requests an address unless the connection has one.
    async fn with_window(&self, made: Connection) -> Result<Connection, ConnectError> {
        if !self.is_oauth || made.oauth_window.is_some() {
            return Ok(made);
        }
        match by_api!(&self.caller, window(&made.member, &self.return_to)) {
            Ok(oauth_window) => Ok(Connection {
                oauth_window,
                ..made
            }),
            // The member exists, and must not be created again because it has no address.
            Err(error) => Err(ConnectError::from(error).with_member(made.member)),
        }
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
        let caller = self.caller.clone();
        let new = match &self.purpose {
            Purpose::Create(guid, _) => Self::of_institution(caller, guid.clone()).await?,
            Purpose::Update(member) => Self::of_member(caller, member.clone()).await?,
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

/// Whether MX refuses new members of this institution.
///
/// The reference shows MX Bank as hidden and its guides connect to it, so hidden test institutions are open.
fn is_closed(institution: &Institution) -> bool {
    let is_hidden = institution.is_hidden == Some(true) && institution.is_test != Some(true);
    is_hidden || institution.is_disabled_by_client == Some(true)
}
