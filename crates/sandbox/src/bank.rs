//! The institutions of the sandbox and how they behave: MX Bank and its OAuth twin as documented, and invented ones for what
//! those cannot do. The world asks for an institution and for the steps of a job there.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::settings::{JobKind, Settings};
use mx_nexus::Secret;
use mx_nexus::values::ConnectionStatus;

pub(crate) mod accounts;
mod institutions;
mod passwords;
mod steps;

pub(crate) use passwords::gathering_only;
pub(crate) use steps::{Question, Round, Step, Verdict, verdict};

/// What the person entered, by the name of the field.
pub(crate) type Entries = BTreeMap<&'static str, Secret>;

/// An institution.
#[derive(Debug)]
pub(crate) struct Institution {
    /// Its identifier.
    pub guid: String,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// How often it is chosen; the search puts the popular ones first.
    pub popularity: u32,
    /// The country that it serves.
    pub country: Country,
    /// Which passwords it knows.
    pub passwords: PasswordSet,
    /// What it wants to know; nothing at an OAuth-only one.
    pub fields: Vec<Field>,
    /// Whether members can sign in on its own page.
    pub supports_oauth: bool,
    /// Which kinds of jobs it supports, of those for which an institution can say so.
    pub supports: Vec<JobKind>,
    /// Whether no partner has these products there: their jobs are refused with 403.
    pub has_no_products: bool,
    /// Whether it is closed to new members.
    pub is_hidden: bool,
}

/// Where an institution is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Country {
    /// With routing numbers.
    UnitedStates,
    /// With institution and transit numbers.
    Canada,
}

/// Which passwords an institution knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PasswordSet {
    /// Those that are documented for MX Bank.
    MxBank,
    /// Those, and words for all the rest.
    Sandbox,
}

/// Something that an institution wants to know at sign-in.
#[derive(Debug)]
pub(crate) struct Field {
    /// Its identifier.
    pub guid: String,
    /// Its name, such as `LOGIN`.
    pub name: &'static str,
    /// What a person reads.
    pub label: &'static str,
    /// What kind it is, by number and name.
    pub kind: (u8, &'static str),
    /// The values to choose from, with their labels.
    pub options: Vec<(&'static str, &'static str)>,
}

/// All institutions, the popular ones first.
pub(crate) fn institutions() -> &'static [Institution] {
    static ALL: LazyLock<Vec<Institution>> = LazyLock::new(institutions::all);
    &ALL
}

/// The institution with this identifier.
pub(crate) fn institution(guid: &str) -> Option<&'static Institution> {
    institutions()
        .iter()
        .find(|institution| institution.guid == guid)
}

impl Field {
    /// The identifier of one of its options.
    pub(crate) fn option_guid(&self, value: &str) -> String {
        format!("{}-{value}", self.guid)
    }

    /// Whether this may be entered: where there are options, one of them, by its value or its identifier.
    fn accepts(&self, entry: &str) -> bool {
        let mut options = self.options.iter();
        self.options.is_empty()
            || options.any(|(value, _)| *value == entry || self.option_guid(value) == entry)
    }
}

impl Institution {
    /// Its field with this identifier.
    pub(crate) fn field(&self, guid: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.guid == guid)
    }

    /// What a job of a member with these entries goes through.
    pub(crate) fn steps(&self, entries: &Entries, settings: &Settings) -> Vec<Step> {
        let is_answered = |field: &Field| entries.contains_key(field.name);
        if !self.fields.iter().all(is_answered) {
            return passwords::ending(ConnectionStatus::Impaired, settings);
        }
        let is_filled_in = |entry: &Secret| !entry.expose().is_empty();
        let typed = ["LOGIN", "PASSWORD"].iter();
        if !typed.filter_map(|name| entries.get(name)).all(is_filled_in) {
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
        match self.passwords {
            PasswordSet::MxBank => passwords::mx_bank(password.expose(), settings),
            PasswordSet::Sandbox => passwords::sandbox_bank(password.expose(), settings),
        }
    }
}
