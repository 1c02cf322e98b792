//! From an institution's name to a member: search, show the form, submit it.
//!
//! ```no_run
//! use mx_nexus::connect::{FormValues, Search};
//!
//! # fn send_user_to(_: &str) {}
//! # async fn example(user: mx_nexus::User) -> Result<(), Box<dyn std::error::Error>> {
//! let found = user.search_institutions(Search::by_name("MX Bank").identifying()).await?;
//! let institution = found.first().ok_or("no such bank")?;
//!
//! let form = user.connect(institution).await?.identifying()?;
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
//! A user of Atrium has the same three methods, with the code of an institution in the place of its guid.
//!
//! Failures are a [`ConnectError`]. Its kind is what to do: show the form again, reconnect the existing member, or list the members
//! because the answer to the creation was lost.

use crate::api::types;
use crate::error::Error;
use crate::nexus::User;
use crate::values::{InstitutionGuid, MemberGuid};

#[cfg(feature = "atrium")]
mod atrium;
mod connection;
mod error;
mod field;
mod form;
mod nexus;
mod search;
mod terms;
mod values;

pub use connection::Connection;
pub use error::{ConnectError, ConnectErrorKind};
pub use field::{Field, FieldOption};
pub use form::Form;
pub use search::Search;
pub use values::FormValues;

use form::Caller;

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

/// An institution without a guid is an error of kind [`Request`](crate::ErrorKind::Request).
impl TryFrom<&Institution> for InstitutionGuid {
    type Error = Error;

    fn try_from(institution: &Institution) -> Result<Self, Error> {
        let guid = institution.guid.clone();
        guid.ok_or_else(|| Error::request(None, "the institution has no guid"))
    }
}

/// An institution without a code is an error of kind [`Request`](crate::ErrorKind::Request).
#[cfg(feature = "atrium")]
impl TryFrom<&crate::atrium::types::InstitutionResponse>
    for crate::atrium::values::InstitutionCode
{
    type Error = Error;

    fn try_from(institution: &crate::atrium::types::InstitutionResponse) -> Result<Self, Error> {
        let code = institution.code.clone();
        code.ok_or_else(|| Error::request(None, "the institution has no code"))
    }
}

impl User {
    /// The first page of the institutions that match.
    ///
    /// For more than the first page see [`Search::call`].
    ///
    /// # Errors
    ///
    /// As for every request, see [`ErrorKind`](crate::ErrorKind).
    pub async fn search_institutions(&self, search: Search) -> Result<Vec<Institution>, Error> {
        let api = self.api().await?;
        let answer = search.call(&api).send().await?;
        Ok(answer.into_inner().institutions.unwrap_or_default())
    }

    /// Reads the form with which a user connects an institution.
    ///
    /// It takes an [`Institution`] of a search, or a guid. It is read each time, because the identifiers of its fields change.
    ///
    /// # Errors
    ///
    /// When the institution is unknown or takes no new members, or a call failed.
    pub async fn connect(
        &self,
        institution: impl TryInto<InstitutionGuid, Error: Into<Error>>,
    ) -> Result<Form, ConnectError> {
        let institution = institution.try_into().map_err(Into::into)?;
        Form::of_institution(Caller::Nexus(self.clone()), institution).await
    }

    /// Reads the form that changes the credentials of a member, after `DENIED` or `PREVENTED`.
    ///
    /// For a member with OAuth it has no fields, and [`Form::submit`] returns a new address.
    ///
    /// # Errors
    ///
    /// When the member is unknown, or has neither credentials nor OAuth, or a call failed.
    pub async fn reconnect(&self, member: impl Into<MemberGuid>) -> Result<Form, ConnectError> {
        Form::of_member(Caller::Nexus(self.clone()), member.into()).await
    }
}

#[cfg(feature = "atrium")]
impl crate::atrium::User {
    /// The first page of the institutions that match, by name; Atrium has no search by address or country.
    ///
    /// # Errors
    ///
    /// As for every request, see [`ErrorKind`](crate::ErrorKind); of kind [`Request`](crate::ErrorKind::Request) for a search by address or
    /// country.
    pub async fn search_institutions(
        &self,
        search: Search,
    ) -> Result<Vec<crate::atrium::types::InstitutionResponse>, Error> {
        let answer = search.atrium(self.api())?.send().await?;
        Ok(answer.into_inner().institutions.unwrap_or_default())
    }

    /// Reads the form with which a user connects an institution, as [`User::connect`](crate::User::connect) of Nexus, by
    /// the record of a search, or by its code.
    ///
    /// # Errors
    ///
    /// When the institution is unknown or takes no new members, or a call failed.
    pub async fn connect(
        &self,
        institution: impl TryInto<crate::atrium::values::InstitutionCode, Error: Into<Error>>,
    ) -> Result<Form, ConnectError> {
        let code = institution.try_into().map_err(Into::into)?;
        Form::of_institution(Caller::Atrium(self.clone()), code.as_str().into()).await
    }

    /// Reads the form that changes the credentials of a member, as [`User::reconnect`](crate::User::reconnect) of Nexus.
    ///
    /// # Errors
    ///
    /// When the member is unknown, or has neither credentials nor OAuth, or a call failed.
    pub async fn reconnect(&self, member: impl Into<MemberGuid>) -> Result<Form, ConnectError> {
        Form::of_member(Caller::Atrium(self.clone()), member.into()).await
    }
}
