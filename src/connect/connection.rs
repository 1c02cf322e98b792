//! [`Connection`]: the result of a submitted form.

use crate::secret::Secret;
use crate::values::MemberGuid;

/// A member that is connected, or for which the user has to sign in at the institution.
///
/// ```no_run
/// # fn send_user_to(_: &str) {}
/// # async fn example(user: mx_nexus::User, connection: mx_nexus::connect::Connection) -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
///
/// match connection.oauth_window() {
///     // Identify when the user is back: before that MX has no credentials.
///     Some(address) => send_user_to(address.expose()),
///     None => {
///         let job = user.identify(connection.member()).start(Duration::from_secs(300)).await?;
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Connection {
    pub(super) member: MemberGuid,
    pub(super) oauth_window: Option<Secret>,
}

impl Connection {
    pub(super) fn of(member: MemberGuid) -> Self {
        Self {
            member,
            oauth_window: None,
        }
    }

    /// The member, for [`User::identify`](crate::User::identify).
    pub fn member(&self) -> &MemberGuid {
        &self.member
    }

    /// The address that the user has to open now, at an institution with OAuth.
    ///
    /// For one use. MX deletes the member after an hour when the address is not opened.
    /// [`User::reconnect`](crate::User::reconnect) makes a new address.
    pub fn oauth_window(&self) -> Option<&Secret> {
        self.oauth_window.as_ref()
    }
}
