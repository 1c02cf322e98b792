//! The partners of the world: who may call SSO and MDX, and which products they have.

use std::collections::{BTreeMap, BTreeSet};

use crate::guids::token;
use crate::settings::{JobKind, Settings};
use mx_nexus::Secret;

/// A partner.
pub(crate) struct Partner {
    /// Its key.
    pub key: Secret,
    /// The kinds of jobs that it may not start.
    pub disabled: BTreeSet<JobKind>,
    /// Whether it opted in to use cases.
    pub has_use_cases: bool,
}

/// All partners, by client id.
pub(crate) struct Partners {
    by_client: BTreeMap<String, Partner>,
}

impl Partners {
    /// The partner that is there from the start, alone.
    pub(crate) fn new(settings: &Settings) -> Self {
        let first = Partner {
            key: settings
                .api_key
                .clone()
                .unwrap_or_else(|| Secret::new(token())),
            disabled: settings.disabled_products.iter().copied().collect(),
            has_use_cases: settings.has_use_cases,
        };
        Self {
            by_client: BTreeMap::from([(settings.client_id.clone(), first)]),
        }
    }

    /// One more, with all products; one that is there gets the new key.
    pub(crate) fn add(&mut self, client_id: &str, key: Secret) {
        let partner = self.by_client.entry(client_id.to_owned());
        let partner = partner.or_insert_with(|| Partner {
            key: key.clone(),
            disabled: BTreeSet::new(),
            has_use_cases: false,
        });
        partner.key = key;
    }

    /// The partner with this client id.
    pub(crate) fn get(&self, client_id: &str) -> Option<&Partner> {
        self.by_client.get(client_id)
    }

    /// The same, to change it.
    pub(crate) fn get_mut(&mut self, client_id: &str) -> Option<&mut Partner> {
        self.by_client.get_mut(client_id)
    }
}
