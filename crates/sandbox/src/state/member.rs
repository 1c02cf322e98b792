//! A member and its JSON. `members.rs` creates and changes members.

use std::collections::VecDeque;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::bank::{Entries, Institution};
use crate::state::{Clock, Connection, Snapshot};
use mx_nexus::values::ConnectionStatus;

/// The connection of one user to one institution.
pub(crate) struct Member {
    pub guid: String,
    /// The guid of its user.
    pub user: String,
    pub institution: &'static Institution,
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

    pub(crate) fn to_json(&self, shown: &Snapshot, clock: &Clock) -> Value {
        use ConnectionStatus as Is;
        let time = |at: Option<Instant>| at.map(|at| clock.iso(at));
        let status = &shown.status;
        let needs_credentials = matches!(
            status,
            Is::Prevented | Is::Denied | Is::Imported | Is::Impaired
        );
        let mut member = json!({
            "aggregated_at": time(shown.aggregated),
            "background_aggregation_is_disabled": self.background_aggregation_is_disabled,
            "connection_status": status.as_str(),
            "connection_status_id": Is::KNOWN.iter().position(|known| known == status),
            "connection_status_message": status_message(status, &self.institution.name),
            "external_guid": self.external_guid,
            "guid": self.guid,
            "institution_code": self.institution.code,
            "institution_guid": self.institution.guid,
            "is_being_aggregated": shown.is_aggregating,
            "is_managed_by_user": true,
            "is_manual": false,
            "is_oauth": self.oauth.is_some(),
            "is_user_created": true,
            "metadata": self.metadata,
            "name": self.name,
            "needs_updated_credentials": needs_credentials,
            "revision": self.revision,
            "successfully_aggregated_at": time(shown.succeeded),
            "user_guid": self.user,
        });
        // The document does not allow null for these two.
        if let Some(job) = &shown.job {
            member["most_recent_job_guid"] = json!(job);
        }
        if let Some(use_cases) = &self.use_cases {
            member["use_cases"] = json!(use_cases);
        }
        member
    }
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
