//! From an institution's name to a member: search, show the form, submit it.
//!
//! ```no_run
//! use mx_nexus::connect::{FormValues, Search};
//!
//! # fn send_user_to(_: &str) {}
//! # async fn example(user: mx_nexus::User) -> Result<(), Box<dyn std::error::Error>> {
//! let found = user.search_institutions(Search::by_name("MX Bank").identifying()).await?;
//! let guid = found.first().and_then(|institution| institution.guid.clone()).ok_or("no such bank")?;
//!
//! let form = user.connect(guid).await?.identifying()?;
//! let mut values = FormValues::new();
//! for field in form.fields() {
//!     // Show the field as `field.html_input()`, and read what the user enters.
//!     values = values.with(field.guid(), "what the user entered");
//! }
//! let connection = form.submit(values).await?;
//! if let Some(address) = connection.oauth_window() {
//!     // No fields: the user signs in at the institution itself.
//!     send_user_to(address.expose());
//! }
//! let owners = user.identify(connection.member());
//! # Ok(())
//! # }
//! ```
//!
//! Failures are a [`ConnectError`]. Its kind is what to do: show the form again, reconnect the existing member, or list the members
//! because the answer to the creation was lost.

use std::sync::Arc;

use crate::api::types;
use crate::error::Error;
use crate::nexus::User;
use crate::values::{InstitutionGuid, MemberGuid};

mod connection;
mod error;
mod field;
mod form;
mod search;
mod terms;
mod values;

pub use connection::Connection;
pub use error::{ConnectError, ConnectErrorKind};
pub use field::{Field, FieldOption};
pub use form::Form;
pub use search::Search;
pub use values::FormValues;

/// An institution, as MX describes it.
///
/// ```
/// # fn example(institution: &mx_nexus::connect::Institution) {
/// if institution.supports_account_identification == Some(true) {
///     println!("{:?}", institution.guid);
/// }
/// # }
/// ```
pub type Institution = types::InstitutionResponse;

impl User {
    /// The first page of the institutions that match.
    ///
    /// For more than the first page see [`Search::call`].
    ///
    /// # Errors
    ///
    /// Those of a call.
    pub async fn search_institutions(&self, search: Search) -> Result<Vec<Institution>, Error> {
        let api = self.api().await?;
        let answer = search.call(&api).send().await?;
        Ok(answer.into_inner().institutions.unwrap_or_default())
    }

    /// Reads the form with which a user connects an institution.
    ///
    /// It is read each time, because the identifiers of its fields change.
    ///
    /// # Errors
    ///
    /// When the institution is unknown or takes no new members, or a call failed.
    pub async fn connect(
        &self,
        institution: impl Into<InstitutionGuid>,
    ) -> Result<Form, ConnectError> {
        let guid = institution.into();
        let institution = self.read_institution(&guid).await?;
        if is_closed(&institution) {
            return Err(ConnectError::closed());
        }
        let api = self.api().await?;
        let list = api.list_institution_credentials().institution_guid(&guid);
        let answer = list.send().await?;
        let fields = Field::read_all(answer.into_inner().credentials.unwrap_or_default());
        if fields.is_empty() && institution.supports_oauth != Some(true) {
            return Err(ConnectError::closed());
        }
        Ok(Form::create(self, guid, Arc::new(institution), fields))
    }

    /// Reads the form that changes the credentials of a member, after `DENIED` or `PREVENTED`.
    ///
    /// For a member with OAuth it has no fields, and [`Form::submit`] returns a new address.
    ///
    /// # Errors
    ///
    /// When the member is unknown, or has neither credentials nor OAuth, or a call failed.
    pub async fn reconnect(&self, member: impl Into<MemberGuid>) -> Result<Form, ConnectError> {
        let guid = member.into();
        let api = self.api().await?;
        let read = api.read_member().member_guid(&guid).send().await?;
        let member = read.into_inner().member.unwrap_or_default();
        if member.is_oauth == Some(true) {
            return Ok(Form::update(self, guid, Vec::new()));
        }
        let list = api.list_member_credentials().member_guid(&guid);
        let answer = list.send().await?;
        let fields = Field::read_all(answer.into_inner().credentials.unwrap_or_default());
        if fields.is_empty() {
            return Err(ConnectError::nothing_to_reconnect());
        }
        Ok(Form::update(self, guid, fields))
    }

    async fn read_institution(&self, guid: &InstitutionGuid) -> Result<Institution, Error> {
        let api = self.api().await?;
        let read = api.read_institution().institution_guid(guid);
        let answer = read.send().await?;
        Ok(answer.into_inner().institution.unwrap_or_default())
    }
}

/// Whether MX refuses new members of this institution.
///
/// The reference shows MX Bank as hidden and its guides connect to it, so hidden test institutions are open.
fn is_closed(institution: &Institution) -> bool {
    let is_hidden = institution.is_hidden == Some(true) && institution.is_test != Some(true);
    is_hidden || institution.is_disabled_by_client == Some(true)
}
