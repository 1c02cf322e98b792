//! Getting to a member: find the institution, show what it wants, connect. The guide's steps, with its pitfalls named.
//!
//! ```no_run
//! use mx_nexus::connect::{Entries, Search};
//!
//! # fn send_person_to(_: &str) {}
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
//! if let Some(address) = connection.oauth_window() {
//!     // No fields: the person signs in there, at the institution itself.
//!     send_person_to(address.expose());
//! }
//! let owners = user.identify(connection.member());
//! # Ok(())
//! # }
//! ```
//!
//! What goes wrong is a [`ConnectError`], and its kind says what to do: show the form again, mend the member that is there, or
//! look whether the member was made although the answer was lost.

use std::sync::Arc;

use crate::api::types;
use crate::error::Error;
use crate::nexus::User;
use crate::values::{InstitutionGuid, MemberGuid};

mod connection;
mod entries;
mod error;
mod field;
mod form;
mod search;
mod terms;

pub use connection::Connection;
pub use entries::Entries;
pub use error::{ConnectError, ConnectErrorKind};
pub use field::{Field, FieldOption};
pub use form::Form;
pub use search::Search;

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
    /// The institutions that fit, the first page of them, which is what a person sees while typing. [`Search::call`] reads on.
    ///
    /// # Errors
    ///
    /// Those of a call.
    pub async fn search_institutions(&self, search: Search) -> Result<Vec<Institution>, Error> {
        let api = self.api().await?;
        let answer = search.call(&api).send().await?;
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

    /// What to ask for to mend a member whose credentials are wrong, after `DENIED` or `PREVENTED`; for a member with OAuth
    /// there are no fields, and [`Form::submit`] gives a new address.
    ///
    /// # Errors
    ///
    /// When the member is unknown, or has neither credentials nor OAuth, or a call failed.
    pub async fn mend(&self, member: impl Into<MemberGuid>) -> Result<Form, ConnectError> {
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
            return Err(ConnectError::nothing_to_mend());
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

/// Whether MX would take no member of this institution. The reference shows MX Bank as hidden, and yet its guides connect to it:
/// a test institution is open.
fn is_closed(institution: &Institution) -> bool {
    let is_hidden = institution.is_hidden == Some(true) && institution.is_test != Some(true);
    is_hidden || institution.is_disabled_by_client == Some(true)
}
