//! A member and its JSON. `members.rs` creates and changes members.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;

use crate::bank::{Entries, Institution};
use crate::state::{Clock, Connection, Snapshot};
use mx_nexus::values::ConnectionStatus;

/// The connection of one user to one institution.
pub(crate) struct Member {
    pub guid: String,
    /// The guid of its user.
    pub user: String,
    pub institution: Arc<Institution>,
    pub entries: Entries,
    /// The login that owners and numbers are computed from.
    pub login: String,
    pub oauth: Option<Oauth>,
    pub external_guid: Option<String>,
    pub metadata: Option<String>,
    pub name: String,
    pub use_cases: Option<Vec<String>>,
    pub background_aggregation_is_disabled: bool,
    pub revision: u32,
    pub created: Instant,
    pub connection: Connection,
}

pub(crate) struct Oauth {
    /// Whether the user has signed in, and has not declined since.
    pub is_signed_in: bool,
    /// The secret ends of the open addresses, the latest last.
    pub open_pages: VecDeque<String>,
    /// When the latest address was issued.
    pub issued: Instant,
    /// Whether no job starts after the sign-in.
    pub skips_aggregation: bool,
}

impl Member {
    /// Adds or replaces credentials.
    pub(crate) fn set_entries(&mut self, entries: Entries) {
        self.entries.extend(entries);
        if let Some(login) = self.entries.get("LOGIN") {
            login.expose().clone_into(&mut self.login);
        }
        self.connection.credentials_changed();
    }

    /// Whether it was PENDING for too long and is deleted.
    pub(crate) fn has_expired(&self, now: Instant, lifetime: std::time::Duration) -> bool {
        let waited = |oauth: &Oauth| now.saturating_duration_since(oauth.issued);
        self.connection.status == ConnectionStatus::Pending
            && self.oauth.as_ref().map(waited) >= Some(lifetime)
    }

    /// False when its user has to sign in by OAuth first.
    pub(crate) fn is_signed_in(&self) -> bool {
        let oauth = self.oauth.as_ref();
        oauth.is_none_or(|oauth| oauth.is_signed_in)
    }

    pub(crate) fn to_json(&self, shown: &Snapshot, clock: &Clock) -> Value {
        // Texts, numbers and lists of them always serialise.
        serde_json::to_value(self.shown(shown, clock)).unwrap_or_default()
    }

    pub(crate) fn shown<'a>(&'a self, shown: &'a Snapshot, clock: &Clock) -> ShownMember<'a> {
        use ConnectionStatus as Is;
        let time = |at: Option<Instant>| at.map(|at| clock.iso(at));
        let status = &shown.status;
        ShownMember {
            aggregated_at: time(shown.aggregated),
            background_aggregation_is_disabled: self.background_aggregation_is_disabled,
            connection_status: status.as_str(),
            connection_status_id: Is::KNOWN.iter().position(|known| known == status),
            connection_status_message: status_message(status, &self.institution.name),
            external_guid: self.external_guid.as_deref(),
            guid: &self.guid,
            institution_code: &self.institution.code,
            institution_guid: &self.institution.guid,
            is_being_aggregated: shown.is_aggregating,
            is_managed_by_user: true,
            is_manual: false,
            is_oauth: self.oauth.is_some(),
            is_user_created: true,
            metadata: self.metadata.as_deref(),
            most_recent_job_guid: shown.job.as_deref(),
            name: &self.name,
            needs_updated_credentials: matches!(
                status,
                Is::Prevented | Is::Denied | Is::Imported | Is::Impaired
            ),
            revision: self.revision,
            successfully_aggregated_at: time(shown.succeeded),
            use_cases: self.use_cases.as_deref(),
            user_guid: &self.user,
        }
    }
}

/// A member in an answer. Serialised without a [`Value`] in between, because clients poll it.
#[derive(Serialize)]
pub(crate) struct ShownMember<'a> {
    aggregated_at: Option<String>,
    background_aggregation_is_disabled: bool,
    connection_status: &'a str,
    connection_status_id: Option<usize>,
    connection_status_message: String,
    external_guid: Option<&'a str>,
    guid: &'a str,
    institution_code: &'a str,
    institution_guid: &'a str,
    is_being_aggregated: bool,
    is_managed_by_user: bool,
    is_manual: bool,
    is_oauth: bool,
    is_user_created: bool,
    metadata: Option<&'a str>,
    // The document does not allow null for this one, nor for the use cases.
    #[serde(skip_serializing_if = "Option::is_none")]
    most_recent_job_guid: Option<&'a str>,
    name: &'a str,
    needs_updated_credentials: bool,
    revision: u32,
    successfully_aggregated_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_cases: Option<&'a [String]>,
    user_guid: &'a str,
}

/// The status as a sentence for the user.
pub(crate) fn status_message(status: &ConnectionStatus, institution: &str) -> String {
    use ConnectionStatus as Is;
    match status {
        Is::Created | Is::Updated | Is::Resumed | Is::Reconnected => {
            format!("Connecting to {institution}.")
        }
        Is::Connected => format!("Connected to {institution}."),
        Is::Denied | Is::Prevented | Is::Imported | Is::Impaired => {
            format!("Please enter your credentials for {institution} again.")
        }
        Is::Challenged => format!("{institution} has a question for you."),
        Is::Rejected => String::from("The answer was not right."),
        Is::Expired => String::from("The answer came too late."),
        Is::Locked | Is::Impeded => format!("Please sign in at {institution} itself first."),
        Is::Delayed => format!("{institution} takes longer than usual."),
        Is::Pending => format!("Please finish signing in at {institution}."),
        _ => format!("There is no connection to {institution} now."),
    }
}
