//! The institutions of the sandbox: MX Bank and its OAuth twin as documented, and fictitious ones for the rest. The state looks them
//! up and asks for the steps of a job.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use crate::settings::{JobKind, Settings};
use crate::world::{Country, World};
use mx_nexus::Secret;
use mx_nexus::values::ConnectionStatus;

pub(crate) mod accounts;
pub(crate) mod categories;
mod institutions;
mod passwords;
mod steps;
pub(crate) mod transactions;

pub(crate) use passwords::gathering_only;
pub(crate) use steps::{Question, Round, Step, Verdict, verdict};

/// Credentials by the name of the field.
pub(crate) type Entries = BTreeMap<&'static str, Secret>;

#[derive(Debug)]
pub(crate) struct Institution {
    pub guid: String,
    pub code: String,
    pub name: String,
    /// The search lists higher ones first.
    pub popularity: u32,
    pub country: Country,
    pub passwords: PasswordSet,
    /// Its credential fields; none at an OAuth-only one.
    pub fields: Vec<Field>,
    pub supports_oauth: bool,
    /// The kinds of jobs that it supports, of those that an institution can support.
    pub supports: Vec<JobKind>,
    /// Whether no partner has these products there: their jobs are refused with 403.
    pub has_no_products: bool,
    /// Whether it is closed to new members.
    pub is_hidden: bool,
}

/// The passwords with a meaning at an institution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PasswordSet {
    /// MX Bank's documented ones.
    MxBank,
    /// MX Bank's and the sandbox's own.
    Sandbox,
}

/// A credential field.
#[derive(Debug)]
pub(crate) struct Field {
    pub guid: String,
    /// Such as `LOGIN`.
    pub name: &'static str,
    pub label: &'static str,
    /// The field type, by number and name.
    pub kind: (u8, &'static str),
    /// The values to choose from, with their labels.
    pub options: Vec<(&'static str, &'static str)>,
}

/// The institutions of every sandbox, the most popular first.
pub(crate) fn institutions() -> &'static [Arc<Institution>] {
    static ALL: LazyLock<Vec<Arc<Institution>>> =
        LazyLock::new(|| institutions::all().into_iter().map(Arc::new).collect());
    &ALL
}

/// The institutions of a sandbox with this world: those of the world come first.
pub(crate) fn institutions_of(world: &World) -> Vec<Arc<Institution>> {
    let own = world.institutions.iter().map(institutions::of_world);
    own.map(Arc::new)
        .chain(institutions().iter().cloned())
        .collect()
}

impl Field {
    pub(crate) fn option_guid(&self, value: &str) -> String {
        format!("{}-{value}", self.guid)
    }

    /// Whether an entry is allowed: of options, one of them by value or guid.
    fn accepts(&self, entry: &str) -> bool {
        let mut options = self.options.iter();
        self.options.is_empty()
            || options.any(|(value, _)| *value == entry || self.option_guid(value) == entry)
    }
}

impl Institution {
    /// Whether this is its code or its name.
    pub(crate) fn is_named(&self, text: &str) -> bool {
        self.code == text || self.name == text
    }

    pub(crate) fn field(&self, guid: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.guid == guid)
    }

    /// Whether it has statements; only Atrium shows it.
    pub(crate) fn supports_statements(&self) -> bool {
        self.supports.contains(&JobKind::ExtendedHistory)
    }

    /// Whether MX throttles no aggregation of it.
    pub(crate) fn is_never_throttled(&self) -> bool {
        matches!(self.passwords, PasswordSet::MxBank)
    }

    /// The steps of a job with these credentials.
    pub(crate) fn steps(&self, entries: &Entries, settings: &Settings) -> Vec<Step> {
        let is_answered = |field: &Field| entries.contains_key(field.name);
        if !self.fields.iter().all(is_answered) {
            return passwords::ending(ConnectionStatus::Impaired, settings);
        }
        let is_filled_in = |entry: &Secret| !entry.expose().is_empty();
        let texts = ["LOGIN", "PASSWORD"].iter();
        if !texts.filter_map(|name| entries.get(name)).all(is_filled_in) {
            return passwords::ending(ConnectionStatus::Failed, settings);
        }
        let has_choice = |field: &Field| {
            let entry = entries.get(field.name);
            entry.is_some_and(|entry| field.accepts(entry.expose()))
        };
        if !self.fields.iter().all(has_choice) {
            return passwords::ending(ConnectionStatus::Denied, settings);
        }
        let Some(password) = entries.get("PASSWORD") else {
            return passwords::connecting(settings);
        };
        let login = entries.get("LOGIN").map(Secret::expose);
        match self.passwords {
            // The one sign-in that was seen to be refused there without a documented password.
            PasswordSet::MxBank if (login, password.expose()) == (Some("LOGIN"), "PASSWORD") => {
                passwords::ending(ConnectionStatus::Denied, settings)
            }
            PasswordSet::MxBank => passwords::mx_bank(password.expose(), settings),
            PasswordSet::Sandbox => passwords::sandbox_bank(password.expose(), settings),
        }
    }
}
