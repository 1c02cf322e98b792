//! [`Connection`]: what a submitted form leads to.

use crate::secret::Secret;
use crate::values::MemberGuid;

/// A member that is connected, or waits for the person to finish at the institution.
///
/// ```no_run
/// # fn send_person_to(_: &str) {}
/// # async fn example(user: mx_nexus::User, connection: mx_nexus::connect::Connection) -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
///
/// match connection.oauth_window() {
///     // Identify when the person is back; before that MX has nothing to log in with.
///     Some(address) => send_person_to(address.expose()),
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

    /// The address that the person has to open now, at an institution with OAuth. For one use; MX forgets the member after an
    /// hour when nobody opens it. A new address comes of [`User::mend`](crate::User::mend).
    pub fn oauth_window(&self) -> Option<&Secret> {
        self.oauth_window.as_ref()
    }
}
